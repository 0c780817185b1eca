"""What everybody reads of openness lists: all batches, one of them, a list's versions, a feed, and files."""

import io
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, g, render_template, request, send_file

from matchmaker.errors import Invalid
from matchmaker.services import formats
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.openness import delivery, linked, public
from matchmaker.tabular import export
from matchmaker.web import cards
from matchmaker.web.firms import details
from matchmaker.web.openness import feeds, tables, words
from matchmaker.web.teams import editing_words

blueprint = Blueprint("web_openness", __name__, url_prefix="/openness")

KEPT_FOR = 300
"""Seconds for which others may keep what is published."""


@blueprint.get("")
@allows(ANYBODY)
def overview() -> str:
    """Show all batches and the lists in force."""
    return _render("openness/overview.html", found=public.overview(g.session))


@blueprint.get("/feed.atom")
@allows(ANYBODY)
def feed() -> Response:
    """Tell of batches and new versions, for feed readers."""
    return _kept(feeds.feed(public.overview(g.session), base()), "application/atom+xml")


@blueprint.get("/batches/<int:number>")
@allows(ANYBODY)
def batch(number: int) -> str:
    """Show a batch, its lists, and what it changed."""
    found = public.batch(g.session, number, _since())
    return _render("openness/batch.html", found=found, address=linked.batch_id(number, base()), forms=tables.BATCH)


@blueprint.get("/batches/<int:number>.<any(jsonld,csv,xlsx):form>")
@allows(ANYBODY)
def batch_file(number: int, form: str) -> Response:
    """Give a batch with all its lists as a file."""
    found, versions = public.whole_batch(g.session, number)
    if form == "jsonld":
        return _kept(orjson.dumps(linked.of_batch(found, versions, base())), linked.FORMS[form])
    return _file(form, f"openness-batch-{number}", tables.header(), [row for version in versions
                                                                     for row in tables.rows(version)])


@blueprint.get("/lists/<slug>")
@allows(ANYBODY)
def openness_list(slug: str) -> str:
    """Show the version of a list that is in force."""
    return _version(slug, None)


@blueprint.get("/lists/<slug>/<int:number>")
@allows(ANYBODY)
def version(slug: str, number: int) -> str:
    """Show one version of a list, as it was published."""
    return _version(slug, number)


@blueprint.get("/lists/<slug>/<int:number>.<any(json,jsonld,csv,xlsx):form>")
@allows(ANYBODY)
def version_file(slug: str, number: int, form: str) -> Response:
    """Give a version as a file; the JSON is, byte for byte, what its fingerprint covers."""
    found = public.version(g.session, slug, number).version
    if form == "json":
        return _kept((found.document or "").encode(), linked.FORMS[form])
    if form == "jsonld":
        return _kept(orjson.dumps(linked.of_version(found, base())), linked.FORMS[form])
    return _file(form, f"openness-{slug}-{number}", tables.header(), tables.rows(found))


def base() -> str:
    """Return the address under which this service is known to the world."""
    return str(current_app.config["MATCHMAKER"].public_url).rstrip("/")


def _version(slug: str, number: int | None) -> str:
    opened = public.version(g.session, slug, number, _since())
    kept = delivery.delivery(g.session, opened.version) if opened.is_newest else None
    address = linked.version_id(slug, opened.version.number, base())
    return _render("openness/version.html", opened=opened, kept=kept, address=address, forms=tables.VERSION,
                   data=linked.of_version(opened.version, base()), today=formats.today(), details=details)


def _since() -> int | None:
    """Return the number of what to compare with, as the address has it."""
    since = request.args.get("since", "")
    if not since:
        return None
    if not (since.isascii() and since.isdecimal() and len(since) < 7):
        raise Invalid("Compare with an earlier version or batch, by its number.")
    return int(since)


def _render(template: str, **values: Any) -> str:
    return render_template(template, says=words, fields=editing_words, formats=formats, cards=cards, **values)


def _kept(content: bytes, media_type: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return answer


def _file(form: str, name: str, header: list[str], rows: list[list[Any]]) -> Response:
    content = b"".join(export.as_csv(header, rows)) if form == "csv" else export.as_xlsx(header, rows)
    answer = send_file(io.BytesIO(content), linked.FORMS[form], as_attachment=True, download_name=f"{name}.{form}",
                       etag=False)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return answer
