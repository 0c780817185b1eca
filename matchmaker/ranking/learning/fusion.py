"""Learn multiples of the weights in force from pairs."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matchmaker.ranking.learning.pairs import Pairs


class FusionLearner(BaseEstimator):
    """Logistic regression over pairs, held near the weights in force and within bounds.

    The chance that the one of a pair is preferred is the logistic function of the difference of their scores
    (RankNet's cost with a linear score: Burges et al., ICML 2005). Learnt is by what each weight in force is to be
    multiplied; the penalty is the squared distance from 1. scikit-learn's LogisticRegression penalises the distance
    from 0 and knows no bounds, so the same cost is minimised here by L-BFGS-B (Byrd, Lu, Nocedal & Zhu, 1995).

    Parameters
    ----------
    start : ndarray of shape (n_parts,)
        The weights in force.
    strength : float
        Of the penalty.
    lowest, highest : float
        Between these all multiples stay.

    Attributes
    ----------
    multiples_ : ndarray of shape (n_parts,)
    """

    def __init__(self, start: np.ndarray, strength: float = 0.04, lowest: float = 0.4, highest: float = 2.5) -> None:
        self.start = start
        self.strength = strength
        self.lowest = lowest
        self.highest = highest

    def fit(self, pairs: Pairs, y: None = None) -> "FusionLearner":
        """Learn from pairs; where there are none all stays as it is."""
        if not pairs.weights.sum():
            self.multiples_ = np.ones(len(self.start))
            return self
        gains = pairs.differences * self.start
        shares = pairs.weights / pairs.weights.sum()
        # In units of what usually lies between the scores of a pair, so that the penalty means the same everywhere.
        unit = np.sqrt(shares @ gains.sum(axis=1) ** 2) or 1.0

        def cost(multiples: np.ndarray) -> tuple[float, np.ndarray]:
            ahead = gains @ multiples / unit
            value = shares @ np.logaddexp(0, -ahead) + self.strength / 2 * ((multiples - 1) ** 2).sum()
            slope = -(shares * expit(-ahead)) @ gains / unit + self.strength * (multiples - 1)
            return float(value), slope

        found = minimize(cost, np.ones(len(self.start)), jac=True, method="L-BFGS-B",
                         bounds=[(self.lowest, self.highest)] * len(self.start))
        self.multiples_ = found.x
        return self

    def predict(self, parts: np.ndarray) -> np.ndarray:
        """Return scores, shape (n_offerings,)."""
        check_is_fitted(self)
        return np.asarray(parts @ (self.start * self.multiples_))
