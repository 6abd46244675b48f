"""Accounts by when they began, followed through a pass of expected values."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.classes import BEFORE
from capacity.engine.layout import Layout


class Starts:
    """Counts accounts by segment and start cohort.

    Classes of accounts that have become alike go up in each other, so each of them remembers what
    part of its accounts began when. Accounts of one class are lost alike, so these parts stay.

    Parameters
    ----------
    of_account
        Start cohort of each account of the book; only that of today's accounts matters.
    of_period
        That of each period, counted on after those of today's accounts. Shape (periods,).

    Attributes
    ----------
    number
        Accounts at the end of each period, shape (periods, segments, cohorts); those of today's
        accounts come first.
    """

    def __init__(self, layout: Layout, of_account: IntArray, of_period: IntArray) -> None:
        classes = layout.classes
        self._segment, self._folding = classes.segment, layout.retention.folding
        earlier = int(of_account.max(initial=0)) + 1
        self._part = np.zeros((len(classes), earlier + int(of_period.max()) + 1))
        np.add.at(self._part, (classes.of_row, of_account), 1.0)
        self._part /= np.maximum(classes.count, 1.0)[:, None]
        later = np.flatnonzero(classes.joins != BEFORE)
        self._part[later] = 0.0
        self._part[later, earlier + of_period[classes.joins[later]]] = 1.0
        shape = (len(of_period), len(layout.plan.segments), self._part.shape[1])
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
