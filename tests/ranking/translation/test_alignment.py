import pytest

from matchmaker.ranking.translation.alignment import align, parts_of
from matchmaker.ranking.translation.dictionary import Entry


@pytest.mark.parametrize(("headword", "parts"), [
    ("抽象代数", ["抽象", "代数", "抽", "象", "代", "数"]), ("电池", ["电池", "电", "池"]),
    ("锂电池", ["电池", "锂", "电", "池"]), ("某某某", ["某", "某", "某"]), ("锂", ["锂"]),
])
def test_parts(headword, parts):
    assert parts_of(headword, frozenset({"抽象", "代数", "电池"})) == parts


def test_alignment_finds_which_part_means_which_word():
    entries = [Entry("抽象代数", (("abstract", "algebra"),)), Entry("抽象", (("abstract",),)),
               Entry("线性代数", (("linear", "algebra"),)), Entry("线性", (("linear",),)),
               Entry("代数", (("algebra",),))]
    found = align(entries)
    assert found.to_english["代数", "algebra"] > 0.9
    assert found.to_english["线性", "linear"] > 0.9
    assert found.to_chinese["代数", "algebra"] > found.to_chinese.get(("抽象", "algebra"), 0)
    assert found.to_english.get(("抽象", "algebra"), 0) < 0.1


def test_probabilities_of_one_word_sum_to_at_most_one():
    found = align([Entry("电池", (("cell",), ("batteri",))), Entry("细胞", (("cell",),))])
    total = sum(p for (_, word), p in found.to_chinese.items() if word == "cell")
    assert total == pytest.approx(1)
