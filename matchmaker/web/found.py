"""What search engines are told: which pages there are in which language, and which are nobody's business."""

from collections.abc import Iterator
from xml.etree import ElementTree

from flask import Blueprint, Response, current_app, g, request, url_for

from matchmaker.i18n import LANGUAGES
from matchmaker.services import catalogue
from matchmaker.services.access import ANYBODY, allows
from matchmaker.services.openness import public

blueprint = Blueprint("found", __name__)

SITEMAP, XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
MOST = 20_000
"""Open resources in the sitemap; with two languages a sitemap has at most 50,000 addresses."""
KEPT_FOR = 3600
PAGES = ("web_start.start", "web_catalogue.offerings", "web_openness.overview", "web_targets.board", "web_pages.rules",
         "web_pages.about")
PUBLIC = frozenset({*PAGES, "web_catalogue.offering", "web_openness.batch", "web_openness.version",
                    "web_openness.openness_list"})
"""The pages that search engines may show; all others are left out of their answers."""
PRIVATE = ("my/", "needs/", "platform/", "operator/", "incubator/", "leads", "account", "people", "sign-in")


@blueprint.get("/robots.txt")
@allows(ANYBODY)
def robots() -> Response:
    """Tell programs that read all pages which ones to leave alone, and where the others are listed."""
    lines = ["User-agent: *", *(f"Disallow: /{language}/{place}" for language in LANGUAGES for place in PRIVATE),
             "Disallow: /api/", f"Sitemap: {base()}/sitemap.xml", ""]
    return _kept("\n".join(lines).encode(), "text/plain")


@blueprint.get("/sitemap.xml")
@allows(ANYBODY)
def sitemap() -> Response:
    """List the public pages, each in both languages."""
    ElementTree.register_namespace("", SITEMAP)
    ElementTree.register_namespace("xhtml", XHTML)
    root = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    for addresses, changed in _pages():
        for address in addresses.values():
            entry = ElementTree.SubElement(root, f"{{{SITEMAP}}}url")
            ElementTree.SubElement(entry, f"{{{SITEMAP}}}loc").text = address
            if changed:
                ElementTree.SubElement(entry, f"{{{SITEMAP}}}lastmod").text = changed
            for language, other in addresses.items():
                ElementTree.SubElement(entry, f"{{{XHTML}}}link",
                                       {"rel": "alternate", "hreflang": language, "href": other})
    head = b'<?xml version="1.0" encoding="utf-8"?>\n'
    return _kept(head + ElementTree.tostring(root, encoding="utf-8"), "application/xml")


def base() -> str:
    """Return the address under which this service is known to the world, without a slash at its end."""
    return str(current_app.config["MATCHMAKER"].public_url).rstrip("/")


def canonical() -> dict[str, str] | None:
    """Return the addresses under which search engines know this page, by language; None for one they do not show."""
    if request.endpoint not in PUBLIC or request.method != "GET":
        return None
    return _addresses(request.endpoint, **(request.view_args or {}))


def _pages() -> Iterator[tuple[dict[str, str], str]]:
    """Yield the addresses of each public page by language, and when it changed last."""
    for endpoint in PAGES:
        yield _addresses(endpoint), ""
    for batch, lists in public.overview(g.session).batches:
        day = batch.published_at.date().isoformat() if batch.published_at else ""
        yield _addresses("web_openness.batch", number=batch.number), day
        for listed in lists:
            slug = listed.version.openness_list.platform.slug
            yield _addresses("web_openness.version", slug=slug, number=listed.version.number), day
    for offering_id, changed_at in catalogue.open_addresses(g.session, MOST):
        yield _addresses("web_catalogue.offering", offering_id=offering_id), changed_at.date().isoformat()


def _addresses(endpoint: str, **values: object) -> dict[str, str]:
    return {language: base() + url_for(endpoint, **{**values, "lang": language})  # type: ignore[arg-type]
            for language in LANGUAGES}


def _kept(content: bytes, media_type: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return answer
