import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.ranking.catalogue import Catalogue, Records, texts_of
from matchmaker.ranking.factors import SOFT_FACTORS
from matchmaker.ranking.matcher import match
from tests.ranking.making import (
    Places,
    demo_catalogue,
    demo_model,
    demo_needs,
    demo_offerings,
    make_need,
    make_offering,
)


def test_records_come_back_one_by_one():
    rows = [{"a": "振动"}, {}, {"b": [1, None, 2.5]}]
    records = Records.of(rows)
    assert [records[place] for place in range(len(records))] == rows
    assert len(Records.of([])) == 0


@pytest.mark.parametrize(("fields", "expected"), [
    ({"title": {"zh": "振动", "en": "Shaker"}, "keywords": ["盐雾", "salt"]}, ["振动\n盐雾", "Shaker\nsalt"]),
    ({"title": {"zh": "振动"}, "keywords": ["salt"]}, ["振动\nsalt"]),
    ({"title": {"en": "Shaker"}, "summary": {"en": "Big"}, "description": None}, ["Shaker\nBig\n"]),
    ({"title": {"en": "Shaker", "zh": ""}, "summary": None}, ["Shaker\n"]),
    ({"title": {}}, []),
])
def test_an_offering_has_a_text_for_each_language_it_is_written_in(fields, expected):
    assert texts_of(fields) == expected


@pytest.mark.parametrize("factor", SOFT_FACTORS, ids=lambda factor: factor.name)
def test_what_a_factor_looks_at_says_the_same_as_the_whole_offering(factor):
    catalogue, column = demo_catalogue(), demo_catalogue().factors[factor.name]
    for stated in demo_needs()[::7]:
        need = make_need(**stated)
        for place, offering in enumerate(demo_offerings()[::5]):
            part = column.values[column.codes[5 * place]]
            assert factor.judge(need, part, Places()) == factor.judge(need, offering, Places())
    assert catalogue.ids.tolist() == [offering["id"] for offering in demo_offerings()]


def test_the_offerings_are_kept_in_full():
    catalogue = demo_catalogue()
    assert len(catalogue) == len(demo_offerings())
    assert catalogue.offerings[17] == demo_offerings()[17]


def small():
    areas = (["320500"], ["320000"], ["310100"], ["000000"], ["DE-BY"], [])
    return Catalogue.build([
        make_offering(number, regions=regions, kind="data" if number % 2 else "laboratory")
        for number, regions in enumerate(areas)], "v")


@pytest.mark.parametrize(("regions", "expected"), [
    (["320000"], [0, 1, 3]), (["320500"], [0, 1, 3]), (["321000"], [1, 3]), (["310000"], [2, 3]), (["DE"], [4]),
    (["310000", "DE"], [2, 3, 4]),
])
def test_a_region_finds_what_is_in_it_what_its_province_offers_and_what_is_nationwide(regions, expected):
    assert np.flatnonzero(small().chosen(regions=regions)).tolist() == expected


def test_filters_of_both_sorts_narrow_together():
    assert np.flatnonzero(small().chosen(["data"])).tolist() == [1, 3, 5]
    assert np.flatnonzero(small().chosen(["data", "laboratory"], ["320500"])).tolist() == [0, 1, 3]
    assert np.flatnonzero(small().chosen(["data"], ["320500"])).tolist() == [1, 3]
    assert small().chosen(["scenario"]).tolist() == [False] * 6
    assert small().chosen() is None


def test_an_empty_catalogue_has_masks_too():
    empty = Catalogue.build([], "v")
    assert empty.eligible(make_need()).shape == (0,)
    assert empty.chosen(["data"], ["320500"]).shape == (0,)


WORDS = "vibration zorbium spray xylomancy fog 振动 盐雾 阀门 高低温".split()
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
TITLES = st.dictionaries(st.sampled_from(["zh", "en"]), SAID, min_size=1)
PORTION = st.dictionaries(st.integers(0, 7), st.none() | TITLES, min_size=1, max_size=4)


@functools.cache
def built():
    return Catalogue.build([make_offering(number, title=title) for number, title in enumerate(
        [{"en": "vibration of spray"}, {"zh": "振动 试验"}, {"zh": "盐雾", "en": "salt fog"}, {"en": "pump and valve"}])], "v")


def after(catalogue, state):
    """Return a catalogue after offerings got these titles, or closed where there is none."""
    open_now = [make_offering(number, title=title, kind="data" if len(title) > 1 else "laboratory")
                for number, title in state.items() if title]
    return catalogue.changed({f"id-{number}" for number in state}, open_now, "v+1")


@settings(max_examples=25)
@given(st.lists(PORTION, min_size=1, max_size=6))
def test_in_whatever_portions_changes_come_they_come_to_the_same(portions):
    """Words of offerings that have closed again are as unknown as if nobody had ever written them."""
    now, state = built(), {}
    for portion in portions:
        now, state = after(now, portion), state | portion
    at_once = after(built(), state)
    assert now.ids.tolist() == at_once.ids.tolist()
    assert now.is_gone.tolist() == at_once.is_gone.tolist()
    assert [now.offerings[place] for place in range(len(now))] == [at_once.offerings[place] for place in range(len(now))]
    for need in (make_need("zorbium vibration fog"), make_need("高低温 盐雾"), make_need("xylomancy", kinds=["data"])):
        one, other = (match(need, catalogue, demo_model(), Places(), top=50) for catalogue in (now, at_once))
        assert one == other
