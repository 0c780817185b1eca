import numpy as np
import pytest

from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.kind_evidence import KindEvidence
from matchmaker.ranking.kinds import KindClassifier

KINDS = ["compute", "laboratory"]
CONCEPTS = [
    Concept("vibration_test", ("vibration test",), ("振动试验",), "testing", ("laboratory",), ("it shakes loose",), ("一震就松",)),
    Concept("gpu_hours", ("GPU hours",), ("显卡机时",), "computing", ("compute",), ("training is slow",), ("训练太慢",)),
]
CUES = {"laboratory": ["chamber", "暗室"], "compute": ["render", "算力"]}


@pytest.fixture(scope="module")
def evidence():
    return KindEvidence().fit(KINDS, CONCEPTS, CUES)


@pytest.mark.parametrize(("text", "kind"), [("the bolt shakes loose", 1), ("螺丝一震就松", 1), ("GPU", 0), ("训练慢", 0)])
def test_a_concept_votes_for_the_kinds_that_answer_it(evidence, text, kind):
    votes = evidence.transform([text])[0, 2:4]
    assert votes.tolist() == pytest.approx([float(kind == 0), float(kind == 1)])


@pytest.mark.parametrize(("text", "found"), [
    ("anechoic-chambers", [0, 1]), ("antechamber", [0, 0]), ("进暗室，要算力", [1, 1]), ("用render农场", [1, 0]), ("", [0, 0]),
])
def test_a_cue_is_the_beginning_of_an_english_word_or_part_of_a_chinese_one(evidence, text, found):
    assert np.allclose(evidence.transform([text])[0, 4:], np.array(found) * 0.3)


def test_evidence_decides_where_no_word_was_learnt():
    texts, kinds = ["rent GPU hours", "vibration test"] * 6 + ["hello"], [["compute"], ["laboratory"]] * 6 + [[]]
    with_concepts, without = (KindClassifier(buckets=2**14).fit(texts, kinds, concepts=known) for known in (CONCEPTS, ()))
    unheard, told = (fitted.predict_proba(["螺丝一震就松"])[0] for fitted in (without, with_concepts))
    assert unheard[1] - unheard[0] < 0.05
    assert told[1] - told[0] > 0.1
