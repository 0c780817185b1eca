"""What search engines are told."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from matchmaker.services.openness.drafting import Start
from tests.listing import draft, editor, publish
from tests.making import add_lead

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def offering(session, config, app, make_offering):
    """An open offering on a published list; the service is known as m.example."""
    app.config["MATCHMAKER"] = replace(app.config["MATCHMAKER"], public_url="https://m.example/")
    found = make_offering(session, external_id="a")
    publish(session, config, draft(session, editor(session), found.platform, Start.OPEN))
    session.commit()
    return found


def test_the_sitemap_lists_public_pages_in_both_languages_and_each_answers(client, offering):
    root = ElementTree.fromstring(client.get("/sitemap.xml").data)
    places = [url.findtext("s:loc", namespaces=NAMES) for url in root.findall("s:url", NAMES)]
    for path in ("/zh/", "/en/openness/lists/jianghai/1", "/zh/openness/batches/1", f"/en/offerings/{offering.id}"):
        assert f"https://m.example{path}" in places
    assert len(places) == len(set(places))
    for place in places:
        answer = client.get(place.removeprefix("https://m.example"))
        assert answer.status_code == 200, place
        assert f'<link rel="canonical" href="{place}">' in answer.text
        assert 'content="noindex"' not in answer.text
    for url in root.findall("s:url", NAMES):
        assert {link.get("hreflang") for link in url.findall("x:link", NAMES)} == {"zh", "en"}


def test_what_is_closed_is_not_in_the_sitemap(client, session, offering):
    offering.platform.suspended_at = offering.created_at
    session.commit()
    assert str(offering.id) not in client.get("/sitemap.xml").text


def test_pages_of_firms_and_teams_are_not_to_be_found(client, offering):
    assert 'content="noindex"' in client.get("/en/sign-in").text
    assert 'content="noindex"' in client.get("/en/nowhere", headers={"Accept": "text/html"}).text
    robots = client.get("/robots.txt").text
    assert "Disallow: /zh/my/" in robots
    assert "Sitemap: https://m.example/sitemap.xml" in robots


def test_titles_and_descriptions_are_of_the_page(read, offering):
    seen = set()
    for path in ("", "offerings", "openness", "openness/batches/1", "openness/lists/jianghai/1", "openness/targets"):
        page = read(f"/en/{path}")
        seen.add((page.all("title")[0].text, page.one("meta", name="description")["content"] if path.startswith("open")
                  else path))
    assert len(seen) == 6


def test_the_start_page_shows_what_is_open_the_last_batch_and_answer_times(session, read, offering):
    said = read("/en/").text
    assert "Too few firms have asked yet" in said
    assert "Batch 1" in said
    for _number in range(5):
        lead = add_lead(session, offering)
        lead.first_response_at = lead.created_at
    session.commit()
    assert "0 days" in read("/en/").text
