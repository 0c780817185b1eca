import pytest

from matchmaker.ranking import weights
from matchmaker.services import matching, weighing
from matchmaker.web.firms import compare

WEIGHTS = weighing.by_factor(weights.versions()[-1])
PROBLEM = "Random vibration test, drop test, GPU training, fermentation"


@pytest.fixture
def found(published):
    """What is found of all four offerings."""
    index = matching.current_index(published)
    everything = matching.match(index, {"problem": PROBLEM}, language="en")["matches"]
    return matching.compare(index, {"problem": PROBLEM}, [match["offering"]["id"] for match in everything],
                            language="en")


def ids(found):
    return [match["offering"]["id"] for match in found["matches"]]


def test_all_points_stand_in_rows_of_equal_length(found):
    page = compare.page(found, ids(found), WEIGHTS)
    assert (page["fault"], page["gone"]) == ("", 0)
    assert [section.title for section in page["sections"]][:2] == ["Why it fits", "Price, time, place"]
    assert all(len(row.cells) == 4 for section in page["sections"] for row in section.rows)
    assert all(any(row.cells) for section in page["sections"] for row in section.rows)


def test_what_differs_is_told_from_what_does_not(found):
    rows = {row.title: row for section in compare.sections(found["matches"], WEIGHTS) for row in section.rows}
    assert not rows["Text"].is_same
    assert not rows["Way of working"].is_same
    assert compare.sections([found["matches"][0]] * 2, WEIGHTS)[0].rows[0].is_same


def test_the_order_in_which_a_platform_lists_things_is_no_difference(found):
    first, second = ({**match, "offering": {**found["matches"][0]["offering"], "delivery": ways,
                                            "accreditations": papers}}
                     for match, ways, papers in ((found["matches"][0], ["remote", "on_site"], ["CNAS", "CMA"]),
                                                 (found["matches"][0], ["on_site", "remote"], ["CMA", "CNAS"])))
    assert all(row.is_same for section in compare.sections([first, second], WEIGHTS) for row in section.rows)


def test_conditions_that_one_states_have_a_row_for_all(found):
    matches = [dict(match) for match in found["matches"][:2]]
    matches[0]["offering"] = matches[0]["offering"] | {"eligibility": {"size_classes": ["small"]}}
    section = compare.sections(matches, WEIGHTS)[-1]
    assert (section.title, [(row.title, row.cells) for row in section.rows]) == (
        "To whom it is open", [("Size", ["Small", ""])])


@pytest.mark.parametrize(("wanted", "there", "words"), [
    (0, 0, "Tick two"), (1, 1, "Tick two"), (2, 1, "no longer open"), (3, 0, "no longer open"), (5, 4, "At most 4"),
    (2, 2, ""), (4, 2, ""),
])
def test_too_few_and_too_many_are_said(found, wanted, there, words):
    page = compare.page({**found, "matches": found["matches"][:there]}, [f"id-{place}" for place in range(wanted)], WEIGHTS)
    assert words in page["fault"]
    assert bool(page["fault"]) is bool(words)
    assert bool(page["sections"]) is not bool(words)


def test_what_is_gone_is_said(found):
    page = compare.page({**found, "matches": found["matches"][:2]}, ["a", "b", "c"], WEIGHTS)
    assert page["gone"] == "1 of them is no longer open and was left out."
