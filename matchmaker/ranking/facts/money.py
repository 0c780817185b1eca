"""Budgets that a text states."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from matchmaker.ranking.facts.folding import fold
from matchmaker.ranking.facts.numerals import HAN_NUMERAL, approximate_numbers, chinese_number

_CURRENCIES = {
    "CNY": "人民币|RMB|CNY|[Yy]uan|¥|元|块钱|块|圆",
    "HKD": "港币|港元|HK\\$|HKD",
    "USD": "美元|美金|USD|US\\$|\\$|[Dd]ollars?",
    "EUR": "欧元|EUR|€|[Ee]uros?",
    "GBP": "英镑|GBP|£",
    "JPY": "日元|JPY",
}
# A text that names more amounts than this is a price list; the first of them are looked at.
_MOST = 100
_UNDIVIDED = frozenset({"JPY"})
_NAMES = "|".join(f"(?:{names})" for names in (_CURRENCIES["HKD"], *_CURRENCIES.values()))
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_SCALES |= {"k": 1000, "thousand": 1000, "m": 1_000_000, "mio": 1_000_000, "million": 1_000_000}
_SCALE = r"百万|千万|万|千|百|亿|[kK](?![A-Za-z])|k(?=RMB)|[mM](?![A-Za-z])|thousand|[Mm]illion|[Mm]io"
_DIGITS = (
    r"\d{1,3}(?:\.\d{3}){1,3}(?=[ ]?(?:EUR|€|欧元))|\d{1,3}(?:[, ]\d{3}){1,4}(?!\d)(?:\.\d{1,2})?"
    r"|\d{1,12}(?:\.\d{1,4})?"
)
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_NAMES})[ ]?)?(?<![A-Za-z\d.])(?:(?P<low>{_DIGITS})|(?P<han>{HAN_NUMERAL})(?=[万元块亿]))"
    rf"[ ]?(?P<low_scale>{_SCALE})?(?P<rest>(?<=万){HAN_NUMERAL}(?=[元块]))?[ ]?(?P<middle>{_NAMES})?"
    rf"(?:[ ]?(?:-|~|–|—|至|到|to|and)[ ]?(?:{_NAMES})?[ ]?"
    rf"(?:(?P<high>{_DIGITS})|(?P<han_high>{HAN_NUMERAL})(?=[万元块亿]))"
    rf"[ ]?(?P<high_scale>{_SCALE})?)?"
    rf"[ ]?(?P<after>{_NAMES})?(?![A-Za-z\d])"
)
_START = re.compile(
    rf"(?<![A-Za-z\d.])(?<!\d[, ])(?=\d|{HAN_NUMERAL}[万元块亿])|(?=[¥$€£])|(?=人民币)"
    r"|(?<![A-Za-z])(?=RMB|CNY|USD|US\$|EUR|GBP|JPY|HK)"
)
_BUDGET = re.compile(
    r"预算|经费|资金上限|限价|报价|价格|价位|费用|控制在|花费|投入|出价|总价"
    r"|[Bb]udget|BUDGET|[Pp]rice|[Cc]osts?\b|[Ss]pend|[Aa]fford|(?:can|will|would|to) pay\b"
)
_CAP = re.compile(
    r"(?:不超过?|不高于|不得超过|低于|最多|上限|≤|<|小于"
    r"|[Uu]nder|[Uu]p to|[Bb]elow|[Mm]ax\w*\.?|[Ll]ess than|at most|within|no more than|not exceed\w*)[ ]?(?:of[ ])?$"
)
_FLOOR = re.compile(r"(?:不低于|至少|不少于|≥|>|大于|at least|(?<!no )(?<!not )more than|minimum|from|over)[ ]?$")
_CAP_AFTER = re.compile(r"[ ]?(?:以内|之内|以下|封顶|内(?![\u4e00-\u9fff])|max\b|at most|or less|tops)")
_OTHER_MONEY = re.compile(
    r"贷|融资|欠|工资|月薪|薪|注册资本|营收|产值|销售额|年收入|利润|赔|罚|投资额|估值|债|订单额"
    r"|\b(?:owe[sd]?|loan|revenue|turnover|sales|salary|wages?|capital|fined?|orders for|debt|valuation|invest\w*"
    r"|raised|funding)\b"
)
_GIVEN = re.compile(r"[ ]?(?:grant|prize|award|stipend|bursary|奖金|补贴|补助)")
_EACH = re.compile(
    r"[ ]?(?:/|per\b(?! (?:\w+ )?project)|each\b|an?[ ](?:month|year|day|week|piece|hour|unit)"
    r"|[一每](?:个?月|年|天|次|件|台|小时)|起(?!草))"
)
_COUNTED = re.compile(r"[ ]?(?:条|张|次|台|件|套|人|公里|里程|用户|个|吨|亩|平|字|行|颗|只|份|家|户|米|小时|项|度|转)")
_EVIDENCE = re.compile(rf"[万亿]|{_NAMES}|{_BUDGET.pattern}")
_SENTENCE = re.compile("[。;；!?！？\n]")


@dataclass(frozen=True)
class Budget:
    """What the need may cost, in minor units of `currency` (fen, cents), ends None where not stated."""

    minimum: int | None
    maximum: int | None
    currency: str
    text: str


def find_budget(text: str) -> Budget | None:
    """Return the budget that `text` states, None where money is not spoken of as one.

    An amount counts beside a word such as 预算 or "price", under a cap (以内, "under") or with a currency; a loan, a
    salary, a turnover or the price of one piece does not. A word for the budget wins over a bare currency.

    >>> find_budget("预算5-8万元"), find_budget("想贷300万流动资金")
    (Budget(minimum=5000000, maximum=8000000, currency='CNY', text='5-8万元'), None)
    """
    folded = fold(text)
    best: tuple[int, Budget] | None = None
    candidates = (amount for amount in _amounts(folded) if _currency(amount) or _is_large(amount))
    for found in islice(candidates, _MOST):
        weight = _weight(folded, found)
        if weight and (best is None or weight > best[0]):
            best = weight, _budget(folded, found)
    return best[1] if best else None


def money_spans(folded: str) -> list[tuple[int, int]]:
    """Return where folded text names amounts of a currency, budgets or not."""
    return [found.span() for found in _amounts(folded) if _currency(found)]


def _amounts(folded: str) -> Iterator[re.Match[str]]:
    if not _EVIDENCE.search(folded):
        return
    position = 0
    for start in _START.finditer(folded):
        if start.start() >= position and (found := _AMOUNT.match(folded, start.start())):
            position = found.end()
            yield found


def _scaled(found: re.Match[str]) -> str:
    return found["high_scale"] or found["low_scale"] or ""


def _currency(found: re.Match[str]) -> str:
    return found["after"] or found["middle"] or found["before"] or ""


def _weight(folded: str, found: re.Match[str]) -> int:
    """Rate how surely the amount is a budget: 0 not at all, 3 with a word that says so."""
    before = _SENTENCE.split(folded[max(0, found.start() - 30) : found.start()])[-1]
    after = _SENTENCE.split(folded[found.end() : found.end() + 14])[0]
    each = _EACH.match(folded, found.end())
    currency = _currency(found)
    if _OTHER_MONEY.search(before[-16:] + "|" + after) or (not currency and _COUNTED.match(after)):
        return 0
    if _GIVEN.match(after) or _falls(found):
        return 0
    words = list(_BUDGET.finditer(before))
    if (words and not re.search(r"\d", before[words[-1].end() :])) or _BUDGET.match(after.lstrip(" 的")):
        return 3 if not each else 1
    if each or re.search(r"(?:每|单价|月租|一个月|per \w+ )[^、,]{0,4}$", before):
        return 0
    capped = _CAP.search(before) or _CAP_AFTER.match(after)
    if capped and (currency or _scaled(found) in ("万", "百万", "千万", "亿")):
        return 2
    return 1 if currency else 0


def _falls(found: re.Match[str]) -> bool:
    """Tell whether the second amount is the smaller one: "from $5 to $3" is a change, no range."""
    if not (found["low"] and found["high"]) or (found["high_scale"] and not found["low_scale"]):
        return False
    low_scale, high_scale = (_SCALES.get((found[name] or "").lower(), 1) for name in ("low_scale", "high_scale"))
    return _value(found, "high", "han_high") * high_scale < _value(found, "low", "han") * low_scale


def _is_large(found: re.Match[str]) -> bool:
    return bool(_scaled(found)) or (found["low"] is not None and _value(found, "low", "han") >= 1000)


def _budget(folded: str, found: re.Match[str]) -> Budget:
    scale = _scaled(found)
    named = _currency(found)
    currency = next((code for code, names in _CURRENCIES.items() if re.fullmatch(names, named)), "CNY")
    minor = 1 if currency in _UNDIVIDED else 100
    near = approximate_numbers(found["han"]) if found["han"] and not found["high"] else None
    factor = _SCALES.get(scale if scale in _SCALES else scale.lower(), 1)
    low = _value(found, "low", "han") * _SCALES.get((found["low_scale"] or scale).lower(), 1)
    high: float | None = None
    if found["high"] or found["han_high"]:
        high = _value(found, "high", "han_high") * factor
    elif near:
        low, high = near[0] * factor, near[1] * factor
    if high is not None:
        return Budget(round(low * minor), round(high * minor), currency, found.group().strip())
    is_floor = _FLOOR.search(folded[max(0, found.start() - 16) : found.start()])
    amount = round(low * minor)
    minimum, maximum = (amount, None) if is_floor else (None, amount)
    return Budget(minimum, maximum, currency, found.group().strip())


def _value(found: re.Match[str], digits: str, han: str) -> float:
    if found[digits]:
        written = re.sub("[, ]", "", found[digits])
        return float(written.replace(".", "") if re.search(r"\.\d{3}", written) else written)
    if found["rest"] and han == "han":
        return (chinese_number(f"{found[han]}万{found['rest']}") or 0.0) / 10_000
    return chinese_number(found[han]) or 0.0
