"""The public catalogue and its vocabulary."""

from typing import Any
from uuid import UUID

from flask import Response, g

from matchmaker.api.common import Blueprint, answer
from matchmaker.api.documents import KindList, OfferingPage, ProblemDocument, ThemeList
from matchmaker.schemas.catalogue import CatalogueQuerySchema
from matchmaker.schemas.matches import OfferingAnswer
from matchmaker.services import catalogue, vocabulary
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.catalogue import OfferingFilter

blueprint = Blueprint("catalogue", __name__, description="The offerings that are open, and the words they use")


@blueprint.route("/offerings")
@allows(ANYBODY)
@blueprint.arguments(CatalogueQuerySchema, location="query")
@blueprint.response(200, OfferingPage)
@blueprint.alt_response(422, schema=ProblemDocument, content_type="application/problem+json")
def list_offerings(wanted: dict[str, Any]) -> Response:
    """List the open offerings, the newest first.

    Ask for the next page with the `next_cursor` of the one before; it is null on the last page.
    """
    limit, cursor = wanted.pop("limit"), wanted.pop("cursor")
    page = catalogue.offerings(g.session, OfferingFilter(**wanted), limit=limit, cursor=cursor)
    return answer({"offerings": page.items, "next_cursor": page.next_cursor, "total": page.total})


@blueprint.route("/offerings/<uuid:offering_id>")
@allows(ANYBODY)
@blueprint.response(200, OfferingAnswer)
@blueprint.alt_response(404, schema=ProblemDocument, content_type="application/problem+json")
def show_offering(offering_id: UUID) -> Response:
    """Return one open offering."""
    return answer(catalogue.offering(g.session, offering_id))


@blueprint.route("/kinds")
@allows(ANYBODY)
@blueprint.response(200, KindList)
def list_kinds() -> Response:
    """List the kinds of resource, with their names in both languages."""
    return answer({"kinds": [{"code": kind.code, "label": kind.label} for kind in vocabulary.kinds(g.session)]})


@blueprint.route("/themes")
@allows(ANYBODY)
@blueprint.response(200, ThemeList)
def list_themes() -> Response:
    """List the themes, with their names in both languages."""
    return answer({"themes": [{"code": theme.code, "label": theme.label} for theme in vocabulary.themes(g.session)]})
