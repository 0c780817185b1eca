"""The later steps of the demo's stories: messages, delivery, feedback, appeals, complaints; and their moments."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain import FailReason, Ground, Holder, Lead, Member, Service
from matchmaker.services.leads import acting, appealing, complaining, delivering, talking
from matchmaker.storage.queries import life

SERVICE = Service()


def take(session: Session, step: Mapping[str, Any], lead: Lead, firm: Holder, member: Member | None) -> bool:
    """Take a step of a lead's later life as `member`, or as its firm; return whether the step was one of these."""
    actor: acting.Party = member or firm
    words = step.get("words", "")
    match step["do"]:
        case "message":
            talking.write(session, actor, lead.id, words)
        case "accept_terms":
            delivering.accept_terms(session, firm, lead.id, lead.version)
        case "begin":
            delivering.begin(session, actor, lead.id)
        case "complete":
            delivering.complete(session, actor, lead.id)
        case "fail":
            delivering.fail(session, actor, lead.id, FailReason(step["reason"]), words)
        case "rate":
            delivering.rate(session, actor, lead.id, step["rating"], words)
        case "appeal":
            appealing.appeal(session, firm, lead.id, words)
        case "complain":
            complaining.complain(session, firm, lead.id, Ground(step["ground"]), words)
        case "put" if member:
            (complaint,) = life.complaints_of(session, SERVICE, [lead.id])
            complaining.put(session, member, complaint.id, words)
        case _:
            return False
    return True


def move_back(session: Session, lead: Lead, past: dt.timedelta) -> None:
    """Let what happened late in a lead's life have happened some time ago, so that clocks run."""
    some = past / 2
    for reading in life.readings_of(session, SERVICE, [lead.id]):
        reading.at -= some
    for given in life.feedback_of(session, SERVICE, [lead.id]):
        given.at -= some
    for appeal in life.appeals_of(session, SERVICE, [lead.id]):
        appeal.at, appeal.due_at = appeal.at - some, appeal.due_at - some
    for complaint in life.complaints_of(session, SERVICE, [lead.id]):
        complaint.at, complaint.due_at = complaint.at - some, complaint.due_at - some
