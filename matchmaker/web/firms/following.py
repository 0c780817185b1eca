"""The private page of a need: what became of each request, and everything that its firm can do about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, send_file, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import NeedStatus
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import gettext, pick
from matchmaker.schemas.asking import AnswerSchema, MailboxSchema, WithdrawSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import attachments, drafts
from matchmaker.services.access import ANYBODY, LINK, allows
from matchmaker.services.leads import consents, erasing, following, living, stock
from matchmaker.services.referrals import consenting
from matchmaker.web.firms import honeypot, status_words
from matchmaker.web.teams import clock_words, life_words

blueprint = Blueprint("web_following", __name__, url_prefix="/my")

Answer = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a form about a lead: at which lead, in which form and field, and the words for it."""

    at: UUID
    where: str
    field: str
    words: str
    code: str = ""

    @property
    def id(self) -> str:
        """The id of the field."""
        return "-".join(filter(None, (self.where, self.field, str(self.at))))


@blueprint.get("")
@allows(ANYBODY)
def resend() -> str:
    """Ask for the address to which the private links are to be sent again."""
    return render_template("resend.html", email="", fault="")


@blueprint.post("")
@allows(ANYBODY)
def send_link() -> Answer:
    """Have the links sent again; the answer is the same whether or not there are any."""
    try:
        email = MailboxSchema().load({"email": request.form.get("email")})["email"]
    except ValidationError as error:
        return render_template("resend.html", email=request.form.get("email", ""), fault=_words(error)), 422
    if not honeypot.is_caught(request.form):
        following.ask_link_again(g.session, email, request.remote_addr)
    return redirect(url_for(".on_its_way"), 303)


@blueprint.get("/on-its-way")
@allows(ANYBODY)
def on_its_way() -> str:
    """Say that a mail is on its way, if there is anything to send."""
    return render_template("on_its_way.html")


@blueprint.get("/deleted")
@allows(ANYBODY)
def deleted() -> str:
    """Confirm that a need was deleted."""
    return render_template("deleted.html")


@blueprint.get("/<key>")
@allows(LINK)
def status(key: str) -> Answer:
    """Show a need that was sent; send who holds a draft on to where they left it."""
    found = following.status(g.session, g.actor)
    if found.need.status == NeedStatus.DRAFT:
        if consenting.asked(g.session, g.actor):
            return redirect(url_for("web_consenting.referral", key=key))
        is_waiting = found.watch or stock.waiting(g.session, g.actor)
        return redirect(url_for("web_asking.watch" if is_waiting else "web_needs.check", key=key))
    return _page(key, found)


@blueprint.post("/<key>/leads/<uuid:lead_id>/answer")
@allows(LINK)
def answer(key: str, lead_id: UUID) -> Answer:
    """Answer a platform's question."""
    return take_step(key, AnswerSchema, lead_id, lambda sent: following.answer(
        g.session, g.actor, lead_id, sent["words"]))


@blueprint.post("/<key>/leads/<uuid:lead_id>/withdraw")
@allows(LINK)
def withdraw(key: str, lead_id: UUID) -> Answer:
    """Take one request back."""
    return take_step(key, WithdrawSchema, lead_id, lambda sent: following.withdraw(
        g.session, g.actor, lead_id, sent["why"]))


@blueprint.post("/<key>/consents/<uuid:consent_id>/withdraw")
@allows(LINK)
def withdraw_consent(key: str, consent_id: UUID) -> Response:
    """Withdraw the consent to one recipient."""
    following.withdraw_consent(g.session, g.actor, consent_id)
    return redirect(url_for(".status", key=key, _anchor="consents"), 303)


@blueprint.post("/<key>/watch/end")
@allows(LINK)
def end_watch(key: str) -> Response:
    """No longer tell the firm when something new fits."""
    following.end_watch(g.session, g.actor)
    return redirect(url_for("web_asking.watch", key=key), 303)


@blueprint.get("/<key>/delete")
@allows(LINK)
def confirm_delete(key: str) -> str:
    """List what would be deleted, and ask once more."""
    return render_template("delete.html", key=key, found=following.status(g.session, g.actor))


@blueprint.post("/<key>/delete")
@allows(LINK)
def delete(key: str) -> Response:
    """Delete the need with everything that belongs to it."""
    erasing.erase(g.session, g.actor)
    return redirect(url_for(".deleted"), 303)


@blueprint.get("/<key>/files/<uuid:file_id>")
@allows(LINK)
def file(key: str, file_id: UUID) -> Response:
    """Give an attached file back to the firm, to be saved and never shown by the browser."""
    config = current_app.config["MATCHMAKER"]
    found = following.attachment(g.session, g.actor, file_id)
    answer = send_file(attachments.path(config, found), found.media_type, as_attachment=True, download_name=found.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def take_step(key: str, schema: type[Schema], lead_id: UUID, take: Callable[[Mapping[str, Any]], object], *,
              where: str = "") -> Answer:
    """Take one step on a lead with what was sent, or show the page again with what stands against it.

    `where` names the form, so that a fault is shown in it.
    """
    if drafts.held(g.session, g.actor).status == NeedStatus.DRAFT:
        raise NotFound("There is no such lead, or not for you.")
    try:
        take(schema().load({name: request.form.get(name) for name in schema().load_fields}))
    except ValidationError as error:
        fault = flatten(error.messages)[0]
        return _page(key, following.status(g.session, g.actor), fault=Flaw(lead_id, where, **fault)), 422
    except Invalid as error:
        fault = {"field": "words", "words": gettext(error.message, **error.values)}
        return _page(key, following.status(g.session, g.actor), fault=Flaw(lead_id, where, **fault)), 422
    except Conflict as error:
        return _page(key, following.status(g.session, g.actor), problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".status", key=key, _anchor=f"lead-{lead_id}"), 303)


def _page(key: str, found: following.Status, *, problem: str = "", fault: Flaw | None = None) -> str:
    names = {entry.lead.platform_id: pick(entry.lead.platform.name) for entry in found.followed}
    texts = {consent.id: consents.wording(consent.text_version, consent.language, names[consent.recipient_id],
                                          has_files=bool(found.attachments), passes_on=consent.passes_on)
             for consent in found.consents}
    leads = [entry.lead for entry in found.followed]
    lives = living.lives(g.session, g.actor, leads, [said for entry in found.followed for said in entry.messages],
                         frozenset(entry.lead.id for entry in found.followed if entry.consent))
    return render_template("status.html", key=key, found=found, problem=problem, fault=fault, texts=texts,
                           names=names, words=status_words, form=request.form, lives=lives, told=life_words,
                           clock=clock_words.by_lead(g.session, g.actor, found),
                           waiting=stock.waiting(g.session, g.actor))


def _words(error: ValidationError) -> str:
    return flatten(error.messages)[0]["words"]
