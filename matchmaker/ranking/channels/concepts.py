"""Needs and texts by what they mean: cosine in the space of the lexicon's concepts."""

import functools
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.base import BaseEstimator

from matchmaker.ranking.concepts.lexicon import OUT_OF_SCOPE, Concept, concepts
from matchmaker.ranking.concepts.recogniser import ConceptRecogniser
from matchmaker.ranking.counts import WordCounts
from matchmaker.ranking.rows import Row, row
from matchmaker.ranking.text import Text

WELL_COVERED = 0.03
"""Where the catalogue's best text covers more of a need than this, the need has found its words."""
TRANSLATED = 0.45
"""What is covered by a translation is covered so much less surely."""
MIXED, EVERYDAY = 0.3, 1.5
"""From the first on the words of a need may be a layman's (see `ConceptRecogniser.everyday`), from the second on they
are, and what they find is found by chance."""
TERM_LENGTH = 1.3
"""The power of a term's length by which its words are divided."""
LITTLE = 0.001
"""A text that speaks of all concepts together less than this lies nearer to nothing than to any of them."""
AT_ONCE = 8192
"""So many texts are placed at once, which bounds memory."""


class Meant(NamedTuple):
    """A concept that a need is about, and how much of the evidence speaks for it, in (0, 1]."""

    place: int
    share: float


class Concepts(BaseEstimator):
    """Score texts by the concepts that they and a need are about (Gabrilovich & Markovitch 2007, explicit semantics).

    A text lies where its words are those of a concept's terms; a need where the recogniser finds it, which also knows
    lay phrases. Both have length 1, so a text that has the words of every concept is far from each; one that has few of
    any is shorter. A term weighs its words by their share of its idf, those included that the catalogue lacks: one
    common word of a long term says little.

    Parameters
    ----------
    most : int, default=100
        How many concepts of a need count.
    sharpness : float, default=3
        How much more a likelier concept of a need counts.
    kept : int, default=32
        How many concepts of a text count, each by the square of what it shares with it.

    Attributes
    ----------
    ids_ : list of str
    labels_ : list of dict
        What each concept is called, by language.
    recogniser_ : ConceptRecogniser
    links_ : csr_matrix of shape (n_concepts, n_words), float32
        The catalogue's words by which each concept is spoken of.
    """

    def __init__(self, most: int = 100, sharpness: float = 3, kept: int = 32) -> None:
        self.most = most
        self.sharpness = sharpness
        self.kept = kept

    def fit(self, counts: WordCounts, idf: np.ndarray, known: Sequence[Concept] | None = None) -> "Concepts":
        """Learn by which words of a catalogue, shape of `idf` (n_words,), the concepts of the lexicon are spoken of."""
        known = concepts() if known is None else tuple(known)
        recogniser, terms = _learnt(known)
        rows = [_weights(words, counts, idf) for words in terms]
        links = csr_matrix((np.array([weight for found in rows for weight in found.values()], np.float32),
                            np.array([place for found in rows for place in found], np.int32),
                            np.cumsum([0, *map(len, rows)])), shape=(len(rows), len(idf)))
        links.sort_indices()
        return self.know([concept.id for concept in known], [concept.label for concept in known], recogniser, links)

    @classmethod
    def of_no_catalogue(cls, known: Sequence[Concept]) -> "Concepts":
        """Return what recognises these concepts in needs, and places no texts."""
        return cls().know([concept.id for concept in known], [concept.label for concept in known],
                          _learnt(tuple(known))[0], csr_matrix((len(known), 0), dtype=np.float32))

    def know(self, ids: list[str], labels: list[dict[str, str]], recogniser: ConceptRecogniser,
             links: csr_matrix) -> "Concepts":
        """Take over what was learnt before."""
        self.ids_, self.labels_, self.recogniser_, self.links_ = ids, labels, recogniser, links
        self._places = {id: place for place, id in enumerate(ids)}
        return self

    def transform(self, words: csr_matrix) -> csr_matrix:
        """Return where texts lie, shape (n_texts, n_concepts), float32, by their tf-idf, shape (n_texts, n_words).

        Words that came after the catalogue was learnt stand at the end, and are no concept's.
        """
        known = words[:, :self.links_.shape[1]]
        blocks = [self._placed(known[start:start + AT_ONCE]) for start in range(0, known.shape[0], AT_ONCE)]
        return vstack(blocks, format="csr") if blocks else csr_matrix((0, len(self.ids_)), dtype=np.float32)

    def recognise(self, need: Text, meant: Collection[str] = (), not_meant: Collection[str] = ()) -> list[Meant]:
        """Return the concepts that a need is about, likeliest first; the shares add up to 1.

        Parameters
        ----------
        need : Text
        meant, not_meant : collection of str
            Ids of concepts that the firm confirmed, which are as likely as the likeliest, or struck out.
        """
        scores = self.recogniser_.score(need)
        scores[[self._places[id] for id in not_meant if id in self._places]] = 0
        confirmed = [self._places[id] for id in meant if id in self._places]
        scores[confirmed] = max(float(scores.max(initial=0)), 1e-6)
        found = np.flatnonzero(scores > 0)
        found = found[np.argsort(-scores[found], kind="stable")[:self.most]]
        if not len(found):
            return []
        shares = (scores[found] / scores[found[0]]).astype(np.float64) ** self.sharpness
        shares /= shares.sum()
        return [Meant(place, share) for place, share in zip(found.tolist(), shares.tolist(), strict=True)]

    def encode(self, meant: Sequence[Meant], covered: float, translated: float = 0.0, everyday: float = 0.0) -> Row:
        """Return where a need lies, nearer to nothing the more its own words find, unless they are a layman's.

        `covered` and `translated` are the shares of the need that a text covers at most, by the need's own words and by
        their translation, in [0, 1]; `everyday` is how lay its words are, by the recogniser.
        """
        ordered = sorted(meant)
        shares = np.array([found.share for found in ordered])
        found = TRANSLATED * translated if translated > covered else covered
        lay = min((everyday - MIXED) / (EVERYDAY - MIXED), 1.0)
        gate = max(min(1.0, WELL_COVERED / max(found, 1e-9)) ** 2, lay)
        shares *= gate / max(float(np.linalg.norm(shares)), 1e-9)
        return Row(np.array([found.place for found in ordered], np.int32), shares.astype(np.float32))

    def _placed(self, words: csr_matrix) -> csr_matrix:
        shared = (words @ self.links_.T).tocsr()
        shared.data **= 2
        kept = [_heaviest(*row(shared, place), self.kept) for place in range(shared.shape[0])]
        columns, weights = zip(*kept, strict=True) if kept else ((), ())
        placed = csr_matrix((np.concatenate(weights), np.concatenate(columns), np.cumsum([0, *map(len, columns)])),
                            shape=shared.shape)
        return _unit(placed, LITTLE)


def _unit(matrix: csr_matrix, least: float) -> csr_matrix:
    """Return a matrix whose rows have about length 1, those that are not long beside `least` less, float32."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float64).ravel() + least ** 2)
    scale = np.repeat(1 / lengths, np.diff(matrix.indptr))
    return csr_matrix(((matrix.data * scale).astype(np.float32), matrix.indices, matrix.indptr), matrix.shape)


def _heaviest(columns: np.ndarray, weights: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the heaviest entries of a row in the order of their columns; of equal ones those that come first."""
    chosen = np.sort(np.lexsort((columns, -weights))[:most])
    order = np.argsort(columns[chosen], kind="stable")
    return columns[chosen][order], weights[chosen][order]


@functools.lru_cache(maxsize=4)
def _learnt(known: tuple[Concept, ...]) -> tuple[ConceptRecogniser, list[list[list[str]]]]:
    """Return the recogniser of these concepts, and the words of each of their terms; the same for every catalogue."""
    return ConceptRecogniser().fit(known), [
        [] if concept.broader == OUT_OF_SCOPE else [Text(term).words for term in (*concept.en, *concept.zh)]
        for concept in known]


def _weights(terms: Sequence[Sequence[str]], counts: WordCounts, idf: np.ndarray) -> dict[int, float]:
    """Return how much a concept speaks by each word of the catalogue: its terms share it, and the words of a term.

    A word that no text has is as rare as the rarest, and counts in the length of its term.
    """
    found: dict[int, float] = defaultdict(float)
    unknown = float(idf.max(initial=0.0))
    for words in terms:
        places = [counts.place(word) for word in dict.fromkeys(words)]
        known = {place: float(idf[place]) for place in places if place is not None}
        length = max(sum(known.values()) + unknown * (len(places) - len(known)), 1e-9)
        for place, weight in known.items():
            found[place] += weight / length ** TERM_LENGTH / len(terms) ** 0.5
    return found
