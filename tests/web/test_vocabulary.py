import pytest
from sqlalchemy import select

from matchmaker.domain import AuditEntry, Decision, Job, Kind, Offering, Reason, Role, Theme
from matchmaker.services import publishing, terms
from tests.making import add_lead, add_person

PAGE = "/en/operator/vocabulary"
FERRY = {"zh": "轮渡", "en": "Ferries & boats"}


def codes_of(options):
    return [option["value"] for option in options]


def test_a_new_kind_is_offered_everywhere_at_once(operator, session, read, make_offering):
    answer = operator.post(f"{PAGE}/kinds/add", data=FERRY)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#kinds-ferries_boats")
    assert session.get(Kind, "ferries_boats").label == FERRY
    assert "Ferries & boats" in read(PAGE).text
    listed = operator.get("/api/v1/kinds").json["kinds"]
    assert listed[-1] == {"code": "ferries_boats", "label": FERRY}
    asked = operator.post("/api/v1/matches", json={"need": {"problem": "a boat", "kinds": ["ferries_boats"]}})
    assert asked.status_code != 422
    assert len(session.scalars(select(Job).where(Job.task == publishing.TASK)).all()) == 1
    operator.post(f"{PAGE}/themes/add", data={"zh": "夜经济", "en": "Night economy"})
    assert session.get(Theme, "night_economy").position == 110
    assert len(session.scalars(select(Job).where(Job.task == publishing.TASK)).all()) == 1, "one publishing does for both"


def test_other_words_in_both_languages(operator, session, read, make_offering):
    make_offering(session)
    session.commit()
    operator.post(f"{PAGE}/kinds/rename", data={"code": "laboratory", "zh": "试验室", "en": "Test houses"})
    assert "Test houses" in read("/en/offerings").text
    assert "试验室" in read("/zh/offerings").text
    entry = session.scalars(select(AuditEntry).where(AuditEntry.thing == "kind").order_by(AuditEntry.number.desc())).first()
    assert (entry.thing_id, entry.fields, entry.side) == ("laboratory", ["label"], "operator")


def test_a_retired_kind_is_offered_no_more_and_stays_where_it_is(operator, session, read, make_offering, enter):
    offering = make_offering(session)
    add_person(session, "e@jianghai.example", "jianghai", Role.LIST_EDITOR)
    assert operator.post(f"{PAGE}/kinds/offer", data={"code": "laboratory"}).status_code == 303
    assert "retired since" in read(PAGE).text
    assert "Laborator" in read(f"/en/offerings/{offering.id}").text
    enter("e@jianghai.example")
    kept, new = (read(f"/en/platform/offerings/{place}") for place in (f"{offering.id}/edit/basics", "new"))
    assert "laboratory" in codes_of(kept.all("option"))
    assert "laboratory" not in codes_of(new.all("option"))
    assert "instrument" in codes_of(new.all("option"))
    terms.restore(session, "kinds", "laboratory")
    assert "laboratory" in codes_of(read("/en/platform/offerings/new").all("option"))
    assert session.scalars(select(Offering)).one().kind_code == "laboratory"


def test_a_reason_of_the_operators_declines_and_is_read_by_the_firm(operator, session, read, make_offering, enter):
    lead = add_lead(session, make_offering(session))
    add_person(session, "r@jianghai.example", "jianghai")
    operator.post(f"{PAGE}/decline_reasons/add", data={"zh": "设备检修", "en": "Under repair"})
    operator.post(f"{PAGE}/decline_reasons/offer", data={"code": "stale"})
    enter("r@jianghai.example")
    offered = codes_of(read(f"/en/leads/{lead.id}").all("option"))
    assert "under_repair" in offered
    assert "stale" not in offered
    answer = operator.post(f"/en/leads/{lead.id}/decisions", data={"action": "decline", "reason": "under_repair",
                                                                  "seen": lead.version, "steps": 9})
    assert answer.status_code < 400, answer.text[:500]
    assert session.scalars(select(Decision.reason)).one() == "under_repair"
    assert operator.post(f"/en/leads/{lead.id}/decisions", data={"action": "decline", "reason": "because",
                                                                 "seen": lead.version, "steps": 9}).status_code == 422


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("label", "status"), [
    ({"zh": "", "en": "Ferries"}, 422), ({"zh": "轮渡"}, 422), ({"zh": "轮渡", "en": "轮渡"}, 422), ({"zh": "x" * 61, "en": "x"}, 422),
    ({"zh": "数据", "en": "Data"}, 409), ({"zh": "\0", "en": "Ferries"}, 422)])
def test_what_is_wrong_is_said_at_its_field(operator, session, lang, label, status):
    answer = operator.post(f"/{lang}/operator/vocabulary/kinds/add", data=label)
    assert answer.status_code == status
    assert 'aria-invalid="true"' in answer.text
    assert len(session.scalars(select(Kind)).all()) == 17


def test_a_list_keeps_one_entry_and_the_reason_in_words(operator, session):
    assert operator.post(f"{PAGE}/decline_reasons/offer", data={"code": "other"}).status_code == 409
    for kind in session.scalars(select(Theme)):
        last = operator.post(f"{PAGE}/themes/offer", data={"code": kind.code})
    assert last.status_code == 409
    for act in ("rename", "offer"):
        for code in ("no_such", "\0", "", "x" * 300, "A B"):
            assert operator.post(f"{PAGE}/kinds/{act}", data={"code": code, **FERRY}).status_code == 404
    assert operator.post(f"{PAGE}/people/add", data=FERRY).status_code == 404


def test_only_an_operator_comes_here(client, signed_in):
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/kinds/add", data=FERRY).status_code == 403


def test_a_code_is_made_of_the_english_words():
    assert terms.new_code("AI — models (2027)") == "ai_models_2027"
    assert terms.new_code("轮渡") == ""
    assert len(terms.new_code("x" * 90)) == 32
    assert Reason.__tablename__ == "decline_reason"
