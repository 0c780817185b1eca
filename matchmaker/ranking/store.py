"""Published indexes on disk: a folder of arrays with a manifest, mapped read-only, refused when damaged."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from scipy.sparse import csr_matrix
from sklearn.base import clone

from matchmaker.errors import Invalid
from matchmaker.ranking.catalogue import Catalogue, Records
from matchmaker.ranking.channels import Concepts
from matchmaker.ranking.channels.encoders import make_encoders
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.columns import Column
from matchmaker.ranking.concepts.recogniser import ConceptRecogniser
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.manifests import sealed, unsealed
from matchmaker.ranking.postings import Postings
from matchmaker.ranking.queries import POSTED, SEARCHED
from matchmaker.ranking.semantic.ranker import SemanticRanker
from matchmaker.ranking.terms import Terms
from matchmaker.ranking.texts import TextRanker
from matchmaker.ranking.translation.tables import Table
from matchmaker.ranking.translation.translated import Translated
from matchmaker.ranking.translation.translator import restore

FORMAT = 11
MANIFEST = "manifest.json"
PARTS = ("data", "indices", "indptr")
"""The arrays of a sparse matrix."""
Stamps = dict[str, tuple[int, int, int]]
"""File name → inode, bytes, nanosecond of the last writing."""


def save(catalogue: Catalogue, folder: Path, *, changes: int = 0) -> None:
    """Write `catalogue` into the new folder `folder`, every file forced to the disk, the manifest last.

    `changes` is the number of the newest change that it holds; the manifest keeps it for who follows what comes after.
    """
    folder.mkdir(parents=True)
    for name, array in _arrays(catalogue):
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, array)
            _force(file.fileno())
    concepts = catalogue.ranker.concepts_
    _write(folder / "tables.json", {
        "translations": {source: list(held.translator.table_.sources)
                         for source, held in catalogue.ranker.translators_.items()},
        "concepts": {"ids": concepts.ids_, "labels": concepts.labels_, "terms": list(concepts.recogniser_.vocabulary_)},
        "rules": {name: column.values for name, column in catalogue.rules.items()},
        "factors": {name: column.values for name, column in catalogue.factors.items()},
        "labels": catalogue.labels,
    })
    digests = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    _write(folder / MANIFEST, sealed({
        "format": FORMAT, "version": catalogue.version, "offerings": len(catalogue),
        "texts": len(catalogue.ranker.owners_), "changes": changes, "sha256": digests,
        "semantic": _placed_by(catalogue.ranker),
    }))
    _force_folder(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an index; raise `Invalid` when it cannot be read or has another format."""
    try:
        manifest = unsealed(orjson.loads((folder / MANIFEST).read_bytes()))
        is_ours = manifest["format"] == FORMAT and isinstance(manifest["sha256"], dict)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("The index %(folder)s has no readable manifest", folder=folder.name) from error
    if not is_ours:
        raise Invalid("The index %(folder)s has another format than this version reads; publish anew",
                      folder=folder.name)
    return manifest


def verify(folder: Path, threads: int = 1) -> dict[str, Any]:
    """Compare every file of an index with its manifest; return the manifest or raise `Invalid` naming the file."""
    manifest = read_manifest(folder)
    digests = manifest["sha256"]

    def is_whole(name: str) -> bool:
        return (folder / name).is_file() and _digest(folder / name) == digests[name]

    with ThreadPoolExecutor(threads) as pool:
        for name, is_sound in zip(digests, pool.map(is_whole, digests), strict=True):
            if not is_sound:
                raise Invalid("The index %(folder)s is damaged: %(name)s is not what was written",
                              folder=folder.name, name=name)
    return manifest


def looks_whole(folder: Path) -> bool:
    """Tell whether an index has a manifest and all of its files, none written after it. Takes no time, unlike `verify`.

    What it cannot see is a disk that forgets.
    """
    try:
        names = read_manifest(folder)["sha256"]
        last = (folder / MANIFEST).stat().st_mtime_ns
        return all((folder / name).stat().st_mtime_ns <= last for name in names)
    except (Invalid, OSError):
        return False


def stamps(folder: Path) -> Stamps:
    """Return what tells that a file of an index is written over; nothing of a folder that is not there."""
    return {path.name: (found.st_ino, found.st_size, found.st_mtime_ns)
            for path in (folder.iterdir() if folder.is_dir() else ()) for found in [path.stat()]}


def written_over(folder: Path, before: Stamps) -> str | None:
    """Return the name of a file that holds something else than when `before` was taken, if there is one.

    A file that was deleted or replaced by another is none: whoever has mapped it has it as it was.
    """
    now = stamps(folder)
    return next((name for name, (inode, *rest) in before.items()
                 if name in now and now[name][0] == inode and [*now[name][1:]] != rest), None)


def load(folder: Path, semantic: Semantic | None = None, *, threads: int = 1) -> Catalogue:
    """Map an index into this process; raise `Invalid` when any of its files is missing or damaged.

    The files are compared with the manifest by so many `threads`: one leaves room for requests beside it.

    Its vectors are of use with the model alone that placed them; without `semantic`, or where that is another one, the
    catalogue is ranked by all other channels.
    """
    manifest = verify(folder, threads)
    tables = orjson.loads((folder / "tables.json").read_bytes())
    # Mapped all the same, but as plain arrays: slicing NumPy's memmap class costs ten times as much. Copied on write,
    # which nobody does: for arrays that refuse it, Numba would compile everything once more.
    arrays = {name.removesuffix(".npy"): np.load(folder / name, mmap_mode="c").view(np.ndarray)
              for name in manifest["sha256"] if name.endswith(".npy")}
    rules, factors = ({name: Column.restore(values, arrays[f"{table}_{name}"])
                       for name, values in tables[table].items()} for table in ("rules", "factors"))
    is_placed = semantic is not None and manifest["semantic"] == semantic.encoder.name
    ranker = _ranker(arrays, tables, semantic if is_placed else None)
    return Catalogue(ranker, Records(arrays["offerings"], arrays["offerings_ends"]), arrays["ids"], rules, factors,
                     manifest["version"], tables["labels"])


def _arrays(catalogue: Catalogue) -> Iterator[tuple[str, np.ndarray]]:
    ranker = catalogue.ranker
    matrices = {f"forward_{name}": ranker.forward_[name] for name in POSTED}
    matrices |= {"links_concepts": ranker.concepts_.links_, "phrases_concepts": ranker.concepts_.recogniser_.postings_}
    for source, held in ranker.translators_.items():
        matrices |= {f"links_{source}": held.translator.table_.links, f"counts_{source}": held.translator.counts_,
                     f"postings_{source}": held.translator.postings_}
        yield f"relative_{source}", held.translator.relative_
        yield f"texts_{source}", held.texts
        yield f"is_lonely_{source}", held.is_lonely
    for name, matrix in matrices.items():
        yield f"{name}_shape", np.array(matrix.shape, np.int64)
        yield from ((f"{name}_{part}", getattr(matrix, part)) for part in PARTS)
    for name, postings in ranker.postings_.items():
        yield from ((f"postings_{name}", postings.data), (f"fragments_{name}", postings.fragments),
                    (f"step_{name}", np.array(postings.step)))
    words, characters, bm25, pairs = ranker.encoders_
    yield from (("idf_words", words.idf_), ("idf_characters", characters.idf_), ("idf_bm25", bm25.idf_),
                ("idf_pairs", pairs.idf_), ("lengths_bm25", bm25.lengths_), ("lengths_pairs", pairs.lengths_))
    vocabularies = {f"targets_{source}": held.translator.targets_ for source, held in ranker.translators_.items()}
    for name, terms in {"vocabulary": ranker.word_counts_.words_, **vocabularies}.items():
        yield from ((f"{name}_{part}", array) for part, array in Terms.of(terms).arrays.items())
    yield from (("owners", ranker.owners_), ("everyday_concepts", ranker.concepts_.recogniser_.everyday_))
    if isinstance(ranker, SemanticRanker):
        yield "embeddings", ranker.semantic_.embeddings_
    yield from (("offerings", catalogue.offerings.block), ("offerings_ends", catalogue.offerings.ends),
                ("ids", catalogue.ids))
    yield from ((f"rules_{name}", column.codes) for name, column in catalogue.rules.items())
    yield from ((f"factors_{name}", column.codes) for name, column in catalogue.factors.items())


def _placed_by(ranker: TextRanker) -> str | None:
    """Return the name of the model that placed the texts, if one did."""
    return ranker.semantic_.encoder.name if isinstance(ranker, SemanticRanker) else None


def _ranker(arrays: dict[str, np.ndarray], tables: dict[str, Any], semantic: Semantic | None) -> TextRanker:
    ranker = TextRanker()
    if semantic is not None:
        ranker = SemanticRanker(semantic)
        ranker.semantic_ = clone(semantic).know(arrays["embeddings"])
    words = _terms(arrays, "vocabulary")
    ranker.word_counts_ = WordCounts().know(words.names, words)
    ranker.character_counts_ = CharacterCounts()
    ranker.encoders_ = make_encoders()
    words, characters, bm25, pairs = ranker.encoders_
    words.idf_, characters.idf_ = arrays["idf_words"], arrays["idf_characters"]
    bm25.idf_, pairs.idf_ = arrays["idf_bm25"], arrays["idf_pairs"]
    bm25.n_texts_ = pairs.n_texts_ = len(arrays["owners"])
    bm25.lengths_, pairs.lengths_ = arrays["lengths_bm25"], arrays["lengths_pairs"]
    ranker.translators_ = {source: _translated(arrays, source, sources)
                           for source, sources in tables["translations"].items()}
    ranker.forward_ = {name: _matrix(arrays, f"forward_{name}") for name in POSTED}
    ranker.postings_ = {name: Postings(ranker.forward_[name], arrays[f"postings_{name}"], arrays[f"fragments_{name}"],
                                       float(arrays[f"step_{name}"])) for name in SEARCHED}
    ranker.concepts_ = _concepts(arrays, **tables["concepts"])
    ranker.added_, ranker.fitted_ = {}, None
    ranker.owners_ = arrays["owners"]
    return ranker


def _concepts(arrays: dict[str, np.ndarray], ids: list[str], labels: list[dict[str, str]],
              terms: list[str]) -> Concepts:
    recogniser = ConceptRecogniser()
    recogniser.vocabulary_ = {term: place for place, term in enumerate(terms)}
    recogniser.postings_, recogniser.everyday_ = _matrix(arrays, "phrases_concepts"), arrays["everyday_concepts"]
    return Concepts().know(ids, labels, recogniser, _matrix(arrays, "links_concepts"))


def _translated(arrays: dict[str, np.ndarray], source: str, sources: list[str]) -> Translated:
    links, counts, postings = (_matrix(arrays, f"{name}_{source}") for name in ("links", "counts", "postings"))
    table = Table({name: place for place, name in enumerate(sources)}, links)
    targets = _terms(arrays, f"targets_{source}")
    translator = restore(source, table, targets, counts, postings, arrays[f"relative_{source}"])
    return Translated(translator, arrays[f"texts_{source}"], arrays[f"is_lonely_{source}"])


def _terms(arrays: dict[str, np.ndarray], name: str) -> Terms:
    return Terms(*(arrays[f"{name}_{part}"] for part in ("block", "ends", "slots")))


def _matrix(arrays: dict[str, np.ndarray], name: str) -> csr_matrix:
    return csr_matrix(tuple(arrays[f"{name}_{part}"] for part in PARTS), shape=tuple(arrays[f"{name}_shape"].tolist()))


def _write(path: Path, content: Any) -> None:
    with path.open("wb") as file:
        file.write(orjson.dumps(content))
        _force(file.fileno())


def _force(descriptor: int) -> None:
    os.fsync(descriptor)


def _force_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
