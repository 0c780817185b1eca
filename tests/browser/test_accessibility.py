import pytest

from .conftest import DESKTOP, NEEDS, NOWHERE, PHONE, send_need

pytestmark = pytest.mark.browser

LONG = "Elektromagnetischeverträglichkeitsprüfungsdienstleistungsverzeichnis" * 3


def start(page, language):
    """The start page."""


def form(page, language):
    page.goto(f"/{language}/needs/new")
    page.evaluate("document.querySelectorAll('details').forEach((group) => group.open = true)")


def faulty(page, language):
    form(page, language)
    page.fill("#f-budget-max", LONG)
    page.click("#need .submit-bar button")
    page.wait_for_selector("#summary")


def results(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, NEEDS[language])
    page.evaluate("document.querySelectorAll('details').forEach((group) => group.open = true)")


def long_words(page, language):
    page.goto(f"/{language}/needs/new")
    send_need(page, LONG)


def excluded(page, language):
    form(page, language)
    page.fill("#f-problem", NEEDS[language])
    page.select_option("#f-organisation-region", "540000")
    page.check('[name="organisation_size_class"][value="large"]')
    page.click("#need .submit-bar button")
    page.wait_for_selector("#results")


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


PAGES = [start, form, faulty, results, long_words, excluded, nothing_fits, catalogue, nothing_found, offering, rules,
         about, not_found]


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


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "zh"])
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
