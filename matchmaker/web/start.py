"""The start page."""

from flask import Blueprint, g, render_template

from matchmaker.i18n import gettext, ngettext
from matchmaker.services import catalogue, lists
from matchmaker.services.access import ANYBODY, allows
from matchmaker.web import keys, labels, words
from matchmaker.web.cards import FactorRow

blueprint = Blueprint("web_start", __name__)


@blueprint.get("/")
@allows(ANYBODY)
def start() -> str:
    """Show what the service is, one field to begin with, and what is open."""
    facets = catalogue.facets(g.session)
    counts = {entry["code"]: entry["count"] for entry in facets["kind"]}
    by_platform = {entry["code"]: entry["count"] for entry in facets["platform"]}
    kinds = [{"code": code, "words": name, "count": counts[code]}
             for code, name in words.kind_options() if counts.get(code)]
    batches = [_batch(batch) for batch in lists.batches(g.session, by_platform)]
    return render_template("start.html", total=sum(counts.values()), kinds=kinds, sample=sample(), batches=batches,
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


def _batch(batch: lists.Batch) -> dict[str, object]:
    platforms = ngettext("%(num)s platform", "%(num)s platforms", len(batch.platforms))
    offerings = ngettext("%(num)s resource", "%(num)s resources", batch.count)
    return {"title": gettext("Batch %(number)s", number=batch.number), "words": f"{platforms} · {offerings}",
            "platforms": batch.platforms}
