"""What a platform's team does with a lead beside deciding: write, take it up again, deliver, say how it went."""

from uuid import UUID

from flask import g

from matchmaker.schemas.living import FeedbackSchema, NothingSchema, SeenSchema, StepSchema, WordsSchema
from matchmaker.services.access import ANSWERER, allows
from matchmaker.services.leads import complaining, delivering, talking
from matchmaker.web.teams.leads import Answer, blueprint, change
from matchmaker.web.teams.living import deliver


@blueprint.post("/<uuid:lead_id>/messages")
@allows(ANSWERER)
def message(lead_id: UUID) -> Answer:
    """Write to the firm."""
    return change(lead_id, WordsSchema(), lambda sent: talking.write(g.session, g.actor, lead_id, sent["words"]),
                  where="message")


@blueprint.post("/<uuid:lead_id>/read")
@allows(ANSWERER)
def read(lead_id: UUID) -> Answer:
    """Say that the messages are read."""
    return change(lead_id, NothingSchema(), lambda _sent: talking.mark_read(g.session, g.actor, lead_id))


@blueprint.post("/<uuid:lead_id>/resume")
@allows(ANSWERER)
def resume(lead_id: UUID) -> Answer:
    """Take the lead back into review."""
    return change(lead_id, NothingSchema(), lambda _sent: delivering.resume(g.session, g.actor, lead_id))


@blueprint.post("/<uuid:lead_id>/terms/take-back")
@allows(ANSWERER)
def take_back_terms(lead_id: UUID) -> Answer:
    """Take back terms that the firm has not answered."""
    return change(lead_id, SeenSchema(), lambda sent: delivering.take_back_terms(
        g.session, g.actor, lead_id, sent["seen"]))


@blueprint.post("/<uuid:lead_id>/delivery")
@allows(ANSWERER)
def delivery(lead_id: UUID) -> Answer:
    """Say that the work has begun, is done, or came to nothing."""
    return change(lead_id, StepSchema(), lambda sent: deliver(g.actor, lead_id, sent), where="fail")


@blueprint.post("/<uuid:lead_id>/feedback")
@allows(ANSWERER)
def feedback(lead_id: UUID) -> Answer:
    """Say how it went."""
    return change(lead_id, FeedbackSchema(), lambda sent: delivering.rate(
        g.session, g.actor, lead_id, sent["rating"], sent["words"]), where="feedback")


@blueprint.post("/<uuid:lead_id>/complaints/<uuid:complaint_id>/answer")
@allows(ANSWERER)
def answer_complaint(lead_id: UUID, complaint_id: UUID) -> Answer:
    """Answer a complaint that the operator has put to the platform."""
    return change(lead_id, WordsSchema(), lambda sent: complaining.answer(
        g.session, g.actor, lead_id, complaint_id, sent["words"]), where="complaint")
