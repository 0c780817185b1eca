"""The offering editor in a browser: axe on each of its pages, and the way through it with and without JavaScript."""

import pytest

from .conftest import LOOKS, NEEDS
from .test_accessibility import axe  # noqa: F401
from .test_leads_accessibility import check  # noqa: F401

pytestmark = pytest.mark.browser

DESK = "/platform/offerings"
PAGES = ("basics", "abilities", "conditions", "price")


def enter(page, passwords, person, language) -> None:
    """Sign in."""
    page.goto(f"/{language}/sign-in")
    page.fill('[name="email"]', person)
    page.fill('[name="password"]', passwords[person])
    page.click("main form button")
    page.wait_for_load_state()


def offerings(page, language) -> dict[str, str]:
    """Return the address of each offering in the list, by its number."""
    page.goto(f"/{language}{DESK}")
    return {row.locator(".what .num").inner_text(): row.locator(".what a").get_attribute("href")
            for row in page.locator(".desk-table tbody tr").all()}


@LOOKS
def test_axe_finds_nothing_in_the_editor(visit, check, passwords, language, size):  # noqa: F811
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    enter(page, passwords, "manager@jianghai.example", language)
    found = offerings(page, language)
    for shelf in ("all", "drafts", "in_review", "published", "full", "ending", "suspended", "closed"):
        check(page, size, path=f"/{language}{DESK}?shelf={shelf}")
    check(page, size, path=f"/{language}{DESK}?q=nothing+of+the+kind")
    check(page, size, path=f"/{language}{DESK}/new")
    for number in ("jh-004", "jh-009", "jh-010", "jh-011", "jh-012", "jh-013", "jh-014"):
        check(page, size, path=found[number])
    for name in PAGES:
        check(page, size, path=f"{found['jh-012']}/edit/{name}")
    page.fill("#f-price-min", "much")
    page.click(".do .btn-primary")
    check(page, size)
    page.goto(found["jh-004"])
    page.fill("#words", NEEDS[language])
    page.click(".try button")
    page.wait_for_selector(".tried")
    check(page, size)
    enter_again = visit(f"/{language}/", size=size, bypass_csp=True)
    enter(enter_again, passwords, "operator@operator.example", language)
    check(enter_again, size, path=f"/{language}{DESK}")
    check(enter_again, size, path=found["jh-013"])


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_from_a_new_offering_to_its_publication(visit, passwords, has_script):
    page = visit("/en/", java_script_enabled=has_script)
    enter(page, passwords, "editor@jianghai.example", "en")
    page.goto(f"/en{DESK}/new")
    number = f"walk-{int(has_script)}"
    page.select_option("#f-kind", "laboratory")
    page.fill("#f-external-id", number)
    page.click(".do .btn-primary")
    assert "There is a problem" in page.inner_text("#summary")
    page.fill("#f-title-en", "Rig for fans")
    page.click(".do .btn-primary")
    page.wait_for_url("**/edit/abilities")
    page.locator("[name=cap_en]").first.fill("air flow")
    page.locator("[name=cap_max]").first.fill("9000")
    page.locator("[name=cap_unit]").first.fill("m**3/h")
    page.click(".do .btn-quiet")
    page.click("text=Submit for review")
    page.wait_for_selector("text=somebody else publishes it")
    address = page.url
    colleague = visit("/en/", java_script_enabled=has_script)
    enter(colleague, passwords, "manager@jianghai.example", "en")
    colleague.goto(address)
    colleague.click("button:text-is('Publish')")
    colleague.wait_for_selector(".head .state.met")
    assert "air flow" in visit(address.partition("/platform")[0] + "/offerings" + address.rpartition("offerings")[2]
                               ).inner_text("main").lower()
    page.goto(f"/en{DESK}?q=fans+{number}")
    row = page.locator(".desk-table tbody tr").first
    row.locator("input.num").fill("3")
    with page.expect_navigation():
        row.locator("button:has-text('Set')").click()
    page.goto(f"/en{DESK}?q={number}")
    assert page.locator("input.num").first.input_value() == "3"
