"""How a forecast of many futures is scored: arrays in, scores out.

The yardstick are the futures themselves: each in turn stands for what happened, and is scored like
it. So every score has the distribution that it has if the plan is right, exactly, however much the
periods of a figure hang together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.statistics import quantiles

LEVELS = (0.5, 0.8, 0.9)
"""Parts of the futures that the central ranges hold."""
_ROUNDED = 1e-6
"""Part of a number by which what is written down may be off through rounding."""
_SURE = 0.95
"""Of an interval around a share of hits."""


@dataclass(frozen=True)
class Scored:
    """A figure in some periods, scored.

    Attributes
    ----------
    quantiles, mean
        Of the futures in each period, shape (points, 7) and (points,).
    inside
        Whether what happened lies in each range, shape (levels, points).
    pit
        Part of the futures below what happened, shape (points,); of ties a part by luck.
    crps
        Shape (points,).
    hits
        How often each future lies in each range, shape (levels, trials).
    off, offs
        How much more happened than was expected on average, and in each future, shape (trials,).
    error, errors
        The mean CRPS over the points, and what it is if a future happens, shape (trials,).
    bars
        How many points have their `pit` in each bar of the histogram, by future; shape (bars,
        trials).
    """

    quantiles: FloatArray
    mean: FloatArray
    inside: BoolArray
    pit: FloatArray
    crps: FloatArray
    hits: IntArray
    off: float
    offs: FloatArray
    error: float
    errors: FloatArray
    bars: IntArray


def scored(
    values: FloatArray, happened: FloatArray, luck: FloatArray, at: FloatArray, bars: int
) -> Scored:
    """Score a figure.

    Parameters
    ----------
    values
        Of all futures, shape (points, trials).
    happened
        Shape (points,).
    luck
        Uniforms that part ties, shape (points, 1 + trials).
    at
        Probabilities of the quantiles.
    bars
        Of the histogram.
    """
    mean, count = values.mean(axis=1), values.shape[1]
    low, high = _ranges(values)
    happened = _as_rounded(values, happened)
    each = np.column_stack([happened, values])  # alike to the last bit, so that ties are ties
    inside = (low[:, :, None] <= each) & (each <= high[:, :, None])
    crps = np.stack([crps_of(row, both) for row, both in zip(values, each, strict=True)])
    pit = np.stack([ranks(*rows) for rows in zip(values, each, luck, strict=True)])
    counts = np.zeros((bars, count), dtype=np.int64)
    for row in _bar(pit[:, 1:], bars):
        counts[row, np.arange(count)] += 1
    off, of_crps = (each - mean[:, None]).mean(axis=0), crps.mean(axis=0)
    return Scored(
        quantiles(values, at), mean, inside[:, :, 0], pit[:, 0], crps[:, 0],
        inside[:, :, 1:].sum(axis=1), float(off[0]), off[1:], float(of_crps[0]), of_crps[1:],
        counts,
    )  # fmt: skip


def _ranges(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ends of the central ranges, each of shape (levels, points)."""
    tails = [(1 - level) / 2 for level in LEVELS]
    found = quantiles(values, np.array([*tails, *(1 - tail for tail in tails)])).T
    return found[: len(LEVELS)], found[len(LEVELS) :]


def _as_rounded(values: FloatArray, happened: FloatArray) -> FloatArray:
    """What happened, as the nearest future has it where both differ by rounding alone."""
    nearest = np.abs(values - happened[:, None]).argmin(axis=1)
    found = np.take_along_axis(values, nearest[:, None], axis=1)[:, 0]
    return np.where(np.isclose(found, happened, rtol=_ROUNDED, atol=0), found, happened)


def _bar(pit: FloatArray, bars: int) -> IntArray:
    return np.minimum((pit * bars).astype(np.int64), bars - 1)


def histogram(pit: FloatArray, bars: int) -> IntArray:
    """How many of some parts lie in each bar, shape (bars,)."""
    return np.bincount(_bar(pit, bars), minlength=bars)


# --- one period ------------------------------------------------------------------------------


def crps_of(values: FloatArray, happened: FloatArray) -> FloatArray:
    """Continuous ranked probability score of an ensemble, in the unit of the figure.

    E|X − y| − ½ E|X − X'| over the futures, which is the integral of (F(x) − 1{x ≥ y})² over their
    distribution function F (Gneiting & Raftery 2007, eq. 21). Of a point forecast it is the
    absolute error.

    Parameters
    ----------
    values
        Of all futures, shape (trials,).
    happened
        Any shape.

    Examples
    --------
    >>> import numpy as np
    >>> crps_of(np.array([1.0, 3.0]), np.array([1.0, 2.0, 5.0])).tolist()
    [0.5, 0.5, 2.5]
    """
    ordered = np.sort(values)
    middle, count = ordered[len(ordered) // 2], len(ordered)
    ordered, happened = ordered - middle, happened - middle
    below = np.searchsorted(ordered, happened, side="right")
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    apart = (happened * (2 * below - count) + sums[-1] - 2 * sums[below]) / count
    spread = (2 * np.arange(1, count + 1) - count - 1) @ ordered / count**2
    return np.maximum(apart - spread, 0.0)


def ranks(values: FloatArray, happened: FloatArray, luck: FloatArray) -> FloatArray:
    """Part of the futures that lies below, with ties parted by luck: uniform if the plan is right.

    The randomised probability integral transform (Czado, Gneiting & Held 2009). The first of what
    happened is none of the futures, all others are these futures, in their order.
    """
    ordered = np.sort(values)
    below = np.searchsorted(ordered, happened, side="left")
    ties = np.searchsorted(ordered, happened, side="right") - below
    one_more = np.arange(len(happened)) == 0
    return (below + luck * (ties + one_more)) / (len(values) + one_more)


# --- how odd a score is ----------------------------------------------------------------------


def tails(found: float, by_future: FloatArray) -> FloatArray:
    """Part of what might have been that is at least as high, shape (1 + trials,).

    First of what happened, which counts itself, then of each future.
    """
    ordered = np.sort(by_future)
    count = len(ordered)
    above = count - np.searchsorted(ordered, np.append(found, by_future), side="left")
    above[0] += 1
    return above / np.append(count + 1, np.full(count, count))


def both_tails(found: float, by_future: FloatArray) -> FloatArray:
    """The same for too high or too low, whichever is odder."""
    rarer = np.minimum(tails(found, by_future), tails(-found, -by_future))
    return np.minimum(2 * rarer, 1.0)


def oddest(each: FloatArray) -> float:
    """How odd the oddest of several scores is, all of them considered.

    Part of the futures in which some score is at least as odd; the step-down's first step of
    Westfall & Young (1993), exact however the scores hang together.

    Parameters
    ----------
    each
        Tails of each score, shape (scores, 1 + trials).
    """
    least = each.min(axis=0)
    return float((1 + (least[1:] <= least[0]).sum()) / len(least))


def share_interval(inside: int, points: int, hits: FloatArray) -> tuple[float, float]:
    """Range of the true share of hits, as wide as dependent points make it.

    Clopper and Pearson's interval with the number of points that are worth as much if they were
    independent (Korn & Graubard 1998); how much these are worth is known from the futures: the
    binomial variance of the hits over their variance. NaN where no future ever differs.

    Parameters
    ----------
    hits
        How many of the points each future hits, shape (trials,).
    """
    from scipy.special import betaincinv  # slow to import

    usual = hits.mean() / points
    if not hits.var() > 0:
        return np.nan, np.nan
    worth = min(points * usual * (1 - usual) * points / hits.var(), points)
    good, tail = inside * worth / points, (1 - _SURE) / 2
    bad = worth - good
    low = float(betaincinv(good, bad + 1, tail)) if good > 0 else 0.0
    high = float(betaincinv(good + 1, bad, 1 - tail)) if bad > 0 else 1.0
    return low, high
