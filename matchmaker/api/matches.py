"""Needs come in, matches go out; nothing is stored."""

from typing import Any

from flask import Response, current_app

from matchmaker.api.common import Blueprint, answer
from matchmaker.api.documents import ProblemDocument
from matchmaker.domain.choices import Ranking
from matchmaker.i18n import current_language
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.needs import MatchRequestSchema
from matchmaker.services import matching, plain
from matchmaker.services.access import ANYBODY, allows
from matchmaker.storage import reads_only

blueprint = Blueprint("matches", __name__, description="Offerings that fit a need, with the reasons")


@blueprint.route("/matches", methods=["POST"])
@allows(ANYBODY)
@reads_only
@blueprint.arguments(MatchRequestSchema)
@blueprint.response(200, MatchesAnswer)
@blueprint.alt_response(400, schema=ProblemDocument, content_type="application/problem+json")
@blueprint.alt_response(422, schema=ProblemDocument, content_type="application/problem+json")
@blueprint.alt_response(503, schema=ProblemDocument, content_type="application/problem+json")
def find(wanted: dict[str, Any]) -> Response:
    """Match a need with the open offerings.

    Only `need.problem` is required, in Chinese or English. Each match's `contributions` add up to its `score`; `fit`
    is comparable between needs. Whoever does not want to be ranked by a machine sets `ranking` to `off`. Words come in
    the language that Accept-Language prefers. Nothing is stored.
    """
    index = matching.current_index(current_app.config["MATCHMAKER"])
    wanted["language"] = wanted["language"] or current_language()
    ranking, after = wanted.pop("ranking"), wanted.pop("after")
    if ranking == Ranking.OFF:
        return answer(plain.match(index, **wanted, after=after))
    return answer(matching.match(index, **wanted))
