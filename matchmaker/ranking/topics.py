"""Groups of texts about the same thing, named by their words, none of which only a few authors use."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from matchmaker.ranking.text import spans

WORDS = 5
MOST = 30
"""So many topics at most; below, half of n texts make the square of their number (a usual rule of thumb)."""
DIMENSIONS = 50
COMMON = 0.5
"""Words that a larger share of all texts uses tell topics apart no more."""


class Topic(NamedTuple):
    """Some texts about the same thing."""

    words: list[str]
    """What they are about: the words that set them apart, most telling first."""
    texts: list[int]
    """Their places among all texts."""


def find_topics(texts: Sequence[str], authors: Sequence[object], least: int = 5, seed: int = 0) -> Iterator[Topic]:
    """Yield the topics of texts of one language, the largest first.

    Parameters
    ----------
    texts : sequence of str
    authors : sequence of hashable
        Who wrote each text.
    least : int, default=5
        Topics have at least so many authors, and so many of them use each word by which a topic is named.
    """
    read = [_written(text) for text in texts]
    words = [[word for word, _form in found] for found in read]
    forms = Counter(pair for found in read for pair in set(found))
    known = Counter(word for word, _author in {(word, author) for found, author in zip(words, authors, strict=True)
                                               for word in found})
    shared = sorted(word for word, count in known.items() if count >= least and not word.isdecimal() and len(word) > 1)
    if len(set(authors)) < least or len(shared) < 2:
        return
    vectorizer = TfidfVectorizer(analyzer=lambda found: found, vocabulary=shared, sublinear_tf=True)
    weights = vectorizer.fit_transform(words)
    labels = _grouped(weights, seed)
    usual = _usual(shared, forms)
    frequency = np.asarray((weights > 0).mean(axis=0)).ravel()
    for label in sorted(set(labels.tolist()), key=lambda one: (-int((labels == one).sum()), one)):
        places = np.flatnonzero(labels == label)
        if len({authors[place] for place in places.tolist()}) >= least:
            yield from _named(places, weights, frequency, usual, authors, least)


def _written(text: str) -> list[tuple[str, str]]:
    """Return the content words of a text, each with the form in which it is written there."""
    return [(span.word, text[span.start:span.end].lower()) for span in spans(text)]


def _usual(words: Sequence[str], forms: Counter[tuple[str, str]]) -> list[str]:
    """Return the form in which each word is written most often."""
    usual: dict[str, tuple[int, str]] = {}
    for (word, form), count in forms.items():
        usual[word] = max(usual.get(word, (0, "")), (count, form))
    return [usual[word][1] for word in words]


def _grouped(weights: np.ndarray, seed: int) -> np.ndarray:
    """Return the group of each text, shape (n_texts,)."""
    n_texts, n_words = weights.shape
    count = min(MOST, max(1, round((n_texts / 2) ** 0.5)))
    if count == 1:
        return np.zeros(n_texts, int)
    pipeline = make_pipeline(TruncatedSVD(min(DIMENSIONS, n_words - 1), random_state=seed), Normalizer(copy=False))
    with np.errstate(divide="ignore", invalid="ignore"):  # Texts that are all the same have no variance to explain.
        reduced = pipeline.fit_transform(weights)
    return np.asarray(MiniBatchKMeans(count, n_init=3, random_state=seed).fit_predict(reduced))


def _named(places: np.ndarray, weights: np.ndarray, frequency: np.ndarray, names: Sequence[str],
           authors: Sequence[object], least: int) -> Iterator[Topic]:
    inside = weights[places]
    mean = np.asarray(inside.mean(axis=0)).ravel()
    telling = mean * (frequency < COMMON if (frequency < COMMON).any() else 1)
    found = []
    for column in np.argsort(-telling, kind="stable")[:4 * WORDS].tolist():
        users = {authors[place] for place in places[inside[:, [column]].nonzero()[0]].tolist()}
        if telling[column] > 0 and len(users) >= least:
            found.append(names[column])
    if found:
        yield Topic(found[:WORDS], places.tolist())
