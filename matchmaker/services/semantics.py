"""The neural model that the operator has named, if any, and the vectors that are kept of the offerings' texts.

They lie in ``<home>/index/vectors-<model>``. Publishing places what has none yet; between two publishings the worker
does so for what changed (`matchmaker.services.keeping`), and the processes that answer find the vectors there.
"""

import functools

from matchmaker.config import Config
from matchmaker.ranking.channels.semantic import Semantic
from matchmaker.ranking.semantic.encoder import SentenceEncoder
from matchmaker.ranking.semantic.vectors import Vectors


@functools.lru_cache(maxsize=2)
def channel(config: Config) -> Semantic | None:
    """Return the channel of the model that is set, not fitted yet; None when none is set."""
    if config.semantic_model is None:
        return None
    encoder = SentenceEncoder(config.semantic_model)
    return Semantic(encoder, Vectors(config.index_folder / f"vectors-{encoder.name[:16]}"))


def name(config: Config) -> str | None:
    """Return the name of the model that is set, by which indexes tell whose vectors they hold."""
    held = channel(config)
    return held.encoder.name if held else None
