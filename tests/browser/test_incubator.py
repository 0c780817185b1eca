"""An incubator's way in the browser: a key, a file with needs, the live bar, the rows; axe looks at every page of it."""

import re

import pytest

from .conftest import DESKTOP, PHONE
from .test_accessibility import axe, found_by  # noqa: F401

pytestmark = pytest.mark.browser

TABLE = """external_id,problem,organisation_name,contact_name,contact_email,send_to,colour
F-1,Random vibration test of a battery bracket to GB/T 2423.10,Haimen Tricycles,Li Wei,li.wei@haimen.example,best,red
F-2,,Haimen Tricycles,Li Wei,li.wei@haimen.example,best,red
F-3,Random vibration test of a battery bracket to GB/T 2423.10!,Haimen Tricycles,Li Wei,li.wei@haimen.example,,red
"""


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=["desktop", "phone"])
def test_a_file_is_sent_and_followed(visit, axe, passwords, until, language, size):  # noqa: F811
    page = visit(f"/{language}/sign-in", size=size, bypass_csp=True)

    def check() -> None:
        assert found_by(axe, page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url

    page.fill('[name="email"]', "incubator@incubator.example")
    page.fill('[name="password"]', passwords["incubator@incubator.example"])
    page.click("main form button")
    page.wait_for_url("**/incubator/batches")
    check()
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check()
    page.set_input_files("#f-file", {"name": "needs.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.click("main form .btn-primary")
    page.wait_for_url(re.compile("/batches/[0-9a-f-]{36}$"))
    # The bar renews itself, without the page being loaded again.
    page.wait_for_selector("#progress .state.met", timeout=30_000)
    page.reload()
    assert page.locator("table.referrals tbody tr").count() == 3
    assert page.locator(".state.missing").count() == 1
    check()
    page.click("table.referrals tbody tr:nth-child(2) a")
    page.wait_for_url(re.compile("/rows/[0-9]+$"))
    check()
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check()
    page.fill("#f-problem", "Drop test of a packed battery, 1.2 m, ten pieces")
    page.click("main form .btn-primary")
    page.wait_for_selector("#history-title")
    check()
    for name in ("consents", "declines"):
        page.goto(f"/{language}/incubator/{name}")
        check()
    page.goto(f"/{language}/incubator/mappings")
    check()
    page.set_input_files("#f-file", {"name": "own.csv", "mimeType": "text/csv", "buffer": TABLE.replace("problem", "技术需求").encode()})
    page.click("main form .btn-primary")
    page.wait_for_selector(".column-map")
    assert page.locator(".column-map .is-read").count() == 6
    check()
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check()
    page.fill("#f-name", "CRM")
    page.click("main form .btn-primary")
    page.wait_for_selector(".made")
    check()
    page.goto(f"/{language}/incubator/keys")
    check()
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check()
    page.fill("#f-name", "Nightly export")
    page.click("main form .btn-primary >> nth=-1")
    page.wait_for_selector("#made-key")
    check()
    page.goto(f"/{language}/incubator/webhooks")
    check()
    page.click("main form .btn-primary")
    page.wait_for_selector("#summary")
    check()
    page.fill("#f-name", "CRM")
    page.fill("#f-url", "https://hooks.example/matchmaker")
    page.click("main form .btn-primary")
    page.wait_for_selector("#secret")
    check()
    page.click("main form[action$='/test'] button")
    page.wait_for_url("**#deliveries")
    page.click("#deliveries summary")
    check()
    until(page, f"/{language}/demo/mail", lambda page: page.locator("main a[href*='/demo/mail/']").count() > 0)
