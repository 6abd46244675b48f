"""Contracts: which renewals of an account were decided, seen and kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, TextArray
from capacity.calendar import DateArray, days_of, months_and_days
from capacity.learning.lives import Lives
from capacity.scenario.fields import LONGEST_TERM
from capacity.units import HALF

_DAY = np.timedelta64(1, "D")
_NEARLY = 1e-9
NO_TERM = f"no term of a contract. Write whole months, 1 to {LONGEST_TERM}"


@dataclass(frozen=True)
class Terms:
    """Contracts of some lives.

    Attributes
    ----------
    group, term
        The segment or role, and the months of each.
    decided, kept
        The last renewal that was decided, and how many of them were kept.
    unseen
        Renewals that were decided before the log was complete.
    """

    group: TextArray
    term: FloatArray
    decided: FloatArray
    kept: FloatArray
    unseen: FloatArray

    def days(self, lives: Lives, j: int) -> DateArray:
        """The last day before the renewal `j` of each life, and of its life at the latest.

        The last that was decided is where the dates have it, however many are told before.
        """
        month, day = months_and_days(lives.starts)
        dated, _ = renewals_of(lives, self.term)
        months = np.round((dated - self.decided + j) * self.term).astype(np.int64)
        after: DateArray = np.minimum(days_of(month + months, day), lives.after)
        return after - _DAY


def is_term(months: FloatArray | float) -> BoolArray:
    """Whether some months are the term of a contract."""
    given = np.asarray(months, dtype=np.float64)
    return (given >= 1) & (given <= LONGEST_TERM) & (given == np.floor(given))


def unseen_of(lives: Lives, term: FloatArray, decided: FloatArray) -> FloatArray:
    """Renewals of each life that were decided before it was looked at.

    Parameters
    ----------
    decided
        The last renewal that was decided; it is where the dates have it.
    """
    dated, _ = renewals_of(lives, term)
    before = np.floor(lives.entered / term + _NEARLY) - dated + decided
    most: FloatArray = decided - lives.ended  # a loss that is in the log was seen
    return np.clip(before, 0, np.maximum(most, 0))


def renewals_of(lives: Lives, term: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Renewals of each life: the last that was decided, and how many of them were kept.

    An account that is still there has renewed at the end of each whole term before today. One that
    is gone left at the end of a term, the nearest to its last day, the first at the earliest.
    """
    lost = np.maximum(np.floor(lives.months / term + HALF), 1)
    kept = _whole_months(lives) // term
    return np.where(lives.ended, lost, kept), np.where(lives.ended, lost - 1, kept)


def _whole_months(lives: Lives) -> FloatArray:
    """Whole months before the last day that is known, as the calendar counts them."""
    if not lives.has_dates:
        return np.floor(lives.months)
    month, day = months_and_days(lives.starts)
    last, last_day = months_and_days(lives.after - _DAY)
    return (last - month - (last_day < day)).astype(float)
