"""Parameters with units that a text states, as intervals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from matchmaker.ranking.facts import dates, money, standards, trl
from matchmaker.ranking.facts.folding import fold, mask
from matchmaker.ranking.facts.parameters import ONLY_PARAMETERS, Parameter, words_in
from matchmaker.ranking.facts.readings import HAN_UNITS, NUMBER, Reading, read_quantity
from matchmaker.ranking.facts.units import Unit, difference_to_base, to_base

Role = Literal["range", "at_least", "at_most", "tolerance", "value"]

# A text with more numbers than this is a table of data; the first of them are looked at.
_MOST = 1000
_DIVIDED = re.compile("[A-Za-z]/$")
_ANY = re.compile(rf"\d|{HAN_UNITS}")
_ADDRESS = re.compile(
    r"https?://\S{1,300}|www\.\S{1,200}|(?<![A-Za-z0-9.+-])[A-Za-z0-9.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}"
)
_NOISE = re.compile(
    r"(?=[+\d])(?:(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|\+\d{1,3}(?:[ -]\d{2,5}){2,5}"
    r"|(?<![A-Za-z0-9])(?:19|20)\d\d(?:s\b|[-/]\d\d?(?![\d.]))|(?<=the )\d0s\b"
    r"|\b24 ?(?:hours|hrs|h)(?: a | per |/)day\b|24小时(?=服务|在线|值守|不间断|客服)|(?<!\d)\d{13,40})"
)
_ROUGHLY = r"[ :]?(?:(?:(?:the|about|around|roughly|approximately|approx\.?|ca\.?) |约|大约|大概|~) ?)?$"
_AT_LEAST = re.compile(
    r"(?:不低于|不小于|不少于|大于等于|大于|超过|高于|至少|最低|最小|≥|>=|(?<![-=])>|≧|⩾"
    r"|\b(?:at least|min(?:imum)?\.?(?: of)?|not? (?:less|lower|smaller) than|(?:more|greater|higher) than|over|above"
    r"|exceed(?:s|ing)?|in excess of))" + _ROUGHLY,
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:不(?:得|能|可|应|要|宜)?(?:超过?|超出|高于|大于|多于)|小于等于|小于|低于|少于|至多|最多|最大|最高|可达|高达|优于|好于"
    r"|≤|<=|<(?!-)|≦|⩽|\b(?:up to|at most|max(?:imum)?\.?(?: of)?|not? (?:more|greater|higher|larger) than|less than"
    r"|below|under|within|better than|smaller than|down to|(?:not|never) (?:to )?(?:exceed(?:ing)?|above|over)"
    r"|(?:loads|frequencies|temperatures|pressures|forces|speeds|depths|voltages|currents|energies) to))" + _ROUGHLY,
    re.IGNORECASE,
)
# "Maximum pressure 10 MPa": the sign stands before the name of the parameter.
_NAMED_SIGN = re.compile(
    r"(?:(?P<at_most>最大|最高|\bmax(?:imum)?\.?(?= ))|(?P<at_least>最小|最低|\bmin(?:imum)?\.?(?= )))"
    r"(?:的?[一-鿿]{2,6}[:为是]?| [A-Za-z]{3,20}(?: [a-z]{3,20})?(?: of| is|:)?) ?$",
    re.IGNORECASE,
)
# "±1 µm over 300 mm": the second is what the first is spread over.
_SPREAD = re.compile(r"\d ?[^\s\d]{1,8} over (?:an? |the )?$")
_LEAST_AFTER = re.compile(
    r" ?(?:[及或]?以上|(?:or|and) (?:more|above|higher|over|up)\b|upwards|minimum|\+(?!\d))|\+(?![\d/-])"
)
_MOST_AFTER = re.compile(r" ?(?:以内|之内|[及或]?以下|(?:or|and) (?:less|below|lower|under)\b|maximum|max\b)")
_SIGNS_BEFORE: tuple[tuple[re.Pattern[str], Role], ...] = ((_AT_LEAST, "at_least"), (_AT_MOST, "at_most"))
_SIGNS_AFTER: tuple[tuple[re.Pattern[str], Role], ...] = ((_LEAST_AFTER, "at_least"), (_MOST_AFTER, "at_most"))
_LISTED = frozenset({"、", ",", "/", "和", "及", "and", "or", "或", "到", "~"})
_CLAUSE = re.compile(r"[、,。;；!！?？\n|\x00]|\.(?: |$)")
_UNMISTAKABLE = {"°C": "temperature", "°F": "temperature", "%RH": "humidity"}
_BEFORE_WINDOW, _AFTER_WINDOW = 48, 22


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated quantity.

    Attributes: the `parameter` it is of where words nearby say so; `low` and `high` in `unit` (canonical spelling),
    None at an open end; the same in the base unit of its `dimension`; the `text` as written; the `role` it plays.
    """

    parameter: str | None
    low: float | None
    high: float | None
    unit: str
    dimension: str
    base_low: float | None
    base_high: float | None
    text: str
    role: Role


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities stated in `text`, in order; standards, dates, money, phone and model numbers are none.

    >>> [(q.parameter, q.low, q.high, q.unit, q.role) for q in find_quantities("温度-40~85℃，频率不低于2kHz，型号A100")]
    [('temperature', -40.0, 85.0, '°C', 'range'), ('frequency', 2.0, None, 'kHz', 'at_least')]
    """
    folded = fold(text)
    if not _ANY.search(folded):
        return []
    hidden = [(found.start, found.end) for found in standards.locate_standards(folded)]
    hidden += [*dates.date_spans(folded), *money.money_spans(folded), *trl.trl_spans(folded)]
    hidden += [found.span() for pattern in (_ADDRESS, _NOISE) for found in pattern.finditer(folded)]
    return list(_read(mask(folded, hidden)))


def _read(text: str) -> Iterator[Quantity]:
    position = previous_end = 0
    previous: Quantity | None = None
    for _ in range(_MOST):
        found = NUMBER.search(text, position)
        if found is None:
            return
        position = found.end()
        # What a letter is divided by is no quantity: the tolerance 2.0 + L/300 µm.
        divided = _DIVIDED.search(text, max(0, found.start() - 2), found.start())
        stated = None if divided and found.start() - 1 != previous_end else read_quantity(text, found)
        # "100s of kilometres" are no seconds.
        if stated and not (stated.units[0].name == "s" and text.startswith(" of ", stated.end)):
            position = stated.end
            quantity = _name(text, stated, previous_end, previous)
            if quantity:
                previous, previous_end = quantity, stated.end
                yield quantity


def _name(text: str, stated: Reading, previous_end: int, previous: Quantity | None) -> Quantity | None:
    """Choose the unit and the parameter that the words around allow; None where the spelling alone is too little."""
    near = _nearby(text, stated.start, stated.end, previous_end)
    for parameter in near:
        if unit := next((unit for unit in stated.units if unit.dimension in parameter.dimensions), None):
            return _quantity(text, stated, unit, parameter.name)
    unit = stated.units[0]
    # Nothing but a temperature is "-20 C".
    is_frost = unit.name == "°C" and stated.high < 0 and text.startswith("C", stated.end - 1)
    if previous is None:
        return None if unit.doubtful and not is_frost else _quantity(text, stated, unit, None)
    gap = text[previous_end : stated.start].strip(" ")
    listed = next((unit for unit in stated.units if unit.dimension == previous.dimension), None)
    if listed and gap in _LISTED:
        return _quantity(text, stated, listed, previous.parameter)
    # An ampere beside volts is one: "48 V 10 A".
    if unit.doubtful and not is_frost and not (unit.name == "A" and previous.dimension == "voltage" and len(gap) <= 1):
        return None
    return _quantity(text, stated, unit, None)


def _nearby(text: str, start: int, end: int, previous_end: int) -> list[Parameter]:
    """Return the parameters spoken of in the same clause, nearest first; a word before wins over one just as near."""
    before = text[max(previous_end, start - _BEFORE_WINDOW) : start + 2 * text.startswith("零下", start)]
    cuts = list(_CLAUSE.finditer(before))
    before = before[cuts[-1].end() :] if cuts else before
    after = re.split(r"[、,。;；(（\n|\d\x00]|\. ", text[end : end + _AFTER_WINDOW], maxsplit=1)[0]
    found: list[tuple[int, Parameter]] = []
    for _, stop, meant in words_in(before):
        found += [(len(before) - stop, parameter) for parameter in meant]
    for begin, _, meant in words_in(after):
        found += [(begin + 6, parameter) for parameter in meant]
    return [parameter for _, parameter in sorted(found, key=lambda pair: pair[0])]


def _quantity(text: str, stated: Reading, unit: Unit, parameter: str | None) -> Quantity:
    low: float | None = stated.low
    high: float | None = stated.high
    start, end, role = _role(text, stated)
    low_unit = stated.low_unit if stated.low_unit and stated.low_unit.dimension == unit.dimension else unit
    base_low, base_high = to_base(low_unit, low), to_base(unit, high)
    if low_unit != unit and base_low is not None:
        low = _from_base(unit, base_low)
    if role == "tolerance":
        low, base_low = -abs(stated.high), -abs(difference_to_base(unit, stated.high))
        high, base_high = abs(stated.high), abs(difference_to_base(unit, stated.high))
    elif stated.shape == "size":
        # Each edge is stated, so a cap on them leaves neither end open.
        role = "value"
    elif role == "at_least":
        high = base_high = None
    elif role == "at_most":
        low = base_low = None
    if low is not None and high is not None and low > high:
        low, high, base_low, base_high = high, low, base_high, base_low
    named = parameter or _UNMISTAKABLE.get(unit.name) or ONLY_PARAMETERS.get(unit.dimension)
    if named == "accuracy" and unit.dimension == "ratio" and (stated.high > 50 or role == "at_least"):
        named = "correctness"
    if stated.shape == "size":
        named = "size"
    return Quantity(named, low, high, unit.name, unit.dimension, base_low, base_high, text[start:end].strip(), role)


def _role(text: str, stated: Reading) -> tuple[int, int, Role]:
    if stated.shape == "tolerance":
        return stated.start, stated.end, "tolerance"
    if stated.shape == "range":
        return stated.start, stated.end, "range"
    before = text[max(0, stated.start - 40) : stated.start]
    # "no more than" holds "more than", and 不大于 holds 大于: the sign that begins first is the whole one.
    signs = [(sign.start(), role) for pattern, role in _SIGNS_BEFORE if (sign := pattern.search(before))]
    if _SPREAD.search(before):
        signs = []
    if named := _NAMED_SIGN.search(before):
        signs.append((named.start(), "at_most" if named["at_most"] else "at_least"))
    if signs:
        start, role = min(signs)
        return stated.start - len(before) + start, stated.end, role
    for pattern, role in _SIGNS_AFTER:
        if sign := pattern.match(text, stated.end):
            return stated.start, sign.end(), role
    return stated.start, stated.end, "value"


def _from_base(unit: Unit, base: float) -> float:
    zero, one = to_base(unit, 0.0) or 0.0, to_base(unit, 1.0) or 1.0
    return float(f"{(base - zero) / (one - zero):.12g}")
