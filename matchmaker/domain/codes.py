"""Official codes: regions (GB/T 2260, outside China ISO 3166), industries (GB/T 4754, ISIC) and firms (GB 32100).

The lists stand under data/codes and are read once per process.
"""

import csv
import functools
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from babel import Locale
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from matchmaker.config import ROOT

CODES = ROOT / "data" / "codes"
NATIONWIDE = "000000"
EARTH_RADIUS_KM = 6371.0
PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Nodes that stand in the list for its order alone; they bear the name of their province."""

_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|"
    "土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|保安|裕固|独龙|鄂伦春|各"
)
_SUFFIX = re.compile(
    rf"(?<=..)(?:特别行政区|(?:(?:{_PEOPLES})族?)+自治[区州县旗]|自治[区州县旗]|省|市|地区|盟|县|区|旗)$"
)
_ENGLISH_SUFFIX = re.compile(r"\s+(?:province|city|municipality|prefecture|district|county|banner|sar)$")
_ALIASES = {"tibet": "540000", "macau": "820000", "hongkong": "810000", "中国": NATIONWIDE, "china": NATIONWIDE}


@dataclass(frozen=True)
class Region:
    """A region: its names in both languages, and where its centre lies, in degrees, if that is known."""

    code: str
    names: dict[str, str] = field(hash=False)
    lat: float | None = None
    lng: float | None = None

    @property
    def parent(self) -> "Region | None":
        """The region that this one belongs to; the nationwide one and countries belong to none."""
        if "-" in self.code:
            return region(self.code.partition("-")[0])
        return next((found for code in _codes_above(self.code) if (found := region(code))), None)

    @property
    def chain(self) -> list["Region"]:
        """The region and all that it belongs to, the smallest first; the whole country is left out."""
        parent = self.parent
        return [self, *(parent.chain if parent and parent.code != NATIONWIDE else [])]

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude of the region, or else of what it belongs to."""
        return next(((r.lat, r.lng) for r in self.chain if r.lat is not None and r.lng is not None), None)


@dataclass(frozen=True)
class Industry:
    """An industry of GB/T 4754 (code with its section letter, ``C3911``) or ISIC (``ISIC:2610``)."""

    code: str
    names: dict[str, str] = field(hash=False)

    @property
    def parent(self) -> "Industry | None":
        """The industry that this one is a part of."""
        system, letter, digits = re.findall(r"(ISIC:|)([A-Z]?)(\d*)", self.code)[0]
        if not digits:
            return None
        above = digits[:-1] if len(digits) > 2 else ""
        return (_isic() if system else _industries()).get(system + letter + above)

    @property
    def chain(self) -> list["Industry"]:
        """The industry and all that it is a part of, the narrowest first."""
        parent = self.parent
        return [self, *(parent.chain if parent else [])]


def region(code: str) -> Region | None:
    """Return the region of a GB/T 2260 code, ``000000`` (the whole country), or an ISO 3166-1 or -2 code.

    >>> region("320500").names["en"], region("DE-BY").names["en"]
    ('Suzhou', 'Germany (BY)')
    """
    return _regions().get(code) or _foreign(code)


def regions_named(text: str) -> list[Region]:
    """Return the regions of China with this Chinese or English name, the largest first; namesakes are all given.

    >>> [found.code for found in regions_named("Suzhou")][:2], regions_named("江苏省")[0].code
    (['320500', '341300'], '320000')
    """
    codes = _region_names().get(_plain_name(text), [])
    return [_regions()[code] for code in codes]


def gazetteer() -> dict[str, str]:
    """Return name → code for the provinces and cities of China in both languages, namesakes left out."""
    found: dict[str, set[str]] = {}
    for code, place in _regions().items():
        if code.endswith("00") and code != NATIONWIDE:
            for name in place.names.values():
                found.setdefault(name, set()).add(code)
    # A city that is a province bears its name at both levels; the province stands for it.
    return {name: min(codes) for name, codes in found.items() if len({code[:2] for code in codes}) == 1}


def distance_km(a: str, b: str) -> float | None:
    """Return the distance between the centres of two regions in km, or None where a centre is not known."""
    one, other = region(a), region(b)
    if not one or not other or not one.place or not other.place:
        return None
    lat_a, lng_a, lat_b, lng_b = map(math.radians, (*one.place, *other.place))
    haversine = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lng_b - lng_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(haversine)))


def industry(code: str) -> Industry | None:
    """Return the industry of a code of GB/T 4754, with or without its section letter, or of ISIC with ``ISIC:``.

    >>> industry("3911").code, industry("ISIC:2610").names["en"]
    ('C3911', 'Manufacture of electronic components and boards')
    """
    code = code.strip().upper()
    if code.startswith("ISIC:"):
        return _isic().get(code)
    return _industries().get(code) or _industries_without_letter().get(code)


def is_unified_social_credit_code(text: str) -> bool:
    """Tell whether `text` is a unified social credit code with the right check character (GB 32100)."""
    try:
        uscc.validate(text)
    except (ValidationError, ValueError):
        return False
    return True


def _codes_above(code: str) -> Iterator[str]:
    if code.isdigit() and code != NATIONWIDE:
        yield from (above for above in (code[:4] + "00", code[:2] + "0000", NATIONWIDE) if above != code)


@functools.cache
def _regions() -> dict[str, Region]:
    found = {NATIONWIDE: Region(NATIONWIDE, {"zh": "全国", "en": "Nationwide"})}
    for row in _rows("regions.csv"):
        code, names = row["code"], {"zh": row["name_zh"], "en": row["name_en"]}
        if names["zh"] in PLACEHOLDERS:
            names = found[code[:2] + "0000"].names
        lat, lng = (float(row[name]) if row[name] else None for name in ("lat", "lng"))
        found[code] = Region(code, names, lat, lng)
    return found


@functools.cache
def _region_names() -> dict[str, list[str]]:
    """Return name → codes, for every way in which a region may be written."""
    names = defaultdict(list, {alias: [code] for alias, code in _ALIASES.items()})
    placeholders = {row["code"] for row in _rows("regions.csv") if row["name_zh"] in PLACEHOLDERS}
    ranks = {code: (-len(code) + len(code.rstrip("0")), code) for code in _regions()}
    for code in sorted(_regions().keys() - placeholders, key=lambda code: ranks[code]):
        for name in {_plain_name(name) for name in _regions()[code].names.values()}:
            names[name].append(code)
    return dict(names)


def _plain_name(name: str) -> str:
    name = " ".join(name.lower().split())
    name = _ENGLISH_SUFFIX.sub("", name).replace(" ", "").replace("'", "").replace("’", "").replace("ü", "u")
    return _SUFFIX.sub("", name)


@functools.lru_cache(maxsize=1000)
def _foreign(code: str) -> Region | None:
    found = re.fullmatch(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?", code)
    if not found or found[1] in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}:
        return None
    names = {language: Locale(language).territories.get(found[1], "") for language in ("zh", "en")}
    part = f" ({found[2]})" if found[2] else ""
    return Region(code, {language: name + part for language, name in names.items()}) if names["en"] else None


@functools.cache
def _industries() -> dict[str, Industry]:
    return {
        row["code"]: Industry(row["code"], {name: row[f"name_{name}"] for name in ("zh", "en") if row[f"name_{name}"]})
        for row in _rows("industries.csv")
    }


@functools.cache
def _industries_without_letter() -> dict[str, Industry]:
    return {code[1:]: found for code, found in _industries().items() if len(code) > 1}


@functools.cache
def _isic() -> dict[str, Industry]:
    return {f"ISIC:{row['code']}": Industry(f"ISIC:{row['code']}", {"en": row["name_en"]}) for row in _rows("isic.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (CODES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
