"""Periods, working days and month arithmetic; the holidays library does the holidays.

A month is counted as ``year * 12 + month - 1``, so that spans of months are differences. A
period of the horizon is a calendar month.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import FloatArray, IntArray
from capacity.units import MONTHS_PER_YEAR

DateArray = NDArray[np.datetime64]


def month_number(year: int, month: int) -> int:
    """A calendar month on the line of months."""
    return year * MONTHS_PER_YEAR + month - 1


def month_label(number: int) -> str:
    """``2027-03`` for a month on the line of months."""
    return f"{number // MONTHS_PER_YEAR:04d}-{number % MONTHS_PER_YEAR + 1:02d}"


def first_day(number: int) -> dt.date:
    """The first day of a month."""
    return dt.date(number // MONTHS_PER_YEAR, number % MONTHS_PER_YEAR + 1, 1)


def month_numbers(days: DateArray) -> IntArray:
    """The months in which days lie."""
    return days.astype("datetime64[M]").astype(np.int64) + month_number(1970, 1)


def months_and_days(days: DateArray) -> tuple[IntArray, IntArray]:
    """The months in which days lie, and the day of the month, from 1."""
    months = days.astype("datetime64[M]")
    day = (days - months.astype(days.dtype)).astype(np.int64) + 1
    return months.astype(np.int64) + month_number(1970, 1), day


@dataclass(frozen=True)
class Periods:
    """The months of the plan.

    Attributes
    ----------
    start
        First month, on the line of months.
    count
        Number of months.
    fiscal_year_start
        Calendar month, 1 to 12, in which the fiscal year begins.
    """

    start: int
    count: int
    fiscal_year_start: int = 1

    years_each = 1 / MONTHS_PER_YEAR
    """Length of a period in years, Δ of the model."""

    @cached_property
    def months(self) -> IntArray:
        """Months on the line of months, shape (periods,)."""
        return np.arange(self.start, self.start + self.count)

    @cached_property
    def labels(self) -> list[str]:
        """Names of the periods, such as ``2027-03``."""
        return [month_label(m) for m in range(self.start, self.start + self.count)]

    @cached_property
    def first_days(self) -> DateArray:
        """First day of every period and of the one after the last, shape (periods + 1,)."""
        numbers = np.append(self.months, self.start + self.count) - month_number(1970, 1)
        return numbers.astype("datetime64[M]").astype("datetime64[D]")

    @property
    def calendar_month(self) -> IntArray:
        """January is 0, shape (periods,)."""
        return self.months % MONTHS_PER_YEAR

    def fiscal_quarters(self) -> list[str]:
        """Label of the fiscal quarter of each period, such as ``FY27-Q1``."""
        quarter = self._months_into_fiscal_year() // 3 + 1
        return [f"{year}-Q{q}" for year, q in zip(self.fiscal_years(), quarter, strict=True)]

    def fiscal_years(self) -> list[str]:
        """Label of the fiscal year of each period; it bears the year in which it begins."""
        begins = (self.months - self._months_into_fiscal_year()) // MONTHS_PER_YEAR
        return [f"FY{year % 100:02d}" for year in begins]

    def ends_fiscal(self, months: int) -> NDArray[np.bool_]:
        """Whether a period is the last of a fiscal quarter, half or year of so many months."""
        return (self._months_into_fiscal_year() + 1) % months == 0

    def _months_into_fiscal_year(self) -> IntArray:
        return (self.months - (self.fiscal_year_start - 1)) % MONTHS_PER_YEAR

    def weekdays(self) -> FloatArray:
        """Mondays to Fridays in each period, shape (periods,)."""
        days = self.first_days
        return np.busday_count(days[:-1], days[1:]).astype(float)

    def share_of_year(self) -> FloatArray:
        """Each period's share of the Mondays to Fridays of its calendar year."""
        year = self.first_days[:-1].astype("datetime64[Y]")
        january = year.astype("datetime64[D]")
        next_january = (year + np.timedelta64(1, "Y")).astype("datetime64[D]")
        return self.weekdays() / np.busday_count(january, next_january)

    def holidays_on_weekdays(self, calendar: str | None) -> FloatArray:
        """Public holidays, observed days included, that fall on Mondays to Fridays.

        Parameters
        ----------
        calendar
            Country, or country and subdivision (``DE-BY``); None has no holidays.
        """
        days = self._holidays(calendar)
        days = days[np.is_busday(days)]
        inside = days[(days >= self.first_days[0]) & (days < self.first_days[-1])]
        return np.bincount(month_numbers(inside) - self.start, minlength=self.count).astype(float)

    def _holidays(self, calendar: str | None) -> DateArray:
        """Public holidays of the calendar years of the plan; none without a calendar."""
        if calendar is None:
            return np.zeros(0, dtype="datetime64[D]")
        years = range(
            self.start // MONTHS_PER_YEAR, (self.start + self.count) // MONTHS_PER_YEAR + 1
        )
        return np.array(sorted(public_holidays(calendar, years)), dtype="datetime64[D]")

    def away_share(self, leave: DateArray, calendar: str | None) -> FloatArray:
        """Share of the working days of each period on which somebody is on leave.

        Parameters
        ----------
        leave
            The first day of the leave and the day after it.
        calendar
            Its public holidays are no working days; see `holidays_on_weekdays`.
        """
        days, closed = self.first_days, self._holidays(calendar)
        first, after = (np.clip(day, days[:-1], days[1:]) for day in leave)
        missed = np.busday_count(first, after, holidays=closed)
        return missed / np.maximum(np.busday_count(days[:-1], days[1:], holidays=closed), 1)


@lru_cache(maxsize=64)
def public_holidays(calendar: str, years: range) -> frozenset[dt.date]:
    """Public holidays of a country or its subdivision.

    Raises
    ------
    ValueError
        Where the calendar is not known.
    """
    import holidays  # slow to import

    country, _, subdivision = calendar.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    except NotImplementedError:
        message = f"no holidays are known for {calendar!r}. Write a country such as US, or DE-BY"
        raise ValueError(message) from None
    return frozenset(found)
