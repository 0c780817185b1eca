"""A library of sentence models for the tests: the names of the real one, and vectors that need no weights.

A word is the axis of its synonyms, written in the model's folder; Chinese is unknown to it.
"""

import json
import sys
from pathlib import Path

SYNONYMS = [["glue", "adhesive", "bond"], ["winter", "cold", "thermal"], ["vibration", "shaking", "shaker"],
            ["drop", "fall"], ["zorbing", "quuxes"]]

LIBRARY = '''
import json, pathlib, re
import numpy as np

READ = []


class Tokenizer:
    unk_token_id = 0

    def __call__(self, text, **options):
        return {"input_ids": [int(sign.isascii()) for sign in re.findall(r"[a-z0-9]+|[^\\\\x00-\\\\x7f]", text.lower())]}


class SentenceTransformer:
    def __init__(self, folder, device, local_files_only):
        assert local_files_only
        self.tokenizer = Tokenizer()
        self.axes = json.loads((pathlib.Path(folder) / "axes.json").read_text())

    def get_embedding_dimension(self):
        return len(self.axes) + 1

    def encode(self, texts, **options):
        READ.extend(texts)
        vectors = np.zeros((len(texts), len(self.axes) + 1), np.float32)
        vectors[:, -1] = 0.05
        for row, text in zip(vectors, texts):
            for word in re.findall("[a-z]+", text.lower()):
                for place, words in enumerate(self.axes):
                    row[place] += word in words
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
'''


def write_library(folder: Path) -> None:
    """Write packages that stand in for those of the extra; `folder` has to come first on the path of modules."""
    (folder / "sentence_transformers.py").write_text(LIBRARY)
    (folder / "torch.py").write_text("def set_num_threads(number): pass\n")
    (folder / "transformers" / "utils").mkdir(parents=True)
    for place in ("", "utils"):
        (folder / "transformers" / place / "__init__.py").touch()
    (folder / "transformers" / "utils" / "logging.py").write_text("def disable_progress_bar(): pass\n")


def forget_library() -> None:
    """Let nothing of it be found loaded by other tests."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("sentence_transformers", "torch", "transformers"):
            del sys.modules[name]


def write_model(folder: Path, synonyms: list[list[str]] | None = None) -> Path:
    """Write a model, and return its folder."""
    folder.mkdir()
    (folder / "modules.json").write_text("[]")
    (folder / "axes.json").write_text(json.dumps(synonyms or SYNONYMS))
    return folder
