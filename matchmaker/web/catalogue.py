"""The public catalogue, and an offering's page."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for

from matchmaker.i18n import gettext, pick
from matchmaker.schemas.catalogue import CatalogueQuerySchema
from matchmaker.services import catalogue
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.catalogue import OfferingFilter
from matchmaker.web import labels, words
from matchmaker.web.firms import details

NAMES = ("kind", "region", "platform", "delivery", "q", "cursor")

blueprint = Blueprint("web_catalogue", __name__, url_prefix="/offerings")


@blueprint.get("")
@allows(ANYBODY)
def offerings() -> str:
    """List the open offerings under the filters of the address."""
    chosen = {name: request.args.get(name, "")[:200] for name in NAMES}
    asked = CatalogueQuerySchema().load({name: value for name, value in chosen.items() if value})
    limit, cursor = asked.pop("limit"), asked.pop("cursor")
    wanted = OfferingFilter(**asked)
    page = catalogue.offerings(g.session, wanted, limit=limit, cursor=cursor)
    found = catalogue.facets(g.session, wanted)
    return render_template(
        "catalogue.html", page=page, chosen=chosen, query_words=(wanted.text or "").split(),
        facets=[_facet(name, title, found[name], chosen) for name, title in _titles()],
        active=_active(wanted, chosen, found), first_url=_url(chosen, cursor=""),
        next_url=_url(chosen, cursor=page.next_cursor or ""),
    )


@blueprint.get("/<uuid:offering_id>")
@allows(ANYBODY)
def offering(offering_id: UUID) -> str:
    """Show one open offering: what, to whom, how."""
    found = catalogue.offering(g.session, offering_id)
    url = url_for(".offering", offering_id=offering_id, _external=True)
    return render_template("offering.html",
                           **details.page(found, words.theme_labels(), words.kind_label(found["kind"]), url))


def _titles() -> list[tuple[str, str]]:
    return [("kind", gettext("Kind of resource")), ("region", gettext("Where")),
            ("delivery", gettext("Way of working")), ("platform", gettext("Platform"))]


def _name(facet: str, entry: dict[str, Any]) -> str:
    code: str = entry["code"]
    match facet:
        case "kind":
            return words.kind_label(code)
        case "region":
            return labels.region(code)
        case "delivery":
            return labels.choice("delivery", code)
        case _:
            return pick(entry["name"])


def _facet(name: str, title: str, entries: list[dict[str, Any]], chosen: dict[str, str]) -> dict[str, Any]:
    options = [
        {"words": _name(name, entry), "count": entry["count"], "is_on": chosen[name] == entry["code"],
         "url": _url(chosen, cursor="", **{name: "" if chosen[name] == entry["code"] else entry["code"]})}
        for entry in entries
    ]
    return {"title": title, "options": sorted(options, key=lambda option: not option["is_on"])}


def _active(wanted: OfferingFilter, chosen: dict[str, str], found: dict[str, Any]) -> list[dict[str, str]]:
    names = {name: value for name, value in asdict(wanted).items() if value}
    active = []
    for name, value in names.items():
        entry = next((entry for entry in found.get(name, []) if entry["code"] == value), {"code": value, "name": {}})
        title = f"“{value}”" if name == "text" else _name(name, entry) or str(value)
        active.append({"words": title, "url": _url(chosen, cursor="", **{"q" if name == "text" else name: ""})})
    return active


def _url(chosen: dict[str, str], **changed: str) -> str:
    values: dict[str, Any] = {name: value for name, value in {**chosen, **changed}.items() if value}
    return url_for(".offerings", **values)
