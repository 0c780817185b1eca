"""Draft the next version of a platform's openness list: begin it, choose what stands on it, say what is new.

A version is begun from the last one or from all that is open. Each entry has what the catalogue says at that time; what
the list says differently (a file may) takes effect when the list is published.
"""

import datetime as dt
import enum
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import (
    ListEntry,
    ListMove,
    ListVersion,
    Member,
    Offering,
    OfferingStatus,
    OpennessList,
    Service,
    Side,
    VersionStatus,
)
from matchmaker.domain.actors import EDITING
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.offerings import plain
from matchmaker.errors import Conflict, Forbidden, Invalid
from matchmaker.services import formats
from matchmaker.storage.queries import openness as queries

A_YEAR = 365
"""Days for which a version is valid unless its platform says otherwise."""


class Start(enum.StrEnum):
    """What a new version begins with."""

    LAST = "last"
    OPEN = "open"
    EMPTY = "empty"


def begin(session: Session, member: Member, platform_id: UUID, start: Start) -> ListVersion:
    """Begin the next version of a platform's list as a draft. Flushes.

    Raise `Forbidden` for somebody else's platform, `Conflict` while the version before is not published.
    """
    if platform_id not in member.organisations(*EDITING):
        raise Forbidden("Only the platform's own people draft its list.")
    member.check_standing(platform_id)
    found = _list(session, platform_id)
    # Asked as the service: whether there is a version does not depend on who may see it.
    last = queries.newest_version(session, Service(), found.id)
    if last and last.status != VersionStatus.PUBLISHED:
        raise Conflict("The version before is not published yet. Go on with that one.")
    made = ListVersion(id=new_id(), openness_list=found, number=last.number + 1 if last else 1,
                       title=last.title if last else found.title, response_days=found.response_days,
                       valid_through=formats.today() + dt.timedelta(days=A_YEAR))
    open_now = {offering.external_id: offering for offering in queries.listable(session, platform_id)
                if offering.status == OfferingStatus.PUBLISHED}
    if start != Start.EMPTY:
        known = {entry.external_id for entry in last.entries} if last and start == Start.LAST else None
        made.entries = [_entry(offering) for number, offering in open_now.items() if known is None or number in known]
    session.add(made)
    session.flush()
    session.add(ListMove(version_id=made.id, at=utc_now(), from_state=None, to_state=VersionStatus.DRAFT,
                         side=Side.PLATFORM, person_id=member.person_id))
    session.flush()
    return made


def describe(session: Session, member: Member, version_id: UUID, said: dict[str, Any]) -> ListVersion:
    """Say what a draft is called and what is new, until when it is valid, and how soon the platform answers. Flushes.

    Raise `Conflict` when it is no draft, `Invalid` for a last day that is over.
    """
    version = edited(session, member, version_id)
    if said["valid_through"] and said["valid_through"] < formats.today():
        raise Invalid("Choose a day that is not over yet.")
    version.title = {language: said[f"title_{language}"] for language in ("zh", "en") if said[f"title_{language}"]}
    if not version.title:
        raise Invalid("Give the list a title, in Chinese or English.")
    for name in ("note", "response_days", "valid_through"):
        setattr(version, name, said[name])
    version.changed_at = utc_now()
    session.flush()
    return version


def choose(session: Session, member: Member, version_id: UUID, numbers: Collection[str]) -> ListVersion:
    """Let exactly the offerings with these numbers stand on a draft. Flushes.

    What stands there already stays as it is; what comes anew says what the catalogue says. Raise `Conflict` when it is
    no draft, `Invalid` for a number that is neither on the list nor in the catalogue.
    """
    version = edited(session, member, version_id)
    known = {entry.external_id for entry in version.entries}
    offered = {offering.external_id: offering for offering in queries.listable(session, version.platform_id)}
    if unknown := sorted(set(numbers) - known - offered.keys()):
        raise Invalid("The platform has no offering %(number)s that could stand on the list.", number=unknown[0])
    version.entries = [entry for entry in version.entries if entry.external_id in numbers] + [
        _entry(offered[number]) for number in sorted(set(numbers) - known)]
    version.changed_at = utc_now()
    session.flush()
    return version


def refresh(session: Session, member: Member, version_id: UUID) -> int:
    """Let the entries of a draft say what the catalogue says now; return how many said something else. Flushes."""
    version = edited(session, member, version_id)
    now = {offering.external_id: offering for offering in queries.listable(session, version.platform_id)}
    count = 0
    for entry in version.entries:
        offering = now.get(entry.external_id)
        if offering and entry.content != (content := plain(offering.content)):
            entry.content, entry.base, entry.offering_id = content, content, offering.id
            count += 1
    version.changed_at = utc_now()
    session.flush()
    return count


def discard(session: Session, member: Member, version_id: UUID) -> None:
    """Throw a draft away. Flushes; raise `Conflict` when it is no draft."""
    session.delete(edited(session, member, version_id))
    session.flush()


def confirm(session: Session, member: Member, version_id: UUID) -> ListVersion:
    """Note that the platform confirms today that its published list still holds. Flushes."""
    version = queries.version_by_id(session, member, version_id, locked=True)
    _check_own(member, version)
    if version.status != VersionStatus.PUBLISHED or version.number != version.openness_list.version:
        raise Conflict("Only the version in force can be confirmed.")
    version.verified_at = formats.today()
    session.flush()
    return version


def edited(session: Session, member: Member, version_id: UUID) -> ListVersion:
    """Return a draft of the member's own platform, locked; raise `Forbidden` to an operator, who does not edit."""
    version = queries.version_by_id(session, member, version_id, locked=True)
    _check_own(member, version)
    version.check_edited()
    return version


def put(version: ListVersion, contents: Iterable[dict[str, Any]], offerings: dict[str, Offering]) -> None:
    """Put entries with these contents on a version, each in place of one with the same number."""
    by_number = {entry.external_id: entry for entry in version.entries}
    for content in contents:
        number = content["external_id"]
        offering = offerings.get(number)
        entry = by_number.get(number)
        if entry is None:
            entry = by_number[number] = ListEntry(id=new_id(), external_id=number)
            version.entries.append(entry)
        entry.content, entry.base = content, plain(offering.content) if offering else {}
        entry.offering_id = offering.id if offering else None


def _check_own(member: Member, version: ListVersion) -> None:
    if version.platform_id not in member.organisations(*EDITING):
        raise Forbidden("Only the platform's own people draft its list.")
    member.check_standing(version.platform_id)


def _list(session: Session, platform_id: UUID) -> OpennessList:
    """Return the list of a platform, locked against two who begin at once; made where there is none yet."""
    found = queries.list_of(session, platform_id, locked=True)
    if found is None:
        platform = queries.platform_by_id(session, platform_id)
        found = OpennessList(id=new_id(), platform=platform, title=dict(platform.name))
        session.add(found)
        session.flush()
    return found


def _entry(offering: Offering) -> ListEntry:
    content = plain(offering.content)
    return ListEntry(id=new_id(), external_id=offering.external_id, offering_id=offering.id, content=content,
                     base=content)
