import html
import io
import re

import pytest
from sqlalchemy import select

from matchmaker.domain import ReferralMapping, Role
from tests.api.test_referral_mappings import table
from tests.making import PASSWORD, add_person
from tests.web.test_incubator import work

PAGE = "/{}/incubator/mappings"


@pytest.fixture
def browser(client, session, published):
    add_person(session, "referrer@incubator.example", "incubator", Role.REFERRER)
    client.post("/en/sign-in", data={"email": "referrer@incubator.example", "password": PASSWORD})
    return client


def look(browser, content: bytes, name="needs.csv", lang="en"):
    return browser.post(PAGE.format(lang), data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def form_of(page: str) -> dict[str, str]:
    form = {"seen": html.unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])}
    for name, options in re.findall(r'<select[^>]*name="(ours-\d+)">(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else ""
    return form


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_is_looked_at_mapped_saved_and_sent(browser, session, published, language):
    shown = look(browser, table(), lang=language)
    assert shown.status_code == 200
    assert not list(published.uploads.iterdir())
    form = form_of(shown.text)
    assert [form[f"ours-{place}"] for place in range(7)] == [
        "external_id", "problem", "", "organisation_name", "contact_name", "contact_email", ""]
    assert shown.text.count('class="state met"') == shown.text.count('class="state missing"') == 1
    tried = browser.post(PAGE.format(language) + "/save", data=form | {"act": "try", "ours-2": "problem"})
    assert tried.status_code == 200
    assert session.scalars(select(ReferralMapping)).all() == []
    saved = browser.post(PAGE.format(language) + "/save", data=form | {
        "act": "save", "ours-2": "problem", "name": "CRM", "fixed-currency": "CNY"})
    assert saved.status_code == 303
    assert "CRM" in browser.get(saved.location).text
    found = session.scalars(select(ReferralMapping)).one()
    assert (found.columns["problem"], found.constants) == (["技术需求", "补充说明"], {"currency": "CNY"})
    batches = browser.get(f"/{language}/incubator/batches").text
    assert '<option value="CRM">' in batches
    sent = browser.post(f"/{language}/incubator/batches", data={"token": "t", "mapping": "CRM", "file": (io.BytesIO(table()), "n.csv")},
                        content_type="multipart/form-data")
    assert work(session, published).options["mapping"]["name"] == "CRM"
    page = browser.get(sent.location).text
    assert "CRM" in page
    assert "<code>problem</code>" in page
    assert browser.post(PAGE.format(language) + "/delete", data={"name": "CRM"}).status_code == 303
    assert session.scalars(select(ReferralMapping)).all() == []


@pytest.mark.parametrize(("content", "name"), [(b"", "n.csv"), (b"%PDF-1.7", "n.csv"), (b"x", "n.pdf"), (b"a,b\n", "n.csv")],
                         ids=["empty", "no table", "kind", "no rows"])
def test_a_file_that_shows_nothing_is_said(browser, published, content, name):
    answer = look(browser, content, name)
    assert (answer.status_code, 'href="#f-file"' in answer.text) == (422, True)
    assert not list(published.uploads.glob("*"))


def test_what_is_wrong_with_a_mapping_is_said_at_its_field(browser, session):
    form = form_of(look(browser, table()).text)
    nothing = browser.post(PAGE.format("en") + "/save", data=form | {"act": "save", "name": "CRM", "ours-1": ""})
    assert (nothing.status_code, 'href="#f-columns"' in nothing.text) == (422, True)
    nameless = browser.post(PAGE.format("en") + "/save", data=form | {"act": "save", "name": ""})
    assert (nameless.status_code, 'href="#f-name"' in nameless.text) == (422, True)
    for seen in ("", "[]", '{"columns": ["a"], "rows": [["1", "2"]]}', "[" * 100_000):
        assert browser.post(PAGE.format("en") + "/save", data=form | {"seen": seen}).status_code == 404
    assert session.scalars(select(ReferralMapping)).all() == []


def test_a_mapping_that_is_not_there_is_said_where_the_file_is_sent(browser):
    answer = browser.post("/en/incubator/batches", data={"token": "t", "mapping": "none", "file": (io.BytesIO(table()), "n.csv")},
                          content_type="multipart/form-data")
    assert (answer.status_code, 'href="#f-mapping"' in answer.text) == (422, True)
