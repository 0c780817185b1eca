import random

import pytest

from matchmaker.ranking.pages import MARGIN, MOST, PLACES, take_turns


def turns(found, most=2, margin=0.05):
    return take_turns(found, lambda item: item[1], lambda item: item[0], {MOST: most, MARGIN: margin})


def test_platforms_take_turns_where_they_fit_equally():
    found = [("a", 0.9)] * 5 + [("b", 0.88)] * 2 + [("c", 0.5)]
    page, given = turns(found)
    assert [name for name, _fit in page] == ["a", "a", "b", "b", "a", "a", "a", "c"]
    assert given == {2, 3}


def test_what_fits_better_never_gives_way():
    found = [("a", 0.9)] * 9 + [("b", 0.84)] * 3
    assert turns(found) == (found, set())


def test_without_a_limit_nothing_moves():
    found = [("a", 0.9)] * 9 + [("b", 0.9)] * 3
    assert take_turns(found, lambda item: item[1], lambda item: item[0], {}) == (found, set())


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_and_nobody_gives_way_to_less(seed):
    draw = random.Random(seed)
    found = sorted([(draw.choice("aaaabc"), round(draw.random() / 3, 2), number) for number in range(30)],
                   key=lambda item: -item[1])
    page, given = turns(found)
    assert sorted(page) == sorted(found)
    assert page[PLACES:] == [item for item in found if item in page[PLACES:]]
    for place in given:
        passed = [item for item in page[place + 1:] if found.index(item) < found.index(page[place])]
        assert all(other[1] - page[place][1] <= 0.05 + 1e-9 for other in passed[:1])
        assert [item[0] for item in page[:place]].count(page[place][0]) < 2
