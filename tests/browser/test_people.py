"""From an invitation to a first sign-in with the second step, and axe on every page of it."""

import re

import pyotp
import pytest

from .conftest import DESKTOP, PHONE
from .test_accessibility import axe  # noqa: F401
from .test_leads_accessibility import check  # noqa: F401

pytestmark = pytest.mark.browser

PASSWORD = "seven grey herons wait"


def sign_in(page, language, email, password):
    page.goto(f"/{language}/sign-in")
    page.fill('[name="email"]', email)
    page.fill('[name="password"]', password)
    page.click("main form button")


def newest_mail(page, until, email):
    """Return the path of the link in the newest mail to an address, once the worker has written it."""
    until(page, "/en/demo/mail", lambda page: page.locator(f"main li:has-text('{email}')").count() > 0)
    page.locator(f"main li:has-text('{email}') a").first.click()
    return re.search(r"https?://[^/\s]+(/\S+)", page.inner_text("main"))[1]


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=["en-desktop", "zh-phone"])
def test_from_the_invitation_to_the_second_step(visit, check, until, passwords, language, size):  # noqa: F811
    email = f"first-{language}@river.example"
    page = visit(f"/{language}/sign-in", size=size, bypass_csp=True)
    sign_in(page, language, "operator@operator.example", passwords["operator@operator.example"])
    page.wait_for_url("**/operator")
    check(page, size, path=f"/{language}/operator/organisations/new")
    page.fill("#f-name_en", f"River {language}")
    page.fill("#f-slug", f"river-{language}")
    page.fill("#f-email", email)
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check(page, size)
    page.check('[name="kind"][value="platform"]')
    page.click("main form .btn-primary")
    page.wait_for_selector(".done")
    page.context.clear_cookies()

    link = newest_mail(page, until, email).replace("/zh/", f"/{language}/").replace("/en/", f"/{language}/")
    check(page, size, path=link)
    page.fill("#f-name", "A. First")
    page.fill("#f-password", PASSWORD)
    page.click("main form .btn-primary")
    page.wait_for_url("**/joined")
    check(page, size)
    sign_in(page, language, email, PASSWORD)
    page.wait_for_url("**/leads")

    for path in ("account", "account/password", "account/away", "organisation/people", "account/second-step"):
        check(page, size, path=f"/{language}/{path}")
    page.click("main form .btn-primary")
    page.wait_for_selector("img.qr")
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 100
    check(page, size)
    app = pyotp.TOTP(page.inner_text(".secret"))
    page.fill("#f-code", app.now())
    page.click("main form .btn-primary")
    page.wait_for_selector(".codes")
    check(page, size)
    recovery = page.locator(".codes li").first.inner_text()
    check(page, size, path=f"/{language}/account/second-step")

    page.context.clear_cookies()
    sign_in(page, language, email, PASSWORD)
    page.wait_for_url("**/sign-in/code")
    page.fill("#f-code", "000000")
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check(page, size)
    page.fill("#f-code", recovery)
    page.click("main form .btn-primary")
    page.wait_for_url("**/leads")
    page.context.clear_cookies()
    for path in ("password/forgotten", "password/sent"):
        check(page, size, path=f"/{language}/{path}")
