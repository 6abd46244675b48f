"""Means, quantiles and their Monte Carlo errors over the trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.rng import BLOCK

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


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
        Probabilities, shape (quantiles,).

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


def _spread(of_blocks: FloatArray) -> FloatArray:
    """Standard error of the mean of blocks; NaN below two of them."""
    known = np.isfinite(of_blocks)
    count = known.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, of_blocks, 0.0).sum(axis=1) / count
        off = np.where(known, of_blocks - mean[:, None], 0.0)
        error = np.sqrt((off**2).sum(axis=1) / (count - 1) / count)
        return np.where(count > 1, error, np.nan)


def mean_error(values: FloatArray) -> FloatArray:
    """Standard error of each row's mean, from the spread between blocks.

    Trials of a block are not independent (Latin hypercube), blocks are.
    """
    blocks = _blocks(values)
    known = ~np.isnan(blocks)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(known, blocks, 0.0).sum(axis=2) / known.sum(axis=2)
    return _spread(means)


def quantile_error(values: FloatArray, at: float) -> FloatArray:
    """Standard error of each row's quantile, from the spread between blocks."""
    blocks = _blocks(values)
    flat = quantiles(blocks.reshape(-1, BLOCK), np.array([at]))
    return _spread(flat.reshape(len(values), -1))
