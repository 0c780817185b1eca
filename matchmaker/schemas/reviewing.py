"""What a reviewer sends: a decision, an assignment, a note; and which part of the queue to show."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from matchmaker.domain import Action, DeclineReason
from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, Fault, Line, Paragraph, Spoken, WholeNumber
from matchmaker.services.leads.workbench import Sort, View

WORDS = 4_000
"""How many characters a question, an answer or a note may have."""
MOST = 10**9


class Key(Spoken, fields.UUID):
    """The id of a thing."""

    default_error_messages = {"invalid_uuid": Fault("unknown", "Choose one of the list.")}


class StepsSchema(Strict):
    """How many steps the history had when the sender looked at it, to tell what came later."""

    steps = WholeNumber(0, MOST, load_default=0)


class SeenSchema(StepsSchema):
    """How the lead was when the sender looked at it: also its version."""

    seen = WholeNumber(0, MOST, required=True)


class DecisionSchema(SeenSchema):
    """A decision on a lead. A question needs words, and declining needs a reason."""

    action = Choice(Action, required=True)
    reason = Choice(DeclineReason, load_default=None)
    words = Paragraph(WORDS, load_default="")

    @validates_schema
    def check_words(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a question without words, and declining without a reason."""
        if data["action"] == Action.ASK and not data["words"]:
            raise ValidationError(Fault("required", "Write the question to the firm."), "words")
        if data["action"] == Action.DECLINE and data["reason"] is None:
            raise ValidationError(Fault("required", "Choose the reason for declining."), "reason")
        if data["reason"] == DeclineReason.OTHER and not data["words"]:
            raise ValidationError(Fault("required", "Say the reason in words."), "words")


class AssignmentSchema(SeenSchema):
    """To whom of the team a lead is given."""

    person = Key(required=True)


class NoteSchema(Strict):
    """A note for one's own team."""

    note = Paragraph(WORDS, required=True)


class QueueSchema(Strict):
    """Which leads to list, in which order, from where on."""

    view = Choice(View, load_default=View.TO_ANSWER)
    sort = Choice(Sort, load_default=Sort.DUE)
    cursor = Line(200, load_default=None)
