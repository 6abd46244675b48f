"""Bands of what new accounts pay, between the amounts with which conditions compare it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.estimates import Estimate
from capacity.rng import RESOLUTION

_PANELS, _NODES = 256, 16
_TAIL = 8.2
"""Standard normal beyond which a distribution has nothing that a double could tell from 0."""


@dataclass(frozen=True)
class Bands:
    """What falls below, between and on some bounds; one value for each band that is ever reached.

    Attributes
    ----------
    bounds
        In ascending order.
    amount
        An amount within each band.
    probability, mean, variance
        Share of the accounts that fall into each, and the moments of what these pay.
    """

    bounds: FloatArray
    amount: FloatArray
    probability: FloatArray
    mean: FloatArray
    variance: FloatArray

    def of(self, paid: FloatArray) -> IntArray:
        """The band of each amount."""
        found = np.searchsorted(_places(self.bounds, self.amount), _places(self.bounds, paid))
        return np.minimum(found, len(self.amount) - 1)


def _places(bounds: FloatArray, amounts: FloatArray) -> IntArray:
    """0 below all bounds, 1 on the first, 2 above it, and so on."""
    place = np.searchsorted(bounds, amounts, "left") + np.searchsorted(bounds, amounts, "right")
    return place.astype(np.int64)


def bands_of_each(estimates: Sequence[Estimate], bounds: FloatArray) -> list[Bands]:
    """The bands of some distributions, those that any of them reaches.

    How much lies below a bound is found by halving, and the moments within a band by
    Gauss-Legendre quadrature on the scale of the standard normal; together they have the mean
    of the distribution.
    """
    bounds = np.unique(bounds)
    ways = [(bound, up_to) for bound in bounds.tolist() for up_to in (False, True)]
    below = [
        [0.0, *(_below(estimate, bound, inclusive=up_to) for bound, up_to in ways), 1.0]
        for estimate in estimates
    ]
    some = np.flatnonzero((np.diff(below) > 0).any(axis=0))
    amount = _amounts(bounds)[some]
    return [
        Bands(bounds, amount, *_within(estimate, np.array(reached), some))
        for estimate, reached in zip(estimates, below, strict=True)
    ]


def _within(
    estimate: Estimate, reached: FloatArray, some: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Probability, mean and variance of some bands, between what lies below their ends."""
    mean, variance = np.array([_moments(estimate, *reached[i : i + 2]) for i in some]).T
    probability = np.diff(reached)[some]
    total = float(probability @ mean)
    scale = estimate.mean / total if total else 1.0
    return probability, mean * scale, variance * scale**2


def _amounts(bounds: FloatArray) -> FloatArray:
    """An amount below, on and above each bound, in ascending order."""
    if not bounds.size:
        return np.zeros(1)
    below = np.nextafter(bounds, -np.inf)
    return np.append(np.column_stack([below, bounds]).ravel(), np.nextafter(bounds[-1], np.inf))


def _below(estimate: Estimate, bound: float, *, inclusive: bool) -> float:
    """The share of all draws that lie below a bound, or up to it."""
    low, high = 0, round(1 / RESOLUTION)
    while low < high:
        middle = (low + high) // 2
        drawn = float(estimate.quantile(np.array([(middle + 0.5) * RESOLUTION]))[0])
        if drawn < bound or (inclusive and drawn == bound):
            low = middle + 1
        else:
            high = middle
    return low * RESOLUTION


def _moments(estimate: Estimate, first: float, last: float) -> tuple[float, float]:
    """Mean and variance of a distribution between two probabilities."""
    from scipy.special import ndtr, ndtri  # slow to import

    if not estimate.uncertain:
        return estimate.mean, 0.0
    low, high = np.clip(ndtri(np.array([first, last])), -_TAIL, _TAIL).tolist()
    edges = np.linspace(low, high, _PANELS + 1)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(edges)[:, None] / 2
    z = edges[:-1, None] + half * (1 + nodes)
    weight = half * weights * np.exp(-(z**2) / 2)
    value = estimate.quantile(ndtr(z))
    total = weight.sum()
    if total <= 0:
        return float(value[0, 0]), 0.0
    mean = float((weight * value).sum() / total)
    return mean, float((weight * (value - mean) ** 2).sum() / total)
