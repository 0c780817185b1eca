import orjson
import pytest
from sqlalchemy import select

from matchmaker.domain import ExposureLook, Offering, Ranking
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import weights
from matchmaker.services import live, matching, publishing
from matchmaker.services.formats import today
from matchmaker.tasks import make_tasks
from tests.asking import PROBLEM, ask, begin
from tests.services.transparency.test_replaying import ALL_EQUAL, another, findings

KEPT = {"exploration_place": 5, "exploration_below": 0.5}
WORDS = {"summary": {"en": "Random vibration test by GB/T 2423.10 with a CNAS report"}, "accreditations": ["CNAS"],
         "standards": ["GB/T 2423.10"], "kind_code": "laboratory"}
SAID = "Has this place because it fits and is shown too little: one place of the page is kept for that."


@pytest.fixture
def rigs(session, published, monkeypatch, make_offering):
    """More offerings that fit than a page has, by weights that keep the fifth place; one is for large firms alone."""
    made = [make_offering(session, external_id=f"rig{number:02}", title={"en": f"Vibration rig {number}"},
                          regions=["320600"], **WORDS) for number in range(14)]
    make_offering(session, external_id="large", title={"en": "Vibration rig of large firms"},
                  **WORDS | {"eligibility": {"size_classes": ["large"]}})
    keeping = another("2027.01", page=KEPT)
    monkeypatch.setattr(weights, "versions", lambda: [keeping])
    monkeypatch.setattr(live, "PAUSE", 0.0)
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(published), job.id)
    matching._held.clear()
    return {str(one.id): one.external_id for one in made}


def listed(config, **filters):
    need = {"problem": PROBLEM, "language": "en", "organisation": {"size_class": "small"}}
    return matching.match(matching.current_index(config), need, language="en", **filters)["matches"]


def look(session, shares):
    session.add(ExposureLook(day=today(), shares=shares, made_at=utc_now()))
    session.commit()


def ids(page):
    return [one["offering"]["id"] for one in page]


@pytest.fixture
def last(session, published, rigs):
    """The rig that stands last on the whole list, and was shown too little while the others were shown enough."""
    plain = listed(published, top=60)
    last = [id for id in ids(plain) if id in rigs][-1]
    assert ids(plain).index(last) >= 10
    everything = (str(id) for id in session.scalars(select(Offering.id)))
    look(session, dict.fromkeys(everything, 1.0) | {last: 0.1})
    return last


def test_the_place_says_why_and_the_better_ones_before_it_stay(session, published, rigs, monkeypatch, last):
    page = listed(published)
    assert (page[4]["offering"]["id"], page[4]["placed"]) == (last, SAID)
    assert [one["placed"] for one in page].count(None) == 9
    assert orjson.dumps(listed(published)) == orjson.dumps(page)
    first = another("2027.02", page={})
    monkeypatch.setattr(weights, "versions", lambda: [first])
    plain = listed(published)
    assert ids(page) == [*ids(plain)[:4], last, *ids(plain)[4:9]]


def test_no_filter_and_no_rule_is_broken_for_it(session, published, rigs, last):
    whole, threshold = listed(published, top=60), matching.current_index(published).model.threshold
    assert "large" not in {one["offering"]["external_id"] for one in whole}
    assert whole[-1]["fit"] < threshold
    kept = session.scalars(select(ExposureLook)).one()
    session.delete(kept)
    session.commit()
    look(session, {one["offering"]["id"]: 1.0 for one in whole if one["fit"] >= threshold})
    matching._held.clear()
    assert not [one for one in listed(published, top=60) if one["placed"]]
    assert {one["offering"]["kind"] for one in listed(published, kind="laboratory", top=60)} == {"laboratory"}
    assert not [one for one in listed(published, kind="compute", top=60) if one["placed"]]


def test_the_record_keeps_what_it_was_made_with_and_comes_out_again(session, published, rigs, monkeypatch, last):
    _key, holder = begin(session, published)
    lead = ask(session, published, holder, rigs[last])[0]
    session.commit()
    ranking = session.get(Ranking, lead.ranking_id)
    assert ranking.index_version.endswith(f"@{today():%Y%m%d}")
    assert [place for place, entry in enumerate(ranking.considered) if entry.get("is_explored")] == [4]
    assert lead.breakdown["placed"]["en"] == SAID
    assert findings(session, published, lead) == ALL_EQUAL
    session.delete(session.scalars(select(ExposureLook)).one())
    session.commit()
    now, later = weights.versions()[0], another("2027.02", page={})
    monkeypatch.setattr(weights, "versions", lambda: [now, later])
    assert findings(session, published, lead) == ALL_EQUAL


@pytest.mark.parametrize(("damage", "part"), [
    (lambda entries: entries[4].pop("is_explored"), "retrieval"),
    (lambda entries: entries[4].update(exposure=0.9), "order")])
def test_a_record_that_names_another_for_the_place_is_found(session, published, rigs, last, damage, part):
    _key, holder = begin(session, published)
    lead = ask(session, published, holder, rigs[last])[0]
    session.commit()
    ranking = session.get(Ranking, lead.ranking_id)
    entries = orjson.loads(orjson.dumps(ranking.considered))
    damage(entries)
    ranking.considered = entries
    session.commit()
    assert findings(session, published, lead)[part] == "differs"


def test_without_a_look_or_without_a_kept_place_nothing_moves(session, published, rigs, monkeypatch):
    plain = ids(listed(published))
    assert not any(one["placed"] for one in listed(published))
    none = another("2027.02", page={})
    monkeypatch.setattr(weights, "versions", lambda: [none])
    look(session, dict.fromkeys(rigs, 0.0))
    assert ids(listed(published)) == plain
