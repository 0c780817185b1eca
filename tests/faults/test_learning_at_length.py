"""Simulated reviewers and firms in several worlds, honest and hostile; see docs/learning.md for the figures."""

import pytest

from matchmaker.ranking.learning import learn, measured, settings, split
from tests.ranking.learning.simulating import BASE, World, hidden_ndcg, pushed_share

pytestmark = pytest.mark.faults
SETTINGS = settings()


def learnt(world: World):
    return learn(split(world.lists(1000), SETTINGS.checks.held_out)[0], BASE, SETTINGS).weights


@pytest.mark.parametrize("seed", range(1, 9))
def test_hidden_preferences_are_met_better_and_hostile_reviewers_move_little(seed):
    world = World(seed)
    weights = learnt(world)
    fresh = world.lists(300)
    gain = measured(hidden_ndcg(world, fresh, BASE), hidden_ndcg(world, fresh, weights))
    assert gain.difference >= 0.03
    assert gain.low > 0
    for whole_team in (True, False):
        for hostile_firms, most in ((False, 0.01), (True, 0.015)):
            hostile = World(seed, hostile=0.05, whole_team=whole_team, hostile_firms=hostile_firms)
            moved = pushed_share(fresh, learnt(hostile)) - pushed_share(fresh, weights)
            assert abs(moved) <= most
