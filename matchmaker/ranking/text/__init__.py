"""Text analysis: the words of Chinese, English and mixed texts.

One analyser serves every text. It follows the script, not a declared language: Han runs are segmented into words,
Latin runs are split and stemmed, so that a model number inside a Chinese sentence is found like any other.
"""

from matchmaker.ranking.text.ngrams import character_ngrams
from matchmaker.ranking.text.text import Text, hash_term
from matchmaker.ranking.text.words import Span, all_words, first_spans, normalise, plain_words, spans, words

__all__ = ["Span", "Text", "all_words", "character_ngrams", "first_spans", "hash_term", "normalise", "plain_words",
           "spans", "words"]
