"""The operator's page about the running service."""

from flask import Blueprint, current_app, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matchmaker.domain import Act, Side
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats, operating
from matchmaker.services.access import OPERATOR, allows
from matchmaker.web.operators import doors

blueprint = Blueprint("web_operating", __name__, url_prefix="/operator")

TASKS = {
    "import_offerings": _("Imports"), "publish_index": _("Publishing the index"), "keep_index": _("Keeping the index"),
    "mature_decision": _("Decisions taking effect"), "send_links": _("Private links sent anew"),
    "send_account_link": _("Links to accounts of firms"), "tell_firm_news": _("News for accounts of firms"),
    "finish_erasing": _("Erasing"), "send_mail": _("Mail"), "send_mail_in_bulk": _("Mail of batches"),
    "send_password_link": _("Links for a new password"),
    "cover_absences": _("Absences covered"), "check_watches": _("Watched needs"),
    "check_stock": _("Waiting for room"), "end_validity": _("Ends of validity"), "purge": _("Deleting what is over"),
    "answer_clock": _("Answer clocks"), "wind_clocks": _("Answer clocks wound up"), "pass_on": _("Passing on"),
    "follow_standing": _("Platforms suspended or reinstated"),
    "refer": _("Referral batches"), "find_needs": _("Needs that may be found"),
    "read_list": _("Files read for openness lists"), "publish_batch": _("Batches being published"),
    "keep_lists": _("Openness lists looked after"),
    "deliver_webhook": _("Webhooks"),
    "summarise": _("Counting for the boards"), "propose_weights": _("Learning weights"),
}
STATES = {"queued": _("waiting"), "running": _("running"), "done": _("done"), "failed": _("failed")}
SIDES = {Side.FIRM: _("Firm"), Side.PLATFORM: _("Platform"), Side.OPERATOR: _("Operator"),
         Side.SERVICE: _("The service"), Side.INCUBATOR: _("Incubator"), None: _("A visitor")}
ACTS = {Act.CREATED: _("created"), Act.CHANGED: _("changed"), Act.DELETED: _("deleted")}


@blueprint.get("")
@allows(OPERATOR)
def start() -> str:
    """Show the operator's pages, and how much waits in each."""
    return render_template("operator_start.html", doors=doors.oversight(operating.waiting(g.session, g.actor)))


@blueprint.get("/service")
@allows(OPERATOR)
def service() -> str:
    """Show how the service stands."""
    seen = operating.overview(g.session, current_app.config["MATCHMAKER"])
    tasks = sorted({task for task, _state in seen.jobs}, key=lambda task: gettext(TASKS.get(task) or task))
    return render_template("operator_service.html", seen=seen, tasks=tasks, task_words=TASKS, states=STATES,
                           sides=SIDES, acts=ACTS, moment=formats.moment)


@blueprint.post("/service/publish")
@allows(OPERATOR)
def publish() -> Response:
    """Queue the publishing of the index."""
    operating.publish(g.session)
    return redirect(url_for(".service"), 303)
