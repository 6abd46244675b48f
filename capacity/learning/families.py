"""How long something takes: lognormal, gamma and Weibull by maximum likelihood, by SciPy.

What is recorded may be exact, a range (a rounded entry lies within half a step of what it says), or
a lower bound (it is not over yet).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.extras import needed

LOGNORMAL, GAMMA, WEIBULL = "lognormal", "gamma", "weibull"
FAMILIES = (LOGNORMAL, GAMMA, WEIBULL)
_SCIPY = {LOGNORMAL: "lognorm", GAMMA: "gamma", WEIBULL: "weibull_min"}
_NOTHING = np.zeros(0)
_LEAST = 1e-300


@dataclass(frozen=True)
class Observed:
    """Durations as they were recorded, all above 0.

    Attributes
    ----------
    exact
        Those that are known, shape (n,).
    ranges
        Lower and upper ends of those that were rounded, shape (m, 2).
    longer
        Those that are not over, shape (k,).
    """

    exact: FloatArray
    ranges: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
    longer: FloatArray = field(default_factory=lambda: _NOTHING)

    def __len__(self) -> int:
        return len(self.exact) + len(self.ranges) + len(self.longer)

    @property
    def middle(self) -> FloatArray:
        """A value for each that is over: the middle of a range."""
        return np.concatenate([self.exact, self.ranges.mean(axis=1)])

    def log_likelihood(self, kind: Any, shape: float, scale: float) -> float:
        """Of a family of SciPy with its parameters."""
        total = float(kind.logpdf(self.exact, shape, 0, scale).sum())
        if len(self.ranges):
            low, high = kind.cdf(self.ranges.T, shape, 0, scale)
            total += float(np.log(np.maximum(high - low, _LEAST)).sum())
        if len(self.longer):
            total += float(kind.logsf(self.longer, shape, 0, scale).sum())
        return total

    def farthest(self, distribution: Any) -> float:
        """The largest distance of the observed distribution function from a fitted one.

        Where values were rounded they are compared at the borders of the steps, which is where
        both are known.
        """
        ends = np.concatenate([self.ranges[:, 1], self.exact])
        values, counts = np.unique(ends, return_counts=True)
        above = np.cumsum(counts) / len(ends) - distribution.cdf(values)
        if len(self.ranges):
            return float(np.abs(above).max())
        return float(max(above.max(), (counts / len(ends) - above).max()))


@dataclass(frozen=True)
class Fit:
    """A family with the parameters under which what was seen is likeliest.

    Attributes
    ----------
    family
        One of `FAMILIES`.
    shape, scale
        As SciPy has them.
    log_likelihood
        Of the data.
    covariance
        Of ln(mean) and ln(coefficient of variation), shape (2, 2).
    """

    family: str
    shape: float
    scale: float
    log_likelihood: float
    covariance: FloatArray

    @property
    def distribution(self) -> Any:
        """The fitted distribution of SciPy."""
        return _kind(self.family)(self.shape, scale=self.scale)

    @property
    def aic(self) -> float:
        """2·2 − 2·ln L: lower is better (Akaike 1974)."""
        return 4 - 2 * self.log_likelihood

    @property
    def mean(self) -> float:
        """Expected duration."""
        return math.exp(_moments(self.family, self.shape, self.scale)[0])

    @property
    def variation(self) -> float:
        """Coefficient of variation."""
        return math.exp(_moments(self.family, self.shape, self.scale)[1])


def fitted(family: str, data: Observed) -> Fit:
    """The fit of a family, by SciPy; its errors by the curvature of the likelihood there."""
    differ = needed("statsmodels.tools.numdiff", "learning from history")
    kind = _kind(family)
    shape, scale = _best(family, data)

    def log_likelihood(logs: FloatArray) -> float:
        return data.log_likelihood(kind, *np.exp(logs))

    logs = np.log([shape, scale])
    information = -differ.approx_hess3(logs, log_likelihood)
    slope = differ.approx_fprime(logs, lambda at: _moments(family, *np.exp(at)), centered=True)
    covariance = slope @ np.linalg.inv(information) @ slope.T
    return Fit(family, shape, scale, log_likelihood(logs), covariance)


def _kind(family: str) -> Any:
    """The family in SciPy."""
    from scipy import stats  # slow to import

    return getattr(stats, _SCIPY[family])


def _best(family: str, data: Observed) -> tuple[float, float]:
    """Shape and scale; where values are ranges or lower bounds, searched for from a first guess."""
    from scipy.stats import CensoredData  # slow to import

    kind = _kind(family)
    if len(data) == len(data.exact):
        shape, _, scale = kind.fit(data.exact, floc=0)
        return float(shape), float(scale)
    seen = np.concatenate([data.middle, data.longer])
    ranges = data.ranges if len(data.ranges) else None
    censored = CensoredData(data.exact, right=data.longer, interval=ranges)
    first, around = _START[family](seen)
    shape, _, scale = kind.fit(censored, first, floc=0, scale=around)
    return float(shape), float(scale)


def _spread(seen: FloatArray) -> float:
    return max(float(np.log(seen).std()), 0.05)


_START: dict[str, Callable[[FloatArray], tuple[float, float]]] = {
    LOGNORMAL: lambda seen: (_spread(seen), float(np.exp(np.log(seen).mean()))),
    GAMMA: lambda seen: (1 / _spread(seen) ** 2, float(seen.mean()) * _spread(seen) ** 2),
    WEIBULL: lambda seen: (1.0, float(seen.mean())),
}


def _moments(family: str, shape: float, scale: float) -> FloatArray:
    """ln(mean) and ln(coefficient of variation), in closed form."""
    if family == LOGNORMAL:
        return np.array([math.log(scale) + shape**2 / 2, math.log(math.expm1(shape**2)) / 2])
    if family == GAMMA:
        return np.array([math.log(shape * scale), -math.log(shape) / 2])
    first, second = (math.lgamma(1 + n / shape) for n in (1, 2))
    return np.array([math.log(scale) + first, math.log(math.expm1(second - 2 * first)) / 2])
