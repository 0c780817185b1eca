"""What an incubator sends of one firm, as a row of flat fields; and the options of a whole batch."""

import datetime as dt
import enum
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, validates_schema

from matchmaker.domain import Allocation, ConsentState, Outcome
from matchmaker.domain.base import utc_now
from matchmaker.domain.choices import Language
from matchmaker.i18n import LANGUAGES, use_language
from matchmaker.schemas.asking import Id, Mailbox, Telephone
from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, Fault, Flag, Items, Line, Moment, WholeNumber, flatten, shown
from matchmaker.schemas.needs import FIRM, FirmSchema, FlatNeedSchema
from matchmaker.services.leads import consents

LONGEST_KEY = 200
CONSENT = ("consent_version", "consent_at", "consent_channel", "consent_recipients")
"""The evidence that a firm consented: all of it or nothing."""
FIRM_COLUMNS = frozenset(f"{FIRM}{name}" for name in FirmSchema().fields)
"""The columns of the firm in a row of flat fields."""
TOLERANCE = dt.timedelta(minutes=10)
"""By so much the sender's clock may be ahead of ours."""


class ConsentChannel(enum.StrEnum):
    """How the firm gave the consent that its incubator keeps."""

    PAPER = "paper"
    EMAIL = "email"
    APP = "app"
    WEB = "web"
    IN_PERSON = "in_person"
    TELEPHONE = "telephone"


class ConsentVersion(Line):
    """A version of our consent text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if text not in consents.versions():
            raise ValidationError(Fault("unknown_consent", "There is no consent text %(value)s. Known are: %(known)s.",
                                        value=shown(text), known=", ".join(consents.versions())))
        return text


class ReferralRowSchema(FlatNeedSchema):
    """One referral: a need in flat fields, whose it is, whom to ask, and the firm's consent."""

    external_id = Line(200, load_default=None)
    contact_name = Line(200, load_default=None)
    contact_email = Mailbox(200, load_default=None)
    contact_telephone = Telephone(60, load_default=None)
    consent_version = ConsentVersion(64, load_default=None)
    consent_at = Moment(load_default=None)
    consent_channel = Choice(ConsentChannel, load_default=None)
    consent_recipients = Items(Line(63), 50, load_default=None)
    send_to = Items(Line(130), 10, load_default=None)

    @validates_schema
    def check_consent(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse half an evidence, and one that is dated ahead."""
        given = [name for name in CONSENT if data.get(name)]
        if given and len(given) < len(CONSENT):
            fault = Fault("consent_incomplete", "A consent needs all of these: %(names)s.", names=", ".join(CONSENT))
            raise ValidationError({name: [fault] for name in CONSENT if name not in given})
        if given and dt.datetime.fromisoformat(data["consent_at"]) > utc_now() + TOLERANCE:
            raise ValidationError({"consent_at": [Fault("in_the_future", "This moment lies in the future.")]})


class BatchOptionsSchema(Strict):
    """How a batch is to be taken."""

    dry_run = Flag(load_default=False, metadata={
        "description": "Check and match every row; make nothing and send nothing."})
    send_to = Line(1_000, load_default=None, metadata={
        "description": "For rows that do not say it themselves: `best`, or offerings (ids, or `platform/external_id`) "
                       "separated by semicolons. Left out, nobody is asked."})
    allocation = Choice(Allocation, load_default=Allocation.BEST_EACH, metadata={
        "description": "Who is asked for rows that ask for the best: `best_each` the best of each row; `fair_capacity` "
                       "no offering for more rows than it has places, so that first the most rows are placed and "
                       "then all together fit best. What a row lost by it stands in its remarks."})
    retry_of = Id(load_default=None, metadata={
        "format": "uuid", "description": "A batch whose refused rows are sent again; rows that it accepted, known by "
                                         "your own reference, are skipped."})
    mapping = Line(60, load_default=None, metadata={
        "description": "The name of a mapping that was saved, by which the columns of your own table are read."})
    language = Choice(Language, load_default=None, metadata={"description": "Of file-wide errors."})


class BatchHeadersSchema(Strict):
    """The headers that a batch needs."""

    class Meta:
        """Leave other headers alone."""

        unknown = EXCLUDE

    idempotency_key = Line(LONGEST_KEY, required=True, data_key="Idempotency-Key", metadata={
        "description": "Names this batch among yours: sent again with it, the same body gives the same answer."})

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Find the header however its name is written."""
        found = next((value for name, value in data.items() if name.lower() == "idempotency-key"), None)
        return {"Idempotency-Key": found}


class RowSchema(Schema):
    """A row as it is to be; its fields are checked as those of a batch are."""

    class Meta:
        """Take whatever comes: what is not known is said of the row."""

        unknown = INCLUDE

    error_messages = Strict.error_messages


class VersionHeadersSchema(Strict):
    """The header that says what was read before it is changed."""

    class Meta:
        """Leave other headers alone."""

        unknown = EXCLUDE

    version = WholeNumber(1, 10**6, required=True, data_key="If-Match", metadata={
        "description": "The `version` of the row that you have read, with or without quotation marks: 409 when it has "
                       "been corrected since."})

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Find the header however its name is written."""
        found = next((value for name, value in data.items() if name.lower() == "if-match"), None)
        return {"If-Match": found.strip().strip('"') if isinstance(found, str) else None}


class PlaceSchema(Strict):
    """A page of a list."""

    limit = WholeNumber(1, 100, load_default=20, metadata={"description": "How many at once."})
    cursor = Line(64, load_default=None, metadata={"description": "The `next_cursor` of the page before."})


class ConsentsQuerySchema(PlaceSchema):
    """A page of the consents behind referrals."""

    limit = WholeNumber(1, 100, load_default=50, metadata={"description": "How many at once."})
    state = Choice(ConsentState, load_default=None, metadata={"description": "Only rows whose consent stands so."})


class DeclinesQuerySchema(Strict):
    """Of what declines are summed up."""

    batch = Id(load_default=None, metadata={"format": "uuid", "description": "Of one batch alone."})


class ResultsQuerySchema(Strict):
    """A page of the results of a batch."""

    limit = WholeNumber(1, 1_000, load_default=100, metadata={"description": "How many at once."})
    cursor = WholeNumber(0, 10**9, load_default=0, metadata={"description": "The `next_cursor` of the page before."})
    outcome = Choice(Outcome, load_default=None, metadata={"description": "Only rows that ended so."})


_ROW = ReferralRowSchema()
ROW_FIELDS = frozenset({*_ROW.fields, *FIRM_COLUMNS})
"""Every field that a row of flat fields may have."""


def load_row(row: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return what the schema makes of the flat fields of a row, or remarks on what is wrong with them."""
    try:
        return _ROW.load(row), []
    except ValidationError as error:
        return None, in_both(error.messages)


def in_both(errors: Any) -> list[dict[str, Any]]:
    """Return the faults of a `ValidationError` as remarks: column, code, and words in both languages."""
    said = {}
    for language in LANGUAGES:
        with use_language(language):
            said[language] = flatten(errors)
    return [{"column": column_of(fault["field"]), "code": fault["code"],
             "words": {language: said[language][number]["words"] for language in LANGUAGES}}
            for number, fault in enumerate(said["en"])]


def column_of(field: str) -> str:
    """Return the column that a field of the schema stands in.

    >>> column_of("organisation.region"), column_of("must_haves.0.text"), column_of("")
    ('organisation_region', 'must_haves', '')
    """
    whole, _dot, rest = field.partition(".")
    return f"organisation_{rest.partition('.')[0]}" if whole == "organisation" and rest else whole
