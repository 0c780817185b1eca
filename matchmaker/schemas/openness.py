"""What pages send about openness lists, batches and the records that count towards targets."""

import datetime as dt
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from matchmaker.schemas.base import Strict
from matchmaker.schemas.codes import RegionCode, ThemeCode
from matchmaker.schemas.fields import Choice, Fault, IsoDate, Items, Line, Paragraph, Spoken, WebAddress, WholeNumber
from matchmaker.schemas.reviewing import Key
from matchmaker.services.formats import CHINA
from matchmaker.services.openness.drafting import Start
from matchmaker.services.openness.reading import Take
from matchmaker.services.openness.stepping import Step

WHY, NOTE = 1_000, 2_000
MOST = 5_000
"""How many resources a form may choose."""


class ClockTime(Spoken, fields.Field[Any]):
    """A day and an hour as the clocks of China show it, in the form of a browser's field: 2027-03-01T09:00."""

    default_error_messages = {"invalid": Fault("bad_moment", "Give day and hour, for instance 2027-03-01 09:00.")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.datetime:
        try:
            found = dt.datetime.strptime(str(value)[:16].replace(" ", "T"), "%Y-%m-%dT%H:%M")
        except ValueError:
            raise self.make_error("invalid") from None
        return found.replace(tzinfo=CHINA)


class BeginSchema(Strict):
    """What a new version begins with, and of which platform."""

    start = Choice(Start, load_default=Start.LAST)
    platform = Key(required=True)


class DescriptionSchema(Strict):
    """What a version is called and says of itself."""

    title_zh = Line(200, load_default="")
    title_en = Line(200, load_default="")
    note = Paragraph(NOTE, load_default="")
    response_days = WholeNumber(1, 365, load_default=None)
    valid_through = IsoDate(load_default=None)


class ChoiceSchema(Strict):
    """Which resources are to stand on a version, by the platform's own numbers."""

    entry = Items(Line(200), MOST, load_default=list)


class TakeSchema(Strict):
    """What becomes of a file that was read."""

    how = Choice(Take, required=True)


class ListStepSchema(Strict):
    """A step with a version, as it was when the sender looked at it."""

    step = Choice(Step, required=True)
    why = Paragraph(WHY, load_default="")
    seen = Line(100, required=True)


class BatchSchema(Strict):
    """What a batch is called, and which versions are in it."""

    title_zh = Line(200, load_default="")
    title_en = Line(200, load_default="")
    version = Items(Key(), 500, load_default=list)


class PublicationSchema(Strict):
    """When a batch is to be published; left out, now."""

    at = ClockTime(load_default=None)


class EvidenceSchema(Strict):
    """A link to evidence, both parts or none."""

    evidence_title = Line(200, load_default="")
    evidence_url = WebAddress(load_default="")

    @validates_schema
    def check_link(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a name without an address."""
        if data["evidence_title"] and not data["evidence_url"]:
            raise ValidationError(Fault("required", "Give the address of the evidence, too."), "evidence_url")


class UnitSchema(EvidenceSchema):
    """A record that is to count towards a target."""

    target = Line(64, required=True)
    title_zh = Line(200, load_default="")
    title_en = Line(200, load_default="")
    year = WholeNumber(2000, 2100, required=True)
    region = RegionCode(load_default=None)
    theme = ThemeCode(load_default=None)


class UnitStepSchema(EvidenceSchema):
    """Whether a record counts, and why not."""

    step = Line(16, required=True)
    why = Paragraph(WHY, load_default="")


class UnitFilterSchema(Strict):
    """Which records to show."""

    target = Line(64, load_default=None)
    state = Line(16, load_default=None)
    year = WholeNumber(2000, 2100, load_default=None)
    region = Line(16, load_default=None)
    theme = Line(64, load_default=None)
    cursor = Line(64, load_default=None)
