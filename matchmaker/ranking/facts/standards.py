"""Standards that a text names, in one spelling, and whether one of them covers another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from matchmaker.ranking.facts.folding import fold

_INDUSTRY = "YY|QC|HJ|SJ|NB|YD|JB|DL|NY|WS|JT|JY|HG|HB|JGJ?|CJJ?|FZ|QB|SH|SY|TB|XF|GA|AQ|LY|MT|MH|QJ|SN|JC|YB|CB|RB|LS"
_DASH = "[-–—]"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_INTERNATIONAL = (
    r"(?:(?:DIN|BS|NF|UNE|prEN|ETSI)[ -]?)?EN(?:[ /-]?(?:ISO/IEC|ISO|IEC))?|DIN|BS|"
    r"(?:ISO|IEC)(?:/(?:IEC/IEEE|IEC/TS|IEC|IEEE|SAE|ASTM|TS|TR|PAS|FDIS|DIS))?|[Ii]so(?=[ -]?\d{4})|iso(?=[ -]?\d{4})"
)
_NUMBERED = (
    # Each: family, then number. Letters of the number are kept: DO-160G, SAE J1939, JESD22-A104.
    (r"(?:GB|gb|Gb)(?:[ ]?[/／-]?[ ]?[TtZz](?=[ \d]))?|GBZ(?:/T)?|GJB(?:/Z)?|JJ[FG]", r"\d{1,6}(?:\.\d{1,3})*[A-E]?"),
    (rf"(?:{_INDUSTRY})[ ]?/[ ]?[TZ]", r"\d{2,6}(?:\.\d{1,3})*[A-E]?"),
    (rf"(?:{_INDUSTRY})", rf"(?:\d{{2,6}}(?:\.\d{{1,3}})+|\d{{3,6}}(?={_DASH}{_YEAR}(?!\d)))"),
    (r"T/[A-Z]{2,9}|DB ?\d\d(?:/T)?", r"\d{1,5}(?:\.\d{1,3})*"),
    (_INTERNATIONAL, rf"(?:\d{{3}} \d{{3}}(?!\d)|\d{{2,6}})(?:[.-](?!{_YEAR}(?!\d))[A-Z]?\d{{1,3}}(?!\d)){{0,3}}"),
    (r"CISPR", r"\d{1,3}(?:-\d{1,2}){0,3}"),
    (r"ASTM", r"[A-G]\d{1,4}M?"),
    (r"UL", r"\d{2,5}[A-Z]?(?:-\d{1,2}){0,2}"),
    (r"(?:MIL|Mil|mil)[ -](?:STD|Std|std|PRF|DTL|HDBK|SPEC|[A-Z])", r"\d{3,6}[A-Z]?(?:[-/]\d{1,3})?"),
    (r"(?:RTCA[ /])?DO", r"(?:160|178|254|278|248|249|297|355|200|201|311|326|330|331|333|356)[A-H]?"),
    (r"IATF", r"16949"),
    (r"SAE", r"(?:J|ARP|AIR|AS|AMS|JA|GEIA-)[ -]?\d{2,5}[A-Z]?(?:[/-]\d{1,2})?"),
    (r"AS", r"91[0-4]\d[A-E]?"),
    (r"AMS", r"\d{4}[A-H]?"),
    (r"IEEE(?:[ ]?Std\.?)?", rf"P?(?!{_YEAR}(?![\d.]))\d{{2,5}}(?:\.\d{{1,3}}[a-z]{{0,2}}){{0,2}}"),
    (r"ETSI[ ]?T[SR]", r"\d{3} \d{3}"),
    (r"3GPP[ ]?T[SR]", r"\d\d\.\d{3}"),
    (r"(?:FCC|47[ ]?CFR)[ ]?(?:Part|part|PART)", r"\d{1,3}(?:\.\d{1,4})?[A-H]?"),
    (r"21[ ]?CFR[ ]?(?:Part|part|PART)?", r"\d{1,4}(?:\.\d{1,3})?"),
    (r"UN", r"38\.3"),
    (r"(?:UN[ /]?)?ECE[ ]?|UN[ ]", r"R[ ]?\d{1,3}"),
    (r"VDA", r"\d{1,4}(?:\.\d{1,3})?"),
    (r"AEC", r"Q[ ]?\d{3}[A-H]?"),
    (r"JESD", r"\d{1,3}(?:-[A-Z]?\d{1,3}[A-Z]?)?"),
    (r"J-STD", r"\d{3}[A-H]?"),
    (r"IPC", r"(?:[A-Z]{1,2}-)?\d{3,4}[A-H]?"),
    (r"ICH", r"[QSEM][ ]?\d{1,2}[A-F]?(?:\(R\d\))?"),
    (r"ChP", r"\d{4}"),
    (r"AQG", r"324"),
    (r"ISTA", r"\d[A-H]"),
    (r"ITTC", r"\d\.\d(?:-\d{2}){3}(?:\.\d)?"),
    (r"NIST[ ]?SP", r"\d{3,4}-\d{1,3}[A-C]?"),
    (r"FIPS", r"(?:PUB )?\d{3}(?:-\d)?"),
    (r"ANSI(?:/[A-Z]{2,8}){0,3}", r"[A-Z]{0,3}[ ]?\d{1,4}(?:[.-]\d{1,4}){0,3}"),
    (r"JIS", r"[A-Z][ ]?\d{4}(?:-\d{1,2})?"),
    (r"VDG[ ]?P", r"\d{3}"),
)
_ALONE = r"REACH(?![A-Za-z]| (?!ROHS)[A-Z]{3,})|R[Oo]HS(?:[ ]?[23]\.\d|[ ]?2(?![\d.]))?(?![A-Za-z])|WEEE(?![A-Za-z])"
_PATTERN = re.compile(
    # The looks ahead alone make the scan fast; a quantity such as "64 GB 3200" is no national standard.
    r"(?<![A-Za-z0-9])(?=[A-Zgim2-4])(?:(?=\D{0,16}\d)(?!(?<=\d )GB)(?:"
    + "|".join(rf"(?P<f{i}>{family})[ ]?-?[ ]?(?P<n{i}>{number})" for i, (family, number) in enumerate(_NUMBERED))
    + rf")|(?P<alone>{_ALONE}))"
)
_YEAR_AFTER = re.compile(rf"[ ]?[:：]?[ ]?(?:{_DASH}|:)[ ]?({_YEAR})(?!\d)|{_DASH}([89]\d|0\d|1\d|2\d)(?![\d.])")
_PART_AFTER = re.compile(r"(?:[、,/和][ ]?|[ ](?:and|和)[ ])([.-]\d{1,3})(?![\d.])|/(\d{1,2})(?![\d.A-Za-z])")
_NEXT_NUMBER = re.compile(r"(?:[、,/和与及][ ]?|[ ](?:and|or|和|及)[ ])(?=(\d{3,6})((?:[.-]\d{1,3}){1,3})(?![\d.]))")


# Letters typed for figures: "ISO 9O01". A number has four figures or more, and two at least that are figures, so that a
# volume ("GB 10 l") is none; "EN" and "GB" alone stand before much else, and are left as they are.
_MISTYPED = re.compile(
    r"(?<![A-Za-z0-9])(?:ISO(?:/(?:IEC|TS|TR))?|IEC|GB[ ]?/?[ ]?[TZ]|GJB|IATF|JJ[FG]"
    rf"|(?:{_INDUSTRY})[ ]?/[ ]?[TZ])[ ]?-?[ ]?(?=\d*[OoIl])(?=(?:[OoIl]*\d){{2}})([\dOoIl]{{4,6}})(?![A-Za-z0-9])")
_FIGURES = str.maketrans("OoIl", "0011")


@dataclass(frozen=True)
class Standard:
    """A standard named in a text.

    Attributes: `family` ("GB/T"), `number` ("4943.1"), `year` ("2022" or ""), and where it stands in the folded text.
    """

    family: str
    number: str
    year: str = ""
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        if not self.number:
            return self.family
        joint = "-" if self.family in _HYPHENATED else " "
        if self.family in ("JESD", "SAE ARP"):
            joint = ""
        between = ":" if self.family.startswith(("ISO", "IEC", "EN", "DIN", "BS")) else "-"
        return f"{self.family}{joint}{self.number}" + (f"{between}{self.year}" if self.year else "")


_HYPHENATED = frozenset({"MIL-STD", "MIL-PRF", "MIL-DTL", "MIL-HDBK", "RTCA DO", "AEC", "J-STD", "IPC"})


def locate_standards(folded: str) -> Iterator[Standard]:
    """Yield every standard named in folded text, in order, enumerated parts ("-1/-17") included.

    A letter that stands for a figure in a number ("ISO 9O01") is read as the figure.
    """
    folded, position = _MISTYPED.sub(_figured, folded), 0
    for found in _PATTERN.finditer(folded):
        if found.start() < position:
            continue
        if found["alone"]:
            yield Standard(re.sub("R[Oo]HS.*", "RoHS", found["alone"]), "", "", *found.span())
            continue
        group = next(i for i in range(len(_NUMBERED)) if found[f"n{i}"])
        family, number = _spell(found[f"f{group}"], found[f"n{group}"])
        year, end = _year(folded, found.end(), family)
        yield Standard(family, number, year, found.start(), end)
        for more in _enumerated(folded, family, number, end):
            yield more
            end = more.end
        position = end


def _figured(found: re.Match[str]) -> str:
    """Return a mistyped standard with figures alone in its number, as long as before."""
    return found.group()[:found.start(1) - found.start()] + found[1].translate(_FIGURES)


def _spell(family: str, number: str) -> tuple[str, str]:
    family = re.sub(r"\s*[/／]\s*", "/", family.strip())
    if re.fullmatch(r"gb ?[/-]? ?[tz]?", family, re.IGNORECASE):
        letter = family[-1].upper()
        family = f"GB/{letter}" if letter in "TZ" else "GB"
    family = re.sub("(?i)^mil[ -]", "MIL-", family).replace("MIL-std", "MIL-STD").replace("MIL-Std", "MIL-STD")
    family = re.sub(r"^(DIN|BS|NF|UNE|ETSI)[- ]EN", r"\1 EN", re.sub(r"EN[ /-](?=I)", "EN ", family))
    if family.lower() == "iso":
        family = "ISO"
    elif family.endswith("DO"):
        family = "RTCA DO"
    elif re.match(r"(UN[ /]?)?ECE|UN$", family) and number.startswith("R"):
        family, number = "UN", number.replace(" ", "")
    elif family.startswith(("FCC", "47")):
        family = "FCC Part"
    elif family.startswith("21"):
        family = "21 CFR"
    elif family.startswith("IEEE"):
        family = "IEEE"
    if family in ("SAE", "ICH", "AEC"):
        number = re.sub("[ -]", "", number)
    return family, number


def _year(folded: str, end: int, family: str) -> tuple[str, int]:
    found = _YEAR_AFTER.match(folded, end)
    if not found or (found[2] and not family.startswith(("GB", "GJB", "ASTM", "JJ"))):
        return "", end
    return found[1] or found[2], found.end()


def _enumerated(folded: str, family: str, number: str, end: int) -> Iterator[Standard]:
    """Yield the further parts and numbers that follow under the same family: "GB/T 16886.5、.10", "2423.1、2423.2"."""
    parted = re.fullmatch(r"(.*\d)([.-])(\d{1,3})", number)
    while True:
        if parted and (part := _PART_AFTER.match(folded, end)):
            joint, digits = (part[1][0], part[1][1:]) if part[1] else (parted[2], part[2])
            if joint != parted[2]:
                return
            yield Standard(family, f"{parted[1]}{joint}{digits}", "", part.end() - len(digits), part.end())
            end = part.end()
        elif parted and (more := _NEXT_NUMBER.match(folded, end)):
            start, after = more.end(), more.end() + len(more[1] + more[2])
            year, after = _year(folded, after, family)
            yield Standard(family, more[1] + more[2], year, start, after)
            end = after
        else:
            return


def find_standards(text: str) -> list[str]:
    """Return the standards that `text` names, normalised, each once, in order of appearance.

    >>> find_standards("按GBT4943.1-2022和ISO/IEC 17025，EN 301 489-1/-17")
    ['GB/T 4943.1-2022', 'ISO/IEC 17025', 'EN 301 489-1', 'EN 301 489-17']
    """
    return list(dict.fromkeys(str(standard) for standard in locate_standards(fold(text))))


def normalise_standard(written: str) -> str:
    """Return one standard in this package's spelling, and what is none as it was written, folded and stripped."""
    folded = fold(written).strip()
    found = next(locate_standards(folded), None)
    return str(found) if found and found.start == 0 else folded


def covers(stated: str, wanted: str) -> bool:
    """Tell whether whoever states the one standard has the wanted one too.

    The same number counts, GB and GB/T alike; years and editions (DO-160G) count only where both name one; a series
    named as a whole covers each of its parts, but no part covers the series.

    >>> covers("GB/T 2423", "GB/T 2423.10-2019"), covers("GB/T 2423.10", "GB/T 2423"), covers("GB 4943.1", "GBT4943.1")
    (True, False, True)
    """
    have, want = _key(stated), _key(wanted)
    if have is None or want is None:
        return fold(stated).strip().casefold() == fold(wanted).strip().casefold()
    same_edition = not have[2] or not want[2] or have[2] == want[2]
    same_year = not have[3] or not want[3] or have[3] == want[3]
    same_number = have[1] == want[1] or (len(have[1]) == 1 and want[1][:1] == have[1])
    return bool(have[0] & want[0]) and same_number and same_edition and same_year


@lru_cache(10_000)
def _key(written: str) -> tuple[frozenset[str], tuple[str, ...], str, str] | None:
    folded = fold(written).strip()
    found = next(locate_standards(folded), None)
    if found is None or found.start:
        return None
    family = re.sub(r"/[TZ]$", "", found.family)
    bodies = frozenset(re.split("[ /]", family)) - {"DIN", "BS", "NF", "UNE", "ETSI", "TS", "TR", "PAS", "RTCA"}
    number, edition = found.number.replace(" ", ""), ""
    if family not in ("ICH", "ISTA") and re.search(r"\d[A-H]$", number):
        number, edition = number[:-1], number[-1]
    return bodies or frozenset({family}), tuple(re.split("[.-]", number)), edition, found.year
