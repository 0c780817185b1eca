import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from matchmaker.ranking.kinds import KindClassifier

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


def test_words_never_seen_decide_nothing(fitted):
    empty, = fitted.predict_proba([""])
    unheard, = fitted.predict_proba(["?!"])
    assert np.allclose(empty, unheard)


def test_scikit_learn_manners(fitted):
    assert clone(fitted).get_params() == {"C": 30.0, "buckets": 2**10}
    with pytest.raises(NotFittedError):
        clone(fitted).predict_proba(TEXTS)


def test_the_same_texts_make_the_same_classifier(fitted):
    again = clone(fitted).fit(TEXTS, KINDS)
    assert np.array_equal(again.coef_, fitted.coef_)
