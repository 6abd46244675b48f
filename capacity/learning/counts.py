"""Events against the time in which they could have happened: rates, and the seasons of a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.calendar import DateArray
from capacity.learning.lives import Lives
from capacity.learning.posterior import Rate, excess, is_too_little
from capacity.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

UNLIKELY = 0.01
"""Chance below which a difference is not taken for luck."""
_YEARS = 2


@dataclass(frozen=True)
class Found:
    """The rate of a task in a segment.

    Attributes
    ----------
    task, segment
        Of what.
    accounts, events, years
        Accounts, what happened, and account-years in which it could.
    rate
        The posterior, a year and account.
    spread
        Coefficient of variation of the accounts' own rates, beyond luck.
    p_value
        Chance of counts that differ as much if all accounts had one rate.
    counts
        Accounts with 0, 1, 2 … events.
    """

    task: str
    segment: str
    accounts: int
    events: int
    years: float
    rate: Rate
    spread: float
    p_value: float
    counts: IntArray

    @property
    def tells(self) -> bool:
        """Whether there is enough to learn a rate from."""
        return not is_too_little(self.events, self.years)

    @property
    def differ(self) -> bool:
        """Whether accounts differ more than luck would have it."""
        return self.p_value < UNLIKELY


@dataclass(frozen=True)
class Period:
    """The time that the events are known of: from a day on, until the day before another."""

    since: np.datetime64
    after: np.datetime64

    def exposure(self, starts: DateArray, after: DateArray) -> FloatArray:
        """Years of each account in it."""
        begins, ends = np.maximum(starts, self.since), np.minimum(after, self.after)
        return np.maximum((ends - begins).astype(float), 0.0) / DAYS_PER_YEAR

    def months(self) -> Iterator[tuple[int, Period]]:
        """Its calendar months, 0 for January, each as a period."""
        month = self.since.astype("datetime64[M]")
        while month.astype("datetime64[D]") < self.after:
            first, last = (m.astype("datetime64[D]") for m in (month, month + 1))
            yield (
                int(month.astype(np.int64) % MONTHS_PER_YEAR),
                Period(max(first, self.since), min(last, self.after)),
            )
            month = month + 1


def found_of(task: str, segment: str, count: FloatArray, exposure: FloatArray) -> Found:
    """The rate from the events of each account, and the years in which each could have had them.

    Where accounts differ, a count of all of them has 1 + α·rate·Σyears²/Σyears times the variance
    of a Poisson count, α the squared coefficient of variation of their rates. The posterior is as
    much wider.
    """
    from scipy.stats import chi2  # slow to import

    events, years = float(count.sum()), float(exposure.sum())
    expected = events / years * exposure
    alpha = excess(count, expected)
    inflation = 1 + alpha * (events / years) * float((exposure**2).sum()) / years
    p_value = 1.0
    if events:
        pearson = float(((count - expected) ** 2 / expected).sum())
        p_value = float(chi2.sf(pearson, max(len(count) - 1, 1)))
    rate = Rate.of(events, years, inflation)
    counts = np.bincount(count.astype(np.int64))
    return Found(task, segment, len(count), int(events), years, rate, alpha**0.5, p_value, counts)


def seasons_of(days: DateArray, lives: Lives, period: Period) -> FloatArray | None:
    """Twelve weights, where the months differ more than luck would have it, in years enough.

    Each month leans on the mean month: (events + 1/α)/(expected + 1/α), α the squared coefficient
    of variation of the months, by moments.
    """
    from scipy.stats import chi2  # slow to import

    exposure, seen = np.zeros(MONTHS_PER_YEAR), np.zeros(MONTHS_PER_YEAR)
    for month, part in period.months():
        exposure[month] += part.exposure(lives.starts, lives.after).sum()
        seen[month] += part.after - part.since >= np.timedelta64(28, "D")
    if (seen < _YEARS).any() or not (exposure > 0).all():
        return None
    months = days.astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR
    count = np.bincount(months, minlength=MONTHS_PER_YEAR).astype(float)
    expected = count.sum() * exposure / exposure.sum()
    alpha = excess(count, expected)
    pearson = ((count - expected) ** 2 / expected).sum()
    if alpha == 0 or chi2.sf(pearson, MONTHS_PER_YEAR - 1) > UNLIKELY:
        return None
    weights = (count + 1 / alpha) / (expected + 1 / alpha)
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def weights_of(
    seasons: FloatArray | None, lives: Lives, period: Period, exposure: FloatArray
) -> FloatArray:
    """Weight of each account's time by the months that it was there."""
    if seasons is None:
        return np.ones(len(lives))
    total = np.zeros(len(lives))
    for month, part in period.months():
        total += seasons[month] * part.exposure(lives.starts, lives.after)
    return np.divide(total, exposure, out=np.ones(len(lives)), where=exposure > 0)
