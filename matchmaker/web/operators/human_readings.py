"""The operator's page of firms that want a person to read their need."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import Need
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext, language_of
from matchmaker.i18n import marked as _
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.living import ReadingAnswerSchema
from matchmaker.services import formats, human_readings
from matchmaker.services.access import OPERATOR, allows
from matchmaker.web import labels, words

blueprint = Blueprint("web_readings", __name__, url_prefix="/operator/readings")

TOLD = (("problem", _("Problem")), ("must_haves", _("Must have")), ("nice_to_haves", _("Nice to have")),
        ("quantity", _("Quantity")), ("kinds", _("Kinds of resource")), ("region", _("Where")),
        ("delivery", _("Ways of working")), ("needed_by", _("Needed by")))
"""What of a need is shown: nothing that says who the firm is."""
Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(OPERATOR)
def readings() -> str:
    """List the requests, the one due first at the top."""
    return _page()


@blueprint.post("/<uuid:reading_id>")
@allows(OPERATOR)
def answer(reading_id: UUID) -> Answer:
    """Answer a request."""
    human_readings.find(g.session, g.actor, reading_id)
    try:
        sent = ReadingAnswerSchema().load({name: request.form.get(name) for name in ("words", "offerings")})
        human_readings.answer(g.session, g.actor, reading_id, sent["words"], sent["offerings"])
    except ValidationError as error:
        return _page({f"{fault['field'].partition('.')[0]}-{reading_id}": fault["words"]
                      for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return _page({f"offerings-{reading_id}": gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return _page(problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".readings"), 303)


def told(need: Need) -> Iterator[tuple[str, str]]:
    """Give what a need says, as it was filled in, by its names in the current language."""
    for name, title in TOLD:
        values = need.answers.get(name) or ()
        said = [_said(name, value) for value in values if value]
        if said:
            yield gettext(title), gettext(", ").join(said)


def _said(name: str, value: str) -> str:
    if name == "kinds":
        return words.kind_label(value)
    if name == "region":
        return labels.region(value)
    return labels.choice("delivery", value) if name == "delivery" else value


def _page(faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    return render_template("operator_readings.html", found=human_readings.listed(g.session, g.actor), told=told,
                           faults=faults or {}, problem=problem, form=request.form if faults else {},
                           day=formats.day_of, language_of=language_of)
