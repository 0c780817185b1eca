"""Find in a text how to reach somebody: telephone numbers, mail addresses, QQ and WeChat ids.

Before acceptance the two sides speak without knowing each other; a number in a message would undo that, and the
operator could not protect whom it belongs to. What is found is refused, with the place shown, so that its writer can
take it out; nothing is changed in silence.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _

_GAP = r"[\s.·_\-–—/()]{0,3}"
_ID = r"[a-z][a-z0-9_\-]{4,19}"
_NAMED = r"(?:微信|薇信|威信|weixin|we\s?chat|\bv信|\bvx\b|\bwx\b|\bqq\b|扣扣)"
_NUMBER = rf"(?:\d{_GAP}){{4,11}}\d"
PATTERNS: Mapping[str, re.Pattern[str]] = {
    _("a mail address"): re.compile(
        r"[a-z0-9._%+\-]+\s*(?:@|[\[(]\s*at\s*[\])])\s*[a-z0-9\-]+(?:\s*(?:\.|[\[(]\s*dot\s*[\])])\s*[a-z0-9\-]+)+"),
    _("a WeChat or QQ id"): re.compile(
        rf"{_NAMED}\s*(?:号码?|id|number|no\.?)?\s*(?:(?:[:=是为]|is\b)\s*(?:{_ID}|{_NUMBER})|{_NUMBER}"
        rf"|(?=[a-z_\-]*\d){_ID})"),
    _("a telephone number"): re.compile(
        rf"(?<![\d.])(?:(?:\+|00){_GAP}\d(?:{_GAP}\d){{7,14}}|1{_GAP}[3-9](?:{_GAP}\d){{9}}|[48]00(?:{_GAP}\d){{7}}"
        rf"|0{_GAP}[1-9]\d(?:{_GAP}\d){{8,9}})(?![\d.]*\d)"),
}
"""What is looked for, by what it is called; in small letters, with full-width and Chinese figures made plain."""
_FIGURES = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_SPELT = re.compile(r"(?:[零〇一二三四五六七八九幺]\s?){7,}")


def check(text: str) -> None:
    """Raise `Invalid` when a text says how to reach somebody."""
    for kind, place in found(text):
        raise Invalid("This looks like %(kind)s: “%(place)s”. Take it out: both sides stay unknown to each other until "
                      "the request is accepted, and then the contact is shown by itself.",
                      kind=gettext(kind), place=place)


def found(text: str) -> Iterator[tuple[str, str]]:
    """Give what a text says of that kind, with what it is called.

    >>> [kind for kind, _place in found("write to li [at] firm.cn or 138 1234 5678")]
    ['a mail address', 'a telephone number']
    >>> list(found("5-500 Hz by GB/T 2423.56-2018, 4 pieces until 2026-12-20, for 30,000.00 yuan"))
    []
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf").lower()
    plain = _SPELT.sub(lambda match: match[0].translate(_FIGURES), plain)
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(plain):
            yield kind, match[0].strip()
