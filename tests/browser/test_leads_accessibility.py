"""axe on the pages behind a private link and behind a sign-in, in all the states that the demo's leads are in."""

import re

import pytest

from .conftest import LOOKS, NEEDS, send_need
from .test_accessibility import axe, found_by, open_all  # noqa: F401

pytestmark = pytest.mark.browser

MAILS = 70
"""So many mails the demo's stories send, at least."""
PEOPLE = ("reviewer@jianghai.example", "operator@operator.example")


@pytest.fixture
def check(axe):  # noqa: F811
    """A function that asserts that axe finds nothing on a page with all of it unfolded, and that nothing sticks out."""
    def check(page, size, status: int = 200, path: str = "") -> None:
        if path:
            assert page.goto(path).status == status, path
        open_all(page)
        assert found_by(axe, page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url

    return check


FOUND: list[str] = []
"""The private pages of the demo, once they are known: the same for every language and size."""


def private_pages(page, until) -> list[str]:
    """Return private pages of the demo's needs, as their mails name them: one for each way in which requests stand."""
    if FOUND:
        return FOUND
    until(page, "/en/demo/mail", lambda page: page.locator(".mails li").count() >= MAILS)
    newest = {}
    for entry in reversed(page.locator(".mails li").all()):
        newest[entry.locator(".mail-to").inner_text()] = entry.locator("a").get_attribute("href")
    known = set()
    for mail in newest.values():
        page.goto(mail)
        for link in page.locator("main a[href*='/my/']").all():
            page.goto(link.get_attribute("href"))
            stands = tuple(page.locator("article.followed .standing").all_inner_texts())
            if stands not in known:
                FOUND.append(re.sub(r"^.*(/my/)", r"\1", page.url))
            known.add(stands)
            break
    return FOUND


@LOOKS
def test_private_pages_and_mail(visit, check, until, language, size):
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    pages = private_pages(page, until)
    states = set()
    for path in pages:
        check(page, size, path=f"/{language}{path}")
        states |= {*page.locator("article.followed").evaluate_all("all => all.map(one => one.className)")}
    assert len(states) >= 4, "the demo shows a firm all that can become of a request"
    for path in (f"{pages[0]}/delete", "/my", "/my/on-its-way", "/my/deleted", "/demo/mail", "/sign-in"):
        check(page, size, path=f"/{language}{path}")
    key = pages[0].removeprefix("/my/")
    check(page, size, path=f"/{language}/needs/{key}/watch")
    check(page, size, 404, f"/{language}/my/nobodys-key")


@LOOKS
def test_asking(visit, check, language, size):
    page = visit(f"/{language}/needs/new", size=size, bypass_csp=True)
    send_need(page, NEEDS[language])
    page.locator('article.match input[name="offering"]').first.check()
    page.locator("#choice button:not([formaction])").click()
    page.wait_for_selector("#ask")
    check(page, size)
    page.click("#ask .submit-bar button")
    page.wait_for_selector("#summary")
    check(page, size)
    page.goto(re.sub(r"\?.*", "", page.url))
    check(page, size)


@LOOKS
@pytest.mark.parametrize("person", PEOPLE)
def test_the_pages_of_those_who_sign_in(visit, check, passwords, person, language, size):
    page = visit(f"/{language}/sign-in", size=size, bypass_csp=True)
    page.fill('[name="email"]', person)
    page.fill('[name="password"]', "not this one")
    page.click("main form button")
    check(page, size)
    page.fill('[name="email"]', person)
    page.fill('[name="password"]', passwords[person])
    page.click("main form button")
    page.wait_for_url("**/operator" if person.startswith("operator") else "**/leads")
    check(page, size, path=f"/{language}/account")
    for view in ("to_answer", "mine", "waiting", "accepted", "closed", "all"):
        check(page, size, path=f"/{language}/leads?view={view}")
    for path in page.locator("#queue a[id^=to-]").evaluate_all("all => all.map(one => one.getAttribute('href'))")[:12]:
        check(page, size, path=path)
    check(page, size, 404, f"/{language}/leads/01909999-0000-7000-8000-000000000000")
    if person.startswith("operator"):
        check(page, size, path=f"/{language}/operator")
        for board in ("demand", "demand/report", "demand/needs", "replay", "learning"):
            check(page, size, path=f"/{language}/operator/{board}")
        check(page, size, path=f"/{language}/demand/next")
        check(page, size, path=f"/{language}/operator/vocabulary")
        check(page, size, path=f"/{language}/operator/concepts?need=the glue lets go in winter")
        check(page, size, path=f"/{language}/operator/concepts/new")
        page.click("main form.concept button")
        page.wait_for_selector("#summary")
        check(page, size)
        check(page, size, path=f"/{language}/operator/readings")
        check(page, size, path=f"/{language}/operator/organisations")
        page.locator(".organisation-acts form[action$='/suspend'] button").first.click()
        page.wait_for_selector("#summary")
        check(page, size)
