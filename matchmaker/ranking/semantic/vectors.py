"""Vectors of texts kept on disk, so that no text is placed twice: it takes a thousand times as long as reading them.

A folder of arrays, each named by the SHA-256 of its content: whoever adds writes a new one, under another name first;
one that was damaged is passed over and its texts are placed anew. Several processes may read and add at once.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

KEY = 32
"""Hexadecimal digits of a text's digest that name it."""


class Vectors:
    """The vectors of one model in a folder of their own, made when the first are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def state(self) -> tuple[str, ...]:
        """What is there: other names, other vectors."""
        return tuple(path.name for path in self._files())

    def find(self, texts: Sequence[str], dimension: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of texts, shape (n_texts, dimension), float32, and which of them are kept, bool."""
        found, is_kept = np.zeros((len(texts), dimension), np.float32), np.zeros(len(texts), bool)
        keys = _keys(texts)
        for path in self._files() if texts else ():
            kept = _read(path, dimension)
            if len(kept):
                order = np.argsort(kept["key"], kind="stable")
                places = order[np.minimum(np.searchsorted(kept["key"][order], keys), len(order) - 1)]
                is_here = kept["key"][places] == keys
                found[is_here], is_kept[is_here] = kept["vector"][places[is_here]], True
        return found, is_kept

    def add(self, texts: Sequence[str], vectors: np.ndarray) -> Path:
        """Keep the vectors of texts, shape (n_texts, dimension); return the file that holds them."""
        rows = np.zeros(len(texts), _kind(vectors.shape[1]))
        rows["key"], rows["vector"] = _keys(texts), vectors
        block = rows.tobytes()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{hashlib.sha256(block).hexdigest()}.bin"
        draft = path.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            file.write(block)
            os.fsync(file.fileno())
        draft.replace(path)
        return path

    def replace(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Keep the vectors of these texts alone; what others add meanwhile stays."""
        before = self._files()
        kept = self.add(texts, vectors)
        for path in before:
            if path != kept:
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.bin"))


def _read(path: Path, dimension: int) -> np.ndarray:
    """Return the rows of a file; none of one that is gone meanwhile or is not what was written."""
    kind = _kind(dimension)
    with suppress(FileNotFoundError):
        block = path.read_bytes()
        if hashlib.sha256(block).hexdigest() == path.stem and len(block) % kind.itemsize == 0:
            return np.frombuffer(block, kind)
    return np.zeros(0, kind)


def _kind(dimension: int) -> np.dtype:
    return np.dtype([("key", f"S{KEY}"), ("vector", "<f4", (dimension,))])


def _keys(texts: Sequence[str]) -> np.ndarray:
    return np.array([hashlib.sha256(text.encode()).hexdigest()[:KEY] for text in texts], f"S{KEY}")
