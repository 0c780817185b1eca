import json

import pytest

from bench import demo_collections


def committed(language, name):
    path = demo_collections.DATA / "judgements" / f"demo_{language}" / f"{name}.jsonl"
    return list(demo_collections.lines(path))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_committed_collections_follow_from_the_data(language):
    assert committed(language, "corpus") == demo_collections.corpus(language)
    assert committed(language, "queries") == demo_collections.queries(language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_need_is_judged_and_every_judgement_is_of_something(language):
    offerings = {row["_id"] for row in demo_collections.corpus(language)}
    needs = {row["_id"] for row in demo_collections.queries(language)}
    path = demo_collections.DATA / "judgements" / f"demo_{language}" / "qrels.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert {need for need, _, _ in rows} == needs
    assert {offering for _, offering, _ in rows} <= offerings
    assert {grade for _, _, grade in rows} <= set("0123")
    assert len({(need, offering) for need, offering, _ in rows}) == len(rows)


def test_writing_again_changes_nothing(tmp_path, monkeypatch):
    for name in ("offerings", "needs_zh.jsonl", "needs_en.jsonl"):
        (tmp_path / name).symlink_to(demo_collections.DATA / name)
    written = {path.relative_to(demo_collections.DATA): path.read_bytes()
               for path in (demo_collections.DATA / "judgements").glob("*/*.jsonl")}
    monkeypatch.setattr(demo_collections, "DATA", tmp_path)
    demo_collections.main()
    assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("judgements/*/*")} == written
    assert json.loads((tmp_path / "judgements/demo_zh/corpus.jsonl").read_text().splitlines()[0])["_id"]
