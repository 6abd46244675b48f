"""No luck at all: every number at its mean, in one pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.bands import Bands
from capacity.engine.chance import Accounts, Lost, Members, Named, Sorts
from capacity.estimates import Estimate
from capacity.rng import KeyArray


class Expected:
    """One pass without luck: every input at its mean, accounts and occurrences as fractions."""

    trials = 1

    def inputs(self, named: Sequence[Named], day: dt.date | None = None) -> FloatArray:
        """Means."""
        return np.array([[estimate.on(day).mean] for _, estimate in named]).reshape(-1, 1)

    def factors(self, of: KeyArray, spread: FloatArray) -> FloatArray:
        """The mean, 1."""
        del spread
        return np.ones((len(of), 1))

    def happens(self, of: KeyArray, probability: FloatArray) -> FloatArray:
        """The probability."""
        del of
        return probability

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """The share of them."""
        del of
        return number * share

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """The mean."""
        del of
        return mean

    def totals(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """The mean."""
        del of, relative_variance
        return mean

    def normals(self, of: KeyArray) -> FloatArray:
        """Zeros."""
        return np.zeros((len(of), 1))

    def values(self, of: KeyArray, trial: IntArray, estimate: Estimate) -> FloatArray:
        """The mean."""
        del trial
        return np.full(len(of), estimate.mean)

    def accounts(self, count: int) -> Accounts:
        """What is left of each account."""
        return _ExpectedAccounts(count)

    def members(self, number: FloatArray) -> Members:
        """All of a cell as one."""
        cells = np.arange(len(number))
        none = np.zeros_like(cells)
        return Members(cells, none, none, number[:, 0])

    def dealt(
        self, of: KeyArray, members: Members, shares: FloatArray
    ) -> list[tuple[IntArray, FloatArray]]:
        """Its share of each account to every group."""
        everybody = np.arange(len(of))
        return [(everybody, members.part * share) for share in shares]

    def sorts(
        self,
        of: KeyArray,
        trial: IntArray,
        part: FloatArray,
        paid: FloatArray,
        kinds: IntArray,
        bands: Bands,
    ) -> Sorts:
        """Its share of each account to every kind and band, with the mean of the band."""
        del trial, paid
        size = np.bincount(kinds)
        shape = (len(of), len(size), len(bands.mean))
        place, kind, band = (axis.ravel() for axis in np.indices(shape))
        share = size[kind] / len(kinds) * bands.probability[band]
        return Sorts(place, kind, band, part[place] * share, bands.mean[band])

    def losses(
        self, of: KeyArray, trial: IntArray, part: FloatArray, chance: FloatArray
    ) -> FloatArray:
        """The expected part."""
        del of
        return part * chance[trial]

    def for_life(self, now: FloatArray, by_now: FloatArray) -> FloatArray:
        """The part of what is left."""
        del by_now
        return now


class _ExpectedAccounts:
    def __init__(self, count: int) -> None:
        self._left = np.ones(count)

    def lose(self, rows: IntArray, of: KeyArray, chance: FloatArray, which: IntArray) -> Lost:
        del of
        part = chance[which, 0] * self._left[rows]
        self._left[rows] -= part
        return Lost(np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64), part)
