"""Accounts by when they began, followed through a pass of expected values."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.layout import Layout


class Starts:
    """Counts accounts by segment and start cohort.

    Classes of accounts that have become alike go up in each other, so each of them remembers what
    part of its accounts began when. Accounts of one class are lost alike, so these parts stay.

    Parameters
    ----------
    cohorts
        Start cohort of each period, counted from 1 on; 0 is the opening book. Shape (periods,).

    Attributes
    ----------
    number
        Accounts at the end of each period, shape (periods, segments, cohorts).
    """

    def __init__(self, layout: Layout, cohorts: IntArray) -> None:
        classes = layout.classes
        self._segment, self._folding = classes.segment, layout.retention.folding
        began = np.r_[0, cohorts][classes.joins + 1]
        self._part = (began[:, None] == np.arange(cohorts.max() + 1)).astype(np.float64)
        shape = (len(cohorts), len(layout.plan.segments), self._part.shape[1])
        self.number: FloatArray = np.zeros(shape)

    def count(self, period: int, number: FloatArray) -> None:
        """Count the accounts at the end of a period, before any classes go up in others.

        Parameters
        ----------
        number
            Accounts alive of each class, shape (classes, 1).
        """
        np.add.at(self.number[period], self._segment, number * self._part)
        left = number[:, 0].copy()
        for c in self._folding.at(period).tolist():
            h = int(self._folding.host[c])
            both = left[h] + left[c]
            if both > 0:
                parts = left[h] * self._part[h] + left[c] * self._part[c]
                self._part[h] = parts / both
            left[h], left[c] = both, 0.0
