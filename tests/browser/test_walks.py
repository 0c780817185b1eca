import pytest

from .conftest import DESKTOP, NEEDS, NOWHERE, PHONE, send_need

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_from_the_start_page_to_an_offering(visit, language, size, with_script):
    page = visit(f"/{language}/", size=size, java_script_enabled=with_script)
    page.fill("#ask", NEEDS[language])
    page.click(".ask button")
    assert page.input_value("#f-problem") == NEEDS[language]
    page.click("#need .submit-bar button")
    page.wait_for_selector("#results")
    first = page.locator("article.match h3 a").first
    title = first.inner_text()
    assert page.locator("article.match mark").count() > 0
    first.click()
    page.wait_for_selector("main .offering")
    assert page.locator("h1").inner_text() == title
    page.click("aside .btn-primary")
    page.wait_for_selector("#need")
    assert page.locator('[name="kinds"]:checked').count() == 1


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_a_filter_narrows_the_results(visit, with_script):
    page = visit("/en/needs/new", java_script_enabled=with_script)
    send_need(page, NEEDS["en"])
    option = page.locator('input[name="only_kind"]:not([value=""])').first
    kind = option.get_attribute("value")
    option.check()
    if not with_script:
        page.click(".filters .apply")
    page.wait_for_selector(f'input[name="only_kind"][value="{kind}"][checked]')
    words = page.locator(f'label:has(input[name="only_kind"][value="{kind}"]) span').first.inner_text()
    assert set(page.locator("article.match .fit-line .chip").all_inner_texts()) <= {words}


def test_the_button_to_apply_a_filter_is_there_for_those_without_script(visit):
    for with_script in (True, False):
        page = visit("/en/needs/new", java_script_enabled=with_script)
        send_need(page, NEEDS["en"])
        assert page.locator(".filters .apply").is_visible() is not with_script


def test_the_profile_is_corrected(visit):
    page = visit("/en/needs/new")
    send_need(page, NEEDS["en"])
    page.click(".correct summary")
    page.fill("#c-f-budget-max", "500")
    page.click(".correct button")
    page.wait_for_selector("text=budget up to CN¥500")
    assert page.input_value("#c-f-budget-max") == "500"


def test_the_language_changes_on_every_page_and_keeps_what_was_written(visit):
    page = visit("/en/needs/new")
    page.fill("#f-problem", NEEDS["en"])
    page.click(".switch")
    page.wait_for_selector("html[lang=zh]")
    assert page.input_value("#f-problem") == NEEDS["en"]
    page.click("#need .submit-bar button")
    page.wait_for_selector("#results")
    titles = page.locator("article.match").count()
    page.click(".switch")
    page.wait_for_selector("html[lang=en] #results")
    assert page.locator("article.match").count() == titles


def test_faults_are_summed_up_focused_and_lead_to_their_fields(visit):
    page = visit("/en/needs/new")
    page.click(".group:has(#f-organisation-founded) summary")
    page.fill("#f-organisation-founded", "3021")
    page.click("#need .submit-bar button")
    page.wait_for_selector("#summary")
    assert page.evaluate("document.activeElement.id") == "summary"
    page.click('#summary a[href="#f-organisation-founded"]')
    assert page.evaluate("document.activeElement.id") == "f-organisation-founded"


def test_a_fault_in_a_group_folded_again_opens_it(visit):
    page = visit("/en/needs/new")
    page.click(".group:has(#f-organisation-founded) summary")
    page.fill("#f-organisation-founded", "3021")
    page.click("#need .submit-bar button")
    page.wait_for_selector("#summary")
    page.click(".group:has(#f-organisation-founded) summary")
    page.click('#summary a[href="#f-organisation-founded"]')
    assert page.locator("#f-organisation-founded").is_visible()


def test_filters_are_folded_on_the_phone_and_open_without_script(visit):
    page = visit("/zh/offerings", size=PHONE, java_script_enabled=False)
    facets = page.locator(".facets .facet").first
    assert not facets.is_visible()
    page.click(".facets .fold-label")
    assert facets.is_visible()


def test_the_whole_form_is_within_reach_of_the_keyboard(visit):
    page = visit("/en/needs/new")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "f-problem"


def test_a_double_click_sends_once(visit):
    page = visit("/en/needs/new")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.fill("#f-problem", NEEDS["en"])
    page.dblclick("#need .submit-bar button")
    page.wait_for_selector("#results")
    assert len(sent) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_fits_is_said(visit, language):
    page = visit(f"/{language}/needs/new")
    send_need(page, NOWHERE[language])
    assert page.locator(".nothing li").count() >= 1
    assert page.locator("article.match.strong").count() == 0
