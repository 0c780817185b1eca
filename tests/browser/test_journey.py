"""From a need to an answer, as its people go: a firm without an account, a reviewer who signs in, and back again."""

import re

import pytest

from .conftest import LOOKS, NEEDS, compare_first, take_all_steps

pytestmark = pytest.mark.browser

WORDS = {
    "en": ("Which way up does the battery stand in the tricycle?", "Flat, with the cells lying down. Four brackets a set.",
           "Send the brackets to our gate in Nantong."),
    "zh": ("电池包在车上是立放还是平放？", "平放，电芯躺着，一套四个支架。", "请把支架寄到南通收样处。"),
}
FIRM = {"organisation": "海门启程三轮车厂", "name": "陈工", "email": "chen@qicheng.example", "telephone": "+86 513 5555 0100"}


def ask_jianghai(page, contact=None) -> str:
    """Choose two resources, compare them, ask the platform of one, with another `contact`; return the private link."""
    compare_first(page, 2)
    page.go_back()
    page.wait_for_selector("#results")
    for box in page.locator('article.match input[name="offering"]').all():
        box.uncheck()
    name = JIANGHAI[page.locator("html").get_attribute("lang")]
    page.locator(f'article.match:has(p.small:has-text("{name}")) input[name="offering"]').first.check()
    page.locator("#choice button:not([formaction])").click()
    page.wait_for_selector("#ask")
    page.locator('[name="recipient"]').check()
    for name, value in (FIRM | (contact or {})).items():
        page.fill(f'#ask [name="{name}"]', value)
    page.click("#ask .submit-bar button")
    page.wait_for_selector(".confirmation .reference")
    page.click(".sent-do .btn-primary")
    page.wait_for_selector("article.followed")
    return page.url


JIANGHAI = {"en": "Jianghai Shared Equipment Labs", "zh": "江海装备共享实验室"}


def sign_in(page, language, passwords) -> None:
    page.goto(f"/{language}/sign-in")
    page.fill('[name="email"]', "reviewer@jianghai.example")
    page.fill('[name="password"]', passwords["reviewer@jianghai.example"])
    page.click("main form button")
    page.wait_for_selector("#queue")


def open_lead(page, language, reference) -> str:
    """Open the lead from the queue, newest first."""
    page.goto(f"/{language}/leads?sort=age")
    link = page.locator(f"#to-{reference}")
    while link.count() == 0 and page.locator("nav.pages .next").count():
        page.click("nav.pages .next")
        page.wait_for_selector("#queue")
    follow(page, link)
    page.wait_for_selector(f"#pane:has-text('{reference}')")
    return page.url


def follow(page, link) -> None:
    """Open a lead by its link in the queue; what the script swaps in then is loaded, so that it stays as it is."""
    link.click()
    page.wait_for_url("**/leads/*-*")
    page.reload()


def decide(page, action, words) -> None:
    """Decide on the lead on the page."""
    block = page.locator(".acts details", has=page.locator(f'input[name="action"][value="{action}"]'))
    block.locator("summary").click()
    block.locator('textarea[name="words"]').fill(words)
    block.locator("form button").click()
    page.wait_for_selector("#pending, #pane")


@LOOKS
@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_from_a_need_to_the_contact(visit, until, passwords, language, size, with_script):
    question, reply, welcome = WORDS[language]
    firm = visit(f"/{language}/needs/new", size=size, java_script_enabled=with_script)
    take_all_steps(firm, NEEDS[language])
    private = ask_jianghai(firm)
    reference = firm.locator("article.followed .num").first.inner_text()

    reviewer = visit(f"/{language}/sign-in", size=size, java_script_enabled=with_script)
    sign_in(reviewer, language, passwords)
    lead = open_lead(reviewer, language, reference)
    assert reviewer.locator("#pane mark").count() > 0
    assert FIRM["email"] not in reviewer.content()
    assert FIRM["organisation"] not in reviewer.content()

    decide(reviewer, "ask", question)
    until(reviewer, lead, lambda page: page.locator(".messages", has_text=question).count() == 1)
    until(firm, private, lambda page: page.locator(".reply textarea").count() == 1)
    assert question in firm.locator(".talk").inner_text()
    firm.fill(".reply textarea", reply)
    firm.click(".reply button")
    firm.wait_for_selector(f".talk:has-text('{reply}')")

    until(reviewer, lead, lambda page: reply in page.content())
    decide(reviewer, "accept", welcome)
    until(reviewer, lead, lambda page: page.locator(".contact-card").count() == 1)
    assert FIRM["email"] in reviewer.locator(".contact-card").inner_text()
    assert FIRM["organisation"] in reviewer.locator(".contact-card").inner_text()
    until(firm, private, lambda page: page.locator(".followed .good").count() == 1)
    assert welcome in firm.locator(".talk").inner_text()

    firm.locator("#consents summary", has_text=re.compile("Withdraw|撤")).first.click()
    firm.locator('#consents form[action*="/consents/"] button').first.click()
    firm.wait_for_selector("#consents")
    reviewer.goto(lead)
    assert FIRM["email"] not in reviewer.content()
    assert NEEDS[language][:20] not in reviewer.content()


def test_a_decision_is_cancelled_in_time(visit, passwords):
    reviewer = visit("/en/sign-in")
    sign_in(reviewer, "en", passwords)
    reviewer.goto("/en/leads?state=in_review")
    follow(reviewer, reviewer.locator("#queue tbody tr a").first)
    reviewer.wait_for_selector(".acts")
    block = reviewer.locator(".acts details", has=reviewer.locator('input[name="action"][value="decline"]'))
    block.locator("summary").click()
    block.locator("select").select_option("no_capacity")
    block.locator("form button").click()
    reviewer.click("#cancel-decision")
    reviewer.wait_for_selector(".acts")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_mail_of_the_demo_leads_to_the_private_page(visit, until, language):
    firm = visit(f"/{language}/needs/new")
    take_all_steps(firm, NEEDS[language])
    ask_jianghai(firm)
    reference = firm.locator(".status-head .small").inner_text()
    number = re.search(r"N-\w{4}-\w{4}", reference)[0]
    until(firm, f"/{language}/demo/mail", lambda page: number in page.content())
    firm.locator("a", has_text=number).first.click()
    firm.locator("main a[href*='/my/']").first.click()
    firm.wait_for_selector("article.followed")
    assert number in firm.locator(".status-head").inner_text()
