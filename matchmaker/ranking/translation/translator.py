"""Score texts in one language for a need in the other: probabilistic structured queries over BM25."""

import copy
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.rows import appended, row, rows_of, runs
from matchmaker.ranking.terms import Terms
from matchmaker.ranking.text import Text
from matchmaker.ranking.translation.counting import reach
from matchmaker.ranking.translation.knowledge import Knowledge, knowledge
from matchmaker.ranking.translation.segments import terms_in_chinese, terms_of_chinese_need, terms_of_english_need
from matchmaker.ranking.translation.tables import Table, into_chinese, into_english

UNSEEN_SHARE = 0.5
"""A word that cannot be translated, and what is left unsaid, count half as much as a word that one text has."""

LIKELIEST = 3
"""How many translations of a term are looked for when a match is explained."""


@dataclass(frozen=True)
class Sought:
    """What a need looks for in the other language: its terms that can be translated, and their translations."""

    terms: list[str]
    wanted: np.ndarray
    """The weight of each term, float64."""
    links: csr_matrix
    """Shape (n_terms, n_targets): the probabilities of the terms' translations, likeliest first."""
    n_unknown: int
    """How many words of the need cannot be translated."""

    @cached_property
    def likeliest(self) -> Mapping[int, list[tuple[float, str]]]:
        """The terms by their likeliest translations, the columns of `links`, each with what its pair weighs."""
        lengths = np.minimum(np.diff(self.links.indptr), LIKELIEST)
        stored = runs(self.links.indptr[:-1], lengths)
        places = np.repeat(np.arange(len(lengths)), lengths)
        gains = self.wanted[places] * self.links.data[stored]
        found = defaultdict[int, list[tuple[float, str]]](list)
        columns = self.links.indices[stored]
        for column, gain, place in zip(columns.tolist(), gains.tolist(), places.tolist(), strict=True):
            found[column].append((gain, self.terms[place]))
        return found


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
        columns: Mapping[str, int]
        analysed = [Text.of(text) for text in texts]
        if self.source == "en":
            counts, columns = _count_chinese(analysed, known.headwords)
            self.table_ = into_chinese(known, columns)
        else:
            counter = WordCounts().fit(analysed)
            counts, columns = counter.words_of(counter.transform(analysed)), counter.vocabulary_
            self.table_ = into_english(known, columns)
        length = np.asarray(counts.sum(axis=1)).ravel()
        self.relative_ = (length / max(float(length.mean()), 1e-9)).astype(np.float32)
        self.counts_ = counts
        self.postings_ = counts.T.tocsr()
        self.targets_: Sequence[str] = list(columns)
        self.columns_ = columns
        self._hold_nothing_more()
        return self

    def grown(self, texts: Sequence[str], kept: np.ndarray, order: np.ndarray) -> "Translator":
        """Return a translator that scores later texts too, after the others, by what this one learnt.

        These are the later texts held before that are `kept`, then `texts`, all of them in `order`. Terms that no text
        had when it was fitted are not looked for, nor do they lengthen a text.
        """
        columns = self.columns_
        analysed = map(Text.of, texts)
        terms = ([terms_in_chinese(text, columns) for text in analysed] if self.source == "en"
                 else [Counter(text.words) for text in analysed])
        counted = [{columns[term]: count for term, count in found.items() if term in columns} for found in terms]
        indptr = np.cumsum([0, *map(len, counted)])
        counts = csr_matrix((np.array([count for found in counted for count in found.values()], np.float32),
                             np.array([column for found in counted for column in found], np.int32), indptr),
                            shape=(len(texts), len(columns)))
        mean = float(self.counts_.data.sum()) / len(self.relative_)
        relative = np.asarray(counts.sum(axis=1)).ravel() / max(mean, 1e-9)
        other = copy.copy(self)
        other.added_ = appended(None if self.added_ is None else self.added_[kept], counts)[order]
        other.added_relative_ = np.concatenate([self.added_relative_[kept], relative.astype(np.float32)])[order]
        return other

    def look_up(self, need: Text) -> Sought:
        """Return what a need looks for: its terms that have translations among the texts' terms."""
        check_is_fitted(self)
        known = self.table_.sources
        found = terms_of_english_need(need, known) if self.source == "en" else terms_of_chinese_need(need, known)
        links = rows_of(self.table_.links, np.array([known[term] for term in found], np.intp))
        return Sought(list(found), np.array(list(found.values()), np.float64), links,
                      sum(word not in known for word in need.words))

    def score(self, sought: Sought, wanted: np.ndarray | None = None) -> np.ndarray:
        """Return the scores of all texts for one need, shape (n_texts,), in [0, 1], float32.

        With `wanted`, shape (n_texts,), bool, only of those, and 0 for the others.
        """
        n_texts = len(self.relative_)
        wanted = np.ones(n_texts + len(self.added_relative_), bool) if wanted is None else wanted
        df = _frequencies(sought.links, self.postings_.indptr)
        weights = np.log1p((n_texts - df + 0.5) / (df + 0.5)) * sought.wanted
        unseen = UNSEEN_SHARE * (1 + sought.n_unknown) * np.log1p((n_texts + 0.5) / 0.5)
        reachable = max(float(weights.sum() + unseen), 1e-9)
        scores = reach(sought.links, self.postings_, self._discount(self.relative_), weights,
                       wanted[:n_texts]) / reachable
        if self.added_ is not None:
            more = reach(sought.links, self.added_.T, self._discount(self.added_relative_), weights,
                         wanted[n_texts:]) / reachable
            scores = np.concatenate([scores, more])
        return scores.astype(np.float32)

    def _discount(self, relative: np.ndarray) -> np.ndarray:
        """Return what a term's count is weighed against in each text, shape (n_texts,), float32."""
        discount: np.ndarray = self.k1 * (1 - self.b + self.b * relative)
        return discount

    def carried(self, sought: Sought, text: int, limit: int = 6) -> list[tuple[str, str]]:
        """Return the pairs (term of the need, its translation) by which a text was found, likeliest first."""
        n_fitted = len(self.relative_)
        terms, _ = row(self.counts_, text) if text < n_fitted else row(self.added_, text - n_fitted)
        held = sorted(((gain, term, self.targets_[column]) for column in sought.likeliest.keys() & terms.tolist()
                       for gain, term in sought.likeliest[column]), reverse=True)
        return [(term, target) for _, term, target in held[:limit]]

    def _hold_nothing_more(self) -> None:
        self.added_: csr_matrix | None = None
        self.added_relative_ = np.zeros(0, np.float32)


def _frequencies(links: csr_matrix, starts: np.ndarray) -> np.ndarray:
    """Return Σ p · df of each term, as `links @ np.diff(starts)`; the texts of each target begin at `starts`."""
    frequencies = links.data * (starts[links.indices + 1] - starts[links.indices])
    places = np.repeat(np.arange(links.shape[0]), np.diff(links.indptr))
    return np.bincount(places, frequencies, minlength=links.shape[0])


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


def restore(source: str, table: Table, targets: Terms, counts: csr_matrix, postings: csr_matrix,
            relative: np.ndarray) -> Translator:
    """Return a fitted translator from its kept parts."""
    translator = Translator(source)
    translator.table_ = table
    translator.targets_, translator.columns_ = targets.names, targets
    translator.counts_ = counts
    translator.postings_ = postings
    translator.relative_ = relative
    translator._hold_nothing_more()
    return translator
