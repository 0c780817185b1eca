"""What templates can call: words, numbers in the page's language, addresses, and the views of cards."""

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from matchmaker.i18n import current_language, gettext, ngettext, pick
from matchmaker.services import formats
from matchmaker.web import cards, forms, labels, words

STATIC = Path(__file__).parent / "static"
NAMES = {"zh": "中文", "en": "English"}
MENU = (
    ("web_needs.new", labels._("Describe a need")),
    ("web_catalogue.offerings", labels._("Open resources")),
    ("web_pages.rules", labels._("Rules")),
)
SAME_SECTION = {"web_needs.match_need": "web_needs.new", "web_needs.edit": "web_needs.new",
                "web_catalogue.offering": "web_catalogue.offerings"}


def equip(app: Flask) -> None:
    """Give the templates of `app` their filters and functions."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters |= {"percent": formats.percent, "number": formats.number, "signed": formats.signed}
    env.tests["filled"] = forms.filled
    env.globals |= {
        "_": gettext, "ngettext": ngettext, "pick": pick, "icons": icon_names(), "asset": asset, "menu": menu,
        "here": is_here, "other_language_url": other_language_url, "currencies": words.currencies,
        "kind_label": words.kind_label, "kind_options": words.kind_options, "theme_options": words.theme_options,
        "region_options": words.region_options, "industry_options": words.industry_options,
        "choices": labels.choices, "state_words": labels.state, "way_out": labels.way_out,
        "fit_class": labels.fit_class, "fit_words": labels.fit_words, "spoken": cards.spoken,
        "text_language": cards.text_language, "foreign": cards.foreign, "fact_lines": cards.fact_lines,
        "factor_views": cards.factor_views,
        "capability_span": cards.capability_span, "profile_chips": profile_chips, "alternative": alternative,
        "field_id": forms.field_id, "field_label": forms.label, "firm_fields": forms.FIRM,
    }
    app.context_processor(_languages)


def asset(name: str) -> str:
    """Return the address of a static file with a fingerprint of its content."""
    return url_for("static", filename=name, v=_fingerprint(name))


def menu() -> Iterable[tuple[str, str]]:
    """Return the entries of the main menu."""
    return [(endpoint, gettext(message)) for endpoint, message in MENU]


def is_here(endpoint: str) -> bool:
    """Tell whether the page belongs to this entry of the menu."""
    here = request.endpoint or ""
    return SAME_SECTION.get(here, here) == endpoint


def other_language_url() -> str:
    """Return the address of this page in the other language, with the same query; of the start page if it has none."""
    other = _languages()["other_language"]
    if request.endpoint is None or request.method != "GET" or not request.endpoint.startswith("web_"):
        return url_for("web_start.start", lang=other)
    # The query goes around url_for, which would obey names such as _anchor in it.
    url = url_for(request.endpoint, **(request.view_args or {}) | {"lang": other})
    query = list(request.args.items(multi=True))
    return f"{url}?{urlencode(query)}" if query else url


def profile_chips(profile: Mapping[str, Any]) -> list[cards.Chip]:
    """Return what was understood of a need, as chips."""
    return cards.profile_chips(profile, words.kind_labels())


def alternative(miss: Mapping[str, Any], outcome: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the best match of the same kind as a near miss, if one fits."""
    return next((match for match in outcome["matches"] if match["fit"] >= outcome["threshold"]
                 and match["offering"]["kind"] == miss["offering"]["kind"]), None)


@functools.cache
def icon_names() -> frozenset[str]:
    """Return the names of the icons there are."""
    return frozenset(re.findall(r'<symbol id="(\w+)"', (STATIC / "vendor" / "icons.svg").read_text()))


@functools.cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _languages() -> dict[str, str]:
    language = current_language()
    other = "en" if language == "zh" else "zh"
    return {"lang": language, "other_language": other, "other_language_name": NAMES[other]}
