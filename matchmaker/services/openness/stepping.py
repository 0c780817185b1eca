"""Move versions of openness lists from state to state: submit, take back, accept, return."""

import enum
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker.domain import ListVersion, Member, VersionStatus
from matchmaker.errors import Conflict
from matchmaker.services import formats
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import openness as queries


class Step(enum.StrEnum):
    """What can be done with a version as a whole."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    RETURN = "return"
    ACCEPT = "accept"


S = VersionStatus
LEADS_TO = {Step.SUBMIT: S.IN_REVIEW, Step.TAKE_BACK: S.DRAFT, Step.RETURN: S.DRAFT, Step.ACCEPT: S.ACCEPTED}
TOLD = {Step.RETURN: "list_returned", Step.ACCEPT: "list_accepted"}
"""What the operator does with a version, and by which notice the platform's editors hear of it."""


def possible_steps(member: Member, version: ListVersion) -> list[Step]:
    """Return the steps that `member` could take now, in the order in which they are offered."""
    found = [step for step, to in LEADS_TO.items() if version.may_move(to, member)]
    own = version.platform_id in member.roles
    return [step for step in found if step != (Step.RETURN if own else Step.TAKE_BACK)]


def stamp(version: ListVersion) -> str:
    """Return how a version stands, for a page to carry: who acts on another state is told."""
    return f"{version.edits}-{version.status}"


def take(session: Session, member: Member, version_id: UUID, step: Step, *, why: str = "", seen: str) -> ListVersion:
    """Take a step with a version that was seen as `seen`, record who, when and why, and tell whom it concerns. Flushes.

    Raise `Conflict` when it has changed since or the step is not possible any more, `Forbidden` when the step is
    another's to take, `Invalid` when something is missing.
    """
    version = queries.version_by_id(session, member, version_id, locked=True)
    if seen != stamp(version):
        raise Conflict("The list has changed since you opened it. Look at it again, then decide.")
    if step in (Step.SUBMIT, Step.ACCEPT) and version.is_over(formats.today()):
        raise Conflict("Its validity is over. Give it a later last day first.")
    session.add(version.move(LEADS_TO[step], member, why))
    session.flush()
    if step is Step.SUBMIT:
        outbox.tell_operators(session, "list_submitted", version=str(version.id))
    elif step in TOLD:
        outbox.tell_editors(session, TOLD[step], version.platform_id, version=str(version.id))
    return version
