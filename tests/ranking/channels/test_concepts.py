import json
import math
from pathlib import Path

import numpy as np
import pytest

from matchmaker.config import Config
from matchmaker.ranking.concepts.lexicon import Concept
from matchmaker.ranking.evaluate import read_collection
from matchmaker.ranking.queries import CHANNELS
from matchmaker.ranking.text import Text
from matchmaker.ranking.texts import TextRanker

JUDGEMENTS = Path(Config().data) / "judgements"
TEXTS = ["Thermal cycling of bonded joints from -40 to 85 °C", "Salt spray corrosion chamber", "随机振动试验台",
         "Anechoic chamber for electromagnetic compatibility", "Accounting for small firms"]


@pytest.fixture(scope="module")
def ranker():
    return TextRanker().fit(TEXTS)


def test_texts_and_needs_have_length_1(ranker):
    placed = ranker.forward_["concepts"]
    lengths = np.sqrt(np.asarray(placed.multiply(placed).sum(axis=1))).ravel()
    assert lengths[lengths > 0] == pytest.approx(1, abs=0.01)
    assert np.diff(placed.indptr).max() <= ranker.concepts_.kept
    meant = ranker.concepts_.recognise(Text("the glue lets go in winter"))
    assert sum(found.share for found in meant) == pytest.approx(1)
    assert np.linalg.norm(ranker.concepts_.encode(meant, 0).data) == pytest.approx(1)


def test_the_more_own_words_find_the_less_meaning_counts(ranker):
    meant = ranker.concepts_.recognise(Text("the glue lets go in winter"))
    lengths = [np.linalg.norm(ranker.concepts_.encode(meant, covered).data) for covered in (0.0, 0.03, 0.06, 0.3)]
    assert lengths == pytest.approx([1, 1, 0.25, 0.01])


def test_what_a_layman_means_counts_whatever_his_words_find(ranker):
    meant = ranker.concepts_.recognise(Text("the glue lets go in winter"))
    lengths = [np.linalg.norm(ranker.concepts_.encode(meant, 0.3, 0.0, everyday).data) for everyday in (-1.0, 0.3, 0.9, 3.0)]
    assert lengths == pytest.approx([0.01, 0.01, 0.5, 1])


def test_what_a_translation_covers_is_less_sure(ranker):
    meant = ranker.concepts_.recognise(Text("the glue lets go in winter"))
    lengths = [np.linalg.norm(ranker.concepts_.encode(meant, *covered).data) for covered in ((0.06, 0), (0, 0.06))]
    assert lengths == pytest.approx([0.25, 1])


def test_texts_that_hardly_speak_of_anything_lie_nearer_to_nothing(ranker):
    texts = [*TEXTS, " ".join(["thermal", *(f"part{number}" for number in range(400))])]
    placed = TextRanker().fit(texts).forward_["concepts"]
    assert 0 < np.linalg.norm(placed[-1].data) < 0.2 < np.linalg.norm(placed[0].data)


def test_one_word_of_a_term_says_less_the_more_of_it_the_catalogue_lacks():
    known = [Concept(term, (term,), (term,), "root", ("data",), ("a rattle",), ("响",))
             for term in ("salt", "salt zzyx", "salt zzyx qqyx")]
    links = TextRanker().fit(TEXTS, concepts=known).concepts_.links_
    weights = [links[[place]].data.max() for place in range(3)]
    assert weights[0] > weights[1] > weights[2]


def test_a_symptom_finds_what_shares_no_word_with_it(ranker):
    query = ranker.query("the glue lets go in winter")
    assert ranker.score(query, np.array([0])).channels[0, CHANNELS.index("bm25")] == 0
    assert ranker.search(query).texts[0] == 0


def test_what_is_struck_out_or_confirmed_counts_so(ranker):
    need = Text("the glue lets go in winter")
    (first, *_) = ranker.concepts_.recognise(need)
    name = ranker.concepts_.ids_[first.place]
    assert first.place not in [found.place for found in ranker.concepts_.recognise(need, not_meant=[name])]
    asked = ranker.concepts_.recognise(need, meant=["emc_testing"])
    assert max(found.share for found in asked) == next(
        found.share for found in asked if ranker.concepts_.ids_[found.place] == "emc_testing")
    assert ranker.concepts_.recognise(need, meant=["no such concept"]) == ranker.concepts_.recognise(need)


def test_texts_that_come_later_are_placed_alike(ranker):
    grown = ranker.grown([TEXTS[0]], [len(TEXTS)])
    query = grown.query("the glue lets go in winter")
    found = grown.score(query, np.array([0, len(TEXTS)])).channels[:, CHANNELS.index("concepts")]
    assert found[0] == pytest.approx(found[1]) != 0
    assert grown.meant_concepts(query, 0) == grown.meant_concepts(query, len(TEXTS)) != []


def quality(ranker, collection, needs):
    """The mean nDCG@10 of needs, by id, over the texts of a collection."""
    ids, found = list(collection.corpus), []
    for id, need in needs.items():
        grades = collection.qrels[id]
        gains = [grades.get(ids[place], 0) for place in ranker.search(ranker.query(need), None, 10).offerings]
        ideal = sorted(grades.values(), reverse=True)[:10]
        worth = [sum(gain / math.log2(place + 2) for place, gain in enumerate(row)) for row in (gains, ideal)]
        found.append(worth[0] / worth[1])
    return sum(found) / len(found)


def test_lay_wording_comes_near_to_a_specialists():
    twins = [json.loads(line) for line in (JUDGEMENTS / "twins.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {}
    for language in ("zh", "en"):
        collection = read_collection(JUDGEMENTS / f"demo_{language}")
        ranker = TextRanker().fit(list(collection.corpus.values()))
        for wording in ("specialist", "lay"):
            needs = {twin["need"]: twin[wording] for twin in twins if twin["language"] == language}
            assert len(needs) == 30
            found[language, wording] = quality(ranker, collection, needs)
    lay, specialist = (sum(found[language, wording] for language in ("zh", "en")) for wording in ("lay", "specialist"))
    assert lay / specialist >= 0.6
    assert specialist / 2 > 0.87


def test_what_no_platform_offers_is_recognised_and_no_text_is_placed_there():
    ranker = TextRanker().fit(["Wedding service and event photography", *TEXTS])
    meant = ranker.concepts_.recognise(Text("photos of our wedding, flowers and a band"))
    assert ranker.concepts_.ids_[meant[0].place] == "weddings_and_parties"
    assert not ranker.forward_["concepts"][:, meant[0].place].nnz
