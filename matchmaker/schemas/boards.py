"""What the address of a board says of the part that is counted."""

from typing import Any

from marshmallow import fields, pre_load, validate

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Line, Paragraph

FIRST_PLACE, LAST_PLACE = 4, 10
"""Between these a place may be kept for what is shown too little."""
NOTHING = "-"
"""Stands in an address for a value that nobody stated."""


class Asked(Strict):
    """What an address asks for, its parameters being the fields."""

    @pre_load
    def read(self, sent: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Leave out what is empty, and read what stands for nothing."""
        return {name: None if value == NOTHING else value for name, value in sent.items() if value != ""}


class DemandSchema(Asked):
    """Which needs are counted: of a kind, theme, province, section of industry, month, condition or topic."""

    kind = Line(64, allow_none=True)
    theme = Line(64, allow_none=True)
    province = Line(64, allow_none=True)
    industry = Line(64, allow_none=True)
    rule = Line(64, allow_none=True)
    month = fields.Date()
    topic = fields.UUID()
    unmet = fields.Boolean()


class WaitSchema(Asked):
    """Which leads are listed: of which needs, and answered at all, or within so many hours."""

    kind = Line(64)
    province = Line(64, allow_none=True)
    month = fields.Date()
    within = fields.Integer(validate=validate.Range(1, 10_000))
    answered = fields.Boolean()


class FairnessSchema(Asked):
    """Which month is compared, which group's leads of which outcome are listed, or which platform's lists."""

    month = fields.Date()
    outcome = Line(64, validate=validate.OneOf(("decided", "accepted", "ended", "completed")))
    platform = Line(64)
    first = fields.Boolean()
    by = Line(64, validate=validate.OneOf(("size", "province", "one_person", "channel", "language")))
    value = Line(64, allow_none=True)


class AlertSchema(Strict):
    """Which alert an operator takes note of, and what they make of it."""

    alert = fields.UUID(required=True)
    words = Paragraph(2_000, required=True)


class PromotionSchema(Strict):
    """Why weights are changed, in both languages."""

    why_zh = Paragraph(500, required=True)
    why_en = Paragraph(500, required=True)


class PlaceSchema(PromotionSchema):
    """Which place is kept for what is shown too little, if any, and why."""

    place = fields.Integer(required=True, allow_none=True, validate=validate.Range(FIRST_PLACE, LAST_PLACE))

    @pre_load
    def read(self, sent: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Read an empty choice as none."""
        return {**sent, "place": sent.get("place") or None}


class RollBackSchema(PromotionSchema):
    """Which version is rolled back, and why."""

    version = Line(64, required=True)
