"""The answer to a request for matches, field by field, for the API's description and for checking real answers."""

import enum

from marshmallow import RAISE, Schema, fields

from matchmaker.domain import AccessMode, Delivery, PricingModel
from matchmaker.domain.choices import IpTerms, Language, Ranking
from matchmaker.schemas.codes import IndustryCode, KindCode, LanguageTag, RegionCode, ThemeCode
from matchmaker.schemas.fields import (
    Choice,
    IsoDate,
    Items,
    Line,
    Moment,
    Number,
    Paragraph,
    Texts,
    WebAddress,
    WholeNumber,
)
from matchmaker.schemas.money import Money
from matchmaker.schemas.offerings import DESCRIPTION, SUMMARY, TITLE, EligibilitySchema


class FactorState(enum.StrEnum):
    """Whether a factor speaks for the match, lacks what is asked for, or is not known."""

    MET = "met"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Answer(Schema):
    """Base of what goes out."""

    class Meta:
        """Know every field by name."""

        unknown = RAISE


class PlatformAnswer(Answer):
    """The platform that opens an offering."""

    id = fields.UUID(required=True)
    slug = Line(64, required=True, allow_none=True)
    name = Texts(Line(200), required=True)


class CapabilityAnswer(Answer):
    """A range that an offering covers; an end that is null is open."""

    parameter = Texts(Line(200), required=True)
    min = Number(required=True, allow_none=True)
    max = Number(required=True, allow_none=True)
    unit = Line(40, required=True, allow_none=True)


class CapacityAnswer(Answer):
    """How much there is of an offering, and how much of it was free when the platform last said so."""

    unit = Line(60, required=True, allow_none=True)
    maximum = Number(required=True, allow_none=True)
    available = Number(required=True, allow_none=True)
    updated_at = Moment(required=True, allow_none=True)


class OfferingAnswer(Answer):
    """An offering as firms see it: without its contact, which a platform reveals when it accepts."""

    id = fields.UUID(required=True)
    external_id = Line(200, required=True)
    platform = fields.Nested(PlatformAnswer, required=True)
    kind = KindCode(required=True)
    title = Texts(Line(TITLE), required=True)
    summary = Texts(Paragraph(SUMMARY))
    description = Texts(Paragraph(DESCRIPTION))
    keywords = Items(Line(200), required=True)
    capabilities = Items(fields.Nested(CapabilityAnswer), 200, required=True)
    standards = Items(Line(200), 200, required=True)
    accreditations = Items(Line(100), required=True)
    industries = Items(IndustryCode(), required=True)
    themes = Items(ThemeCode(), required=True)
    trl_min = WholeNumber(1, 9, required=True, allow_none=True)
    trl_max = WholeNumber(1, 9, required=True, allow_none=True)
    eligibility = fields.Nested(EligibilitySchema, required=True)
    required_documents = Items(Texts(Line(300)), required=True)
    access_mode = Choice(AccessMode, required=True, allow_none=True)
    delivery = Items(Choice(Delivery), required=True)
    pricing_model = Choice(PricingModel, required=True, allow_none=True)
    price_min = Money(required=True, allow_none=True)
    price_max = Money(required=True, allow_none=True)
    sme_discount = WholeNumber(0, 100, required=True, allow_none=True)
    voucher_schemes = Items(Line(200), required=True)
    capacity = fields.Nested(CapacityAnswer, required=True, allow_none=True)
    lead_time_days = WholeNumber(0, 3650, required=True, allow_none=True)
    response_days = WholeNumber(0, 365, required=True, allow_none=True)
    regions = Items(RegionCode(), 500, required=True)
    languages = Items(LanguageTag(), required=True)
    terms_url = WebAddress(2_000, required=True, allow_none=True)
    ip_terms = Choice(IpTerms, required=True, allow_none=True)
    valid_from = IsoDate(required=True, allow_none=True)
    valid_through = IsoDate(required=True, allow_none=True)
    verified_at = IsoDate(required=True, allow_none=True)


class FactorAnswer(Answer):
    """One part of a score; the contributions of a match add up to its score."""

    name = Line(32, required=True)
    contribution = Number(required=True)
    state = Choice(FactorState, required=True)
    detail = Paragraph(2_000, required=True, allow_none=True)


class RuleAnswer(Answer):
    """A rule in words: one that excludes the offering, or one that asks what is not known of the firm."""

    name = Line(64, required=True)
    detail = Paragraph(2_000, required=True)


class MatchAnswer(Answer):
    """An offering beside the need: its place, its score in named parts, and the probability that it fits."""

    rank = WholeNumber(1, 10**9, required=True)
    score = Number(required=True, allow_none=True, metadata={"description": "Null in a list that is not ranked."})
    fit = Number(0, 1, required=True, allow_none=True, metadata={"description": "Null in a list that is not ranked."})
    offering = fields.Nested(OfferingAnswer, required=True)
    words = Items(Line(200), 200, required=True)
    placed = Line(300, required=True, allow_none=True)
    factors = Items(fields.Nested(FactorAnswer), required=True)
    conditions = Items(fields.Nested(RuleAnswer), required=True)


class NearMissAnswer(Answer):
    """An offering that fits but for the rules named."""

    offering = fields.Nested(OfferingAnswer, required=True)
    fit = Number(0, 1, required=True)
    rules = Items(fields.Nested(RuleAnswer), required=True)


class KindProbability(Answer):
    """How probably the need is one for this kind of resource."""

    kind = KindCode(required=True)
    probability = Number(0, 1, required=True)


class QuantityAnswer(Answer):
    """A quantity that the need's words state."""

    parameter = Line(100, required=True, allow_none=True)
    text = Line(300, required=True)
    min = Number(required=True, allow_none=True)
    max = Number(required=True, allow_none=True)
    unit = Line(40, required=True, allow_none=True)


class ConceptAnswer(Answer):
    """A concept of the lexicon that the need is taken to be about."""

    concept = Line(100, required=True)
    label = Texts(Line(200), required=True)
    share = Number(0, 1, required=True)
    is_confirmed = fields.Boolean(required=True)


class ProfileAnswer(Answer):
    """What the service understood of the need."""

    language = Choice(Language, required=True)
    kinds = Items(fields.Nested(KindProbability), required=True)
    concepts = Items(fields.Nested(ConceptAnswer), required=True)
    standards = Items(Line(200), required=True)
    accreditations = Items(Line(100), required=True)
    quantities = Items(fields.Nested(QuantityAnswer), required=True)
    budget_max = Money(required=True, allow_none=True)
    needed_by = IsoDate(required=True, allow_none=True)
    region = RegionCode(required=True, allow_none=True)
    trl = WholeNumber(1, 9, required=True, allow_none=True)


class MatchesAnswer(Answer):
    """The ranked offerings with their reasons, what came near, and what the need was taken to be."""

    matches = Items(fields.Nested(MatchAnswer), required=True)
    near_misses = Items(fields.Nested(NearMissAnswer), required=True)
    profile = fields.Nested(ProfileAnswer, required=True)
    nothing_fits = fields.Boolean(required=True)
    threshold = Number(0, 1, required=True)
    eligible = WholeNumber(0, 10**9, required=True)
    excluded = WholeNumber(0, 10**9, required=True)
    index_version = Line(100, required=True)
    rules_version = Line(100, required=True)
    model_version = Line(100, required=True)
    seed = Line(100, required=True)
    ranking = Choice(Ranking, required=True, metadata={"description": "How the list is ordered."})
