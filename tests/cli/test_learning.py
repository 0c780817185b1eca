import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.domain import ProposalState, WeightsProposal, WeightsVersion
from matchmaker.services import weighing
from tests.ranking.learning.simulating import World
from tests.services.learning.storing import store

WHY = ("--why-zh", "按实际对接结果调整", "--why-en", "Adjusted by what came of leads")


@pytest.fixture
def judge(database):
    """A function that lets simulated people judge lists of a world."""
    def judge(seed: int) -> None:
        with storage.writing() as session:
            store(session, [one for one in World(seed).lists(600) if one.decisions])

    return judge


def test_with_too_little_nothing_is_proposed(run, database):
    answer = run("learn", "propose")
    assert answer.exit_code == 1
    assert "Too little has been judged" in answer.output
    assert "Firms: 0 of 100" in answer.output
    with storage.reading() as session:
        assert session.scalars(select(WeightsProposal)).all() == []


def test_what_would_set_one_platform_first_too_often_is_refused(run, judge):
    judge(2)
    answer = run("learn", "propose")
    assert answer.exit_code == 1
    assert "Refused: One platform would stand first more often: 5.5% of the lists more, allowed are 5.0%." in answer.output
    with storage.reading() as session:
        (proposal,) = session.scalars(select(WeightsProposal)).all()
    assert proposal.state == ProposalState.REFUSED
    assert [reason["check"] for reason in proposal.reasons] == ["top_one"]
    answer = run("learn", "promote", str(proposal.id), *WHY)
    assert answer.exit_code == 1
    assert "Only what is proposed can be promoted, once." in answer.output


def test_from_proposal_to_roll_back(run, judge):
    judge(14)
    answer = run("learn", "propose")
    assert answer.exit_code == 0, answer.output
    with storage.reading() as session:
        (proposal,) = session.scalars(select(WeightsProposal)).all()
    assert proposal.state == ProposalState.PROPOSED
    assert proposal.found["held_out"]["low"] > 0
    assert set(proposal.found["collections"]) == {"demo_en", "demo_zh"}
    assert str(proposal.id) in run("learn", "list").output
    assert "Lists held out by time" in run("learn", "show", str(proposal.id)).output
    answer = run("learn", "promote", str(proposal.id), *WHY)
    assert answer.exit_code == 0, answer.output
    with storage.reading() as session:
        version = session.scalars(select(WeightsVersion)).one()
        assert version.weights == proposal.weights
        assert weighing.in_force(session, version.in_force_from).version == version.version
    assert run("learn", "promote", str(proposal.id), *WHY).exit_code == 1
    assert version.version in run("learn", "list").output
    answer = run("learn", "rollback", version.version, *WHY)
    assert answer.exit_code == 0, answer.output
    assert "2026.11.2 counts" in answer.output
    with storage.reading() as session:
        assert weighing.in_force(session, version.in_force_from).version == "2026.11.2"


def test_a_reason_has_to_be_given(run, database):
    assert run("learn", "rollback", "x").exit_code == 2
    answer = run("learn", "rollback", "x", *WHY)
    assert answer.exit_code == 1
    assert "No version that was promoted here is called x." in answer.output
