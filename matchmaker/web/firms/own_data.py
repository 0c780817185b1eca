"""All that is stored about a need, for its firm: as a page to print, and as a file for programs."""

import datetime as dt
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, Response, g, render_template

from matchmaker.domain import Holder
from matchmaker.services import formats
from matchmaker.services.access import LINK, allows
from matchmaker.services.leads import exporting, following
from matchmaker.web.firms import answers, forms, status_words

blueprint = Blueprint("web_own_data", __name__, url_prefix="/my")


@blueprint.get("/<key>/data")
@allows(LINK)
def page(key: str) -> str:
    """Show everything in words, to be read or printed."""
    return render_template("people/own_data.html", key=key, about=about(g.actor.need_id), words=status_words,
                           moment=formats.moment, moment_of=moment_of)


@blueprint.get("/<key>/data.json")
@allows(LINK)
def file(key: str) -> Response:
    """Give everything as a JSON file, to be saved."""
    data = exporting.document(g.session, g.actor)
    body = orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str)
    return Response(body, content_type="application/json", headers={
        "Content-Disposition": f'attachment; filename="{data["need"]["reference"]}.json"', "Cache-Control": "no-store"})


def about(need_id: UUID) -> dict[str, Any]:
    """Return what a page shows of one need: how it stands, what it was asked, and the whole document."""
    holder = Holder(need_id)
    found = following.status(g.session, holder)
    groups = answers.groups(forms.form_of(found.need), {}, [file.name for file in found.attachments])
    return {"found": found, "data": exporting.document(g.session, holder),
            "groups": [group for group in groups if group.answers]}


def moment_of(text: str) -> str:
    """Return a moment as the document has it in the reader's words."""
    return formats.moment(dt.datetime.fromisoformat(text))
