"""Postings: which texts have a term, and how much it weighs there, laid out so that the best texts are found fast.

Texts are cut into blocks of 2^14. The postings of a term lie together, those of a block in a run of their own, and each
posting is one 32-bit word: the weight, in steps of 1/65,280 of the greatest weight that there is, rounded *up*, and the
text's place in its block. The upper byte alone is the weight in steps of 1/255, rounded up as well.

::

    fragments            block 0     block 1
    term 0        [      0           2           3 ]      a posting   31        24 23      16 15             0
    term 1        [      3           5           5 ]                  +-----------+----------+---------------+
    ...                  |           |                                |  weight   |  finer   | place of text |
                         v           v                                +-----------+----------+---------------+
    packed        | 0:7 0:91 | 1:8 | 0:12 0:3 | ...

    forward       text 0: term weight, term weight, ...   exact weights, float32, terms ascending
                  text 1: ...

A search goes over the blocks. In each it adds the postings of the need's terms into 2^14 sums of 16 bits, which stay in
the processor's first cache: the upper bytes as they are, where all terms of the need weigh the same, as in BM25, and
else the finer weights times the terms' own. It sets to 0 the sums of texts that the filter leaves out, one byte a text,
and notes the greatest sum of every 64 texts. Those that reach the score of the k-th best so far get their exact scores
in float64, from the forward index, which also says what each term contributed; in the first block, where nothing is
known, the k greatest sums go first. Since steps round up, a sum is never less than the score, so no text that belongs
among the k best is lost, and since what is known is the score and not another sum, few others are looked at: 30 for the
10 best of 100,000, 155 for the 50 best. So the result is that of a full scan in float64, ties by place.

What was measured and left out: skipping blocks or terms by upper bounds (MaxScore; Turtle & Flood 1995) costs more in
branches than it saves in additions on needs of 15 to 120 terms, and rows of common terms kept dense fall out of cache.
Texts in the order of their topics let such bounds skip no block of 2^11 texts or more, and in smaller blocks a run has
one or two postings. Blocks of 2^13 to 2^16 texts are equally fast, so that fewer runs a term bring nothing. Keeping
candidates by their sums alone, and scoring the foremost when all blocks are done, must keep all whose sums are within a
step a term of the k-th best: of 100,000 texts two to sixteen times as many.

`search` is compiled by Numba where that is there (`compiled`), and done by NumPy where it is not (`plain`), with the
same answers to the last bit.
"""

from matchmaker.ranking.postings.index import Found, Postings, score_texts, warm
from matchmaker.ranking.postings.kindred import Kindred

__all__ = ["Found", "Kindred", "Postings", "score_texts", "warm"]
