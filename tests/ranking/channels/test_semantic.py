"""A neural model beside the other channels: the library is a stand-in, all of our code is the real one."""

import sys

import numpy as np
import pytest

from matchmaker.errors import Unavailable
from matchmaker.ranking import matcher, store
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.queries import CHANNELS
from matchmaker.ranking.semantic.encoder import SentenceEncoder
from matchmaker.ranking.semantic.ranker import SemanticRanker
from matchmaker.ranking.semantic.vectors import Vectors
from matchmaker.ranking.texts import TextRanker
from tests.ranking.making import Places, demo_model, make_need, make_offering
from tests.sentences import forget_library, write_library, write_model

TEXTS = ["adhesive bond testing in a thermal chamber", "vibration test on a shaker", "drop test of parcels",
         "三轴铣削 three-axis milling", "盐雾试验与腐蚀评估"]


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """An encoder whose library is the stand-in."""
    write_library(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield SentenceEncoder(write_model(tmp_path / "model"))
    forget_library()


@pytest.fixture
def semantic(encoder, tmp_path):
    return Semantic(encoder, Vectors(tmp_path / "vectors"))


def texts_read():
    """Return the texts that the library has placed so far."""
    return sys.modules["sentence_transformers"].READ if "sentence_transformers" in sys.modules else []


def offerings(*titles):
    return [make_offering(place, title={"en": title}, summary={}, keywords=[]) for place, title in enumerate(titles)]


def test_a_text_without_a_shared_word_is_found(semantic):
    need = "our glue lets go every winter"
    (plain,), (found,) = (ranker.fit(TEXTS).rank([need]) for ranker in (TextRanker(), SemanticRanker(semantic)))
    assert plain.offerings.tolist() != [0]
    assert found.offerings[0] == 0
    assert found.channels[0, CHANNELS.index("semantic")] > 0


def test_what_the_model_cannot_read_is_ranked_as_without_it(semantic):
    ranker, plain = SemanticRanker(semantic).fit(TEXTS), TextRanker().fit(TEXTS)
    assert not ranker.semantic_.embeddings_[4].any()
    for need in ("盐雾试验", "铣削"):
        ours, theirs = ranker.query(need), plain.query(need)
        assert not ours.scores["semantic"].any()
        assert [part.tolist() for part in ranker.search(ours)] == [part.tolist() for part in plain.search(theirs)]


def test_a_needs_best_score_keeps_its_level(semantic):
    need = "vibration test"
    (plain,), (found,) = (ranker.fit(TEXTS).rank([need]) for ranker in (TextRanker(), SemanticRanker(semantic)))
    assert found.offerings[0] == plain.offerings[0]
    assert found.scores[0] == pytest.approx(plain.scores[0], rel=1e-6)


def test_no_text_is_placed_twice(semantic):
    first = semantic.fit(TEXTS).embeddings_
    read = len(texts_read())
    again = Semantic(semantic.encoder, semantic.vectors).fit([*TEXTS[:3], "glue"]).embeddings_
    assert texts_read()[read:] == ["glue"]
    assert np.array_equal(again[:3], first[:3])
    assert len(semantic.vectors.state) == 1


def test_damaged_vectors_are_passed_over(semantic):
    first = semantic.fit(TEXTS).embeddings_
    (path,) = semantic.vectors.folder.glob("*.bin")
    path.write_bytes(path.read_bytes().replace(b"\x00", b"\x01", 1))
    _, is_kept = semantic.vectors.find(TEXTS, semantic.encoder.dimension)
    assert not is_kept.any()
    assert np.array_equal(semantic.fit(TEXTS).embeddings_, first)


def test_a_later_text_counts_once_somebody_has_placed_it(semantic):
    ranker = SemanticRanker(semantic).fit(TEXTS[1:])
    read = len(texts_read())
    grown = ranker.grown([TEXTS[0]], [4])
    assert len(texts_read()) == read
    assert grown.completed() is grown
    assert grown.semantic_.n_lacking == 1
    assert grown.query("our glue").scores["semantic"][-1] == 0
    Semantic(semantic.encoder, semantic.vectors).place([TEXTS[0]])
    completed = grown.completed()
    assert completed.semantic_.n_lacking == 0
    assert completed.query("our glue").scores["semantic"][-1] > 0.3
    assert grown.query("our glue").scores["semantic"][-1] == 0


def test_a_catalogues_version_tells_what_it_lacks(semantic):
    built = Catalogue.build(offerings("drop test"), "1-a", semantic=semantic)
    grown = built.changed({"0"}, offerings("adhesive bond"), "1-a+7")
    assert (built.version, grown.version) == ("1-a", "1-a+7~1")
    semantic.place(["adhesive bond\n"])
    assert grown.completed().version == "1-a+7"
    assert built.completed() is built


def test_an_index_keeps_the_vectors_of_its_model(semantic, encoder, tmp_path):
    built = Catalogue.build(offerings("adhesive bond test", "drop test"), "1-a", semantic=semantic)
    store.save(built, tmp_path / "1")
    need = "our glue lets go"
    (ours,), (loaded,) = (catalogue.ranker.rank([need]) for catalogue in (built, store.load(tmp_path / "1", semantic)))
    assert [part.tolist() for part in loaded] == [part.tolist() for part in ours]
    other = Semantic(SentenceEncoder(write_model(tmp_path / "other", [["glue"]])))
    for without in (None, other):
        assert type(store.load(tmp_path / "1", without).ranker) is TextRanker


def test_the_explanation_says_that_a_text_is_near(semantic):
    need = make_need("zorbing")
    built = Catalogue.build(offerings("quuxes", "drop test"), "1-a", semantic=semantic)
    answer = matcher.match(need, built, demo_model(), Places())
    assert str(answer.matches[0].factors[0].message.template).startswith("Close in meaning")


def test_a_folder_that_is_no_model_is_named(encoder, tmp_path):
    with pytest.raises(Unavailable, match="elsewhere is no model that sentence-transformers reads"):
        SentenceEncoder(tmp_path / "elsewhere").encode(["glue"])


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(Unavailable, match=r"matchmaker\[semantic\]"):
        SentenceEncoder(tmp_path).encode(["glue"])
