"""Accounts that are counted: their number and their revenue, cohort by cohort."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Chance
from capacity.model.retention import revenue_lost
from capacity.rng import KeyArray, numbered


class Counted:
    """Cohorts of accounts of one batch.

    Attributes
    ----------
    number, arr
        Accounts of each cohort that are left, and their revenue, shape (cohorts, trials).
    spread
        Standard deviation of what one of them pays, shape (cohorts, 1) or (cohorts, trials).
    """

    def __init__(
        self, number: FloatArray, arr: FloatArray, spread: FloatArray, chance: Chance
    ) -> None:
        shape = (len(number), chance.trials)
        self.number = np.broadcast_to(number, shape).copy()
        self.arr = np.broadcast_to(arr, shape).copy()
        self.spread, self._chance = spread, chance

    def fold(self, which: int, host: int, unit: FloatArray, of_host: FloatArray) -> None:
        """Move the accounts of a cohort to another, which counts revenue anew from now on.

        The variance of what one of the union pays is the mean of the squares less the square of
        the mean.

        Parameters
        ----------
        unit, of_host
            What one unit of revenue of each cohort is worth now, shape (trials,).
        """
        if self.spread.shape[1] == 1:
            self.spread = np.repeat(self.spread, self.number.shape[1], axis=1)
        pair = zip(self._sums(which, unit), self._sums(host, of_host), strict=True)
        number, arr, squares = (a + b for a, b in pair)
        self.number[host], self.arr[host] = number, arr
        each = np.where(number > 0, number, 1.0)
        self.spread[host] = np.sqrt(np.maximum(squares / each - (arr / each) ** 2, 0))
        self.number[which], self.arr[which] = 0.0, 0.0

    def _sums(self, which: int, unit: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Accounts of a cohort, their revenue, and the sum of its squares."""
        number, arr = self.number[which], self.arr[which] * unit
        mean = arr / np.where(number > 0, number, 1.0)
        return number, arr, number * ((self.spread[which] * unit) ** 2 + mean**2)

    def join(self, which: IntArray, number: FloatArray, arr: FloatArray) -> None:
        """Fill cohorts with accounts that were won."""
        self.number[which], self.arr[which] = number, arr

    def lose(
        self, which: IntArray, of: KeyArray, risk: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Decide the renewals of some cohorts; returns what is lost, shape (cohorts, trials).

        Parameters
        ----------
        of
            Luck of these renewals.
        risk
            Chance to be lost, shape (cohorts, trials).
        """
        number, arr = self.number[which], self.arr[which]
        lost = self._chance.happening(of, number, risk)
        normals = self._chance.normals(numbered(of, 1))
        gone = revenue_lost(lost, number, arr, self.spread[which], normals)
        self.number[which] = number - lost
        self.arr[which] = arr - gone
        return lost, gone
