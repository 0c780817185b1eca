import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.kinds import KindClassifier, calibration_error
from matchmaker.ranking.text import Text

TEXTS = ["vibration test of a battery", "振动试验，要报告", "rent GPU hours", "租显卡训练模型",
         "vibration and GPU", "hello"]
KINDS = [["laboratory"], ["laboratory"], ["compute"], ["compute"], ["laboratory", "compute"], []]


@pytest.fixture(scope="module")
def fitted():
    return KindClassifier(buckets=2**10).fit(TEXTS, KINDS)


def test_kinds_have_probabilities_and_several_may_be_likely(fitted):
    probabilities = fitted.predict_proba(TEXTS)
    assert fitted.classes_.tolist() == ["compute", "laboratory"]
    assert probabilities.shape == (6, 2)
    assert np.all((probabilities > 0) & (probabilities < 1))
    assert fitted.predict(TEXTS).tolist() == [[False, True]] * 2 + [[True, False]] * 2 + [[True, True], [False, False]]


def test_a_text_by_itself_has_the_margins_that_it_has_among_others(fitted):
    texts = [*map(Text, TEXTS), Text("")]
    together = fitted._margins(fitted._describe(texts))
    assert np.allclose(np.vstack([fitted._margins_of(text) for text in texts]), together, atol=1e-6)
    for text in texts:
        assert fitted._margins_of(text).tolist() == fitted._margins(fitted._describe([text])).tolist()


def test_words_never_seen_decide_nothing(fitted):
    empty, = fitted.predict_proba([""])
    unheard, = fitted.predict_proba(["?!"])
    assert np.allclose(empty, unheard)


def test_scikit_learn_manners(fitted):
    assert clone(fitted).get_params() == {"penalty": 1.0, "buckets": 2**10, "concept_weight": 0.05}
    with pytest.raises(NotFittedError):
        clone(fitted).predict_proba(TEXTS)


def test_the_same_texts_make_the_same_classifier(fitted):
    again = clone(fitted).fit(TEXTS, KINDS)
    assert np.array_equal(again.coef_, fitted.coef_)


def test_what_is_held_out_was_not_learnt_with_its_group():
    texts, kinds = ["振动", "显卡", "盐雾", "算力", "跌落", "集群"] * 2, [["laboratory"], ["compute"]] * 6
    classifier = KindClassifier(buckets=2**10)
    together, apart = (classifier.held_out(texts, kinds, groups)[0]
                       for groups in ([*"123456"] * 2, [*"abcdefghijkl"]))
    right = np.array([[-1, 1], [1, -1]] * 6)
    assert (apart * right).min() > 0.2
    assert (together * right).max() < 0.2


def test_calibrated_probabilities_are_as_often_right_as_they_say():
    texts = [f"{word} {number}" for number in range(40) for word in ("shaker", "GPU", "of")]
    kinds = [["laboratory"], ["compute"], []] * 40
    groups = [str(number) for number in range(40) for _ in range(3)]
    classifier = KindClassifier(buckets=2**10)
    plain, calibrated = (classifier.fit(texts, kinds, given).predict_proba(texts) for given in (None, groups))
    truth = np.array([[1, 0], [0, 1], [0, 0]] * 40)[:, ::-1]
    errors = [calibration_error(found.ravel(), truth.ravel()) for found in (plain, calibrated)]
    assert errors[1] < min(errors[0], 0.05)


def test_phrases_of_a_concept_speak_for_the_kinds_that_answer_it():
    known = [Concept("glue", ("peel adhesion",), ("剥离强度",), "", ("laboratory",), ("tape lets go",), ("胶带翘边",)),
             Concept("farm", ("render farm",), ("渲染农场",), "", ("compute",), ("film is slow",), ("出片慢",))]
    margins = []
    for weight in (1e-9, 1.0):
        fitted = KindClassifier(buckets=2**10, concept_weight=weight).fit(TEXTS, KINDS, concepts=known)
        compute, laboratory = fitted.predict_proba(["the tape lets go", "胶带翘边"]).T
        margins.append(laboratory - compute)
    assert np.all(margins[1] > margins[0] + 0.3)
