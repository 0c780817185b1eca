"""The fields that all schemas share. What they refuse they refuse with a `Fault`, and with no other exception."""

import datetime as dt
import enum
import math
import re
import unicodedata
from typing import Any, ClassVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields

from matchmaker.i18n import LANGUAGES, language_of
from matchmaker.schemas.faults import Fault, flatten, shown

__all__ = [
    "Choice", "EmailAddress", "Fault", "Flag", "IsoDate", "Items", "Line", "Moment", "Number", "Paragraph", "Spoken",
    "Texts", "WebAddress", "WholeNumber", "Year", "flatten", "is_blank", "shown",
]

PRINTABLE = r"^[^\u0000]*$"
"""What texts may hold, as a pattern that ECMA 262 understands too."""
HIGHEST_NUMBER = 10**15

_BREAKS = re.compile(r"\s*[\t\r\n\u2028\u2029]\s*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What slips in when people copy from a PDF or an old encoding; it says nothing, and a blank takes its place."""
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def is_blank(value: object) -> bool:
    """Tell whether a value says nothing: null, or a text of nothing but spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


class Spoken(fields.Field[Any]):
    """Gives a field its words for what every field may lack, and tells the API's description what it takes."""

    default_error_messages = {
        "required": Fault("required", "This is needed. Fill it in."),
        "null": Fault("required", "This is needed. Fill it in."),
    }

    def describe(self, **facts: Any) -> None:
        """Add to the description whatever its author did not say himself."""
        self.metadata = {**facts, **self.metadata}


class Line(Spoken, fields.String):
    """A text of one line: trimmed, in NFC, line breaks made spaces, of at most `limit` characters."""

    def __init__(self, limit: int = 200, **options: Any) -> None:
        super().__init__(**options)
        self.limit = limit
        self.describe(maxLength=limit, pattern=PRINTABLE)

    def tidy(self, text: str) -> str:
        """Return the text without what is invisible in it."""
        return _BREAKS.sub(" ", _CONTROLS.sub(" ", text)).strip()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(Fault("not_text", "Write a text here, in quotation marks if this is JSON."))
        if len(value) > 2 * self.limit + 100:
            raise ValidationError(self._too_long(len(value)))
        text = self.tidy(value)
        if _UNSTORABLE.search(text):
            raise ValidationError(
                Fault("control_character", "The text holds a character that cannot be stored. Type it anew.")
            )
        text = unicodedata.normalize("NFC", text)
        if len(text) > self.limit:
            raise ValidationError(self._too_long(len(text)))
        # What is of no width, or turns the direction of writing, says nothing by itself.
        if all(unicodedata.category(sign)[0] in "CZ" for sign in text):
            raise self.make_error("required")
        return text

    def _too_long(self, length: int) -> Fault:
        return Fault("too_long", "The text has %(length)s characters; at most %(limit)s are taken. Shorten it.",
                     length=length, limit=self.limit)


class Paragraph(Line):
    """A text of any number of lines, of at most `limit` characters."""

    def tidy(self, text: str) -> str:
        """Return the text with the same line breaks everywhere."""
        return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class Texts(Spoken, fields.Field):
    """A text in both languages or one: ``{"zh": ..., "en": ...}``, or a plain text in whichever it is written."""

    def __init__(self, inner: Line, **options: Any) -> None:
        super().__init__(**options)
        self.inner = inner
        text = {"type": "string", **inner.metadata}
        both = {"type": "object", "properties": dict.fromkeys(LANGUAGES, text), "additionalProperties": False}
        self.describe(anyOf=[text, both])

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, str]:
        if isinstance(value, str):
            line = str(self.inner.deserialize(value))
            return {language_of(line): line}
        if not isinstance(value, dict):
            raise ValidationError(Fault("not_texts", 'Write a text here, or {"zh": "...", "en": "..."}.'))
        texts: dict[str, str] = {}
        faults: dict[str, Any] = {}
        for name, text in value.items():
            if name not in LANGUAGES:
                faults[name] = [Fault("unknown_field", "Texts are in zh and en; other languages are not kept.")]
            elif not is_blank(text):
                try:
                    texts[name] = str(self.inner.deserialize(text))
                except ValidationError as error:
                    faults[name] = error.messages
        if faults:
            raise ValidationError(faults)
        if not texts and self.required:
            raise self.make_error("required")
        return texts


class WholeNumber(Spoken, fields.Integer):
    """A whole number from `low` to `high`, as a number or as its digits."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        super().__init__(**options)
        self.low, self.high = low, high
        self.describe(minimum=low, maximum=high)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and len(value) < 50:
            digits = unicodedata.normalize("NFKC", value).strip()
            value = int(digits) if _WHOLE.fullmatch(digits) else None
        if type(value) is not int:
            raise ValidationError(Fault("not_a_whole_number", "Write a whole number here, without a unit."))
        if not self.low <= value <= self.high:
            raise ValidationError(Fault("out_of_range", "The number must lie between %(low)s and %(high)s.",
                                        low=self.low, high=self.high))
        return value


class Year(WholeNumber):
    """A year from 1800 to the next one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1800, dt.datetime.now(dt.UTC).year + 1, **options)


class Number(Spoken, fields.Float):
    """A finite number from `low` to `high`; whole ones stay whole."""

    def __init__(self, low: float = -HIGHEST_NUMBER, high: float = HIGHEST_NUMBER, **options: Any) -> None:
        super().__init__(**options)
        self.low, self.high = low, high
        self.describe(minimum=low, maximum=high)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, str) and len(value) < 50:
            digits = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
            value = float(digits) if _DECIMAL.fullmatch(digits) else None
        if type(value) not in (int, float) or (isinstance(value, float) and not math.isfinite(value)):
            raise ValidationError(Fault("not_a_number", "Write a number here, without a unit."))
        if not self.low <= value <= self.high:
            raise ValidationError(Fault("out_of_range", "The number must lie between %(low)s and %(high)s.",
                                        low=self.low, high=self.high))
        return int(value) if value == int(value) else value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value


class Flag(Spoken, fields.Boolean):
    """Yes or no, also as the words that tables and forms have for it."""

    WORDS: ClassVar[dict[str, bool]] = {
        "true": True, "yes": True, "y": True, "1": True, "on": True, "是": True,
        "false": False, "no": False, "n": False, "0": False, "off": False, "否": False,
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if isinstance(value, str):
            value = self.WORDS.get(value.strip().lower()[:10])
        if not isinstance(value, bool):
            raise ValidationError(Fault("not_yes_or_no", "Answer with true or false."))
        return value


class Choice(Spoken, fields.String):
    """One of the values of a `StrEnum`."""

    def __init__(self, choices: type[enum.StrEnum], **options: Any) -> None:
        super().__init__(**options)
        self.choices = {choice.value: choice for choice in choices}
        self.describe(enum=list(self.choices))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        choice = self.choices.get(value.strip().lower()) if isinstance(value, str) else None
        if choice is None:
            raise ValidationError(Fault("not_a_choice", "%(value)s is not one of: %(choices)s.",
                                        value=shown(value), choices=", ".join(self.choices)))
        return choice


class IsoDate(Spoken, fields.Date):
    """A day between 1900 and 2200, as 2027-06-30; the time of day that spreadsheets add is dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dt.date:
        if isinstance(value, dt.date):
            value = value.isoformat()
        text = value.strip() if isinstance(value, str) and len(value) < 50 else ""
        found = _DATE.match(text)
        try:
            day = dt.date(*map(int, found.groups())) if found else None
            if found and text[found.end():]:
                day = dt.datetime.fromisoformat(text).date()
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year <= 2200:
            raise ValidationError(Fault("not_a_date", "Write the day as 2027-06-30."))
        return day

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return value.isoformat() if isinstance(value, dt.date) else value


class Moment(Spoken, fields.DateTime):
    """A moment, kept as text in UTC (2026-11-03T08:00:00Z); without a zone it is taken to be in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            moment = dt.datetime.fromisoformat(value.strip()[:50])
            moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
        except (AttributeError, ValueError, OverflowError):
            raise ValidationError(Fault("not_a_moment", "Write the moment as 2026-11-03T08:00:00Z.")) from None
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value if isinstance(value, str) else super()._serialize(value, attr, obj, **options)


class Items(Spoken, fields.List):
    """A list of at most `limit` things; blanks are left out, and plain values that stand twice are kept once."""

    def __init__(self, inner: Any, limit: int = 100, **options: Any) -> None:
        super().__init__(inner, **options)
        self.limit = limit
        self.describe(maxItems=limit)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise ValidationError(Fault("not_a_list", "Give a list here: [..., ...]."))
        value = [item for item in value if not is_blank(item)]
        if len(value) > self.limit:
            raise ValidationError(Fault("too_many", "There are %(count)s entries; at most %(limit)s are taken.",
                                        count=len(value), limit=self.limit))
        items = super()._deserialize(value, attr, data, **options)
        return list(dict.fromkeys(items)) if all(isinstance(item, str) for item in items) else items


class WebAddress(Line):
    """An http or https address without a password in it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            parts = urlsplit(text)
            usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
        except ValueError:
            usable = False
        if not usable or re.search(r"[\s<>\"]", text):
            raise ValidationError(Fault("not_a_web_address", "Write a web address that begins with https:// here."))
        return text


class EmailAddress(Line):
    """An e-mail address of valid form; whether it exists is not asked."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(
                Fault("not_an_email", "Write an e-mail address here, such as liaison@example.com.")
            ) from None
