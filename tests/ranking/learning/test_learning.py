"""Learning from simulated people whose preferences are known."""

import dataclasses

import numpy as np
import pytest

from matchmaker.ranking.learning import (
    count,
    lacking,
    learn,
    measure,
    measured,
    reasons_against,
    settings,
    split,
    vector_of,
)
from matchmaker.ranking.learning.checks import Measured
from matchmaker.ranking.learning.fusion import FusionLearner
from matchmaker.ranking.learning.pairs import Pairs, capped, collect, inverse_propensity, make_pairs
from tests.ranking.learning.simulating import BASE, NAMES, PUSHED, World, hidden_ndcg, pushed_share

SETTINGS = settings()


@pytest.fixture(scope="module")
def world():
    return World(2)


@pytest.fixture(scope="module")
def lists(world):
    return world.lists(600)


@pytest.fixture(scope="module")
def fresh(world, lists):
    """Lists that nobody learns from."""
    return world.lists(250)


@pytest.fixture(scope="module")
def learnt(lists):
    return learn(split(lists, SETTINGS.checks.held_out)[0], BASE, SETTINGS)


def test_weights_learnt_from_people_come_nearer_to_what_they_want(world, fresh, learnt):
    found = measured(hidden_ndcg(world, fresh, BASE), hidden_ndcg(world, fresh, learnt.weights))
    assert found.difference >= 0.03
    assert found.low > 0


def test_they_pass_the_checks_on_lists_held_out_by_time(lists, learnt):
    learnt_from, held_out = split(lists, SETTINGS.checks.held_out)
    assert max(one.at for one in learnt_from) <= min(one.at for one in held_out)
    found = measure(held_out, BASE, learnt.weights, SETTINGS, {})
    assert reasons_against(found, SETTINGS.checks) == []
    assert set(found.groups) == {"language:zh", "language:en"}


@pytest.mark.parametrize("whole_team", [True, False])
def test_a_few_hostile_reviewers_move_what_they_push_by_one_point_at_most(lists, fresh, learnt, whole_team):
    pushed = World(2, hostile=0.05, whole_team=whole_team, hostile_firms=False).lists(600)
    moved = learn(split(pushed, SETTINGS.checks.held_out)[0], BASE, SETTINGS)
    assert abs(pushed_share(fresh, moved.weights) - pushed_share(fresh, learnt.weights)) <= 0.01


def test_who_accepts_everything_says_nothing(lists):
    only = [dataclasses.replace(one, picked=False, decisions={
        place: dataclasses.replace(decision, fits=True) for place, decision in one.decisions.items()}) for one in lists]
    assert len(make_pairs(collect(only, SETTINGS), SETTINGS).weights) == 0
    assert learn(only, BASE, SETTINGS).weights == BASE


def test_decisions_that_bring_their_own_platform_forward_are_left_out():
    world = World(5, platforms=5)
    lists = [dataclasses.replace(one, picked=False) for one in world.lists(500)]
    tilts = dict(zip(world.platforms, world.tilts, strict=True))
    own = {platform: np.sign(tilts[platform]) * (np.abs(tilts[platform]) > 0.3) for platform in world.platforms}
    biased = [dataclasses.replace(one, decisions={
        place: dataclasses.replace(decision, fits=bool(one.parts[place, 8:] @ own[PUSHED] > 0.5))
        for place, decision in one.decisions.items() if one.platforms[place] == PUSHED}) for one in lists]
    found = learn(biased, BASE, SETTINGS)
    assert found.left_out == [PUSHED]
    assert found.weights == BASE


def test_a_pick_counts_by_how_seldom_its_place_is_looked_at():
    counts = inverse_propensity(np.arange(60), SETTINGS.position)
    assert counts[:3] == pytest.approx([1, 2, 3])
    assert counts.max() == pytest.approx(1 / SETTINGS.position.clip)


def test_correction_for_the_place_learns_more_of_what_is_wanted(world, lists, fresh):
    """Without it a pick at the first place counts as much as one far below, and the order in force confirms itself."""
    learnt_from = split(lists, SETTINGS.checks.held_out)[0]
    plain = dataclasses.replace(SETTINGS, position=dataclasses.replace(SETTINGS.position, exponent=0.0))
    with_, without = (hidden_ndcg(world, fresh, learn(learnt_from, BASE, one).weights).mean()
                      for one in (SETTINGS, plain))
    assert with_ > without


def test_nobody_holds_more_than_a_share():
    weights = np.array([100.0, 5, 5, *[1.0] * 40])
    owners = ["loud", "loud", "other", *(f"o{number}" for number in range(40))]
    found = capped(weights, owners, 0.1)
    totals = {owner: sum(value for value, name in zip(found, owners, strict=True) if name == owner) for owner in owners}
    assert max(totals.values()) == pytest.approx(0.1 * found.sum())
    assert totals["o1"] == 1.0
    assert len(set(capped(np.array([9.0, 1.0]), ["a", "b"], 0.1).tolist())) == 1


def test_one_firm_and_one_reviewer_are_bounded(lists):
    loud = [dataclasses.replace(one, firm="loud") if number % 2 else one for number, one in enumerate(lists)]
    evidence = collect(loud, SETTINGS)
    firms = [one.firm for one in loud for _pair in range(int(
        (one.grades[:one.shown, None] > one.grades[None, :one.shown]).sum()))]
    weights = make_pairs(evidence, SETTINGS).weights[:len(firms)]
    mine = weights[np.array(firms) == "loud"].sum()
    assert mine <= SETTINGS.caps.firm * weights.sum() * 1.000001


def test_without_pairs_all_stays_as_it_is():
    nothing = Pairs(np.zeros((0, len(NAMES))), np.zeros(0))
    assert FusionLearner(vector_of(BASE)).fit(nothing).multiples_.tolist() == [1.0] * len(NAMES)


def test_no_weight_leaves_its_bounds(learnt):
    for before, after in ((BASE.channels, learnt.weights.channels), (BASE.factors, learnt.weights.factors)):
        for name, weight in before.items():
            assert SETTINGS.fit.lowest * weight - 0.001 <= after[name] <= SETTINGS.fit.highest * weight + 0.001


@pytest.mark.parametrize(("change", "short"), [
    ({"lists": 10_000}, "lists"), ({"firms": 10_000}, "firms"), ({"reviewers": 10_000}, "reviewers"),
    ({"platforms": 10_000}, "platforms"), ({"days": 10_000}, "days"),
])
def test_too_little_evidence_is_named(lists, change, short):
    asked = dataclasses.replace(SETTINGS, evidence=dataclasses.replace(SETTINGS.evidence, **change))
    assert lacking(count(lists), SETTINGS) == {}
    assert list(lacking(count(lists), asked)) == [short]
    assert lacking(count([]), SETTINGS).keys() == {"lists", "firms", "reviewers", "platforms", "days"}


def changed(lists, learnt, collections=(), **limits):
    checks = dataclasses.replace(SETTINGS.checks, **limits)
    found = measure(split(lists, checks.held_out)[1], BASE, learnt.weights, SETTINGS, dict(collections))
    return [(reason.check, reason.concerns) for reason in reasons_against(found, checks)]


def test_what_is_worse_anywhere_is_refused_with_the_reason(lists, learnt):
    worse = {"cranfield": Measured(200, 0.5, 0.48, -0.02, -0.05, 0.01)}
    surely = {"npl": Measured(2000, 0.5, 0.498, -0.002, -0.003, -0.001)}
    fine = {"other": Measured(200, 0.5, 0.498, -0.002, -0.01, 0.01)}
    assert changed(lists, learnt, worse) == [("collection", "cranfield")]
    assert changed(lists, learnt, surely) == [("collection", "npl")]
    assert changed(lists, learnt, fine) == []
    assert ("gain", "") in changed(lists, learnt, gain=0.9)
    assert ("held_out_lists", "") in changed(lists, learnt, held_out_lists=9999)
    assert "platform_share" in {check for check, _ in changed(lists, learnt, platform_share=0.0)}
    assert ("gini", "") in changed(lists, learnt, gini=-1.0)
    assert ("top_one", "") in changed(lists, learnt, top_one=-1.0)
    assert ("group", "language:zh") in changed(lists, learnt, group_loss=-0.9)


def test_a_firm_is_devoted_to_a_platform_of_which_nearly_all_its_picks_are(lists):
    one = next(one for one in lists if one.picked)
    grades = np.zeros(len(one.grades), int)
    mine = [place for place in range(one.shown) if one.platforms[place] == one.platforms[0]]
    grades[mine] = 1
    evidence = collect([dataclasses.replace(one, grades=grades, firm="loud")], SETTINGS)
    assert set(evidence.picked.devoted) == {one.platforms[0]}
    assert not len(make_pairs(evidence, SETTINGS, [one.platforms[0]]).weights)
    grades = np.ones(len(one.grades), int)
    grades[one.shown - 1] = 0
    evidence = collect([dataclasses.replace(one, grades=grades, firm="loud")], SETTINGS)
    assert set(evidence.picked.devoted) == {""}
