"""How far the years differ, beyond the luck of single accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.learning.lives import Lives
from capacity.learning.posterior import spread_of_counts
from capacity.units import DAYS_PER_YEAR

FEWEST_YEARS, FEWEST_LOST = 3, 5.0
"""Calendar years, and accounts lost in each on average, from which on differences can be told."""


@dataclass(frozen=True)
class Years:
    """Accounts lost by calendar year.

    Attributes
    ----------
    years
        The years.
    lost, expected
        Accounts lost in each, and at the hazards of all years together.
    """

    years: IntArray
    lost: FloatArray
    expected: FloatArray

    @property
    def tell(self) -> bool:
        """Whether they are enough to tell how far years differ."""
        return len(self.years) >= FEWEST_YEARS and self.expected.mean() >= FEWEST_LOST

    def volatility(self) -> FloatArray:
        """Quantiles 0.1, 0.5 and 0.9 of the coefficient of variation of a year's factor."""
        return spread_of_counts(self.lost, self.expected)


def years_of(lives: Lives) -> Years:
    """Losses by calendar year, beside those that the hazard of each segment would have given."""
    first = lives.starts.min().astype("datetime64[Y]")
    borders = np.arange(first, lives.until.astype("datetime64[Y]") + 2).astype("datetime64[D]")
    lost, expected = np.zeros(len(borders) - 1), np.zeros(len(borders) - 1)
    for group in lives.groups():
        own = lives.of(group)
        begins = np.maximum(own.starts, borders[:-1, None])
        ends = np.minimum(own.after, borders[1:, None])
        exposure = np.maximum((ends - begins).astype(float), 0.0).sum(axis=1) / DAYS_PER_YEAR
        last = own.after[own.ended] - np.timedelta64(1, "D")
        here, _ = np.histogram(last.astype("int64"), borders.astype("int64"))
        lost += here
        expected += exposure * own.ended.sum() / exposure.sum()
    there = expected > 0
    years = borders[:-1].astype("datetime64[Y]").astype(np.int64) + 1970
    return Years(years[there], lost[there], expected[there])
