"""The whole life of a lead, as its people walk through it: terms and delivery, and an appeal to the operator."""


import pytest

from .conftest import LOOKS, NEEDS, take_all_steps
from .test_accessibility import axe, found_by, open_all  # noqa: F401
from .test_journey import FIRM, ask_jianghai, open_lead, sign_in

pytestmark = pytest.mark.browser

OPERATOR = "operator@operator.example"
LANGUAGES = pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.faults)])
"""The longest walks go in English each time, and in Chinese with the long repeats."""


def press(page, form, **fields) -> None:
    """Fill in the form that is sent to an address ending in `form`, unfolding it first, and send it."""
    block = page.locator(f'form[action*="{form}"]').last
    folded = page.locator("details:not([open])", has=block)
    if folded.count():
        folded.last.locator("summary").first.click()
    for name, value in fields.items():
        field = block.locator(f'[name="{name}"]')
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    block.locator("button").last.click()
    page.wait_for_load_state()


def decide(page, action, **fields) -> None:
    """Decide on the lead on the page."""
    block = page.locator(".acts details", has=page.locator(f'input[name="action"][value="{action}"]'))
    block.locator("summary").click()
    for name, value in fields.items():
        field = block.locator(f'[name="{name}"]')
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    block.locator("form button").click()
    page.wait_for_selector("#pending, #pane")


def begin(visit, passwords, language) -> tuple:
    """Let a firm ask and a reviewer open its lead; return both windows with their addresses."""
    firm = visit(f"/{language}/needs/new", java_script_enabled=False)
    take_all_steps(firm, NEEDS[language])
    private = ask_jianghai(firm)
    reference = firm.locator("article.followed .num").first.inner_text()
    reviewer = visit(f"/{language}/sign-in", java_script_enabled=False)
    sign_in(reviewer, language, passwords)
    return firm, private, reviewer, open_lead(reviewer, language, reference)


@LANGUAGES
def test_from_a_message_over_terms_to_the_feedback_of_both(visit, until, passwords, language):
    firm, private, reviewer, lead = begin(visit, passwords, language)
    press(firm, "/messages", words="Call me: 138 1234 5678")
    assert "138 1234 5678" in firm.locator("#summary").inner_text()
    press(firm, "/messages", words="Is the fixture included?")
    reviewer.goto(lead)
    assert reviewer.locator("#pane .unread").count() == 1
    press(reviewer, "/messages", words="Yes, it is.")
    decide(reviewer, "offer_terms", price="8,000", starts_on="2199-03-01", duration="three days", words="With report.")
    until(firm, private, lambda page: page.locator(".terms").count() == 1)
    assert "three days" in firm.locator(".terms").inner_text()
    firm.click('button[name="reply"][value="accept"]')
    firm.wait_for_selector(".followed .good")
    reviewer.goto(lead)
    assert FIRM["email"] in reviewer.locator(".contact-card").inner_text()
    reviewer.click('button[name="step"][value="begin"]')
    reviewer.wait_for_selector('button[name="step"][value="complete"]')
    firm.goto(private)
    firm.click('button[name="step"][value="complete"]')
    press(firm, "/feedback", rating="5", words="Quick and tidy.")
    reviewer.goto(lead)
    assert "Quick and tidy." not in reviewer.content()
    press(reviewer, "/feedback", rating="4", words="Well prepared.")
    assert "Quick and tidy." in reviewer.locator("#pane").inner_text()
    firm.goto(private)
    assert "Well prepared." in firm.locator("article.followed").inner_text()


@LANGUAGES
def test_an_appeal_that_the_operator_returns(visit, until, passwords, language):
    firm, private, reviewer, lead = begin(visit, passwords, language)
    decide(reviewer, "decline", reason="not_eligible")
    until(firm, private, lambda page: page.locator('form[action*="/appeal"]').count() == 1)
    press(firm, "/appeal", words="We qualify since May.")
    operator = visit(f"/{language}/sign-in", java_script_enabled=False)
    operator.fill('[name="email"]', OPERATOR)
    operator.fill('[name="password"]', passwords[OPERATOR])
    operator.click("main form button")
    operator.goto(f"/{language}/operator/appeals")
    case = operator.locator("article", has_text="We qualify since May.")
    case.locator("textarea").fill("The certificate is valid.")
    case.locator('button[value="return"]').click()
    operator.wait_for_selector(".ended")
    reviewer.goto(lead)
    assert reviewer.locator(".acts").count() == 1
    assert "The certificate is valid." in reviewer.locator(".history").inner_text()
    firm.goto(private)
    assert "The certificate is valid." in firm.locator("article.followed").inner_text()


@LOOKS
def test_axe_finds_nothing_on_the_operators_pages(visit, axe, passwords, language, size):  # noqa: F811
    page = visit(f"/{language}/sign-in", size=size, bypass_csp=True)
    page.fill('[name="email"]', OPERATOR)
    page.fill('[name="password"]', passwords[OPERATOR])
    page.click("main form button")
    page.wait_for_url("**/operator")
    for path in ("appeals", "complaints"):
        page.goto(f"/{language}/operator/{path}")
        assert page.locator(".cases article").count() >= 1, "the demo has one of each"
        open_all(page)
        assert found_by(axe, page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        page.locator("article form button").last.click()
        page.wait_for_selector("#summary")
        open_all(page)
        assert found_by(axe, page) == [], page.url
