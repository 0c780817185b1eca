"""Asking platforms: whom, what each of them sees and when, who the firm is; then the confirmation. And the watch."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.config import Config
from matchmaker.domain import NeedStatus
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.asking import AskSchema, MailboxSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import drafts
from matchmaker.services.access import LINK, allows
from matchmaker.services.leads import asking, consents, following, stock
from matchmaker.web.firms import forms, honeypot, status_words

LABELS = {
    "recipients": _("Platforms"),
    "organisation": _("Organisation"),
    "name": _("Your name"),
    "email": _("E-mail"),
    "telephone": _("Telephone"),
}
"""The fields that can be wrong, in their order on the page."""
MANY = frozenset({"offerings", "recipients"})
SENT = {"offering": "offerings", "recipient": "recipients"}
"""What the boxes of the page are called, and the lists that they make."""

blueprint = Blueprint("web_asking", __name__, url_prefix="/needs")

Answer = str | tuple[str, int] | Response


@blueprint.get("/<key>/ask")
@allows(LINK)
def ask(key: str) -> Answer:
    """Show whom the chosen offerings would ask, and what each of them would see."""
    stated = forms.stated(drafts.held(g.session, g.actor))
    return _to_answers(key) if stated is None else _page(key, stated, request.args)


@blueprint.post("/<key>/ask")
@allows(LINK)
def send(key: str) -> Answer:
    """Ask the platforms that were ticked, or show what stands against it."""
    stated = forms.stated(asking.held(g.session, g.actor))
    if stated is None:
        return _to_answers(key)
    if honeypot.is_caught(request.form):
        return redirect(url_for(".sent", key=key), 303)
    asking.count_from(g.session, request.remote_addr)
    try:
        wanted = AskSchema().load(_taken(request.form))
        asking.ask(g.session, _config(), g.actor, wanted | {"need": stated, "language": current_language()})
    except ValidationError as error:
        return _page(key, stated, request.form, faults=_faults(error)), 422
    except (Conflict, Invalid) as error:
        return _page(key, stated, request.form, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".sent", key=key), 303)


@blueprint.get("/<key>/sent")
@allows(LINK)
def sent(key: str) -> Answer:
    """Confirm that the platforms were asked: the reference, the private link, and what happens next."""
    found = following.status(g.session, g.actor)
    if found.need.status == NeedStatus.DRAFT:
        return redirect(url_for("web_following.status", key=key))
    return render_template("sent.html", key=key, found=found, platforms=following.promises(found), words=status_words,
                           link=_config().public_url + url_for("web_following.status", key=key))


@blueprint.get("/<key>/watch")
@allows(LINK)
def watch(key: str) -> Answer:
    """Show whether the firm is told when something new fits, and let it begin or end that."""
    return _watch_page(key)


@blueprint.post("/<key>/watch")
@allows(LINK)
def start_watch(key: str) -> Answer:
    """Begin to tell the firm when something new fits."""
    stated = forms.stated(drafts.held(g.session, g.actor))
    if stated is None:
        return _to_answers(key)
    if not honeypot.is_caught(request.form):
        try:
            email = MailboxSchema().load({"email": request.form.get("email")})["email"]
        except ValidationError as error:
            return _watch_page(key, _faults(error)), 422
        asking.watch(g.session, _config(), g.actor, stated, email, current_language())
    return redirect(url_for(".watch", key=key), 303)


def label(name: str) -> str:
    """Return the words beside a field."""
    return gettext(LABELS[name])


def _config() -> Config:
    found: Config = current_app.config["MATCHMAKER"]
    return found


def _to_answers(key: str) -> Response:
    return redirect(url_for("web_needs.check", key=key), 303)


def _page(key: str, stated: Mapping[str, Any], form: MultiDict[str, str], *, faults: Mapping[str, str] | None = None,
          problem: str = "") -> str:
    chosen = _ids(form.getlist("offering"))
    plan = asking.plan(g.session, _config(), g.actor, stated, chosen[:asking.MOST])
    return render_template(
        "ask.html", key=key, plan=plan, form=_filled(form, plan), faults=faults or {}, problem=problem, label=label,
        chosen=chosen[:asking.MOST], is_cut=len(chosen) > asking.MOST, most=asking.MOST, wordings={
            recipient.platform.id: consents.wording(consents.current_version(), current_language(),
                                                    pick(recipient.platform.name), has_files=plan.has_files)
            for recipient in plan.recipients})


def _filled(form: MultiDict[str, str], plan: asking.Plan) -> MultiDict[str, str]:
    """Return what the fields hold: what was sent, else the contact that is known."""
    known = {name: getattr(plan.contact, name, None) or "" for name in asking.CONTACT}
    return form if request.method == "POST" else MultiDict(known)


def _taken(form: MultiDict[str, str]) -> dict[str, Any]:
    """Return the fields of the page under the names of the schema; what else was sent is not looked at."""
    taken: dict[str, Any] = {name: form[name] for name in AskSchema().load_fields if name in form and name not in MANY}
    return taken | {name: form.getlist(sent) for sent, name in SENT.items() if form.getlist(sent)}


def _faults(error: ValidationError) -> dict[str, str]:
    """Return the first fault of each field in words; what is wrong with the choice stands at the platforms."""
    found: dict[str, str] = {}
    for fault in flatten(error.messages):
        name = fault["field"].partition(".")[0]
        found.setdefault(name if name in LABELS else "recipients", fault["words"])
    return {name: found[name] for name in LABELS if name in found}


def _ids(texts: Sequence[str]) -> list[UUID]:
    """Return the ids among `texts`, each once; what is no id was never on a page of ours."""
    ids = []
    for text in texts:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(ids))


def _watch_page(key: str, faults: Mapping[str, str] | None = None) -> str:
    found = following.status(g.session, g.actor)
    return render_template("watch.html", key=key, found=found, waiting=stock.waiting(g.session, g.actor),
                           faults=faults or {}, label=label, email=request.form.get("email", ""))
