"""Channels: each scores offerings for a need by one view of the texts. One channel is one file.

A channel is a scikit-learn estimator over counts. ``fit(counts)`` learns its statistics from the catalogue;
``transform(counts)`` weighs the catalogue's texts and ``encode(counts)`` the needs; the score of a text for a need
is the inner product of the two, in [0, 1]. So a score is a sum over shared terms, can be taken apart again, and
means about the same for every need, which lets channels be added up as they are.
"""

from matchmaker.ranking.channels.bm25 import BM25
from matchmaker.ranking.channels.concepts import Concepts
from matchmaker.ranking.channels.feedback import Feedback
from matchmaker.ranking.channels.tfidf import Tfidf

__all__ = ["BM25", "Concepts", "Feedback", "Tfidf"]
