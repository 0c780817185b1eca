"""What was found for one need is kept for others: never for one that says something else."""

import copy
import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import replace

import pytest

from matchmaker.ranking import matcher
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.columns import ASKED_LAST, Column
from matchmaker.ranking.eligibility import RULES
from matchmaker.ranking.factors import SOFT_FACTORS
from tests.ranking.making import Places, demo_model, demo_needs, demo_offerings, make_need

PLACES = Places()


@functools.cache
def small_catalogue():
    return Catalogue.build(demo_offerings()[::8], "v")


class Watched:
    """Part of a need that notes what is read of it."""

    def __init__(self, whole, seen, name=""):
        self._whole, self._seen, self._name = whole, seen, name

    def __getattr__(self, name):
        return self._noted(name, getattr(self._whole, name))

    def get(self, key, default=None):
        return self._noted(key, self._whole.get(key, default))

    def _noted(self, name, value):
        path = f"{self._name}{name}"
        if name == "facts" or isinstance(value, Mapping):
            return Watched(value, self._seen, f"{path}.")
        self._seen.add(path)
        return value


def read_of(need, reader):
    seen = set()
    reader(Watched(need, seen))
    return seen


@pytest.mark.parametrize("factor", [factor for factor in SOFT_FACTORS if factor.reads], ids=lambda factor: factor.name)
def test_a_factor_says_all_that_it_reads_of_a_need(factor):
    values = Column.of(map(factor.part_of, demo_offerings())).values
    for stated in demo_needs()[::9]:
        need = make_need(**stated)
        for value in values:
            read = read_of(need, lambda watched, value=value: factor.judge(watched, value, PLACES))
            assert read <= read_of(need, factor.reads)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_all_that_it_reads_of_a_need(rule):
    values = Column.of(map(rule.value, demo_offerings())).values
    for stated in demo_needs()[::9]:
        need = make_need(**stated)
        assert read_of(need, lambda watched: rule.excluded(watched, values)) <= read_of(need, rule.reads)


def test_a_need_gets_the_same_answer_whatever_was_matched_before():
    first = make_need(**demo_needs()[0])
    others = [make_need(**stated) for stated in demo_needs()[10::30]]
    needs = [first, replace(first, today=first.today + dt.timedelta(days=900)), *others]
    for need in needs:
        matcher.match(need, small_catalogue(), demo_model(), PLACES)
    for need in needs:
        assert matcher.match(need, small_catalogue(), demo_model(), PLACES) == \
            matcher.match(need, forgetful(small_catalogue()), demo_model(), PLACES)


def test_what_is_kept_by_some_weights_is_not_taken_for_others():
    need, catalogue = make_need(**demo_needs()[0]), small_catalogue()
    matcher.match(need, catalogue, demo_model(), PLACES)
    heavier = {name: 2 * weight for name, weight in catalogue.weights.factors.items()}
    weighted = catalogue.weighted(replace(catalogue.weights, factors=heavier))
    for match in matcher.match(need, weighted, demo_model(), PLACES).matches:
        for factor in match.factors[1:]:
            assert factor.contribution == pytest.approx(heavier[factor.name] * factor.value, abs=1e-6)


def forgetful(catalogue):
    """Return the same catalogue, with nothing kept."""
    other = copy.copy(catalogue)
    for name in ("rules", "factors"):
        setattr(other, name, {key: Column(column.values, column.codes) for key, column in getattr(other, name).items()})
    return other


def test_little_is_kept():
    column = Column.of(["a"])
    for asked in range(10 * ASKED_LAST):
        column.kept(asked, dict)[0] = asked
        assert column.kept(asked, dict) == {0: asked}
        assert len(column._kept) <= ASKED_LAST
