import datetime as dt
import json
import os

import pytest

from matchmaker import storage
from matchmaker.config import ROOT
from matchmaker.errors import Unavailable
from matchmaker.i18n import use_language
from matchmaker.jobs.worker import run_one
from matchmaker.ranking import weights
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import held, matching, publishing, vocabulary
from matchmaker.tasks import make_tasks
from tests.ranking.making import demo_model, demo_offerings

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def demo():
    """An index of the demo offerings, without a database."""
    labels = {"kind": {"laboratory": {"zh": "实验室", "en": "Laboratory"}}}
    return matching.Index(Catalogue.build(demo_offerings(), "000001-demo", labels), demo_model(), ROOT)


def match(index, problem, *, language=None, today=TODAY, top=10, kind=None, region=None, **stated):
    return matching.match(index, {"problem": problem, **stated}, top=top, kind=kind, region=region, language=language,
                          today=today)


@pytest.fixture
def publish(database, config):
    """A function that publishes what the database has."""
    def publish():
        with storage.writing() as session:
            job = publishing.queue_publish(session)
        run_one(make_tasks(config), job.id)

    return publish


@pytest.fixture
def published(publish, config, make_offering):
    """The index in force, of three offerings: one for everybody, one for Zhejiang alone, one of another kind."""
    with storage.writing() as session:
        make_offering(session)
        make_offering(session, eligibility={"regions": ["330000"]}, price_min=300_000, currency="CNY",
                      capabilities=[{"parameter": {"zh": "频率"}, "min": 5, "max": 2000, "unit": "Hz"}],
                      capacity={"unit": "slot", "maximum": 3, "available": 1, "updated_at": None})
        make_offering(session, kind_code="compute", title={"en": "GPU hours"}, summary={}, description={}, keywords=[])
    publish()
    return matching.current_index(config)


def test_the_answer_is_that_of_the_contract(published, config):
    need = {"problem": "随机振动试验，5~500 Hz，预算3万元，2027年3月前", "organisation": {"region": "320500"},
            "must_haves": ["CNAS"]}
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    with use_vocabulary(*codes):
        answer = matching.match(published, NeedSchema().load(need))
        assert flatten(MatchesAnswer().validate(answer)) == []
    assert (answer["eligible"], answer["excluded"]) == (2, 1)
    assert answer["index_version"] == published.catalogue.version
    assert answer["model_version"] == published.model.version
    (near,) = answer["near_misses"]
    assert near["rules"] == [{"name": "region", "detail": "仅面向注册地在浙江省的企业"}]


def test_no_contact_is_in_any_answer_or_file(publish, config, make_offering):
    with storage.writing() as session:
        make_offering(session, contact="canary@platform.example")
    publish()
    assert "canary" not in str(match(matching.current_index(config), "随机振动试验"))
    for path in config.index_folder.glob("*/*"):
        assert b"canary" not in path.read_bytes()


def test_a_need_is_answered_in_its_own_language_or_the_readers(demo):
    for problem, language, expected in (
            ("做随机振动试验", None, "zh"), ("random vibration test", None, "en"), ("做随机振动试验", "en", "en")):
        details = "".join(factor["detail"] for found in match(demo, problem, language=language)["matches"]
                          for factor in found["factors"] if factor["name"] not in ("text", "capability"))
        assert any("一" <= sign <= "鿿" for sign in details) == (expected == "zh")


def test_matching_leaves_the_language_of_the_caller_alone(demo):
    with use_language("zh"):
        match(demo, "random vibration test", language="en")
        assert matching.rule_card(weights.newest())["hard"][0]["words"] != "The offering is published and valid today."


@pytest.mark.parametrize("problem", ["想装修理发店，贴瓷砖，预算五万", "Looking for a wedding photographer in Suzhou"])
def test_nothing_fits_says_so_and_still_shows_the_nearest(demo, problem):
    answer = match(demo, problem)
    assert answer["nothing_fits"]
    assert all(found["fit"] < answer["threshold"] for found in answer["matches"])


def test_a_need_that_is_served_finds_its_laboratory(demo):
    answer = match(demo, "锂电池包要做随机振动和温度冲击试验，要CNAS报告")
    assert not answer["nothing_fits"]
    assert answer["profile"]["accreditations"] == ["CNAS"]
    assert answer["profile"]["kinds"][0]["kind"] in ("laboratory", "inspection_certification")


def test_the_profile_is_what_was_understood(demo):
    problem = "样机要做高低温试验 -40~85 °C，按 GB/T 2423.1，预算3万元以内，2027年6月30日前完成"
    profile = match(demo, problem, organisation={"region": "320500"})["profile"]
    assert profile["language"] == "zh"
    assert profile["standards"] == ["GB/T 2423.1"]
    assert profile["budget_max"] == {"amount": 3_000_000, "currency": "CNY"}
    assert (profile["needed_by"], profile["region"]) == ("2027-06-30", "320500")
    (quantity,) = profile["quantities"]
    assert (quantity["min"], quantity["max"]) == (-40, 85)
    shares = [kind["probability"] for kind in profile["kinds"]]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) <= matching.KINDS_SHOWN


def test_kinds_that_the_firm_names_are_certain(demo):
    assert match(demo, "做试验", kinds=["data"])["profile"]["kinds"] == [{"kind": "data", "probability": 1.0}]
    answer = match(demo, "我们有机器人，想找地方用", direction="seeks_scenario")
    assert answer["profile"]["kinds"] == [{"kind": "scenario", "probability": 1.0}]


def test_whoever_uses_lay_words_is_offered_what_they_may_mean(demo):
    lines = (ROOT / "data" / "judgements" / "twins.jsonl").read_text(encoding="utf-8").splitlines()
    for twin in map(json.loads, lines):
        shares = [concept["share"] for concept in match(demo, twin["lay"], top=1)["profile"]["concepts"]]
        assert 1 <= len(shares) <= 6
        assert shares == sorted(shares, reverse=True)



def test_the_readers_filters(demo):
    offering = demo_offerings()[0]
    kind, province = offering["kind"], f"{offering['regions'][0][:2]}0000"
    answer = match(demo, offering["title"]["zh"], kind=kind, region=province)
    assert offering["id"] in [found["offering"]["id"] for found in answer["matches"]]
    for found in answer["matches"]:
        assert found["offering"]["kind"] == kind
        assert {province[:2], "00"} & {region[:2] for region in found["offering"]["regions"]}


def test_what_would_be_asked_of_the_firm_stands_beside_the_match(published):
    answer = match(published, "随机振动试验")
    assert answer["excluded"] == 0
    asked = [condition for found in answer["matches"] for condition in found["conditions"]]
    assert [condition["name"] for condition in asked] == ["region"]
    assert "浙江省" in asked[0]["detail"]


def test_the_rule_card_names_every_rule_and_weight():
    with use_language("en"):
        card = matching.rule_card(weights.newest())
    assert [rule["name"] for rule in card["hard"]] == [rule.name for rule in matching.eligibility.RULES]
    assert [factor["name"] for factor in card["soft"]] == [
        "text", "kind", "capability", "standards", "industry", "region", "price", "lead_time", "trl", "language",
        "theme", "verified"]
    assert all(rule["words"] for rule in [*card["hard"], *card["soft"]])


def test_a_new_index_is_picked_up(published, publish, config, make_offering):
    assert matching.current_index(config) is published
    with storage.writing() as session:
        make_offering(session)
    publish()
    newer = matching.current_index(config)
    assert newer.catalogue.version.startswith("000002-")
    assert len(newer.catalogue) == len(published.catalogue) + 1
    assert matching.fault(config) is None


def test_a_damaged_index_is_refused_and_the_old_one_serves_on(published, publish, config):
    publish()
    damaged = publishing.current_folder(config.index_folder) / "owners.npy"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    for _ in range(2):
        assert matching.current_index(config) is published
    assert "owners.npy" in matching.fault(config)
    publish()
    assert matching.current_index(config).catalogue.version.startswith("000003-")
    assert matching.fault(config) is None


def flip(path):
    block = bytearray(path.read_bytes())
    block[-1] ^= 1
    with path.open("r+b") as file:
        file.write(block)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [flip, cut])
def test_an_index_that_is_written_over_while_it_serves_makes_way_for_the_one_before(
        published, publish, config, monkeypatch, damage):
    monkeypatch.setattr(held, "LOOK_EVERY", 0)
    publish()
    newer = matching.current_index(config)
    damage(newer.folder / "owners.npy")
    for _ in range(2):
        assert matching.current_index(config).folder.name == "000001"
    assert "owners.npy" in matching.fault(config)
    publish()
    assert matching.current_index(config).folder.name == "000003"
    assert matching.fault(config) is None


def test_with_the_one_in_force_damaged_before_the_start_the_one_before_serves(published, publish, config, monkeypatch):
    publish()
    cut(publishing.current_folder(config.index_folder) / "tables.json")
    monkeypatch.setattr(matching, "_held", {})
    assert matching.current_index(config).folder.name == "000001"
    assert "tables.json" in matching.fault(config)


def test_files_that_are_replaced_or_deleted_are_still_mapped_as_they_were(published, config, monkeypatch):
    monkeypatch.setattr(held, "LOOK_EVERY", 0)
    folder = publishing.current_folder(config.index_folder)
    (folder / "owners.npy").unlink()
    (folder / "new").write_bytes(b"something else")
    (folder / "new").rename(folder / "ids.npy")
    assert matching.current_index(config) is published


def test_without_a_whole_index_there_is_no_answer(publish, config):
    with pytest.raises(Unavailable, match="index publish"):
        matching.current_index(config)
    publish()
    manifest = publishing.current_folder(config.index_folder) / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(b"{}")
    with pytest.raises(Unavailable, match="manifest"):
        matching.current_index(config)
    manifest.write_bytes(whole)
    assert len(matching.current_index(config).catalogue) == 0
    assert matching.fault(config) is None


def test_compared_offerings_have_the_scores_of_the_list(demo):
    problem = "Random vibration test of a battery bracket near Nantong, CNAS report, up to 30,000 yuan"
    listed = match(demo, problem, top=60)["matches"]
    picked = [listed[place] for place in (7, 0, 59)]
    found = matching.compare(demo, {"problem": problem}, [entry["offering"]["id"] for entry in picked], language="en",
                             today=TODAY)
    for entry, compared in zip(picked, found["matches"], strict=True):
        assert compared | {"rank": 0} == entry | {"rank": 0, "rules": []}
    assert [entry["rank"] for entry in found["matches"]] == [1, 2, 3]
    assert found["threshold"] == demo.model.threshold


def test_scores_agree_for_many_needs(demo):
    for problem in ("发酵中试，500升罐", "GPU training for a language model", "出口欧盟的医疗器械注册", "EMC pre-test"):
        listed = match(demo, problem, language="en", top=60)["matches"]
        found = matching.compare(demo, {"problem": problem}, [entry["offering"]["id"] for entry in listed],
                                 language="en", today=TODAY)["matches"]
        # Far down an offering's other text may be the better one, and be found only where it is asked for.
        assert [entry["score"] for entry in found][:30] == pytest.approx([entry["score"] for entry in listed][:30])


def test_what_a_rule_excludes_is_compared_with_the_rule(published, session):
    need = {"problem": "Random vibration test", "organisation": {"region": "320500"}}
    near = matching.match(published, need, language="en")["near_misses"]
    everything = matching.match(published, {"problem": "Random vibration test GPU hours"}, language="en")["matches"]
    ids = [entry["offering"]["id"] for entry in everything]
    found = matching.compare(published, need, [*ids, "no-such-id", ids[0]], language="en")["matches"]
    assert [entry["offering"]["id"] for entry in found] == ids
    ruled = {entry["offering"]["id"]: entry["rules"] for entry in found if entry["rules"]}
    assert [rule["name"] for rules in ruled.values() for rule in rules] == ["region"]
    assert all(ruled[entry["offering"]["id"]] == entry["rules"] for entry in near)


def test_an_offering_that_shares_nothing_is_compared_too(published):
    everything = matching.match(published, {"problem": "vibration GPU hours"}, language="en")["matches"]
    ids = [entry["offering"]["id"] for entry in everything]
    found = matching.compare(published, {"problem": "zzz"}, ids, language="en")["matches"]
    assert [entry["offering"]["id"] for entry in found] == ids
    assert matching.compare(published, {"problem": "zzz"}, [], language="en")["matches"] == []
