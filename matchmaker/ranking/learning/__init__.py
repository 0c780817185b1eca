"""Learning, guarded: other weights for channels and factors, learnt from what people made of lists they were shown.

One file a step: lists that people judged, whether they are enough, the pairs in which one offering was preferred, the
learner, and the checks that its weights have to pass. Nothing here puts weights in force.
"""

from matchmaker.ranking.learning.checks import Found, Measured, Reason, measure, measured, reasons_against
from matchmaker.ranking.learning.evidence import Counts, count, lacking
from matchmaker.ranking.learning.learning import Learnt, learn, split
from matchmaker.ranking.learning.lists import FACTORS, N_PARTS, Decision, JudgedList, vector_of
from matchmaker.ranking.learning.measuring import ndcg
from matchmaker.ranking.learning.settings import Settings, settings

__all__ = [
    "FACTORS", "N_PARTS", "Counts", "Decision", "Found", "JudgedList", "Learnt", "Measured", "Reason", "Settings",
    "count", "lacking", "learn", "measure", "measured", "ndcg", "reasons_against", "settings", "split", "vector_of",
]
