"""The targets board: how far the programme is, the records behind every figure, and their verification."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, request, send_file, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matchmaker.domain import TargetUnit, UnitState
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.i18n import marked as _
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.openness import UnitFilterSchema, UnitSchema, UnitStepSchema
from matchmaker.services import formats
from matchmaker.services.access import ANYBODY, OPERATOR, allows
from matchmaker.services.targets import board as service
from matchmaker.services.targets.board import UnitFilter
from matchmaker.tabular import export
from matchmaker.web import labels, words
from matchmaker.web.addresses import page_here

blueprint = Blueprint("web_targets", __name__, url_prefix="/openness/targets")
operator = Blueprint("web_units", __name__, url_prefix="/operator/targets")

STATES = {UnitState.PROPOSED: _("Proposed"), UnitState.VERIFIED: _("Verified by the operator"),
          UnitState.WITHDRAWN: _("Withdrawn")}
LOOKS = {UnitState.PROPOSED: "warn", UnitState.VERIFIED: "met", UnitState.WITHDRAWN: "missing"}
HEADER = (_("Target"), _("Title"), _("State"), _("Year"), _("Region"), _("Theme"), _("Organisation"), _("Evidence"))
MOST = 100_000
Answer = str | tuple[str, int] | Response


@blueprint.get("")
@allows(ANYBODY)
def board() -> str:
    """Show how far each target is; every figure leads to its records."""
    plan, found = service.progress(g.session, current_app.config["MATCHMAKER"])
    return _render("openness/targets.html", plan=plan, progress=found, today=formats.today())


@blueprint.get("/records")
@allows(ANYBODY)
def records() -> str:
    """List the records behind a figure."""
    return _records()


@blueprint.get("/records.<any(csv,xlsx):form>")
@allows(ANYBODY)
def records_file(form: str) -> Response:
    """Give the records behind a figure as a file."""
    wanted, _cursor = _wanted()
    rows = [_row(unit) for unit in service.units(g.session, wanted, limit=MOST).items]
    header = [gettext(name) for name in HEADER]
    content = b"".join(export.as_csv(header, rows)) if form == "csv" else export.as_xlsx(header, rows)
    return send_file(io.BytesIO(content), as_attachment=True, download_name=f"targets.{form}", etag=False)


@operator.post("")
@allows(OPERATOR)
def add() -> Answer:
    """Propose a record."""
    names = ("target", "title_zh", "title_en", "year", "region", "theme", "evidence_title", "evidence_url")
    try:
        sent = UnitSchema().load({name: value for name in names if (value := request.form.get(name))})
        service.add(g.session, current_app.config["MATCHMAKER"], sent | {"evidence": _evidence(sent)})
    except ValidationError as error:
        return _records(faults={fault["field"]: fault["words"] for fault in flatten(error.messages)}), 422
    except Invalid as error:
        return _records(problem=gettext(error.message, **error.values)), 422
    return redirect(url_for("web_targets.records", target=sent["target"]), 303)


@operator.post("/<uuid:unit_id>")
@allows(OPERATOR)
def decide(unit_id: UUID) -> Answer:
    """Let a record count, or count no longer."""
    names = ("step", "why", "evidence_title", "evidence_url")
    try:
        sent = UnitStepSchema().load({name: value for name in names if (value := request.form.get(name))})
        unit = service.decide(g.session, g.actor, unit_id, is_verified=sent["step"] == "verify", why=sent["why"],
                              evidence=_evidence(sent))
    except ValidationError as error:
        return _records(problem=flatten(error.messages)[0]["words"]), 422
    except Invalid as error:
        return _records(problem=gettext(error.message, **error.values)), 422
    except Conflict as error:
        return _records(problem=gettext(error.message, **error.values)), 409
    return redirect(page_here(request.form.get("to")) or url_for("web_targets.records", target=unit.target), 303)


def evidence_url(link: Mapping[str, str]) -> str:
    """Return the address of a link to evidence: what lies here is told in the reader's language."""
    url = link["url"]
    return f"/{current_language()}{url}" if url.startswith("/openness/") else url


def region(code: str | None) -> str:
    """Return the name of a region, and what stands for none."""
    return labels.region(code) if code else gettext("not stated")


def theme(code: str | None) -> str:
    """Return the name of a theme, and what stands for none."""
    return dict(words.theme_options()).get(code, code) if code else gettext("not stated")


def state(name: str) -> str:
    """Return the words for the state of a record."""
    return gettext(STATES[UnitState(name)])


def _wanted() -> tuple[UnitFilter, str | None]:
    """Return the filter of the address; an empty region or theme asks for records without one."""
    asked = {name: value[:200] for name, value in request.args.items() if name in UnitFilterSchema().fields and value}
    found = UnitFilterSchema().load(asked)
    cursor = found.pop("cursor")
    empty = {name: "" for name in ("region", "theme") if request.args.get(name) == ""}
    return UnitFilter(**found | empty), cursor


def _records(faults: Mapping[str, str] | None = None, problem: str = "") -> str:
    wanted, cursor = _wanted()
    plan, _progress = service.progress(g.session, current_app.config["MATCHMAKER"])
    page = service.units(g.session, wanted, cursor=cursor)
    query = {name: value for name in ("target", "state", "year", "region", "theme")
             if (value := getattr(wanted, name)) is not None}
    return _render("openness/records.html", plan=plan, page=page, wanted=wanted, query=query, faults=faults or {},
                   problem=problem, this_page=request.full_path,
                   form=request.form if faults or problem else MultiDict())


def _render(template: str, **values: Any) -> str:
    return render_template(template, formats=formats, evidence_url=evidence_url, region=region, theme=theme,
                           state=state, looks=LOOKS, states=STATES, **values)


def _evidence(sent: Mapping[str, Any]) -> list[dict[str, str]]:
    url = sent["evidence_url"]
    return [{"title": sent["evidence_title"] or url, "url": url}] if url else []


def _row(unit: TargetUnit) -> list[Any]:
    place = pick(unit.organisation.name) if unit.organisation else ""
    return [unit.target, pick(unit.title), state(unit.state), unit.year, region(unit.region), theme(unit.theme), place,
            " ".join(evidence_url(link) for link in unit.evidence)]
