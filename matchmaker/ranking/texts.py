"""Rank a catalogue's texts for a need: retrieve some hundreds, then score them by every channel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.candidates import CandidateIndex
from matchmaker.ranking.channels import BM25, Tfidf
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.facts import detect
from matchmaker.ranking.rows import Rows
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.translator import Translator

LEXICAL = ("words", "characters", "bm25", "pairs")
CHANNELS = (*LEXICAL, "translation")
WEIGHTS = {"words": 1.0, "characters": 1.0, "bm25": 2.0, "pairs": 1.0, "translation": 4.0}
HEAVIEST = 30
"""How many words of a need count; twice as many where pairs are counted too."""
SCARCE = 50
"""With fewer texts than this found by words, all texts are compared by characters: misspelt or cut otherwise."""

Encoders = tuple[Tfidf, Tfidf, BM25, BM25]
Encoded = Mapping[str, csr_matrix]
"""Needs as each channel sees them: channel → weighted terms, shape (n_needs, n_terms)."""


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
        counts, grams = self.word_counts_.transform(analysed), self.character_counts_.transform(analysed)
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
        self.forward_ = {name: Rows.of(matrix) for name, matrix in weighted.items()}
        owned = np.asarray(range(len(texts)) if owners is None else owners, np.int32)
        self.index_ = CandidateIndex(Rows.of(weighted["bm25"].T.tocsr()), owned)
        self.translators_ = _fit_translators(analysed, owned, is_chinese)
        return self

    def rank(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 100) -> Iterator[Ranked]:
        """Yield for each need its k best offerings (all that share anything, if fewer).

        Parameters
        ----------
        needs : sequence of str
        filter : ndarray of shape (n_offerings,), bool, optional
            The offerings that may be found.
        """
        return self.rank_encoded(self.encode(needs), filter, k)

    def rank_encoded(self, needs: Encoded, filter: np.ndarray | None = None, k: int = 100,
                     candidates: int | None = None) -> Iterator[Ranked]:
        """Do the same for needs that are encoded already, which serves several filters at the price of one analysis."""
        check_is_fitted(self)
        found = self.index_.search(needs["bm25"], filter, candidates or self.candidates)
        for place, rows in enumerate(found):
            need = {name: _dense(matrix, place) for name, matrix in needs.items()}
            if self.translators_:
                rows = self._also_by_translation(rows, need["translation"], filter)
            if len(rows) < min(SCARCE, len(self.index_.owners)):
                rows = self._also_by_characters(rows, need["characters"], filter)
            yield self._score(rows, need, k)

    def retrieve(self, needs: Sequence[str], filter: np.ndarray | None = None, k: int = 200) -> Iterator[np.ndarray]:
        """Yield for each need the k offerings that the first stage alone puts first, or fewer.

        The first stage knows two of the channels, BM25 over words and the translation; what only its characters
        brought in comes after the others. The ranking chooses out of the first `candidates` of these, so their recall
        bounds its own.
        """
        everything = len(self.index_.owners)
        first_stage = [CHANNELS.index("bm25"), CHANNELS.index("translation")]
        for found in self.rank_encoded(self.encode(needs), filter, everything, candidates=k):
            scores = found.channels[:, first_stage].sum(axis=1)
            yield found.offerings[np.lexsort((found.offerings, -scores))[:k]]

    def encode(self, needs: Sequence[str]) -> Encoded:
        """Return the needs' weighted terms as each channel sees them, a matrix of shape (n_needs, n_terms) each."""
        check_is_fitted(self)
        analysed = [need if isinstance(need, Text) else Text(need) for need in needs]
        counts, grams = self.word_counts_.transform(analysed), self.character_counts_.transform(analysed)
        unknown = self.word_counts_.count_unknown(analysed)
        words, characters, bm25, pairs = self.encoders_
        encoded = (words.encode(counts), characters.encode(grams),
                   bm25.encode(counts[:, :self.word_counts_.n_words], unknown), pairs.encode(counts, unknown))
        translated = np.stack([self._translated(need) for need in analysed])
        return dict(zip(CHANNELS, (*encoded, csr_matrix(translated)), strict=True))

    def shared_words(self, need: Encoded, text: int, limit: int = 8) -> list[str]:
        """Return the analysed words that carried the match of one encoded need with a text, heaviest first."""
        wanted = dict(zip(need["bm25"].indices.tolist(), need["bm25"].data.tolist(), strict=True))
        columns, weights = self.forward_["bm25"].row(text)
        carried = [(wanted[column] * weight, column)
                   for column, weight in zip(columns.tolist(), weights.tolist(), strict=True) if column in wanted]
        return [self.word_counts_.words_[column] for _, column in sorted(carried, reverse=True)[:limit]]

    def translated_words(self, need: str, text: int) -> list[tuple[str, str]]:
        """Return the pairs of a need's term and its translation by which a text in the other language was found."""
        held = self.translators_.get(detect(need))
        if held is None or not len(place := np.flatnonzero(held.texts == text)):
            return []
        return held.translator.carried(Text(need), int(place[0]))

    def _translated(self, need: Text) -> np.ndarray:
        scores = np.zeros(len(self.index_.owners), np.float32)
        if held := self.translators_.get(detect(need)):
            scores[held.texts] = held.translator.score(need) * held.is_lonely
        return scores

    def _also_by_translation(self, rows: np.ndarray, scores: np.ndarray, filter: np.ndarray | None) -> np.ndarray:
        found = np.flatnonzero(scores if filter is None else scores * filter[self.index_.owners])
        most = self.candidates // 2
        if len(found) > most:
            found = found[np.argpartition(-scores[found], most - 1)[:most]]
        return np.union1d(rows, found)

    def _also_by_characters(self, rows: np.ndarray, need: np.ndarray, filter: np.ndarray | None) -> np.ndarray:
        owners = self.index_.owners
        everything = np.arange(len(owners)) if filter is None else np.flatnonzero(filter[owners])
        scores = self.forward_["characters"].dot(everything, need)
        best = np.argsort(-scores, kind="stable")[: self.candidates]
        return np.union1d(rows, everything[best[scores[best] > 0]])

    def _score(self, rows: np.ndarray, need: Mapping[str, np.ndarray], k: int) -> Ranked:
        lexical = [self.forward_[name].dot(rows, need[name]) for name in LEXICAL]
        channels = np.stack([*lexical, need["translation"][rows]], axis=1)
        weights = self.weights or WEIGHTS
        scores = channels.astype(np.float64) @ np.array([weights[name] for name in CHANNELS])
        order = np.lexsort((rows, -scores))
        _, first = np.unique(self.index_.owners[rows[order]], return_index=True)
        best = order[np.sort(first)[:k]]
        return Ranked(self.index_.owners[rows[best]], rows[best], scores[best], channels[best])


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


def _dense(matrix: csr_matrix, place: int) -> np.ndarray:
    """Return one row of a matrix; slicing it by SciPy would take ten times as long."""
    start, end = matrix.indptr[place:place + 2]
    row = np.zeros(matrix.shape[1], np.float32)
    row[matrix.indices[start:end]] = matrix.data[start:end]
    return row
