"""An offering as the editor's pages have it: the columns of our tables as fields, spread over four pages.

What a page sends is put into the row of the whole offering, which `schemas.offerings.read_row` reads: an import and a
form say the same in the same words.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision
from werkzeug.datastructures import MultiDict

from matchmaker.domain.base import utc_now
from matchmaker.i18n import LANGUAGES, gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.offerings import read_row
from matchmaker.services import columns
from matchmaker.web import labels, words

Form = MultiDict[str, str]
Row = dict[str, Any]

PAGES = {
    "basics": (_("What it is"), ("kind", "external_id", "title_zh", "title_en", "summary_zh", "summary_en",
                                 "description_zh", "description_en", "keywords")),
    "abilities": (_("What it can do"), ("capabilities", "standards", "accreditations", "trl_min", "trl_max",
                                        "industries", "themes")),
    "conditions": (_("To whom, and how"), (
        "eligibility_size_classes", "eligibility_one_person_ok", "eligibility_max_age_years", "eligibility_regions",
        "eligibility_industries", "eligibility_certifications", "required_documents", "access_mode", "delivery",
        "regions", "languages", "response_days", "contact")),
    "price": (_("Price, capacity, validity"), (
        "pricing_model", "price_min", "price_max", "currency", "sme_discount", "voucher_schemes", "capacity_unit",
        "capacity_maximum", "capacity_available", "lead_time_days", "valid_from", "valid_through", "verified_at",
        "terms_url", "ip_terms")),
}
"""The pages of the editor with their titles and fields."""
LABELS = {
    "kind": _("Kind of resource"), "external_id": _("Your own number"), "title": _("Title"), "summary": _("Summary"),
    "description": _("Description"), "keywords": _("Keywords"), "capabilities": _("Capabilities"),
    "standards": _("Works to standards"), "accreditations": _("Accreditations"),
    "trl_min": _("Lowest readiness level (TRL)"),
    "trl_max": _("Highest readiness level (TRL)"), "industries": _("Industries"), "themes": _("Themes"),
    "eligibility": _("To whom it is open"),
    "eligibility_size_classes": _("Sizes of firms"), "eligibility_one_person_ok": _("One-person companies"),
    "eligibility_max_age_years": _("Greatest age of a firm, in years"), "eligibility_regions": _("Registered in"),
    "eligibility_industries": _("Industries of firms"), "eligibility_certifications": _("Recognitions"),
    "required_documents": _("Documents to bring"), "access_mode": _("Access"), "delivery": _("Way of working"),
    "regions": _("Regions served"), "languages": _("Languages"), "response_days": _("First answer, in working days"),
    "contact": _("Contact for leads (never shown in public)"), "pricing_model": _("What a price is asked for"),
    "price_min": _("Lowest price"), "price_max": _("Highest price"), "currency": _("Currency"),
    "sme_discount": _("Per cent off for small firms"), "voucher_schemes": _("Vouchers taken"),
    "capacity": _("Capacity"), "capacity_unit": _("Unit of capacity"), "capacity_maximum": _("Capacity in all"),
    "capacity_available": _("Free at present"), "lead_time_days": _("Lead time, in working days"),
    "valid_from": _("First day"), "valid_through": _("Last day"), "verified_at": _("Last verified on"),
    "terms_url": _("Address of the terms"), "ip_terms": _("Rights to results"),
}
"""The fields of the editor, and those of an offering, as people call them."""
CODED = frozenset({"regions", "eligibility_regions", "industries", "eligibility_industries"})
TICKED = frozenset({"themes", "eligibility_size_classes", "eligibility_certifications", "delivery", "languages"})
LINES = CODED | {"keywords", "standards", "accreditations", "voucher_schemes", "required_documents"}
RANGE = ("cap_zh", "cap_en", "cap_min", "cap_max", "cap_unit")
SPARE = 3
"""Empty lines for further capabilities."""
_TEXTS = ("title", "summary", "description")
_DOTTED = (" · ", " | ")


def label(name: str) -> str:
    """Return what a field is called; texts in two languages say which."""
    base, _line, language = name.rpartition("_")
    if base in _TEXTS and language in LANGUAGES:
        return gettext(LABELS[base]) + {"zh": gettext(" (Chinese)"), "en": gettext(" (English)")}[language]
    return gettext(LABELS[name]) if name in LABELS else name


def pages() -> list[tuple[str, str]]:
    """Return the editor's pages with their titles."""
    return [(name, gettext(title)) for name, (title, _fields) in PAGES.items()]


def page_of(column: str) -> str | None:
    """Return the page on which a column of our tables is edited."""
    return next((page for page, (_title, fields) in PAGES.items()
                 if column in fields or any(field.startswith(f"{column}_") for field in fields)), None)


def form_of(content: Mapping[str, Any]) -> Form:
    """Return the form of an offering's content."""
    form: Form = MultiDict()
    for column in columns.COLUMNS:
        value = _value(column.name, content)
        for text in value if isinstance(value, list) else [value]:
            if text not in (None, ""):
                form.add(column.name, str(text))
    for name, lines in _ranges(content.get("capabilities") or []).items():
        form.setlist(name, lines)
    return form


def sent_form(sent: Form, page: str) -> Form:
    """Return the fields of a page that were sent, and no others."""
    names = [*PAGES[page][1], *(RANGE if page == "abilities" else ())]
    return MultiDict([(name, value[:200_000]) for name in names for value in sent.getlist(name)[:500]])


def read(form: Form, content: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the content that `form` states, and its faults by field, in the order of the pages.

    `content` is what the offering says now: where the capacity is stated anew, its moment is.
    """
    row: Row = {name: _row_value(name, form) for _title, names in PAGES.values() for name in names}
    known = content.get("capacity") or {}
    stated = {"unit": row["capacity_unit"] or None, "maximum": row["capacity_maximum"],
              "available": row["capacity_available"]}
    if any(value not in (None, "") for value in stated.values()):
        is_same = [str(known.get(name) if known.get(name) is not None else "") for name in stated] == [
            str(value or "") for value in stated.values()]
        row["capacity_updated_at"] = known.get("updated_at") if is_same else utc_now().isoformat()
    found, faults = read_row(row)
    order = [name for _title, names in PAGES.values() for name in names]
    return found, dict(sorted(((_field(name), words) for name, words in faults.items()),
                              key=lambda fault: order.index(fault[0]) if fault[0] in order else len(order)))


def _field(column: str) -> str:
    return {"title": "title_zh", "summary": "summary_zh", "description": "description_zh", "price": "price_min",
            "capacity": "capacity_maximum"}.get(column, column)


def _row_value(name: str, form: Form) -> Any:
    if name == "capabilities":
        return _capabilities(form)
    if name in TICKED:
        return [value for value in form.getlist(name) if value]
    if name in LINES:
        lines = [line.strip() for value in form.getlist(name) for line in value.splitlines() if line.strip()]
        return [_line(name, line) for line in lines]
    return form.get(name, "")


def _line(name: str, line: str) -> Any:
    if name == "required_documents":
        zh, bar, en = line.partition("|")
        return {"zh": zh.strip(), "en": en.strip()} if bar else line
    if name in CODED:
        code = line.partition(_DOTTED[0])[0].strip()
        return _codes_by_name(name.endswith("regions")).get(line.casefold(), code)
    return line


def _capabilities(form: Form) -> list[dict[str, Any]]:
    lists = [form.getlist(name) for name in RANGE]
    rows = list(zip(*[each + [""] * (max(map(len, lists)) - len(each)) for each in lists], strict=True))
    return [{"parameter": {"zh": zh, "en": en}, "min": low or None, "max": high or None, "unit": unit or None}
            for zh, en, low, high, unit in rows if any(text.strip() for text in (zh, en, low, high, unit))]


def _value(name: str, content: Mapping[str, Any]) -> Any:
    """Return what a column says of an offering's content, as text or as a list of texts."""
    if name in ("platform", "list", "price", "capabilities", *_TEXTS):
        return None
    base, _line, last = name.rpartition("_")
    if base in _TEXTS:
        return (content.get(base) or {}).get(last)
    if name in ("price_min", "price_max"):
        return _amount(content.get(name), content.get("currency"))
    group, _dash, rest = name.partition("_")
    if group in ("eligibility", "capacity"):
        found = (content.get(group) or {}).get(rest)
        if name in CODED:
            return "\n".join(_named(name, found or []))
        return {True: "yes", False: "no"}.get(found, found) if isinstance(found, bool) else _number(found)
    found = content.get("kind_code" if name == "kind" else name)
    if name in CODED:
        return "\n".join(_named(name, found or []))
    if name == "required_documents":
        return "\n".join(" | ".join(filter(None, (entry.get("zh"), entry.get("en")))) for entry in found or [])
    return "\n".join(found or []) if name in LINES else found


def _number(value: Any) -> Any:
    return f"{value:.15g}" if isinstance(value, float) else value


def _amount(amount: int | None, currency: str | None) -> str | None:
    return None if amount is None else f"{amount / 10 ** get_currency_precision(currency or 'CNY'):.15g}"


def _named(name: str, codes: Sequence[str]) -> list[str]:
    words_of = labels.region if name.endswith("regions") else labels.industry
    return [f"{code} · {words_of(code)}" if words_of(code) != code else code for code in codes]


def _ranges(capabilities: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    rows = [(entry["parameter"].get("zh") or "", entry["parameter"].get("en") or "", entry.get("min"),
             entry.get("max"), entry.get("unit") or "") for entry in capabilities]
    return {name: [str("" if row[place] is None else _number(row[place])) for row in rows]
            for place, name in enumerate(RANGE)}


@functools.cache
def _codes_by_name(is_region: bool) -> dict[str, str]:
    """Return the codes of the commonest regions or industries by their names in both languages."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for _group, options in words.options_in(is_region, language):
            found |= {name.casefold(): code for code, name in options}
    return found
