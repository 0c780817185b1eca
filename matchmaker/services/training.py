"""Fit what is learnt, from the demo data alone: which kinds a need asks for, and what a score means.

The kinds are learnt from the demo offerings and the training needs; the fit is calibrated on the judged demo needs,
which the kinds have never seen.
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from matchmaker.ranking import matcher, model
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.concepts.lexicon import concepts
from matchmaker.ranking.evaluate import read_collection
from matchmaker.ranking.kinds import LIKELY, KindClassifier, calibrate, calibration_error, probabilities_of
from matchmaker.services.matching import Places, understand

LANGUAGES = ("zh", "en")
GOOD = 2
"""From this grade on a reviewer would call a match good."""
SHOWN = 10
FOLDS = 5
THRESHOLD = 0.3
TODAY = dt.date(2026, 11, 20)
"""The day for which the demo data were written."""


class Pairs(NamedTuple):
    """Scored pairs of needs and offerings: score, whether judged good, and the need of each."""

    scores: np.ndarray
    is_good: np.ndarray
    needs: np.ndarray


@threadpool_limits.wrap(limits=1)
def train(data: Path, models: Path, version: str) -> dict[str, Any]:
    """Fit a model on `data`, write it to ``models/<version>`` and return its metrics.

    The same data give the same bytes. So sums are added up by one thread: several would add in another order each, and
    the last bits would depend on how many there are.
    """
    kinds = fit_kinds(data)
    unfitted = model.Model(kinds, model.calibrate([0.0, 1.0], [False, True]), version, 0.0)
    pairs = judged_pairs(data, unfitted)
    fitted = model.Model(kinds, model.calibrate(pairs.scores.tolist(), pairs.is_good.tolist()), version, THRESHOLD)
    metrics = {"kinds_top1": top_kind_accuracy(data, kinds), **measure_kinds(data), **cross_validate(pairs)}
    model.save(fitted, models / version, card(version, metrics), metrics, digest(data))
    return metrics


class Examples(NamedTuple):
    """Texts with the kinds of each, and the scenario of each need; of an offering it is None."""

    texts: list[str]
    kinds: list[list[str]]
    scenarios: list[str | None]


def kind_examples(data: Path) -> Examples:
    """Return what kinds are learnt from: both languages of the demo offerings, and the training needs.

    Needs of one scenario, the two languages in which one need was written or what is about the same field, stay
    together where some are held out. It stands beside each need, so that a larger lexicon parts them no other way.
    """
    found = Examples([], [], [])
    for offering in demo_offerings(data):
        for language in LANGUAGES:
            found.texts.append(f"{offering['title'][language]}\n{offering['summary'][language]}")
            found.kinds.append([offering["kind"]])
            found.scenarios.append(None)
    for language in LANGUAGES:
        for row in _lines(data / f"training_needs_{language}.jsonl"):
            found.texts.append(row["text"])
            found.kinds.append(row["kinds"])
            found.scenarios.append(row["scenario"])
    return found


def kind_cues(data: Path) -> dict[str, list[str]]:
    """Return the cues of each kind, those of both languages together."""
    written = tomllib.loads((data / "kind_cues.toml").read_text(encoding="utf-8"))
    return {kind: [cue for language in LANGUAGES for cue in cues[language]] for kind, cues in written.items()}


def fit_kinds(data: Path) -> KindClassifier:
    """Learn the kinds, with probabilities calibrated on needs held out by scenario."""
    return KindClassifier().fit(*kind_examples(data), concepts=concepts(), cues=kind_cues(data))


def measure_kinds(data: Path) -> dict[str, float]:
    """Return macro-F1 and calibration error of the kinds of training needs, each held out with its scenario."""
    examples = kind_examples(data)
    margins, is_kind = KindClassifier().held_out(*examples, concepts=concepts(), cues=kind_cues(data))
    scenarios = [scenario for scenario in examples.scenarios if scenario is not None]
    probabilities = np.zeros(margins.shape)
    for learn, test in GroupKFold(FOLDS).split(margins, groups=scenarios):
        probabilities[test] = probabilities_of(margins[test], calibrate(margins[learn], is_kind[learn]))
    top = probabilities.argmax(axis=1)[:, None]
    has_kind = is_kind.any(axis=1)
    return {
        "kinds_macro_f1": round(float(f1_score(is_kind, probabilities >= LIKELY, average="macro")), 3),
        "kinds_top1_held_out": round(float(np.take_along_axis(is_kind, top, 1)[has_kind].mean()), 3),
        "kinds_ece": round(calibration_error(probabilities.ravel(), is_kind.ravel()), 4),
        "kinds_ece_top": round(calibration_error(probabilities.max(axis=1),
                                                 np.take_along_axis(is_kind, top, 1).ravel()), 4),
    }


def judged_pairs(data: Path, fitted: model.Model) -> Pairs:
    """Score the judged demo needs: every judged pair, and what else would be shown, which counts as not good."""
    offerings = [public(offering) for offering in demo_offerings(data)]
    catalogue = Catalogue.build(offerings, "training")
    rows: list[tuple[float, bool, str]] = []
    for need_id, stated, grades in demo_needs(data):
        need = understand(fitted, topical(stated), TODAY)
        answer = matcher.match(need, catalogue, fitted, Places(), top=matcher.CONSIDERED)
        for rank, found in enumerate(answer.matches):
            name = found.offering["external_id"]
            if name in grades or rank < SHOWN:
                rows.append((found.score, grades.get(name, 0) >= GOOD, need_id))
    scores, is_good, needs = zip(*rows, strict=True)
    return Pairs(np.array(scores), np.array(is_good), np.array(needs))


def cross_validate(pairs: Pairs) -> dict[str, float]:
    """Return how well the fit, learnt on other needs, tells good pairs and answerable needs from the others."""
    fits = np.zeros(len(pairs.scores))
    for learn, test in GroupKFold(FOLDS).split(pairs.scores, groups=pairs.needs):
        fits[test] = model.calibrate(pairs.scores[learn].tolist(), pairs.is_good[learn].tolist()).predict(
            pairs.scores[test])
    best = [(pairs.is_good[pairs.needs == need].any(), fits[pairs.needs == need].max())
            for need in np.unique(pairs.needs)]
    has_answer, best_fit = zip(*best, strict=True)
    return {
        "auc_pairs": round(float(roc_auc_score(pairs.is_good, fits)), 3),
        "auc_needs": round(float(roc_auc_score(has_answer, best_fit)), 3),
        "brier_pairs": round(float(np.mean((fits - pairs.is_good) ** 2)), 4),
    }


def top_kind_accuracy(data: Path, kinds: KindClassifier) -> float:
    """Return how often the likeliest kind of a judged need is that of an offering judged good for it."""
    kind_of = {offering["external_id"]: offering["kind"] for offering in demo_offerings(data)}
    right = []
    for _, stated, grades in demo_needs(data):
        good = {kind_of[name] for name, grade in grades.items() if grade >= GOOD}
        if good:
            (probabilities,) = kinds.predict_proba([f"{stated.get('title', '')}\n{stated['problem']}"])
            right.append(str(kinds.classes_[probabilities.argmax()]) in good)
    return round(float(np.mean(right)), 3)


def demo_offerings(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the demo offerings as they are written."""
    for path in sorted((data / "offerings").glob("*.jsonl")):
        yield from _lines(path)


def demo_needs(data: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, int]]]:
    """Yield id, fields and grades of the judged demo needs."""
    for language in LANGUAGES:
        qrels = read_collection(data / "judgements" / f"demo_{language}").qrels
        for row in _lines(data / f"needs_{language}.jsonl"):
            yield row["id"], row["need"], qrels[row["id"]]


def public(offering: Mapping[str, Any]) -> dict[str, Any]:
    """Return a demo offering as the API would show it, without a database; how full it is was not judged."""
    slug = offering["external_id"].partition("-")[0]
    platform = {"id": slug, "slug": slug, "name": {}}
    return {**offering, "id": offering["external_id"], "platform": platform, "capacity": None}


def topical(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a need without what only the hard rules look at: the judges graded the substance alone."""
    left_out = {"organisation", "delivery", "budget_max", "budget_min", "must_haves"}
    kept = {name: value for name, value in stated.items() if name not in left_out}
    musts = [{**must, "required": False} for must in stated.get("must_haves") or ()]
    days = {name: dt.date.fromisoformat(stated[name]) for name in ("needed_from", "needed_by") if name in stated}
    return {**kept, **days, "must_haves": musts}


def digest(data: Path) -> str:
    """Return the fingerprint of all that is learnt from."""
    found = hashlib.sha256()
    for path in sorted([*(data / "offerings").glob("*.jsonl"), *data.glob("*needs_*.jsonl"), data / "kind_cues.toml",
                        *(data / "lexicon").glob("*.jsonl"), *(data / "judgements").glob("*/qrels.tsv")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def card(version: str, metrics: Mapping[str, float]) -> str:
    """Return the model card."""
    return CARD % {"version": version, **metrics}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        yield from (orjson.loads(line) for line in file if line.strip())


CARD = """\
# Model %(version)s

**What it does.** Two parts: the probability of each kind of resource for a need (one ridge regression a kind over
hashed words, function words too, pairs and character n-grams, Chinese and English, the concepts of the lexicon that it
is about, and cues of each kind), and the fit of a score (isotonic regression), the probability that a reviewer would
call the match good.

**What it learnt from.** Texts written for this project: the demo offerings, the training needs, the lexicon, and for
the fit 1,452 graded pairs of demo needs and offerings (data/judgements). No data of firms, no contact data. Features
are hashed: no word of a text can be read from the model.

**Measured**, five-fold, never on a need it learnt from: good pairs against others AUC %(auc_pairs)s; needs with an
answer against needs without AUC %(auc_needs)s; Brier score of the fit %(brier_pairs)s. The likeliest kind is that of
a good offering for %(kinds_top1)s of the judged needs (the kinds learn from no judged need). Over the training needs,
held out by scenario: macro-F1 of the kinds %(kinds_macro_f1)s, the likeliest right for %(kinds_top1_held_out)s of the
needs that have one, calibration error %(kinds_ece)s over all kinds and %(kinds_ece_top)s of the likeliest.

**Limits.** The fit is calibrated on 100 needs over 261 offerings; on other catalogues it orders well but its per cents
are a first approximation until judgements from practice exist. Lay wording that shares no word with an offering scores
low.

Made again by `matchmaker models train`.
"""
