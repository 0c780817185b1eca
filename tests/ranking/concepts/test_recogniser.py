import numpy as np
import pytest

from matchmaker.ranking.concepts.lexicon import Concept, concepts
from matchmaker.ranking.concepts.recogniser import ConceptRecogniser
from matchmaker.ranking.text import Text


@pytest.fixture(scope="module")
def recogniser():
    return ConceptRecogniser().fit(concepts())


def best(recogniser, need, most=5):
    scores = recogniser.score(Text(need))
    return [concepts()[place].id for place in np.argsort(-scores, kind="stable")[:most]]


@pytest.mark.parametrize(("need", "meant"), [
    ("the glue on our labels lets go in winter", "thermal_cycling"),
    ("our radio dies as soon as the motor runs", "automotive_emc"),
    ("注塑件两头往上翘", "injection_molding"),
    ("南方回南天电路板长绿毛", "damp_heat_test"),
])
def test_what_a_symptom_means_is_among_the_first(recogniser, need, meant):
    assert meant in best(recogniser, need, 20)


def test_a_term_means_its_concept(recogniser):
    assert best(recogniser, "有限元分析", 1) == best(recogniser, "finite element analysis", 1) == ["finite_element_analysis"]


def test_nothing_known_means_nothing(recogniser):
    assert not recogniser.score(Text("qxzzy")).any()


def test_rare_words_say_more_than_common_ones_and_repeats_nothing():
    known = [Concept(str(place), ("test",), ("试验",), "root", (), lay, ()) for place, lay in
             enumerate([("a rattle",), ("a squeak",), ("a squeak",)])]
    recogniser = ConceptRecogniser().fit(known)
    rattle, squeak, _ = recogniser.score(Text("rattle squeak"))
    assert rattle > squeak
    assert recogniser.score(Text("rattle")) == pytest.approx(recogniser.score(Text("rattle rattle rattle")))


@pytest.mark.parametrize(("lay", "professional"), [
    ("the glue on our labels lets go in winter", "Adhesion under thermal cycling of pressure-sensitive labels"),
    ("注塑件做出来两头往上翘，客户不肯收", "注塑件翘曲的模流仿真分析"),
])
def test_lay_wording_is_told_from_a_specialists(recogniser, lay, professional):
    assert recogniser.everyday(Text(lay)) > 1 > 0 > recogniser.everyday(Text(professional))


def test_unknown_words_are_neither_lay_nor_professional(recogniser):
    assert recogniser.everyday(Text("qxzzy")) == recogniser.everyday(Text("")) == 0
    assert ConceptRecogniser().fit([]).everyday(Text("glue")) == 0
