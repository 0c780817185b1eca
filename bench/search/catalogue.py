"""Synthetic catalogues of any size, as numbers of words.

Words follow Zipf and Mandelbrot, without the hundred commonest, which are stop words; the vocabulary grows as Heaps
found; a third of a text's words are those of its topic; texts have about 60 words. A need takes half of its words from
one text, and the others from texts of the same topic.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.ranking.channels import BM25

TOPICS, TOPIC_WORDS, TOPIC_SHARE = 300, 1500, 0.35


class Synthetic(NamedTuple):
    """A catalogue: the words of each text, and where it begins."""

    words: np.ndarray
    ends: np.ndarray
    topics: np.ndarray
    n_words: int

    @classmethod
    def draw(cls, n: int, seed: int = 1) -> "Synthetic":
        """Draw `n` texts."""
        draw = np.random.default_rng(seed)
        lengths = np.clip(draw.lognormal(np.log(55), 0.45, n), 30, 200).astype(np.int64)
        total = int(lengths.sum())
        n_words = int(20 * total**0.55)
        common = np.cumsum((np.arange(101, n_words + 101) + 2.7) ** -1.07)
        own = np.cumsum((np.arange(1, TOPIC_WORDS + 1) + 5.0) ** -0.9)
        spoken = np.exp(draw.uniform(np.log(30), np.log(n_words), (TOPICS, TOPIC_WORDS))).astype(np.int64) - 1
        shares = (np.arange(TOPICS) + 10.0) ** -0.8
        topics = draw.choice(TOPICS, n, p=shares / shares.sum())
        words = np.searchsorted(common, draw.random(total) * common[-1])
        is_own = draw.random(total) < TOPIC_SHARE
        places = np.searchsorted(own, draw.random(int(is_own.sum())) * own[-1])
        words[is_own] = spoken[np.repeat(topics, lengths)[is_own], places]
        return cls(np.minimum(words, n_words - 1).astype(np.int32), np.cumsum([0, *lengths]), topics, n_words)

    def counts(self) -> csr_matrix:
        """Return how often each text has each word, shape (n_texts, n_words), float32."""
        # A copy, for the words of a text are brought into order, and repeated ones taken out, where they stand.
        counts = csr_matrix((np.ones(len(self.words), np.float32), self.words.copy(), self.ends),
                            (len(self.ends) - 1, self.n_words))
        counts.sum_duplicates()
        return counts

    def needs(self, n: int, length: int, seed: int = 7) -> list[np.ndarray]:
        """Return `n` needs of `length` different words, ascending."""
        draw = np.random.default_rng(seed + length)
        texts = [np.unique(self.words[start:end]) for start, end in zip(self.ends, self.ends[1:], strict=False)]
        by_topic = [np.flatnonzero(self.topics == topic) for topic in range(TOPICS)]
        needs = []
        while len(needs) < n:
            text = int(draw.integers(len(texts)))
            chosen = dict.fromkeys(draw.permutation(texts[text])[:max(8, length // 2)].tolist())
            for other in draw.choice(by_topic[self.topics[text]], 400):
                chosen.update(dict.fromkeys(draw.permutation(texts[other])[:max(5, length // 6)].tolist()))
                if len(chosen) >= length:
                    needs.append(np.sort(np.array([*chosen][:length], np.int32)))
                    break
        return needs


def weigh(counts: csr_matrix) -> csr_matrix:
    """Return BM25 weights, as the product makes them: all peers that take weights get these."""
    return BM25().fit(counts).transform(counts)


def spelt(word: int) -> str:
    """Return a word's letters."""
    letters, rest = "", word + 17_577
    while rest:
        rest, letter = divmod(rest, 26)
        letters = chr(97 + letter) + letters
    return letters
