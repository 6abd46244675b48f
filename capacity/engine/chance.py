"""Where numbers come from: drawn, one for each trial, or expected, without luck.

The months of a plan are computed by one and the same code for both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.bands import Bands
from capacity.engine.copulas import Copula, Tied, input_luck
from capacity.estimates import Estimate
from capacity.model.counts import binomial_quantile, poisson_quantile
from capacity.model.demand import lognormal_hours
from capacity.model.market import lognormal_factor
from capacity.rng import KeyArray, Luck, keys

Named = tuple[str, Estimate]
_MOST = 1_000_000
"""Accounts and trials that are decided together, which bounds the memory of large books."""


@dataclass(frozen=True)
class Lost:
    """Accounts that are lost, one entry for each account and trial.

    Attributes
    ----------
    place, trial
        Which of the accounts that were asked about, and in which trial.
    part
        How much of the account: all, or the expected part.
    """

    place: IntArray
    trial: IntArray
    part: FloatArray


@dataclass(frozen=True)
class Members:
    """Accounts that exist, one entry for each account and trial, sorted by cell and trial.

    Attributes
    ----------
    cell, trial
        What they belong to, and in which trial.
    ordinal
        Number within the cell and trial, from 0 on.
    part
        How much of the account: all, or the expected part.
    """

    cell: IntArray
    trial: IntArray
    ordinal: IntArray
    part: FloatArray


@dataclass(frozen=True)
class Sorts:
    """What single new accounts are like, one entry for each account, kind and band that it may be.

    Attributes
    ----------
    place
        Which of the accounts that were asked about, in ascending order.
    kind, band
        Of what kind it is, and the band of what it pays.
    part, paid
        How much of the account, and what it pays.
    """

    place: IntArray
    kind: IntArray
    band: IntArray
    part: FloatArray
    paid: FloatArray


class Accounts(Protocol):
    """Accounts with names, of which some are lost."""

    def lose(self, rows: IntArray, of: KeyArray, chance: FloatArray, which: IntArray) -> Lost:
        """Decide the renewals of some accounts.

        Parameters
        ----------
        rows, of
            The accounts, and the luck of these renewals, shape (rows,).
        chance
            Chances to be lost, shape (chances, trials).
        which
            The chance of each row, shape (rows,).
        """


class Chance(Protocol):
    """What the months ask of chance; shapes are (things, trials)."""

    trials: int

    def inputs(self, named: Sequence[Named], day: dt.date | None = None) -> FloatArray:
        """Uncertain inputs, one row each; one column where none of them is uncertain.

        Of those that change in time the values of a day; None is the start of the plan.
        """

    def factors(self, of: KeyArray, spread: FloatArray) -> FloatArray:
        """A factor on each thing for a whole future, with mean 1 and a coefficient of variation."""

    def happens(self, of: KeyArray, probability: FloatArray) -> FloatArray:
        """Whether each thing happens in a future: 1 or 0."""

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """How many of a number of coins fall the right way."""

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """How many random events there are."""

    def totals(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """Sums of many values with given means and squared coefficients of variation."""

    def normals(self, of: KeyArray) -> FloatArray:
        """Standard normals, or their mean."""

    def values(self, of: KeyArray, trial: IntArray, estimate: Estimate) -> FloatArray:
        """A value of an estimate for each thing, in one trial each; all of shape (things,)."""

    def accounts(self, count: int) -> Accounts:
        """So many accounts, all of them alive."""

    def members(self, number: FloatArray) -> Members:
        """The single accounts of which there is a number in every cell, shape (cells, trials)."""

    def dealt(
        self, of: KeyArray, members: Members, shares: FloatArray
    ) -> list[tuple[IntArray, FloatArray]]:
        """Deal single accounts to groups with given shares: which each gets, and how much."""

    def sorts(
        self,
        of: KeyArray,
        trial: IntArray,
        part: FloatArray,
        paid: FloatArray,
        kinds: IntArray,
        bands: Bands,
    ) -> Sorts:
        """What single accounts are like, all of shape (accounts,).

        Parameters
        ----------
        kinds
            Those of the accounts after which they take, each as likely as the other.
        bands
            Of what they pay.
        """

    def losses(
        self, of: KeyArray, trial: IntArray, part: FloatArray, chance: FloatArray
    ) -> FloatArray:
        """How much of single accounts is lost; all of shape (accounts,), chance of (trials,)."""

    def for_life(self, now: FloatArray, by_now: FloatArray) -> FloatArray:
        """The chance that decides of accounts that have one draw for all of their renewals.

        Parameters
        ----------
        now
            Chance of those that are left to be lost now.
        by_now
            Share of all that is lost by now.
        """


class Drawn:
    """A batch of futures, in which some inputs may move together."""

    def __init__(self, luck: Luck, copulas: tuple[Copula, ...] = ()) -> None:
        self.luck, self.trials = luck, luck.trials
        self._tied = Tied(luck, copulas)
        self._inputs: dict[str, tuple[Estimate, FloatArray]] = {}

    def inputs(self, named: Sequence[Named], day: dt.date | None = None) -> FloatArray:
        """Latin hypercube draws of the uncertain ones, the same whenever they are asked for.

        The values of one path at all times come from one uniform.
        """
        found = [(path, estimate.on(day)) for path, estimate in named]
        uncertain = {path: estimate for path, estimate in found if estimate.uncertain}
        unknown = [path for path, e in uncertain.items() if not self._knows(path, e)]
        if unknown:
            u = self._tied.stratified(keys(map(input_luck, unknown)))
            for path, row in zip(unknown, u, strict=True):
                self._inputs[path] = uncertain[path], uncertain[path].quantile(row)
        if not uncertain:
            return np.array([[estimate.mean] for _, estimate in found]).reshape(-1, 1)
        out = np.empty((len(found), self.trials))
        for i, (path, estimate) in enumerate(found):
            out[i] = self._inputs[path][1] if path in uncertain else estimate.mean
        return out

    def _knows(self, path: str, estimate: Estimate) -> bool:
        """Whether the value of a path that was drawn last is still the one wanted."""
        return path in self._inputs and self._inputs[path][0] is estimate

    def factors(self, of: KeyArray, spread: FloatArray) -> FloatArray:
        """Lognormal, by Latin hypercube."""
        from scipy.special import ndtri  # slow to import

        if not (spread > 0).any():
            return np.ones((len(of), 1))
        return lognormal_factor(spread, ndtri(self._tied.stratified(of)))

    def happens(self, of: KeyArray, probability: FloatArray) -> FloatArray:
        """By Latin hypercube: of 100 futures as nearly the probability's part as there can be."""
        return (self.luck.stratified(of) < probability).astype(float)

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """Binomial; a number that is not whole counts as the next whole one, scaled."""
        whole = np.ceil(number - 1e-9)
        count = binomial_quantile(self.luck.uniforms(of), whole, share)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(whole > 0, count * (number / whole), 0.0)

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """Poisson."""
        return poisson_quantile(self.luck.uniforms(of), mean)

    def totals(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """Lognormal."""
        return lognormal_hours(mean, relative_variance, self.normals(of))

    def normals(self, of: KeyArray) -> FloatArray:
        """By the inverse distribution function."""
        from scipy.special import ndtri  # slow to import

        normals: FloatArray = ndtri(self.luck.uniforms(of))
        return normals

    def values(self, of: KeyArray, trial: IntArray, estimate: Estimate) -> FloatArray:
        """One draw each."""
        if not estimate.uncertain:
            return np.full(len(of), estimate.mean)
        return estimate.quantile(self.luck.at(of, trial))

    def accounts(self, count: int) -> Accounts:
        """Alive or lost, each with its own luck."""
        return _DrawnAccounts(count, self.luck)

    def members(self, number: FloatArray) -> Members:
        """Every one of them."""
        count = number.ravel().astype(np.int64)
        place = np.repeat(np.arange(count.size), count)
        ordinal = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        cell, trial = _apart(place, self.trials)
        return Members(cell, trial, ordinal, np.ones(len(place)))

    def dealt(
        self, of: KeyArray, members: Members, shares: FloatArray
    ) -> list[tuple[IntArray, FloatArray]]:
        """Each to one of them."""
        group = np.searchsorted(np.cumsum(shares[:-1]), self.luck.at(of, members.trial), "right")
        some = (np.flatnonzero(group == i) for i in range(len(shares)))
        return [(found, members.part[found]) for found in some]

    def sorts(
        self,
        of: KeyArray,
        trial: IntArray,
        part: FloatArray,
        paid: FloatArray,
        kinds: IntArray,
        bands: Bands,
    ) -> Sorts:
        """Each takes after one of them, and pays what it pays."""
        like = (self.luck.at(of, trial) * len(kinds)).astype(np.int64)
        return Sorts(np.arange(len(of)), kinds[like], bands.of(paid), part, paid)

    def losses(
        self, of: KeyArray, trial: IntArray, part: FloatArray, chance: FloatArray
    ) -> FloatArray:
        """All of an account, or nothing."""
        return part * (self.luck.at(of, trial) < chance[trial])

    def for_life(self, now: FloatArray, by_now: FloatArray) -> FloatArray:
        """Lost when the share of the lost reaches the account's draw."""
        del now
        return by_now


class _DrawnAccounts:
    def __init__(self, count: int, luck: Luck) -> None:
        self._alive = np.ones((count, luck.trials), dtype=bool)
        self._luck = luck

    def lose(self, rows: IntArray, of: KeyArray, chance: FloatArray, which: IntArray) -> Lost:
        trials, step = self._luck.trials, max(1, _MOST // self._luck.trials)
        found = [np.zeros(0, dtype=np.int64)]
        for first in range(0, len(rows), step):
            part = slice(first, first + step)
            hit = self._luck.below(of[part], chance, which[part])
            hit &= self._alive[rows[part]]
            found.append(np.flatnonzero(hit) + first * trials)
        place, trial = _apart(np.concatenate(found), trials)
        self._alive.ravel()[rows[place] * trials + trial] = False
        return Lost(place, trial, np.ones(len(place)))


def _apart(index: IntArray, trials: int) -> tuple[IntArray, IntArray]:
    """Row and trial of indices into a flat array; much faster than `numpy.divmod`."""
    row = index // trials
    return row, index - row * trials


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
