import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from matchmaker.domain import (
    Attachment,
    Consent,
    Contact,
    Lead,
    Mail,
    Need,
    NeedStatus,
    OfferingStatus,
    PrivateLink,
    Watch,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services.leads import asking, consents
from tests.asking import FIRM, PROBLEM, ask, begin, offering, platform

LONG = "x" * 201


@pytest.fixture(autouse=True)
def _index(published):
    """Every test here has something to ask for."""


@pytest.fixture
def draft(session, published):
    """The key of a draft."""
    return begin(session, published)[0]


def form(session, *external_ids, **changes):
    """Return a page filled in for some offerings and sent; None takes a field away."""
    chosen = [offering(session, name) for name in external_ids or ("vibration",)]
    sent = FIRM | {"offering": [str(one.id) for one in chosen],
                   "recipient": list({str(one.platform_id) for one in chosen}), "index_version": "000001"} | changes
    return {name: value for name, value in sent.items() if value is not None}


def address(session, key, *external_ids, lang="en"):
    chosen = "&".join(f"offering={offering(session, name).id}" for name in external_ids or ("vibration",))
    return f"/{lang}/needs/{key}/ask?{chosen}"


def count(session, kind):
    return session.scalar(select(func.count()).select_from(kind))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_recipient_has_a_box_of_its_own_that_names_it(read, session, draft, lang):
    page = read(address(session, draft, "vibration", "gpu", "drop", lang=lang))
    boxes = page.all("input", name="recipient")
    assert [box["value"] for box in boxes] == [str(platform(session).id), str(platform(session, "tianquan").id)]
    assert not [box for box in boxes if "checked" in box.attributes]
    labels = [label.text for label in page.all("label", class_="agree")][:len(boxes)]
    assert [name in label for name, label in zip(("Jianghai", "Tianquan"), labels, strict=True)] == [True, True]
    assert consents.current_version() in page.all("details", class_="whole")[0].text
    assert len(page.all("section", class_="recipient")) == 2
    assert len(page.all("h1")) == 1
    assert count(session, Lead) == 0


def test_the_page_says_what_is_seen_now_and_later_and_how_to_withdraw(read, session, draft):
    card = read(address(session, draft)).one("section", class_="recipient").text
    for words in ("Random vibration test", "Sees now", "Sees after it accepts", "Purpose", "I may withdraw at any time"):
        assert words in card


def test_only_who_has_files_is_asked_about_them(read, session, draft):
    assert read(address(session, draft)).all("input", name="shows_files_at_once") == []
    need_id = session.scalars(select(Need.id)).one()
    session.add(Attachment(id=new_id(), need_id=need_id, name="a.pdf", media_type="application/pdf", size=1, sha256="0"))
    session.flush()
    box = read(address(session, draft)).one("input", name="shows_files_at_once")
    assert "checked" not in box.attributes
    read(f"/en/needs/{draft}/ask", 303, data=form(session, shows_files_at_once="1"))
    assert session.scalars(select(Consent.shows_files_at_once)).all() == [True]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_asking_leads_to_the_confirmation(read, client, session, draft, lang):
    answer = client.post(f"/{lang}/needs/{draft}/ask", data=form(session, "vibration", "gpu"))
    assert (answer.status_code, answer.location) == (303, f"/{lang}/needs/{draft}/sent")
    need = session.scalars(select(Need)).one()
    page = read(answer.location)
    assert (need.status, need.reference in page.text) == (NeedStatus.OPEN, True)
    assert page.one("input", id="private-link")["value"].endswith(f"/{lang}/my/{draft}")
    assert len(page.one("ul", class_="promises").text.split("Random vibration test")) == 2 or lang == "zh"
    assert FIRM["email"] in page.text
    assert [consent.language for consent in session.scalars(select(Consent))] == [lang, lang]
    assert session.scalars(select(Contact.language)).one() == lang


def test_sending_twice_doubles_nothing_and_shows_the_same(client, session, draft):
    answers = [client.post(f"/en/needs/{draft}/ask", data=form(session)) for _ in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"/en/needs/{draft}/sent")}
    assert [count(session, kind) for kind in (Lead, Consent, Contact, Mail)] == [1, 1, 1, 1]


@pytest.mark.parametrize(("changes", "field"), [
    ({"recipient": None}, "recipients"),
    ({"recipient": "nonsense"}, "recipients"),
    ({"recipient": [str(uuid4()) for _ in range(11)]}, "recipients"),
    ({"offering": None}, "recipients"),
    ({"offering": "nonsense"}, "recipients"),
    ({"offering": [str(uuid4()) for _ in range(11)]}, "recipients"),
    ({"organisation": None}, "organisation"), ({"organisation": LONG}, "organisation"),
    ({"organisation": "a\x00b"}, "organisation"),
    ({"name": None}, "name"), ({"name": LONG}, "name"), ({"name": "\x00"}, "name"), ({"name": "  "}, "name"),
    ({"email": None}, "email"), ({"email": f"{LONG}@firm.example"}, "email"), ({"email": "nobody"}, "email"),
    ({"email": "a\x00@firm.example"}, "email"), ({"email": "a@firm.example\nBcc: x@y.example"}, "email"),
    ({"telephone": LONG}, "telephone"), ({"telephone": "call me"}, "telephone"), ({"telephone": "12"}, "telephone"),
    ({"telephone": "5\x005555555"}, "telephone"), ({"index_version": LONG}, "recipients"),
    ({"shows_files_at_once": "perhaps"}, "recipients"),
])
def test_each_fault_stands_at_its_field_and_nothing_is_stored(read, session, draft, changes, field):
    page = read(f"/en/needs/{draft}/ask", 422, data=form(session, **changes))
    assert [link["href"] for link in page.all("a") if link["href"].startswith("#f-")] == [f"#f-{field}"]
    assert page.one("div", class_="summary")["role"] == "alert"
    assert page.one("title").text.startswith("Error: ")
    if field != "recipients":
        assert page.one("input", id=f"f-{field}")["aria-invalid"] == "true"
        assert page.one("input", name="recipient").attributes.get("checked") is not None
    assert count(session, Lead) == count(session, Contact) == count(session, Consent) == 0


def test_faults_keep_what_was_typed_and_are_said_in_chinese(read, session, draft):
    page = read(f"/zh/needs/{draft}/ask", 422, data=form(session, recipient=None, name="<李伟>"))
    assert "请至少勾选一个平台" in page.one("div", class_="summary").text
    assert page.one("input", id="f-name")["value"] == "<李伟>"


@pytest.mark.parametrize("number", ["+86 513 5555 0100", "0513-55550100", "(0513) 5555 0100 转 12", "13800138000",
                                    "+44 20 7946 0000 ext. 5"])
def test_telephones_are_taken_as_people_write_them(client, session, draft, number):
    assert client.post(f"/en/needs/{draft}/ask", data=form(session, telephone=number)).status_code == 303
    assert session.scalars(select(Contact.telephone)).one() == number


def test_addresses_are_kept_in_small_letters(client, session, draft):
    client.post(f"/en/needs/{draft}/ask", data=form(session, email="Firm@Haimen.EXAMPLE"))
    assert session.scalars(select(Contact.email)).one() == "firm@haimen.example"


def test_what_is_closed_by_now_is_refused_in_words(read, session, draft):
    offering(session, "gpu").status = OfferingStatus.SUSPENDED
    session.flush()
    sent = form(session, "vibration", "gpu")
    for status, data in ((200, None), (409, sent)):
        path = address(session, draft, "vibration", "gpu") if data is None else f"/en/needs/{draft}/ask"
        page = read(path, status, data=data)
        assert "GPUs for training It is not open any more." in page.one("section", class_="refused").text
    assert page.one("input", id="f-name")["value"] == FIRM["name"]
    assert count(session, Lead) == count(session, Contact) == 0


def test_a_tick_for_a_platform_that_was_not_chosen_is_refused(read, session, draft):
    read(f"/en/needs/{draft}/ask", 409, data=form(session, recipient=str(platform(session, "qinghe").id)))
    assert count(session, Lead) == 0


def test_an_unknown_offering_is_refused(read, session, draft):
    page = read(f"/en/needs/{draft}/ask", 409, data=form(session, offering=[str(uuid4())]))
    assert "A resource that is gone" in page.text


def test_what_was_asked_already_says_so(read, client, session, draft):
    client.post(f"/en/needs/{draft}/ask", data=form(session))
    page = read(address(session, draft, "vibration", "gpu"))
    assert "Random vibration test" in page.one("section", class_="asked").text
    assert len(page.all("input", name="recipient")) == 1
    assert page.one("input", id="f-email")["value"] == FIRM["email"]


def test_nothing_chosen_sends_back_to_the_list(read, draft):
    for query in ("", "?offering=nonsense", "?offering=%00"):
        page = read(f"/en/needs/{draft}/ask{query}")
        assert "Nothing chosen yet" in page.text
        assert page.all("form", id="ask") == []


def test_more_than_ten_are_cut_with_words(read, session, draft):
    query = "&".join(f"offering={uuid4()}" for _ in range(11)) + f"&offering={offering(session).id}"
    assert "at most 10" in read(f"/en/needs/{draft}/ask?{query}").text


def test_a_draft_without_words_is_led_to_its_answers(client, session, published):
    key, _holder = begin(session, published, problem=" ")
    for answer in (client.get(f"/en/needs/{key}/ask"), client.post(f"/en/needs/{key}/ask", data=form(session)),
                   client.post(f"/en/needs/{key}/watch", data={"email": "a@firm.example"})):
        assert (answer.status_code, answer.location) == (303, f"/en/needs/{key}/check")


def test_the_confirmation_of_a_draft_is_no_page(client, draft):
    assert client.get(f"/en/needs/{draft}/sent").location == f"/en/my/{draft}"


@pytest.mark.parametrize("page", ["ask", "sent", "watch"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_link_that_holds_there_is_nothing(client, session, draft, page, method):
    if (page, method) == ("sent", "post"):
        return
    assert getattr(client, method)(f"/en/needs/{'x' * 32}/{page}", data={} if method == "post" else None
                                   ).status_code == 404
    link = session.scalars(select(PrivateLink)).one()
    link.expires_at = utc_now()
    session.flush()
    assert getattr(client, method)(f"/en/needs/{draft}/{page}", data={} if method == "post" else None
                                   ).status_code == 410


def test_a_program_is_thanked_and_nothing_happens(client, session, draft):
    answer = client.post(f"/en/needs/{draft}/ask", data=form(session, website="https://spam.example"))
    assert (answer.status_code, answer.location) == (303, f"/en/needs/{draft}/sent")
    client.post(f"/en/needs/{draft}/watch", data={"email": "a@firm.example", "website": "x"})
    assert count(session, Lead) == count(session, Contact) == 0


def test_one_place_asks_only_so_often(client, session, draft, published, monkeypatch):
    monkeypatch.setattr(asking, "ASKS_FROM_AN_HOUR", 1)
    assert client.post(f"/en/needs/{draft}/ask", data=form(session)).status_code == 303
    answer = client.post(f"/en/needs/{begin(session, published)[0]}/ask", data=form(session))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_the_pages_are_kept_by_nobody(client, session, draft):
    for path in (address(session, draft), f"/en/needs/{draft}/watch"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_form_carries_its_token(app, client, session, draft):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"/en/needs/{draft}/ask", data=form(session)).status_code == 400
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address(session, draft)).text)[1]
    assert client.post(f"/en/needs/{draft}/ask", data=form(session, csrf_token=token)).status_code == 303


def test_the_other_language_has_the_same_choice(read, session, draft):
    page = read(f"/en/needs/{draft}/ask", 422, data=form(session, "vibration", "gpu", name=None))
    other = read(page.one("a", class_="switch")["href"])
    assert len(other.all("input", name="offering")) == 2


def test_a_watch_begins_and_ends(read, client, session, draft):
    assert read(f"/en/needs/{draft}/watch").one("input", id="f-email")["value"] == ""
    answer = client.post(f"/en/needs/{draft}/watch", data={"email": "Firm@haimen.example"})
    page = read(answer.location)
    assert "firm@haimen.example" in page.text
    assert session.scalars(select(Watch.ended_at)).all() == [None]
    assert client.get(f"/en/my/{draft}").location == f"/en/needs/{draft}/watch"
    read(client.post(f"/en/my/{draft}/watch/end").location)
    assert session.scalars(select(Watch.ended_at)).one() is not None
    assert count(session, Lead) == 0


@pytest.mark.parametrize("email", ["", "nobody", "\x00", f"{LONG}@firm.example"])
def test_a_watch_needs_an_address(read, session, draft, email):
    page = read(f"/en/needs/{draft}/watch", 422, data={"email": email})
    assert page.one("input", id="f-email")["aria-invalid"] == "true"
    assert count(session, Watch) == count(session, Contact) == 0


def test_a_need_that_was_sent_keeps_asking(client, session, published, draft):
    _key, holder = begin(session, published)
    ask(session, published, holder)
    other = begin(session, published)[0]
    assert client.post(f"/en/needs/{other}/ask", data=form(session, "gpu")).status_code == 303
    assert client.post(f"/en/needs/{other}/ask", data=form(session, "drop")).status_code == 303
    snapshot = session.scalars(select(Need).where(Need.problem == PROBLEM, Need.id != holder.need_id)).all()
    assert len(snapshot) == 1
    assert count(session, Lead) == 3
