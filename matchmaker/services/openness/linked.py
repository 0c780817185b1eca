"""Published lists and batches as linked data: DCAT 3 for the catalogue, schema.org for what is opened.

The context stands in each document, so that nothing has to be fetched to read it. What a document has at least is said
by ``data/openness.shacl.ttl``.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from babel.numbers import get_currency_precision

from matchmaker.domain import Batch, ListVersion, Organisation

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/", "spdx": "http://spdx.org/rdf/terms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}
FORMS = {"json": "application/json", "jsonld": "application/ld+json", "csv": "text/csv",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Node = dict[str, Any]


def of_version(version: ListVersion, base: str) -> Node:
    """Return a published version as a document; `base` is the address of this service, without a slash at its end."""
    return {"@context": CONTEXT, **_dataset(version, base)}


def of_batch(batch: Batch, versions: Sequence[ListVersion], base: str) -> Node:
    """Return a published batch with all its lists as a document."""
    return {"@context": CONTEXT, "@id": batch_id(batch.number, base), "@type": "dcat:Catalog",
            "dct:title": _texts(batch.title), "dct:identifier": f"batch/{batch.number}",
            "dct:issued": _moment(batch.published_at), "spdx:checksum": _checksum(batch.content_hash),
            "dcat:dataset": [_dataset(version, base) for version in versions]}


def version_id(slug: str | None, number: int, base: str) -> str:
    """Return the permanent address of a version, which redirects to its page in the reader's language."""
    return f"{base}/id/lists/{slug}/{number}"


def batch_id(number: int | None, base: str) -> str:
    """Return the permanent address of a batch."""
    return f"{base}/id/batches/{number}"


def _dataset(version: ListVersion, base: str) -> Node:
    platform = version.openness_list.platform
    here = version_id(platform.slug, version.number, base)
    found = {
        "@id": here, "@type": ["dcat:Dataset", "schema:OfferCatalog"], "dct:title": _texts(version.title),
        "dct:identifier": f"{platform.slug}/{version.number}", "dct:publisher": _publisher(platform, base),
        "dct:issued": _moment(version.published_at), "dcat:version": str(version.number),
        "dct:isPartOf": {"@id": batch_id(version.batch.number, base)} if version.batch else None,
        "dcat:previousVersion": {"@id": version_id(platform.slug, version.number - 1, base)}
        if version.number > 1 else None,
        "dct:valid": _day(version.valid_through), "spdx:checksum": _checksum(version.content_hash),
        "dcat:distribution": [
            {"@type": "dcat:Distribution", "dcat:mediaType": media_type, "dcat:downloadURL": {"@id": f"{here}.{form}"}}
            for form, media_type in FORMS.items()],
        "schema:numberOfItems": len(version.entries),
        "schema:itemListElement": [_service(entry.public, platform, here, base) for entry in version.entries],
    }
    return _filled(found)


def _service(content: Mapping[str, Any], platform: Organisation, here: str, base: str) -> Node:
    """Return one entry: what (name, type, description), to whom (audience, area) and how (terms, price)."""
    eligibility = content.get("eligibility") or {}
    return _filled({
        "@id": f"{here}#{quote(content['external_id'], safe='')}", "@type": "schema:Service",
        "dct:identifier": content["external_id"], "schema:name": _texts(content["title"]),
        "schema:description": _texts(content.get("summary")) or _texts(content.get("description")),
        "schema:serviceType": content["kind_code"], "schema:provider": {"@id": _publisher_id(platform, base)},
        "schema:areaServed": content.get("regions"), "schema:keywords": content.get("keywords"),
        "schema:audience": [{"@type": "schema:BusinessAudience", "schema:audienceType": size}
                            for size in eligibility.get("size_classes") or []],
        "schema:termsOfService": content.get("terms_url"), "schema:offers": _offer(content),
        "dct:conformsTo": content.get("standards"), "dct:modified": _day(content.get("verified_at")),
    })


def _offer(content: Mapping[str, Any]) -> Node | None:
    if content.get("price_max") is None and content.get("price_min") is None:
        return None
    currency = content.get("currency") or "CNY"
    units = 10 ** get_currency_precision(currency)
    price = _filled({"@type": "schema:PriceSpecification", "schema:priceCurrency": currency,
                     "schema:minPrice": _major(content.get("price_min"), units),
                     "schema:maxPrice": _major(content.get("price_max"), units)})
    return {"@type": "schema:Offer", "schema:priceSpecification": price}


def _publisher(platform: Organisation, base: str) -> Node:
    return {"@id": _publisher_id(platform, base), "@type": ["foaf:Agent", "schema:Organization"],
            "schema:name": _texts(platform.name)}


def _publisher_id(platform: Organisation, base: str) -> str:
    return f"{base}/id/lists/{platform.slug}#platform"


def _checksum(digest: str | None) -> Node:
    return {"@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": digest}


def _texts(texts: Mapping[str, str] | None) -> list[Node]:
    return [{"@value": words, "@language": language} for language, words in (texts or {}).items() if words]


def _moment(value: Any) -> Node | None:
    return {"@value": value.isoformat(), "@type": "xsd:dateTime"} if value else None


def _day(value: Any) -> Node | None:
    return {"@value": str(value), "@type": "xsd:date"} if value else None


def _major(amount: int | None, units: int) -> float | None:
    return None if amount is None else amount / units


def _filled(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in (None, [], {})}
