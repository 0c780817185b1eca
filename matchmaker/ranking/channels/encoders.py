"""The encoders of the lexical channels."""

from matchmaker.ranking.channels.bm25 import BM25
from matchmaker.ranking.channels.tfidf import Tfidf

HEAVIEST = 30
"""How many words of a need count; twice as many where pairs are counted too."""

Encoders = tuple[Tfidf, Tfidf, BM25, BM25]


def make_encoders() -> Encoders:
    """Return the unfitted encoders of the lexical channels, in their order."""
    return Tfidf(most=2 * HEAVIEST), Tfidf(), BM25(most=HEAVIEST), BM25(most=2 * HEAVIEST)
