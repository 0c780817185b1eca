import io
import json
import re

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select

from matchmaker import i18n
from matchmaker.domain import Offering
from matchmaker.errors import Unavailable
from matchmaker.ranking import weights
from matchmaker.services import attachments, drafts, links, matching
from matchmaker.web.firms import steps

HAN = re.compile(r"[\u3400-\u9fff]")
PUBLIC = ["", "needs/new", "offerings", "rules", "about"]
NEED = {"problem": "Random vibration test by GB/T 2423.10, CNAS report, 随机振动"}
MORE = {
    "kinds": ["laboratory"], "themes": ["low_carbon"], "trl_now": "5", "needed_by": "2027-03-31", "region": "320600",
    "delivery": ["mail_in"], "budget_max": "3万", "currency": "CNY", "must_haves": "CNAS", "nice_to_haves": "CMA",
    "excluded_platforms": ["tianquan"], "organisation_size_class": "small", "organisation_is_one_person": "true",
    "organisation_region": "320600", "organisation_founded": "2020", "organisation_industry": "C39",
    "organisation_certifications": ["high_tech"],
}
WRONG = {"kinds": "moon", "budget_max": "lots", "must_haves": "x" * 301, "organisation_founded": "3021"}
PRIVATE = [*steps.STEPS, "check", "results", "terms?from=check"]


def begin(session, config, **answers):
    """Begin a draft with a file, and return its key."""
    key = links.new_key()
    drafts.create(session, config, key, {name: [value] if isinstance(value, str) else value
                                         for name, value in answers.items()})
    attachments.add(session, config, links.holder(session, key), "drawing.pdf", io.BytesIO(b"%PDF-1.7"))
    session.commit()
    return key


def compared(session):
    return "&".join(f"offering={id}" for id in session.scalars(select(Offering.id)))


@pytest.fixture
def offering(published, session):
    """An offering that says everything in both languages, with its address."""
    return session.scalar(select(Offering).where(Offering.external_id == "vibration"))


@pytest.fixture
def everything(read, offering, session, config):
    """A function that returns every page of those without an account in one language, but for those of asking."""
    def everything(language):
        full, bare, vain = (begin(session, config, **answers) for answers in (NEED | MORE, NEED, {"problem": "zzz"}))
        pages = [read(f"/{language}/{path}") for path in PUBLIC]
        pages += [read(f"/{language}/offerings/{offering.id}"), read(f"/{language}/offerings?q=nothing-of-the-kind")]
        pages += [read(f"/{language}/needs/{key}/{path}") for key in (full, bare) for path in PRIVATE]
        pages += [read(f"/{language}/needs/{vain}/results"), read(f"/{language}/needs/{bare}/results?only_kind=ai_agent"),
                  read(f"/{language}/needs/{bare}/compare?{compared(session)}"),
                  read(f"/{language}/needs/{bare}/compare", 422), read(f"/{language}/needs/none/check", 404)]
        pages += [read(f"/{language}/needs/{bare}/{path}", 422, data=WRONG) for path in list(steps.STEPS)[1:]]
        return [*pages, read(f"/{language}/needs/new", 422, data={"problem": ""}),
                read(f"/{language}/needs/{bare}/files", 422, data={}),
                read(f"/{language}/nowhere", 404), read(f"/{language}/offerings?kind=moon", 422)]

    return everything


def is_data(script):
    return script.attributes.get("type") == "application/ld+json"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole(everything, language):
    for page in everything(language):
        assert page.one("html")["lang"] == language
        assert len(page.all("h1")) == 1
        assert page.one("title").text
        ids = [element["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids))
        assert not [element for element in page.elements if "style" in element.attributes]
        assert all("src" in script.attributes or is_data(script) for script in page.all("script"))
        assert all(element.attributes.get("for") in ids for element in page.all("label") if "for" in element.attributes)
        described = [target for element in page.elements
                     for target in element.attributes.get("aria-describedby", "").split()]
        assert set(described) <= set(ids)


def test_english_pages_hold_no_chinese(everything):
    for page in everything("en"):
        strange = [text for language, text in page.spoken if language == "en" and HAN.search(text)]
        given = {NEED["problem"], "随机振动"}
        assert [text for text in strange if not any(part in text for part in given)] == []


def test_chinese_pages_hold_no_english_message(everything):
    with (i18n.TRANSLATIONS / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {form for message in read_po(file) if message.id and message.string != message.id
                 for form in ([message.id] if isinstance(message.id, str) else message.id)
                 if re.search(r"[a-z]{2}", form)}
    for page in everything("zh"):
        said = {text for language, text in page.spoken if language == "zh"}
        assert said & known == set()
        sentences = {text for text in said if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", text)}
        assert {text for text in sentences if text not in NEED["problem"] and NEED["problem"] not in text} == set()


@pytest.mark.parametrize(("header", "language"), [("zh-CN,en;q=0.5", "zh"), ("en-GB", "en"), ("fr", "en"), ("", "en")])
def test_the_front_door_opens_in_the_language_of_the_browser(client, header, language):
    answer = client.get("/", headers={"Accept-Language": header})
    assert (answer.status_code, answer.location) == (302, f"/{language}/")


def test_the_switch_of_language_keeps_page_and_query(read, offering):
    page = read("/en/offerings?kind=laboratory&q=a%26b&lang=x")
    assert page.one("a", class_="switch")["href"] == "/zh/offerings?kind=laboratory&q=a%26b&lang=x"
    assert read(f"/zh/offerings/{offering.id}").one("a", class_="switch")["href"] == f"/en/offerings/{offering.id}"
    assert read("/en/nowhere", 404).one("a", class_="switch")["href"] == "/zh/"


def test_the_start_page_counts_what_is_open(read, published):
    page = read("/en/")
    assert page.one("a", href="/en/offerings?kind=laboratory").text == "2 Laboratories"
    assert "4 resources at present" in page.text


def test_the_start_page_of_an_empty_catalogue_says_so(read):
    page = read("/en/")
    assert "0 resources at present" in page.text
    assert page.all("h3") == []


def test_the_rule_card_shows_every_rule_and_weight(read, published):
    page = read("/en/rules")
    card = matching.rule_card(weights.newest())
    for entry in card["hard"] + card["soft"]:
        assert entry["words"] in page.text
    assert len(page.all("table")[0].text.split()) > 50
    assert f"catalogue {matching.current_index(published).catalogue.version}" in page.text


def test_the_rule_card_stands_before_anything_is_published(read, config):
    with pytest.raises(Unavailable):
        matching.current_index(config)
    assert "No catalogue has been published yet." in read("/en/rules").text


def test_the_catalogue_filters_and_says_what_is_in_force(read, published):
    page = read("/en/offerings?kind=laboratory&q=drop")
    assert [heading.text for heading in page.all("h2")][1:] == ["Drop test"]
    assert [chip.text for chip in page.all("a", class_="chip")] == [
        "Take off the filter: Laboratories", "Take off the filter: “drop”"]
    assert page.all("a", class_="chip")[0]["href"] == "/en/offerings?q=drop"
    assert page.one("a", class_="facet", aria_current="true")["href"] == "/en/offerings?q=drop"
    assert page.one("mark").text == "Drop"


def test_an_empty_catalogue_page_says_what_to_do(read):
    page = read("/en/offerings")
    assert "No open resource under these filters" in page.text
    assert page.one("a", class_="btn-primary")["href"] == "/en/needs/new"


def test_the_catalogue_has_pages(read, session, make_offering):
    for number in range(21):
        make_offering(session, title={"en": f"Number {number}"})
    first = read("/en/offerings")
    assert len(first.all("article")) == 20
    second = read(first.one("a", rel="next")["href"])
    assert [heading.text for heading in second.all("h2")][1:] == ["Number 0"]
    assert second.all("a", rel="next") == []
    read("/en/offerings?cursor=nonsense", 422)


def test_an_offering_has_its_page_and_linked_data(read, client, offering):
    page = read(f"/en/offerings/{offering.id}")
    assert page.one("h1").text == "Random vibration test"
    data = json.loads(page.one("script", type="application/ld+json").text)
    assert (data["name"], data["@type"]) == ("Random vibration test", "Service")
    assert data["url"] == f"http://localhost/en/offerings/{offering.id}"
    assert page.one("a", class_="btn-primary")["href"] == "/en/needs/new?kinds=laboratory"


def test_an_offering_that_is_not_open_has_no_page(read, session, make_offering):
    hidden = make_offering(session, status="suspended")
    assert "Not found" in read(f"/en/offerings/{hidden.id}", 404).one("h1").text
    read("/en/offerings/not-an-id", 404)


HOSTILE = '"><script>alert(1)</script></script><img src=x onerror=alert(1)>{{ 7*7 }}'


def test_hostile_offerings_are_shown_as_text(read, session, make_offering):
    texts = {"en": HOSTILE}
    hostile = make_offering(
        session, title=texts, summary=texts, description=texts, keywords=[HOSTILE], standards=[HOSTILE],
        accreditations=[HOSTILE], required_documents=[texts], voucher_schemes=[HOSTILE],
        capabilities=[{"parameter": texts, "min": 1, "max": 2, "unit": HOSTILE}], languages=[HOSTILE],
    )
    for path in (f"/en/offerings/{hostile.id}", "/en/offerings", "/en/offerings?q=alert"):
        page = read(path)
        assert page.all("img") == []
        assert all("alert" not in script.text or is_data(script) for script in page.all("script"))
        assert page.text.count("{{ 7*7 }}") >= 1
        for script in page.all("script", type="application/ld+json"):
            assert json.loads(script.text)["name"] == HOSTILE


def test_the_address_line_cannot_speak_for_us(read):
    page = read("/en/offerings?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.all("script", src="") == []
    assert page.one("input", id="q")["value"] == "<script>alert(1)</script>"
    assert "//evil" not in read("/en/?next=//evil.example").one("a", class_="switch")["href"].split("?")[0]
