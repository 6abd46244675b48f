"""What counts say of a rate or a chance, in closed form, and how far years or accounts differ.

Before the data Jeffreys' priors: Gamma(½, 0) for a rate, Beta(½, ½) for a chance (Jeffreys 1946).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.units import HALF, MONTHS_PER_YEAR

INNER, OUTER = (0.1, 0.5, 0.9), (0.05, 0.95)
Z_OF_P95 = 1.6448536269514722
"""Standard normal quantile of 0.95: 9 of 10 lie within so many standard deviations."""
FEW = 5
"""Losses, or years and decisions, of which at least one takes so many to tell a rate."""
TOO_LITTLE = "too little to learn from: the fragment leaves it out"
_WIDEST, _NODES = 2.0, 2001
_USUAL_SPREAD = 0.25


def is_too_little(hits: float, exposure: float) -> bool:
    """Whether so many hits in so many years, or decisions, tell next to nothing.

    Five hits give a rate within a factor of two or so, and five years without any one below 0.4 a
    year. With less of both, what stands in the posterior is the prior.
    """
    return hits < FEW and exposure < FEW


@dataclass(frozen=True)
class Rate:
    """A rate that was observed: Gamma(shape, rate).

    Attributes
    ----------
    shape
        Events, and half of one before any.
    exposure
        Years, or what else the rate is per.
    """

    shape: float
    exposure: float

    @classmethod
    def of(cls, events: float, exposure: float, inflation: float = 1.0) -> Rate:
        """The posterior of events over an exposure.

        Parameters
        ----------
        inflation
            Variance of the count over that of a Poisson count of the same mean: events that come
            in clusters tell so many times less.
        """
        return cls((events + HALF) / inflation, exposure / inflation)

    @property
    def mean(self) -> float:
        """Expected rate."""
        return self.shape / self.exposure

    @property
    def sd(self) -> float:
        """Standard deviation of the rate."""
        return math.sqrt(self.shape) / self.exposure

    def quantiles(self, probabilities: tuple[float, ...]) -> FloatArray:
        """Quantiles of the rate."""
        from scipy.special import gammaincinv  # slow to import

        return gammaincinv(self.shape, np.array(probabilities)) / self.exposure

    def chance(self) -> tuple[float, float]:
        """Mean and standard deviation of 1 − exp(−rate): of being hit within one unit.

        By E[exp(−n·rate)] = (exposure / (exposure + n))^shape.
        """
        kept, square = ((self.exposure / (self.exposure + n)) ** self.shape for n in (1, 2))
        return 1 - kept, math.sqrt(max(square - kept**2, 0.0))


@dataclass(frozen=True)
class Chance:
    """A chance that was observed at each of some decisions: Beta(hits, misses)."""

    hits: float
    misses: float

    @classmethod
    def of(cls, hits: float, decided: float) -> Chance:
        """The posterior of so many hits in all that were decided."""
        return cls(hits + HALF, decided - hits + HALF)

    @property
    def mean(self) -> float:
        """Expected chance."""
        return self.hits / (self.hits + self.misses)

    def quantiles(self, probabilities: tuple[float, ...]) -> FloatArray:
        """Quantiles of the chance."""
        from scipy.special import betaincinv  # slow to import

        return betaincinv(self.hits, self.misses, np.array(probabilities))

    def yearly(self, months: float) -> tuple[float, float]:
        """Mean and standard deviation of the same chance a year, of a decision each `months`.

        It is 1 − (1 − p)^(12/months), by E[(1 − p)^c] = B(hits, misses + c) / B(hits, misses).
        """
        power = MONTHS_PER_YEAR / months
        kept, square = (self._kept(n * power) for n in (1, 2))
        return 1 - kept, math.sqrt(max(square - kept**2, 0.0))

    def _kept(self, power: float) -> float:
        total = self.hits + self.misses
        log = math.lgamma(self.misses + power) - math.lgamma(self.misses)
        return math.exp(log + math.lgamma(total) - math.lgamma(total + power))


def spread_of_counts(counts: FloatArray, expected: FloatArray) -> FloatArray:
    """How far rates differ from count to count beyond luck, as a coefficient of variation.

    Each count is Poisson with its expected value times a gamma factor of mean 1, so negative
    binomial. The posterior over a grid, from a half-normal prior with standard deviation 0.25
    (our judgement: years differ by tenths).

    Parameters
    ----------
    counts, expected
        What happened in each year, and what was to be expected of it.

    Returns
    -------
    FloatArray
        Its quantiles 0.1, 0.5 and 0.9.
    """
    from scipy.stats import nbinom, norm  # slow to import

    grid = np.linspace(_WIDEST / _NODES, _WIDEST, _NODES)
    size = 1 / grid[:, None] ** 2
    likelihood = nbinom.logpmf(counts, size, size / (size + expected)).sum(axis=1)
    log = likelihood + norm.logpdf(grid / _USUAL_SPREAD)
    weight = np.exp(log - log.max())
    below = np.cumsum(weight) / weight.sum()
    return np.interp(INNER, below, grid)


def excess(counts: FloatArray, expected: FloatArray) -> float:
    """Squared coefficient of variation of rates behind some counts, by moments; 0 at the least.

    Var(count) = expected + excess·expected², so the excess is
    Σ[(count − expected)² − expected] / Σ expected².
    """
    square = float((expected**2).sum())
    if square == 0:
        return 0.0
    return max(float(((counts - expected) ** 2 - expected).sum()) / square, 0.0)
