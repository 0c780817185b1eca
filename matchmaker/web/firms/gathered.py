"""My needs: how every need of an account stands, and what can be done with all of them together."""

from collections.abc import Callable
from uuid import UUID

import orjson
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker import storage
from matchmaker.domain import Holder
from matchmaker.errors import Conflict
from matchmaker.i18n import current_language, gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats
from matchmaker.services.access import ANYBODY, FIRM, allows
from matchmaker.services.firms import gathering
from matchmaker.services.leads import asking, following
from matchmaker.web import reading
from matchmaker.web.firms import forms, opened, own_data, status_words
from matchmaker.web.signing import signing_in

blueprint = Blueprint("web_gathered", __name__, url_prefix="/firm")

Answer = str | tuple[str, int] | Response
DONE = {"joined": _("The need is in your account now."),
        "news": _("Kept: you are told of something new for the needs that are ticked."),
        "left": _("The need was taken out of your account. It is still there, behind its own private link.")}
GONE = {"closed": _("Your account is closed. Your needs are still there, each behind its own private link."),
        "deleted": _("Your account and all needs in it are gone, with everything that belonged to them.")}


@blueprint.get("")
@allows(FIRM)
def overview() -> str:
    """Show every need of the account."""
    return _page()


@blueprint.get("/needs/<uuid:need_id>")
@storage.writes
@allows(FIRM)
def open_need(need_id: UUID) -> Response:
    """Lead on to the private page of a need, by a link of this browser's own."""
    key = gathering.open_need(g.session, g.actor, opened.sign_in(), opened.key(), need_id)
    return redirect(url_for("web_following.status", key=key))


@blueprint.post("/needs/<uuid:need_id>/join")
@allows(FIRM)
def join(need_id: UUID) -> Answer:
    """Gather another need that was sent with the same address."""
    return _step(lambda: gathering.join(g.session, g.actor, need_id), "joined")


@blueprint.post("/needs/<uuid:need_id>/leave")
@allows(FIRM)
def leave(need_id: UUID) -> Answer:
    """Take a need out of the account."""
    return _step(lambda: gathering.leave(g.session, g.actor, need_id), "left")


@blueprint.post("/news")
@allows(FIRM)
def choose_news() -> Response:
    """Tell the firm of something new for the needs that are ticked, and for no others."""
    chosen = set(request.form.getlist("need"))
    config = current_app.config["MATCHMAKER"]
    for entry in gathering.overview(g.session, g.actor).needs:
        is_wanted = str(entry.need.id) in chosen
        if is_wanted == entry.is_watched or (is_wanted and not entry.can_be_watched):
            continue
        if not is_wanted:
            following.end_watch(g.session, Holder(entry.need.id))
        elif stated := forms.stated(entry.need):
            asking.watch(g.session, config, Holder(entry.need.id), stated, "", current_language())
    return redirect(url_for(".overview", done="news"), 303)


@blueprint.get("/data")
@allows(FIRM)
def data() -> str:
    """Show all that is stored about the account and its needs, to be read or printed."""
    found = gathering.overview(g.session, g.actor)
    return render_template("firm/data.html", abouts=[own_data.about(entry.need.id) for entry in found.needs],
                           document=gathering.document(g.session, g.actor), words=status_words,
                           moment=formats.moment, moment_of=own_data.moment_of)


@blueprint.get("/data.json")
@allows(FIRM)
def file() -> Response:
    """Give all of it as a JSON file, to be saved."""
    body = orjson.dumps(gathering.document(g.session, g.actor), option=orjson.OPT_INDENT_2, default=str)
    return Response(body, content_type="application/json", headers={
        "Content-Disposition": 'attachment; filename="needs.json"', "Cache-Control": "no-store"})


@blueprint.post("/close")
@allows(FIRM)
def close() -> Response:
    """End the account, and keep the needs."""
    gathering.close(g.session, g.actor)
    return _gone("closed")


@blueprint.get("/delete")
@allows(FIRM)
def confirm_delete() -> str:
    """List what would be deleted, and ask once more."""
    return render_template("firm/delete.html", found=gathering.overview(g.session, g.actor), words=status_words)


@blueprint.post("/delete")
@allows(FIRM)
def delete() -> Response:
    """Delete the account with every need in it."""
    gathering.erase(g.session, g.actor)
    return _gone("deleted")


@blueprint.get("/gone")
@allows(ANYBODY)
def gone() -> str:
    """Confirm that an account is no more."""
    words = GONE.get(request.args.get("what", ""), GONE["closed"])
    return render_template("firm/gone.html", words=gettext(words))


def _step(take: Callable[[], object], done: str) -> Answer:
    try:
        take()
    except Conflict as error:
        return _page(reading.said(error)), 409
    return redirect(url_for(".overview", done=done), 303)


def _gone(what: str) -> Response:
    signing_in.leave()
    return redirect(url_for(".gone", what=what), 303)


def _page(problem: str = "") -> str:
    done = DONE.get(request.args.get("done", "")) if request.method == "GET" else None
    found = gathering.overview(g.session, g.actor)
    return render_template("firm/needs.html", found=found, problem=problem, done=gettext(done) if done else "",
                           needs=sorted(found.needs, key=lambda entry: status_words.turn(entry.leads, entry.unread)),
                           words=status_words, most=gathering.OFFERED)
