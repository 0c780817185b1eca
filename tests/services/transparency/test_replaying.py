import dataclasses
import datetime as dt
import shutil

import pytest

from matchmaker import storage
from matchmaker.domain import Ranking
from matchmaker.errors import NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import weights
from matchmaker.services import matching, publishing
from matchmaker.services.leads import records
from matchmaker.services.transparency import replaying
from matchmaker.tasks import make_tasks
from tests.asking import PROBLEM, ask, begin, offering


@pytest.fixture
def lead(session, published):
    _key, holder = begin(session, published)
    lead = ask(session, published, holder, need={"problem": PROBLEM, "direction": "seeks_resource", "language": "en",
                                                  "needed_by": dt.date(2027, 3, 1), "region": "320600",
                                                  "budget_max": {"amount": 3_000_000, "currency": "CNY"}})[0]
    session.commit()
    return lead


def findings(session, config, lead) -> dict[str, str]:
    session.expire_all()
    return {part.name: part.finding for part in replaying.replay(session, config, lead).parts}


ALL_EQUAL = dict.fromkeys(replaying.PARTS, "equal")


def another(version: str, **fields) -> weights.Weights:
    """Return weights that count from today on."""
    first = weights.versions()[0]
    return dataclasses.replace(first, **{"version": version, "in_force_from": first.in_force_from + dt.timedelta(days=1)}
                               | fields)


@pytest.fixture
def changed(published, monkeypatch, tmp_path):
    """Put another model and other weights in force, as a new release does."""
    first = weights.versions()[0]
    other = another("2027.01", text=3.0, factors=first.factors | {"region": 0.9}, channels=first.channels | {"bm25": 0.5})
    monkeypatch.setattr(weights, "versions", lambda: [first, other])
    models = tmp_path / "models"
    shutil.copytree(published.models, models)
    newest = sorted(models.iterdir())[-1]
    shutil.copytree(newest, models / "2099.01")
    return dataclasses.replace(published, models=models)


def test_a_ranking_comes_out_again_byte_for_byte(session, published, lead):
    found = replaying.replay(session, published, lead)
    assert findings(session, published, lead) == ALL_EQUAL
    assert found.is_equal
    assert found.is_whole
    assert found.recorded == found.replayed


def test_other_weights_and_another_model_change_new_rankings_and_no_replay(session, lead, changed):
    session.expire_all()
    ranking = session.get(Ranking, lead.ranking_id)
    assert findings(session, changed, lead) == ALL_EQUAL
    matching._held.clear()
    matching.load_model.cache_clear()
    stated, today = records.stated_in(ranking)
    now = records.compute(matching.current_index(changed), stated, today)
    matching.load_model.cache_clear()
    assert now.index.catalogue.weights.version == "2027.01"
    assert records.considered(now.answer, {}, None) != ranking.considered


@pytest.mark.parametrize(("damage", "part"), [
    (lambda entries: entries[0].update(score=entries[0]["score"] + 0.001), "scores"),
    (lambda entries: entries[0]["channels"].__setitem__(0, 0.5), "scores"),
    (lambda entries: entries[1].update(fit=0.9999), "fit"),
    (lambda entries: entries.reverse(), "order"),
    (lambda entries: entries[0]["rules"].update(budget="missing"), "retrieval"),
])
def test_whatever_differs_is_found(session, published, lead, damage, part):
    ranking = session.get(Ranking, lead.ranking_id)
    entries = [entry | {"channels": [*entry["channels"]], "rules": {**entry["rules"]}} for entry in ranking.considered]
    damage(entries)
    ranking.considered = entries
    session.commit()
    assert findings(session, published, lead)[part] == "differs"
    assert not replaying.replay(session, published, lead).is_equal


def test_another_breakdown_is_found(session, published, lead):
    lead.breakdown = lead.breakdown | {"score": 0.5}
    session.commit()
    assert findings(session, published, lead) == ALL_EQUAL | {"explanation": "differs"}


def test_without_the_index_the_record_still_replays_and_the_rest_is_said(session, published, lead):
    replaying._mapped.cache_clear()
    shutil.rmtree(published.index_folder)
    found = replaying.replay(session, published, lead)
    assert found.is_equal
    assert not found.is_whole
    assert [part.name for part in found.parts if part.finding == "impossible"] == ["retrieval", "explanation"]
    assert all(part.why for part in found.parts if part.finding == "impossible")


def test_a_ranking_beside_the_published_index_replays_until_that_changes_again(session, published, make_offering):
    with storage.writing() as writing:
        make_offering(writing, platform="qinghe", external_id="late", title={"en": "Bracket vibration bench"})
    matching._held.clear()
    _key, holder = begin(session, published)
    lead = ask(session, published, holder)[0]
    session.commit()
    assert "+" in session.get(Ranking, lead.ranking_id).index_version
    assert findings(session, published, lead) == ALL_EQUAL
    with storage.writing() as writing:
        offering(writing, "late").summary = {"en": "Something else"}
    assert findings(session, published, lead)["retrieval"] == "impossible"


def test_an_older_index_that_is_kept_is_used(session, published, lead):
    offering(session, "drop").title = {"en": "Random vibration of a bracket, GB/T 2423.10"}
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(published), job.id)
    assert findings(session, published, lead) == ALL_EQUAL


def test_a_lead_without_a_ranking_is_told(session, published, lead):
    lead.ranking_id = None
    session.commit()
    with pytest.raises(NotFound):
        replaying.replay(session, published, lead)


@pytest.fixture
def limited(session, published, monkeypatch, make_offering):
    """Weights under which platforms take turns, and a page that one platform would fill."""
    words = {"title": {"en": "Random vibration test by GB/T 2423.10 with a CNAS report"}, "accreditations": ["CNAS"],
             "standards": ["GB/T 2423.10"], "regions": ["320600"], "kind_code": "laboratory"}
    for number in range(4):
        make_offering(session, external_id=f"v{number}", **words)
    for number in range(2):
        make_offering(session, platform="tianquan", external_id=f"t{number}", **words)
    turns = another("2027.01", page={"most_of_a_platform": 1, "equal_fit": 0.2})
    monkeypatch.setattr(weights, "versions", lambda: [turns])
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(published), job.id)
    matching._held.clear()
    return published


def test_a_page_of_turns_comes_out_again_and_says_so(session, limited, monkeypatch):
    _key, holder = begin(session, limited)
    lead = ask(session, limited, holder, "t0")[0]
    session.commit()
    ranking = session.get(Ranking, lead.ranking_id)
    platforms = [entry["platform"] for entry in ranking.considered]
    scores = [entry["score"] for entry in ranking.considered]
    assert platforms[0] != platforms[1]
    assert scores != sorted(scores, reverse=True)
    assert findings(session, limited, lead) == ALL_EQUAL
    placed = [entry["offering"] for entry in ranking.considered if entry["platform"] == str(lead.platform_id)]
    assert str(lead.offering_id) in placed
    now = weights.versions()[0]
    later = another("2027.02", page={})
    monkeypatch.setattr(weights, "versions", lambda: [now, later])
    assert findings(session, limited, lead) == ALL_EQUAL
    told = [found.placed for found in records.compute(
        dataclasses.replace(matching.current_index(limited), catalogue=matching.current_index(limited).catalogue.weighted(now)),
        *records.stated_in(ranking)).answer.matches]
    assert any(told)
    first = next(number for number, words in enumerate(told) if words)
    assert scores[first] <= scores[first + 1]
