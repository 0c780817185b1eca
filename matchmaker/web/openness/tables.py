"""Published lists as tables: what, to whom, how, one line an entry."""

from collections.abc import Mapping
from typing import Any

from matchmaker.domain import ListVersion
from matchmaker.i18n import gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.openness import entries
from matchmaker.web import cards, words
from matchmaker.web.firms import details

VERSION = ("json", "jsonld", "csv", "xlsx")
BATCH = ("jsonld", "csv", "xlsx")
HEADER = (_("Platform"), _("List"), _("Version"), _("Number"), _("Kind of resource"), _("Title"), _("What it is"),
          _("To whom it is open"), _("How to get it"), _("Price"), _("Capacity"), _("Valid until"), _("Verified"))


def header() -> list[str]:
    """Return the names of the columns in the page's language."""
    return [gettext(name) for name in HEADER]


def rows(version: ListVersion) -> list[list[Any]]:
    """Return the entries of a version as lines of cells."""
    platform, kinds = version.openness_list.platform, words.kind_labels()
    lines: list[list[Any]] = []
    for entry in version.entries:
        shown = entries.to_public(entry.public, platform)
        lines.append([
            pick(platform.name), pick(version.title), version.number, entry.external_id,
            kinds.get(shown["kind"], shown["kind"]), pick(shown["title"]), pick(shown["summary"]),
            to_whom(shown), how(shown), cards.price(shown) or gettext("On request"),
            cards.capacity_words(shown["capacity"]), shown["valid_through"] or "", shown["verified_at"] or ""])
    return lines


def to_whom(shown: Mapping[str, Any]) -> str:
    """Return in one line to whom an entry is open."""
    return _line(details.conditions(shown)) or gettext("Any firm may ask.")


def how(shown: Mapping[str, Any]) -> str:
    """Return in one line how an entry is to be had."""
    return _line(details.ways(shown))


def _line(pairs: details.Pairs) -> str:
    return gettext("; ").join(f"{title}{gettext(': ')}{said}" for title, said in pairs)


def published_on(version: ListVersion) -> str:
    """Return the day on which a version was published."""
    return formats.day_of(version.published_at) if version.published_at else ""
