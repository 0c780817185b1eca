"""An offering, as JSON has it and as `services.columns` makes it of a table's row.

Loads to the columns of `domain.Offering`, with `platform` (slug, name) beside them.
"""

import re
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from matchmaker.domain import AccessMode, Delivery, PricingModel, SizeClass
from matchmaker.domain.choices import Certification, IpTerms
from matchmaker.i18n import gettext
from matchmaker.schemas.base import Part, Strict, in_order
from matchmaker.schemas.codes import IndustryCode, KindCode, LanguageTag, RegionCode, ThemeCode
from matchmaker.schemas.fields import (
    Choice,
    EmailAddress,
    Fault,
    Flag,
    IsoDate,
    Items,
    Line,
    Moment,
    Number,
    Paragraph,
    Texts,
    WebAddress,
    WholeNumber,
    flatten,
    is_blank,
)
from matchmaker.schemas.money import Money
from matchmaker.services import columns

TITLE, SUMMARY, DESCRIPTION = 300, 2_000, 200_000
"""How many characters each may have, in each language."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class CapabilitySchema(Strict):
    """A range that an offering covers; an end that is left out is open."""

    parameter = Texts(Line(200), required=True)
    min = Number(load_default=None)
    max = Number(load_default=None)
    unit = Line(40, load_default=None)

    @validates_schema
    def check_order(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a range whose ends are swapped."""
        in_order(data, "min", "max")


class EligibilitySchema(Strict):
    """To whom an offering is open; what is left out is not stated, and excludes nobody."""

    size_classes = Items(Choice(SizeClass))
    one_person_ok = Flag()
    max_age_years = WholeNumber(0, 200)
    regions = Items(RegionCode())
    industries = Items(IndustryCode())
    certifications = Items(Choice(Certification))


class CapacitySchema(Strict):
    """How much there is of an offering, and how much of that is free."""

    unit = Line(60, load_default=None)
    maximum = Number(0, load_default=None)
    available = Number(0, load_default=None)
    updated_at = Moment(load_default=None)

    @validates_schema
    def check_order(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse more free than there is."""
        in_order(data, "available", "maximum")


class PlatformSchema(Strict):
    """The platform that opens an offering, by its slug or its name or both."""

    slug = Line(63, load_default=None)
    name = Texts(Line(200), load_default=None)

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Bring the slug into small letters."""
        slug = data.get("slug")
        return data | {"slug": slug.strip().lower()} if isinstance(slug, str) else data

    @validates_schema
    def check_slug(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a slug that cannot stand in an address."""
        if data["slug"] and not _SLUG.fullmatch(data["slug"]):
            raise ValidationError({"slug": [Fault("not_a_slug", "Write small letters, digits and hyphens only.")]})


class OfferingSchema(Strict):
    """One resource that a platform opens: what, to whom, and how."""

    external_id = Line(200, required=True)
    platform = Part(PlatformSchema, load_default=None)
    kind_code = KindCode(data_key="kind", required=True)
    title = Texts(Line(TITLE), required=True)
    summary = Texts(Paragraph(SUMMARY), load_default=dict)
    description = Texts(Paragraph(DESCRIPTION), load_default=dict)
    keywords = Items(Line(200), 100, load_default=list)
    capabilities = Items(Part(CapabilitySchema), 200, load_default=list)
    standards = Items(Line(200), 200, load_default=list)
    accreditations = Items(Line(100), 50, load_default=list)
    industries = Items(IndustryCode(), 100, load_default=list)
    themes = Items(ThemeCode(), 50, load_default=list)
    trl_min = WholeNumber(1, 9, load_default=None)
    trl_max = WholeNumber(1, 9, load_default=None)
    eligibility = Part(EligibilitySchema, load_default=dict)
    required_documents = Items(Texts(Line(300)), 50, load_default=list)
    access_mode = Choice(AccessMode, load_default=None)
    delivery = Items(Choice(Delivery), 3, load_default=list)
    pricing_model = Choice(PricingModel, load_default=None)
    price_min = Money(load_default=None)
    price_max = Money(load_default=None)
    sme_discount = WholeNumber(0, 100, load_default=None)
    voucher_schemes = Items(Line(200), 50, load_default=list)
    capacity = Part(CapacitySchema, load_default=None)
    lead_time_days = WholeNumber(0, 3650, load_default=None)
    response_days = WholeNumber(0, 365, load_default=None)
    regions = Items(RegionCode(), 500, load_default=list)
    languages = Items(LanguageTag(), 50, load_default=list)
    terms_url = WebAddress(2_000, load_default=None)
    ip_terms = Choice(IpTerms, load_default=None)
    contact = EmailAddress(254, load_default=None)
    valid_from = IsoDate(load_default=None)
    valid_through = IsoDate(load_default=None)
    verified_at = IsoDate(load_default=None)

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Read a platform that is given by its slug or name alone."""
        if isinstance(platform := data.get("platform"), str) and not is_blank(platform):
            return data | {"platform": {"slug" if _SLUG.fullmatch(platform.strip()) else "name": platform}}
        return data

    @validates_schema
    def check_order(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse what ends before it begins, and prices that cannot be compared."""
        in_order(data, "trl_min", "trl_max")
        in_order(data, "valid_from", "valid_through")
        check_amounts(data, "price_min", "price_max")

    @post_load
    def flatten_prices(self, data: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Give the amounts and their currency as the columns have them."""
        prices = [data["price_min"], data["price_max"]]
        data["price_min"], data["price_max"] = (price and price["amount"] for price in prices)
        data["currency"] = next((price["currency"] for price in prices if price), None)
        return data


def read_row(row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the content that a row of our own columns states, as a form or a table has it, and its faults by column.

    Faults are in the current language; where there are any, the content is empty.
    """
    offering, misread = columns.as_offering(row)
    faults = {fault.column or "": gettext(fault.message, **fault.values) for fault in misread}
    try:
        content = OfferingSchema().load(offering)
    except ValidationError as error:
        for fault in flatten(error.messages):
            faults.setdefault(columns.column_of(fault["field"]), fault["words"])
        return {}, faults
    content.pop("platform")
    return ({}, faults) if faults else (content, {})


def check_amounts(data: dict[str, Any], low: str, high: str) -> None:
    """Raise `ValidationError` when two amounts have different currencies or stand the wrong way round."""
    if not data[low] or not data[high]:
        return
    if data[low]["currency"] != data[high]["currency"]:
        raise ValidationError({high: [Fault("currencies_differ", "Give %(other)s and this in one currency.",
                                            other=low)]})
    in_order({low: data[low]["amount"], high: data[high]["amount"]}, low, high)
