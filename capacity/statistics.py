"""Means, quantiles and their Monte Carlo errors over the trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.rng import BLOCK

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
_ROUNDING, _DUST = 1e-12, 1e-9
"""Part of a number, and amount, by which two ways to the same number may be apart."""
_SURE = 10
"""Blocks whose spread is known to a quarter; that of fewer says little."""
_BEYOND = 5
"""Trials that lie beyond a quantile at least, where its error can be told from the trials."""


@dataclass(frozen=True)
class Summary:
    """Rows of numbers over the trials, each of shape (rows,); `quantiles` (rows, 7)."""

    mean: FloatArray
    sd: FloatArray
    se: FloatArray
    quantiles: FloatArray


def summarise(values: FloatArray) -> Summary:
    """Summary of values of shape (rows, trials); what is not known (NaN) does not count."""
    if values.shape[1] == 1:
        unknown = np.full(len(values), np.nan)
        return Summary(
            values[:, 0], unknown, unknown, np.full((len(values), len(QUANTILES)), np.nan)
        )
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    mean = means(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(known, values - mean[:, None], 0.0)
        sd = np.where(count > 1, np.sqrt((off**2).sum(axis=1) / np.maximum(count - 1, 1)), np.nan)
    return Summary(mean, sd, mean_error(values), quantiles(values, np.array(QUANTILES)))


def means(values: FloatArray) -> FloatArray:
    """Mean of each row; what is not known (NaN) does not count."""
    known = ~np.isnan(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: FloatArray = np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1)
    return mean


def quantiles(values: FloatArray, at: FloatArray) -> FloatArray:
    """Quantiles of each row, interpolated linearly between order statistics.

    Parameters
    ----------
    values
        Shape (rows, trials); NaN does not count.
    at
        Probabilities, shape (quantiles,), or (rows, quantiles) where they differ by row.

    Returns
    -------
    FloatArray
        Shape (rows, quantiles); NaN where nothing is known.
    """
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(values)).sum(axis=1)
    place = at * np.maximum(count - 1, 0)[:, None]
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0)[:, None])
    a, b = np.take_along_axis(ordered, low, 1), np.take_along_axis(ordered, high, 1)
    with np.errstate(invalid="ignore"):
        return np.where(a == b, a, a + (place - low) * (b - a))


def _blocks(values: FloatArray) -> FloatArray:
    """Whole blocks of the trials, shape (rows, blocks, trials of a block)."""
    blocks = values.shape[1] // BLOCK
    return values[:, : blocks * BLOCK].reshape(len(values), blocks, BLOCK)


def _spread(each: FloatArray) -> FloatArray:
    """Standard error of the mean of independent numbers in a row; NaN below two of them."""
    known = np.isfinite(each)
    count = known.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, each, 0.0).sum(axis=1) / count
        off = np.where(known, each - mean[:, None], 0.0)
        error = np.sqrt((off**2).sum(axis=1) / (count - 1) / count)
        return np.where(count > 1, error, np.nan)


def mean_error(values: FloatArray) -> FloatArray:
    """Standard error of each row's mean, from the spread between blocks.

    Trials of a block are not independent (Latin hypercube), blocks are. Below ten blocks it is
    that of independent trials, s/√n: rather too large, where that of few blocks is any number.
    """
    is_sure = values.shape[1] >= _SURE * BLOCK
    return _spread(means_of_blocks(values) if is_sure else values)


def means_of_blocks(values: FloatArray) -> FloatArray:
    """Mean of each row in each whole block, shape (rows, blocks); NaN where nothing is known."""
    blocks = _blocks(values)
    found: FloatArray = blocks.sum(axis=2) / BLOCK
    if np.isnan(found).any():
        known = ~np.isnan(blocks)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(known, blocks, 0.0).sum(axis=2) / known.sum(axis=2)
    return found


def quantile_error(values: FloatArray, at: float) -> FloatArray:
    """Standard error of each row's quantile, from the spread between blocks.

    Below ten blocks it is that of independent trials: half of what lies between the quantiles one
    standard error of a share, √(p(1−p)/n), to either side.
    """
    blocks = _blocks(values)
    if blocks.shape[1] < _SURE:
        return _quantile_error_of_few(values, at)
    flat = quantiles(blocks.reshape(-1, BLOCK), np.array([at]))
    return _spread(flat.reshape(len(values), -1))


def _quantile_error_of_few(values: FloatArray, at: float) -> FloatArray:
    count = (~np.isnan(values)).sum(axis=1)
    off = np.sqrt(at * (1 - at) / np.maximum(count, 1))[:, None] * np.array([-1.0, 1.0])
    low, high = quantiles(values, np.clip(at + off, 0.0, 1.0)).T
    with np.errstate(invalid="ignore"):  # of what is endless the error is not known
        return np.where(count * min(at, 1 - at) >= _BEYOND, (high - low) / 2, np.nan)


# --- values that are there -----------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """Rows of values that are all there, shape (rows, trials)."""

    values: FloatArray

    def means(self) -> FloatArray:
        """Mean of each row."""
        return means(self.values)

    def quantiles(self, at: FloatArray) -> FloatArray:
        """Quantiles of each row, shape (rows, quantiles)."""
        return quantiles(self.values, at)

    def mean_error(self) -> FloatArray:
        """Standard error of each row's mean."""
        return mean_error(self.values)

    def quantile_error(self, at: float) -> FloatArray:
        """Standard error of each row's quantile."""
        return quantile_error(self.values, at)

    def summary(self) -> Summary:
        """What the table tells of each row."""
        return summarise(self.values)


# --- two worlds with the same luck ---------------------------------------------------------------


def differences(new: FloatArray, old: FloatArray) -> FloatArray:
    """New less old in every trial; what is equal does not differ, even where it is infinite."""
    with np.errstate(invalid="ignore"):
        return np.where(new == old, 0.0, new - old)


def correlations(a: FloatArray, b: FloatArray) -> FloatArray:
    """Correlation of each row of one with that of the other; NaN where one does not vary."""
    known = np.isfinite(a) & np.isfinite(b)
    off = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for values in (a, b):
            mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / known.sum(
                axis=1, keepdims=True
            )
            off.append(np.where(known, values - mean, 0.0))
        size = np.sqrt((off[0] ** 2).sum(axis=1) * (off[1] ** 2).sum(axis=1))
        product = (off[0] * off[1]).sum(axis=1)
        return np.where(size > 0, np.clip(product / size, -1.0, 1.0), np.nan)


def odds(new: FloatArray, old: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares of the trials in which new is above old, and in which they are equal.

    Numbers that differ by their rounding alone are equal. A trial in which one of them is not
    known (NaN) does not count; of a single trial there are no odds.
    """
    if new.shape[1] == 1:
        unknown = np.full(len(new), np.nan)
        return unknown, unknown
    known = ~(np.isnan(new) | np.isnan(old))
    equal = np.isclose(new, old, rtol=_ROUNDING, atol=_DUST)
    higher = (new > old) & ~equal
    return means(np.where(known, higher, np.nan)), means(np.where(known, equal, np.nan))
