"""What codes and messages are called in the current language."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from matchmaker.domain import codes
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.ranking.messages import Amount, Labels, Message
from matchmaker.services import formats

CHOICES: Mapping[str, Mapping[str, str]] = {
    "size_class": {"micro": _("micro"), "small": _("small"), "medium": _("medium-sized"), "large": _("large")},
    "certification": {
        "innovative_sme": _("innovative SME"), "specialised_sme": _("specialised and sophisticated SME"),
        "little_giant": _("little giant"), "single_champion": _("single champion"),
        "high_tech": _("high-tech enterprise"),
    },
    "delivery": {"on_site": _("on site"), "remote": _("remotely"), "mail_in": _("by post")},
    "language": {
        "zh": _("Chinese"), "en": _("English"), "ja": _("Japanese"), "ru": _("Russian"), "es": _("Spanish"),
        "de": _("German"), "fr": _("French"), "ko": _("Korean"), "ar": _("Arabic"), "vi": _("Vietnamese"),
    },
}

Vocabulary = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Scheme → code → ``{"zh": ..., "en": ...}``, for the schemes ``kind`` and ``theme``."""
Say = Callable[[Message], str]
"""Puts a message into words; whoever holds it keeps the messages, which it knows again by their identity."""


def say(message: Message, vocabulary: Vocabulary) -> str:
    """Return a message of the ranking in the current language."""
    return gettext(message.template, **{name: _value(value, vocabulary) for name, value in message.values.items()})


def sayer(vocabulary: Vocabulary) -> Say:
    """Return what does the same for the messages of one answer, once each: most of its matches share most of them."""
    said: dict[int, str] = {}

    def say_once(message: Message) -> str:
        words = said.get(id(message))
        if words is None:
            words = said[id(message)] = say(message, vocabulary)
        return words

    return say_once


def region(code: str) -> str:
    """Return a region's name, without those of what it belongs to."""
    found = codes.region(code)
    return pick(found.names) if found else code


def industry(code: str) -> str:
    """Return an industry's name, its code where it has none in the current language."""
    found = codes.industry(code)
    return (found.names.get(current_language()) or found.code) if found else code


def choice(scheme: str, code: str) -> str:
    """Return the words for a code of a closed choice; a code without words stands for itself."""
    return gettext(CHOICES[scheme][code]) if code in CHOICES.get(scheme, {}) else code


def joined(names: Iterable[str]) -> str:
    """Return names as an enumeration."""
    return gettext(", ").join(names)


def _value(value: Any, vocabulary: Vocabulary) -> Any:
    if isinstance(value, Labels):
        return joined(_label(value.scheme, code, vocabulary) for code in value.codes)
    if isinstance(value, Amount):
        return formats.money(value._asdict())
    if isinstance(value, dt.date):
        return formats.day(value)
    if isinstance(value, Mapping):
        return pick(value)
    return value


def _label(scheme: str, code: str, vocabulary: Vocabulary) -> str:
    if scheme in vocabulary:
        return pick(vocabulary[scheme].get(code)) or code
    names = {"region": region, "industry": industry}
    return names[scheme](code) if scheme in names else choice(scheme, code)
