"""Propose for the columns of an incubator's table which of ours each is: by its heading, else by what stands in it."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from matchmaker.domain.codes import is_unified_social_credit_code
from matchmaker.services.referrals.template import COLUMNS

ALIKE = 0.75
"""Headings that are so alike are taken for the same."""
USUAL = {
    "external_id": "编号 序号 需求编号 id no number reference ref",
    "problem": "需求 需求描述 需求内容 需求说明 技术需求 技术难题 问题 问题描述 难题描述 need description",
    "title": "需求名称 需求标题 项目名称 名称 标题 title topic subject need_title",
    "kinds": "资源类型 需求类型 需求类别 服务类型 kind kinds type category resource_type",
    "region": "使用地区 需求地区 服务地区 地区 region location place",
    "needed_by": "需求时间 截止日期 截止时间 最晚日期 完成时间 deadline due needed_by required_by",
    "budget_max": "预算 预算上限 最高预算 经费预算 预算金额 budget max_budget budget_max",
    "currency": "币种 货币 currency",
    "must_haves": "必备条件 必须条件 硬性要求 要求 技术指标 requirements must_haves conditions",
    "delivery": "服务方式 合作方式 交付方式 delivery way_of_working",
    "organisation_name": "企业名称 公司名称 单位名称 企业 公司 firm company organisation organization company_name",
    "organisation_unified_social_credit_code": "统一社会信用代码 信用代码 社会信用代码 uscc credit_code",
    "organisation_size_class": "企业规模 规模 企业类型 size size_class company_size",
    "organisation_founded": "成立年份 成立时间 成立日期 注册时间 founded year_founded established",
    "organisation_is_one_person": "一人公司 是否一人公司 one_person sole_proprietor",
    "organisation_industry": "行业 所属行业 行业代码 industry sector",
    "organisation_region": "注册地 所在地 企业所在地 注册地区 所在地区 registered_in company_region",
    "organisation_certifications": "资质 企业资质 资质认定 荣誉资质 certifications recognitions",
    "contact_name": "联系人 姓名 联系人姓名 负责人 contact contact_person contact_name",
    "contact_email": "邮箱 电子邮箱 联系邮箱 电子邮件 email e-mail mail",
    "contact_telephone": "电话 联系电话 手机 手机号 手机号码 phone telephone mobile",
    "send_to": "询问 推荐给 意向平台 send_to platform",
    "consent_version": "同意书版本 consent_version",
    "consent_at": "同意时间 授权时间 签署时间 consent_date consent_at",
    "consent_channel": "同意方式 授权方式 consent_channel",
    "consent_recipients": "同意平台 授权平台 consent_recipients",
}
"""What our columns are often called by others."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOBILE = re.compile(r"(?:\+?86[ -]?)?1[3-9]\d{9}")
LOOKS: dict[str, Callable[[str], bool]] = {
    "organisation_unified_social_credit_code": is_unified_social_credit_code,
    "contact_email": lambda text: bool(_EMAIL.fullmatch(text)),
    "contact_telephone": lambda text: bool(_MOBILE.fullmatch(text)),
}
"""What is known by its looks, whatever its heading says."""


def propose(names: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """Return for columns of a table which of ours each seems to be; each of ours is proposed once.

    >>> propose(["企业名称", "技术需求", "Colour"])
    {'企业名称': 'organisation_name', '技术需求': 'problem'}
    """
    found: dict[str, str] = {}
    for _share, name, ours in sorted(_candidates(names, rows), key=lambda entry: -entry[0]):
        if name not in found and ours not in found.values():
            found[name] = ours
    return {name: found[name] for name in names if name in found}


def _candidates(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[float, str, str]]:
    """Yield how much each column seems to be one of ours, from 0 to 1, where that is enough to say so."""
    for place, name in enumerate(names):
        cells = [row[place] for row in rows if row[place]]
        for ours in COLUMNS:
            looks = LOOKS.get(ours)
            if looks and cells and all(map(looks, cells)):
                yield 1.0, name, ours
            share = max(_alike(name, heading) for heading in (ours, *USUAL[ours].split()))
            if share >= ALIKE:
                yield share, name, ours


def _alike(one: str, other: str) -> float:
    first, second = _plain(one), _plain(other)
    return 1.0 if first == second else difflib.SequenceMatcher(None, first, second).ratio() * 0.99


def _plain(text: str) -> str:
    """Return a heading without what does not count: case, width, blanks, notes in brackets, a star."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*＊:-]", "", re.sub(r"[(（\[【].*?[)）\]】]", "", plain))
