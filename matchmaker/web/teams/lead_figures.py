"""The queue as a file, and a team's figures: time to answer and how far leads come, as pictures, tables and files."""

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, render_template, request, send_file
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import Lead, Need, Side
from matchmaker.domain.base import utc_now
from matchmaker.errors import Invalid, NotFound
from matchmaker.i18n import gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.reviewing import ExportSchema, FigureSchema
from matchmaker.services import formats
from matchmaker.services.access import ANSWERER, TEAM, allows
from matchmaker.services.leads import insight, queue_export
from matchmaker.tabular import export as tables
from matchmaker.web import labels, words
from matchmaker.web.teams import lead_views, queue_filters

blueprint = Blueprint("web_leads_figures", __name__, url_prefix="/leads")

STAGES = {"received": _("Received"), "looked_at": _("Taken into review"), "answered": _("Answered"),
          "accepted": _("Accepted"), "completed": _("Completed")}
FIGURES = {**STAGES, "in_time": _("In time")}
FORMS = {"csv": (lambda header, rows: b"".join(tables.as_csv(header, rows)), "text/csv"),
         "xlsx": (tables.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}
HEADER = (_("Number"), _("State"), _("Fit in %"), _("Need"), _("Firm"), _("Resource"), _("Owner"), _("Came on"),
          _("Due"), _("First answer"), _("Reason"))


@blueprint.post("/export")
@allows(ANSWERER)
def export() -> Response:
    """Give the leads of a part of the queue as a file; that it was taken out is kept."""
    sent = {name: value for name, value in request.form.items() if name != "csrf_token"}
    try:
        found = ExportSchema().load(sent)
    except ValidationError:
        raise Invalid("This part of the list cannot be exported. Load the list again.") from None
    leads, needs, names = queue_export.export(
        g.session, g.actor, found["form"], view=found["view"], sort=found["sort"],
        narrowed=queue_filters.narrowed(found, g.actor))
    rows = [_row(lead, needs.get(lead.need_id), names.get(lead.assignee_id, "")) for lead in leads]
    return as_file(found["form"], f"leads-{formats.today():%Y-%m-%d}", [gettext(words) for words in HEADER], rows)


@blueprint.get("/figures")
@allows(TEAM)
def figures() -> str:
    """Show how soon leads are answered, and how far they come."""
    weeks, stages = insight.answer_times(g.session, g.actor), insight.funnel(g.session, g.actor)
    return render_template("leads/figures.html", weeks=weeks, stages=stages, labels=labels, formats=formats,
                           stage_words={name: gettext(words) for name, words in STAGES.items()}, hours=hours,
                           longest=max((week.median_hours or 0 for week in weeks), default=0) or 1)


@blueprint.get("/figures/leads")
@allows(TEAM)
def behind() -> str:
    """List the leads behind a figure."""
    try:
        asked = FigureSchema().load(request.args.to_dict())
    except ValidationError:
        raise Invalid("There is no such figure. Start from all figures.") from None
    figure, week = asked["figure"], asked["week"]
    total, found = insight.leads_behind(g.session, g.actor, figure, week)
    return render_template("leads/behind.html", total=total, leads=found, figure=gettext(FIGURES[figure]), week=week,
                           formats=formats, labels=labels, side=Side.PLATFORM, weeks=insight.WEEKS,
                           most=insight.MOST_ROWS)


@blueprint.get("/figures/<name>.csv")
@allows(TEAM)
def table(name: str) -> Response:
    """Give the table behind a picture as a file."""
    if name == "answer-times":
        header = [gettext("Week from"), gettext("Received"), gettext("Answered"), gettext("Median hours to the answer"),
                  gettext("In time")]
        rows: list[list[Any]] = [[week.begins.isoformat(), week.received, week.answered,
                                  None if week.median_hours is None else round(week.median_hours, 1), week.in_time]
                                 for week in insight.answer_times(g.session, g.actor)]
    elif name == "funnel":
        header = [gettext("Stage"), gettext("Leads"), gettext("Share in %")]
        rows = [[gettext(STAGES[stage.name]), stage.leads, round(100 * stage.share, 1)]
                for stage in insight.funnel(g.session, g.actor)]
    else:
        raise NotFound("There is no such table.")
    return as_file("csv", name, header, rows)


def hours(value: float) -> str:
    """Return a time to an answer in words, in days from two of them on."""
    if value >= 48:
        return gettext("%(num)s d", num=formats.number(round(value / 24, 1)))
    return gettext("%(num)s h", num=formats.number(round(value, 1)))


def _row(lead: Lead, need: Need | None, owner: str) -> list[Any]:
    """Return a lead as a line of cells; of a need that may not be read any more, nothing."""
    due = lead_views.due(lead, utc_now()).moment
    return [lead.reference, labels.lead_state(lead.state, Side.PLATFORM), round(100 * lead.fit),
            lead_views.headline(lead, need) if need else "", lead_views.firm_facts(need), pick(lead.offering.title),
            owner, formats.moment(lead.created_at), due,
            formats.moment(lead.first_response_at) if lead.first_response_at else "",
            words.reason_label(lead.decline_reason) if lead.decline_reason else ""]


def as_file(form: str, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    """Answer with a table as a file that no cache keeps."""
    write, media_type = FORMS[form]
    answer = send_file(io.BytesIO(write(header, rows)), media_type, as_attachment=True,
                       download_name=f"{name}.{form}", etag=False, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
