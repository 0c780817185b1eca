"""The board of demand and supply: its figures, the rows behind each, their files, the report, and what to open next."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from matchmaker.domain import NeedSummary, codes
from matchmaker.errors import Invalid, NotFound
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.boards import NOTHING, DemandSchema, WaitSchema
from matchmaker.services import formats
from matchmaker.services.access import DESK, OPERATOR, allows
from matchmaker.services.demand import boards
from matchmaker.web import labels, words
from matchmaker.web.boards.tiles import tiles
from matchmaker.web.teams.lead_figures import as_file, hours

blueprint = Blueprint("web_demand", __name__)

GROUPS = {"kind": _("Kind of resource"), "theme": _("Theme"), "province": _("Province"), "industry": _("Industry"),
          "month": _("Month"), "rule": _("Condition that shut out most")}
NONE = {"kind": _("kind not clear"), "theme": _("no theme"), "province": _("region not stated"),
        "industry": _("industry not stated"), "rule": _("nothing opened comes near")}
SHOWN = 12


@blueprint.get("/operator/demand")
@allows(OPERATOR)
def board() -> str:
    """Show what is asked for beside what is opened."""
    return _board("boards/demand.html")


@blueprint.get("/operator/demand/report")
@allows(OPERATOR)
def report() -> str:
    """Show the same of one month, to be printed."""
    return _board("boards/report.html", formats.today().replace(day=1))


@blueprint.get("/operator/demand/needs")
@allows(OPERATOR)
def rows() -> str | tuple[str, int]:
    """List the plain facts of the needs behind a figure."""
    asked, fault, total = _asked(), "", 0
    found: Sequence[NeedSummary] = []
    try:
        total, found = boards.rows(g.session, g.actor, asked)
    except Invalid as error:
        fault = gettext(error.message, **error.values)
    return render_template("boards/needs.html", total=total, rows=found, fault=fault, groups=GROUPS, value=value,
                           chips=_chips(asked), most=boards.MOST_ROWS)


@blueprint.get("/operator/demand/leads")
@allows(OPERATOR)
def leads() -> str | tuple[str, int]:
    """List the plain facts of the leads behind a figure of how long firms wait."""
    try:
        asked = WaitSchema().load(request.args.to_dict())
    except ValidationError:
        raise Invalid("This part of the board does not exist. Start from the whole board.") from None
    total, fault = 0, ""
    found: Sequence[Any] = []
    try:
        total, found = boards.waited(g.session, g.actor, asked)
    except Invalid as error:
        fault = gettext(error.message, **error.values)
    chips = [within(asked["within"]) if name == "within" else gettext("Answered") if name == "answered" else
             f"{gettext(GROUPS[name])}{gettext(': ')}{value(name, asked[name])}" for name in asked]
    shown = render_template("boards/waits.html", total=total, rows=found, fault=fault, chips=chips, value=value,
                            formats=formats, hours=hours, most=boards.MOST_ROWS)
    return (shown, 422) if fault else shown


@blueprint.get("/operator/demand/<group>.csv")
@allows(OPERATOR)
def table(group: str) -> Response:
    """Give the table behind a picture as a file."""
    asked = _asked()
    if group == "waits":
        header = [gettext("Kind of resource"), gettext("Leads"), *map(within, boards.HOURS), gettext("Answered")]
        return as_file("csv", "demand-waits", header, [[value("kind", row[0]), *map(_told, row[1:])] for row in
                                                       boards.waits(g.session, g.actor, asked)])
    if group == "topics":
        header = [gettext("What firms look for in vain"), gettext("Language"), gettext("Nothing fits")]
        return as_file("csv", "demand-topics", header, [
            [" · ".join(topic.words), labels.choice("language", topic.language), unmet]
            for topic, unmet in boards.topics(g.session, g.actor, asked)])
    if group not in boards.GROUPS:
        raise NotFound("There is no such table.")
    asked |= {"unmet": True} if group == "rule" else {}
    header = [gettext(GROUPS[group]), gettext("Needs"), gettext("Nothing fits"), gettext("Share in %")]
    counted = [[value(group, count.value), _told(count.needs), _told(count.unmet),
                "" if count.share is None else round(100 * count.share, 1)]
               for count in boards.by_group(g.session, g.actor, group, asked)]
    return as_file("csv", f"demand-{group}", header, counted)


@blueprint.get("/demand/next")
@allows(DESK)
def next_to_open() -> str:
    """Show a platform what firms look for in vain."""
    return render_template("boards/next.html", found=boards.next_to_open(g.session, g.actor), value=value,
                           least=boards.LEAST)


def value(group: str, found: Any) -> str:
    """Return the words for a value of a group."""
    if found is None:
        return gettext(NONE[group])
    if found == boards.SEVERAL:
        return gettext("several")
    match group:
        case "kind":
            return words.kind_label(found)
        case "theme":
            return dict(words.theme_options()).get(found, found)
        case "province":
            return labels.region(found)
        case "industry":
            section = codes.industry(found)
            return section.names.get(current_language(), found) if section else str(found)
        case "rule":
            return labels.rule(found)
        case _:
            return formats.month(found)


def within(found: int) -> str:
    """Return the words for a time within which leads were answered, in hours."""
    return gettext("within %(days)s d", days=found // 24)


def wait_link(asked: Mapping[str, Any], **others: Any) -> str:
    """Return the address of the leads behind a figure of how long firms wait."""
    part = {name: found for name, found in asked.items() if name in ("province", "month")}
    return link("web_demand.leads", part, **others)


def link(endpoint: str, asked: Mapping[str, Any], **others: Any) -> str:
    """Return the address of a part of the board."""
    values: dict[str, Any] = {name: NOTHING if found is None else "1" if found is True else found
              for name, found in {**asked, **others}.items() if found is not False}
    return url_for(endpoint, **values)


def _board(template: str, month: dt.date | None = None) -> str:
    asked = _asked()
    if month and "month" not in asked:
        asked["month"] = month
    found = boards.board(g.session, g.actor, asked)
    return render_template(
        template, board=found, asked=asked, groups=GROUPS, value=value, link=link, chips=_chips(asked), formats=formats,
        shown=SHOWN, tiles=tiles(found.groups.get("province", ())), least=boards.LEAST, hours=boards.HOURS, pick=pick,
        wait_link=wait_link)


def _asked() -> dict[str, Any]:
    """Return which part an address names; raise `Invalid` when there is no such part."""
    try:
        asked: dict[str, Any] = DemandSchema().load(request.args.to_dict())
    except ValidationError:
        raise Invalid("This part of the board does not exist. Start from the whole board.") from None
    return asked


def _chips(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what narrows the board, each with the address without it."""
    shown = {"unmet": gettext("Nothing fits"), "topic": gettext("One topic")}
    return [(shown.get(name) or f"{gettext(GROUPS[name])}{gettext(': ')}{value(name, found)}",
             link(".board", {other: kept for other, kept in asked.items() if other != name}))
            for name, found in asked.items()]


def _told(count: int | None) -> Any:
    return gettext("fewer than %(least)s firms", least=boards.LEAST) if count is None else count
