"""What a firm does on its private page after asking: write, answer terms, say how it went, appeal, complain."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import g

from matchmaker.schemas.living import (
    ComplaintSchema,
    FeedbackSchema,
    NothingSchema,
    Reply,
    ReplySchema,
    Step,
    StepSchema,
    WordsSchema,
)
from matchmaker.services.access import LINK, allows
from matchmaker.services.leads import acting, appealing, complaining, delivering, talking
from matchmaker.web.firms.following import Answer, blueprint, take_step


@blueprint.post("/<key>/leads/<uuid:lead_id>/messages")
@allows(LINK)
def message(key: str, lead_id: UUID) -> Answer:
    """Write to the platform."""
    return take_step(key, WordsSchema, lead_id, lambda sent: talking.write(g.session, g.actor, lead_id, sent["words"]),
                     where="message")


@blueprint.post("/<key>/leads/<uuid:lead_id>/read")
@allows(LINK)
def read(key: str, lead_id: UUID) -> Answer:
    """Say that the messages are read."""
    return take_step(key, NothingSchema, lead_id, lambda _sent: talking.mark_read(g.session, g.actor, lead_id))


@blueprint.post("/<key>/leads/<uuid:lead_id>/terms")
@allows(LINK)
def terms(key: str, lead_id: UUID) -> Answer:
    """Accept or decline the terms."""
    def reply(sent: Mapping[str, Any]) -> None:
        if sent["reply"] == Reply.ACCEPT:
            delivering.accept_terms(g.session, g.actor, lead_id, sent["seen"])
        else:
            delivering.decline_terms(g.session, g.actor, lead_id, sent["why"])

    return take_step(key, ReplySchema, lead_id, reply, where="terms")


@blueprint.post("/<key>/leads/<uuid:lead_id>/delivery")
@allows(LINK)
def delivery(key: str, lead_id: UUID) -> Answer:
    """Say that the work has begun, is done, or came to nothing."""
    return take_step(key, StepSchema, lead_id, lambda sent: deliver(g.actor, lead_id, sent), where="fail")


@blueprint.post("/<key>/leads/<uuid:lead_id>/feedback")
@allows(LINK)
def feedback(key: str, lead_id: UUID) -> Answer:
    """Say how it went."""
    return take_step(key, FeedbackSchema, lead_id, lambda sent: delivering.rate(
        g.session, g.actor, lead_id, sent["rating"], sent["words"]), where="feedback")


@blueprint.post("/<key>/leads/<uuid:lead_id>/appeal")
@allows(LINK)
def appeal(key: str, lead_id: UUID) -> Answer:
    """Appeal to the operator."""
    return take_step(key, WordsSchema, lead_id, lambda sent: appealing.appeal(
        g.session, g.actor, lead_id, sent["words"]), where="appeal")


@blueprint.post("/<key>/leads/<uuid:lead_id>/complaints")
@allows(LINK)
def complain(key: str, lead_id: UUID) -> Answer:
    """Complain to the operator."""
    return take_step(key, ComplaintSchema, lead_id, lambda sent: complaining.complain(
        g.session, g.actor, lead_id, sent["ground"], sent["words"]), where="complaint")


def deliver(actor: acting.Party, lead_id: UUID, sent: Mapping[str, Any]) -> None:
    """Take the step of the work that somebody of either side sent."""
    match sent["step"]:
        case Step.BEGIN:
            delivering.begin(g.session, actor, lead_id)
        case Step.COMPLETE:
            delivering.complete(g.session, actor, lead_id)
        case _:
            delivering.fail(g.session, actor, lead_id, sent["reason"], sent["words"])
