"""The operator's way from a submitted list to a published batch in a browser; axe on all pages of lists and targets."""

import pytest

from .conftest import LOOKS
from .test_accessibility import axe  # noqa: F401
from .test_editor import enter
from .test_leads_accessibility import check  # noqa: F401

pytestmark = pytest.mark.browser

PUBLIC = ("openness", "openness/batches/3", "openness/batches/3?since=1", "openness/lists/jianghai",
          "openness/lists/jianghai/1", "openness/targets", "openness/targets/records?target=pilot_projects",
          "openness/targets/records?target=batches&state=withdrawn")


@LOOKS
def test_axe_finds_nothing_on_public_pages(visit, check, language, size):  # noqa: F811
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    for path in PUBLIC:
        check(page, size, path=f"/{language}/{path}")


@LOOKS
def test_axe_finds_nothing_where_lists_are_worked_on(visit, check, passwords, language, size):  # noqa: F811
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    enter(page, passwords, "editor@jianghai.example", language)
    check(page, size, path=f"/{language}/platform/lists")
    page.locator(".list-rows a").first.click()
    check(page, size)
    boss = visit(f"/{language}/", size=size, bypass_csp=True)
    enter(boss, passwords, "operator@operator.example", language)
    for path in ("platform/lists", "operator/batches", "openness/targets/records?state=proposed"):
        check(boss, size, path=f"/{language}/{path}")
    boss.goto(f"/{language}/platform/lists")
    boss.locator(".list-rows a").first.click()
    check(boss, size)
    boss.goto(f"/{language}/operator/batches")
    boss.locator(".list-rows a").first.click()
    check(boss, size)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_a_file_to_a_published_batch_that_everybody_sees(visit, until, passwords, tmp_path, language):
    """The second language goes on where the first one ended: each publishes one more version."""
    page = visit(f"/{language}/")
    enter(page, passwords, "editor@jianghai.example", language)
    page.goto(f"/{language}/platform/lists")
    page.click("button[name=start][value=last]")
    page.wait_for_selector("#f-file")
    address = page.url
    number = f"file-{language}"
    file = tmp_path / "list.csv"
    file.write_text(f"external_id,kind,title_zh,title_en\n{number},laboratory,风洞,Wind tunnel {language}\n"
                    "x,no_such_kind,,Nothing\n", encoding="utf-8")
    page.set_input_files("#f-file", file)
    page.click("#f-file >> xpath=ancestor::form >> css=button")
    until(page, address, lambda page: page.locator("button[name=how][value=add]").count())
    assert page.locator(".refused li").count() >= 1
    page.click("button[name=how][value=add]")
    page.wait_for_selector("#file", state="detached")
    page.click("button[name=step][value=submit]")
    page.wait_for_selector("button[name=step][value=take_back]")

    boss = visit(f"/{language}/")
    enter(boss, passwords, "operator@operator.example", language)
    boss.goto(address)
    assert f"Wind tunnel {language}" in boss.inner_text("main") or "风洞" in boss.inner_text("main")
    boss.click("button[name=step][value=accept]")
    boss.wait_for_selector(f"a[href$='/{language}/operator/batches']")
    boss.goto(f"/{language}/operator/batches")
    boss.fill("#f-title-zh", "风洞批次")
    boss.fill("#f-title-en", "Wind tunnels")
    boss.click(".add-record button")
    boss.wait_for_selector("input[name=version]")
    boss.locator("input[name=version]").last.check()
    boss.locator("button:not([name])", has=boss.locator("xpath=ancestor::form//input[@name='version']")).first.click()
    boss.wait_for_selector("input[name=version]:checked")
    boss.click("button[name=now]")
    until(boss, boss.url, lambda page: page.locator(".lede .state.met").count())
    boss.click(".lede a")
    boss.wait_for_url("**/openness/batches/*")

    anybody = visit(f"/{language}/openness/lists/jianghai")
    assert number in anybody.inner_text("#entries-title + ul")
    assert anybody.locator(f"#{number} h3 a").count() == 1
    anybody.goto(f"/{language}/")
    assert "Wind tunnels" in anybody.inner_text("#main") or "风洞批次" in anybody.inner_text("#main")
