import gzip
import re

import pytest

from matchmaker.domain import Need, Ranking
from matchmaker.services import matching

PROBLEM = "Random vibration test of a bracket by GB/T 2423.10, with a CNAS report"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture(autouse=True)
def _index(published):
    """Every test here has something to match with."""


def titles(page):
    return [heading.text for heading in page.all("h3") if heading.attributes.get("id", "").startswith("match-")]


def hidden(page):
    """Return the need that the page carries, as the form `the-need` would send it."""
    start = next(place for place, element in enumerate(page.elements) if element.attributes.get("id") == "the-need")
    fields = []
    for element in page.elements[start + 1:]:
        if element.tag != "input" or element.attributes.get("type") != "hidden":
            break
        fields.append((element["name"], element["value"]))
    return dict(fields)


def test_the_form_asks_for_the_problem_first(read):
    page = read("/en/needs/new")
    first = next(element for element in page.elements if element.tag in ("input", "textarea", "select")
                 and element.attributes.get("type") != "hidden")
    assert first["name"] == "problem"
    assert all("open" not in group.attributes for group in page.all("details"))


def test_the_form_comes_filled_with_what_the_address_says(read):
    page = read("/en/needs/new?kinds=laboratory&problem=Drop+test&nonsense=1")
    assert page.one("textarea", id="f-problem").texts == ["\nDrop test"]
    assert "checked" in page.one("input", value="laboratory").attributes
    assert [group.attributes.get("open") is not None for group in page.all("details", class_="group")] == [
        True, False, False, False]


def test_the_quick_field_of_the_start_page_leads_to_the_form(read):
    start = read("/en/")
    assert start.one("form", class_="ask")["action"] == "/en/needs/new"
    assert start.one("textarea", id="ask")["name"] == "problem"
    page = read("/en/needs/new", data={"problem": PROBLEM})
    assert page.one("textarea", id="f-problem").text == PROBLEM
    assert page.all("div", class_="summary") == []


def test_a_need_without_words_gets_its_faults_linked(read):
    page = read("/en/needs", 422, data={"problem": "  ", "budget_max": "lots"})
    summary = page.one("div", class_="summary")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    links = {link["href"]: link.text for link in page.all("a") if link["href"].startswith("#f-")}
    assert set(links) == {"#f-problem", "#f-budget-max"}
    for target, words in links.items():
        field = page.one("textarea" if target == "#f-problem" else "input", id=target[1:])
        assert field["aria-invalid"] == "true"
        fault = page.one("p", id=f"{target[1:]}-fault")
        assert f"{target[1:]}-fault" in field["aria-describedby"].split()
        assert fault.text.removeprefix("Error: ") in words
    assert page.one("input", id="f-budget-max")["value"] == "lots"
    assert page.one("title").text.startswith("Error: ")
    assert [group.attributes.get("open") is not None for group in page.all("details", class_="group")][1]


def test_faults_are_said_in_chinese(read):
    page = read("/zh/needs", 422, data={})
    assert "请说明您需要什么，一句话即可。" in page.one("div", class_="summary").text


def test_a_need_gets_its_matches_with_reasons(read):
    page = read("/en/needs", data={"problem": PROBLEM})
    assert titles(page)[0] == "Random vibration test"
    assert {mark.text.lower() for mark in page.all("mark")} >= {"random", "vibration"}
    assert page.all("dl", class_="factors")
    assert "GB/T 2423.10" in page.one("section", class_="profile").text
    assert len(page.all("h1")) == 1


def test_contributions_are_shown_and_add_up(read):
    page = read("/en/needs", data={"problem": PROBLEM})
    table = page.all("details", class_="sum")[0].text
    points = [float(found.replace("−", "-")) for found in re.findall(r"[+−]\d+\.\d\d", table)]
    assert points[-1] == pytest.approx(sum(points[:-1]), abs=0.08)


def test_nothing_is_stored_and_nothing_is_kept_by_browsers(client, session):
    answer = client.post("/en/needs", data={"problem": PROBLEM})
    assert answer.headers["Cache-Control"] == "no-store"
    assert session.query(Need).count() == session.query(Ranking).count() == 0


def test_reloading_the_results_leads_to_the_form(client):
    answer = client.get("/zh/needs")
    assert (answer.status_code, answer.location) == (302, "/zh/needs/new")


def test_the_results_carry_the_need_along(read):
    sent = {"problem": PROBLEM + "\nand more", "budget_max": "30000", "kinds": "laboratory",
            "organisation_region": "320500", "csrf_token": "stale", "only_kind": "laboratory"}
    page = read("/en/needs", data=sent)
    carried = hidden(page)
    assert carried.pop("csrf_token") != "stale"
    assert carried == {name: value for name, value in sent.items() if name not in ("csrf_token", "only_kind")}
    switch = page.one("button", class_="switch")
    assert (switch["form"], switch["formaction"]) == ("the-need", "/zh/needs")
    assert read("/zh/needs", data=carried).one("html")["lang"] == "zh"


def test_filters_narrow_what_is_shown_and_can_be_taken_off(read):
    page = read("/en/needs", data={"problem": "vibration drop GPU training", "only_kind": "compute"})
    assert "Random vibration test" not in titles(page)
    assert "checked" in page.one("input", id="only-kind-compute").attributes
    assert {option["value"] for option in page.all("input", name="only_kind")} >= {"", "compute", "laboratory"}
    nothing = read("/en/needs", data={"problem": PROBLEM, "only_kind": "ai_agent"})
    assert "Nothing fits under this filter" in nothing.text
    assert nothing.one("button", class_="btn-quiet", formaction="/en/needs")["form"] == "the-need"


def test_a_filter_that_names_nothing_is_left_out(read):
    plain = read("/en/needs", data={"problem": PROBLEM})
    assert titles(read("/en/needs", data={"problem": PROBLEM, "only_kind": "x", "only_region": "y"})) == titles(plain)


def test_the_profile_is_corrected_by_a_form_without_javascript(read):
    page = read("/en/needs", data={"problem": PROBLEM + " in Nantong before 31 March 2027 for 30,000 yuan"})
    assert page.one("input", id="c-f-budget-max")["value"] == "30000"
    assert page.one("input", id="c-f-needed-by")["value"] == "2027-03-31"
    assert "selected" in page.one("option", value="320600", ).attributes
    corrected = read("/en/needs", data={"problem": PROBLEM, "kinds": ["compute"], "region": "110000"})
    chips = [chip.text for chip in corrected.all("li", class_="chip")]
    assert (chips[0], "Beijing" in chips) == ("Computing power", True)


def test_when_nothing_fits_the_page_says_what_would_change_the_answer(read):
    page = read("/en/needs", data={"problem": "hairdresser"})
    assert page.one("h1").text == "Nothing fits yet"
    assert "Say in two or three sentences" in page.one("section", class_="nothing").text


def test_a_near_miss_says_the_rule_and_the_way_out(read, session, published, monkeypatch):
    found = matching.match(matching.current_index(published), {"problem": PROBLEM}, language="en")
    near = {"offering": found["matches"][0]["offering"], "fit": 0.8,
            "rules": [{"name": "region", "detail": "Only for firms registered in <Zhejiang>"}]}
    monkeypatch.setattr(matching, "match", lambda *args, **options: found | {"near_misses": [near]})
    card = read("/en/needs", data={"problem": PROBLEM}).one("article", class_="near")
    assert "Only for firms registered in <Zhejiang>" in card.text
    assert "If your firm is also registered there" in card.text


def test_a_hostile_need_is_shown_as_text(read):
    for path in ("/en/needs", "/en/needs/new"):
        page = read(path, data={"problem": f"vibration {HOSTILE}", "nice_to_haves": HOSTILE, "quantity": HOSTILE})
        assert page.all("img") == []
        assert all(script.text == "" for script in page.all("script"))
    page = read("/en/needs", 422, data={"budget_max": HOSTILE, "region": HOSTILE, "kinds": HOSTILE})
    assert page.all("img") == []
    assert page.one("input", id="f-budget-max")["value"] == HOSTILE


def test_the_form_needs_its_token(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/en/needs", data={"problem": PROBLEM}).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/en/needs/new").text)[1]
    assert client.post("/en/needs", data={"problem": PROBLEM, "csrf_token": token}).status_code == 200


def test_what_browsers_load_stays_small(client):
    page = client.post("/en/needs", data={"problem": PROBLEM}).text
    scripts = re.findall(r'<script src="([^"]+)"', page)
    assert scripts
    sizes = []
    for script in scripts:
        with client.get(script) as answer:
            sizes.append(len(gzip.compress(answer.data)))
    assert sum(sizes) < 60_000


def test_static_files_are_named_after_their_content_and_kept(client):
    page = client.get("/en/").text
    for address in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page):
        with client.get(address) as answer:
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["Cache-Control"]
            assert re.search(r"\?v=[0-9a-f]{12}$", address)
