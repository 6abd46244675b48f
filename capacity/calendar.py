"""Months, ISO weeks and public holidays; the holidays library does the holidays.

A month is counted as ``year * 12 + month - 1``, so that spans of months are differences. Weeks
have a line of their own. What a period of a plan is, a month or a week, is a `Step`.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import FloatArray, IntArray
from capacity.units import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR, MONTHS_PER_YEAR, Span

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


def first_days(numbers: IntArray) -> DateArray:
    """The first days of months."""
    months = numbers - month_number(1970, 1)
    return months.astype("datetime64[M]").astype("datetime64[D]")


def days_of(numbers: IntArray, day: IntArray | int) -> DateArray:
    """Days of months, counted from 1; the last of a month that is too short."""
    first = first_days(numbers)
    length = (first_days(numbers + 1) - first).astype(np.int64)
    return first + np.minimum(day, length) - 1


def months_between(starts: DateArray, ends: DateArray) -> FloatArray:
    """Whole calendar months from days to later ones, and the part of the month that runs then."""
    month, day = months_and_days(starts)
    last = month_numbers(ends)
    last = last - (ends < days_of(last, day))
    begins, next_one = days_of(last, day), days_of(last + 1, day)
    part = (ends - begins).astype(float) / (next_one - begins).astype(float)
    return (last - month) + part


class Step(Protocol):
    """The length of a period, and the line on which such periods are numbered.

    Attributes
    ----------
    name
        What a period is called.
    per_year, years_each, days_each
        Periods in a year, and a period in years (Δ of the model) and in days.
    in_a_month
        Periods in a month.
    year
        Periods that count as a year where a horizon is given in periods.
    sees_days
        Whether it matters on which day of a month something is.
    """

    name: str
    per_year: float
    years_each: float
    days_each: float
    in_a_month: float
    year: int
    sees_days: bool

    def numbers(self, days: DateArray) -> IntArray:
        """The periods that hold some days, on their line."""

    def first_days(self, numbers: IntArray) -> DateArray:
        """The first days of periods."""

    def months(self, numbers: IntArray) -> IntArray:
        """The months to which periods belong."""

    def labels(self, numbers: IntArray) -> list[str]:
        """Names of periods."""

    def periods_in(self, span: Span) -> float:
        """Length of a span in periods."""

    def completed_months(self, tenure: IntArray) -> IntArray:
        """Whole months that are over after so many periods."""

    def fewest(self, months: IntArray) -> IntArray:
        """Whole periods that lie between two dates so many months apart, at least."""


class MonthStep:
    """A period is a calendar month."""

    name = "month"
    per_year = float(MONTHS_PER_YEAR)
    years_each = 1 / MONTHS_PER_YEAR
    days_each = DAYS_PER_MONTH
    in_a_month = 1.0
    year = MONTHS_PER_YEAR
    sees_days = False

    def numbers(self, days: DateArray) -> IntArray:
        """The months of the days."""
        return month_numbers(days)

    def first_days(self, numbers: IntArray) -> DateArray:
        """The firsts."""
        return first_days(numbers)

    def months(self, numbers: IntArray) -> IntArray:
        """They themselves."""
        return numbers

    def labels(self, numbers: IntArray) -> list[str]:
        """``2027-03``."""
        return [month_label(number) for number in numbers.tolist()]

    def periods_in(self, span: Span) -> float:
        """Months."""
        return span.months

    def completed_months(self, tenure: IntArray) -> IntArray:
        """They themselves."""
        return tenure

    def fewest(self, months: IntArray) -> IntArray:
        """They themselves."""
        return months


class WeekStep:
    """A period is an ISO week, Monday to Sunday; what a day decides, its Thursday does (ISO 8601).

    Weeks are numbered on a line far from that of months, so that a draw that is found by the
    number of a week is never that of a month.
    """

    name = "week"
    per_year = DAYS_PER_YEAR / DAYS_PER_WEEK
    years_each = DAYS_PER_WEEK / DAYS_PER_YEAR
    days_each = float(DAYS_PER_WEEK)
    in_a_month = DAYS_PER_MONTH / DAYS_PER_WEEK
    year = 52
    sees_days = True

    _MONDAY = np.datetime64("1970-01-05")
    _FIRST = 10**6
    """Number of the week of that Monday; months of all years lie below those of all weeks."""
    _TO_THURSDAY = 3

    def numbers(self, days: DateArray) -> IntArray:
        """The weeks of the days."""
        return self._FIRST + (days - self._MONDAY).astype(np.int64) // DAYS_PER_WEEK

    def first_days(self, numbers: IntArray) -> DateArray:
        """The Mondays."""
        return self._MONDAY + (numbers - self._FIRST) * DAYS_PER_WEEK

    def months(self, numbers: IntArray) -> IntArray:
        """The months of the Thursdays."""
        return month_numbers(self.first_days(numbers) + self._TO_THURSDAY)

    def labels(self, numbers: IntArray) -> list[str]:
        """``2027-W09``, in the year of the Thursday."""
        thursdays = self.first_days(numbers) + self._TO_THURSDAY
        january = thursdays.astype("datetime64[Y]").astype("datetime64[D]")
        week = (thursdays - january).astype(np.int64) // DAYS_PER_WEEK + 1
        years = self.months(numbers) // MONTHS_PER_YEAR
        return [f"{y:04d}-W{w:02d}" for y, w in zip(years.tolist(), week.tolist(), strict=True)]

    def periods_in(self, span: Span) -> float:
        """Weeks."""
        return span.days / DAYS_PER_WEEK

    def completed_months(self, tenure: IntArray) -> IntArray:
        """Of 365.25 / 12 days each."""
        return np.floor(tenure * DAYS_PER_WEEK / DAYS_PER_MONTH).astype(np.int64)

    def fewest(self, months: IntArray) -> IntArray:
        """A February makes spans of the same number of months differ by up to three days."""
        begins = month_number(2027, 1) + np.arange(4 * MONTHS_PER_YEAR)  # 2028 is a leap year
        lasting = first_days(begins + months[..., None]) - first_days(begins)
        return lasting.min(axis=-1).astype(np.int64) // DAYS_PER_WEEK


MONTH, WEEK = MonthStep(), WeekStep()
NO_HOLIDAYS = "none"
"""The calendar of a pool, or of a person, that works through."""
STEPS: dict[str, Step] = {step.name: step for step in (MONTH, WEEK)}


@lru_cache(maxsize=64)
def public_holidays(calendar: str, years: range) -> frozenset[dt.date]:
    """Public holidays of a country or its subdivision; `none` has none.

    Raises
    ------
    ValueError
        Where the calendar is not known.
    """
    if calendar == NO_HOLIDAYS:
        return frozenset()
    import holidays  # slow to import

    country, _, subdivision = calendar.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    except NotImplementedError:
        mend = f"Write a country such as US, or DE-BY; or {NO_HOLIDAYS}"
        raise ValueError(f"no holidays are known for {calendar!r}. {mend}") from None
    return frozenset(found)
