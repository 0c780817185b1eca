import datetime as dt

import orjson
import pytest
from sqlalchemy import func, select

from matchmaker.domain import Lead, Ranking
from matchmaker.i18n import use_language
from matchmaker.services import matching
from matchmaker.services.leads import records
from tests.asking import PROBLEM, ask, begin, offering

STATED = {"problem": PROBLEM, "direction": "seeks_resource", "language": "en"}


@pytest.fixture
def lead(session, published):
    _key, holder = begin(session, published)
    return ask(session, published, holder)[0]


def test_a_record_says_all_that_the_list_was_made_of(session, published, lead):
    ranking = session.get(Ranking, lead.ranking_id)
    index = matching.current_index(published)
    assert (ranking.index_version, ranking.model_version, ranking.rules_version) == (
        index.catalogue.version, index.model.version, index.catalogue.weights.version)
    assert ranking.snapshot["stated"]["problem"] == PROBLEM
    assert dt.date.fromisoformat(ranking.snapshot["today"])
    assert ranking.shown == len([entry for entry in ranking.considered if "rules" in entry])
    scores = [entry["score"] for entry in ranking.considered]
    assert scores == sorted(scores, reverse=True)
    for entry in ranking.considered:
        assert sum(entry["factors"].values()) == pytest.approx(entry["score"], abs=1e-5)


def test_the_record_is_the_list_that_the_page_shows(session, published, lead):
    shown = matching.match(matching.current_index(published), STATED, top=records.SHOWN)["matches"]
    considered = session.get(Ranking, lead.ranking_id).considered
    assert [entry["offering"] for entry in considered][:len(shown)] == [match["offering"]["id"] for match in shown]


def test_the_seed_comes_again_from_the_snapshot(session, published, lead):
    ranking = session.get(Ranking, lead.ranking_id)
    snapshot = orjson.loads(orjson.dumps(ranking.snapshot))
    again = records.compute(matching.current_index(published), snapshot["stated"],
                            dt.date.fromisoformat(snapshot["today"]))
    assert again.answer.seed == ranking.seed


def test_a_lead_carries_its_match_in_both_languages_and_no_other(session, published, lead):
    assert (lead.place, lead.fit > 0) == (1, True)
    assert sum(factor["contribution"] for factor in lead.breakdown["factors"]) == pytest.approx(
        lead.breakdown["score"], abs=1e-5)
    kind = next(factor for factor in lead.breakdown["factors"] if factor["name"] == "kind")
    assert kind["detail"]["zh"] != kind["detail"]["en"]
    assert "vibration" in [word.lower() for word in lead.breakdown["words"]]
    others = {entry["offering"] for entry in session.get(Ranking, lead.ranking_id).considered} - {str(lead.offering_id)}
    assert others
    assert not [other for other in others if other.encode() in orjson.dumps(lead.breakdown)]


def test_the_language_of_the_reader_does_not_change_what_is_stored(session, published):
    with use_language("zh"):
        listed = records.compute(matching.current_index(published), STATED)
        found = records.find(listed, str(offering(session).id))
        in_chinese = records.breakdown(found, listed.index.catalogue.labels)
    assert in_chinese == records.breakdown(found, listed.index.catalogue.labels)


def test_what_is_not_considered_can_be_found_all_the_same(session, published, monkeypatch):
    monkeypatch.setattr("matchmaker.ranking.matcher.CONSIDERED", 1)
    listed = records.compute(matching.current_index(published), STATED)
    gpu = offering(session, "gpu")
    assert len(listed.places) == 1
    assert records.find(listed, str(gpu.id)).offering["id"] == str(gpu.id)
    assert records.find(listed, "not an id") is None
    _key, holder = begin(session, published)
    lead = ask(session, published, holder, "gpu")[0]
    assert lead.place is None
    assert lead.breakdown["factors"]


def test_each_time_somebody_asks_there_is_a_record(session, published):
    _key, holder = begin(session, published)
    first, second = ask(session, published, holder)[0], ask(session, published, holder, "gpu")[0]
    assert first.ranking_id != second.ranking_id
    assert session.scalar(select(func.count()).select_from(Lead)) == 2
