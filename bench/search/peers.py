"""The peers, each at its own best settings: from a catalogue to a function that finds the k best for a need."""

import contextlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors

from bench.search.catalogue import Synthetic, spelt

Search = Callable[[np.ndarray, int], Any]
POSTGRESQL = "MATCHMAKER_TEST_POSTGRESQL_URL"


def as_rows(needs: list[np.ndarray], n_words: int) -> csr_matrix:
    """Return needs as a matrix, each word weighing 1."""
    ends = np.cumsum([0, *map(len, needs)])
    return csr_matrix((np.ones(ends[-1], np.float32), np.concatenate(needs), ends), (len(needs), n_words))


def foremost(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k greatest scores, greatest first."""
    found = np.argpartition(scores, -k)[-k:]
    return found[np.argsort(-scores[found])]


def make_bm25s(weights: csr_matrix, backend: str) -> Any:
    """Return bm25s over the weights that all get, by Numba or by NumPy."""
    import bm25s
    logging.getLogger("bm25s").setLevel(logging.ERROR)
    by_term, held = csc_matrix(weights), bm25s.BM25(backend=backend)
    held.nonoccurrence_array = None
    held.scores = {"data": by_term.data, "indices": by_term.indices.astype(np.int32),
                   "indptr": by_term.indptr, "num_docs": weights.shape[0]}
    held.vocab_dict = {word: word for word in range(weights.shape[1])}
    held.unique_token_ids_set = set(range(weights.shape[1]))
    if backend == "numba":
        held.activate_numba_scorer()
    return held


def of_weights(weights: csr_matrix, keep: np.ndarray) -> Iterator[tuple[str, Search]]:
    """Yield the peers that search in weights."""
    mask = keep.astype(np.float32)
    with contextlib.suppress(ImportError):
        compiled, plain = make_bm25s(weights, "numba"), make_bm25s(weights, "numpy")
        yield "bm25s-numba", lambda need, k: compiled.retrieve([need.tolist()], k=k, show_progress=False, n_threads=1)
        yield "bm25s-numba, filtered", lambda need, k: compiled.retrieve(
            [need.tolist()], k=k, show_progress=False, n_threads=1, weight_mask=mask)
        yield "bm25s-numpy", lambda need, k: plain.retrieve([need.tolist()], k=k, show_progress=False)
    by_term = weights.T.tocsr()
    yield "SciPy q @ M", lambda need, k: foremost((as_rows([need], weights.shape[1]) @ by_term).toarray()[0], k)
    yield "scikit-learn cosine_similarity", lambda need, k: foremost(
        cosine_similarity(as_rows([need], weights.shape[1]), weights)[0], k)
    nearest = NearestNeighbors(metric="cosine", algorithm="brute").fit(weights)
    yield "scikit-learn NearestNeighbors", lambda need, k: nearest.kneighbors(
        as_rows([need], weights.shape[1]), k, return_distance=False)


def of_texts(catalogue: Synthetic) -> Iterator[tuple[str, Search]]:
    """Yield the peers that read texts and weigh by themselves."""
    words = [spelt(word) for word in range(catalogue.n_words)]
    ends = catalogue.ends.tolist()
    texts = [" ".join(words[word] for word in catalogue.words[start:end].tolist())
             for start, end in pairwise(ends)]
    with contextlib.suppress(ImportError):
        yield "tantivy", _tantivy(texts, words)
    yield "SQLite FTS5", _fts5(texts, words)
    if os.environ.get(POSTGRESQL):
        yield "PostgreSQL (elapsed)", _postgresql(texts, words)


def _tantivy(texts: list[str], words: list[str]) -> Search:
    import tantivy
    schema = tantivy.SchemaBuilder().add_text_field("t", index_option="freq", tokenizer_name="whitespace").build()
    index = tantivy.Index(schema, path=tempfile.mkdtemp(prefix="tantivy"))
    writer = index.writer(heap_size=300_000_000, num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(t=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher, should = index.searcher(), tantivy.Occur.Should
    return lambda need, k: searcher.search(tantivy.Query.boolean_query(
        [(should, tantivy.Query.term_query(schema, "t", words[word], "freq")) for word in need]), k, count=False)


def _fts5(texts: list[str], words: list[str]) -> Search:
    held = sqlite3.connect(":memory:", check_same_thread=False)
    held.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='ascii')")
    held.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(texts, 1))
    held.execute("INSERT INTO t (t) VALUES ('optimize')")
    return lambda need, k: held.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?",
                                        (" OR ".join(words[word] for word in need), k)).fetchall()


def _postgresql(texts: list[str], words: list[str]) -> Search:
    import psycopg
    held = psycopg.connect(os.environ[POSTGRESQL].replace("+psycopg", ""), autocommit=True)
    held.execute("CREATE TEMPORARY TABLE texts (id integer, words tsvector)")
    with held.cursor() as cursor:
        cursor.executemany("INSERT INTO texts VALUES (%s, to_tsvector('simple', %s))", list(enumerate(texts)))
    held.execute("CREATE INDEX ON texts USING gin (words)")
    held.execute("ANALYZE texts")
    return lambda need, k: held.execute(
        "SELECT id FROM texts, to_tsquery('simple', %s) AS q WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT %s",
        (" | ".join(words[word] for word in need), k)).fetchall()
