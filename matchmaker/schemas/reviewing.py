"""What a reviewer sends: a decision, an assignment, a note; and which part of the queue to show."""

import datetime as dt
import enum
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from matchmaker.domain import Action, DeclineReason, LeadState
from matchmaker.schemas.base import Strict
from matchmaker.schemas.codes import KindCode, ReasonCode
from matchmaker.schemas.fields import Choice, Fault, IsoDate, Items, Line, Paragraph, Spoken, WholeNumber
from matchmaker.schemas.money import DEFAULT_CURRENCY, Currency, WrittenMoney
from matchmaker.services import formats
from matchmaker.services.leads import bulk
from matchmaker.services.leads.insight import FIGURES
from matchmaker.services.leads.workbench import Due, Sort, View

WORDS = 4_000
"""How many characters a question, an answer or a note may have."""
MOST = 10**9
TERMS = ("price", "starts_on", "duration")


class Key(Spoken, fields.UUID):
    """The id of a thing."""

    default_error_messages = {"invalid_uuid": Fault("unknown", "Choose one of the list.")}


class StepsSchema(Strict):
    """How many steps the history had when the sender looked at it, to tell what came later."""

    steps = WholeNumber(0, MOST, load_default=0)


class SeenSchema(StepsSchema):
    """How the lead was when the sender looked at it: also its version."""

    seen = WholeNumber(0, MOST, required=True)


def check_words(data: dict[str, Any]) -> None:
    """Raise `ValidationError` for a question without words, or declining without a reason."""
    if data["action"] == Action.ASK and not data["words"]:
        raise ValidationError(Fault("required", "Write the question to the firm."), "words")
    if data["action"] == Action.DECLINE and data["reason"] is None:
        raise ValidationError(Fault("required", "Choose the reason for declining."), "reason")
    if data["reason"] == DeclineReason.OTHER and not data["words"]:
        raise ValidationError(Fault("required", "Say the reason in words."), "words")


class DecisionSchema(SeenSchema):
    """A decision on a lead. A question needs words, and declining needs a reason."""

    action = Choice(Action, required=True)
    reason = ReasonCode(load_default=None)
    words = Paragraph(WORDS, load_default="")
    currency = Currency(load_default=DEFAULT_CURRENCY)
    price = WrittenMoney(load_default=None)
    starts_on = IsoDate(load_default=None)
    duration = Line(100, load_default=None)

    @validates_schema
    def check_terms(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse terms that state nothing, or a start that is over."""
        if data["action"] == Action.OFFER_TERMS and not any(data[name] for name in TERMS):
            raise ValidationError(Fault("required", "State at least a price, a start or a duration."), "price")
        if data["starts_on"] and data["starts_on"] < formats.today():
            raise ValidationError(Fault("over", "Choose a day that is not over yet."), "starts_on")

    @post_load
    def gather(self, data: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Put the terms together as they are kept; other decisions have none."""
        data.pop("currency")
        stated = {name: data.pop(name) for name in TERMS}
        if stated["starts_on"]:
            stated["starts_on"] = stated["starts_on"].isoformat()
        return data | {"terms": stated if data["action"] == Action.OFFER_TERMS else None}

    @validates_schema
    def check_words(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a question without words, and declining without a reason."""
        check_words(data)


class Chosen(Spoken):
    """A lead as the sender saw it: its id and its version, with a colon between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> tuple[UUID, int]:
        lead_id, _colon, seen = str(value)[:60].partition(":")
        try:
            return UUID(lead_id), int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1
        except ValueError:
            raise ValidationError(Fault("unknown", "Choose one of the list.")) from None


class BulkSchema(Strict):
    """A decision on several leads, each as the sender saw it."""

    action = Choice(Action, required=True)
    reason = ReasonCode(load_default=None)
    words = Paragraph(WORDS, load_default="")
    lead = Items(Chosen(), bulk.MOST, required=True, error_messages={
        "required": Fault("nothing_chosen", "Select at least one lead that can be decided so.")})

    @validates_schema
    def check_words(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse what a single decision would refuse."""
        check_words(data)


class CancelSchema(Strict):
    """Which decisions are to be taken back."""

    decision = Items(Key(), bulk.MOST, required=True)


class InvitationSchema(Strict):
    """The need whose firm is to be invited."""

    need = Key(required=True)


class AssignmentSchema(SeenSchema):
    """To whom of the team a lead is given."""

    person = Key(required=True)


class NoteSchema(Strict):
    """A note for one's own team."""

    note = Paragraph(WORDS, required=True)


class Owner(Key):
    """Whose leads: a person by id, ``me``, or ``nobody``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        return value if value in ("me", "nobody") else super()._deserialize(value, attr, data, **options)


class QueueSchema(Strict):
    """Which leads to list, in which order, from where on."""

    view = Choice(View, load_default=View.TO_ANSWER)
    sort = Choice(Sort, load_default=Sort.DUE)
    cursor = Line(200, load_default=None)
    state = Choice(LeadState, load_default=None)
    owner = Owner(load_default=None)
    kind = KindCode(load_default=None)
    offering = Key(load_default=None)
    due = Choice(Due, load_default=None)
    q = Line(100, load_default=None)


class SavedViewSchema(QueueSchema):
    """A part of the queue to be kept under a name."""

    name = Line(60, required=True)


class FigureSchema(Strict):
    """Behind which figure of a team, and of which week, leads are listed."""

    figure = fields.String(required=True, validate=validate.OneOf(tuple(FIGURES)))
    week = fields.Date(load_default=None, validate=validate.Range(dt.date(2000, 1, 1), dt.date(2200, 1, 1)))


class FileForm(enum.StrEnum):
    """The forms in which the queue is taken out."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportSchema(QueueSchema):
    """A part of the queue to be taken out as a file."""

    form = Choice(FileForm, required=True)


class ViewSchema(Strict):
    """Which saved view is meant."""

    saved = Key(required=True)
