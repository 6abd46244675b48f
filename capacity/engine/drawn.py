"""Luck as it falls: a batch of futures, every number drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.bands import Bands
from capacity.engine.chance import Accounts, Lost, Members, Named, Sorts
from capacity.engine.copulas import Copula, Tied, input_luck
from capacity.estimates import Estimate
from capacity.model.counts import binomial_quantile, poisson_quantile
from capacity.model.demand import lognormal_hours
from capacity.model.market import lognormal_factor
from capacity.rng import KeyArray, Luck, keys

_MOST = 1_000_000
"""Accounts and trials that are decided together, which bounds the memory of large books."""


class Drawn:
    """A batch of futures, in which some inputs may move together, and some may be held.

    Parameters
    ----------
    held
        Inputs whose uniforms are given; see `Tied`.
    """

    def __init__(
        self,
        luck: Luck,
        copulas: tuple[Copula, ...] = (),
        held: Mapping[int, FloatArray | float] = MappingProxyType({}),
    ) -> None:
        self.luck, self.trials = luck, luck.trials
        self._tied = Tied(luck, copulas, held)
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
        return self.luck.normals(of)

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
