"""What both sides and the operator send in the later life of a lead: messages, terms, outcomes, appeals, complaints."""

import enum
from typing import Any

from marshmallow import ValidationError, validates_schema

from matchmaker.domain import ComplaintState, FailReason, Ground
from matchmaker.domain.lead_life import LEAST, MOST
from matchmaker.schemas.asking import Mailbox
from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, Fault, Items, Line, Paragraph, WholeNumber
from matchmaker.services import cells

WORDS = 2_000
"""How many characters a message, an appeal or a complaint may have."""
HIGHEST = 10**9


class Reply(enum.StrEnum):
    """What a firm says to terms."""

    ACCEPT = "accept"
    DECLINE = "decline"


class Step(enum.StrEnum):
    """How the work stands, as one side says it."""

    BEGIN = "begin"
    COMPLETE = "complete"
    FAIL = "fail"


class Verdict(enum.StrEnum):
    """What an operator decides on an appeal."""

    RETURN = "return"
    CONFIRM = "confirm"


class NothingSchema(Strict):
    """A button that says all by itself."""


class SeenSchema(Strict):
    """A button that says which version of the lead its reader saw."""

    seen = WholeNumber(0, HIGHEST, required=True)


class WordsSchema(Strict):
    """A message, an appeal, an answer to a complaint, a question of the operator."""

    words = Paragraph(WORDS, required=True)


class ReplySchema(Strict):
    """A firm's answer to terms, and which ones it saw."""

    reply = Choice(Reply, required=True)
    why = Paragraph(1_000, load_default="")
    seen = WholeNumber(0, HIGHEST, required=True)


class StepSchema(Strict):
    """That the work has begun, is done or came to nothing, and why."""

    step = Choice(Step, required=True)
    reason = Choice(FailReason, load_default=None)
    words = Paragraph(WORDS, load_default="")

    @validates_schema
    def check_reason(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse to let a lead come to nothing without a reason."""
        if data["step"] == Step.FAIL and data["reason"] is None:
            raise ValidationError(Fault("required", "Choose the reason."), "reason")
        if data["step"] == Step.FAIL and data["reason"] == FailReason.OTHER and not data["words"]:
            raise ValidationError(Fault("required", "Say the reason in words."), "words")


class FeedbackSchema(Strict):
    """How it went: one to five, and a text."""

    rating = WholeNumber(LEAST, MOST, required=True)
    words = Paragraph(WORDS, load_default="")


class ComplaintSchema(Strict):
    """What a complaint is about, and what happened."""

    ground = Choice(Ground, required=True)
    words = Paragraph(WORDS, required=True)


class VerdictSchema(Strict):
    """An operator's decision on an appeal, with the reason."""

    verdict = Choice(Verdict, required=True)
    words = Paragraph(WORDS, required=True)


class OutcomeSchema(Strict):
    """An operator's decision on a complaint, in words to the firm."""

    state = Choice(ComplaintState, required=True)
    words = Paragraph(WORDS, required=True)

    @validates_schema
    def check_end(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse states that end nothing."""
        if data["state"] not in (ComplaintState.UPHELD, ComplaintState.REJECTED):
            raise ValidationError(Fault("not_an_end", "Choose whether the complaint is upheld or rejected."), "state")


class ReadingSchema(Strict):
    """A firm's request for a person to read its need."""

    note = Paragraph(WORDS, load_default="")
    email = Mailbox(200, load_default=None)


class ReadingAnswerSchema(Strict):
    """What an operator says of a need, and the offerings that fit it."""

    words = Paragraph(WORDS, required=True)
    offerings = Items(Line(300), 10, load_default=list)

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Read the offerings as a text that is cut at semicolons and line ends."""
        return data | {"offerings": cells.items(data.get("offerings") or "")}
