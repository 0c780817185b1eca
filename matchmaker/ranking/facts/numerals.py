"""Numbers as people write them: digits with separators and powers, Chinese numerals."""

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

HAN_NUMERAL = "[零〇一二两俩三四五六七八九十百千半]{1,9}"
"""Pattern of a Chinese numeral below ten thousand."""


def chinese_number(numeral: str) -> float | None:
    """Return the value of a Chinese numeral, None where it is not one.

    >>> chinese_number("三十五"), chinese_number("两千四"), chinese_number("一万二"), chinese_number("半")
    (35.0, 2400.0, 12000.0, 0.5)
    """
    if numeral == "半":
        return 0.5
    total = section = digit = 0
    scale = 1
    for character in numeral:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character] if scale == 1 and digit else _DIGITS[character]
        elif character in _SMALL:
            scale = _SMALL[character]
            section, digit = section + (digit or 1) * scale, 0
        elif character in _LARGE:
            scale = _LARGE[character]
            total, section, digit = total + (section + digit) * scale, 0, 0
        else:
            return None
    # The last unit may be left unsaid: 两千四 is 2,400, but 两千零四 is 2,004.
    implied = scale // 10 if scale >= 100 and len(numeral) > 1 and numeral[-2] != "零" else 1
    return float(total + section + digit * implied)


def approximate_numbers(numeral: str) -> tuple[float, float] | None:
    """Return the ends of a numeral that names two neighbours, such as 三四百, None for every other.

    >>> approximate_numbers("三四百"), approximate_numbers("一两千"), approximate_numbers("三百")
    ((300.0, 400.0), (1000.0, 2000.0), None)
    """
    found = re.fullmatch("([一二两三四五六七八九])([一二两三四五六七八九])([十百千]?)", numeral)
    if not found or _DIGITS[found[2]] != _DIGITS[found[1]] + 1:
        return None
    scale = _SMALL.get(found[3], 1)
    return float(_DIGITS[found[1]] * scale), float(_DIGITS[found[2]] * scale)


def decimal(written: str) -> float:
    """Return the value of digits with ``,`` or spaces between thousands, and an optional power of ten.

    >>> decimal("12 000"), decimal("1,200.5"), decimal("5×10^-4"), decimal("10^6"), decimal("1e-6")
    (12000.0, 1200.5, 0.0005, 1000000.0, 1e-06)
    """
    digits = written.replace(",", "").replace(" ", "").replace("\u2212", "-").replace("\u2013", "-")
    if "^" not in digits:
        return float(digits)
    mantissa, _, power = digits.partition("^")
    factor = re.split("[×x*·]", mantissa)[0] if len(mantissa) > 2 else "1"
    return float(factor) * 10.0 ** int(power)
