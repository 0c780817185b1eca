"""What templates can call: words, numbers in the page's language, addresses, and the views of cards."""

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from matchmaker.i18n import current_language, gettext, language_of, ngettext, pick
from matchmaker.i18n import marked as _
from matchmaker.services import attachments, formats
from matchmaker.web import cards, found, labels, words
from matchmaker.web.addresses import page_before
from matchmaker.web.firms import answers, forms, steps, understood
from matchmaker.web.operators import doors, organisations
from matchmaker.web.signing import away, signing_in

STATIC = Path(__file__).parent / "static"
NAMES = {"zh": "中文", "en": "English"}
MENU = (
    ("web_leads.queue", _("Leads")),
    ("web_operating.start", _("Oversight")),
    ("web_editing.offerings", _("Own offerings")),
    ("web_incubator.batches", _("Referrals")),
    ("web_needs.new", _("Describe a need")),
    ("web_catalogue.offerings", _("Open resources")),
    ("web_openness.overview", _("Openness lists")),
    ("web_pages.rules", _("Rules")),
)
SECTIONS = {"web_incubator_keys": "web_incubator", "web_incubator_rows": "web_incubator",
            "web_incubator_firms": "web_incubator",
            "web_incubator_mappings": "web_incubator",
            "web_lists": "web_editing", "web_targets": "web_openness",
            "web_asking": "web_needs", "web_room": "web_needs", "web_reading": "web_needs", "web_finding": "web_needs",
            "web_leads_bench": "web_leads", "web_leads_bulk": "web_leads", "web_leads_finding": "web_leads",
            "web_leads_figures": "web_leads"} | dict.fromkeys(
    ("web_people", "web_away", "web_password", "web_second_step"), "web_account") | dict.fromkeys(
    ("web_judging", "web_readings", "web_organisations", "web_founding", "web_demand", "web_fairness",
     "web_vocabulary", "web_concepts", "web_learning"), "web_operating")
"""Groups of pages that belong to the section of another group."""
PRIVATE = re.compile(r"/(?:zh|en)/(?:my|needs)/")
"""Where the pages lie that are reached by a private link."""


def equip(app: Flask) -> None:
    """Give the templates of `app` their filters and functions."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters |= {"percent": formats.percent, "number": formats.number, "signed": formats.signed}
    env.tests["filled"] = forms.filled
    env.globals |= {
        "_": said, "ngettext": ngettext, "pick": pick, "icons": icon_names(), "asset": asset, "menu": menu,
        "here": is_here, "may_open": signing_in.may_open, "page_before": page_before, "is_private": is_private,
        "other_language_url": other_language_url, "canonical": found.canonical, "currencies": words.currencies,
        "kind_label": words.kind_label, "kind_options": words.kind_options, "theme_options": words.theme_options,
        "reason_label": words.reason_label, "reason_options": words.reason_options,
        "region_options": words.region_options, "industry_options": words.industry_options,
        "choices": labels.choices, "state_words": labels.state, "way_out": labels.way_out,
        "fit_class": labels.fit_class, "fit_words": labels.fit_words, "spoken": cards.spoken,
        "words_language": language_of, "text_language": cards.text_language, "foreign": cards.foreign,
        "fact_lines": cards.fact_lines, "factor_views": cards.factor_views, "capability_span": cards.capability_span,
        "profile_chips": profile_chips, "alternative": alternative, "concept_chips": understood.chips,
        "field_id": forms.field_id, "field_label": forms.label, "step_title": steps.title,
        "step_short": steps.short_title, "step_names": tuple(steps.STEPS),
        "step_number": steps.number, "step_count": steps.COUNT, "kinds_first": steps.kinds_first,
        "platforms": answers.platforms, "day_of": formats.day_of, "short_day": formats.short_day,
        "is_firm": signing_in.is_firm, "suspensions": organisations.suspensions, "covered": away.covered,
        "organisation_doors": doors.organisation,
        "draft_days": lambda: app.config["MATCHMAKER"].draft_days,
        "most_files": attachments.MOST, "most_megabytes": attachments.MEGABYTES,
    }
    app.context_processor(_languages)


def asset(name: str) -> str:
    """Return the address of a static file with a fingerprint of its content."""
    return url_for("static", filename=name, v=_fingerprint(name))


def said(message: str, **values: Any) -> str:
    """Return `message` in the current language, filled with `values`; what is markup among them stays so.

    >>> said("%(of)s of <%(name)s>", of=Markup("<b>2</b>"), name="a&b")
    Markup('<b>2</b> of &lt;a&amp;b&gt;')
    """
    if values and any(isinstance(value, Markup) for value in values.values()):
        return escape(gettext(message)) % values
    return gettext(message, **values)


def menu() -> Iterable[tuple[str, str]]:
    """Return the entries of the main menu that the reader may open."""
    return [(endpoint, gettext(message)) for endpoint, message in MENU if signing_in.may_open(endpoint)]


def is_here(endpoint: str) -> bool:
    """Tell whether the page belongs to this entry of the menu."""
    here = request.blueprint or ""
    if here == "web_pages":
        return request.endpoint == endpoint
    return SECTIONS.get(here, here) == endpoint.partition(".")[0]


def is_private() -> bool:
    """Tell whether the page is one of those that are reached by a private link."""
    return PRIVATE.match(request.path) is not None


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
