"""Evaluation: how good a ranking is on collections that people have judged, and how much better than another.

`evaluate` does all of it. Underneath, one file a step: collections are read, rankers made by name, runs timed and
measured, differences tested.
"""

from matchmaker.ranking.evaluate.collections import Collection, read_collection
from matchmaker.ranking.evaluate.rankers import OURS, RANKERS
from matchmaker.ranking.evaluate.report import JUDGED_BY, Figures, evaluate
from matchmaker.ranking.evaluate.runs import DEPTH, FIRST_STAGE, MEASURES, Run, measure, measure_each, run_ranker
from matchmaker.ranking.evaluate.significance import Comparison, bootstrap_interval, compare

__all__ = [
    "DEPTH", "FIRST_STAGE", "JUDGED_BY", "MEASURES", "OURS", "RANKERS", "Collection", "Comparison", "Figures", "Run",
    "bootstrap_interval", "compare", "evaluate", "measure", "measure_each", "read_collection", "run_ranker",
]
