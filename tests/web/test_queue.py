import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import Consent, LeadMessage, LeadReading, LeadState, SavedView, Side
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services.leads import views, workbench
from tests.making import add_lead, add_need, add_person


def shown(page) -> list[str]:
    """The numbers of the leads in the list, from the top."""
    return [link["id"].removeprefix("to-") for link in page.all("a") if link.attributes.get("id", "").startswith("to-")]


@pytest.fixture
def offering(session, make_offering):
    return make_offering(session)


@pytest.fixture
def add(session, offering):
    """A function that adds a lead with a number of its own."""
    def add(reference, *, on=None, need=None, **fields):
        lead = add_lead(session, on or offering, need or add_need(session, title=f"Need of {reference}"),
                        reference=reference, **fields)
        session.commit()
        return lead

    return add


@pytest.mark.parametrize(("query", "expected"), [
    ("", {"L-NEW", "L-LATE", "L-MINE"}), ("due=late", {"L-LATE"}), ("due=week", {"L-LATE", "L-NEW", "L-MINE"}),
    ("due=day", {"L-LATE"}), ("owner=me", {"L-MINE"}), ("owner=nobody", {"L-NEW", "L-LATE"}), ("state=in_review", {"L-MINE"}),
    ("kind=compute", {"L-LATE"}), ("kind=laboratory", {"L-NEW", "L-MINE"}), ("q=l-new", {"L-NEW"}),
    ("q=gearbox", {"L-NEW"}), ("q=GPUs", {"L-LATE"}), ("q=%25", set()), ("q=gearbox&owner=me", set()),
    ("view=all&state=declined", {"L-OVER"}), ("view=closed", {"L-OVER"}),
])
def test_the_queue_is_narrowed_by_each_filter(read, signed_in, session, person, make_offering, add, query, expected):
    gpu = make_offering(session, kind_code="compute", title={"en": "GPUs", "zh": "算力"})
    add("L-NEW", need=add_need(session, title="A gearbox"))
    add("L-LATE", on=gpu, due_at=utc_now() - dt.timedelta(hours=1))
    add("L-MINE", state=LeadState.IN_REVIEW, assignee_id=person.id)
    add("L-OVER", state=LeadState.DECLINED, due_at=utc_now() - dt.timedelta(hours=1))
    assert set(shown(read(f"/en/leads?{query}"))) == expected
    assert set(shown(read(f"/zh/leads?{query}"))) == expected


def test_a_colleague_and_an_offering_narrow_it_too(read, signed_in, session, make_offering, add):
    colleague, other = add_person(session, "two@jianghai.example", "jianghai"), make_offering(session)
    add("L-ONE")
    add("L-TWO", on=other, assignee_id=colleague.id)
    assert shown(read(f"/en/leads?owner={colleague.id}")) == ["L-TWO"]
    assert shown(read(f"/en/leads?offering={other.id}")) == ["L-TWO"]
    page = read(f"/en/leads?offering={other.id}&owner={colleague.id}")
    assert "1 lead of 2 is shown" in page.text
    assert {option["value"] for option in page.all("option") if "selected" in option.attributes} == {
        str(other.id), str(colleague.id)}


def test_words_without_consent_are_not_searched(read, signed_in, session, add):
    lead = add("L-GONE", need=add_need(session, title="A gearbox"))
    session.scalar(select(Consent).where(Consent.need_id == lead.need_id)).withdraw()
    session.commit()
    assert shown(read("/en/leads?q=gearbox")) == []
    assert shown(read("/en/leads?q=L-GONE")) == ["L-GONE"]


@pytest.mark.parametrize("query", ["state=new", "owner=x", "kind=none", "offering=x", "due=never", "q=a%00b",
                                   "q=" + 101 * "x", "state=suggested%00"])
def test_a_filter_that_does_not_exist_is_said_so(client, signed_in, query):
    assert client.get(f"/en/leads?{query}").status_code == 422


def test_a_filter_that_leaves_nothing_says_so_and_can_be_taken_off(read, signed_in, add):
    add("L-NEW")
    page = read("/en/leads?q=nowhere&sort=fit")
    assert "Nothing fits this filter" in page.text
    assert "/en/leads?view=to_answer&sort=fit" in [link.attributes.get("href") for link in page.all("a")]


@pytest.mark.parametrize("sort", ["due", "fit", "age"])
def test_leads_of_one_need_stand_together_under_the_first(read, signed_in, session, make_offering, add, sort, monkeypatch):
    now, need = utc_now(), add_need(session, title="Both")
    late = {"due_at": now + dt.timedelta(days=9), "fit": 0.1, "created_at": now}
    soon = {"due_at": now + dt.timedelta(days=1), "fit": 0.9, "created_at": now - dt.timedelta(days=9)}
    add("L-LAST", **late)
    add("L-FIRST", need=need, **soon)
    add("L-BESIDE", need=need, on=make_offering(session), **late)
    add("L-MIDDLE", due_at=now + dt.timedelta(days=3), fit=0.5, created_at=now - dt.timedelta(days=2))
    order = ["L-FIRST", "L-BESIDE", "L-MIDDLE", "L-LAST"]
    page = read(f"/en/leads?sort={sort}")
    assert shown(page) == order
    assert len(page.all("tr", class_="beside")) == 1
    monkeypatch.setattr(workbench, "PAGE", 2)
    found, path = [], f"/en/leads?sort={sort}"
    while path:
        page = read(path)
        found += shown(page)
        path = next((link["href"] for link in page.all("a", rel="next")), "")
    assert found == order


def test_a_lead_whose_companion_is_elsewhere_stands_for_itself(read, signed_in, session, make_offering, add):
    need = add_need(session)
    add("L-OPEN", need=need)
    add("L-OVER", need=need, on=make_offering(session), state=LeadState.DECLINED)
    assert shown(read("/en/leads")) == ["L-OPEN"]
    assert shown(read("/en/leads?view=closed")) == ["L-OVER"]


def test_filter_and_order_stay_from_page_to_page(read, signed_in, add, monkeypatch):
    monkeypatch.setattr(workbench, "PAGE", 1)
    add("L-ONE", fit=0.9)
    add("L-TWO", fit=0.8)
    (following,) = read("/en/leads?q=need&sort=fit").all("a", rel="next")
    assert "q=need" in following["href"]
    assert shown(read(following["href"])) == ["L-TWO"]


def test_the_number_of_queries_does_not_grow_with_the_leads(read, signed_in, session, make_offering, add, statements):
    def count(path):
        statements.clear()
        read(path)
        return len([statement for statement in statements if statement.startswith("SELECT")])

    for number in range(2):
        add(f"L-{number}")
    pair = add_need(session, title="need of a pair")
    for reference in ("L-BESIDE", "L-PAIR"):
        add(reference, need=pair, on=make_offering(session))
    before = [count(path) for path in ("/en/leads", "/en/leads?q=need&due=week")]
    need = add_need(session)
    for number in range(2, 14):
        add(f"L-{number}", need=need if number % 3 else None, on=make_offering(session))
    assert [count(path) for path in ("/en/leads", "/en/leads?q=need&due=week")] == before
    assert max(before) <= 28


def test_nothing_is_asked_twice_and_nothing_that_cannot_be_read(read, signed_in, add, statements):
    add("L-ONE")
    statements.clear()
    assert shown(read("/en/leads")) == ["L-ONE"]
    asked = [statement for statement in statements if statement.startswith("SELECT")]
    assert not [statement for statement in asked if "FROM appeal" in statement]
    assert len([statement for statement in asked if "membership.role IN" in statement]) == 1


def test_a_view_is_saved_shown_replaced_and_deleted(client, read, signed_in, session, person, add):
    add("L-LATE", due_at=utc_now() - dt.timedelta(hours=1))
    data = {"name": "My late ones", "view": "all", "due": "late", "sort": "age"}
    answer = client.post("/en/leads/views", data=data)
    assert (answer.status_code, answer.location) == (303, "/en/leads?view=all&due=late&sort=age")
    (link,) = [link for link in read(answer.location).all("a") if link.text == "My late ones"]
    assert link["aria-current"] == "true"
    assert shown(read(link["href"])) == ["L-LATE"]
    client.post("/en/leads/views", data=data | {"due": "week"})
    (kept,) = session.scalars(select(SavedView))
    assert (kept.asked["due"], kept.person_id) == ("week", person.id)
    for _ in range(2):
        assert client.post("/en/leads/views/delete", data={"saved": kept.id}).status_code == 303
    session.expire_all()
    assert session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize("data", [
    {}, {"name": ""}, {"name": "x" * 61}, {"name": "a\x00"}, {"name": "a", "view": "none"}, {"name": "a", "person_id": "x"},
    {"name": "a", "owner": "you"},
])
def test_a_view_that_cannot_be_kept_is_refused(client, signed_in, session, data):
    assert client.post("/en/leads/views", data=data).status_code == 422
    assert session.scalars(select(SavedView)).all() == []


def test_nobody_keeps_more_views_than_they_can_find(client, signed_in, session, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    answers = [client.post("/en/leads/views", data={"name": name, "view": "all"}).status_code for name in "abca"]
    assert answers == [303, 303, 422, 303]


def test_views_are_ones_own(client, read, enter, signed_in, session):
    client.post("/en/leads/views", data={"name": "Secret", "view": "all"})
    view = session.scalar(select(SavedView))
    add_person(session, "two@jianghai.example", "jianghai")
    enter("two@jianghai.example")
    assert "Secret" not in read("/en/leads").text
    assert client.post("/en/leads/views/delete", data={"saved": view.id}).status_code == 303
    assert client.post("/en/leads/views/delete", data={"saved": new_id()}).status_code == 303
    assert client.post("/en/leads/views/delete", data={"saved": "x"}).status_code == 422
    session.expire_all()
    assert session.scalar(select(SavedView)) is not None


def test_who_else_has_a_lead_open_is_said(client, read, enter, signed_in, session, add, monkeypatch):
    lead = add("L-ONE")
    add_person(session, "two@jianghai.example", "jianghai", name="Second Reviewer")
    path = f"/en/leads/{lead.id}"
    answer = client.post(f"{path}/presence")
    assert (answer.status_code, "has this open" in answer.text) == (200, False)
    enter("two@jianghai.example")
    assert "reviewer has this open too." in client.post(f"{path}/presence").text
    assert "reviewer has this open too." in read(path).one("form", id="presence").text
    session.refresh(lead)
    assert lead.version == 1
    monkeypatch.setattr("matchmaker.services.leads.presence.utc_now", lambda: utc_now() + dt.timedelta(minutes=1))
    assert "has this open" not in client.post(f"{path}/presence").text
    add_person(session, "rival@qinghe.example", "qinghe")
    enter("rival@qinghe.example")
    assert client.post(f"{path}/presence").status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_message_that_waits_to_be_read_is_marked_in_the_queue(read, signed_in, session, add, lang):
    """Only for who may read it, and until the team says that it has."""
    def marked():
        return [mark.text for mark in read(f"/{lang}/leads").all("span", class_="waits")]

    lead, quiet = add("L-TALK"), add("L-QUIET")
    session.add(LeadMessage(lead_id=quiet.id, side=Side.PLATFORM, words="Our own"))
    session.commit()
    assert marked() == []
    session.add(LeadMessage(lead_id=lead.id, side=Side.FIRM, words="Is the fixture included?"))
    session.commit()
    assert marked() == [{"en": "unread message", "zh": "未读消息"}[lang]]
    consent = session.scalars(select(Consent).where(Consent.need_id == lead.need_id)).one()
    consent.withdrawn_at = utc_now()
    session.commit()
    assert marked() == []
    consent.withdrawn_at = None
    session.add(LeadReading(lead_id=lead.id, side=Side.PLATFORM, at=utc_now()))
    session.commit()
    assert marked() == []
