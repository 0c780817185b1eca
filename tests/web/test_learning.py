import pytest
from sqlalchemy import select

from matchmaker.domain import AuditEntry, ProposalState, WeightsProposal, WeightsVersion
from matchmaker.jobs.worker import run_one
from matchmaker.services import weighing
from matchmaker.services.formats import today
from matchmaker.services.learning import proposing
from matchmaker.storage.queries.jobs import unfinished_jobs
from matchmaker.tasks import make_tasks
from tests.ranking.learning.simulating import World
from tests.services.learning.test_promoting import add_proposal, promoted

WHY = {"why_zh": "更看重地区", "why_en": "Nearness counts more"}


@pytest.fixture
def proposal(session):
    found = add_proposal(session)
    session.commit()
    return found


def test_an_operator_promotes_with_a_reason_and_the_rule_card_announces_it(operator, session, published, proposal):
    assert f"/en/operator/learning/{proposal.id}" in operator.get("/en/operator/learning").text
    page = operator.get(f"/en/operator/learning/{proposal.id}").text
    for words in ("What it rests on", "Region", "0.15", "0.3", "Lists held out by time", "+0.030", "counts in 14 days"):
        assert words in page
    answer = operator.post(f"/en/operator/learning/{proposal.id}/promote", data=WHY)
    assert answer.status_code == 303
    version = session.scalars(select(WeightsVersion)).one()
    card = operator.get("/en/rules").text
    assert version.version in card
    assert "Nearness counts more" in card
    assert "更看重地区" in operator.get(f"/zh/rules/versions/{version.version}").text
    assert weighing.in_force(session).version != version.version
    entered = {(entry.thing, entry.act) for entry in session.scalars(select(AuditEntry))}
    assert {("weights_version", "created"), ("weights_proposal", "changed")} <= entered


def test_a_version_in_force_is_rolled_back_and_the_page_says_why(operator, session, published):
    version = promoted(session).version
    assert version in operator.get("/en/rules").text
    answer = operator.post("/en/operator/learning/rollback", data={"version": version, **WHY})
    assert answer.status_code == 303
    session.expire_all()
    assert session.scalars(select(WeightsVersion.ended)).one() == today()
    page = operator.get(f"/en/rules/versions/{version}").text
    assert "Rolled back" in page
    assert "Nearness counts more" in page
    assert operator.post("/en/operator/learning/rollback", data={"version": version, **WHY}).status_code == 409


def test_without_a_reason_in_both_languages_nothing_happens(operator, session, proposal):
    answer = operator.post(f"/en/operator/learning/{proposal.id}/promote", data={"why_zh": "原因"})
    assert answer.status_code == 422
    assert 'id="why-en-fault"' in answer.text
    assert "原因" in answer.text
    version = promoted(session).version
    answer = operator.post("/en/operator/learning/rollback", data={"version": version, "why_en": "So"})
    assert answer.status_code == 422
    assert weighing.in_force(session).version == version


def test_a_refused_proposal_says_why_and_cannot_be_promoted(operator, session):
    reason = {"check": "collection", "concerns": "npl", "found": -0.02, "limit": -0.005}
    refused = add_proposal(session, state=ProposalState.REFUSED, reasons=[reason])
    session.commit()
    page = operator.get(f"/en/operator/learning/{refused.id}").text
    assert "Worse on the collection npl: -0.0200 nDCG@10" in page
    assert "/promote" not in page
    assert operator.post(f"/en/operator/learning/{refused.id}/promote", data=WHY).status_code == 409
    assert "在评测集 npl 上变差" in operator.get(f"/zh/operator/learning/{refused.id}").text


def test_nobody_else_gets_there(client, session, proposal):
    for path in ("/en/operator/learning", f"/en/operator/learning/{proposal.id}"):
        assert client.get(path).status_code in (302, 303, 403, 404)
    client.post(f"/en/operator/learning/{proposal.id}/promote", data=WHY)
    assert session.scalars(select(WeightsVersion)).all() == []


def test_the_place_for_what_is_shown_too_little_is_announced_and_turned_off_again(operator, session, published):
    assert "No place is kept" in operator.get("/en/operator/learning").text
    assert "No place is kept" in operator.get("/en/rules").text
    address = "/en/operator/learning/place"
    for sent in ({"place": "3"}, {"place": "11"}, {"place": "x"}):
        assert operator.post(address, data=sent | WHY).status_code == 422
    assert operator.post(address, data={"place": "5", "why_zh": "", "why_en": "For the new"}).status_code == 422
    assert operator.post(address, data={"place": ""} | WHY).status_code == 409
    assert operator.post(address, data={"place": "5"} | WHY).status_code == 303
    version = session.scalars(select(WeightsVersion)).one()
    assert weighing.in_force(session).page == {}
    assert weighing.in_force(session, version.in_force_from).page == {"exploration_place": 5, "exploration_below": 0.5}
    assert version.version in operator.get("/en/rules").text
    page = operator.get(f"/en/rules/versions/{version.version}").text
    assert "Place of the first ten that goes to what fits and is shown too little" in page
    assert operator.post(address, data={"place": "6"} | WHY).status_code == 409
    assert {("weights_version", "created")} <= {(entry.thing, entry.act) for entry in session.scalars(select(AuditEntry))}
    version.announced, version.in_force_from = today(), today()
    session.commit()
    assert "Place 5 of the first page goes to" in operator.get("/en/operator/learning").text
    assert operator.post(address, data={"place": ""} | WHY).status_code == 303
    session.expire_all()
    assert [one.weights["page"] for one in session.scalars(select(WeightsVersion).order_by(WeightsVersion.id))][-1] == {}


def run_waiting(config, session):
    [waiting] = unfinished_jobs(session, proposing.TASK)
    session.commit()
    run_one(make_tasks(config), waiting.id)
    session.expire_all()


def test_what_is_lacking_to_learn_is_said(operator, session, config, read):
    for _ in range(2):
        assert operator.post("/en/operator/learning/propose").status_code == 303
    assert "are being learnt" in read("/en/operator/learning").text
    run_waiting(config, session)
    assert "Too little has been judged to learn from. Lists from which firms chose: 0 of" in read("/en/operator/learning").text
    assert "可供学习的评判还不够。企业作过选择的清单：现有 0" in read("/zh/operator/learning").text
    assert session.scalars(select(WeightsProposal)).all() == []


def test_what_was_learnt_is_listed(operator, session, config, read, monkeypatch):
    monkeypatch.setattr(proposing.gathering, "gather", lambda *_: World(1).lists(600))
    monkeypatch.setattr(proposing, "measure_demo", lambda *_: {})
    operator.post("/en/operator/learning/propose")
    run_waiting(config, session)
    [kept] = session.scalars(select(WeightsProposal))
    page = read("/en/operator/learning").text
    assert "Nothing has been proposed yet" not in page
    assert "Learn from what was decided" in page
    assert kept.found["held_out"]["difference"] > 0
