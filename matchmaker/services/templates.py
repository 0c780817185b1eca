"""The spreadsheet that a partner fills in: our columns explained in both languages, with drop-downs and examples."""

from pathlib import Path
from typing import Any

import xlsxwriter

from matchmaker.domain import AccessMode, Delivery, PricingModel, SizeClass
from matchmaker.domain.choices import Certification, IpTerms
from matchmaker.errors import Invalid
from matchmaker.services.columns import COLUMNS
from matchmaker.services.importing import EXAMPLE
from matchmaker.tabular.export import defused, write_csv

ROWS = 2_000
"""Down to this row the coded columns offer their lists."""
LEFT_OUT = {"title", "summary", "description", "price"}
"""Columns that stand in for two others; a template with both languages needs them not."""
SINGLE = {"kind": "kind", "access_mode": "access_mode", "pricing_model": "pricing_model", "ip_terms": "ip_terms",
          "eligibility_one_person_ok": "yes_or_no"}

LABELS: dict[str, dict[str, tuple[str, str]]] = {
    "access_mode": {
        AccessMode.OPEN: ("公开取用", "freely"), AccessMode.ORDER: ("按单预约", "by order"),
        AccessMode.REVIEWED: ("审核后开放", "after a review"),
    },
    "pricing_model": {
        PricingModel.FREE: ("免费", "free"), PricingModel.PER_HOUR: ("按小时", "per hour"),
        PricingModel.PER_DAY: ("按天", "per day"), PricingModel.PER_TEST: ("按次试验", "per test"),
        PricingModel.PER_SAMPLE: ("按样品", "per sample"), PricingModel.PER_USE: ("按用量", "per use"),
        PricingModel.SUBSCRIPTION: ("订阅", "subscription"), PricingModel.PROJECT: ("按项目", "per project"),
        PricingModel.QUOTE: ("面议", "on request"), PricingModel.REVENUE_SHARE: ("收入分成", "share of revenue"),
    },
    "ip_terms": {
        IpTerms.FIRM_OWNS: ("成果归企业", "the firm owns the results"), IpTerms.SHARED: ("共有", "shared"),
        IpTerms.LICENCE: ("许可使用", "under a licence"), IpTerms.OPEN_LICENCE: ("开放许可", "under an open licence"),
    },
    "delivery": {
        Delivery.ON_SITE: ("现场", "on site"), Delivery.REMOTE: ("远程", "remote"),
        Delivery.MAIL_IN: ("寄样", "samples by mail"),
    },
    "size_class": {
        SizeClass.MICRO: ("微型", "micro"), SizeClass.SMALL: ("小型", "small"), SizeClass.MEDIUM: ("中型", "medium"),
        SizeClass.LARGE: ("大型", "large"),
    },
    "certification": {
        Certification.INNOVATIVE_SME: ("创新型中小企业", "innovative SME"),
        Certification.SPECIALISED_SME: ("专精特新中小企业", "specialised SME"),
        Certification.LITTLE_GIANT: ("专精特新“小巨人”", "little giant"),
        Certification.SINGLE_CHAMPION: ("制造业单项冠军", "single champion"),
        Certification.HIGH_TECH: ("高新技术企业", "high-tech enterprise"),
    },
    "yes_or_no": {"yes": ("是", "yes"), "no": ("否", "no")},
}

EXAMPLES: list[dict[str, Any]] = [
    {
        "external_id": f"{EXAMPLE}1", "kind": "laboratory", "title_zh": "整车电磁兼容暗室预约", "title_en":
        "Vehicle EMC chamber by appointment", "summary_zh": "十米法暗室，可带载转鼓。", "summary_en":
        "Ten-metre chamber with a loaded dynamometer.", "keywords": "电磁兼容; EMC; 整车",
        "capabilities": "频率|frequency: 0.009..18000 MHz; 车重|vehicle mass: ..3500 kg",
        "standards": "GB 34660; CISPR 12", "accreditations": "CNAS; CMA", "industries": "C36",
        "eligibility_size_classes": "micro; small; medium", "eligibility_one_person_ok": "no",
        "access_mode": "order", "delivery": "on_site", "pricing_model": "per_day", "price_min": 9800,
        "price_max": 16000, "currency": "CNY", "sme_discount": 20, "capacity_unit": "day_per_month",
        "capacity_maximum": 20, "capacity_available": 5, "lead_time_days": 15, "response_days": 2,
        "regions": "000000", "languages": "zh; en", "ip_terms": "firm_owns", "valid_from": "2026-07-01",
        "valid_through": "2027-06-30",
    },
    {
        "external_id": f"{EXAMPLE}2", "kind": "compute", "title_zh": "推理算力包月", "title_en":
        "Inference capacity by the month", "summary_zh": "单卡显存 48 GB 的推理节点，按月计费。", "summary_en":
        "Inference nodes with 48 GB of memory a card, billed monthly.", "keywords": "算力; 推理; inference",
        "capabilities": "显存|GPU memory: ..48 GB", "eligibility_one_person_ok": "yes", "access_mode": "open",
        "delivery": "remote", "pricing_model": "subscription", "price_min": 1500, "price_max": 5200,
        "currency": "CNY", "lead_time_days": 1, "response_days": 1, "regions": "000000", "languages": "zh",
    },
]


def write_template(path: Path, kinds: dict[str, dict[str, str]], themes: dict[str, dict[str, str]],
                   language: str = "zh") -> None:
    """Write the template as XLSX or CSV, by the ending of `path`; `kinds` and `themes` are code → label.

    The explanations come in both languages, those in `language` first.
    """
    columns = [column for column in COLUMNS if column.name not in LEFT_OUT]
    names = [column.name for column in columns]
    told = [" / ".join((column.zh, column.en) if language == "zh" else (column.en, column.zh)) for column in columns]
    told[0] = f"# {told[0]}"
    rows: list[list[Any]] = [told, *([example.get(name, "") for name in names] for example in EXAMPLES)]
    try:
        match path.suffix.lower():
            case ".csv":
                write_csv(path, names, rows)
            case ".xlsx":
                _write_workbook(path, names, rows, _lists(kinds, themes))
            case _:
                raise Invalid("The template is written as .xlsx or .csv; %(name)s has neither ending.", name=path.name)
    except OSError as error:
        raise Invalid("%(file)s cannot be written: %(detail)s", file=str(path), detail=error.strerror) from error
    except xlsxwriter.exceptions.FileCreateError as error:
        raise Invalid("%(file)s cannot be written: %(detail)s", file=str(path), detail=str(error)) from error


def _lists(kinds: dict[str, dict[str, str]], themes: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    """Return the entries of each code list as ``code · 中文 · English``; import reads the code out of them."""
    def entries(labels: dict[str, tuple[str, str]]) -> list[str]:
        return [" · ".join(filter(None, (str(code), *label))) for code, label in labels.items()]

    vocabulary = {
        name: {code: (label.get("zh", ""), label.get("en", "")) for code, label in labels.items()}
        for name, labels in (("kind", kinds), ("theme", themes))
    }
    return {name: entries(labels) for name, labels in (vocabulary | LABELS).items()}


def _write_workbook(path: Path, names: list[str], rows: list[list[Any]], lists: dict[str, list[str]]) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        bold = workbook.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        small = workbook.add_format({"italic": True, "text_wrap": True, "valign": "top", "font_color": "#555555"})
        sheet, codes = workbook.add_worksheet("offerings"), workbook.add_worksheet("codes")
        sheet.write_row(0, 0, names, bold)
        sheet.set_row(1, 75)
        sheet.freeze_panes(2, 1)
        sheet.set_column(0, len(names) - 1, 22)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                sheet.write(number, place, defused(value), small if number == 1 else None)
        for place, (name, entries) in enumerate(lists.items()):
            codes.write(0, place, name, bold)
            codes.write_column(1, place, entries)
        codes.set_column(0, len(lists) - 1, 44)
        for column, name in SINGLE.items():
            letter = xlsxwriter.utility.xl_col_to_name(list(lists).index(name))
            source = f"=codes!${letter}$2:${letter}${len(lists[name]) + 1}"
            place = names.index(column)
            # Only a warning: the bare code is as good as the entry.
            sheet.data_validation(2, place, ROWS, place, {"validate": "list", "source": source,
                                                          "error_type": "warning"})
