"""The start page."""

from flask import Blueprint, g, render_template

from matchmaker.i18n import gettext
from matchmaker.services import catalogue, formats
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.openness import delivery, public
from matchmaker.web import keys, labels, words
from matchmaker.web.cards import FactorRow
from matchmaker.web.openness import words as list_words

blueprint = Blueprint("web_start", __name__)


@blueprint.get("/")
@allows(ANYBODY)
def start() -> str:
    """Show what the service is, one field to begin with, and what is open: by kind, in the last batch, how soon."""
    facets = catalogue.facets(g.session)
    counts = {entry["code"]: entry["count"] for entry in facets["kind"]}
    kinds = [{"code": code, "words": name, "count": counts[code]}
             for code, name in words.kind_labels().items() if counts.get(code)]
    return render_template("start.html", total=sum(counts.values()), kinds=kinds, sample=sample(),
                           platforms=len(facets["platform"]), newest=public.newest_batch(g.session),
                           usual_days=delivery.usual_days(g.session), says=list_words, formats=formats,
                           signed=keys.signed())


def sample() -> list[FactorRow]:
    """Return the rows of the match that the page shows as an example."""
    rows = [
        ("text", "met", 0.86, gettext("vibration · bracket · battery")),
        ("capability", "met", 1.0, gettext("5–2,000 Hz covers 10–500 Hz")),
        ("standards", "met", 1.0, "GB/T 2423.10 · CNAS"),
        ("price", "missing", 0.2, gettext("2,000 yuan above the budget")),
    ]
    return [FactorRow(name, labels.factor(name), state, share, 0.0, detail) for name, state, share, detail in rows]
