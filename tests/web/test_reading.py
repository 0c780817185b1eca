import pytest
from sqlalchemy import select

from matchmaker.domain import AuditEntry, Contact, HumanReading, Mail, Need, NeedStatus, Offering, Role
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import human_readings, links, vocabulary
from tests.making import PASSWORD, add_need, add_person
from tests.referring import VIBRATION

PAGE, QUEUE = "/en/my/{}/reading", "/en/operator/readings"
IDEA = "Kanarienidee"


@pytest.fixture
def need(session, published):
    need = add_need(session, status=NeedStatus.DRAFT, opened_at=None,
                    answers={"problem": [VIBRATION], "title": [IDEA], "organisation_name": ["Kanarienfirma"]})
    session.query(Contact).filter(Contact.need_id == need.id).delete()
    session.commit()
    return need


@pytest.fixture
def key(session, published, need):
    key = links.add_link(session, published, need)
    session.commit()
    return key


@pytest.fixture
def operator(app, session):
    """The browser of an operator."""
    add_person(session, "operator@operator.example", "operator", Role.OPERATOR)
    session.commit()
    browser = app.test_client()
    browser.post("/en/sign-in", data={"email": "operator@operator.example", "password": PASSWORD})
    return browser


def ask(client, key, **fields):
    return client.post(PAGE.format(key), data={"note": "On site, please", **fields})


def test_without_ranking_the_list_is_what_the_rules_leave(client, session, published, need, key):
    ranked = client.get(f"/en/needs/{key}/results").text
    assert "Switch the ranking off" in ranked
    assert "fit-line" in ranked
    answer = client.post(f"/en/my/{key}/ranking", data={"ranking": "off"})
    assert answer.status_code == 303
    shown = client.get(f"/en/needs/{key}/results").text
    assert "Not ranked, as you wish" in shown
    assert "fit-line" not in shown
    places = [shown.index(f">{title}<") for title in ("Drop test", "GPUs for training", "Pilot fermentation", "Random vibration test")]
    assert places == sorted(places)
    assert "alphabetical order" in client.get(PAGE.format(key)).text
    narrowed = client.get(f"/en/needs/{key}/results?only_kind=compute&after=x").text
    assert narrowed.count("plain-match") == 1
    assert "按名称拼音排列" in client.get(f"/zh/needs/{key}/results").text
    client.post(f"/en/my/{key}/ranking", data={"ranking": "on", "then": "results"})
    assert "fit-line" in client.get(f"/en/needs/{key}/results").text
    assert session.scalars(select(AuditEntry).where(AuditEntry.thing == "need")).all()


def test_a_list_without_ranking_goes_page_by_page(client, key, monkeypatch):
    from matchmaker.web.firms import results
    monkeypatch.setattr(results, "A_PAGE", 3)
    client.post(f"/en/my/{key}/ranking", data={"ranking": "off"})
    first = client.get(f"/en/needs/{key}/results").text
    assert (first.count("plain-match"), 'rel="next"' in first, 'rel="prev"' in first) == (3, True, False)
    second = client.get(f"/en/needs/{key}/results?after=3").text
    assert (second.count("plain-match"), 'rel="next"' in second, 'rel="prev"' in second) == (1, False, True)


@pytest.mark.usefixtures("published")
def test_the_api_gives_a_list_without_ranking(client, session):
    body = {"need": {"problem": VIBRATION}, "ranking": "off", "top": 2}
    document = client.post("/api/v1/matches", json=body, headers={"Accept-Language": "en"}).get_json()
    with use_vocabulary(*vocabulary.codes(session)):
        assert MatchesAnswer().validate(document) == {}
    assert (document["ranking"], document["eligible"], document["near_misses"]) == ("off", 4, [])
    assert [(match["rank"], match["fit"], match["score"], match["factors"], match["offering"]["external_id"])
            for match in document["matches"]] == [(1, None, None, [], "drop"), (2, None, None, [], "gpu")]
    rest = client.post("/api/v1/matches", json={**body, "after": 2}, headers={"Accept-Language": "en"}).get_json()
    assert [match["rank"] for match in rest["matches"]] == [3, 4]
    assert client.post("/api/v1/matches", json={"need": body["need"]}).get_json()["ranking"] == "by_fit"
    assert client.post("/api/v1/matches", json={**body, "ranking": "never"}).status_code == 422


def test_a_person_reads_a_need_and_answers(client, session, operator, need, key):
    assert IDEA not in operator.get(QUEUE).text
    assert ask(client, key, email="li.wei@haimen.example").status_code == 303
    assert ask(client, key).status_code == 303
    reading = session.scalars(select(HumanReading)).one()
    assert session.scalars(select(Contact).where(Contact.need_id == need.id)).one().email == "li.wei@haimen.example"
    assert [mail.notice for mail in session.scalars(select(Mail))] == ["reading_asked"]
    page = operator.get(QUEUE).text
    assert all(words in page for words in (IDEA, VIBRATION, "On site, please"))
    assert not any(words in page for words in ("Kanarienfirma", "li.wei@haimen.example"))
    start = operator.get("/en/operator").text
    assert "Human readings" in start
    assert operator.post(f"{QUEUE}/{reading.id}", data={"words": ""}).status_code == 422
    assert operator.post(f"{QUEUE}/{need.id}", data={"words": ""}).status_code == 404
    unknown = operator.post(f"{QUEUE}/{reading.id}", data={"words": "A", "offerings": "jianghai/none"})
    assert (unknown.status_code, "jianghai/none" in unknown.text) == (422, True)
    gpu = session.scalars(select(Offering).where(Offering.external_id == "gpu")).one()
    named = f"jianghai/vibration\nhttps://m.example/en/offerings/{gpu.id}"
    assert operator.post(f"{QUEUE}/{reading.id}", data={"words": "Ask Jianghai", "offerings": named}).status_code == 303
    assert operator.post(f"{QUEUE}/{reading.id}", data={"words": "Again"}).status_code == 409
    assert IDEA not in operator.get(QUEUE).text
    shown = client.get(PAGE.format(key)).text
    assert all(words in shown for words in ("Ask Jianghai", "Random vibration test", "GPUs for training"))
    assert [mail.notice for mail in session.scalars(select(Mail).order_by(Mail.id))][-1] == "reading_answered"
    entries = session.scalars(select(AuditEntry).where(AuditEntry.thing == "human_reading").order_by(AuditEntry.number)).all()
    assert [(entry.act.value, entry.side) for entry in entries] == [("created", "firm"), ("changed", "operator")]
    assert entries[1].person_id is not None
    exported = client.get(f"/en/my/{key}/data.json").get_json()
    assert exported["human_readings"][0]["answer"] == "Ask Jianghai"
    assert "is_ranked" in exported["need"]


def test_a_request_is_taken_back_and_bounded(client, session, operator, key):
    for _number in range(human_readings.MOST):
        assert ask(client, key).status_code == 303
        reading = session.scalars(select(HumanReading).where(HumanReading.ended_at.is_(None))).one()
        assert client.post(f"{PAGE.format(key)}/end").status_code == 303
        assert IDEA not in operator.get(QUEUE).text
        assert operator.post(f"{QUEUE}/{reading.id}", data={"words": "Too late"}).status_code == 409
    assert ask(client, key).status_code == 409
    assert "Ask for a person" not in client.get(PAGE.format(key)).text
    assert ask(client, key, email="nobody").status_code == 422


def test_a_closed_need_is_read_by_nobody(client, session, need, key):
    session.get(Need, need.id).status = NeedStatus.CLOSED
    session.commit()
    assert ask(client, key).status_code == 409


def test_only_operators_read(app, client, session, need, key):
    ask(client, key)
    reading = session.scalars(select(HumanReading)).one()
    add_person(session, "reviewer@jianghai.example", "jianghai", Role.REVIEWER)
    session.commit()
    browser = app.test_client()
    browser.post("/en/sign-in", data={"email": "reviewer@jianghai.example", "password": PASSWORD})
    assert browser.get(QUEUE).status_code == 403
    assert browser.post(f"{QUEUE}/{reading.id}", data={"words": "Me"}).status_code == 403
