"""The shifted-beta-geometric (Fader & Hardie 2007), fitted by maximum likelihood.

Each account has a chance of its own to leave at a renewal, Beta(α, β) among new ones. Of those who
are there at their renewal j, α/(α + β + j − 1) leave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.posterior import Z_OF_P95

_LOWEST, _HIGHEST = math.log(1e-3), math.log(9e3)
"""Beyond which a shape is not told: chances are all alike, or all 0 or 1."""
_STEPS, _FLAT = 30, 1e-6


@dataclass(frozen=True)
class Sbg:
    """A fit.

    Attributes
    ----------
    alpha, beta
        The shapes.
    log_likelihood
        Of the data.
    covariance
        Of ln α and ln β, shape (2, 2); None where the data cannot tell them.
    """

    alpha: float
    beta: float
    log_likelihood: float
    covariance: FloatArray | None

    def first(self) -> tuple[float, float, float]:
        """Share lost at the first renewal, α/(α + β), and the range that holds it in 9 of 10.

        Its log-odds are ln α − ln β, and normal as these are.
        """
        assert self.covariance is not None
        slope = np.array([1.0, -1.0])
        error = math.sqrt(float(slope @ self.covariance @ slope))
        odds = self.alpha / self.beta * np.exp(Z_OF_P95 * error * np.array([0, -1, 1]))
        middle, low, high = (odds / (1 + odds)).tolist()
        return middle, low, high

    @property
    def rank_correlation(self) -> float:
        """Of the two shapes: 6/π · asin(r/2), with r that of their logarithms (Kruskal 1958)."""
        assert self.covariance is not None
        r = self.covariance[0, 1] / math.sqrt(self.covariance[0, 0] * self.covariance[1, 1])
        return float(6 / math.pi * math.asin(r / 2))


def log_likelihood(logs: FloatArray, lost: FloatArray, kept: FloatArray) -> float:
    """Of ln α and ln β.

    Parameters
    ----------
    lost, kept
        Accounts that left at their renewal 1, 2 …, and that renewed.
    """
    alpha, beta = np.exp(logs)
    whole = np.log(alpha + beta + np.arange(len(lost)))
    staying = np.log(beta + np.arange(len(lost)))
    return float((lost * (np.log(alpha) - whole) + kept * (staying - whole)).sum())


def fit_sbg(lost: FloatArray, kept: FloatArray) -> Sbg:
    """The shapes under which what happened is likeliest.

    The errors are those of the logarithms, by the curvature of the likelihood.
    """
    from scipy.optimize import minimize  # slow to import

    share = float(np.clip(lost[0] / max(lost[0] + kept[0], 1), 0.02, 0.98))
    found = minimize(
        lambda logs: -log_likelihood(logs, lost, kept),
        np.log([share, 1 - share]),
        jac=lambda logs: -_slope(logs, lost, kept),
        hess=lambda logs: _curvature(logs, lost, kept),
        method="trust-exact",
        options={"gtol": 1e-9, "maxiter": _STEPS},
    )
    alpha, beta = np.exp(found.x)
    inside = bool(((found.x > _LOWEST) & (found.x < _HIGHEST)).all())
    inside &= bool(np.abs(found.jac).max() < _FLAT * (lost + kept).sum())
    covariance = None
    if inside:
        covariance = np.asarray(np.linalg.inv(_curvature(found.x, lost, kept)), dtype=np.float64)
    if covariance is not None and (np.diag(covariance) <= 0).any():
        covariance = None
    return Sbg(float(alpha), float(beta), -float(found.fun), covariance)


def _slope(logs: FloatArray, lost: FloatArray, kept: FloatArray) -> FloatArray:
    """The first derivatives of the likelihood by ln α and ln β."""
    alpha, beta = np.exp(logs)
    j = np.arange(len(lost))
    own = ((lost + kept) / (alpha + beta + j)).sum()
    return np.array([lost.sum() - alpha * own, (kept * beta / (beta + j)).sum() - beta * own])


def _curvature(logs: FloatArray, lost: FloatArray, kept: FloatArray) -> FloatArray:
    """The negative matrix of second derivatives by ln α and ln β."""
    alpha, beta = np.exp(logs)
    j = np.arange(len(lost))
    every, total = lost + kept, alpha + beta + j
    of_both = (every / total**2).sum()
    own = (every / total).sum()
    first = alpha * own - alpha**2 * of_both
    second = beta * own - beta**2 * of_both
    second -= (kept * (beta / (beta + j) - (beta / (beta + j)) ** 2)).sum()
    cross = -alpha * beta * of_both
    return np.array([[first, cross], [cross, second]])
