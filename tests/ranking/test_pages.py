import random

import pytest

from matchmaker.ranking.pages import BELOW, MARGIN, MOST, PLACE, PLACES, explore, take_turns


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


def explored(found, shown, place=5, below=0.5):
    return explore(found, lambda item: item[1] >= 0.5, lambda item: shown.get(item[0], 0.0), {PLACE: place, BELOW: below})


LONG = [(letter, 0.9) for letter in "abcdefghijklm"] + [("n", 0.4)]


def test_what_fits_and_is_shown_least_has_the_place_and_the_better_places_stay():
    page, place = explored(LONG, {"f": 0.4, "k": 0.3, "l": 0.1, "m": 0.2} | dict.fromkeys("ghij", 1.0))
    assert (page[place], place) == (("l", 0.9), 4)
    assert page[:4] == LONG[:4]
    assert sorted(page) == sorted(LONG)
    assert [item for item in page if item[0] != "l"] == [item for item in LONG if item[0] != "l"]


@pytest.mark.parametrize(("found", "shown"), [
    (LONG, dict.fromkeys("abcdefghijm", 1.0) | {"k": 0.5, "l": 0.6}), (LONG[:5], {}), (LONG[:5] + LONG[13:], {}), ([], {})],
    ids=["all are shown enough", "nothing comes after it", "nothing else fits", "nothing"])
def test_where_nothing_is_to_be_put_there_the_list_stays(found, shown):
    assert explored(found, shown) == (found, None)


def test_without_a_place_the_list_stays():
    assert explore(LONG, bool, lambda item: 0.0, {}) == (LONG, None)
