"""Ranking quality beside lexical peers, in one run, with paired tests.

    python -m bench.quality FOLDER... [--json OUT]

Each peer at its own best settings: bm25s with English stemming and stop words, or rjieba words where the texts are
Chinese; scikit-learn's TfidfVectorizer as it comes, and with the same words as bm25s.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np
import rjieba
import Stemmer
from scipy.stats import ttest_rel, wilcoxon
from sklearn.feature_extraction.text import TfidfVectorizer

from matchmaker.ranking.evaluate import DEPTH, Collection, Run, measure, measure_each, read_collection, run_ranker

PEERS = ("bm25s", "tfidf_default", "tfidf_words")


def split_words(texts: list[str], is_chinese: bool) -> list[list[str]]:
    """Return each text's words, the way a user of the peer would make them."""
    if is_chinese:
        return [[word.lower() for word in rjieba.cut(text) if word.strip()] for text in texts]
    stemmer = Stemmer.Stemmer("english")
    return bm25s.tokenize(texts, stemmer=stemmer, stopwords="en", return_ids=False, show_progress=False)


def as_run(collection: Collection, scores: Callable[[int], np.ndarray]) -> Run:
    """Return the best texts of each need, given a function from a need's place to all texts' scores."""
    ids = list(collection.corpus)
    results = {}
    for place, need in enumerate(collection.queries):
        found = scores(place)
        best = np.argsort(-found, kind="stable")[:DEPTH]
        results[need] = [(ids[i], float(found[i])) for i in best if found[i] > 0]
    return Run(results, 0.0)


def run_peer(name: str, collection: Collection) -> Run:
    """Rank a collection by a peer."""
    texts, needs = list(collection.corpus.values()), list(collection.queries.values())
    is_chinese = np.mean(["一" <= char <= "鿿" for text in texts[:200] for char in text]) > 0.2
    if name == "tfidf_default":
        vectorizer = TfidfVectorizer()
        matrix = vectorizer.fit_transform(texts)
        encoded = vectorizer.transform(needs)
        return as_run(collection, lambda place: (encoded[[place]] @ matrix.T).toarray().ravel())
    text_words, need_words = split_words(texts, is_chinese), split_words(needs, is_chinese)
    if name == "tfidf_words":
        vectorizer = TfidfVectorizer(analyzer=lambda words: words, sublinear_tf=True)
        matrix = vectorizer.fit_transform(text_words)
        encoded = vectorizer.transform(need_words)
        return as_run(collection, lambda place: (encoded[[place]] @ matrix.T).toarray().ravel())
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(text_words, show_progress=False)
    nothing = np.zeros(len(texts))
    return as_run(collection, lambda place: index.get_scores(need_words[place]) if need_words[place] else nothing)


def compare(folder: Path) -> dict[str, dict[str, float]]:
    """Return the measures of our ranking and of each peer, with p values of paired tests on nDCG@10."""
    collection = read_collection(folder)
    ours = run_ranker(collection)
    each = measure_each(collection, ours)
    table = {"matchmaker": measure(collection, ours)}
    for name in PEERS:
        run = run_peer(name, collection)
        theirs = measure_each(collection, run)
        row = measure(collection, run)
        row.pop("ms_per_query")
        is_same = bool(np.all(each == theirs))
        row["p_t"] = 1.0 if is_same else float(ttest_rel(each, theirs, alternative="greater").pvalue)
        row["p_wilcoxon"] = 1.0 if is_same else float(wilcoxon(each, theirs, alternative="greater").pvalue)
        table[name] = row
    return table


def main() -> None:
    """Print a table for each collection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    tables = {folder.name: compare(folder) for folder in arguments.folders}
    for collection, table in tables.items():
        print(f"\n{collection}")
        for name, row in table.items():
            print(f"  {name:14}", "  ".join(f"{key} {value:.4g}" for key, value in row.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps(tables, indent=2))


if __name__ == "__main__":
    main()
