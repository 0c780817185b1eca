"""Published indexes on disk: a folder of arrays with a manifest, mapped read-only, refused when damaged."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from scipy.sparse import csr_matrix

from matchmaker.errors import Invalid
from matchmaker.ranking.catalogue import Catalogue, Records
from matchmaker.ranking.columns import Column
from matchmaker.ranking.counts import CharacterCounts, WordCounts
from matchmaker.ranking.manifests import sealed, unsealed
from matchmaker.ranking.texts import FORWARD, LEXICAL, TextRanker, Translated, make_encoders
from matchmaker.ranking.translation.tables import Table
from matchmaker.ranking.translation.translator import restore

FORMAT = 4
MANIFEST = "manifest.json"
PARTS = ("data", "indices", "indptr")
"""The arrays of a sparse matrix."""


def save(catalogue: Catalogue, folder: Path) -> None:
    """Write `catalogue` into the new folder `folder`, every file forced to the disk, the manifest last."""
    folder.mkdir(parents=True)
    for name, array in _arrays(catalogue):
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, array)
            _force(file.fileno())
    _write(folder / "tables.json", {
        "translations": {source: {"sources": list(held.translator.table_.sources), "targets": held.translator.targets_}
                         for source, held in catalogue.ranker.translators_.items()},
        "vocabulary": catalogue.ranker.word_counts_.words_,
        "rules": {name: column.values for name, column in catalogue.rules.items()},
        "factors": {name: column.values for name, column in catalogue.factors.items()},
        "labels": catalogue.labels,
    })
    digests = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    _write(folder / MANIFEST, sealed({
        "format": FORMAT, "version": catalogue.version, "offerings": len(catalogue),
        "texts": len(catalogue.ranker.owners_), "sha256": digests,
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


def verify(folder: Path) -> dict[str, Any]:
    """Compare every file of an index with its manifest; return the manifest or raise `Invalid` naming the file."""
    manifest = read_manifest(folder)
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise Invalid("The index %(folder)s is damaged: %(name)s is not what was written",
                          folder=folder.name, name=name)
    return manifest


def load(folder: Path) -> Catalogue:
    """Map an index into this process; raise `Invalid` when any of its files is missing or damaged."""
    manifest = verify(folder)
    tables = orjson.loads((folder / "tables.json").read_bytes())
    # Mapped all the same, but as plain arrays: slicing NumPy's memmap class costs ten times as much.
    arrays = {name.removesuffix(".npy"): np.load(folder / name, mmap_mode="r").view(np.ndarray)
              for name in manifest["sha256"] if name.endswith(".npy")}
    rules, factors = ({name: Column.restore(values, arrays[f"{table}_{name}"])
                       for name, values in tables[table].items()} for table in ("rules", "factors"))
    return Catalogue(_ranker(arrays, tables), Records(arrays["offerings"], arrays["offerings_ends"]), arrays["ids"],
                     rules, factors, manifest["version"], tables["labels"])


def _arrays(catalogue: Catalogue) -> Iterator[tuple[str, np.ndarray]]:
    ranker = catalogue.ranker
    matrices = {f"postings_{name}": ranker.postings_[name] for name in LEXICAL}
    matrices |= {f"forward_{name}": ranker.forward_[name] for name in FORWARD}
    for source, held in ranker.translators_.items():
        matrices |= {f"links_{source}": held.translator.table_.links, f"counts_{source}": held.translator.counts_,
                     f"postings_{source}": held.translator.postings_}
        yield f"relative_{source}", held.translator.relative_
        yield f"texts_{source}", held.texts
        yield f"is_lonely_{source}", held.is_lonely
    for name, matrix in matrices.items():
        yield f"{name}_shape", np.array(matrix.shape, np.int64)
        yield from ((f"{name}_{part}", getattr(matrix, part)) for part in PARTS)
    words, characters, bm25, pairs = ranker.encoders_
    yield from (("idf_words", words.idf_), ("idf_characters", characters.idf_), ("idf_bm25", bm25.idf_),
                ("idf_pairs", pairs.idf_))
    yield "owners", ranker.owners_
    yield from (("offerings", catalogue.offerings.block), ("offerings_ends", catalogue.offerings.ends),
                ("ids", catalogue.ids))
    yield from ((f"rules_{name}", column.codes) for name, column in catalogue.rules.items())
    yield from ((f"factors_{name}", column.codes) for name, column in catalogue.factors.items())


def _ranker(arrays: dict[str, np.ndarray], tables: dict[str, Any]) -> TextRanker:
    ranker = TextRanker()
    ranker.word_counts_ = WordCounts().know(tables["vocabulary"])
    ranker.character_counts_ = CharacterCounts()
    ranker.encoders_ = make_encoders()
    words, characters, bm25, pairs = ranker.encoders_
    words.idf_, characters.idf_ = arrays["idf_words"], arrays["idf_characters"]
    bm25.idf_, pairs.idf_ = arrays["idf_bm25"], arrays["idf_pairs"]
    bm25.n_texts_ = pairs.n_texts_ = len(arrays["owners"])
    ranker.translators_ = {source: _translated(arrays, source, **names)
                           for source, names in tables["translations"].items()}
    ranker.postings_ = {name: _matrix(arrays, f"postings_{name}") for name in LEXICAL}
    ranker.forward_ = {name: _matrix(arrays, f"forward_{name}") for name in FORWARD}
    ranker.owners_ = arrays["owners"]
    return ranker


def _translated(arrays: dict[str, np.ndarray], source: str, sources: list[str], targets: list[str]) -> Translated:
    links, counts, postings = (_matrix(arrays, f"{name}_{source}") for name in ("links", "counts", "postings"))
    table = Table({name: place for place, name in enumerate(sources)}, links)
    translator = restore(source, table, targets, counts, postings, arrays[f"relative_{source}"])
    return Translated(translator, arrays[f"texts_{source}"], arrays[f"is_lonely_{source}"])


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
