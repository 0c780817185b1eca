"""The operator's pages on which changes of the weights are looked at, promoted and rolled back."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import WeightsProposal
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import gettext
from matchmaker.schemas.boards import FIRST_PLACE, LAST_PLACE, PlaceSchema, PromotionSchema, RollBackSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import formats, weighing
from matchmaker.services.access import OPERATOR, allows
from matchmaker.services.learning import promoting, proposing, telling
from matchmaker.services.transparency import cards
from matchmaker.web.boards import transparency

blueprint = Blueprint("web_learning", __name__, url_prefix="/operator/learning")

LOOKS = {"proposed": "turn", "refused": "missing", "promoted": "met"}
Answer = str | tuple[str, int] | Response
Faults = Mapping[str, str]


@blueprint.get("")
@allows(OPERATOR)
def show() -> str:
    """List what was proposed, and the versions that were promoted."""
    return _list()


@blueprint.post("/propose")
@allows(OPERATOR)
def propose() -> Answer:
    """Have weights learnt and measured beside all else."""
    proposing.queue(g.session)
    return redirect(url_for(".show"), 303)


@blueprint.get("/<uuid:proposal_id>")
@allows(OPERATOR)
def one(proposal_id: UUID) -> str:
    """Show one proposal: what it rests on, what it changes, and what was measured."""
    return _one(promoting.find(g.session, proposal_id))


@blueprint.post("/<uuid:proposal_id>/promote")
@allows(OPERATOR)
def promote(proposal_id: UUID) -> Answer:
    """Announce a proposal as the next version of the weights."""
    found = promoting.find(g.session, proposal_id)
    return _change(PromotionSchema(), lambda sent: promoting.promote(g.session, g.actor, proposal_id, _why(sent)),
                   lambda **wrong: _one(found, **wrong))


@blueprint.post("/place")
@allows(OPERATOR)
def keep_place() -> Answer:
    """Announce which place of the first page is kept for what is shown too little."""
    return _change(PlaceSchema(), lambda sent: promoting.keep_place(g.session, g.actor, sent["place"], _why(sent)),
                   _list)


@blueprint.post("/rollback")
@allows(OPERATOR)
def roll_back() -> Answer:
    """Let a promoted version count no longer."""
    return _change(RollBackSchema(), lambda sent: promoting.roll_back(g.session, g.actor, sent["version"], _why(sent)),
                   _list)


def _change(schema: Schema, act: Callable[[Mapping[str, Any]], object], page: Callable[..., str]) -> Answer:
    """Do what a form asks for and show the list; else the page again with what is wrong."""
    form = request.form.to_dict()
    form.pop("csrf_token", None)
    try:
        act(schema.load(form))
    except ValidationError as error:
        return page(faults={fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return page(problem=gettext(error.message, **error.values)), 422
    except (Conflict, NotFound) as error:
        return page(problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".show"), 303)


def _why(sent: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": sent["why_zh"], "en": sent["why_en"]}


def _list(faults: Faults | None = None, problem: str = "") -> str:
    promoted = [card for card in cards.cards(g.session) if card.weights.base]
    return _render("learning", faults, problem, proposals=promoting.listed(g.session), cards=promoted,
                   attempt=proposing.last_attempt(g.session), say_lacking=proposing.say_lacking,
                   looks=LOOKS | transparency.LOOKS, standings=transparency.STANDINGS,
                   sent=request.form.get("version", ""), places=range(FIRST_PLACE, LAST_PLACE + 1),
                   of_page=weighing.in_force(g.session).page, days=cards.NOTICE.days)


def _one(proposal: WeightsProposal, faults: Faults | None = None, problem: str = "") -> str:
    base = weighing.named(g.session, proposal.base)
    card = cards.Card(base, cards.Standing.ANNOUNCED, telling.differences(proposal, base), None)
    return _render("proposal", faults, problem, proposal=proposal, tables=telling.tables(proposal), looks=LOOKS,
                   reasons=telling.reasons(proposal), changes=transparency.change_rows(card), days=cards.NOTICE.days)


def _render(page: str, faults: Faults | None, problem: str, **values: Any) -> str:
    return render_template(f"boards/{page}.html", faults=faults or {}, problem=problem, form=request.form,
                           formats=formats, state=telling.state, **values)
