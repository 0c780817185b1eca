"""Several leads at once: what a decision would do to each, the decision, and how all of them stand."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import Action
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.reviewing import BulkSchema, CancelSchema
from matchmaker.services import formats
from matchmaker.services.access import ANSWERER, allows
from matchmaker.services.leads import bulk
from matchmaker.web import labels
from matchmaker.web.teams import lead_views
from matchmaker.web.teams.queue_filters import kept

blueprint = Blueprint("web_leads_bulk", __name__, url_prefix="/leads/bulk")

Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(ANSWERER)
def preview() -> str:
    """Show what a decision would do to each of the leads that were selected."""
    return _page(_ids(request.args.getlist("lead")), {})


@blueprint.post("")
@allows(ANSWERER)
def decide() -> Answer:
    """Decide on all that were shown, each as it was then."""
    form = {name: request.form.get(name) for name in ("action", "reason", "words")}
    try:
        sent = BulkSchema().load(form | {"lead": request.form.getlist("lead") or None})
        outcomes = bulk.decide(g.session, current_app.config["MATCHMAKER"], g.actor, sent["action"],
                               dict(sent["lead"]), reason=sent["reason"], words=sent["words"])
    except ValidationError as error:
        faults = {fault["field"].partition(".")[0]: fault["words"] for fault in flatten(error.messages)}
        return _page(_ids([text[:36] for text in request.form.getlist("lead")]), faults), 422
    except Invalid as error:
        return _page(_ids([text[:36] for text in request.form.getlist("lead")]),
                     {"words": gettext(error.message, **error.values)}), 422
    return redirect(url_for(
        ".done", decision=[outcome.decision.id for outcome in outcomes if outcome.decision],
        refused=[outcome.lead_id for outcome in outcomes if not outcome.decision], **kept()), 303)


@blueprint.get("/done")
@allows(ANSWERER)
def done() -> str:
    """Show how the decisions that were made together stand, and let them be taken back."""
    found = bulk.decided(g.session, g.actor, _ids(request.args.getlist("decision")),
                         _ids(request.args.getlist("refused")))
    return _render("leads/done.html", found=found, late=request.args.get("late", type=int))


@blueprint.post("/cancel")
@allows(ANSWERER)
def cancel() -> Response:
    """Take the decisions back that have not taken effect."""
    try:
        sent = CancelSchema().load({"decision": request.form.getlist("decision") or None})
    except ValidationError:
        raise Invalid("There is nothing to take back here. Load the page again.") from None
    late = bulk.cancel(g.session, g.actor, sent["decision"])
    return redirect(url_for(".done", decision=sent["decision"], late=late or None, **kept()), 303)


def _page(ids: list[UUID], faults: dict[str, str]) -> str:
    action = _action()
    return _render("leads/bulk.html", foreseen=bulk.foresee(g.session, g.actor, action, ids), action=action,
                   actions=Action, faults=faults, form=request.form, ids=ids,
                   seconds=round(current_app.config["MATCHMAKER"].decision_seconds))


def _action() -> Action:
    """Return the decision that an address or a form names, declining where it names none."""
    named = request.values.get("action", "")
    return Action(named) if named in set(Action) else Action.DECLINE


def _ids(texts: list[str]) -> list[UUID]:
    """Return the ids among `texts`, each once; what is no id was never on a page of ours."""
    found = []
    for text in texts[:bulk.MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _render(template: str, **values: Any) -> str:
    return render_template(template, views=lead_views, labels=labels, formats=formats, kept=kept(), **values)
