"""The Atom feed (RFC 4287) of what is published: a line for each batch and each version of a list."""

import datetime as dt
from xml.etree import ElementTree

from matchmaker.domain import Batch, ListVersion
from matchmaker.i18n import current_language, gettext, pick
from matchmaker.services.openness import linked
from matchmaker.services.openness.public import Overview
from matchmaker.web.openness import words

ATOM = "http://www.w3.org/2005/Atom"
MOST = 100
NEVER = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def feed(found: Overview, base: str) -> bytes:
    """Return the feed of all batches, the newest first, in the current language."""
    ElementTree.register_namespace("", ATOM)
    language = current_language()
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    newest = next((batch.published_at for batch, _lists in found.batches), None) or NEVER
    _add(root, "id", f"{base}/{language}/openness/feed.atom")
    _add(root, "title", gettext("Openness lists"))
    _add(root, "updated", newest.isoformat())
    _add(_add(root, "author"), "name", gettext("Matchmaker"))
    ElementTree.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": f"{base}/{language}/openness/feed.atom"})
    entries = [entry for batch, lists in found.batches
               for entry in (_batch(batch, [listed.count for listed in lists], base),
                             *(_version(listed.version, listed.count, base) for listed in lists))]
    root.extend(entries[:MOST])
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="utf-8")


def _batch(batch: Batch, counts: list[int], base: str) -> ElementTree.Element:
    said = f"{words.lists(len(counts))} · {words.resources(sum(counts))}"
    title = f"{gettext('Batch %(number)s', number=batch.number)}{gettext(': ')}{pick(batch.title)}"
    return _entry(linked.batch_id(batch.number, base), title, batch.published_at, said)


def _version(version: ListVersion, count: int, base: str) -> ElementTree.Element:
    platform = version.openness_list.platform
    title = f"{pick(platform.name)}{gettext(': ')}{pick(version.title)} · " + gettext(
        "Version %(number)s", number=version.number)
    said = f"{words.resources(count)}{gettext('; ')}{version.note}" if version.note else words.resources(count)
    return _entry(linked.version_id(platform.slug, version.number, base), title, version.published_at, said)


def _entry(address: str, title: str, at: dt.datetime | None, said: str) -> ElementTree.Element:
    entry = ElementTree.Element(f"{{{ATOM}}}entry")
    _add(entry, "id", address)
    _add(entry, "title", title)
    for name in ("updated", "published"):
        _add(entry, name, (at or NEVER).isoformat())
    ElementTree.SubElement(entry, f"{{{ATOM}}}link", {"href": address})
    _add(entry, "summary", said)
    return entry


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text
    return child
