"""Which inputs explain a miss: each freed in turn, and all of them reweighted by what happened.

How far each figure was off on average is one vector; the futures say how it spreads, and how it
moves with each input. In units in which the futures' own vectors are independent and of variance 1,
an input moves it along one direction. What happened lies as far from the centre as it does; what
is left of that when the input may take any value, is what that input does not explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import FloatArray
from capacity.backtesting.scores import tails
from capacity.drivers.unknowns import Unknown
from capacity.units import Shape

_DISTINCT = 1e-3
"""Part of the largest variance below which a combination of figures says nothing of its own."""
_NOISE = 0.001
"""Odds with which an input that moves nothing is taken for one that does, among all inputs."""
_ALIKE = 4.0
"""Squared distance within which two inputs explain a miss equally well, and luck might alone."""
_QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Suspect:
    """An input, and what the actuals say of it.

    Attributes
    ----------
    p10, p90
        What was believed.
    after
        Its p10, p50 and p90 in the futures that fit what happened, each with its weight.
    freed
        The value that explains most, all other inputs as they were believed.
    beyond
        Part of what was believed that lies that far out, or further.
    share
        Part of the miss that it explains with that value.
    gain
        The same as a squared distance; luck alone gives 1 on average.
    odds
        Part of the futures in which as much is left to be explained; low where it is not enough.
    is_alike
        Whether none explains clearly more.
    """

    unknown: Unknown
    p10: float
    p90: float
    after: tuple[float, float, float]
    freed: float
    beyond: float
    share: float
    gain: float
    odds: float
    is_alike: bool

    @property
    def is_heard(self) -> bool:
        """Whether it explains more than luck alone might."""
        return self.gain > _ALIKE


@dataclass(frozen=True)
class Explanation:
    """Why it came otherwise.

    Attributes
    ----------
    suspects
        Inputs that move the figures, those that explain most first.
    odds
        Part of the futures in which some input explains as much; low where one is to blame.
    unheard
        How many inputs move none of the figures by more than noise.
    effective
        How many futures the reweighted ones are worth; few where none was like what happened.
    trials
        How many there were.
    """

    suspects: tuple[Suspect, ...]
    odds: float
    unheard: int
    effective: float
    trials: int


@dataclass(frozen=True)
class _White:
    """The miss in independent units.

    Attributes
    ----------
    futures
        Shape (parts, trials).
    found
        What happened, shape (parts,).
    """

    futures: FloatArray
    found: FloatArray

    @classmethod
    def of(cls, off: FloatArray, offs: FloatArray) -> _White:
        """From how far figures are off, shape (figures,) and (figures, trials)."""
        spread = offs.std(axis=1)
        vary = spread > 0
        offs = (offs[vary] - offs[vary].mean(axis=1, keepdims=True)) / spread[vary, None]
        off = off[vary] / spread[vary]
        values, vectors = np.linalg.eigh(offs @ offs.T / offs.shape[1])
        kept = values > _DISTINCT * values.max(initial=0.0)
        turn = (vectors[:, kept] / np.sqrt(values[kept])).T
        return cls(turn @ offs, turn @ off)

    @property
    def distance(self) -> float:
        """How far it is from the centre, squared."""
        return float(self.found @ self.found)


def explained(
    inputs: Sequence[Unknown], luck: FloatArray, off: FloatArray, offs: FloatArray
) -> Explanation:
    """Which inputs explain by how much some figures were off.

    Parameters
    ----------
    luck
        Of the inputs in all futures, shape (inputs, trials).
    off, offs
        How much more happened than expected on average over the periods, and in each future;
        shape (figures,) and (figures, trials).
    """
    white, trials = _White.of(off, offs), offs.shape[1]
    values = np.array([one.quantile(row) for one, row in zip(inputs, luck, strict=True)])
    values = values.reshape(-1, trials)
    scale = values.std(axis=1)
    steps = (values - values.mean(axis=1, keepdims=True)) / np.where(scale > 0, scale, 1)[:, None]
    along = steps @ white.futures.T / trials
    heard = _heard(along, trials)
    weights = _weights(white, steps[heard], along[heard])
    found = [_suspect(inputs[i], values[i], along[i], white, weights) for i in heard]
    suspects = _alike_first(found)
    effective = float(1 / (weights**2).sum())
    odds = _odds(white, along[heard])
    return Explanation(suspects, odds, len(inputs) - len(heard), effective, trials)


def _odds(white: _White, along: FloatArray) -> float:
    """How odd it is that some input explains as much as the best one does, whichever that is."""
    if not len(along):
        return 1.0
    power = (along**2).sum(axis=1, keepdims=True)
    most = ((along @ white.futures) ** 2 / power).max(axis=0)
    return float(tails(float(((along @ white.found) ** 2 / power[:, 0]).max()), most)[0])


def _heard(along: FloatArray, trials: int) -> list[int]:
    """Inputs that move the figures by more than noise would."""
    from scipy.special import chdtri  # slow to import

    if not along.size:
        return []
    least = chdtri(along.shape[1], _NOISE / len(along))
    heard: list[int] = np.flatnonzero(trials * (along**2).sum(axis=1) > least).tolist()
    return heard


def _weights(white: _White, steps: FloatArray, along: FloatArray) -> FloatArray:
    """Odds of what happened given the inputs of each future, as a part of all; shape (trials,).

    The figures given the inputs are a linear regression with normal residuals (a synthetic
    likelihood: Wood 2010), so that no future has to be like what happened in its luck as well.
    """
    trials, parts = white.futures.shape[1], len(white.found)
    if not len(steps):
        return np.full(trials, 1 / trials)
    square = steps @ steps.T / trials
    slopes = np.linalg.lstsq(square, along, rcond=None)[0]
    left = np.eye(parts) - slopes.T @ square @ slopes
    sizes, vectors = np.linalg.eigh(left)
    turn = (vectors / np.sqrt(np.maximum(sizes, _DISTINCT))).T
    apart = turn @ (white.found[:, None] - slopes.T @ steps)
    log = -0.5 * (apart**2).sum(axis=0)
    weights: FloatArray = np.exp(log - log.max())
    return weights / weights.sum()


def _suspect(
    unknown: Unknown, values: FloatArray, along: FloatArray, white: _White, weights: FloatArray
) -> Suspect:
    """What an input explains if it may take any value that it can have."""
    power = float(along @ along)
    mean, sd = values.mean(), values.std()
    best = mean + sd * (along @ white.found) / power
    freed = float(np.clip(best, *_bounds(unknown)))
    left = _left(white.found, along, (freed - mean) / sd)
    gain = max(white.distance - left, 0.0)
    of_futures = (white.futures**2).sum(axis=0) - (along @ white.futures) ** 2 / power
    p10, p90 = unknown.quantile(np.array([0.1, 0.9])).tolist()
    further = values >= freed if freed >= mean else values <= freed
    return Suspect(
        unknown, p10, p90, _weighted(values, weights), freed, float(further.mean()),
        gain / white.distance if gain else 0.0, gain, float(tails(left, of_futures)[0]),
        is_alike=False,
    )  # fmt: skip


def _left(found: FloatArray, along: FloatArray, steps: float) -> float:
    """Distance that is left, squared, if an input lies some deviations from its mean.

    In the figures' spread given the input, whose covariance is 1 less the input's own part.
    """
    rest = found - steps * along
    power = float(along @ along)
    return float(rest @ rest + (along @ rest) ** 2 / max(1 - power, _DISTINCT))


def _bounds(unknown: Unknown) -> tuple[float, float]:
    """What an input can be at all."""
    shape = unknown.believed.shape
    if unknown.is_share:
        return 0.0, 1.0
    return (-np.inf if shape is Shape.REAL else 0.0), np.inf


def _weighted(values: FloatArray, weights: FloatArray) -> tuple[float, float, float]:
    """Quantiles of values that count by their weights."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    p10, p50, p90 = (
        float(values[order][min(int(np.searchsorted(below, q)), len(values) - 1)])
        for q in _QUANTILES
    )
    return p10, p50, p90


def _alike_first(found: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """Those that explain most; of those that explain it equally well the most credible."""
    least = max((one.gain for one in found), default=0.0) - _ALIKE
    marked = [replace(one, is_alike=one.gain >= least) for one in found]
    return tuple(sorted(marked, key=_credible))


def _credible(one: Suspect) -> tuple[bool, float, float]:
    return (not one.is_alike, -one.beyond if one.is_alike else 0.0, -one.share)
