"""Texts placed by a sentence-transformers model."""

import functools
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from matchmaker.errors import Unavailable
from matchmaker.extras import require

EXTRA, PACKAGE = "semantic", "sentence_transformers"
MOST_UNKNOWN = 0.15
"""A text more of whose tokens than this share are unknown to the model is in a language that it does not read."""
BATCH = 32


class SentenceEncoder(BaseEstimator):
    """Place texts in the space of a model.

    Parameters
    ----------
    folder : Path
        A folder as sentence-transformers writes it. It is read when the first text is placed, and never written;
        nothing is fetched from anywhere.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """What tells this model from any other: SHA-256 of its files, and of their names."""
        return _fingerprint(self.folder)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(_load(self.folder).get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return vectors of length 1, shape (n_texts, dimension), float32; 0 for texts that the model cannot read.

        An English model shown a Chinese text sees unknown tokens and the few signs that it happens to have: what it
        makes of them is noise, which no cosine tells from a finding.
        """
        model = _load(self.folder)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        if readable := [place for place, text in enumerate(texts) if self._reads(text)]:
            with _LOCK:
                vectors[readable] = model.encode([texts[place] for place in readable], batch_size=BATCH,
                                                 normalize_embeddings=True, show_progress_bar=False)
        return vectors

    def _reads(self, text: str) -> bool:
        tokenizer = _load(self.folder).tokenizer
        unknown = tokenizer.unk_token_id
        if unknown is None:
            return bool(text.strip())
        tokens = tokenizer(text, truncation=True, add_special_tokens=False)["input_ids"]
        return bool(tokens) and tokens.count(unknown) <= MOST_UNKNOWN * len(tokens)


_LOCK = threading.Lock()
"""One text after another: threads of a model on the same processors only slow each other down."""


@functools.cache
def _load(folder: Path) -> Any:
    """Return the model, read once per process, on one thread: the threads of a pool do not outlive a fork."""
    library, torch = require(PACKAGE, EXTRA), require("torch", EXTRA)
    torch.set_num_threads(1)
    require("transformers.utils.logging", EXTRA).disable_progress_bar()
    try:
        return library.SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable("%(folder)s is no model that sentence-transformers reads: %(detail)s", folder=str(folder),
                          detail=str(error).partition("\n")[0]) from error


@functools.cache
def _fingerprint(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            found.update(f"{path.relative_to(folder)} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()
