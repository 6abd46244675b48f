"""Where numbers come from: drawn, one for each trial, or expected, without luck.

The months of a plan are computed by one and the same code for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.estimates import Estimate
from capacity.model.counts import binomial_quantile, poisson_quantile
from capacity.model.demand import lognormal_hours
from capacity.rng import BATCH, KeyArray, Luck, keys

Named = tuple[str, Estimate]
Alive = FloatArray | BoolArray
"""Yes or no, or the part of an account that is still there."""


class Chance(Protocol):
    """What the months ask of chance; shapes are (things, trials)."""

    trials: int

    def inputs(self, named: Sequence[Named]) -> FloatArray:
        """Uncertain inputs, one row each; one column where none of them is uncertain."""

    def durations(self, tasks: Sequence[str], spread: FloatArray) -> FloatArray:
        """Factor on each task's average duration, with mean 1 and a coefficient of variation."""

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """How many of a number of coins fall the right way."""

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """How many random events there are."""

    def hours(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """Hours of work with given means and squared coefficients of variation."""

    def values(self, of: KeyArray, estimate: Estimate, wanted: BoolArray) -> FloatArray:
        """One value of an estimate for each thing, where it is wanted; 0 elsewhere."""

    def everybody(self, accounts: int) -> Alive:
        """All accounts alive, shape (accounts, trials)."""

    def lost(self, of: KeyArray, chance: FloatArray, alive: Alive) -> tuple[FloatArray, Alive]:
        """Which of the accounts that are alive are lost, and who is alive after that."""

    def existing(self, number: FloatArray) -> FloatArray:
        """Which of the accounts that may be won exist, shape (places, trials)."""


class Drawn:
    """A batch of futures."""

    trials = BATCH

    def __init__(self, luck: Luck) -> None:
        self.luck = luck
        self._inputs: dict[str, FloatArray] = {}

    def inputs(self, named: Sequence[Named]) -> FloatArray:
        """Latin hypercube draws of the uncertain ones, the same whenever they are asked for."""
        uncertain = {path: estimate for path, estimate in named if estimate.uncertain}
        unknown = [path for path in uncertain if path not in self._inputs]
        if unknown:
            u = self.luck.stratified(keys(("input", path) for path in unknown))
            for path, row in zip(unknown, u, strict=True):
                self._inputs[path] = uncertain[path].quantile(row)
        if not uncertain:
            return np.array([[estimate.mean] for _, estimate in named]).reshape(-1, 1)
        out = np.empty((len(named), BATCH))
        for i, (path, estimate) in enumerate(named):
            out[i] = self._inputs[path] if path in uncertain else estimate.mean
        return out

    def durations(self, tasks: Sequence[str], spread: FloatArray) -> FloatArray:
        """Lognormal factors, by Latin hypercube."""
        from scipy.special import ndtri  # slow to import

        if not (spread > 0).any():
            return np.ones((len(tasks), 1))
        z = ndtri(self.luck.stratified(keys(("duration", task) for task in tasks)))
        return lognormal_hours(np.ones(1), spread**2, z)

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """Binomial; a number that is not whole counts as the next whole one, scaled."""
        whole = np.ceil(number - 1e-9)
        count = binomial_quantile(self.luck.uniforms(of), whole, share)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(whole > 0, count * (number / whole), 0.0)

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """Poisson."""
        return poisson_quantile(self.luck.uniforms(of), mean)

    def hours(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """Lognormal."""
        from scipy.special import ndtri  # slow to import

        return lognormal_hours(mean, relative_variance, ndtri(self.luck.uniforms(of)))

    def values(self, of: KeyArray, estimate: Estimate, wanted: BoolArray) -> FloatArray:
        """One draw each."""
        if not estimate.uncertain:
            return np.where(wanted, estimate.mean, 0.0)
        out = np.zeros(wanted.shape)
        out[wanted] = estimate.quantile(self.luck.uniforms(of)[wanted])
        return out

    def everybody(self, accounts: int) -> Alive:
        """Yes or no for each."""
        return np.ones((accounts, BATCH), dtype=bool)

    def lost(self, of: KeyArray, chance: FloatArray, alive: Alive) -> tuple[FloatArray, Alive]:
        """The account's own uniform of this month decides."""
        hit = (self.luck.uniforms(of) < chance) & (alive > 0)
        return hit.astype(np.float64), alive > hit

    def existing(self, number: FloatArray) -> FloatArray:
        """The first so many places."""
        places = np.arange(int(number.max(initial=0)))
        return (places[:, None] < number).astype(np.float64)


class Expected:
    """One pass without luck: every input at its mean, accounts and occurrences as fractions."""

    trials = 1

    def inputs(self, named: Sequence[Named]) -> FloatArray:
        """Means."""
        return np.array([[estimate.mean] for _, estimate in named]).reshape(-1, 1)

    def durations(self, tasks: Sequence[str], spread: FloatArray) -> FloatArray:
        """The mean, 1."""
        del spread
        return np.ones((len(tasks), 1))

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """The share of them."""
        del of
        return number * share

    def arrivals(self, of: KeyArray, mean: FloatArray) -> FloatArray:
        """The mean."""
        del of
        return mean

    def hours(self, of: KeyArray, mean: FloatArray, relative_variance: FloatArray) -> FloatArray:
        """The mean."""
        del of, relative_variance
        return mean

    def values(self, of: KeyArray, estimate: Estimate, wanted: BoolArray) -> FloatArray:
        """The mean."""
        del of
        return np.where(wanted, estimate.mean, 0.0)

    def everybody(self, accounts: int) -> Alive:
        """Each account whole."""
        return np.ones((accounts, 1))

    def lost(self, of: KeyArray, chance: FloatArray, alive: Alive) -> tuple[FloatArray, Alive]:
        """The expected part of each."""
        del of
        part = chance * alive
        return part, alive - part

    def existing(self, number: FloatArray) -> FloatArray:
        """All of them in one place."""
        return number.reshape(1, -1)
