"""The columns of our own spreadsheets, and how a row of them becomes an offering as the schema takes it in."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matchmaker.errors import Invalid
from matchmaker.services import cells
from matchmaker.tabular import Fault

CURRENCY = "CNY"


@dataclass(frozen=True)
class Column:
    """One column: its name, the way it is read, and what a partner is told about it."""

    name: str
    form: str
    zh: str
    en: str


def _texts(name: str, zh: str, en: str) -> list[Column]:
    return [Column(f"{name}_zh", "text", f"{zh}（中文）", f"{en}, in Chinese"),
            Column(f"{name}_en", "text", f"{zh}（英文）", f"{en}, in English"),
            Column(name, "text", f"{zh}（任一语言，代替前两列）", f"{en}, in either language")]


COLUMNS = [
    Column("external_id", "text", "贵方编号，清单内唯一", "Your own number, unique in the list"),
    Column("platform", "text", "平台名称（可省略）", "Name of the platform, may be left out"),
    Column("kind", "code", "资源类型代码", "Code of the kind of resource"),
    *_texts("title", "名称", "Title"),
    *_texts("summary", "一句话简介", "One-sentence summary"),
    *_texts("description", "详细说明", "Description"),
    Column("keywords", "list", "关键词，用分号隔开", "Keywords, separated by semicolons"),
    Column("capabilities", "capabilities", "能力：参数: 下限..上限 单位；分号隔开",
           "Capabilities as parameter: min..max unit; separated by semicolons"),
    Column("standards", "list", "标准号，用分号隔开", "Numbers of standards, separated by semicolons"),
    Column("accreditations", "list", "资质，如 CNAS; CMA", "Accreditations, such as CNAS; CMA"),
    Column("industries", "list", "GB/T 4754 行业代码，不填为不限", "GB/T 4754 codes of industries; empty for any"),
    Column("themes", "list", "主题代码", "Codes of themes"),
    Column("trl_min", "whole", "最低技术成熟度 1-9", "Lowest technology readiness level, 1-9"),
    Column("trl_max", "whole", "最高技术成熟度 1-9", "Highest technology readiness level, 1-9"),
    Column("eligibility_size_classes", "list", "限定企业规模", "Only firms of these sizes"),
    Column("eligibility_one_person_ok", "flag", "是否接受一人公司", "Whether one-person firms are welcome: yes or no"),
    Column("eligibility_max_age_years", "whole", "企业成立年限上限", "Only firms up to this age in years"),
    Column("eligibility_regions", "list", "限定注册地（GB/T 2260）",
           "Only firms registered in these regions (GB/T 2260)"),
    Column("eligibility_industries", "list", "限定行业（GB/T 4754）", "Only firms of these GB/T 4754 industries"),
    Column("eligibility_certifications", "list", "限定企业资质", "Only firms with one of these certifications"),
    Column("required_documents", "list", "所需材料，用分号隔开", "Documents to bring, separated by semicolons"),
    Column("access_mode", "code", "开放方式", "How firms get access"),
    Column("delivery", "list", "服务方式", "Where the work is done"),
    Column("pricing_model", "code", "计价方式", "What a price is asked for"),
    Column("price", "prices", "价格区间，如 3000..5000，代替后两列", "Prices from..to, instead of the next two"),
    Column("price_min", "money", "最低价（元）", "Lowest price of one order, in major units"),
    Column("price_max", "money", "最高价（元）", "Highest price of one order, in major units"),
    Column("currency", "code", "币种，默认 CNY", "Currency (ISO 4217), CNY when empty"),
    Column("sme_discount", "whole", "中小企业优惠（%）", "Percent off for small firms"),
    Column("voucher_schemes", "list", "可用创新券", "Voucher schemes accepted"),
    Column("capacity_unit", "text", "产能单位", "Unit of capacity, such as slot_per_month"),
    Column("capacity_maximum", "number", "最大产能", "Greatest capacity"),
    Column("capacity_available", "number", "当前可用产能", "Capacity free at present"),
    Column("capacity_updated_at", "text", "产能更新时间", "When the capacity was last stated"),
    Column("lead_time_days", "whole", "交付周期（工作日）", "Lead time in working days"),
    Column("response_days", "whole", "响应时间（工作日）", "Working days until a first answer"),
    Column("regions", "list", "服务地区（GB/T 2260），000000 为全国", "GB/T 2260 regions served; 000000 for all"),
    Column("languages", "list", "服务语言，如 zh; en", "Languages spoken, such as zh; en"),
    Column("terms_url", "text", "条款网址", "Address of the terms"),
    Column("ip_terms", "code", "知识产权约定", "Who owns the results"),
    Column("contact", "text", "联系方式（不公开）", "Contact, never shown in public"),
    Column("valid_from", "date", "开放起始日", "Open from, as 2026-07-01"),
    Column("valid_through", "date", "开放截止日", "Open until, as 2027-06-30"),
    Column("verified_at", "date", "最近核验日", "Day it was last verified"),
    Column("list", "text", "开放清单名称（可省略）", "Name of the openness list, may be left out"),
]
BY_NAME = {column.name: column for column in COLUMNS}
LISTS = frozenset(column.name for column in COLUMNS if column.form in ("list", "capabilities"))
_GROUPS = ("eligibility", "capacity")


def check_names(names: Iterable[str]) -> None:
    """Raise `Invalid` for a column that is none of ours, naming the nearest that is."""
    for name in names:
        if name not in BY_NAME:
            near = nearest(name, BY_NAME)
            if near:
                raise Invalid("The column “%(name)s” is not known. Did you mean “%(near)s”? For a table with other "
                              "columns write a mapping file.", name=name, near=near)
            raise Invalid("The column “%(name)s” is not known. Take the columns of the template, or write a mapping "
                          "file.", name=name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, if one is near."""
    lowered = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold().replace(" ", "_"), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def as_offering(row: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the row in the schema's form (``{"title": {"zh": ...}, ...}``) and the faults of its cells.

    Empty cells are left out. Values that are structured already, as JSON files have them, pass as they are.
    """
    offering: dict[str, Any] = {}
    faults: list[Fault] = []
    currency = cells.plain_text(row.get("currency")).upper()[:3] or CURRENCY
    for name, value in row.items():
        if value is None or value == [] or (isinstance(value, str) and not value.strip()):
            continue
        column = BY_NAME.get(name)
        read = value if column is None or isinstance(value, dict | list) else _read(column, value, currency)
        if isinstance(read, Fault):
            faults.append(read)
        elif column is None or column.name != "currency":
            _put(offering, name, read)
    return offering, faults


def column_of(field: str) -> str:
    """Return the column that a field of the schema stands in.

    >>> column_of("title.zh"), column_of("eligibility.size_classes.0"), column_of("capabilities.2.unit")
    ('title_zh', 'eligibility_size_classes', 'capabilities')
    """
    parts = field.split(".")
    joined = "_".join(parts[:2])
    return joined if joined in BY_NAME else parts[0]


def _read(column: Column, value: Any, currency: str) -> Any:
    match column.form:
        case "text":
            return cells.plain_text(value)
        case "code":
            return _code(cells.plain_text(value))
        case "list":
            return [_code(item) for item in cells.items(value)]
        case "whole":
            return cells.whole_number(value, column.name)
        case "number":
            amount = cells.number(value, column.name)
            return amount if isinstance(amount, Fault) else float(amount)
        case "money":
            return cells.money(value, currency, column.name)
        case "prices":
            return _prices(value, currency)
        case "flag":
            return cells.flag(value, column.name)
        case "date":
            return cells.date(value)
        case _:
            return _capabilities(value)


def _code(text: str) -> str:
    """Return the code of an entry of the template's drop-down lists, which reads ``code · 中文 · English``."""
    return text.partition(" · ")[0].strip()


def _capabilities(value: Any) -> list[dict[str, Any]] | Fault:
    found = []
    for item in cells.items(value):
        parameter, _, rest = item.replace("：", ":").partition(":")
        limits = cells.span(rest)
        if not parameter.strip() or limits is None:
            return Fault("bad_capability", "“%(text)s” is not of the form “parameter: min..max unit”.",
                         column="capabilities", text=item[:60])
        low, high, unit = limits
        zh, bar, en = parameter.partition("|")
        name = {"zh": zh.strip(), "en": en.strip()} if bar else parameter.strip()
        found.append({"parameter": name, "min": low, "max": high, "unit": unit})
    return found


def _prices(value: Any, currency: str) -> dict[str, Any] | Fault:
    """Return the ends of a range of prices, the lower first whichever was written first."""
    limits = cells.span(cells.plain_text(value))
    if limits is None:
        return Fault("bad_range", "“%(text)s” is no number or range.", column="price",
                     text=cells.plain_text(value)[:60])
    amounts = sorted(end for end in limits[:2] if end is not None)
    ends = [cells.money(amount, currency, "price") for amount in (amounts[0], amounts[-1])]
    fault = next((end for end in ends if isinstance(end, Fault)), None)
    return fault or {"price_min": ends[0], "price_max": ends[1]}


def _put(offering: dict[str, Any], name: str, value: Any) -> None:
    base, _, last = name.rpartition("_")
    group, _, rest = name.partition("_")
    if name == "price":
        offering |= value
    elif name not in BY_NAME:
        offering[name] = value
    elif last in ("zh", "en"):
        texts = offering.setdefault(base, {})
        if isinstance(texts, dict):
            texts[last] = value
    elif group in _GROUPS:
        offering.setdefault(group, {})[rest] = value
    else:
        offering.setdefault(name, value)
