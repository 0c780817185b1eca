"""The life of a lead: every step from every state by every side, against a table written apart from the code."""

import datetime as dt
from itertools import product

import pytest

from matchmaker.domain import (
    Action,
    Decision,
    DecisionStatus,
    Holder,
    Lead,
    LeadState,
    Member,
    Role,
    Service,
    Side,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import LEADS_TO, MOVES, OPEN, REVEALED, TO_ANSWER, UNSEEN
from matchmaker.errors import Conflict, Forbidden, Invalid

TABLE = """
suggested: submitted F, dismissed F, expired S
submitted: in_review P, info_requested P, declined P, withdrawn F, expired S
in_review: info_requested P, waitlisted P, terms_offered P, accepted P, declined P, withdrawn F, expired S
info_requested: in_review FP, declined P, withdrawn F, expired S
waitlisted: in_review P, withdrawn F, expired S
terms_offered: in_review P, accepted F, withdrawn FP, expired S
accepted: in_delivery FP, withdrawn F, failed FP
in_delivery: completed FP, failed FP
declined: appealed F
appealed: in_review O, declined_final O
"""
LETTERS = {"F": Side.FIRM, "P": Side.PLATFORM, "O": Side.OPERATOR, "S": Side.SERVICE}
ACTORS = {
    Side.FIRM: Holder(new_id()),
    Side.PLATFORM: Member(new_id(), {new_id(): frozenset({Role.REVIEWER})}),
    Side.OPERATOR: Member(new_id(), {new_id(): frozenset({Role.OPERATOR})}),
    Side.SERVICE: Service(),
}
OPERATOR = ACTORS[Side.OPERATOR]
STEPS = list(product(LeadState, LeadState))


def allowed() -> dict[tuple[str, str], set[Side]]:
    """Return who may make each step, as the table above says it."""
    steps = {}
    for line in TABLE.split("\n"):
        start, _colon, ends = line.partition(": ")
        for end in filter(None, ends.split(", ")):
            state, letters = end.split()
            steps[start, state] = {LETTERS[letter] for letter in letters}
    return steps


def lead_in(state: LeadState) -> Lead:
    return Lead(id=new_id(), state=state, version=1)


def test_the_table_names_every_state():
    steps = allowed()
    assert {state for step in steps for state in step} == {state.value for state in LeadState}
    assert len(LeadState) == 16
    assert set(MOVES) == set(LeadState)


@pytest.mark.parametrize(("start", "end"), STEPS, ids=lambda state: state.value)
def test_only_what_the_table_has_is_possible_and_only_for_its_side(start, end):
    sides = allowed().get((start.value, end.value))
    for side, actor in ACTORS.items():
        lead = lead_in(start)
        assert actor.side == side
        if sides is None:
            with pytest.raises(Conflict):
                lead.move(end, actor)
        elif side not in sides:
            with pytest.raises(Forbidden):
                lead.move(end, actor)
        else:
            lead.move(end, actor)
        moved = sides is not None and side in sides
        assert lead.state == (end if moved else start)
        assert len(lead.moves) == moved


@pytest.mark.parametrize(("start", "end"), STEPS, ids=lambda state: state.value)
def test_an_operator_overrides_who_but_never_the_table(start, end):
    lead = lead_in(start)
    if (start.value, end.value) not in allowed():
        with pytest.raises(Conflict):
            lead.move(end, OPERATOR, "a court says so", is_override=True)
        return
    with pytest.raises(Invalid):
        lead.move(end, OPERATOR, " \n", is_override=True)
    assert not lead.moves
    move = lead.move(end, OPERATOR, "a court says so", is_override=True)
    assert (move.is_override, move.why, move.side) == (True, "a court says so", Side.OPERATOR)
    assert move.person_id == OPERATOR.person_id


@pytest.mark.parametrize("side", [Side.FIRM, Side.PLATFORM, Side.SERVICE])
def test_nobody_but_an_operator_overrides(side):
    lead = lead_in(LeadState.SUBMITTED)
    with pytest.raises(Forbidden):
        lead.move(LeadState.DECLINED, ACTORS[side], "because I want to", is_override=True)
    assert lead.state == LeadState.SUBMITTED


def test_who_is_operator_and_reviewer_may_override_and_is_marked_as_operator():
    both = Member(new_id(), {new_id(): frozenset({Role.OPERATOR, Role.REVIEWER})})
    move = lead_in(LeadState.APPEALED).move(LeadState.IN_REVIEW, both, "heard again", is_override=True)
    assert (move.side, move.is_override) == (Side.OPERATOR, True)


def test_an_appeal_is_heard_once():
    lead = lead_in(LeadState.DECLINED)
    lead.move(LeadState.APPEALED, ACTORS[Side.FIRM], "you misread it")
    lead.move(LeadState.IN_REVIEW, OPERATOR, "read it again")
    lead.move(LeadState.DECLINED, ACTORS[Side.PLATFORM], "budget")
    with pytest.raises(Conflict):
        lead.move(LeadState.APPEALED, ACTORS[Side.FIRM], "once more")
    with pytest.raises(Conflict):
        lead.move(LeadState.APPEALED, OPERATOR, "once more", is_override=True)
    assert lead.state == LeadState.DECLINED


def test_the_history_holds_every_step_with_who_when_and_why():
    lead = lead_in(LeadState.SUBMITTED)
    moments = [utc_now() + dt.timedelta(hours=hour) for hour in range(4)]
    firm, platform = ACTORS[Side.FIRM], ACTORS[Side.PLATFORM]
    steps = [(LeadState.IN_REVIEW, platform, ""), (LeadState.INFO_REQUESTED, platform, "which drawing?"),
             (LeadState.IN_REVIEW, firm, ""), (LeadState.ACCEPTED, platform, "")]
    for (state, actor, why), moment in zip(steps, moments, strict=True):
        lead.move(state, actor, why, at=moment)
    told = [(m.from_state, m.to_state, m.side, m.person_id, m.why, m.at, m.is_override) for m in lead.moves]
    S = LeadState
    assert told == [
        (S.SUBMITTED, S.IN_REVIEW, Side.PLATFORM, platform.person_id, "", moments[0], False),
        (S.IN_REVIEW, S.INFO_REQUESTED, Side.PLATFORM, platform.person_id, "which drawing?", moments[1], False),
        (S.INFO_REQUESTED, S.IN_REVIEW, Side.FIRM, None, "", moments[2], False),
        (S.IN_REVIEW, S.ACCEPTED, Side.PLATFORM, platform.person_id, "", moments[3], False),
    ]
    assert lead.changed_at == moments[3]


def test_the_first_answer_is_noted_once():
    lead = lead_in(LeadState.SUBMITTED)
    lead.move(LeadState.IN_REVIEW, ACTORS[Side.PLATFORM])
    assert lead.first_response_at is None
    asked, accepted = utc_now(), utc_now() + dt.timedelta(days=2)
    lead.move(LeadState.INFO_REQUESTED, ACTORS[Side.PLATFORM], at=asked)
    lead.move(LeadState.IN_REVIEW, ACTORS[Side.FIRM])
    lead.move(LeadState.ACCEPTED, ACTORS[Side.PLATFORM], at=accepted)
    assert lead.first_response_at == asked


def test_a_firm_that_withdraws_has_not_been_answered():
    lead = lead_in(LeadState.SUBMITTED)
    lead.move(LeadState.WITHDRAWN, ACTORS[Side.FIRM])
    assert lead.first_response_at is None


def test_a_version_that_has_passed_is_refused():
    lead = lead_in(LeadState.IN_REVIEW)
    lead.check_version(1)
    for seen in (0, 2, -1):
        with pytest.raises(Conflict):
            lead.check_version(seen)


def test_a_decision_ends_once():
    for status in (DecisionStatus.DONE, DecisionStatus.CANCELLED, DecisionStatus.REFUSED):
        decision = Decision(status=DecisionStatus.PENDING)
        decision.end(status, "why")
        assert (decision.status, decision.refusal) == (status, "why")
        assert decision.ended_at is not None
        for other in DecisionStatus:
            with pytest.raises(Conflict):
                decision.end(other)


def test_the_groups_of_states_fit_the_table():
    assert TO_ANSWER <= OPEN
    assert not REVEALED & OPEN
    assert not UNSEEN & (OPEN | REVEALED)
    assert all(any(Side.PLATFORM in sides for sides in MOVES[state].values()) for state in TO_ANSWER)
    # Whatever a reviewer decides can follow a lead in review.
    assert set(LEADS_TO.values()) - {LeadState.IN_REVIEW} <= set(MOVES[LeadState.IN_REVIEW])
    assert LEADS_TO[Action.RESUME] in MOVES[LeadState.WAITLISTED]
