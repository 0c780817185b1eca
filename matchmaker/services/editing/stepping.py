"""Move offerings, and the changes prepared to them, from state to state: submit, return, publish, suspend, withdraw."""

import enum
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import Member, Offering, OfferingRevision, OfferingStatus
from matchmaker.domain.base import utc_now
from matchmaker.domain.offering_states import LIVE
from matchmaker.domain.offerings import typed
from matchmaker.errors import Conflict
from matchmaker.services import formats
from matchmaker.services.editing import changes, drafting
from matchmaker.storage.queries import desk as queries


class Step(enum.StrEnum):
    """What can be done with an offering as a whole."""

    SUBMIT = "submit"
    RETURN = "return"
    PUBLISH = "publish"
    DISCARD = "discard"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


S = OfferingStatus
LEADS_TO = {Step.SUBMIT: S.IN_REVIEW, Step.RETURN: S.DRAFT, Step.PUBLISH: S.PUBLISHED, Step.DISCARD: S.WITHDRAWN,
            Step.SUSPEND: S.SUSPENDED, Step.RESUME: S.PUBLISHED, Step.WITHDRAW: S.WITHDRAWN}
_STARTS = {Step.SUBMIT: {S.DRAFT}, Step.RETURN: {S.IN_REVIEW}, Step.PUBLISH: {S.IN_REVIEW}, Step.DISCARD: {S.DRAFT},
           Step.SUSPEND: {S.PUBLISHED}, Step.RESUME: {S.SUSPENDED}, Step.WITHDRAW: LIVE}
_OF_CHANGE = frozenset({Step.SUBMIT, Step.RETURN, Step.PUBLISH, Step.DISCARD})
"""Steps that concern the change being prepared, where there is one."""


def possible_steps(member: Member, offering: Offering, revision: OfferingRevision | None) -> list[Step]:
    """Return the steps that `member` could take now, in the order in which they are offered."""
    found = []
    for step, to in LEADS_TO.items():
        thing = revision if revision and step in _OF_CHANGE else offering
        if thing.status in _STARTS[step] and thing.may_move(to, member):
            found.append(step)
    return found


def take(session: Session, member: Member, offering_id: UUID, step: Step, *, why: str = "", seen: str) -> Offering:
    """Take a step with an offering that was seen as `seen`, and record who, when and why. Flushes.

    Raise `Conflict` when it has changed since or the step is not possible any more, `Forbidden` when the step is
    another's to take, `Invalid` when it needs a reason.
    """
    offering = queries.offering_by_id(session, member, offering_id, locked=True)
    revision = queries.revision_of(session, member, offering.id, locked=True)
    drafting.check_stamp(offering, revision, seen)
    thing = revision if revision and step in _OF_CHANGE else offering
    if thing.status not in _STARTS[step]:
        raise Conflict("The offering has moved on; this step is not possible any more.")
    is_shown = offering.status in LIVE
    if LEADS_TO[step] == S.PUBLISHED:
        _check_validity(offering, revision if step == Step.PUBLISH else None)
    session.add(thing.move(LEADS_TO[step], member, why))
    if thing is revision and step in (Step.PUBLISH, Step.DISCARD):
        if step == Step.PUBLISH:
            _apply(session, member, revision)
        session.delete(revision)
    if revision and step == Step.WITHDRAW:
        session.delete(revision)
    session.flush()
    if is_shown or offering.status == S.PUBLISHED:
        changes.catalogue_changed(session)
    return offering


def _check_validity(offering: Offering, revision: OfferingRevision | None) -> None:
    ends = drafting.merged(offering, revision)["valid_through"]
    if ends is not None and ends < formats.today():
        raise Conflict("Its validity is over. Give it a later last day first.")


def _apply(session: Session, member: Member, revision: OfferingRevision) -> None:
    """Let an offering say what was prepared; raise `Conflict` when what it replaces has changed in the meantime."""
    if overtaken := revision.overtaken():
        raise Conflict("What this change replaces has changed in the meantime: %(fields)s. Discard it or edit it anew.",
                       fields=", ".join(overtaken))
    offering = revision.offering
    before = offering.archived(utc_now(), member.person_id)
    if offering.revise(offering.content | typed(revision.changes), utc_now()):
        session.add(before)
