"""Scarce places shared out among the rows of a batch, the whole way from the call to the leads."""

import csv
import io

import pytest
from sqlalchemy import func, select, update

from matchmaker.domain import Job, Lead, ReferralChoice
from matchmaker.jobs.worker import run_one
from matchmaker.services import publishing
from matchmaker.services.referrals import allotting, processing
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.referring import PATH, consented, incubator, row

VIBRATION = "Random vibration test to GB/T 2423.10"


@pytest.fixture
def ours(client, session, config):
    """A program; the bench near Nantong has two places, another one that fits less has one."""
    add_offering(session, external_id="bench", capacity={"available": 2.9})
    add_offering(session, platform="tianquan", external_id="other", title={"en": "Vibration test"}, standards=[],
                 capacity={"available": 1})
    add_offering(session, platform="qinghe", external_id="tank", title={"en": "Pilot fermentation"},
                 summary={"en": "Fermentation of enzymes"}, standards=[])
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(config), job.id)
    return incubator(client, session, config)


def firm(number, **fields):
    return consented(number, "jianghai", "tianquan", "qinghe", send_to="best",
                     problem=f"{VIBRATION}; firm {number}", **fields)


def codes(result):
    return [remark["code"] for remark in result["remarks"] if remark["column"] == "send_to"]


def asked(session):
    return sorted(session.scalars(select(Lead).order_by(Lead.id)).all(), key=lambda lead: lead.id)


def test_best_each_sends_more_than_there_is_room_for(ours, session):
    ours.sent([firm(number) for number in range(1, 6)])
    assert [lead.offering.external_id for lead in asked(session)] == ["bench"] * 5


def test_places_are_shared_out_and_every_displaced_row_is_told_why(ours, session, monkeypatch):
    monkeypatch.setattr(processing, "CHUNK", 2)
    batch = ours.work(ours.send([firm(number) for number in range(1, 6)], allocation="fair_capacity"))
    results = ours.results(batch)
    given = [lead.offering.external_id for lead in asked(session)]
    assert sorted(given) == ["bench", "bench", "other"]
    assert sorted(code for result in results for code in codes(result)) == ["displaced", "no_place", "no_place"]
    words = next(remark["words"] for result in results for remark in result["remarks"] if remark["code"] == "displaced")
    assert "jianghai/bench" in words
    assert "tianquan/other" in words
    told = batch["allotment"]
    assert (told["rows"], told["placed"], told["displaced"], told["without_place"]) == (5, 3, 1, 2)
    assert told["beyond_capacity"] == 3
    assert told["loss"] == pytest.approx(told["fit_best_each"] - told["fit"], abs=1e-3)
    assert {entry["name"]: (entry["places"], entry["fits"], entry["given"]) for entry in told["scarce"]} == {
        "jianghai/bench": (2, 5, 2), "tianquan/other": (1, 5, 1)}
    assert session.scalar(select(func.count()).select_from(ReferralChoice)) == 0
    with ours.call("GET", f"{PATH}/{batch['id']}/results.csv") as whole:
        table = list(csv.DictReader(io.StringIO(whole.data.decode("utf-8-sig"))))
    assert sorted(line["code"] for line in table if line["column"] == "send_to") == ["displaced", "no_place", "no_place"]


def test_the_words_come_in_both_languages(ours):
    batch = ours.work(ours.send([firm(number) for number in range(1, 4)], allocation="fair_capacity", dry_run="true"))
    said = [ours.call("GET", f"{PATH}/{batch['id']}/results", headers={"Accept-Language": language}).get_json()
            for language in ("zh", "en")]
    chinese, english = ([remark["words"] for result in page["results"] for remark in result["remarks"]
                         if remark["code"] == "displaced"][0] for page in said)
    assert "改为" in chinese
    assert english.startswith("tianquan/other")


def test_what_waits_at_an_offering_and_what_rows_name_takes_places(ours, session):
    ours.sent([firm(1)])
    results = ours.sent([firm(2) | {"send_to": "jianghai/bench"}, firm(3), firm(4)], allocation="fair_capacity")
    assert [lead.offering.external_id for lead in asked(session)][:2] == ["bench", "bench"]
    assert sorted(lead.offering.external_id for lead in asked(session)[2:]) == ["other"]
    assert sorted(code for result in results for code in codes(result)) == ["displaced", "no_place"]


def test_it_goes_on_where_its_worker_died(ours, session, monkeypatch):
    monkeypatch.setattr(processing, "CHUNK", 2)
    answer = ours.send([firm(number) for number in range(1, 6)], allocation="fair_capacity")
    solve = allotting.solve
    monkeypatch.setattr(allotting, "solve", lambda *_given: (_ for _ in ()).throw(MemoryError))
    weighing = ours.work(answer)
    assert (weighing["state"], weighing["weighed"], weighing["done"]) == ("queued", 5, 0)
    assert session.scalar(select(func.count()).select_from(ReferralChoice)) == 5
    monkeypatch.setattr(allotting, "solve", solve)
    session.execute(update(Job).values(lease_until=None).where(Job.state == "queued"))
    batch = ours.work(answer)
    assert (batch["state"], batch["done"], batch["allotment"]["placed"]) == ("done", 5, 3)


def test_a_cancelled_batch_places_nobody(ours, session):
    answer = ours.send([firm(1)], allocation="fair_capacity")
    ours.call("POST", f"{PATH}/{answer.get_json()['id']}/cancel")
    batch = ours.work(answer)
    assert (batch["state"], batch["done"], batch["allotment"]) == ("cancelled", 0, None)


def test_rows_that_nothing_fits_or_that_are_refused_take_no_place(ours):
    unfit = row(2, problem="Zebra crossing paint", send_to="best")
    results = ours.sent([firm(1, organisation_name=""), unfit, firm(3)], allocation="fair_capacity")
    assert [result["outcome"] for result in results][:1] == ["refused"]
    assert codes(results[1]) == ["nothing_fits"]
    assert results[2]["leads"]


def test_too_many_rows_to_weigh_are_refused_in_words(ours, monkeypatch):
    monkeypatch.setattr(allotting, "MOST_ROWS", 1)
    batch = ours.work(ours.send([firm(1), firm(2)], allocation="fair_capacity"))
    assert (batch["state"], batch["done"]) == ("failed", 0)
    assert "At most 1 rows" in batch["error"]
