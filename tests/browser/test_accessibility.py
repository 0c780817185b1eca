import re

import pytest

from .conftest import LOOKS, NEEDS, NOWHERE, begin_need, compare_first, go_on, send_need

pytestmark = pytest.mark.browser

LONG = "Elektromagnetischeverträglichkeitsprüfungsdienstleistungsverzeichnis" * 3


def start(page, language):
    """The start page."""


def problem(page, language):
    page.goto(f"/{language}/needs/new")
    open_all(page)


def nothing_said(page, language):
    page.goto(f"/{language}/needs/new")
    go_on(page)
    page.wait_for_selector("#summary")


def resource(page, language):
    page.goto(f"/{language}/needs/new")
    begin_need(page, NEEDS[language])
    open_all(page)


def step(name):
    """Return a function that goes to a step of a need that was begun."""
    def to_step(page, language):
        resource(page, language)
        page.goto(page.url.replace("/resource", f"/{name}"))
        open_all(page)

    to_step.__name__ = name
    return to_step


terms, conditions, firm, check = map(step, ("terms", "conditions", "firm", "check"))


def faulty(page, language):
    terms(page, language)
    page.fill("#f-budget-max", LONG)
    go_on(page)
    page.wait_for_selector("#summary")


def attached(page, language):
    conditions(page, language)
    page.set_input_files("#f-file", {"name": f"{LONG}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.click(".file-row button")
    page.wait_for_selector(".file-list")


def refused_file(page, language):
    conditions(page, language)
    page.set_input_files("#f-file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"dear all"})
    page.click(".file-row button")
    page.wait_for_selector("#summary")


def open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach((group) => group.open = true)")


def results(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, NEEDS[language])
    open_all(page)


def long_words(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, LONG)


def excluded(page, language):
    firm(page, language)
    page.select_option("#f-organisation-region", "540000")
    page.check('[name="organisation_size_class"][value="large"]')
    page.click("#need button[value=results]")
    page.wait_for_selector("#results")


def ticked(page, language):
    results(page, language)
    page.locator("input[type=checkbox][name=offering]").first.check()


def side_by_side(page, language):
    results(page, language)
    compare_first(page, 2)


def four_side_by_side(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, {"en": "vibration test report", "zh": "振动试验报告"}[language])
    compare_first(page, min(4, page.locator("input[type=checkbox][name=offering]").count()))
    page.check("#only-different", force=True)


def how_matched(page, language):
    results(page, language)
    page.goto(re.sub(r"/needs/([^/]+)/.*", r"/my/\1/reading", page.url))


def not_ranked(page, language):
    how_matched(page, language)
    page.click('button[name="ranking"]')
    page.click(".back a")
    page.wait_for_selector(".plain-match")


def asked_for_a_reading(page, language):
    how_matched(page, language)
    page.fill("#f-email", "nobody")
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")


def nothing_to_compare(page, language):
    results(page, language)
    page.click(".choice-bar .btn-dim")
    page.wait_for_selector(".empty")


def nothing_fits(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, NOWHERE[language])


def catalogue(page, language):
    page.goto(f"/{language}/offerings?kind=laboratory&q=GB")


def nothing_found(page, language):
    page.goto(f"/{language}/offerings?q={LONG}")


def offering(page, language):
    page.goto(f"/{language}/offerings?platform=jianghai")
    page.click("article a >> nth=0")
    page.wait_for_selector("main .offering")


def rules(page, language):
    page.goto(f"/{language}/rules")


def about(page, language):
    page.goto(f"/{language}/about")


def not_found(page, language):
    page.goto(f"/{language}/nowhere")


PAGES = [start, problem, nothing_said, resource, terms, conditions, firm, check, faulty, attached, refused_file, results,
         ticked, long_words, excluded, nothing_fits, side_by_side, four_side_by_side, nothing_to_compare,
         how_matched, not_ranked, asked_for_a_reading, catalogue,
         nothing_found, offering, rules, about, not_found]


@pytest.fixture(scope="session")
def axe():
    """The checker of axe-core."""
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


def found_by(axe, page):
    """Return what axe finds: rules and places."""
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in axe.run(page).response["violations"]]


@pytest.mark.parametrize("page_of", PAGES)
def test_no_page_breaks_its_own_policy(visit, page_of):
    page_of(visit("/en/"), "en")


@LOOKS
@pytest.mark.parametrize("page_of", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(visit, axe, page_of, language, size):
    # axe styles the page inline while it looks, which the policy would refuse and report.
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    page_of(page, language)
    assert found_by(axe, page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_axe_would_find_a_fault(visit, axe):
    page = visit("/en/about", bypass_csp=True)
    page.evaluate("document.querySelector('main').append(document.createElement('input'), new Image())")
    assert {"label", "image-alt"} <= {rule for rule, _places in found_by(axe, page)}


def test_a_page_prints_without_what_can_only_be_clicked(visit):
    page = visit("/en/needs/new")
    send_need(page, NEEDS["en"])
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert not page.locator(".top nav").is_visible()
    assert page.locator("article.match").first.is_visible()
