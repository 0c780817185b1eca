"""What is learnt: the kinds a text asks for, and what a score means. Kept under models/ by skops, never pickle."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import skops.io
from sklearn.isotonic import IsotonicRegression
from skops.io.exceptions import UntrustedTypesFoundException

from matchmaker.errors import Invalid
from matchmaker.ranking import archives
from matchmaker.ranking.kinds import KindClassifier
from matchmaker.ranking.manifests import sealed, unsealed

FILE = "ranker.skops"
LOWEST, HIGHEST = 0.01, 0.99
TRUSTED = ["matchmaker.ranking.kinds.KindClassifier", "matchmaker.ranking.kind_evidence.KindEvidence",
           "matchmaker.ranking.channels.tfidf.Tfidf"]


class Model:
    """A fitted model: kinds of needs, fit of scores, and the threshold below which nothing fits.

    Parameters
    ----------
    kinds : KindClassifier
    fit : IsotonicRegression
        From score to the probability that a reviewer would call the match good.
    version : str
    threshold : float
    """

    def __init__(self, kinds: KindClassifier, fit: IsotonicRegression, version: str, threshold: float) -> None:
        self.kinds = kinds
        self.fit = fit
        self.version = version
        self.threshold = threshold
        self._scores = fit.X_thresholds_.tolist()
        self._fits = fit.y_thresholds_.tolist()
        self._kinds = kinds.classes_.tolist()

    def fit_of(self, score: float) -> float:
        """Return the fit of a score, in [.01, .99]: the isotonic steps, joined by straight lines."""
        place = bisect_right(self._scores, score)
        if place == 0 or place == len(self._scores):
            return round(float(self._fits[min(place, len(self._fits) - 1)]), 4)
        low, high = self._scores[place - 1], self._scores[place]
        share = (score - low) / (high - low)
        return round(self._fits[place - 1] + share * (self._fits[place] - self._fits[place - 1]), 4)

    def kinds_of(self, text: str) -> dict[str, float]:
        """Return the probability of each kind for a text, likeliest first."""
        (probabilities,) = self.kinds.predict_proba([text])
        order = np.argsort(-probabilities, kind="stable")
        shares = probabilities.tolist()
        return {self._kinds[place]: round(shares[place], 4) for place in order.tolist()}


def calibrate(scores: Sequence[float], is_good: Sequence[bool]) -> IsotonicRegression:
    """Fit the probability of a good match as a function of the score that never falls."""
    regression = IsotonicRegression(y_min=LOWEST, y_max=HIGHEST, out_of_bounds="clip")
    return regression.fit(np.asarray(scores, float), np.asarray(is_good, float))


def save(model: Model, folder: Path, card: str, metrics: dict[str, Any], data_digest: str) -> None:
    """Write the model's file, card and manifest into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    block = archives.pack({"kinds": model.kinds, "fit": model.fit})
    (folder / FILE).write_bytes(block)
    (folder / "card.md").write_text(card, encoding="utf-8")
    manifest = sealed({
        "version": model.version, "threshold": model.threshold, "sha256": hashlib.sha256(block).hexdigest(),
        "data_sha256": data_digest, "metrics": metrics,
    })
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")


def load(folder: Path) -> Model:
    """Read a model; raise `Invalid` when its file is not what the manifest says, before anything of it is used."""
    manifest = read_manifest(folder)
    try:
        block = (folder / FILE).read_bytes()
        is_whole = hashlib.sha256(block).hexdigest() == manifest["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("The model %(folder)s cannot be read", folder=folder.name) from error
    if not is_whole:
        raise Invalid("The model %(folder)s is damaged: %(file)s is not what was written",
                      folder=folder.name, file=FILE)
    try:
        parts = skops.io.loads(block, trusted=TRUSTED)
    except UntrustedTypesFoundException as error:
        raise Invalid("The model %(folder)s holds what no model of ours holds", folder=folder.name) from error
    return Model(parts["kinds"], parts["fit"], manifest["version"], manifest["threshold"])


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a model; raise `Invalid` when it is not as it was written."""
    try:
        return unsealed(orjson.loads((folder / "manifest.json").read_bytes()))
    except (OSError, ValueError) as error:
        raise Invalid("The model %(folder)s cannot be read", folder=folder.name) from error


def newest(models: Path) -> Path:
    """Return the folder of the newest model; raise `Invalid` when there is none."""
    folders = sorted(path.parent for path in models.glob("*/manifest.json"))
    if not folders:
        raise Invalid("There is no model in %(folder)s; run: matchmaker models train", folder=str(models))
    return folders[-1]
