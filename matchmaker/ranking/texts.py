"""Rank a catalogue's texts for a need: retrieve some hundreds, then score them by every channel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.channels import BM25, Tfidf
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.facts import detect
from matchmaker.ranking.rows import greatest, row, score_all, score_some
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.translator import Sought, Translator

LEXICAL = ("words", "characters", "bm25", "pairs")
CHANNELS = (*LEXICAL, "translation")
FORWARD = ("characters", "bm25")
WEIGHTS = {"words": 1.0, "characters": 1.0, "bm25": 2.0, "pairs": 1.0, "translation": 4.0}
HEAVIEST = 30
"""How many words of a need count; twice as many where pairs are counted too."""
SCARCE = 50
"""With fewer texts than this found by words, all texts are compared by characters: misspelt or cut otherwise."""

Encoders = tuple[Tfidf, Tfidf, BM25, BM25]


class Query(NamedTuple):
    """A need as the ranker sees it, and what the whole catalogue scores for it."""

    terms: Mapping[str, csr_matrix]
    """Lexical channel → weighted terms, shape (1, n_terms)."""
    characters: np.ndarray
    """The terms of that channel once more, dense, shape (n_terms,): some hundred texts are scored with them."""
    scores: Mapping[str, np.ndarray]
    """Channel → scores of all texts, shape (n_texts,); those by characters are left to the candidates."""
    translated: "Translated | None"
    """What finds texts in the other language; None when all offerings have a text in the need's own."""
    sought: Sought | None
    """What is looked for there."""


class Ranked(NamedTuple):
    """What was found for one need, best first; arrays of the same length."""

    offerings: np.ndarray
    texts: np.ndarray
    scores: np.ndarray
    channels: np.ndarray
    """Shape (n_found, 5): the channels' scores, each in [0, 1], in the order of `CHANNELS`."""


class TextRanker(BaseEstimator):
    """Rank offerings by what their texts share with a need's.

    The score is the weighted sum of five channels: cosine of tf-idf over words and pairs, cosine over character
    n-grams, BM25 over words, BM25 over words and pairs, and the translation for offerings that have no text in the
    need's language. Each is in [0, 1] and means about the same for every need, so they are added as they are: on the
    judged collections that was as good as z-scores, and only so a score can be compared between needs.

    Parameters
    ----------
    weights : dict of str to float, optional
        Weight of each channel; `WEIGHTS` when left out.
    candidates : int, default=300
        How many texts the first stage hands on.

    Attributes
    ----------
    postings_ : dict of str to csr_matrix of shape (n_terms, n_texts)
        The weights of each lexical channel, by term.
    forward_ : dict of str to csr_matrix of shape (n_texts, n_terms)
        The weights by text of two channels: characters, by which only candidates are scored, and bm25, which says what
        words carried a match.
    owners_ : ndarray of shape (n_texts,), int32
        The offering of each text.
    translators_ : dict of str to Translated
        For needs in a language in which some offerings have no text.
    """

    def __init__(self, weights: dict[str, float] | None = None, candidates: int = 300) -> None:
        self.weights = weights
        self.candidates = candidates

    def fit(self, texts: Sequence[str], y: None = None, *, owners: Sequence[int] | None = None) -> "TextRanker":
        """Index the catalogue.

        Parameters
        ----------
        texts : sequence of str
            The texts; an offering may have several, one a language.
        owners : sequence of int, optional
            The offering of each text, counted from 0; by default each text is an offering.
        """
        analysed = [Text(text) for text in texts]
        self.word_counts_ = WordCounts().fit(analysed)
        self.character_counts_ = CharacterCounts()
        # From the plain strings, so that the n-grams of a whole catalogue are not remembered.
        counts, grams = self.word_counts_.transform(analysed), self.character_counts_.transform(texts)
        is_chinese = np.array([detect(text) == "zh" for text in texts], bool)
        groups = is_chinese.astype(int)
        n_words = self.word_counts_.n_words
        words, characters, bm25, pairs = make_encoders()
        weighted = {
            "words": words.fit(counts).transform(counts),
            "characters": characters.fit(grams).transform(grams),
            "bm25": bm25.fit(counts[:, :n_words]).transform(counts[:, :n_words], groups),
            "pairs": pairs.fit(counts).transform(counts, groups),
        }
        self.encoders_: Encoders = (words, characters, bm25, pairs)
        self.postings_ = {name: weighted[name].T.tocsr() for name in LEXICAL}
        self.forward_ = {name: weighted[name] for name in FORWARD}
        self.owners_ = np.asarray(range(len(texts)) if owners is None else owners, np.int32)
        self.translators_ = _fit_translators(analysed, self.owners_, is_chinese)
        return self

    def rank(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 100) -> Iterator[Ranked]:
        """Yield for each need its k best offerings (all that share anything, if fewer).

        Parameters
        ----------
        needs : sequence of str
        filter : ndarray of shape (n_offerings,), bool, optional
            The offerings that may be found.
        """
        return (self.search(self.query(need), filter, k) for need in needs)

    def query(self, need: str) -> Query:
        """Return a need made ready to be searched for, under one filter or several."""
        check_is_fitted(self)
        text = Text.of(need)
        counts, grams = self.word_counts_.transform([text]), self.character_counts_.transform([text])
        unknown = self.word_counts_.count_unknown([text])
        words, characters, bm25, pairs = self.encoders_
        terms = {"words": words.encode(counts), "characters": characters.encode(grams),
                 "bm25": bm25.encode(counts[:, :self.word_counts_.n_words], unknown),
                 "pairs": pairs.encode(counts, unknown)}
        scores = {name: score_all(self.postings_[name], terms[name]) for name in ("words", "bm25", "pairs")}
        dense = terms["characters"].toarray().ravel()
        held = self.translators_.get(detect(text))
        sought = held.translator.look_up(text) if held else None
        scores["translation"] = (held.score(sought, len(self.owners_)) if held and sought
                                 else np.zeros(len(self.owners_), np.float32))
        return Query(terms, dense, scores, held, sought)

    def search(self, query: Query, filter: np.ndarray | None = None, k: int = 100,
               candidates: int | None = None) -> Ranked:
        """Return the k best offerings for a query, as in `rank`, with another number of `candidates` where given."""
        allowed = np.ones(len(self.owners_), bool) if filter is None else filter[self.owners_]
        texts = greatest(query.scores["bm25"] * allowed, candidates or self.candidates)
        if self.translators_:
            texts = np.union1d(texts, greatest(query.scores["translation"] * allowed, self.candidates // 2))
        if len(texts) < min(SCARCE, len(self.owners_)):
            texts = np.union1d(texts, self._alike(query, np.flatnonzero(allowed)))
        return self._fused(query, texts, k)

    def retrieve(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 200) -> Iterator[np.ndarray]:
        """Yield for each need the k offerings that the first stage alone puts first, or fewer.

        The first stage knows two of the channels, BM25 over words and the translation; what only its characters
        brought in comes after the others. The ranking chooses out of the first `candidates` of these, so their recall
        bounds its own.
        """
        first_stage = [CHANNELS.index("bm25"), CHANNELS.index("translation")]
        for need in needs:
            found = self.search(self.query(need), filter, len(self.owners_), candidates=k)
            scores = found.channels[:, first_stage].sum(axis=1)
            yield found.offerings[np.lexsort((found.offerings, -scores))[:k]]

    def score(self, query: Query, offerings: np.ndarray) -> Ranked:
        """Score certain offerings for a query, best first, also those that share nothing with it."""
        return self._fused(query, np.flatnonzero(np.isin(self.owners_, offerings)), len(offerings))

    def shared_words(self, query: Query, text: int, limit: int = 8) -> list[str]:
        """Return the analysed words that carried the match of a need with a text, heaviest first."""
        need = query.terms["bm25"]
        wanted = dict(zip(need.indices.tolist(), need.data.tolist(), strict=True))
        columns, weights = row(self.forward_["bm25"], text)
        carried = [(wanted[column] * weight, column)
                   for column, weight in zip(columns.tolist(), weights.tolist(), strict=True) if column in wanted]
        return [self.word_counts_.words_[column] for _, column in sorted(carried, reverse=True)[:limit]]

    def translated_words(self, query: Query, text: int) -> list[tuple[str, str]]:
        """Return the pairs of a need's term and its translation by which a text in the other language was found."""
        held, sought = query.translated, query.sought
        if held is None or sought is None or not len(place := np.flatnonzero(held.texts == text)):
            return []
        return held.translator.carried(sought, int(place[0]))

    def _alike(self, query: Query, texts: np.ndarray) -> np.ndarray:
        """Return those of `texts` that are most like a need by characters."""
        scores = (score_some(self.forward_["characters"], texts, query.characters) if len(texts) <= self.candidates
                  else score_all(self.postings_["characters"], query.terms["characters"])[texts])
        return texts[greatest(scores, self.candidates)]

    def _fused(self, query: Query, texts: np.ndarray, k: int) -> Ranked:
        of_texts = {name: scores[texts] for name, scores in query.scores.items()}
        of_texts["characters"] = score_some(self.forward_["characters"], texts, query.characters)
        channels = np.stack([of_texts[name] for name in CHANNELS], axis=1)
        weights = self.weights or WEIGHTS
        scores = channels.astype(np.float64) @ np.array([weights[name] for name in CHANNELS])
        order = np.lexsort((texts, -scores))
        _, first = np.unique(self.owners_[texts[order]], return_index=True)
        best = order[np.sort(first)[:k]]
        return Ranked(self.owners_[texts[best]], texts[best], scores[best], channels[best])


def make_encoders() -> Encoders:
    """Return the unfitted encoders of the lexical channels, in their order."""
    return Tfidf(most=2 * HEAVIEST), Tfidf(), BM25(most=HEAVIEST), BM25(most=2 * HEAVIEST)


class Translated(NamedTuple):
    """A translator, the texts of the catalogue that it learnt from, and which of them it is needed for.

    All texts of the language say how common a term is and how long texts are; only offerings that have no text in the
    need's own language are scored.
    """

    translator: Translator
    texts: np.ndarray
    is_lonely: np.ndarray

    def score(self, sought: Sought, n_texts: int) -> np.ndarray:
        """Return the scores of all `n_texts` texts of the catalogue, float32."""
        scores = np.zeros(n_texts, np.float32)
        scores[self.texts] = self.translator.score(sought) * self.is_lonely
        return scores


def _fit_translators(texts: Sequence[Text], owners: np.ndarray, is_chinese: np.ndarray) -> dict[str, Translated]:
    """Return a translator for each language of needs in which some offerings have no text; none where all have both."""
    found = {}
    for source, is_target in (("en", is_chinese), ("zh", ~is_chinese)):
        targets = np.flatnonzero(is_target)
        is_lonely = ~np.isin(owners[targets], owners[~is_target])
        if is_lonely.any():
            translator = Translator(source).fit([texts[place] for place in targets.tolist()])
            found[source] = Translated(translator, targets, is_lonely)
    return found

