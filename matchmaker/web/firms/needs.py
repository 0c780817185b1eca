"""A need, question by question, and what fits it. What is answered is kept at once, under the reader's private link."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from matchmaker.domain import Need, NeedStatus
from matchmaker.errors import Invalid
from matchmaker.i18n import current_language, gettext
from matchmaker.services import attachments, drafts, limits, matching
from matchmaker.services.access import ANYBODY, LINK, allows
from matchmaker.storage.queries import needs as queries
from matchmaker.web import keys, words
from matchmaker.web.firms import answers, compare, forms, honeypot, results, steps, understood

TOP = 10
LARGEST_BODY = 3 * attachments.LARGEST
"""What is read of a form with a file, so that one that is too large gets its page and not a broken connection."""
NEW_DRAFTS, WINDOW = 60, 3600
"""How many drafts one address may begin in so many seconds; a whole office may share an address."""
STEP = "<any(problem,resource,terms,conditions,firm):step>"
WITH_FILES = ("web_needs.save", "web_needs.attach")

Answered = str | tuple[str, int] | Response

blueprint = Blueprint("web_needs", __name__, url_prefix="/needs")


@blueprint.url_value_preprocessor
def _take_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let the page with the files send more than others; its form is read before the view is reached."""
    if _takes_files():
        request.max_content_length = LARGEST_BODY


@blueprint.errorhandler(RequestEntityTooLarge)
def _refuse_size(error: RequestEntityTooLarge) -> Any:
    """Say how large a file may be, where that was the matter."""
    if not _takes_files():
        return error
    return current_app.handle_user_exception(attachments.too_large())


def _takes_files() -> bool:
    return request.endpoint in WITH_FILES and (request.view_args or {}).get("step", "conditions") == "conditions"


@blueprint.get("/new")
@allows(ANYBODY)
def new() -> str:
    """Ask for the problem, filled in with what the address says; nothing is kept yet."""
    return _page("problem", _beginning(request.args))


@blueprint.post("/new")
@allows(ANYBODY)
def begin() -> Answered:
    """Begin a draft with the problem, or say what is missing."""
    form, key = _beginning(request.form), keys.opened(request.form.get("key", ""))
    if request.form.get("then") == "here":
        return _page("problem", form)
    if honeypot.is_caught(request.form):
        return _onward(key, "problem")
    if wrong := steps.faults(form):
        return _page("problem", form, faults=wrong), 422
    if not drafts.is_known(g.session, key):
        limits.count(g.session, "draft", request.remote_addr or "", NEW_DRAFTS, WINDOW)
    drafts.create(g.session, current_app.config["MATCHMAKER"], key, form.to_dict(flat=False))
    return _onward(key, "problem")


@blueprint.get(f"/<key>/{STEP}")
@allows(LINK)
def step(key: str, step: str) -> Answered:
    """Ask the questions of one step, with the answers that there are."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, step):
        return elsewhere
    form = forms.form_of(need)
    return _page(step, form, key, steps.faults(form, step) if "problem" in form else {})


@blueprint.post(f"/<key>/{STEP}")
@allows(LINK)
def save(key: str, step: str) -> Answered:
    """Keep the answers of one step and go on to the next, or say what is wrong with them."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, step):
        return elsewhere
    return _taken(need, key, step) or _onward(key, step)


@blueprint.post("/<key>/files")
@allows(LINK)
def attach(key: str) -> Answered:
    """Attach a file, keep what else the page says, and show it again."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, "conditions"):
        return elsewhere
    if not request.files.get("file"):
        wrong = {"file": gettext("Choose a file first.")}
        return _page("conditions", _sent(forms.form_of(need), "conditions"), key, wrong), 422
    return _taken(need, key, "conditions") or _back(key, "conditions")


@blueprint.post("/<key>/files/<uuid:attachment_id>/remove")
@allows(LINK)
def detach(key: str, attachment_id: UUID) -> Answered:
    """Take a file off the draft, keep what else the page says, and show it again."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, "conditions"):
        return elsewhere
    if wrong := _taken(need, key, "conditions"):
        return wrong
    attachments.remove(g.session, current_app.config["MATCHMAKER"], g.actor, attachment_id)
    return _back(key, "conditions")


@blueprint.get("/<key>/check")
@allows(LINK)
def check(key: str) -> Answered:
    """Show all answers, each group with the way to change it."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, steps.LAST):
        return elsewhere
    form = forms.form_of(need)
    files = [file.name for file in queries.attachments_of(g.session, g.actor, need.id)]
    proposed = steps.proposals(form, steps.understood(form))
    return render_template("need_check.html", key=key, step=steps.LAST, groups=answers.groups(form, proposed, files),
                           wrong=steps.faults(form), back=url_for(".step", key=key, step="firm"))


@blueprint.get("/<key>/results")
@allows(LINK)
def show_results(key: str) -> Answered:
    """Show what fits the need as it stands, narrowed to what the reader wants to see."""
    need = drafts.held(g.session, g.actor)
    form, stated = forms.form_of(need), forms.stated(need)
    if stated is None:
        return _mend(key, form)
    held = matching.current_index(current_app.config["MATCHMAKER"])
    chosen = results.chosen(request.args, words.kind_labels())
    if not need.is_ranked:
        page = results.plain_page(held, stated, chosen, request.args)
        return render_template("plain_results.html", key=key, need=need, is_draft=need.status == NeedStatus.DRAFT,
                               **page)
    outcome = unfiltered = matching.match(held, stated, top=TOP, language=current_language())
    if any(chosen):
        outcome = matching.match(held, stated, top=TOP, kind=chosen.kind, region=chosen.region,
                                 language=current_language())
    return render_template("results.html", key=key, need=need, form=form, is_draft=need.status == NeedStatus.DRAFT,
                           **results.page(stated, outcome, unfiltered, chosen, results.ticked(request.args)))


@blueprint.post("/<key>/concepts")
@allows(LINK)
def correct(key: str) -> Answered:
    """Keep that the need is about a concept, or is not, or leave that to its words again; show what fits now."""
    need = drafts.held(g.session, g.actor)
    if elsewhere := _elsewhere(need, key, "problem"):
        return elsewhere
    given = understood.corrected(forms.form_of(need), request.form)
    drafts.save(g.session, g.actor, given)
    return redirect(_address(key, "results"), 303)


@blueprint.get("/<key>/compare")
@allows(LINK)
def show_comparison(key: str) -> Answered:
    """Show two to four offerings side by side, or what to do to see that."""
    need = drafts.held(g.session, g.actor)
    stated, wanted = forms.stated(need), results.ticked(request.args)
    if stated is None:
        return _mend(key, forms.form_of(need))
    held = matching.current_index(current_app.config["MATCHMAKER"])
    found = matching.compare(held, stated, wanted[:compare.MOST], language=current_language())
    page = compare.page(found, wanted, results.weights())
    return render_template("compare.html", key=key, wanted=wanted, **page), 422 if page["fault"] else 200


def _taken(need: Need, key: str, step: str) -> tuple[str, int] | str | None:
    """Keep what was sent for a step, a file with it; return the page to show instead where something is wrong."""
    stored = forms.form_of(need)
    given = steps.answers(step, request.form, steps.proposals(stored, steps.understood(stored)))
    form = steps.merged(stored, given)
    if request.form.get("then") == "here":
        return _page(step, _sent(stored, step), key)
    if wrong := steps.faults(form, step):
        return _page(step, _sent(stored, step), key, wrong), 422
    drafts.save(g.session, g.actor, given)
    file = request.files.get("file") if step == "conditions" else None
    if not file:
        return None
    try:
        attachments.add(g.session, current_app.config["MATCHMAKER"], g.actor, file.filename or "", file.stream)
    except Invalid as error:
        return _page(step, _sent(stored, step), key, {"file": gettext(error.message, **error.values)}), 422
    return None


def _page(step: str, form: forms.Form, key: str | None = None, faults: dict[str, str] | None = None) -> str:
    """Return the page of a step; without a key, the page with which a need begins."""
    profile = steps.understood(form) if key else {}
    proposed = steps.proposals(form, profile)
    origin = _origin()
    back = steps.before(step)
    return render_template(
        f"need_{step}.html", step=step, key=key, faults=faults or {}, origin=origin, profile=profile, said=form,
        form=form if faults else steps.filled_in(form, proposed), proposed={} if faults else proposed,
        signed=None if key else keys.signed(),
        action=_within(".save", key=key, step=step) if key else url_for(".begin"),
        back=_address(key, origin) if key and origin else url_for(".step", key=key, step=back) if back else None,
        files=queries.attachments_of(g.session, g.actor, g.actor.need_id) if key and step == "conditions" else [],
    )


def _beginning(sent: MultiDict[str, str]) -> forms.Form:
    """Return the first answers, and the kinds that another page has chosen, those that there are."""
    known = words.kind_labels()
    form = forms.taken(sent, (*steps.STEPS["problem"], "kinds"))
    return MultiDict([(name, value) for name, value in form.items(multi=True) if name != "kinds" or value in known])


def _sent(stored: forms.Form, step: str) -> forms.Form:
    """Return the form with the answers of a step as they were typed."""
    return steps.merged(stored, {name: request.form.getlist(name) for name in steps.STEPS[step]})


def _mend(key: str, form: forms.Form) -> Response:
    return redirect(url_for(".step", key=key, step=steps.step_of(next(iter(steps.faults(form))))), 303)


def _elsewhere(need: Need, key: str, step: str) -> Response | None:
    """Return where to go instead of a step: to a need that was sent, or to the question that comes first."""
    if need.status != NeedStatus.DRAFT:
        return redirect(url_for("web_following.status", key=key), 303)
    is_first = step == "problem" or "problem" in need.answers
    return None if is_first else redirect(url_for(".step", key=key, step="problem"), 303)


def _onward(key: str, step: str) -> Response:
    """Lead from a step that was answered to the next, or back to where the reader came from."""
    origin = "results" if request.form.get("then") == "results" else _origin()
    return redirect(_address(key, origin or steps.after(step)), 303)


def _back(key: str, step: str) -> Response:
    return redirect(_within(".step", key=key, step=step, _anchor="files"), 303)


def _origin() -> str | None:
    origin = request.args.get("from", "")
    return origin if origin in steps.ORIGINS else None


def _within(endpoint: str, **values: Any) -> str:
    """Return the address of a page from which the reader gets back to where they came from."""
    return url_for(endpoint, **values | {"from": _origin()})


def _address(key: str, place: str) -> str:
    if place in steps.STEPS:
        return url_for(".step", key=key, step=place)
    return url_for(".check" if place == steps.LAST else ".show_results", key=key)
