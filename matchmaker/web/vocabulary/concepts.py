"""The operator's pages about concepts: try what a need is taken to mean, add what the lexicon lacks."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.domain import AddedConcept
from matchmaker.domain.concepts import LONGEST_TERM
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext, language_of
from matchmaker.i18n import marked as _
from matchmaker.schemas.concepts import ROOT, ConceptSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import concepts, formats, lexicon, publishing
from matchmaker.services.access import OPERATOR, allows
from matchmaker.storage.queries import vocabulary as queries
from matchmaker.web import words

blueprint = Blueprint("web_concepts", __name__, url_prefix="/operator/concepts")

LABELS = {"en": _("English terms"), "zh": _("Chinese terms"), "lay_en": _("How a firm says it in English"),
          "lay_zh": _("How a firm says it in Chinese"), "kinds": _("Kinds that answer it"),
          "broader": _("A wider concept")}
PHRASES = ("en", "zh", "lay_en", "lay_zh")
LONGEST_TRIED = 2000

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(OPERATOR)
def show() -> str:
    """Show the added concepts, and what a need that was typed in is taken to mean."""
    tried = _tried()
    known = lexicon.known(g.session)
    added = queries.added_concepts(g.session)
    return render_template(
        "operator_concepts.html", tried=tried, found=lexicon.recognise(known, tried) if tried else [], added=added,
        own={concept.code for concept in added}, size=lexicon.size(), day_of=formats.day_of,
        longest=LONGEST_TRIED, is_publishing=publishing.is_pending(g.session), kinds=words.kind_labels())


@blueprint.get("/concepts.jsonl")
@allows(OPERATOR)
def download() -> Response:
    """Give the added concepts as a file, which ``matchmaker lexicon add`` takes elsewhere."""
    lines = [orjson.dumps({"id": concept.code, **{name: getattr(concept, name) for name in LABELS}},
                          option=orjson.OPT_APPEND_NEWLINE)
             for concept in queries.added_concepts(g.session) if not concept.retired_at]
    return Response(b"".join(lines), mimetype="application/jsonl",
                    headers={"Content-Disposition": "attachment; filename=concepts.jsonl"})


@blueprint.get("/new")
@allows(OPERATOR)
def new() -> str:
    """Ask for the words of a new concept, those of a need that was tried among them."""
    tried = _tried()
    return _form(MultiDict({f"lay_{language_of(tried)}": tried[:LONGEST_TERM]} if tried else {}))


@blueprint.post("/new")
@allows(OPERATOR)
def add() -> Answer:
    """Add a concept."""
    return _act(None, lambda given: concepts.add(g.session, given))


@blueprint.get("/added/<code>")
@allows(OPERATOR)
def one(code: str) -> str:
    """Show the words of an added concept, to be changed."""
    held = queries.added_concept(g.session, code)
    form = MultiDict({name: "\n".join(getattr(held, name)) for name in PHRASES})
    form.setlist("kinds", held.kinds)
    form["broader"] = "" if held.broader == ROOT else held.broader
    return _form(form, held)


@blueprint.post("/added/<code>")
@allows(OPERATOR)
def change(code: str) -> Answer:
    """Give an added concept other words."""
    return _act(queries.added_concept(g.session, code), lambda given: concepts.change(g.session, code, given))


@blueprint.post("/added/<code>/use")
@allows(OPERATOR)
def use(code: str) -> Answer:
    """Use an added concept no longer, or again."""
    (concepts.restore if request.form.get("used") == "1" else concepts.retire)(g.session, code)
    return redirect(url_for(".show", _anchor=f"concept-{code}"), 303)


def label(name: str) -> str:
    """Return what a field is called."""
    return gettext(LABELS[name])


def _tried() -> str:
    return request.args.get("need", "").strip()[:LONGEST_TRIED]


def _act(held: AddedConcept | None, act: Callable[[Mapping[str, Any]], AddedConcept | None]) -> Answer:
    """Do something with what was sent, or show the form again with what stands against it."""
    try:
        made = act(_sent()) or held
    except ValidationError as error:
        faults = {fault["field"].partition(".")[0]: fault["words"] for fault in flatten(error.messages)}
        return _form(request.form, held, faults), 422
    except Invalid as error:
        return _form(request.form, held, {"en": gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return _form(request.form, held, {"en": gettext(error.message, **error.values)}), 409
    return redirect(url_for(".show", _anchor=f"concept-{made.code if made else ''}"), 303)


def _sent() -> dict[str, Any]:
    phrases = {name: request.form.get(name, "").splitlines() for name in PHRASES}
    return dict(ConceptSchema().load({**phrases, "kinds": request.form.getlist("kinds"),
                                      "broader": request.form.get("broader")}))


def _form(form: MultiDict[str, str], held: AddedConcept | None = None, faults: dict[str, str] | None = None) -> str:
    return render_template("operator_concept.html", form=form, held=held, faults=faults or {}, label=label,
                           day_of=formats.day_of, kinds=words.kind_options(form.getlist("kinds")))
