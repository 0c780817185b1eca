"""One row of a batch: how it ended, how it stood before, and the form by which it is sent again corrected."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.i18n import marked as _
from matchmaker.schemas.incubator import VersionSchema
from matchmaker.schemas.referrals import ROW_FIELDS, load_row
from matchmaker.services import formats
from matchmaker.services.access import INCUBATOR, allows
from matchmaker.services.referrals import correcting, revising, template
from matchmaker.web.incubators import referral_words

blueprint = Blueprint("web_incubator_rows", __name__, url_prefix="/incubator/batches/<uuid:batch_id>/rows/<int:row>")

GROUPS = (
    (_("What the firm needs"), ("problem", "title", "kinds", "must_haves", "region", "delivery", "needed_by",
                                "budget_max", "currency")),
    (_("The firm"), tuple(name for name in template.COLUMNS if name.startswith("organisation_"))),
    (_("Contact"), ("contact_name", "contact_email", "contact_telephone")),
    (_("Whom to ask, and the consent"), ("send_to", "consent_version", "consent_at", "consent_channel",
                                         "consent_recipients")),
)
"""The columns of the table, as the form asks for them."""
LONG = frozenset({"problem", "must_haves"})
Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(INCUBATOR)
def show(batch_id: UUID, row: int) -> str:
    """Show a row, and the form with what is known of it."""
    return _page(batch_id, row)


@blueprint.post("")
@allows(INCUBATOR)
def correct(batch_id: UUID, row: int) -> Answer:
    """Send the row again, corrected."""
    asked = {name for _title, names in GROUPS for name in names}
    known = revising.row(g.session, g.actor, batch_id, row).known
    # What the form does not ask for stays as it was sent.
    cells = {name: value for name, value in known.items() if name not in asked}
    cells |= {name: value for name in asked if (value := request.form.get(name, "").strip())}
    try:
        version = VersionSchema().load({"version": request.form.get("version")})["version"]
        sent = correcting.Sent(batch_id, row, version, cells)
        faults = correcting.correct(g.session, current_app.config["MATCHMAKER"], g.actor, sent, load_row, ROW_FIELDS)
    except ValidationError:
        return _page(batch_id, row, problem=gettext("Load the page again and repeat your change.")), 422
    except Conflict as error:
        return _page(batch_id, row, problem=gettext(error.message, **error.values)), 409
    if faults:
        return _page(batch_id, row, faults=_said(faults), form=request.form), 422
    return redirect(url_for(".show", batch_id=batch_id, row=row), 303)


def _said(faults: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the words of faults by column, in the current language."""
    said: dict[str, str] = {}
    for fault in faults:
        words = fault["words"][current_language()]
        column = fault["column"] or "problem"
        said[column] = f"{said[column]} {words}" if column in said else words
    return said


def explained(column: str) -> str:
    """Return what is told of a column in the current language."""
    zh, en = template.COLUMNS[column]
    return zh if current_language() == "zh" else en


def _moment(text: str) -> str:
    return formats.moment(dt.datetime.fromisoformat(text))


def _page(batch_id: UUID, row: int, *, problem: str = "", faults: Mapping[str, str] | None = None,
          form: Mapping[str, str] | None = None) -> str:
    found = revising.row(g.session, g.actor, batch_id, row)
    return render_template("incubator/row.html", found=found, row=found.result, form=form or found.known, long=LONG,
                           faults=faults or {}, problem=problem, groups=GROUPS, explained=explained,
                           explained_or_name=lambda name: explained(name) if name in template.COLUMNS else name,
                           says=referral_words, moment=_moment)
