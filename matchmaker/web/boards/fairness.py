"""The page of fairness: exposure by platform, parity of outcomes by sort of firm, the rows and files behind them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import FairnessAlert
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.boards import NOTHING, AlertSchema, FairnessSchema
from matchmaker.schemas.faults import flatten
from matchmaker.services import formats
from matchmaker.services.access import OPERATOR, allows
from matchmaker.services.demand.privacy import LEAST
from matchmaker.services.fairness import alerting, exposing, monthly, parity
from matchmaker.web import labels, words
from matchmaker.web.teams.lead_figures import as_file, hours

blueprint = Blueprint("web_fairness", __name__, url_prefix="/operator/fairness")

DIMENSIONS = {"size": _("Size of the firm"), "province": _("Province"), "one_person": _("One-person firms"),
              "channel": _("Channel"), "language": _("Language of the need")}
NONE = {"size": _("size not stated"), "province": _("region not stated"), "one_person": _("not stated")}
OUTCOMES = {"accepted": _("Accepted"), "time": _("Time to the first answer"), "completed": _("Completed")}
CHANNELS = {"form": _("Form"), "search": _("Search"), "referral": _("Referral"), "reroute": _("Passed on"),
            "invitation": _("Invitation by a platform")}
PEOPLE = {True: _("One-person firm"), False: _("More than one person")}
WORSE = {"accepted": _("accepted less often"), "time": _("answered later"), "completed": _("completed less often")}
CLOSINGS = {"over": _("no longer so"), "few": _("too few firms to tell")}
OF = {"decided": _("decided"), "accepted": _("accepted"), "ended": _("completed or failed"),
      "completed": _("completed")}
ANSWERS = {"true": True, "false": False}


@blueprint.get("")
@allows(OPERATOR)
def page() -> str:
    """Show alerts, and exposure and parity of a month."""
    return _page(_asked().get("month", formats.today()).replace(day=1))


@blueprint.post("/alerts")
@allows(OPERATOR)
def acknowledge() -> str | tuple[str, int] | Response:
    """Take note of an alert, with a reason."""
    form = request.form.to_dict()
    form.pop("csrf_token", None)
    month, alert = formats.today().replace(day=1), form.get("alert", "")
    try:
        sent = AlertSchema().load(form)
        alerting.acknowledge(g.session, g.actor, sent["alert"], sent["words"])
    except ValidationError as error:
        found = {fault["field"]: fault["words"] for fault in flatten(error.messages)}
        if "alert" in found:
            raise NotFound("There is no such alert.") from None
        return _page(month, faults={alert: found["words"]}), 422
    except Invalid as error:
        return _page(month, faults={alert: gettext(error.message, **error.values)}), 422
    except Conflict as error:
        return _page(month, problem=gettext(error.message, **error.values)), 409
    return redirect(url_for(".page", _anchor=f"alert-{alert}"), 303)


@blueprint.get("/leads")
@allows(OPERATOR)
def leads() -> str | tuple[str, int]:
    """List the plain facts of the leads of one group."""
    asked, fault, total = _asked(), "", 0
    found: Sequence[Any] = []
    month, by = asked.get("month", formats.today()).replace(day=1), asked.get("by", "size")
    outcome = asked.get("outcome")
    of = ANSWERS.get(asked.get("value") or "") if by == "one_person" else asked.get("value")
    try:
        total, found = monthly.rows(g.session, g.actor, month, (by, of), outcome)
    except Invalid as error:
        fault = gettext(error.message, **error.values)
    shown = render_template("boards/fairness_leads.html", month=month, total=total, rows=found, fault=fault,
                            value=value, title=f"{gettext(DIMENSIONS[by])}{gettext(': ')}{value(by, of)}", hours=hours,
                            outcome=gettext(OF[outcome]) if outcome else "", formats=formats,
                            kind_label=words.kind_label, most=parity.MOST_ROWS)
    return (shown, 422) if fault else shown


@blueprint.get("/lists")
@allows(OPERATOR)
def lists() -> str | tuple[str, int]:
    """List what lists of a month showed of a platform."""
    asked, fault, found = _asked(), "", None
    month = asked.get("month", formats.today()).replace(day=1)
    try:
        found = exposing.lists(g.session, g.actor, month, asked.get("platform", ""), asked.get("first", False))
    except Invalid as error:
        fault = gettext(error.message, **error.values)
    shown = render_template("boards/fairness_lists.html", month=month, found=found, fault=fault, formats=formats,
                            is_first=asked.get("first", False), most=parity.MOST_ROWS)
    return (shown, 422) if fault else shown


@blueprint.get("/<name>.csv")
@allows(OPERATOR)
def table(name: str) -> Response:
    """Give the table behind a picture as a file."""
    month = _asked().get("month", formats.today()).replace(day=1)
    if name == "exposure":
        header, rows = _exposure_rows(exposing.exposure(g.session, g.actor, month))
    elif name in DIMENSIONS:
        header, rows = _parity_rows(name, monthly.of_month(g.session, g.actor, month)[name])
    else:
        raise NotFound("There is no such table.")
    return as_file("csv", f"fairness-{name}-{month:%Y-%m}", header, rows)


def value(dimension: str, found: Any) -> str:
    """Return the words for a group."""
    if found is None:
        return gettext(NONE[dimension])
    match dimension:
        case "size":
            return labels.choice("size_class", found)
        case "province":
            return labels.region(found)
        case "one_person":
            return gettext(PEOPLE[found])
        case "channel":
            return gettext(CHANNELS[found])
        case _:
            return labels.choice("language", found)


def coded(found: Any) -> str:
    """Return what stands for a group in an address."""
    return NOTHING if found is None else alerting.coded(found)


def alert_words(alert: FairnessAlert) -> str:
    """Return what an alert is about, in words."""
    found = ANSWERS[alert.value] if alert.dimension == "one_person" else alert.value
    return f"{value(alert.dimension, found)}{gettext(': ')}{gettext(WORSE[alert.outcome])}"


def figure(alert: FairnessAlert, found: float | None) -> str:
    """Return one of the two figures of an alert: a share, or a time."""
    if alert.outcome == "time":
        return gettext("not half answered yet") if found is None else hours(found)
    return formats.percent(found or 0)


def not_told(dimension: str, groups: Sequence[parity.Group]) -> str:
    """Return the names of the groups that are not told of."""
    return gettext(", ").join(value(dimension, group.value) for group in groups if group.leads is None)


def marks(groups: Mapping[str, Sequence[parity.Group]]) -> list[tuple[str, parity.Group, str]]:
    """Return every group that is under four fifths of the best in an outcome: sort, group, outcome."""
    return [(dimension, group, outcome) for dimension, found in groups.items() for group in found
            for outcome in OUTCOMES if (told := getattr(group, outcome)) and told.is_marked]


def _page(month: dt.date, faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    groups = monthly.of_month(g.session, g.actor, month)
    return render_template(
        "boards/fairness.html", alerts=alerting.listed(g.session), faults=faults or {}, problem=problem,
        form=request.form, formats=formats, alert_words=alert_words, figure=figure, closings=CLOSINGS, month=month,
        months=parity.months(g.session, g.actor, month), groups=groups, marks=marks(groups), outcomes=OUTCOMES,
        exposure=exposing.exposure(g.session, g.actor, month), dimensions=DIMENSIONS, value=value, coded=coded,
        not_told=not_told, hours=hours, least=LEAST, pick=pick, is_chinese=current_language() == "zh")


def _asked() -> dict[str, Any]:
    """Return which part an address names; raise `Invalid` when there is no such part."""
    try:
        asked: dict[str, Any] = FairnessSchema().load(request.args.to_dict())
    except ValidationError:
        raise Invalid("This part of the board does not exist. Start from the whole board.") from None
    return asked


def _exposure_rows(exposure: exposing.Exposure) -> tuple[list[str], list[list[Any]]]:
    header = [gettext("Platform"), gettext("Places among the first ten"), gettext("First places"),
              gettext("Share of exposure in %"), gettext("Share of first places in %"), gettext("Offerings open"),
              gettext("Share of what is open in %"), gettext("Share by fit in %")]
    return header, [[pick(one.organisation.name), one.places, one.first, _percent(one.share), _percent(one.first_share),
                     one.open, _percent(one.open_share), _percent(one.fit_share)] for one in exposure.platforms]


def _parity_rows(dimension: str, groups: Sequence[parity.Group]) -> tuple[list[str], list[list[Any]]]:
    header = [gettext(DIMENSIONS[dimension]), gettext("Leads"), gettext("Firms")]
    for outcome in ("accepted", "completed"):
        header += [f"{gettext(OUTCOMES[outcome])} · {gettext(words_)}" for words_ in (
            _("how many"), _("decided"), _("share in %"), _("95 % from"), _("95 % to"), _("ratio to the best"))]
    header += [gettext("Median hours to the answer"), gettext("Answered before others in %")]
    return header, [_parity_row(dimension, group) for group in groups]


def _parity_row(dimension: str, group: parity.Group) -> list[Any]:
    few = gettext("fewer than %(least)s firms", least=LEAST)
    row: list[Any] = [value(dimension, group.value), group.leads if group.leads is not None else few, group.firms]
    for rate in (group.accepted, group.completed):
        row += [rate.good, rate.of, _percent(rate.share), *map(_percent, rate.interval),
                None if rate.ratio is None else round(rate.ratio, 3)] if rate else [None] * 6
    median = group.time.median if group.time else None
    return [*row, None if median is None else round(median, 1), _percent(group.time.sooner) if group.time else None]


def _percent(share: float) -> float:
    return round(100 * share, 1)
