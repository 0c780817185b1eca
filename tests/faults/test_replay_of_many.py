"""A thousand leads of random needs, replayed as they are and after other weights and another model came."""

import dataclasses
import datetime as dt
import random
import shutil

import pytest

from matchmaker.domain import Ranking
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import weights
from matchmaker.services import matching, publishing, training
from matchmaker.services.leads import asking, records
from matchmaker.services.transparency import replaying
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.making import add_need

pytestmark = pytest.mark.faults
LEADS = 1000


def stated(draw: random.Random, needs: list[dict]) -> dict:
    """Return a random need: the words of two, and conditions drawn anew."""
    one, other = draw.sample(needs, 2)
    return {
        "problem": f"{one['problem']}\n{other['problem']}"[:draw.randint(20, 1500)], "direction": "seeks_resource",
        "language": draw.choice(["zh", "en", None]), "kinds": draw.choice([[], ["laboratory"], ["compute", "ai_model"]]),
        "region": draw.choice([None, "320600", "440300"]), "trl_now": draw.choice([None, 4]),
        "needed_by": draw.choice([None, dt.date(2027, 1, 1)]), "themes": draw.choice([[], ["low_carbon"]]),
        "budget_max": draw.choice([None, {"amount": draw.randint(10_000, 9_000_000), "currency": "CNY"}]),
        "organisation": {"size_class": draw.choice(["micro", "small", None]), "is_one_person": draw.choice([True, None])},
    }


def test_a_thousand_random_leads_come_out_byte_for_byte(session, config, monkeypatch, tmp_path):
    for offering in training.demo_offerings(config.data):
        fields = {name: offering.get(name) for name in ("title", "summary", "description", "keywords", "industries",
                                                        "themes", "regions", "delivery", "eligibility", "standards",
                                                        "accreditations", "capabilities")}
        slug = offering["external_id"].partition("-")[0]
        add_offering(session, platform=slug, external_id=offering["external_id"], kind_code=offering["kind"],
                     **{name: value for name, value in fields.items() if value})
    job = publishing.queue_publish(session)
    session.commit()
    run_one(make_tasks(config), job.id)
    index, draw = matching.current_index(config), random.Random(8)
    needs = [need for _id, need, _grades in training.demo_needs(config.data)]
    leads = []
    for _number in range(LEADS):
        listed = records.compute(index, stated(draw, needs), marked=records.SHOWN)
        need = add_need(session)
        ranking, chosen = records.record(session, need, listed), draw.choice(listed.answer.matches)
        offering = session.get(asking.Offering, asking.UUID(chosen.offering["id"]))
        lead = asking.new_lead(need, offering, need.opened_at, asking.Origin.FORM)
        records.apply(lead, ranking, listed, records.find(listed, chosen.offering["id"]))
        session.add(lead)
        leads.append(lead)
    session.commit()

    def unequal(config) -> list[str]:
        session.expire_all()
        found = [replaying.replay(session, config, lead) for lead in leads]
        return [one.lead.reference for one in found if not (one.is_equal and one.is_whole)]

    assert unequal(config) == []
    first = weights.versions()[0]
    other = dataclasses.replace(first, version="2027.01", in_force_from=first.in_force_from + dt.timedelta(days=1),
                                text=2.0, factors=first.factors | {"kind": 2.0})
    monkeypatch.setattr(weights, "versions", lambda: [first, other])
    models = tmp_path / "models"
    shutil.copytree(config.models, models)
    shutil.copytree(sorted(models.iterdir())[-1], models / "2099.01")
    assert unequal(dataclasses.replace(config, models=models)) == []
    for entry in session.get(Ranking, leads[0].ranking_id).considered:
        assert entry["score"] == pytest.approx(sum(entry["factors"].values()), abs=1e-5)
