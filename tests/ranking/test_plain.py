import functools

from matchmaker.ranking import matcher, plain
from matchmaker.ranking.catalogue import Catalogue
from tests.ranking.making import Places, demo_catalogue, demo_model, demo_needs, make_need, make_offering

CATALOGUE = [
    make_offering(1, title={"zh": "振动试验", "en": "Vibration"}),
    make_offering(2, title={"zh": "安全评估", "en": "safety"}, eligibility={"size_classes": ["large"]}),
    make_offering(3, title={"zh": "材料检测", "en": "Materials"}, eligibility={"max_age_years": 5}),
    make_offering(4, title={"en": "3D scanning"}, kind="equipment"),
    make_offering(5, title={"zh": "包装跌落", "en": "drop"}),
]


@functools.cache
def catalogue() -> Catalogue:
    return Catalogue.build(CATALOGUE, "v")


def ids(found: plain.Listed) -> list[str]:
    return [entry.offering["id"] for entry in found.entries]


def test_what_the_rules_leave_comes_in_alphabetical_order():
    need = make_need(organisation={"size_class": "small"})
    assert ids(plain.listed(need, catalogue(), "zh")) == ["id-4", "id-5", "id-3", "id-1"]
    assert ids(plain.listed(need, catalogue(), "en")) == ["id-4", "id-5", "id-3", "id-1"]
    found = plain.listed(need, catalogue(), "zh", after=1, top=2)
    assert ([entry.place for entry in found.entries], ids(found), found.n_eligible, found.n_excluded) == (
        [2, 3], ["id-5", "id-3"], 4, 1)
    assert {name for name, verdict in found.entries[1].verdicts if verdict.state == "unknown"}


def test_only_the_kinds_that_the_need_names_and_the_reader_wants():
    assert ids(plain.listed(make_need(**{"kinds": []}), catalogue(), "zh", kinds=["equipment"])) == ["id-4"]
    need = make_need()
    need.stated["kinds"] = ["laboratory"]
    assert "id-4" not in ids(plain.listed(need, catalogue(), "zh"))
    assert ids(plain.listed(need, catalogue(), "zh", kinds=["equipment"])) == []


def test_what_is_gone_is_not_listed_and_what_came_is():
    later = catalogue().changed(["id-1"], [make_offering(6, title={"zh": "啊"})], "w")
    assert ids(plain.listed(make_need(), later, "zh"))[:3] == ["id-4", "id-6", "id-2"]
    assert "id-1" in ids(plain.listed(make_need(), catalogue(), "zh"))


def test_the_words_of_a_need_count_for_nothing_and_its_rules_as_in_the_ranking():
    for stated in demo_needs()[:20]:
        need = make_need(**stated)
        found = plain.listed(need, demo_catalogue(), "zh", top=1_000)
        ranked = matcher.match(need, demo_catalogue(), demo_model(), Places(), top=100)
        named = set(stated.get("kinds") or ())
        if not named:
            assert found.n_eligible == ranked.n_eligible
        open_to = set(ids(found))
        assert {match.offering["id"] for match in ranked.matches if not named or match.offering["kind"] in named} <= open_to
        assert not open_to & {miss.offering["id"] for miss in ranked.near_misses}
        keys = [plain.title_key(entry.offering, "zh") for entry in found.entries]
        assert keys == sorted(keys)
