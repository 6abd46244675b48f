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
    """

    def __init__(
        self, number: FloatArray, arr: FloatArray, spread: FloatArray, chance: Chance
    ) -> None:
        shape = (len(number), chance.trials)
        self.number = np.broadcast_to(number, shape).copy()
        self.arr = np.broadcast_to(arr, shape).copy()
        self._spread, self._chance = spread, chance

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
        gone = revenue_lost(lost, number, arr, self._spread[which], normals)
        self.number[which] = number - lost
        self.arr[which] = arr - gone
        return lost, gone
