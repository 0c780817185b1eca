"""The operator's pages about what firms bring before them: appeals against declines, complaints about platforms."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.living import NothingSchema, OutcomeSchema, Verdict, VerdictSchema, WordsSchema
from matchmaker.services import formats
from matchmaker.services.access import OPERATOR, allows
from matchmaker.services.leads import appealing, complaining
from matchmaker.web import labels
from matchmaker.web.teams import lead_views, life_words

blueprint = Blueprint("web_judging", __name__, url_prefix="/operator")

Answer = str | tuple[str, int] | Response
Faults = Mapping[str, str]


@blueprint.get("/appeals")
@allows(OPERATOR)
def appeals() -> str:
    """List the appeals, those that wait first."""
    return _appeals()


@blueprint.post("/appeals/<uuid:lead_id>")
@allows(OPERATOR)
def decide(lead_id: UUID) -> Answer:
    """Return a declined lead to its platform, or confirm the decline."""
    def act(sent: Mapping[str, Any]) -> None:
        step = appealing.return_to_review if sent["verdict"] == Verdict.RETURN else appealing.confirm
        step(g.session, g.actor, lead_id, sent["words"])

    appealing.find(g.session, g.actor, lead_id)
    return _change(VerdictSchema(), act, _appeals, lead_id, ".appeals")


@blueprint.get("/complaints")
@allows(OPERATOR)
def complaints() -> str:
    """List the complaints, those without an outcome first."""
    return _complaints()


@blueprint.post("/complaints/<uuid:complaint_id>/take")
@allows(OPERATOR)
def take(complaint_id: UUID) -> Answer:
    """Take a complaint in hand."""
    complaining.find(g.session, g.actor, complaint_id)
    return _change(NothingSchema(), lambda _sent: complaining.take(g.session, g.actor, complaint_id), _complaints,
                   complaint_id, ".complaints")


@blueprint.post("/complaints/<uuid:complaint_id>/put")
@allows(OPERATOR)
def put(complaint_id: UUID) -> Answer:
    """Put a complaint to the platform."""
    complaining.find(g.session, g.actor, complaint_id)
    return _change(WordsSchema(), lambda sent: complaining.put(g.session, g.actor, complaint_id, sent["words"]),
                   _complaints, complaint_id, ".complaints", "put")


@blueprint.post("/complaints/<uuid:complaint_id>/outcome")
@allows(OPERATOR)
def end(complaint_id: UUID) -> Answer:
    """Decide on a complaint."""
    complaining.find(g.session, g.actor, complaint_id)
    return _change(OutcomeSchema(), lambda sent: complaining.end(g.session, g.actor, complaint_id, sent["state"],
                                                                 sent["words"]),
                   _complaints, complaint_id, ".complaints", "outcome")


def _change(schema: Schema, act: Callable[[Mapping[str, Any]], object], page: Callable[..., str], thing: UUID,
            back: str, where: str = "verdict") -> Answer:
    """Do what a form asks for and show the list; else the list again with the faults, or what came in between."""
    form = request.form.to_dict()
    form.pop("csrf_token", None)
    try:
        act(schema.load(form))
    except ValidationError as error:
        return page({f"{where}-{fault['field']}-{thing}": fault["words"] for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return page({f"{where}-words-{thing}": gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return page(problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(back, _anchor=f"case-{thing}"), 303)


def _appeals(faults: Faults | None = None, problem: str = "") -> str:
    found = appealing.listed(g.session, g.actor)
    return _render("appeals", found=found, faults=faults or {}, problem=problem,
                   factors={lead.id: lead_views.bare_factors(lead) for lead in found.leads.values()})


def _complaints(faults: Faults | None = None, problem: str = "") -> str:
    found = complaining.listed(g.session, g.actor)
    return _render("complaints", found=found, faults=faults or {}, problem=problem)


def _render(page: str, **values: Any) -> str:
    return render_template(f"operator_{page}.html", shown=page, words=life_words, labels=labels,
                           formats=formats, form=request.form, **values)
