import datetime as dt
import functools

import pytest

from matchmaker.ranking import matcher
from matchmaker.ranking.catalogue import Catalogue
from tests.ranking.making import Places, demo_catalogue, demo_model, demo_needs, make_need, make_offering

CATALOGUE = [
    make_offering(1, regions=["320500"], delivery=["on_site"]),
    make_offering(2, title={"zh": "盐雾试验", "en": "Salt spray test"}, eligibility={"regions": ["320000"]}),
    make_offering(3, title={"zh": "随机振动试验台", "en": "Random vibration bench"},
                  eligibility={"regions": ["330000"], "size_classes": ["micro"]}),
    make_offering(4, title={"zh": "三维扫描", "en": "3D scanning"}, kind="equipment"),
]


@functools.cache
def demo_answers():
    """The answers to all demo needs, with twenty matches each."""
    return [matcher.match(make_need(**stated), demo_catalogue(), demo_model(), Places(), top=20)
            for stated in demo_needs()]


def answer(need, offerings=CATALOGUE, version="v", **options):
    return matcher.match(need, Catalogue.build(offerings, version), demo_model(), Places(), **options)


def ids(matches):
    return [found.offering["id"] for found in matches]


def test_contributions_add_up_to_the_score_on_a_thousand_matches():
    checked = 0
    for found in demo_answers():
        for match in [*found.matches, *found.near_misses]:
            assert sum(factor.contribution for factor in match.factors) == pytest.approx(match.score, abs=1e-9)
            assert len({factor.name for factor in match.factors}) == 12
            checked += 1
    assert checked >= 1000


def test_the_best_score_stands_first_and_fit_follows_the_score():
    for matches in (found.matches for found in demo_answers()):
        assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
        assert [match.fit for match in matches] == sorted((match.fit for match in matches), reverse=True)


def test_only_as_many_as_are_wanted_come_with_their_words():
    need = make_need(**demo_needs()[0])
    whole, brief = (matcher.match(need, demo_catalogue(), demo_model(), Places(), top=20, marked=marked) for marked in (None, 3))
    assert brief.matches[:3] == whole.matches[:3]
    assert [(match.offering, match.score, match.fit, match.verdicts) for match in brief.matches] == [
        (match.offering, match.score, match.fit, match.verdicts) for match in whole.matches]
    assert any(match.words for match in whole.matches[3:])
    assert not any(match.words for match in brief.matches[3:])


def test_nobody_who_is_excluded_is_among_the_matches():
    for found in demo_answers():
        assert not any(verdict.state == "missing" for match in found.matches for _, verdict in match.verdicts)
        assert found.n_eligible + found.n_excluded == len(demo_catalogue())


def test_a_near_miss_carries_the_rule_that_excludes_it():
    need = make_need("随机振动试验台", organisation={"region": "320500", "size_class": "micro"})
    found = answer(need)
    assert "id-3" not in ids(found.matches)
    (near,) = [match for match in found.near_misses if match.offering["id"] == "id-3"]
    assert {name: verdict.state for name, verdict in near.verdicts} == {"region": "missing"}
    assert near.fit >= demo_model().threshold


def test_near_misses_are_few_and_each_is_excluded():
    for found in demo_answers():
        assert len(found.near_misses) <= matcher.NEAR_MISSES
        for near in found.near_misses:
            assert any(verdict.state == "missing" for _, verdict in near.verdicts)


def test_what_is_unknown_of_the_firm_is_told_and_excludes_nothing():
    found = answer(make_need("随机振动试验"))
    match = next(match for match in found.matches if match.offering["id"] == "id-3")
    assert {name: verdict.state for name, verdict in match.verdicts} == {"region": "unknown", "size_class": "unknown"}
    assert found.n_excluded == 0


def test_equal_offerings_are_ordered_by_a_draw():
    twins = [make_offering(number) for number in range(12)]
    orders = {tuple(ids(answer(make_need(f"随机振动试验 {n}"), twins, top=12).matches)) for n in range(5)}
    assert len(orders) == 5
    assert all(sorted(order) == sorted(orders.copy().pop()) for order in orders)


def test_a_draw_stays_until_the_catalogue_changes():
    twins = [make_offering(number) for number in range(12)]
    first, again, other = (ids(answer(make_need(), twins, version, top=12).matches) for version in ("a", "a", "b"))
    assert first == again != other


def test_the_seed_is_that_of_what_was_said():
    said = matcher.seed_of(make_need("x", region="320500"), "v")
    assert matcher.seed_of(make_need("x", region="320500", title=None, themes=[]), "v") == said
    assert matcher.seed_of(make_need("x", needed_by=dt.date(2027, 1, 1)), "v") != said
    assert matcher.seed_of(make_need("x", region="320500"), "w") != said


def test_a_reader_narrows_what_is_shown_near_misses_too():
    need = make_need("随机振动试验台", organisation={"region": "320500"})
    found = answer(need, kinds=["equipment"])
    # It is found by what the need means alone: no word of the need is in it.
    assert (ids(found.matches), ids(found.near_misses)) == (["id-4"], [])
    assert (found.n_eligible, found.n_excluded) == (1, 0)


def test_nothing_fits():
    assert answer(make_need("找人装修理发店")).nothing_fits
    assert answer(make_need("?!")).nothing_fits
    assert answer(make_need(), []).nothing_fits
    assert not answer(make_need("随机振动试验")).nothing_fits


def test_top_cuts_what_is_shown_and_nothing_else():
    all_of_them, one = answer(make_need(), top=10), answer(make_need(), top=1)
    assert ids(one.matches) == ids(all_of_them.matches)[:1]
    assert one.n_eligible == all_of_them.n_eligible


def test_the_words_that_carried_a_match_stand_in_the_offering():
    for found in demo_answers():
        for match in found.matches:
            offering = match.offering
            written = str([offering[name] for name in ("title", "summary", "description", "keywords")])
            assert [word for word in match.words if word not in written] == []
            is_meant = match.factors[0].message.values.get("concepts")
            assert match.factors[0].state == ("met" if match.words or is_meant else "unknown")


@pytest.mark.parametrize(("written", "meant"), [("fatigeu", "fatigue"), ("扫描电境", "扫描电镜")])
def test_a_word_written_wrong_finds_what_the_right_one_finds_and_the_match_says_how_it_was_read(written, meant):
    wrong, right = (matcher.match(make_need(problem), demo_catalogue(), demo_model(), Places()).matches
                    for problem in (written, meant))
    assert ids(right)[0] in ids(wrong)[:3]
    texts = (match.factors[0].message.values for match in wrong)
    assert f"{written} → {meant}" in " · ".join(values.get("concepts", "") for values in texts).split(" · ")
    for match in wrong:
        assert sum(factor.contribution for factor in match.factors) == pytest.approx(match.score, abs=1e-9)
        assert 0 <= min(match.channels) <= max(match.channels) <= 1
