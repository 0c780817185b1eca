"""What an editor sees: the list of a platform's offerings, and one of them with its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import (
    Member,
    Offering,
    OfferingMove,
    OfferingRevision,
    OfferingVersion,
    Organisation,
    Side,
)
from matchmaker.domain.actors import EDITING
from matchmaker.domain.offering_states import side_on
from matchmaker.domain.offerings import plain
from matchmaker.errors import Invalid
from matchmaker.services import formats
from matchmaker.services.editing import drafting, stepping
from matchmaker.services.editing.stepping import Step
from matchmaker.storage.queries import desk as queries
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import queue as names
from matchmaker.storage.queries.desk import Shelf

__all__ = ["Changed", "Open", "Page", "Shelf", "open_offering", "page", "since"]

PAGE = 25


@dataclass(frozen=True)
class Page:
    """A page of the offerings on a shelf, and how many lie on each."""

    shelf: Shelf
    offerings: Sequence[Offering]
    revisions: Mapping[UUID, OfferingRevision]
    counts: Mapping[Shelf, int]
    platforms: Sequence[Organisation]
    """The platforms for which the reader edits; none for an operator."""
    next_cursor: str | None


@dataclass(frozen=True)
class Changed:
    """One field in two versions; None where it says nothing."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Entry:
    """One line of an offering's history: a move, or a new version with what it changed."""

    at: Any
    person_id: UUID | None
    side: Side
    move: OfferingMove | None
    version: int | None
    changes: Sequence[Changed]


@dataclass(frozen=True)
class Open:
    """An offering with the change being prepared to it, what can be done with it, and its history."""

    offering: Offering
    revision: OfferingRevision | None
    steps: Sequence[Step]
    history: Sequence[Entry]
    names: Mapping[UUID, str]
    is_editor: bool

    @property
    def stamp(self) -> str:
        """How it stands, for forms to carry."""
        return drafting.stamp(self.offering, self.revision)

    @property
    def content(self) -> dict[str, Any]:
        """What it says, with the change being prepared."""
        return drafting.merged(self.offering, self.revision)

    @property
    def changes(self) -> list[Changed]:
        """What the change being prepared would change."""
        return differences(plain(self.offering.content), plain(self.content)) if self.revision else []


def page(session: Session, member: Member, *, shelf: Shelf = Shelf.ALL, text: str | None = None,
         cursor: str | None = None) -> Page:
    """Return a page of the offerings that `member` works on, the newest first, in a constant number of queries.

    `cursor` is the ``next_cursor`` of the page before; raise `Invalid` when it is something else.
    """
    today = formats.today()
    found = queries.offerings_on(session, member, shelf, today, text=text, limit=PAGE + 1, after=_place(cursor))
    shown = found[:PAGE]
    return Page(
        shelf=shelf, offerings=shown,
        revisions=queries.revisions_of(session, member, [offering.id for offering in shown]),
        counts={each: queries.count_on(session, member, each, today, text=text) for each in Shelf},
        platforms=organisations.organisations_by_id(session, list(member.organisations(*EDITING))),
        next_cursor=shown[-1].id.hex if len(found) > PAGE else None,
    )


def open_offering(session: Session, member: Member, offering_id: UUID) -> Open:
    """Return an offering that `member` works on; nothing about it changes. Raise `NotFound`."""
    offering = queries.offering_by_id(session, member, offering_id)
    revision = queries.revision_of(session, member, offering.id)
    moves = queries.moves_of(session, member, offering.id)
    versions = queries.versions_of(session, member, offering.id)
    history = [*map(_moved, moves), *_revised(offering, versions)]
    return Open(
        offering=offering, revision=revision, steps=stepping.possible_steps(member, offering, revision),
        history=sorted(history, key=lambda entry: entry.at, reverse=True),
        names=names.names_of(session, (entry.person_id for entry in history)),
        is_editor=side_on(member, offering.platform_id) == Side.PLATFORM,
    )


def since(opened: Open, seen: str) -> list[Entry]:
    """Return what happened to an offering since it was seen as `seen` (its version stands first), the newest first.

    Moves carry no version: those that came after the oldest of the newer versions are told, or else the last one.
    """
    start = seen.partition("-")[0]
    newer = [entry for entry in opened.history if entry.version and start.isdecimal() and entry.version > int(start)]
    first = min((entry.at for entry in newer), default=None)
    return [entry for entry in opened.history if first and entry.at >= first] or list(opened.history[:1])


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Return the fields in which two contents, as JSON keeps them, differ."""
    return [Changed(name, before.get(name), value) for name, value in after.items()
            if (before.get(name) or None) != (value or None)]


def _moved(move: OfferingMove) -> Entry:
    return Entry(move.at, move.person_id, move.side, move, None, ())


def _revised(offering: Offering, versions: Sequence[OfferingVersion]) -> list[Entry]:
    """Return each version after the first with what it changed: the next one's content is what replaced it."""
    contents = [*(version.content for version in versions), plain(offering.content)]
    return [Entry(version.replaced_at, version.person_id, Side.PLATFORM if version.person_id else Side.SERVICE, None,
                  version.version + 1, differences(version.content, after))
            for version, after in zip(versions, contents[1:], strict=True)]


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("This page of the list does not exist. Start from its first page.") from None
