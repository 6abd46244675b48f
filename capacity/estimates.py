"""The forms of an uncertain number: fixed, low-likely-high, quantiles, mean and spread, samples.

An `Estimate` knows its mean, variance, median and quantile function and nothing of scenarios or
random numbers: uniforms go in, values come out. SciPy does the special functions; it is loaded
at the first uncertain number, since it takes as long to import as everything else together.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

import numpy as np

from capacity.arrays import FloatArray
from capacity.units import Shape

T = TypeVar("T")

Z_OF_P90 = 1.2815515655446004
"""Standard normal quantile of 0.9, the distance between p50 and p90 in sigmas."""
_TABLE = 2049
_QUADRATURE = 20_000


class InTime(Generic[T]):
    """What may change in time.

    Attributes
    ----------
    series, since
        Its values, each from a day on, in ascending order; none where it never changes. `since` is
        the day of the one that holds when the plan begins.
    """

    series: tuple[tuple[dt.date, T], ...]
    since: dt.date | None

    @property
    def at_first(self) -> T:
        """The value with which the plan begins."""
        raise NotImplementedError

    def on(self, day: dt.date | None) -> T:
        """The value that holds on a day; until the plan has begun, that with which it begins."""
        found = self.at_first
        if day is not None and self.series:
            for since, value in self.later:
                found = value if since <= day else found
        return found

    @property
    def later(self) -> tuple[tuple[dt.date, T], ...]:
        """The values that take its place, each with its day."""
        return tuple(pair for pair in self.series if self.since and pair[0] > self.since)

    @property
    def versions(self) -> tuple[T, ...]:
        """The value with which the plan begins, and all others that it has at some time."""
        return (self.at_first, *(value for _, value in self.later))


class Form(Enum):
    """How an uncertain number was written."""

    FIXED = "fixed"
    PERT = "low, likely, high"
    QUANTILES = "p10, p50, p90"
    MOMENTS = "mean, sd"
    SAMPLES = "samples, column"


@dataclass(frozen=True)
class Estimate(InTime["Estimate"]):
    """A number of a scenario with what is not known about it.

    Attributes
    ----------
    form
        Which of the five forms the values are given in.
    values
        ``(value,)``, ``(low, likely, high)``, ``(p10, p50, p90)``, ``(mean, sd)`` or the
        observations, sorted.
    shape
        Whether the quantity is positive, a share or any real number; decides the distribution.
    text
        As it was written, for the register of assumptions; the same number in other words is
        the same number.
    source, note, evidence
        Where it comes from; None where nobody said.
    series, since
        Of a number that changes in time: its values, each from a day on, in ascending order. The
        number itself is the one of them that holds when the plan begins, and `since` its day.
    """

    form: Form
    values: tuple[float, ...]
    shape: Shape = Shape.POSITIVE
    text: str = field(default="", compare=False)
    source: str | None = None
    note: str | None = None
    evidence: str | None = None
    series: tuple[tuple[dt.date, Estimate], ...] = ()
    since: dt.date | None = None

    @classmethod
    def fixed(cls, value: float) -> Estimate:
        """A number that is known."""
        return cls(Form.FIXED, (value,), text=f"{value:g}")

    @property
    def at_first(self) -> Estimate:
        """The number with which the plan begins, which is this one."""
        return self

    @property
    def uncertain(self) -> bool:
        """Whether the number is spread at all."""
        if self.form is Form.FIXED:
            return False
        if self.form is Form.MOMENTS:
            return self.values[1] > 0
        return self.values[0] < self.values[-1]

    @cached_property
    def _moments(self) -> tuple[float, float]:
        if not self.uncertain:
            return self._known, 0.0
        if self.form is Form.MOMENTS:
            return self.values[0], self.values[1] ** 2
        if self.form is Form.SAMPLES:
            return float(self._observed.mean()), float(self._observed.var())
        if self.form is Form.PERT:
            return _pert_moments(*self.values)
        return _split_moments(self.values, self.shape)

    @cached_property
    def _observed(self) -> FloatArray:
        return np.array(self.values)

    @property
    def _known(self) -> float:
        return self.values[0] if self.form in (Form.FIXED, Form.MOMENTS) else self.values[1]

    @property
    def mean(self) -> float:
        """Expected value."""
        return self._moments[0]

    @property
    def variance(self) -> float:
        """Variance; 0 for a fixed number."""
        return self._moments[1]

    @property
    def median(self) -> float:
        """The value that is exceeded half of the time."""
        return float(self.quantile(np.array([0.5]))[0])

    @property
    def p90(self) -> float:
        """The value that is exceeded one time in ten."""
        return float(self.quantile(np.array([0.9]))[0])

    def quantile(self, uniforms: FloatArray) -> FloatArray:
        """Inverse distribution function.

        Parameters
        ----------
        uniforms
            Probabilities in (0, 1), any shape.

        Returns
        -------
        FloatArray
            Values of the same shape.
        """
        if not self.uncertain:
            return np.full(np.shape(uniforms), self._known)
        if self.form is Form.SAMPLES:
            return _sample_quantile(uniforms, self._observed)
        if self.form is Form.QUANTILES:
            return _split_quantile(uniforms, self.values, self.shape)
        if self.form is Form.PERT:
            low, likely, high = self.values
            return low + (high - low) * _pert_quantile(uniforms, *_pert_shape(low, likely, high))
        mean, sd = self.values
        return _moments_quantile(uniforms, mean, sd, self.shape)


def _sample_quantile(uniforms: FloatArray, observed: FloatArray) -> FloatArray:
    """Resampling: the smallest observation that a share u of all does not exceed.

    The inverse of the empirical distribution function (definition 1 of Hyndman & Fan 1996), so a
    uniform draw takes each observation with the same chance.
    """
    rank = np.ceil(uniforms * len(observed)).astype(np.int64)
    return observed[np.clip(rank, 1, len(observed)) - 1]


def _pert_shape(low: float, likely: float, high: float) -> tuple[float, float]:
    """Shape parameters of the PERT distribution (Malcolm et al. 1959): 1 + 4·(likely−low)/range."""
    rise = 4 * (likely - low) / (high - low)
    return 1 + rise, 5 - rise


def _pert_moments(low: float, likely: float, high: float) -> tuple[float, float]:
    mean = (low + 4 * likely + high) / 6
    return mean, (mean - low) * (high - mean) / 7


def _link(shape: Shape) -> tuple[Callable[..., FloatArray], Callable[..., FloatArray]]:
    """The scale on which the quantiles of a shape are split-normal, and the way back."""
    from scipy.special import expit, logit  # slow to import

    if shape is Shape.POSITIVE:
        return np.log, np.exp
    if shape is Shape.SHARE:
        return logit, expit
    return np.asarray, np.asarray


def _split_quantile(uniforms: FloatArray, values: tuple[float, ...], shape: Shape) -> FloatArray:
    from scipy.special import ndtri  # slow to import

    there, back = _link(shape)
    p10, p50, p90 = there(np.array(values))
    z = ndtri(uniforms)
    sigma = np.where(z < 0, p50 - p10, p90 - p50) / Z_OF_P90
    return back(p50 + sigma * z)


def _split_moments(values: tuple[float, ...], shape: Shape) -> tuple[float, float]:
    """Mean and variance of the split distribution.

    On the logarithmic scale each half is a lognormal cut at its median, with
    E[X^n; z < 0] = p50^n · exp(n²σ²/2) · Φ(−nσ); the other shapes are integrated.
    """
    if shape is not Shape.POSITIVE:
        u = (np.arange(_QUADRATURE) + 0.5) / _QUADRATURE
        x = _split_quantile(u, values, shape)
        return float(x.mean()), float(x.var())
    p10, p50, p90 = values
    below, above = math.log(p50 / p10) / Z_OF_P90, math.log(p90 / p50) / Z_OF_P90

    def moment(n: int) -> float:
        left = math.exp((n * below) ** 2 / 2) * _normal_cdf(-n * below)
        right = math.exp((n * above) ** 2 / 2) * _normal_cdf(n * above)
        return (left + right) * p50**n

    return moment(1), moment(2) - moment(1) ** 2


def _normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _moments_quantile(uniforms: FloatArray, mean: float, sd: float, shape: Shape) -> FloatArray:
    from scipy.special import betaincinv, gammaincinv, ndtri  # slow to import

    if shape is Shape.POSITIVE:
        k = (mean / sd) ** 2
        return gammaincinv(k, uniforms) * (mean / k)
    if shape is Shape.SHARE:
        size = (mean / sd) * ((1 - mean) / sd) - 1
        exact: FloatArray = betaincinv(mean * size, (1 - mean) * size, uniforms)
        return exact
    return mean + sd * ndtri(uniforms)


@lru_cache(maxsize=1024)
def _beta_table(a: float, b: float) -> tuple[FloatArray, FloatArray]:
    """Nodes (probability, value) of a beta distribution, dense towards both ends."""
    from scipy.special import betainc  # slow to import

    x = np.sin(np.linspace(0, np.pi / 2, _TABLE)) ** 2
    return betainc(a, b, x), x


def _pert_quantile(uniforms: FloatArray, a: float, b: float) -> FloatArray:
    """Quantiles of a PERT's Beta(a, b), with 1 <= a, b <= 5.

    From a table of 2,049 nodes, many times faster than the exact inverse; the error is about 1e-6
    of the range.
    """
    probability, value = _beta_table(a, b)
    return np.interp(uniforms, probability, value)
