"""Score texts in one language for a need in the other: probabilistic structured queries over BM25."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.rows import Rows
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.knowledge import Knowledge, knowledge
from matchmaker.ranking.translation.segments import terms_in_chinese, terms_of_chinese_need, terms_of_english_need
from matchmaker.ranking.translation.tables import Table, into_chinese, into_english

UNSEEN_SHARE = 0.5
"""A word that cannot be translated, and what is left unsaid, count half as much as a word that one text has."""

LIKELIEST = 3
"""How many translations of a term are looked for when a match is explained."""


class Translator(BaseEstimator):
    """Score texts for needs in another language (Darwish & Oard 2003, probabilistic structured queries).

    A need's term counts in a text as often as its translations do, each with its probability: TF = Σ p · tf, and is as
    common as they are: DF = Σ p · df. BM25 over these, scaled to [0, 1] by what the need could reach.

    Parameters
    ----------
    source : {"zh", "en"}
        Language of the needs; the texts are in the other one.
    k1, b : float
        As in BM25.
    """

    def __init__(self, source: str, k1: float = 0.8, b: float = 0.75) -> None:
        self.source = source
        self.k1 = k1
        self.b = b

    def fit(self, texts: Sequence[str], y: None = None, *, known: Knowledge | None = None) -> "Translator":
        """Index `texts` by their terms and learn which terms translate to them; ignore `y`."""
        known = known or knowledge()
        analysed = [text if isinstance(text, Text) else Text(text) for text in texts]
        if self.source == "en":
            counts, columns = _count_chinese(analysed, known.headwords)
            self.table_ = into_chinese(known, columns)
        else:
            counter = WordCounts().fit(analysed)
            counts, columns = counter.transform(analysed)[:, :counter.n_words], counter.vocabulary_
            self.table_ = into_english(known, columns)
        length = np.asarray(counts.sum(axis=1)).ravel()
        self.relative_ = (length / max(float(length.mean()), 1e-9)).astype(np.float32)
        self.postings_ = Rows.of(counts.T.tocsr())
        self.targets_ = list(columns)
        return self

    def score(self, need: Text) -> np.ndarray:
        """Return the scores of all texts for one need, shape (n_texts,), in [0, 1], float32."""
        check_is_fitted(self)
        sources, wanted = self._sources(need)
        n_texts = len(self.relative_)
        if not len(sources):
            return np.zeros(n_texts, np.float32)
        table = self.table_.matrix(len(self.targets_))[sources]
        tf = table @ csr_matrix((self.postings_.weights, self.postings_.indices, self.postings_.indptr),
                                shape=(len(self.targets_), n_texts))
        df = table @ np.diff(self.postings_.indptr)
        idf = np.log1p((n_texts - df + 0.5) / (df + 0.5))
        discount = self.k1 * (1 - self.b + self.b * self.relative_[tf.indices])
        weights = np.repeat(idf * wanted, np.diff(tf.indptr)) * tf.data * (self.k1 + 1) / (tf.data + discount)
        unknown = 1 + sum(word not in self.table_.sources for word in need.words)
        unseen = UNSEEN_SHARE * unknown * np.log1p((n_texts + 0.5) / 0.5)
        reachable = float((idf * wanted).sum() + unseen) * (self.k1 + 1)
        return (np.bincount(tf.indices, weights, n_texts) / max(reachable, 1e-9)).astype(np.float32)

    def carried(self, need: Text, text: int, limit: int = 6) -> list[tuple[str, str]]:
        """Return the pairs (term of the need, its translation) by which a text was found, likeliest first."""
        sources, wanted = self._sources(need)
        names = list(self.table_.sources)
        pairs = []
        for source, weight in zip(sources.tolist(), wanted.tolist(), strict=True):
            columns, probabilities = self.table_.links.row(source)
            likeliest = zip(columns[:LIKELIEST].tolist(), probabilities[:LIKELIEST].tolist(), strict=True)
            for column, probability in likeliest:
                if self._has(text, column):
                    pairs.append((weight * probability, names[source], self.targets_[column]))
        return [(source, target) for _, source, target in sorted(pairs, reverse=True)[:limit]]

    def _has(self, text: int, column: int) -> bool:
        texts, _ = self.postings_.row(column)
        place = int(np.searchsorted(texts, text))
        return place < len(texts) and int(texts[place]) == text

    def _sources(self, need: Text) -> tuple[np.ndarray, np.ndarray]:
        known = self.table_.sources
        found = terms_of_english_need(need, known) if self.source == "en" else terms_of_chinese_need(need, known)
        return np.array([known[term] for term in found], np.int64), np.array(list(found.values()))


def _count_chinese(texts: Sequence[Text], known: frozenset[str]) -> tuple[csr_matrix, dict[str, int]]:
    columns: dict[str, int] = {}
    indptr, indices, data = [0], list[int](), list[int]()
    for text in texts:
        for term, count in terms_in_chinese(text, known).items():
            indices.append(columns.setdefault(term, len(columns)))
            data.append(count)
        indptr.append(len(indices))
    counts = csr_matrix((np.array(data, np.float32), np.array(indices, np.int32), np.array(indptr)),
                        shape=(len(texts), len(columns)))
    return counts, columns


def restore(source: str, sources: Sequence[str], targets: Sequence[str], links: Rows, postings: Rows,
            relative: np.ndarray) -> Translator:
    """Return a fitted translator from its kept parts."""
    translator = Translator(source)
    translator.table_ = Table({name: place for place, name in enumerate(sources)}, links)
    translator.targets_ = list(targets)
    translator.postings_ = postings
    translator.relative_ = relative
    return translator
