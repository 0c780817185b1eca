import numpy as np
import pytest

from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.spelling import CERTAINTY, mended, read
from matchmaker.ranking.text import Text

CATALOGUE = ["Vibration testing on a shaker", "Interferometry of lenses, microscope time", "hydrogen embrittlement",
             "冻干中试", "扫描电镜机时", "三坐标测量", "机器人样机", "数据保险"]


@pytest.fixture(scope="module")
def counts():
    return WordCounts().fit([Text(text) for text in CATALOGUE])


@pytest.mark.parametrize(("need", "meant"), [
    ("vibartion", "vibration"), ("vibraton", "vibration"), ("interferometre", "interferometry"),
    ("micrscope", "microscope"), ("Microscpoe", "microscope"),
    ("冻甘", "冻干"), ("扫描电境", "扫描电镜"), ("三座标", "三坐标"),
])
def test_a_word_written_slightly_wrong_is_read_as_the_one_meant(counts, need, meant):
    _, unknown, (found,) = read(Text(need), counts)
    assert (found.written in need.lower(), found.meant) == (True, meant)
    assert unknown < sum(counts.place(word) is None for word in Text(need).words)


@pytest.mark.parametrize("need", [
    "vibration", "wedding", "millet", "intention", "xibration", "vibbrattion", "shakr", "ISO17025",
    "双足机器人", "数据湖", "四足", "冻", "", "?!",
])
def test_words_that_are_right_rare_or_further_off_are_left_alone(counts, need):
    assert read(Text(need), counts)[2] == []


def test_what_the_catalogue_has_is_never_read_as_something_else():
    counts = WordCounts().fit([Text("vibartion vibration")])
    assert read(Text("vibartion"), counts)[2] == []


def test_nothing_is_read_that_the_catalogue_lacks():
    counts = WordCounts().fit([Text("salt spray")])
    assert read(Text("vibartion 扫描电境"), counts)[2] == []


def test_what_is_read_counts_less_than_what_is_written(counts):
    column = counts.place("vibrat") + counts.pair_buckets
    both, alone = (dict(zip(*read(Text(need), counts)[0], strict=True))[column]
                   for need in ("vibartion vibration", "vibartion"))
    assert (both, alone) == (1, np.float32(CERTAINTY))


def test_a_text_without_a_slip_is_itself():
    text = Text("vibration")
    assert mended(text, []) is text
