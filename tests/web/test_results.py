import pytest
from flask import g
from werkzeug.datastructures import MultiDict

from matchmaker.domain.base import new_id
from matchmaker.web.firms import results

PROFILE = {
    "language": "en", "kinds": [{"kind": "laboratory", "probability": 0.6}, {"kind": "compute", "probability": 0.2}],
    "standards": ["GB/T 2423.10"], "accreditations": [], "quantities": [], "budget_max": None, "needed_by": None,
    "region": None, "trl": None,
}
NO_FILTERS = results.Filters()
NEED = {"problem": "We build battery packs and need a random vibration test.", "kinds": [], "delivery": []}


def match(fit, rank=1, kind="laboratory", regions=()):
    return {"rank": rank, "fit": fit, "offering": {"id": f"id-{rank}", "kind": kind, "regions": list(regions)}}


def outcome(*matches, near=(), **profile):
    return {"matches": list(matches), "near_misses": list(near), "threshold": 0.4, "profile": PROFILE | profile}


@pytest.fixture
def page(app, session):
    """A function that returns what the results page shows of an outcome."""
    def page(found, need=NEED, filters=NO_FILTERS, unfiltered=None, wanted=()):
        with app.test_request_context("/en/needs/key/results"):
            g.session = session
            return results.page(need, found, unfiltered or found, filters, wanted)

    return page


def test_what_fits_is_told_from_what_hardly_does(page):
    shown = page(outcome(match(0.8), match(0.5), match(0.39), match(0.1)))
    assert [found["fit"] for found in shown["fitting"]] == [0.8, 0.5]
    assert [found["fit"] for found in shown["nearest"]] == [0.39, 0.1]
    assert shown["headline"] == "2 open resources fit"


def test_with_enough_that_fits_the_rest_is_not_shown(page):
    assert page(outcome(match(0.8), match(0.7), match(0.6), match(0.1)))["nearest"] == []


@pytest.mark.parametrize(("matches", "words"), [((0.1,), "The nearest are shown below"), ((), "nothing in common")])
def test_nothing_fits_is_said_in_words(page, matches, words):
    shown = page(outcome(*map(match, matches)))
    assert shown["headline"] == "Nothing fits yet"
    assert words in shown["lede"] or "has anything in common" in shown["lede"]


def test_what_would_change_the_answer(page):
    near = {"rules": [{"name": "region", "detail": "Only for firms in Zhejiang"}]}
    said = page(outcome(near=[near], standards=[]), NEED | {"problem": "vibration", "delivery": ["remote"]})["changes"]
    assert "Only for firms in Zhejiang" in said[0]
    assert [words for part in ("two or three sentences", "Laboratories, Computing power", "Name figures",
                               "more ways of working", "every batch") for words in said if part in words] == said[1:]


def test_what_was_said_well_is_not_asked_for_again(page):
    assert len(page(outcome(), NEED | {"kinds": ["laboratory"]})["changes"]) == 1


def test_a_guess_that_is_none_is_not_named(page):
    said = page(outcome(kinds=[{"kind": "laboratory", "probability": 0.05}]))["changes"]
    assert said[0] == "Tick the kind of resource, if there is one for this."


def test_few_regions_are_offered_the_chosen_one_first(page):
    found = outcome(match(0.8, regions=[f"{number}0000" for number in range(31, 38)] + ["410000", "420000"]))
    regions = page(found, filters=results.Filters(None, "110000"))["filters"]["regions"]
    assert [option["code"] for option in regions][:3] == ["", "110000", "310000"]
    assert len(regions) == 1 + results.MOST_REGIONS


def test_filters_offer_what_the_unfiltered_list_has(page):
    found = outcome(match(0.8, regions=["320500", "330000"]), match(0.5, kind="compute", regions=["320600"]))
    filters = page(outcome(), filters=results.Filters("ai_agent", "320000"), unfiltered=found)["filters"]
    assert [(option["code"], option["count"], option["is_on"]) for option in filters["kinds"]] == [
        ("", 0, False), ("laboratory", 1, False), ("compute", 1, False), ("ai_agent", 0, True)]
    assert [(option["code"], option["is_on"]) for option in filters["regions"]] == [
        ("", False), ("320000", True), ("330000", False)]


def test_filters_that_name_nothing_are_left_out():
    sent = MultiDict({"only_kind": "moon", "only_region": "999999"})
    assert results.chosen(sent, {"compute": "Computing power"}) == results.Filters()
    sent = MultiDict({"only_kind": "compute", "only_region": "320000"})
    assert results.chosen(sent, {"compute": "Computing power"}) == results.Filters("compute", "320000")


def test_what_is_ticked_is_taken_once_and_only_if_it_is_an_id():
    first, second = str(new_id()), str(new_id())
    sent = MultiDict([("offering", first), ("offering", "x"), ("offering", second), ("offering", first.upper())])
    assert results.ticked(sent) == [first, second]
    assert len(results.ticked(MultiDict([("offering", str(new_id())) for _number in range(60)]))) == 50


def test_what_is_ticked_and_not_in_sight_is_kept(page):
    found = outcome(match(0.8, 1), match(0.7, 2), match(0.6, 3), match(0.1, 4))
    assert page(found, wanted=["id-1", "id-4", "id-9"])["unseen"] == ["id-4", "id-9"]
