"""The two languages of the product, for pages, jobs and the command alike.

Messages are written in English, with values as ``%(name)s``; the Chinese catalogue is a .po file that is read once per
process, so that nothing has to be compiled. The language belongs to the context (a request, a job, a command).
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent / "translations"
HAN_SHARE = 0.2

_language: ContextVar[str] = ContextVar("language", default="en")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_IN_WORD = re.compile(r"[^\s\u2e80-\uffff\U00020000-\U0003134f]+$")
"""The end of a text in signs that belong to one word; from U+2E80 on, scripts may be cut anywhere."""
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak `language` ("zh" or "en") until the block ends."""
    if language not in LANGUAGES:
        raise ValueError(f"there is no language {language!r} here")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def current_language() -> str:
    """Return the language of this context, "en" unless `use_language` said otherwise."""
    return _language.get()


def gettext(message: str, **values: Any) -> str:
    """Return `message` in the current language, filled with `values`."""
    forms = _forms(message)
    return fill(forms[0] if forms else message, values)


def marked(message: str) -> str:
    """Return `message` as it is: it is only marked for the catalogue here, and translated where it is said.

    Imported as ``_``, the name by which the messages of the code are collected.
    """
    return message


def ngettext(singular: str, plural: str, number: int, **values: Any) -> str:
    """Return the form for `number`, which also fills ``%(num)s``, in the current language."""
    forms = _forms(singular)
    text = forms[0] if forms else singular if number == 1 else plural
    return fill(text, {"num": number, **values})


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put `values` into `text`; without any the text stays as it is, per cent signs included."""
    return text % values if values else text


def pick(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the text in `language` (by default the current one), else in the other one, else nothing.

    >>> pick({"zh": "中试"}, "en")
    '中试'
    """
    texts = texts or {}
    return texts.get(language or current_language()) or next(filter(None, texts.values()), "")


def shorten(text: str, most: int) -> str:
    """Return `text`, or its beginning, `most` signs at the most; it ends with a whole word, in Chinese with any sign.

    >>> shorten("Random vibration test", 16), shorten("Random vibration test", 18), shorten("随机振动试验", 5)
    ('Random…', 'Random vibration…', '随机振动…')
    """
    if len(text) <= most:
        return text
    start = text[:most - 1]
    if _IN_WORD.match(text[most - 1]):
        start = _IN_WORD.sub("", start) or start
    return start.rstrip(" ,;:，、；：") + "…"


def language_of(text: str) -> str:
    """Tell whether `text` is written in Chinese or in English, by its share of Han characters.

    >>> language_of("CAE 结构仿真"), language_of("Ships to Suzhou (苏州)")
    ('zh', 'en')
    """
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return "zh" if han and han / (han + latin) >= HAN_SHARE else "en"


def negotiate(accept_language: str | None) -> str:
    """Return the language that an Accept-Language header (RFC 9110) likes best, "en" when it likes neither."""
    best, best_weight = "en", 0.0
    for choice in (accept_language or "")[:1000].split(","):
        tag, _, parameter = choice.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    """Return the q-value of one choice: 1 when it is not stated, 0 when it cannot be read."""
    if not parameter.strip():
        return 1.0
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", parameter, re.ASCII)
    return float(found[1]) if found else 0.0


def _forms(message: str) -> tuple[str, ...]:
    """Return the forms of `message` in the current language, none when English will do."""
    language = current_language()
    return () if language == "en" else _catalogue(language).get(message, ())


@functools.cache
def _catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """Read the catalogue: the (singular) message → its forms. What is unfinished is left out, and so stays English."""
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id and not message.fuzzy]
    pairs = [(_several(message.id), _several(message.string)) for message in messages]
    return {names[0]: forms for names, forms in pairs if all(forms)}


def _several(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)
