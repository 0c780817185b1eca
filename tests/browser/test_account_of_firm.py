"""A firm's account from beginning to end: gathered by mail, read, answered, taken along and deleted; axe on each page."""

import json

import pytest

from .conftest import DESKTOP, NEEDS, PHONE, take_all_steps
from .test_accessibility import axe  # noqa: F401
from .test_journey import ask_jianghai, open_lead, sign_in
from .test_leads_accessibility import check  # noqa: F401
from .test_life import decide, press

pytestmark = pytest.mark.browser


def looked_at(page, check, path: str) -> None:  # noqa: F811
    """Look at a page of the account in English on a desktop and in Chinese on a phone; stay on the English one."""
    for language, size in (("zh", PHONE), ("en", DESKTOP)):
        page.set_viewport_size(size)
        check(page, size, path=f"/{language}/{path}")


def mailed_link(page, until) -> str:
    """Return the path of the link that opens the account, once the worker has written its mail."""
    mail = "main li:has-text('account@qicheng.example') a:has-text('Open your needs in one place')"
    until(page, "/en/demo/mail", lambda page: page.locator(mail).count() == 1)
    page.click(mail)
    return page.locator("main a[href*='/firm/enter/']").get_attribute("href").partition("/en/")[2]


def test_from_gathering_a_need_to_deleting_the_account(visit, check, until, passwords):  # noqa: F811
    firm = visit("/en/needs/new", bypass_csp=True)
    take_all_steps(firm, NEEDS["en"])
    private = ask_jianghai(firm, {"email": "account@qicheng.example"})
    reference = firm.locator("article.followed .num").first.inner_text()
    firm.locator("form.gather button").click()
    looked_at(firm, check, "firm/open")
    reviewer = visit("/en/sign-in", java_script_enabled=False)
    sign_in(reviewer, "en", passwords)
    open_lead(reviewer, "en", reference)
    press(reviewer, "/messages", words="We have a fixture for it.")
    decide(reviewer, "offer_terms", price="8,000", starts_on="2199-03-01", duration="three days", words="With report.")

    link = mailed_link(firm, until)
    looked_at(firm, check, link)
    firm.click("main form button")
    firm.wait_for_url("**/en/firm")
    until(firm, "/en/firm", lambda page: page.locator("article.mine.turn").count() == 1)
    assert "offers you terms" in firm.locator("article.mine .next").inner_text()
    looked_at(firm, check, "firm")
    firm.click("article.mine h2 a")
    assert "We have a fixture for it." in firm.locator("article.followed").inner_text()
    assert "three days" in firm.locator(".terms").inner_text()
    looked_at(firm, check, "firm/data")
    with firm.expect_download() as saved:
        firm.locator('a[href$="data.json"]').click()
    (need,) = json.loads(saved.value.path().read_text(encoding="utf-8"))["needs"]
    assert "We have a fixture for it." in str(need)

    looked_at(firm, check, "firm/delete")
    firm.click("main form .btn-danger")
    firm.wait_for_url("**/firm/gone**")
    looked_at(firm, check, "firm/gone?what=deleted")
    assert firm.goto("/en/firm").url.endswith("/firm/open")
    assert firm.goto(private).status == 404
    firm.goto(f"/en/{link}")
    assert firm.locator('main a[href$="/firm/open"]').count() == 1
