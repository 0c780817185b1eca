"""The workbench in a browser: a queue worked by keyboard alone, and axe on its pages."""

import pytest

from .conftest import DESKTOP, LOOKS
from .test_accessibility import axe  # noqa: F401
from .test_leads_accessibility import check  # noqa: F401

pytestmark = pytest.mark.browser

REVIEWER = "reviewer@qinghe.example"


def enter(page, passwords) -> None:
    """Sign in by keyboard: the fields follow each other."""
    page.focus('[name="email"]')
    page.keyboard.type(REVIEWER)
    page.keyboard.press("Tab")
    page.keyboard.type(passwords[REVIEWER])
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads")


def opened(page) -> str:
    """The number of the lead that the list marks as open."""
    return page.locator("#queue tr.on a").get_attribute("id")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_queue_is_worked_by_keyboard_alone(visit, passwords, language):
    page = visit(f"/{language}/sign-in", size=DESKTOP, bypass_csp=True)
    enter(page, passwords)
    # Keys come faster than a swap settles, always.
    page.evaluate("htmx.config.defaultSettleDelay = 300")
    first = opened(page)
    page.keyboard.press("?")
    assert page.locator("#keys").evaluate("dialog => dialog.open")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_function("first => document.querySelector('#queue tr.on a').id !== first", arg=first)
    second = opened(page)
    page.keyboard.press("k")
    page.wait_for_function("id => document.querySelector('#queue tr.on a').id === id", arg=first)
    page.keyboard.press("j")
    page.wait_for_function("id => document.querySelector('#queue tr.on a').id === id", arg=second)
    page.keyboard.press("o")
    page.wait_for_function("document.activeElement.id === 'pane'")
    page.keyboard.press("w")
    page.wait_for_selector("#pending")
    page.keyboard.press("u")
    page.wait_for_selector("#pane .acts")
    assert page.locator("#pending").count() == 0
    page.keyboard.press("d")
    page.wait_for_function("document.activeElement.id === 'decline-reason'")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.type("jjj")
    assert page.locator("#decline-words").input_value() == "jjj"
    page.locator("#pane").focus()
    page.keyboard.press("i")
    page.keyboard.type("?")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#pending")
    page.keyboard.press("u")
    page.wait_for_selector("#pane .acts")
    page.keyboard.press("x")
    assert page.locator("#bulk.some").is_visible()


def test_the_keys_can_be_switched_off_and_stay_so(visit, passwords):
    page = visit("/en/sign-in", size=DESKTOP, bypass_csp=True)
    enter(page, passwords)
    page.click("#keys-button")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("x")
    assert not page.locator("#keys").evaluate("dialog => dialog.open")
    assert page.locator(".pick:checked").count() == 0
    page.click("#keys-button")
    page.check("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.locator(".pick:checked").count() == 1


@LOOKS
def test_the_pages_of_the_workbench(visit, check, passwords, language, size):  # noqa: F811
    page = visit(f"/{language}/sign-in", size=size, bypass_csp=True)
    enter(page, passwords)
    leads = [link.get_attribute("href") for link in page.locator("#queue a[id^=to-]").all()]
    boxes = [box.get_attribute("value") for box in page.locator(".pick").all()]
    check(page, size, path=f"/{language}/leads?view=all&due=week&owner=me")
    check(page, size, path=f"/{language}/leads?q=nowhere")
    check(page, size, path=f"/{language}/leads/figures")
    check(page, size, path=f"{leads[0]}/like")
    chosen = "&".join(f"lead={box}" for box in boxes[:3])
    for action in ("decline", "ask"):
        check(page, size, path=f"/{language}/leads/bulk?action={action}&{chosen}")
    page.click(".bulk-form button")
    page.wait_for_selector("#summary")
    check(page, size)
    check(page, size, path=f"/{language}/leads/bulk")
