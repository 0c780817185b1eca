import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker.domain import (
    Job,
    Offering,
    OfferingMove,
    OfferingRevision,
    OfferingStatus,
    OfferingVersion,
    Person,
    Role,
    SignIn,
)
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import formats
from matchmaker.web.teams import editing_form
from tests.making import add_lead, add_need, add_person

EDITOR, COLLEAGUE, OPERATOR = "editor@jianghai.example", "colleague@jianghai.example", "operator@operator.example"
DESK = "/en/platform/offerings"
BASICS = {"kind": "laboratory", "external_id": "new-1", "title_en": "Salt spray <b>test</b>", "title_zh": "盐雾试验",
          "keywords": "salt spray\n盐雾"}


@pytest.fixture
def people(session):
    return {name: add_person(session, name, slug, role) for name, slug, role in [
        (EDITOR, "jianghai", Role.LIST_EDITOR), (COLLEAGUE, "jianghai", Role.LEAD_MANAGER),
        (OPERATOR, "operator", Role.OPERATOR), ("editor@qinghe.example", "qinghe", Role.LIST_EDITOR),
        ("reviewer@jianghai.example", "jianghai", Role.REVIEWER)]}


@pytest.fixture
def enter(client, session, people):
    """A function that lets somebody be signed in."""
    def enter(email=EDITOR):
        person = session.scalar(select(Person).where(Person.email == email))
        kept = session.scalar(select(SignIn).where(SignIn.key_hash == hash_secret(email)))
        if kept is None:
            session.add(SignIn(person_id=person.id, key_hash=hash_secret(email),
                               expires_at=utc_now() + dt.timedelta(hours=1)))
        session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = email
        return client

    return enter


@pytest.fixture
def post(client, session):
    """A function that posts a form and checks the status."""
    def post(path, status=303, **data):
        answer = client.post(path, data=data)
        assert answer.status_code == status, answer.text[:3000]
        session.expire_all()
        return answer

    return post


@pytest.fixture
def shaker(session, make_offering, people):
    return make_offering(session, external_id="jh-1", capabilities=[
        {"parameter": {"zh": "频率", "en": "frequency"}, "min": 5, "max": 2000, "unit": "Hz"}],
        capacity={"unit": "slot_per_month", "maximum": 10, "available": 3, "updated_at": None},
        valid_through=formats.today() + dt.timedelta(days=20), contact="lab@jianghai.example")


def seen(client, offering) -> str:
    page = client.get(f"{DESK}/{offering.id}/edit/basics")
    return page.text.partition('name="seen" value="')[2].partition('"')[0]


def stamp(offering, revision=None) -> str:
    return f"{offering.version}-{offering.status}" + (f"-{revision.version}-{revision.status}" if revision else "")


def test_from_nothing_to_published_by_four_eyes(enter, post, session, read):
    enter()
    place = post(f"{DESK}/new", **BASICS).location
    made = session.scalars(select(Offering).where(Offering.external_id == "new-1")).one()
    assert place == f"{DESK}/{made.id}/edit/abilities"
    assert (made.status, made.title["en"], made.keywords) == ("draft", "Salt spray <b>test</b>", ["salt spray", "盐雾"])
    post(place, seen=stamp(made), next="page", cap_zh=["温度", ""], cap_en=["temperature", ""], cap_min=["−10", ""],
         cap_max=["50", ""], cap_unit=["°C", ""], standards="GB/T 10125")
    assert made.capabilities == [{"parameter": {"zh": "温度", "en": "temperature"}, "min": -10, "max": 50, "unit": "°C"}]
    assert "Salt spray &lt;b&gt;" in enter().get(f"{DESK}/{made.id}").text
    post(f"{DESK}/{made.id}/steps", step="submit", seen=stamp(made))
    assert "Publish" not in [button.text for button in read(f"{DESK}/{made.id}").all("button")]
    post(f"{DESK}/{made.id}/steps", 403, step="publish", seen=stamp(made))
    enter(COLLEAGUE)
    post(f"{DESK}/{made.id}/steps", step="publish", seen=stamp(made))
    assert made.status == OfferingStatus.PUBLISHED
    moves = session.scalars(select(OfferingMove).where(OfferingMove.offering_id == made.id)
                            .order_by(OfferingMove.id)).all()
    assert [move.to_state for move in moves] == ["draft", "in_review", "published"]
    assert moves[1].person_id != moves[2].person_id
    assert {job.task for job in session.scalars(select(Job))} >= {"check_stock"}
    assert enter().get(f"/en/offerings/{made.id}").status_code == 200


def test_what_firms_see_stays_until_the_change_is_published(enter, post, session, shaker, client):
    enter()
    form = dict(editing_form.form_of(shaker.content).items(multi=True))
    before = stamp(shaker)
    post(f"{DESK}/{shaker.id}/edit/basics", seen=before, **(form | {"title_en": "Shaker, 60 kN"}))
    revision = session.get(OfferingRevision, shaker.id)
    assert (shaker.title["en"], shaker.version) == ("Random vibration test", 1)
    assert revision.changes == {"title": {"zh": "随机振动试验", "en": "Shaker, 60 kN"}}
    assert "Shaker, 60 kN" not in client.get(f"/en/offerings/{shaker.id}").text
    post(f"{DESK}/{shaker.id}/capacity", available="0")
    post(f"{DESK}/{shaker.id}/steps", step="submit", seen=stamp(shaker, revision))
    enter(COLLEAGUE)
    page = client.get(f"{DESK}/{shaker.id}").text
    assert "Shaker, 60 kN" in page
    assert "<del>" in page
    revision = session.get(OfferingRevision, shaker.id)
    post(f"{DESK}/{shaker.id}/steps", step="publish", seen=stamp(shaker, revision))
    assert (shaker.title["en"], shaker.capacity["available"]) == ("Shaker, 60 kN", 0)
    assert session.get(OfferingRevision, shaker.id) is None
    kept = session.scalars(select(OfferingVersion).where(OfferingVersion.offering_id == shaker.id)
                           .order_by(OfferingVersion.version)).all()
    assert [version.content["title"]["en"] for version in kept] == ["Random vibration test"] * 2
    assert "Change published" in client.get(f"{DESK}/{shaker.id}").text


def test_a_change_that_was_overtaken_overwrites_nothing(enter, post, session, shaker):
    enter()
    form = dict(editing_form.form_of(shaker.content).items(multi=True))
    post(f"{DESK}/{shaker.id}/edit/basics", seen=stamp(shaker), **(form | {"title_en": "Ours"}))
    shaker.revise(shaker.content | {"title": {"en": "Theirs, by an import"}}, utc_now())
    session.commit()
    revision = session.get(OfferingRevision, shaker.id)
    post(f"{DESK}/{shaker.id}/steps", step="submit", seen=stamp(shaker, revision))
    enter(OPERATOR)
    revision = session.get(OfferingRevision, shaker.id)
    answer = post(f"{DESK}/{shaker.id}/steps", 409, step="publish", seen=stamp(shaker, revision))
    assert "has changed in the meantime" in answer.text
    assert shaker.title == {"en": "Theirs, by an import"}


def test_whoever_saw_another_state_is_told_what_changed(enter, post, session, shaker):
    enter()
    old = stamp(shaker)
    post(f"{DESK}/{shaker.id}/capacity", available="7")
    form = dict(editing_form.form_of(shaker.content).items(multi=True))
    answer = post(f"{DESK}/{shaker.id}/edit/basics", 409, seen=old, **(form | {"title_en": "Mine, typed long"}))
    assert "Mine, typed long" in answer.text
    assert "Version 2" in answer.text
    assert "7 of 10" in answer.text
    assert session.get(OfferingRevision, shaker.id) is None
    assert post(f"{DESK}/{shaker.id}/steps", 409, step="suspend", why="x", seen=old)


def test_capacity_is_changed_from_the_list_and_counts_at_once(enter, post, session, shaker, client):
    enter()
    answer = post(f"{DESK}/{shaker.id}/capacity?shelf=published", available="5")
    assert answer.location.endswith(f"shelf=published#offering-{shaker.id}")
    assert (shaker.capacity["available"], shaker.version) == (5, 2)
    assert "There cannot be more free than there is: 10." in post(f"{DESK}/{shaker.id}/capacity", 422,
                                                                  available="11").text
    assert "a number" in post(f"{DESK}/{shaker.id}/capacity", 422, available="many").text
    assert shaker.capacity["available"] == 5
    assert "5 of 10" in client.get(f"/en/offerings/{shaker.id}").text


def test_faults_stand_at_their_fields_and_nothing_is_lost(enter, post, shaker):
    enter()
    answer = post(f"{DESK}/{shaker.id}/edit/price", 422, seen=stamp(shaker), price_min="5000", price_max="300",
                  valid_through="tomorrow", capacity_available="11", capacity_maximum="10", terms_url="ftp://x")
    for words in ('href="#f-valid-through"', 'href="#f-terms-url"', 'id="f-terms-url-fault"',
                  'value="tomorrow"', 'value="ftp://x"'):
        assert words in answer.text
    assert "There are 3 problems" in answer.text
    for name, words in [("price_min", {"price_min": "5000", "price_max": "300"}),
                        ("capacity_available", {"capacity_available": "11", "capacity_maximum": "10"})]:
        answer = post(f"{DESK}/{shaker.id}/edit/price", 422, seen=stamp(shaker), **words)
        assert f'href="#f-{name.replace("_", "-")}"' in answer.text
    answer = post(f"{DESK}/new", 422, **(BASICS | {"kind": "", "title_zh": "", "title_en": ""}))
    assert 'href="#f-kind"' in answer.text
    assert 'href="#f-title-zh"' in answer.text
    assert "number of its own" in post(f"{DESK}/new", 422, **(BASICS | {"external_id": "jh-1"})).text


def test_suspended_is_hidden_and_the_operators_word_holds(enter, post, session, shaker, client):
    enter(OPERATOR)
    post(f"{DESK}/{shaker.id}/steps", 422, step="suspend", seen=stamp(shaker))
    post(f"{DESK}/{shaker.id}/steps", step="suspend", why="A complaint is being looked into", seen=stamp(shaker))
    assert client.get(f"/en/offerings/{shaker.id}").status_code == 404
    enter()
    assert "A complaint is being looked into" in client.get(f"{DESK}/{shaker.id}").text
    post(f"{DESK}/{shaker.id}/steps", 403, step="resume", seen=stamp(shaker))
    enter(OPERATOR)
    post(f"{DESK}/{shaker.id}/steps", step="resume", seen=stamp(shaker))
    assert shaker.status == "published"


def test_one_click_extends_and_brings_back_what_expired(enter, post, session, shaker):
    enter()
    last = shaker.valid_through
    post(f"{DESK}/{shaker.id}/validity", list="1")
    assert (shaker.valid_through - last).days == 365
    assert shaker.verified_at == formats.today()
    shaker.status, shaker.valid_through = OfferingStatus.EXPIRED, formats.today() - dt.timedelta(days=3)
    session.commit()
    post(f"{DESK}/{shaker.id}/validity", 422, valid_through=(formats.today() - dt.timedelta(days=1)).isoformat())
    assert shaker.status == "expired"
    post(f"{DESK}/{shaker.id}/validity", valid_through=formats.today().isoformat())
    assert (shaker.status, shaker.valid_through) == ("published", formats.today())


def test_copies_are_drafts_with_a_number_of_their_own(enter, post, session, shaker):
    enter()
    for number in (2, 3):
        post(f"{DESK}/{shaker.id}/copy")
        made = session.scalars(select(Offering).where(Offering.external_id == f"jh-1-{number}")).one()
        assert (made.status, made.title, made.capabilities) == ("draft", shaker.title, shaker.capabilities)


def test_every_field_survives_the_form(shaker, make_offering, session):
    full = make_offering(session, external_id="full", eligibility={
        "size_classes": ["micro"], "one_person_ok": False, "max_age_years": 5, "regions": ["320600"],
        "industries": ["C39"], "certifications": ["high_tech"]}, required_documents=[{"zh": "图纸", "en": "drawings"}],
        access_mode="order", delivery=["mail_in", "remote"], pricing_model="per_test", price_min=320050,
        price_max=500000, currency="CNY", sme_discount=20, voucher_schemes=["苏科券"], lead_time_days=7, response_days=2,
        languages=["zh", "en"], terms_url="https://example.com/t", ip_terms="shared", trl_min=3, trl_max=9,
        standards=["GB/T 2423.10"], industries=["C39", "C36"], regions=["320600", "000000"], themes=["low_altitude"],
        capacity={"unit": "slot_per_month", "maximum": 10.5, "available": 0, "updated_at": "2026-10-01T00:00:00Z"},
        valid_from=dt.date(2026, 1, 1), valid_through=dt.date(2027, 1, 1), verified_at=dt.date(2026, 10, 1))
    from matchmaker.domain.offerings import plain
    from matchmaker.schemas.vocabulary import use_vocabulary

    with use_vocabulary({"laboratory"}, {"low_altitude"}):
        for offering in (shaker, full):
            content, faults = editing_form.read(editing_form.form_of(offering.content), offering.content)
            assert faults == {}
            assert {name: value for name, value in plain(content).items()
                    if (value or None) != (plain(offering.content)[name] or None)} == {}


@pytest.mark.parametrize("email", ["editor@qinghe.example"])
def test_a_rival_finds_nothing(enter, shaker, client, email):
    enter(email)
    assert "Random vibration" not in client.get(DESK).text
    for path in ("", "/edit/basics"):
        assert client.get(f"{DESK}/{shaker.id}{path}").status_code == 404
    for path in ("steps", "capacity", "validity", "copy", "preview", "edit/basics"):
        assert client.post(f"{DESK}/{shaker.id}/{path}", data={"step": "submit", "seen": "1-draft", "available": "1",
                                                               "words": "x"}).status_code == 404


def test_reviewers_do_not_edit_and_operators_do_not_write(enter, shaker, client):
    enter("reviewer@jianghai.example")
    assert client.get(DESK).status_code == 403
    enter(OPERATOR)
    assert client.get(f"{DESK}/{shaker.id}").status_code == 200
    for path in ("edit/basics", "capacity", "validity", "copy"):
        assert client.post(f"{DESK}/{shaker.id}/{path}", data={}).status_code == 403


def test_an_operator_reads_no_drafts(enter, session, make_offering, client):
    draft = make_offering(session, status=OfferingStatus.DRAFT, title={"en": "Secret plan"})
    enter(OPERATOR)
    assert "Secret plan" not in client.get(DESK).text
    assert client.get(f"{DESK}/{draft.id}").status_code == 404


def test_the_list_has_shelves_words_and_pages(enter, session, make_offering, shaker, client, read):
    for number in range(30):
        make_offering(session, title={"en": f"Drop test {number}"}, keywords=["drop"])
    make_offering(session, title={"en": "Full one"}, capacity={"available": 0, "maximum": 1, "unit": None})
    enter()
    page = read(DESK)
    assert len(page.all("tr")) == 26
    following = next(link["href"] for link in page.all("a", rel="next"))
    assert len(read(following).all("tr")) == 8
    assert [row.text for row in read(f"{DESK}?shelf=full").all("tr")][1].startswith("Full one")
    assert "jh-1" in read(f"{DESK}?shelf=ending").text
    assert len(read(f"{DESK}?q=random+vibration").all("tr")) == 2
    assert client.get(f"{DESK}?shelf=nonsense").status_code == 422
    assert client.get(f"{DESK}?cursor=nonsense").status_code == 422


def test_a_need_is_tried_against_the_draft_beside_what_is_published(enter, session, published, client, post, app):
    app.config["MATCHMAKER"] = published
    found = session.scalars(select(Offering).where(Offering.external_id == "vibration")).one()
    add_person(session, "manager@jianghai.example", "jianghai", Role.LEAD_MANAGER)
    enter()
    form = dict(editing_form.form_of(found.content).items(multi=True))
    post(f"{DESK}/{found.id}/edit/conditions", seen=stamp(found), eligibility_size_classes="medium",
         **{name: value for name, value in form.items() if name in ("regions", "delivery")})
    answer = post(f"{DESK}/{found.id}/preview", 200, words="random vibration test of a bracket")
    assert "With this change" in answer.text
    assert "As firms see it now" in answer.text
    assert "tell us your firm" in answer.text
    assert post(f"{DESK}/{found.id}/preview", 422, words=" ")
    assert post(f"{DESK}/{found.id}/preview", 404, need=str(new_id()))
    need = add_need(session, firm={"size_class": "micro"}, title="Our bracket")
    add_lead(session, found, need)
    assert post(f"{DESK}/{found.id}/preview", 404, need=str(need.id))
    enter("manager@jianghai.example")
    assert "Our bracket" in client.get(f"{DESK}/{found.id}").text
    assert "Only for " in post(f"{DESK}/{found.id}/preview", 200, need=str(need.id)).text


def test_a_role_taken_away_is_gone_at_once(enter, session, people, client):
    enter()
    assert client.get(DESK).status_code == 200
    session.delete(people[EDITOR].memberships[0])
    session.commit()
    assert client.get(DESK).status_code == 403


