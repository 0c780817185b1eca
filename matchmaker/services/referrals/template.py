"""The table that an incubator fills in: our columns, explained in both languages, with an example."""

import io
from typing import Any

import xlsxwriter

from matchmaker.services.importing import EXAMPLE
from matchmaker.services.leads import consents
from matchmaker.tabular.export import as_csv, defused

COLUMNS = {
    "external_id": ("贵方编号，用于识别重复提交和补正",
                    "Your own reference, by which a row that is sent again is known"),
    "problem": ("需求，用企业自己的话说明（必填）", "What the firm needs, in its own words (required)"),
    "title": ("标题", "Title"),
    "kinds": ("资源类型代码，用分号隔开", "Codes of kinds of resource, separated by semicolons"),
    "region": ("使用地区（GB/T 2260）", "Where it is needed (GB/T 2260)"),
    "needed_by": ("最晚需要日期，如 2027-06-30", "Needed by, as 2027-06-30"),
    "budget_max": ("预算上限（元）", "Budget, at most, in major units"),
    "currency": ("币种，默认 CNY", "Currency (ISO 4217), CNY when empty"),
    "must_haves": ("必须具备的条件，用分号隔开", "What it must have, separated by semicolons"),
    "delivery": ("可接受的服务方式", "Ways of working that suit the firm: on_site; remote; mail_in"),
    "organisation_name": ("企业名称", "Name of the firm"),
    "organisation_unified_social_credit_code": ("统一社会信用代码", "Unified social credit code"),
    "organisation_size_class": ("企业规模", "Size of the firm: micro, small, medium, large"),
    "organisation_founded": ("成立年份", "Year in which it was founded"),
    "organisation_is_one_person": ("是否一人公司", "One-person company: yes or no"),
    "organisation_industry": ("行业（GB/T 4754）", "Industry (GB/T 4754)"),
    "organisation_region": ("注册地（GB/T 2260）", "Where it is registered (GB/T 2260)"),
    "organisation_certifications": ("资质认定，用分号隔开", "Recognitions, separated by semicolons"),
    "contact_name": ("联系人", "Contact person"),
    "contact_email": ("联系邮箱", "E-mail of the contact"),
    "contact_telephone": ("联系电话", "Telephone of the contact"),
    "send_to": ("询问谁：best，或 平台/编号，用分号隔开；不填则只匹配",
                "Whom to ask: best, or platform/external_id separated by semicolons; empty: nobody"),
    "consent_version": ("同意书版本；不填则发邮件征求同意",
                        "Version of the consent text; empty: the firm is asked by mail"),
    "consent_at": ("同意时间，如 2026-11-03T08:00:00Z", "Moment of the consent, as 2026-11-03T08:00:00Z"),
    "consent_channel": ("同意方式", "How it was given: paper, email, app, web, in_person, telephone"),
    "consent_recipients": ("同意书所列平台（简称），用分号隔开", "Short names of the platforms that it names"),
}
"""Each column with what is told about it in Chinese and English."""

CONTENT = {
    "external_id": f"{EXAMPLE}1", "problem": "电池支架随机振动试验，GB/T 2423.10，四件，每件 38 公斤，南通附近",
    "kinds": "laboratory", "region": "320600", "needed_by": "2027-03-31", "budget_max": 20000, "currency": "CNY",
    "delivery": "on_site; mail_in", "organisation_name": "示例企业", "organisation_size_class": "small",
    "organisation_region": "320600", "contact_name": "李伟", "contact_email": "li.wei@example.com", "send_to": "best",
    "consent_at": "2026-11-03T08:00:00Z", "consent_channel": "paper", "consent_recipients": "jianghai; tianquan",
}


def example() -> dict[str, Any]:
    """Return the row that shows how it is done; it is refused when it is sent."""
    return CONTENT | {"consent_version": consents.current_version()}


def csv() -> bytes:
    """Return the template as CSV."""
    row = example()
    return b"".join(as_csv(list(COLUMNS), [[row.get(name, "") for name in COLUMNS]]))


def workbook() -> bytes:
    """Return the template as a workbook, with the explanations on its second sheet."""
    out, row = io.BytesIO(), example()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        sheet, told = book.add_worksheet("referrals"), book.add_worksheet("columns")
        sheet.write_row(0, 0, list(COLUMNS), bold)
        sheet.write_row(1, 0, [defused(row.get(name, "")) for name in COLUMNS])
        sheet.set_column(0, len(COLUMNS) - 1, 22)
        sheet.freeze_panes(1, 1)
        for number, (name, words) in enumerate(COLUMNS.items()):
            told.write_row(number, 0, [name, *words])
        told.set_column(0, 2, 44)
    return out.getvalue()
