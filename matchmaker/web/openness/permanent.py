"""Permanent addresses of lists and batches, without a language: they lead to the page in the reader's own, or, for
programs that ask for linked data, to that."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.openness.linked import FORMS

blueprint = Blueprint("permanent", __name__, url_prefix="/id")
ASKED = ("text/html", FORMS["jsonld"])


@blueprint.get("/lists/<slug>")
@allows(ANYBODY)
def openness_list(slug: str) -> Response:
    """Lead to the version of a list that is in force."""
    return redirect(url_for("web_openness.openness_list", slug=slug), 303)


@blueprint.get("/lists/<slug>/<int:number>")
@allows(ANYBODY)
def version(slug: str, number: int) -> Response:
    """Lead to one version of a list."""
    if _asks_for_data():
        return _data("web_openness.version_file", slug=slug, number=number, form="jsonld")
    return _seen(redirect(url_for("web_openness.version", slug=slug, number=number), 303))


@blueprint.get("/lists/<slug>/<int:number>.<any(json,jsonld,csv,xlsx):form>")
@allows(ANYBODY)
def version_file(slug: str, number: int, form: str) -> Response:
    """Lead to one version of a list as a file."""
    return redirect(url_for("web_openness.version_file", slug=slug, number=number, form=form), 303)


@blueprint.get("/batches/<int:number>")
@allows(ANYBODY)
def batch(number: int) -> Response:
    """Lead to a batch."""
    if _asks_for_data():
        return _data("web_openness.batch_file", number=number, form="jsonld")
    return _seen(redirect(url_for("web_openness.batch", number=number), 303))


def _asks_for_data() -> bool:
    return request.accept_mimetypes.best_match(ASKED, ASKED[0]) == ASKED[1]


def _data(endpoint: str, **values: Any) -> Response:
    return _seen(redirect(url_for(endpoint, **values), 303))


def _seen(answer: Response) -> Response:
    """Say what the answer depends on."""
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer
