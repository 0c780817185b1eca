import pytest

from .conftest import LOOKS, NEEDS, NOWHERE, PHONE, begin_need, compare_first, go_on, send_need, take_all_steps

pytestmark = pytest.mark.browser


@LOOKS
@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_from_the_start_page_to_an_offering(visit, language, size, with_script):
    page = visit(f"/{language}/", size=size, java_script_enabled=with_script)
    page.fill("#ask", NEEDS[language])
    page.click(".ask button")
    page.wait_for_selector("[name=kinds]", state="attached")
    page.click("#need button[value=results]")
    page.wait_for_selector("#results")
    first = page.locator("article.match h3 a").first
    title = first.inner_text()
    assert page.locator("article.match mark").count() > 0
    first.click()
    page.wait_for_selector("main .offering")
    assert page.locator("h1").inner_text() == title
    page.click("aside .btn-primary")
    page.wait_for_selector("#need")
    begin_need(page, NEEDS[language])
    assert page.locator('[name="kinds"]:checked').count() == 1


@LOOKS
@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_all_steps_to_what_fits_side_by_side_and_back(visit, language, size, with_script):
    page = visit(f"/{language}/needs/new", size=size, java_script_enabled=with_script)
    take_all_steps(page, NEEDS[language])
    compare_first(page, 2)
    titles = page.locator(".compare-title").all_inner_texts()
    page.click(".back a")
    page.wait_for_selector("#results")
    chosen = page.locator("article:has(input[name=offering]:checked) h3").all_inner_texts()
    assert chosen == titles
    for step in ("firm", "conditions", "terms", "resource", "problem"):
        page.goto(page.url.partition("?")[0].rpartition("/")[0] + f"/{step}")
        assert page.locator("h1").count() == 1
    assert page.input_value("#f-problem") == NEEDS[language]


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_the_browsers_way_back_keeps_the_answers(visit, with_script):
    page = visit("/en/needs/new", java_script_enabled=with_script)
    begin_need(page, NEEDS["en"])
    go_on(page)
    page.wait_for_selector("#f-region")
    page.select_option("#f-region", "110000")
    go_on(page)
    page.wait_for_selector("#f-must-haves")
    page.go_back()
    page.wait_for_selector("#f-region")
    assert page.input_value("#f-region") == "110000"
    page.click(".back a")
    page.click(".below a")
    assert page.input_value("#f-problem") == NEEDS["en"]


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_a_file_is_attached_and_removed(visit, with_script):
    page = visit("/en/needs/new", java_script_enabled=with_script)
    begin_need(page, NEEDS["en"])
    page.goto(page.url.replace("/resource", "/conditions"))
    page.fill("#f-must-haves", "CNAS")
    page.set_input_files("#f-file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    page.click(".file-row button")
    page.wait_for_selector(".file-list")
    assert page.input_value("#f-must-haves") == "CNAS"
    page.click(".file-list button")
    page.wait_for_selector(".file-list", state="detached")
    assert page.input_value("#f-must-haves") == "CNAS"


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_only_what_differs_is_shown(visit, with_script):
    page = visit("/en/needs/new", java_script_enabled=with_script)
    send_need(page, NEEDS["en"])
    compare_first(page, 2)
    assert page.locator("tr.same").first.is_visible()
    page.click(".only-label")
    assert not page.locator("tr.same").first.is_visible()


def test_the_bar_counts_what_is_chosen_and_a_filter_keeps_it(visit):
    page = visit("/en/needs/new")
    send_need(page, NEEDS["en"])
    boxes = page.locator("input[type=checkbox][name=offering]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert page.locator(".choice-bar p").inner_text() == "Chosen: 2"
    boxes.nth(1).uncheck()
    page.locator('input[name="only_kind"]:not([value=""])').last.check()
    page.wait_for_url("**only_kind=*")
    page.wait_for_selector("text=Chosen: 1")
    page.go_back()
    page.wait_for_selector("#results")


def test_enter_goes_on(visit):
    page = visit("/en/needs/new")
    begin_need(page, "Vibration test")
    page.goto(page.url.replace("/resource", "/terms"))
    page.fill("#f-budget-max", "100")
    page.press("#f-budget-max", "Enter")
    page.wait_for_selector("html[lang=en] #f-must-haves")


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
    page.click(".correct a >> nth=2")
    page.fill("#f-budget-max", "500")
    go_on(page)
    page.wait_for_selector("text=budget up to CN¥500")


def test_the_language_changes_on_every_page_and_keeps_what_was_written(visit):
    page = visit("/en/needs/new")
    page.fill("#f-problem", NEEDS["en"])
    page.click(".switch")
    page.wait_for_selector("html[lang=zh]")
    send_need(page, NEEDS["en"])
    titles = page.locator("article.match").count()
    page.click(".switch")
    page.wait_for_selector("html[lang=en] #results")
    assert page.locator("article.match").count() == titles


def faulty_firm(page):
    begin_need(page, NEEDS["en"])
    page.goto(page.url.replace("/resource", "/firm"))
    page.click(".group summary")
    page.fill("#f-organisation-founded", "3021")
    go_on(page)
    page.wait_for_selector("#summary")


def test_faults_are_summed_up_focused_and_lead_to_their_fields(visit):
    page = visit("/en/needs/new")
    faulty_firm(page)
    assert page.evaluate("document.activeElement.id") == "summary"
    page.click('#summary a[href="#f-organisation-founded"]')
    assert page.evaluate("document.activeElement.id") == "f-organisation-founded"


def test_a_fault_in_a_group_folded_again_opens_it(visit):
    page = visit("/en/needs/new")
    faulty_firm(page)
    page.click(".group summary")
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
    page.dblclick("#need .go .btn-primary")
    page.wait_for_selector("[name=kinds]", state="attached")
    assert len(sent) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_fits_is_said(visit, language):
    page = visit(f"/{language}/needs/new")
    send_need(page, NOWHERE[language])
    assert page.locator(".nothing li").count() >= 1
    assert page.locator("article.match.strong").count() == 0
