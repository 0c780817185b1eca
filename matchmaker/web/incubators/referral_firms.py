"""The incubator's firms: how it stands with their consents, and why their leads were declined."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.domain import ConsentState
from matchmaker.errors import Conflict
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.referrals import asking_again, declines
from matchmaker.web.incubators import referral_words
from matchmaker.web.words import kind_labels

blueprint = Blueprint("web_incubator_firms", __name__, url_prefix="/incubator")

STATES = {ConsentState.ASKED: _("Asked, no answer yet"), ConsentState.GIVEN: _("Given"),
          ConsentState.WITHDRAWN: _("Taken back"), ConsentState.REFUSED: _("Refused"),
          ConsentState.NONE: _("None needed")}
LOOKS = {ConsentState.ASKED: "unknown", ConsentState.GIVEN: "met", ConsentState.WITHDRAWN: "missing",
         ConsentState.REFUSED: "missing", ConsentState.NONE: "unknown"}
CHANNELS = {"form": _("on its private page"), "passed_on": _("by letting its need be passed on"),
            "paper": _("on paper"), "email": _("by e-mail"), "app": _("in an app"), "web": _("on a website"),
            "in_person": _("in person"), "telephone": _("by telephone")}
Answer = str | tuple[str, int] | Response


@blueprint.get("/consents")
@allows(INCUBATOR)
def consents() -> str:
    """Show how it stands with the consents, row by row."""
    return _consents()


@blueprint.post("/consents/<uuid:batch_id>/<int:row>")
@allows(INCUBATOR)
def ask_again(batch_id: UUID, row: int) -> Answer:
    """Ask a firm once more."""
    try:
        asking_again.ask_again(g.session, g.actor, batch_id, row)
    except Conflict as error:
        return _consents(problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".consents", state=ConsentState.ASKED.value, _anchor=f"row-{batch_id}-{row}"), 303)


@blueprint.get("/declines")
@allows(INCUBATOR)
def declined() -> str:
    """Sum up why leads were declined, and what would fit."""
    return render_template("incubator/declines.html", found=declines.summed_up(g.session, g.actor),
                           words_of=declines.words_of, kinds=dict(kind_labels()))


def state_words(state: ConsentState) -> str:
    """Return how it stands with a consent."""
    return gettext(STATES[state])


def channel(code: str) -> str:
    """Return how a consent was given."""
    return gettext(CHANNELS[code]) if code in CHANNELS else code


def _consents(*, problem: str = "") -> str:
    wanted = request.args.get("state", "")
    state = ConsentState(wanted) if wanted in set(ConsentState) else None
    rows, following = asking_again.listed(g.session, g.actor, state=state,
                                          cursor=request.args.get("cursor", "")[:64] or None)
    values: dict[str, Any] = {"day": formats.day_of, "moment": formats.moment, "says": referral_words}
    return render_template("incubator/consents.html", rows=rows, following=following, state=state, problem=problem,
                           counts=asking_again.counts(g.session, g.actor), state_words=state_words, looks=LOOKS,
                           channel=channel, most=asking_again.MOST, apart=asking_again.APART.days, **values)
