"""Building an index: seconds of processor time from words as numbers, bytes, and microseconds to analyse a text."""

import time
from collections.abc import Iterator
from typing import Any

from bench.search.catalogue import Synthetic, spelt, weigh
from matchmaker.ranking.postings import Postings, warm
from matchmaker.ranking.text.words import words

ANALYSED = 2_000


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row."""
    catalogue = Synthetic.draw(n)
    warm()
    started = time.process_time()
    counts = catalogue.counts()
    counted = time.process_time()
    weights = weigh(counts)
    weighed = time.process_time()
    built = Postings.of(weights)
    packed = time.process_time()
    texts = [" ".join(spelt(word) for word in catalogue.words[start:end].tolist())
             for start, end in zip(catalogue.ends[:ANALYSED].tolist(), catalogue.ends[1:].tolist(), strict=False)]
    for text in texts:
        words(text)
    analysed = time.process_time()
    for text in texts:
        words(text)
    a_text = (time.process_time() - analysed) / len(texts)
    forward = built.forward
    yield {"offerings": n, "count_s": round(counted - started, 2), "weigh_s": round(weighed - counted, 2),
           "pack_s": round(packed - weighed, 2), "cpu_s_a_million": round((packed - started) * 1e6 / n, 2),
           "postings_mb": round((built.data.nbytes + built.fragments.nbytes) / 1e6, 1),
           "forward_mb": round((forward.data.nbytes + forward.indices.nbytes + forward.indptr.nbytes) / 1e6, 1),
           "analyse_us_a_text": round(a_text * 1e6, 1)}
