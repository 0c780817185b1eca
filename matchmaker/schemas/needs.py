"""A need and the firm that has it, as JSON or as the flat fields of a form or table; and a request for matches."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load, pre_load, validates_schema

from matchmaker.domain import Delivery, Direction, SizeClass
from matchmaker.domain.choices import Certification, Language, Ranking, Sensitivity
from matchmaker.i18n import language_of
from matchmaker.schemas.base import Part, Strict, in_order, keys
from matchmaker.schemas.codes import ConceptCode, CreditCode, IndustryCode, KindCode, RegionCode, ThemeCode
from matchmaker.schemas.fields import Choice, Fault, Flag, IsoDate, Items, Line, Paragraph, WholeNumber, Year, is_blank
from matchmaker.schemas.money import Currency, Money, WrittenMoney
from matchmaker.schemas.offerings import check_amounts
from matchmaker.services import cells

PROBLEM = 50_000
"""How many characters a problem may have."""
FIRM = "organisation_"
"""What the columns of the firm begin with in flat needs."""


class RequirementSchema(Strict):
    """Something the resource must have; unless it is marked as required, missing it does not exclude."""

    text = Line(300, required=True)
    required = Flag(load_default=False)

    error_messages = {"type": Fault("not_a_requirement", "Write what the resource must have as a text.")}

    @pre_load
    def prepare(self, data: Any, **options: Any) -> Any:
        """Read a requirement that is a plain text."""
        return super().prepare({"text": data} if isinstance(data, str) else data)


class FirmSchema(Strict):
    """What a firm says of itself. All of it is optional: what is unknown never excludes."""

    name = Line(200, load_default=None)
    unified_social_credit_code = CreditCode(load_default=None)
    size_class = Choice(SizeClass, load_default=None)
    founded = Year(load_default=None)
    is_one_person = Flag(load_default=None)
    industry = IndustryCode(load_default=None)
    region = RegionCode(load_default=None)
    certifications = Items(Choice(Certification), load_default=None)


class NeedSchema(Strict):
    """What one firm looks for. Only the problem, in its own words, is needed.

    Loads to the fields of the match contract, all of them present; budgets stay money.
    """

    problem = Paragraph(PROBLEM, required=True)
    title = Line(300, load_default=None)
    kinds = Items(KindCode(), 30, load_default=list)
    industries = Items(IndustryCode(), 30, load_default=list)
    themes = Items(ThemeCode(), 30, load_default=list)
    direction = Choice(Direction, load_default=Direction.SEEKS_RESOURCE)
    trl_now = WholeNumber(1, 9, load_default=None)
    trl_target = WholeNumber(1, 9, load_default=None)
    must_haves = Items(Part(RequirementSchema), 30, load_default=list)
    nice_to_haves = Items(Line(300), 30, load_default=list)
    quantity = Line(200, load_default=None)
    budget_min = Money(load_default=None)
    budget_max = Money(load_default=None)
    needed_from = IsoDate(load_default=None)
    needed_by = IsoDate(load_default=None)
    region = RegionCode(load_default=None)
    delivery = Items(Choice(Delivery), 3, load_default=list)
    sensitivity = Choice(Sensitivity, load_default=None)
    anonymous_until_accepted = Flag(load_default=True)
    excluded_platforms = Items(Line(63), 100, load_default=list)
    vouchers_held = Items(Line(200), 30, load_default=list)
    concepts = Items(ConceptCode(), 20, load_default=list)
    excluded_concepts = Items(ConceptCode(), 100, load_default=list)
    language = Choice(Language, load_default=None)
    organisation = Part(FirmSchema, load_default=None)

    @validates_schema
    def check_order(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse what ends before it begins, and budgets that cannot be compared."""
        in_order(data, "trl_now", "trl_target")
        in_order(data, "needed_from", "needed_by")
        check_amounts(data, "budget_min", "budget_max")

    @post_load
    def tell_language(self, data: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Take the language from the words when it is not stated."""
        data["language"] = Language(data["language"] or language_of(data["problem"]))
        return data


class FlatNeedSchema(NeedSchema):
    """A need in flat fields, as forms and tables have it: ``organisation_region``, a budget in yuan, a list as text."""

    budget_min = WrittenMoney(load_default=None)
    budget_max = WrittenMoney(load_default=None)
    currency = Currency(load_default=None)

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Bring the row into the form of JSON."""
        firm = {name: value for name, value in data.items() if _firm_column(name) and not is_blank(value)}
        need = {name: value for name, value in data.items() if not _firm_column(name)}
        if firm:
            columns = {name.removeprefix(FIRM): value for name, value in firm.items()}
            need["organisation"] = _cells_read(columns, keys(FirmSchema))
        return _cells_read(need, keys(type(self)))

    @post_load
    def drop_currency(self, data: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Leave the currency to the budgets that it served to read."""
        return {name: value for name, value in data.items() if name != "currency"}


class MatchRequestSchema(Strict):
    """A request for matches: the need, how many, and what to narrow them to."""

    need = Part(NeedSchema, required=True)
    top = WholeNumber(1, 100, load_default=10)
    kind = KindCode(load_default=None)
    region = RegionCode(load_default=None)
    language = Choice(Language, load_default=None)
    ranking = Choice(Ranking, load_default=Ranking.BY_FIT, metadata={
        "description": "`off` for a list without machine ranking: what no rule excludes, of the kinds that the need "
                       "names, in alphabetical order; scores and fits are null, and there are no near misses."})
    after = WholeNumber(0, 10**9, load_default=0, metadata={
        "description": "With `ranking` off, the last `rank` of the page before."})


def _firm_column(name: Any) -> bool:
    return isinstance(name, str) and name.startswith(FIRM)


def _cells_read(row: dict[Any, Any], known: Mapping[str, fields.Field[Any]]) -> dict[Any, Any]:
    """Return the row with lists for texts where lists are wanted, and texts for numbers where texts are."""
    read = dict(row)
    for name, value in row.items():
        field = known.get(name)
        if isinstance(field, Items) and isinstance(value, str):
            read[name] = cells.items(value)
        if isinstance(field, Line) and type(value) in (int, float) and abs(value) < 10**15:
            read[name] = cells.plain_text(value)
    return read
