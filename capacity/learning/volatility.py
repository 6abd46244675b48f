"""How far the years differ, beyond the luck of single accounts and beyond what their age explains.

Frail accounts leave first, and a contract can be left only at its end. So each loss is set against
the accounts of the same tenure, or at the same renewal, in all years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.calendar import DateArray, days_of, months_and_days
from capacity.learning.counts import UNLIKELY
from capacity.learning.lives import Lives
from capacity.learning.posterior import spread_of_counts
from capacity.learning.retention import Retention
from capacity.learning.terms import Terms
from capacity.units import HALF

FEWEST_YEARS, FEWEST_LOST = 3, 5.0
"""Calendar years, and accounts lost in each on average, from which on differences can be told."""
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Years:
    """Accounts lost by calendar year.

    Attributes
    ----------
    years
        The years.
    lost, expected
        Accounts lost in each, and as their renewals or tenures of all years together have it.
    free
        Share of the losses that could have been in another year: 0 where all accounts began at
        once, so that a year cannot be told from a tenure.
    """

    years: IntArray
    lost: FloatArray
    expected: FloatArray
    free: float = 1.0

    @property
    def tell(self) -> bool:
        """Whether they are enough to tell how far years differ."""
        are_many = len(self.years) >= FEWEST_YEARS and self.expected.mean() >= FEWEST_LOST
        return bool(are_many and self.free >= HALF)

    @property
    def differ(self) -> bool:
        """Whether they differ beyond luck, by a χ² test."""
        from scipy.stats import chi2  # slow to import

        there = self.expected > 0
        expected = self.expected[there]
        pearson = ((self.lost[there] - expected) ** 2 / expected).sum()
        return bool(chi2.sf(pearson, len(expected) - 1) < UNLIKELY)

    def volatility(self) -> FloatArray:
        """Quantiles 0.1, 0.5 and 0.9 of the coefficient of variation of a year's factor."""
        return spread_of_counts(self.lost, self.expected)


def years_at_renewals(lives: Lives, terms: Terms, found: list[Retention]) -> Years:
    """Losses by the year of the renewal, beside the fitted chances of the renewals decided then."""
    years = _years(lives)
    lost, expected = np.zeros(len(years)), np.zeros(len(years))
    for one in found:
        here = lives.group == one.segment
        for j in range(1, int(terms.decided[here].max(initial=0)) + 1):
            day = terms.days(lives, j)
            decides = here & (terms.decided >= j) & (terms.unseen < j)
            expected += _counted(day[decides], years) * one.fitted(j)
            lost += _counted(day[decides & lives.ended & (terms.decided == j)], years)
    there = expected > 0
    return Years(years[there], lost[there], expected[there])


def years_by_tenure(lives: Lives) -> Years:
    """Losses by calendar year, beside those of the same month of tenure in all years."""
    years = _years(lives)
    groups = [_by_month(lives.of(group), years) for group in lives.groups()]
    days, lost = (np.concatenate(part) for part in zip(*groups, strict=True))
    share = days / np.maximum(days.sum(axis=1, keepdims=True), 1)
    left = lost.sum(axis=1, keepdims=True)
    there = days.sum(axis=0) > 0
    free = float((left * share * (1 - share)).sum() / max(left.sum(), 1))
    return Years(years[there], lost.sum(axis=0)[there], (left * share).sum(axis=0)[there], free)


def _by_month(own: Lives, years: IntArray) -> tuple[FloatArray, FloatArray]:
    """Days of accounts, and accounts lost, shape (months of tenure, years).

    A month of an account counts in the year of its last day.
    """
    month, day = months_and_days(own.starts)
    days, lost = [], []
    for tenure in range(int(own.months.max()) + 1):
        begins: DateArray = np.fmax(days_of(month + tenure, day), own.since)
        border = days_of(month + tenure + 1, day)
        ends: DateArray = np.minimum(own.after, border)
        there = ends > begins
        is_lost = there & own.ended & (own.after <= border)
        spent = (ends - begins)[there].astype(float)
        days.append(_counted(ends[there] - _DAY, years, spent))
        lost.append(_counted(ends[is_lost] - _DAY, years))
    return np.array(days), np.array(lost)


def _years(lives: Lives) -> IntArray:
    """From the first start to the day of the export."""
    first, last = _year(np.array([lives.starts.min(), lives.until])).tolist()
    return np.arange(first, last + 1)


def _year(days: DateArray) -> IntArray:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _counted(days: DateArray, years: IntArray, weights: FloatArray | None = None) -> FloatArray:
    """How many days lie in each year, or their weight."""
    borders = np.append(years, years[-1] + 1) - HALF
    return np.histogram(_year(days), borders, weights=weights)[0].astype(float)
