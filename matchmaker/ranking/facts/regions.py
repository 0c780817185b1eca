"""Regions that a text names, by a gazetteer that the caller brings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matchmaker.ranking.facts.folding import fold

_SUFFIX = re.compile(r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|(?:[一-鿿]{1,6}族)?自治[州县旗]|地区|[省市县盟])$")
_ENGLISH_SUFFIX = re.compile(r" (?:City|Province|Municipality|Autonomous Region|Prefecture|SAR)$")
_HAN = re.compile("[一-鿿]+")
_CAPITALISED = re.compile(r"(?<![A-Za-z0-9@])[A-Z][A-Za-z'’]+(?:[ -][A-Z][A-Za-z'’]+){0,3}")
# A name inside these belongs to a firm, a dish or a dialect, not to the place where the need arises.
_FIRM_AFTER = re.compile(
    r"(?:[市省])?(?:(?!一家|[的在和与及或某需要做找是从到离于、]|有(?!限))[一-鿿A-Za-z0-9()]){0,18}?"
    r"(?:公司|集团|股份|大学|学院|研究院|研究所|银行|事务所)"
)
_THING_AFTER = re.compile("话|菜|味|青(?!岛|浦)|腔|籍|时间|烤鸭|啤酒|火锅|方言|人(?![工才力形机])")
_NAME_BEFORE = re.compile(r"(?:公司|名称|厂名)[:：]?$")
# Short forms that are also ordinary words, and those of counties, need a word beside them that speaks of a place.
_ORDINARY = frozenset(
    re.findall(r"\S+", "合作 日照 高密 五常 沙湾 白银 公安 东方 通道 中方 大方 平安 和平 大同 安康 长治 朝阳 新和 文成")
)
_PLACE_BEFORE = re.compile(r"(?:在|位于|来自|坐落于|地处|[省州])$")
_PLACE_AFTER = re.compile(r"[市县]?(?:附近|周边|本地|当地|境内|一带|这边|地区|$|[、。;])")
_ENGLISH_FIRM_AFTER = re.compile(
    r"\)?,?(?: (?:[A-Z][\w&.-]*|&|and|of)){0,5}? ?\(?(?:[A-Z]\w*\) )?,? ?"
    r"(?:Co\.|Co,|Ltd|Inc\b|Corp|LLC|GmbH|University|Institute|Group|Bank|Road|Street|Avenue|Beer)"
)


@dataclass(frozen=True)
class Region:
    """A region named in a text: its code, and the name as written."""

    code: str
    name: str


class Gazetteer:
    """Names of regions, ready to be looked up; build it once and keep it.

    Short forms (苏州 for 苏州市, "Suzhou" for "Suzhou City") are derived, and dropped again where two regions would
    share one.

    >>> [region.code for region in Gazetteer({"苏州市": "320500", "Suzhou": "320500"}).find("我们在苏州，Suzhou-based")]
    ['320500']
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._codes: dict[str, str] = {fold(name).strip(): code for name, code in names.items() if name.strip()}
        derived: dict[str, set[str]] = {}
        for name, code in self._codes.items():
            short = _ENGLISH_SUFFIX.sub("", name) if name.isascii() else _SUFFIX.sub("", name)
            if len(short) > 1 and short not in self._codes:
                derived.setdefault(short, set()).add(code)
        shorts = {short: next(iter(codes)) for short, codes in derived.items() if len(codes) == 1}
        self._doubtful = {s for s, code in shorts.items() if not s.isascii() and (s in _ORDINARY or code[-2:] != "00")}
        self._codes |= shorts
        self._starts: dict[str, list[str]] = {}
        for name in sorted(self._codes, key=len, reverse=True):
            if _HAN.fullmatch(name) and len(name) > 1:
                self._starts.setdefault(name[:2], []).append(name)
        firsts, seconds = ("".join(sorted({pair[i] for pair in self._starts})) for i in (0, 1))
        self._openings = re.compile(f"[{firsts}](?=[{seconds}])" if firsts else "(?!)")

    def find(self, text: str) -> list[Region]:
        """Return the regions named in `text`, each once, in order; longest name first at each place."""
        folded = fold(text)
        found = sorted([*self._chinese(folded), *self._english(folded)], key=lambda place: place[0])
        return list({region.code: region for _, region in reversed(found)}.values())[::-1]

    def _chinese(self, folded: str) -> Iterator[tuple[int, Region]]:
        done = 0
        for place in self._openings.finditer(folded):
            position = place.start()
            if position < done:
                continue
            names = self._starts.get(folded[position : position + 2], ())
            name = next((name for name in names if folded.startswith(name, position)), None)
            if name:
                done = position + len(name)
                if self._is_place(folded, name, position):
                    yield position, Region(self._codes[name], name)

    def _is_place(self, folded: str, name: str, start: int) -> bool:
        end = start + len(name)
        if name in self._doubtful:
            before = _PLACE_BEFORE.search(folded[max(0, start - 3) : start])
            if not (before and (name not in _ORDINARY or _PLACE_AFTER.match(folded, end))):
                return False
        return not _is_within_other_name(folded, start, end)

    def _english(self, folded: str) -> Iterator[tuple[int, Region]]:
        for run in _CAPITALISED.finditer(folded):
            words = list(re.finditer(r"[A-Za-z'’]+", run.group()))
            first = 0
            while first < len(words):
                lasts = range(len(words), first, -1)
                last = next((i for i in lasts if self._slice(run, words, first, i) in self._codes), 0)
                if last:
                    start, end = run.start() + words[first].start(), run.start() + words[last - 1].end()
                    if not _ENGLISH_FIRM_AFTER.match(folded, end, end + 80):
                        yield start, Region(self._codes[folded[start:end]], folded[start:end])
                first = last or first + 1

    @staticmethod
    def _slice(run: re.Match[str], words: list[re.Match[str]], first: int, last: int) -> str:
        return run.group()[words[first].start() : words[last - 1].end()]


def _is_within_other_name(folded: str, start: int, end: int) -> bool:
    return bool(
        _THING_AFTER.match(folded, end)
        or _FIRM_AFTER.match(folded, end, end + 26)
        or _NAME_BEFORE.search(folded[max(0, start - 4) : start])
    )


def find_regions(text: str, gazetteer: "Mapping[str, str] | Gazetteer") -> list[Region]:
    """Return the regions that `text` names; pass a `Gazetteer` where several texts are read."""
    return (gazetteer if isinstance(gazetteer, Gazetteer) else Gazetteer(gazetteer)).find(text)


def home_region(regions: list[Region]) -> str | None:
    """Return the code of the first region named, made finer by one within it: 江苏苏州 is 苏州. A country is none.

    >>> home_region([Region("320000", "江苏"), Region("320500", "苏州"), Region("310000", "上海")])
    '320500'
    """
    placed = [region.code for region in regions if region.code.strip("0")]
    if not placed:
        return None
    code = placed[0]
    for other in placed[1:]:
        stem = code.rstrip("0")
        stem += "0" * (len(stem) % 2)
        if other != code and other.startswith(stem):
            code = other
    return code
