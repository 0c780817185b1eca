"""China as a map of tiles, one of the same size for each province, so that small ones are seen too."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.i18n import current_language
from matchmaker.services.demand.boards import Count

PLACES = {
    "230000": (8, 0, "黑", "HL"), "150000": (5, 1, "蒙", "NM"), "110000": (6, 1, "京", "BJ"),
    "210000": (7, 1, "辽", "LN"), "220000": (8, 1, "吉", "JL"), "650000": (0, 2, "新", "XJ"),
    "620000": (2, 2, "甘", "GS"), "640000": (3, 2, "宁", "NX"), "140000": (4, 2, "晋", "SX"),
    "130000": (5, 2, "冀", "HE"), "120000": (6, 2, "津", "TJ"), "630000": (1, 3, "青", "QH"),
    "610000": (3, 3, "陕", "SN"), "410000": (4, 3, "豫", "HA"), "370000": (5, 3, "鲁", "SD"),
    "320000": (6, 3, "苏", "JS"), "540000": (0, 4, "藏", "XZ"), "510000": (2, 4, "川", "SC"),
    "500000": (3, 4, "渝", "CQ"), "420000": (4, 4, "鄂", "HB"), "340000": (5, 4, "皖", "AH"),
    "330000": (6, 4, "浙", "ZJ"), "310000": (7, 4, "沪", "SH"), "530000": (2, 5, "滇", "YN"),
    "520000": (3, 5, "黔", "GZ"), "430000": (4, 5, "湘", "HN"), "360000": (5, 5, "赣", "JX"),
    "350000": (6, 5, "闽", "FJ"), "710000": (7, 5, "台", "TW"), "450000": (3, 6, "桂", "GX"),
    "440000": (4, 6, "粤", "GD"), "810000": (5, 6, "港", "HK"), "820000": (6, 6, "澳", "MO"),
    "460000": (3, 7, "琼", "HI"),
}
"""Column, row, and the official short name in Chinese and English (GB/T 2260)."""
SHADES = 4


@dataclass(frozen=True)
class Tile:
    """One province: where its tile lies, what it is called there, its unmet needs, and how dark it is."""

    code: str
    column: int
    row: int
    name: str
    unmet: int | None
    shade: int


def tiles(counts: Sequence[Count]) -> list[Tile]:
    """Return a tile for each province; those with most unmet needs are the darkest."""
    unmet = {count.value: count.unmet for count in counts}
    most = max((found or 0 for code, found in unmet.items() if code in PLACES), default=0)
    return [Tile(code, column, row, zh if current_language() == "zh" else en, unmet.get(code),
                 _shade(unmet.get(code) or 0, most)) for code, (column, row, zh, en) in PLACES.items()]


def _shade(unmet: int, most: int) -> int:
    """Return how dark a tile is, from 0 to `SHADES`."""
    return -(-SHADES * unmet // most) if most else 0
