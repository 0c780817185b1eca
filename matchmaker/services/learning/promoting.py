"""Put other weights in force, after the notice that every change has, and roll them back."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from uuid import UUID

from matchmaker.domain import Actor, Member, WeightsProposal, WeightsVersion
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.ranking import pages, weights
from matchmaker.ranking.weights import NOTICE, Weights
from matchmaker.services import formats, weighing
from matchmaker.storage import Session
from matchmaker.storage.queries import learning as queries

Words = Mapping[str, str]
"""A reason in both languages."""


def listed(session: Session) -> Sequence[WeightsProposal]:
    """Return the newest proposals, the newest first."""
    return queries.proposals(session)


def find(session: Session, proposal_id: UUID, *, locked: bool = False) -> WeightsProposal:
    """Return a proposal; raise `NotFound` when there is none."""
    if (found := queries.proposal_by_id(session, proposal_id, locked=locked)) is None:
        raise NotFound("There is no such proposal.")
    return found


def promote(session: Session, actor: Actor, proposal_id: UUID, why: Words,
            today: dt.date | None = None) -> WeightsVersion:
    """Announce a proposal as a new version, which counts when the notice is over. Flushes.

    Raise `NotFound`, `Invalid` without a reason in both languages, and `Conflict` when it was refused or promoted
    before, when other weights count than those it was compared with, or when another version is announced already.
    """
    said, day = _said(why), today or formats.today()
    proposal = find(session, proposal_id, locked=True)
    every = weighing.versions(session)
    if weights.in_force(day, every).version != proposal.base:
        raise Conflict("Other weights count by now than those it was compared with. Let new ones be proposed.")
    _nothing_announced(every, day)
    proposal.promote()
    return _announced(session, WeightsVersion(
        version=_name(f"{day + NOTICE:%Y.%m.%d}-learnt", every), base=proposal.base, announced=day,
        in_force_from=day + NOTICE, weights=proposal.weights, why=said, proposal_id=proposal.id,
        promoted_by=_person(actor)))


def keep_place(session: Session, actor: Actor, place: int | None, why: Words,
               today: dt.date | None = None) -> WeightsVersion:
    """Announce that a place of the first page is kept for what is shown too little, another one, or none. Flushes.

    It is a version of the weights that changes nothing else. Raise `Invalid` without a reason in both languages,
    `Conflict` when nothing would change, or another version is announced already.
    """
    said, day = _said(why), today or formats.today()
    every = weighing.versions(session)
    base = weights.in_force(day, every)
    page = {name: value for name, value in base.page.items() if name not in (pages.PLACE, pages.BELOW)}
    page |= {pages.PLACE: place, pages.BELOW: pages.TOO_LITTLE} if place else {}
    if page == base.page:
        raise Conflict("That is so already.")
    _nothing_announced(every, day)
    return _announced(session, WeightsVersion(
        version=_name(f"{day + NOTICE:%Y.%m.%d}-page", every), base=base.version, announced=day,
        in_force_from=day + NOTICE, weights={**weighing.content(base), "page": page}, why=said, proposal_id=None,
        promoted_by=_person(actor)))


def roll_back(session: Session, actor: Actor, version: str, why: Words, today: dt.date | None = None) -> WeightsVersion:
    """Let a promoted version count no longer, from today on; the one before it counts again, as it was. Flushes.

    One that is only announced never counts. Raise `NotFound` when no operator promoted it, `Invalid` without a reason
    in both languages, `Conflict` when it does not count any more.
    """
    said, day = _said(why), today or formats.today()
    if (found := queries.weights_version(session, version)) is None:
        raise NotFound("No version that was promoted here is called %(version)s.", version=version)
    if found.in_force_from <= day and weighing.in_force(session, day).version != version:
        raise Conflict("This version does not count any more.")
    found.end(day, said, _person(actor))
    session.flush()
    return found


def _nothing_announced(every: Sequence[Weights], day: dt.date) -> None:
    if any(one.in_force_from > day and one.ended is None for one in every):
        raise Conflict("Another version is announced already. Wait until it counts, or roll it back.")


def _announced(session: Session, found: WeightsVersion) -> WeightsVersion:
    session.add(found)
    session.flush()
    return found


def _said(why: Words) -> dict[str, str]:
    said = {language: why.get(language, "").strip() for language in ("zh", "en")}
    if not all(said.values()):
        raise Invalid("Say why, in both languages: the rule card is for everybody.")
    return said


def _name(name: str, every: Sequence[Weights]) -> str:
    known = {one.version for one in every}
    others = (f"{name}-{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], others) if one not in known)


def _person(actor: Actor) -> UUID | None:
    return actor.person_id if isinstance(actor, Member) else None
