import csv
import re

from matchmaker.config import ROOT
from matchmaker.ranking.concepts.lexicon import OUT_OF_SCOPE, concepts

NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def test_there_are_two_thousand_concepts_with_names_of_their_own():
    names = [concept.id for concept in concepts()]
    assert len(names) >= 2200
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)


def test_each_concept_has_terms_and_lay_words_in_both_languages_and_known_kinds():
    with (ROOT / "data" / "kinds.csv").open(encoding="utf-8") as file:
        kinds = {row["code"] for row in csv.DictReader(file)}
    for concept in concepts():
        assert all((concept.en, concept.zh, concept.lay_en, concept.lay_zh, concept.broader)), concept.id
        assert set(concept.kinds) <= kinds, concept.id
        assert bool(concept.kinds) == (concept.broader != OUT_OF_SCOPE), concept.id
