"""The public pages of openness lists and what can be taken along from them."""

import csv
import hashlib
import io
from xml.etree import ElementTree

import pytest
import python_calamine
from sqlalchemy import select

from matchmaker.config import Config
from matchmaker.domain import Offering
from matchmaker.services.openness import drafting
from tests.listing import draft, editor, publish
from tests.making import add_lead

SHAPES = Config().data / "openness.shacl.ttl"
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated.*:DeprecationWarning:(rdflib|pyshacl)")
"""The parsers of linked data warn of their own insides."""


@pytest.fixture
def listed(session, config, make_offering):
    """A platform with two published versions of its list, in two batches; and who edits it."""
    for number in ("a", "b"):
        found = make_offering(session, external_id=number, contact="desk@jianghai.example", price_min=500,
                              price_max=1000, currency="CNY", capacity={"unit": "day", "maximum": 5, "available": 2},
                              title={"zh": f"试验{number}", "en": f"Test {number}"})
        found.content_hash = Offering.hash_content(found.content)
    found.title = {"en": "=cmd|' /C calc'!A0"}
    who, platform = editor(session), found.platform
    publish(session, config, draft(session, who, platform))
    second = draft(session, who, platform)
    drafting.choose(session, who, second.id, {"b"})
    drafting.describe(session, who, second.id, {"title_zh": "清单", "title_en": "The list", "note": "One goes.",
                                                "response_days": 2, "valid_through": second.valid_through})
    publish(session, config, second)
    session.commit()
    return platform


def graph(text: str):
    rdflib = pytest.importorskip("rdflib")
    return rdflib.Graph().parse(data=text, format="json-ld")


def faults(data) -> str:
    import pyshacl

    conforms, _report, words = pyshacl.validate(data, shacl_graph=SHAPES.read_text(encoding="utf-8"),
                                                shacl_graph_format="turtle")
    return "" if conforms else words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_exports_are_linked_data_that_the_shapes_accept(client, listed, language):
    for path in ("lists/jianghai/1", "lists/jianghai/2", "batches/1", "batches/2"):
        answer = client.get(f"/{language}/openness/{path}.jsonld")
        assert answer.mimetype == "application/ld+json"
        found = graph(answer.text)
        assert faults(found) == ""
        assert "desk@" not in answer.text
        assert len(found) > 20


@pytest.mark.parametrize(("lost", "words"), [
    ('"dct:publisher"', "publisher"), ('"dct:identifier"', "identifier"), ('"schema:name"', "name"),
    ('"spdx:checksumValue"', "checksumValue"), ('"dct:issued"', "issued"),
])
def test_the_shapes_refuse_what_lacks_a_mandatory_property(client, listed, lost, words):
    text = client.get("/en/openness/lists/jianghai/2.jsonld").text.replace(lost, '"schema:other"')
    assert words in faults(graph(text))


def test_the_fingerprint_is_that_of_the_json(client, listed, read):
    page = read("/en/openness/lists/jianghai/1")
    digest = hashlib.sha256(client.get("/en/openness/lists/jianghai/1.json").data).hexdigest()
    assert digest in page.text


def test_tables_hold_the_entries_and_no_formula(client, listed):
    answer = client.get("/zh/openness/lists/jianghai/1.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][0] == "平台"
    assert [row[3] for row in rows[1:]] == ["a", "b"]
    assert rows[2][5].startswith("'=")
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(
        client.get("/en/openness/batches/1.xlsx").data)).get_sheet_by_index(0).to_python()
    assert (len(sheet), sheet[2][5][:2]) == (3, "'=")


def test_a_version_says_what_changed_and_leads_to_the_one_in_force(read, listed):
    page = read("/en/openness/lists/jianghai/2")
    assert "1 left out" in page.text
    assert "Test a" in page.text
    assert "One goes." in page.text
    assert "no longer in force" in read("/en/openness/lists/jianghai/1").text
    assert "no longer in force" not in read("/en/openness/lists/jianghai").text
    assert read("/en/openness/batches/2").text.count("1 left out") >= 1
    for path in ("lists/nobody", "lists/jianghai/9", "batches/9", "lists/jianghai/2?since=2"):
        read(f"/en/openness/{path}", 404)
    for path in ("lists/jianghai/2?since=x", "batches/2?since=²"):
        read(f"/en/openness/{path}", 422)


def test_permanent_addresses_lead_on_by_language_and_by_kind(client, listed):
    def led(path, **headers):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 303
        return answer.location

    assert led("/id/lists/jianghai/1", **{"Accept-Language": "zh"}) == "/zh/openness/lists/jianghai/1"
    assert led("/id/lists/jianghai/1", Accept="application/ld+json") == "/en/openness/lists/jianghai/1.jsonld"
    assert led("/id/batches/2", Accept="application/ld+json") == "/en/openness/batches/2.jsonld"
    assert led("/id/batches/2") == "/en/openness/batches/2"
    assert led("/id/lists/jianghai") == "/en/openness/lists/jianghai"
    assert led("/id/lists/jianghai/1.json") == "/en/openness/lists/jianghai/1.json"


def test_the_feed_tells_of_batches_and_versions(client, listed):
    root = ElementTree.fromstring(client.get("/zh/openness/feed.atom").data)
    name = {"a": "http://www.w3.org/2005/Atom"}
    ids = [entry.findtext("a:id", namespaces=name) for entry in root.findall("a:entry", name)]
    assert [one.partition("/id/")[2] for one in ids] == ["batches/2", "lists/jianghai/2", "batches/1", "lists/jianghai/1"]
    assert all(entry.findtext("a:updated", namespaces=name) for entry in root.findall("a:entry", name))


def test_promises_are_set_against_what_was_delivered_from_five_firms_on(session, read, listed):
    offering = session.scalars(select(Offering).where(Offering.external_id == "b")).one()
    leads = [add_lead(session, offering) for _number in range(4)]
    session.commit()
    assert "Fewer than five firms" in read("/en/openness/lists/jianghai").text
    leads.append(add_lead(session, offering))
    for lead in leads[:3]:
        lead.first_response_at = lead.created_at
    leads[3].due_at = leads[3].created_at
    session.commit()
    said = read("/en/openness/lists/jianghai").text
    assert "3 of 4 in time (75%)" in said
    assert "within 2 working days" in said


def test_a_suspended_platform_stays_readable_and_is_not_in_force(session, read, listed):
    listed.suspended_at = listed.created_at
    session.commit()
    assert "suspended this platform" in read("/en/openness/lists/jianghai").text
    assert "Jianghai" not in read("/en/openness").text


def test_without_lists_the_pages_say_so(read):
    assert "No list is published yet" in read("/en/openness").text
    read("/en/openness/lists/jianghai", 404)
