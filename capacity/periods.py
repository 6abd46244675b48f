"""The periods of a plan: calendar months, or ISO weeks.

Whatever falls on a day falls into the period that holds it, and spans of time become whole
periods here, so that nobody else needs to know how long a period is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.calendar import (
    MONTH,
    WEEK,
    DateArray,
    Step,
    days_of,
    first_days,
    month_label,
    month_numbers,
    months_and_days,
    public_holidays,
)
from capacity.units import HALF, MONTHS_PER_YEAR, Span, round_half_up

NEVER = 10**6
"""A period after every plan, and after all that a plan looks ahead to."""
_DAY = np.timedelta64(1, "D")
_SPANS = ("month", "quarter", "year")


@dataclass(frozen=True)
class Periods:
    """The periods of a plan.

    Attributes
    ----------
    start
        Number of the first period, on the line of its `step`.
    count
        Number of periods.
    fiscal_year_start
        Calendar month, 1 to 12, in which the fiscal year begins.
    step
        Whether they are months or weeks.
    first
        The day on which the plan begins; None for the first day of the first period.
    months_long
        Length of the plan in months; None where it was given in periods.
    """

    start: int
    count: int
    fiscal_year_start: int = 1
    step: Step = MONTH
    first: dt.date | None = None
    months_long: int | None = None

    @classmethod
    def lasting_months(cls, first: dt.date, months: int, fiscal: int, step: Step) -> Periods:
        """From the period that holds a day to the one that holds the last day of some months."""
        begin = np.array([first], dtype="datetime64[D]")
        month, day = months_and_days(begin)
        start, last = step.numbers(np.append(begin, days_of(month + months, day) - _DAY)).tolist()
        return cls(start, last - start + 1, fiscal, step, first, months)

    @classmethod
    def lasting_weeks(cls, first: dt.date, weeks: int, fiscal: int) -> Periods:
        """So many weeks from the one that holds a day."""
        start = int(WEEK.numbers(np.array([first], dtype="datetime64[D]"))[0])
        return cls(start, weeks, fiscal, WEEK, first)

    # --- what each period is called, and when it is ----------------------------------------------

    @cached_property
    def numbers(self) -> IntArray:
        """Their numbers, which name the luck of a period; shape (periods,)."""
        return np.arange(self.start, self.start + self.count)

    @cached_property
    def labels(self) -> list[str]:
        """Names of the periods, such as ``2027-03`` or ``2027-W09``."""
        return self.step.labels(self.numbers)

    @cached_property
    def labels_in_words(self) -> list[str]:
        """The same with the Monday of a week: ``2027-W09 (Monday 1 March 2027)``."""
        if not self.step.sees_days:
            return self.labels
        days = [said(day) for day in self.first_days[:-1]]
        return [f"{label} (Monday {day})" for label, day in zip(self.labels, days, strict=True)]

    @property
    def in_words(self) -> str:
        """From when to when: ``2027-02 to 2028-01``, of weeks with the days."""
        text = f"{self.labels[0]} to {self.labels[-1]}"
        if not self.step.sees_days:
            return text
        return f"{text} ({said(self.first_days[0])} to {said(self.first_days[-1] - _DAY)})"

    @property
    def year_in_words(self) -> str:
        """What counts as a year of the plan."""
        if self.months_long is None:
            return f"{self.step.year} {self.step.name}s"
        return f"{MONTHS_PER_YEAR} months"

    @property
    def length_in_words(self) -> str:
        """How long the plan is: ``36 months``; a plan of a year says `year_in_words`."""
        number, name = self.months_long, "month"
        if number is None:
            number, name = self.count, self.step.name
        return f"{number} {name}{'s' * (number != 1)}"

    @cached_property
    def first_days(self) -> DateArray:
        """First day of every period and of the one after the last, shape (periods + 1,)."""
        return self.step.first_days(np.append(self.numbers, self.start + self.count))

    @cached_property
    def begin(self) -> np.datetime64:
        """The day on which the plan begins."""
        return self.first_days[0] if self.first is None else np.datetime64(self.first, "D")

    @cached_property
    def months(self) -> IntArray:
        """The months to which the periods belong, on the line of months, shape (periods,)."""
        return self.step.months(self.numbers)

    @cached_property
    def calendar_month(self) -> IntArray:
        """January is 0, shape (periods,)."""
        return self.months % MONTHS_PER_YEAR

    @cached_property
    def calendar_year(self) -> IntArray:
        """As 2027, shape (periods,)."""
        return self.months // MONTHS_PER_YEAR

    @property
    def years_each(self) -> float:
        """Length of a period in years, Δ of the model."""
        return self.step.years_each

    @cached_property
    def elapsed_years(self) -> FloatArray:
        """Years from the beginning to the end of each period, shape (periods,)."""
        return self.years_each * np.arange(1, self.count + 1, dtype=np.float64)

    # --- from days and spans to periods ----------------------------------------------------------

    def holding(self, days: DateArray) -> IntArray:
        """The periods that hold some days; negative before the plan, `count` and more after it."""
        return self.step.numbers(days) - self.start

    def of_month(self, month: int) -> int:
        """The period that holds the first day of a month; see `holding`."""
        return int(self.holding(first_days(np.array([month])))[0])

    def day(self, period: int) -> dt.date:
        """The first day of a period, whose values it has."""
        day: dt.date = self.first_days[period].item()
        return day

    def first_from(self, day: dt.date) -> int:
        """The first period that has the values of a day; `count` and more after all of them."""
        if np.datetime64(day) <= self.begin:
            return 0
        there = self.holding(np.array([day], dtype="datetime64[D]"))
        first = self.step.first_days(there + self.start)
        return int(there[0] + (first[0] < np.datetime64(day)))

    def within(self, month: int, months: int) -> range:
        """The periods of the plan that belong to so many months from one on."""
        first, after = np.searchsorted(self.months, [month, month + months]).tolist()
        return range(first, after)

    def rounded(self, span: Span | None) -> int:
        """A span in whole periods, half up; 0 for none."""
        return round_half_up(self.step.periods_in(span)) if span else 0

    def rounded_months(self, months: FloatArray) -> IntArray:
        """Numbers of months in whole periods, half up."""
        return np.floor(months * self.step.in_a_month + HALF).astype(np.int64)

    def is_shorter(self, span: Span) -> bool:
        """Whether a span is shorter than a period."""
        return span.days < self.step.days_each

    def by_tenure(self, output: FloatArray) -> FloatArray:
        """What is given by completed months, by completed periods; the first axis is the time."""
        tenure = np.arange(int(len(output) * self.step.in_a_month) + 2)
        month = self.step.completed_months(tenure)
        return output[month[month < len(output)]]

    # --- years of the plan -----------------------------------------------------------------------

    def _anniversaries(self, years: int) -> DateArray:
        """The first so many anniversaries of the day on which the plan begins."""
        month, day = months_and_days(np.array([self.begin]))
        return days_of(month + MONTHS_PER_YEAR * np.arange(1, years + 1), day)

    @cached_property
    def year_ends(self) -> IntArray:
        """The periods that end each whole year of the plan."""
        if self.months_long is None:
            return np.arange(self.step.year - 1, self.count, self.step.year)
        return self.holding(self._anniversaries(self.months_long // MONTHS_PER_YEAR) - _DAY)

    @cached_property
    def anniversaries(self) -> IntArray:
        """How many anniversaries of its first day a plan has had when a period begins."""
        passed = self._anniversaries(int(self.count * self.years_each) + 1)
        return np.searchsorted(passed, self.first_days[:-1], side="right")

    @property
    def first_year(self) -> int:
        """Number of periods that begin within the first year of the plan."""
        return int((self.anniversaries == 0).sum())

    # --- longer periods --------------------------------------------------------------------------

    @property
    def spans(self) -> tuple[str, ...]:
        """By what the periods can be grouped; their own kind comes first."""
        return tuple(dict.fromkeys((self.step.name, *_SPANS)))

    def labels_by(self, span: str) -> list[str]:
        """For each period the label of the `month`, fiscal `quarter` or `year` it belongs to."""
        if span == self.step.name:
            return self.labels
        if span == "month":
            return [month_label(month) for month in self.months.tolist()]
        return self.fiscal_quarters() if span == "quarter" else self.fiscal_years()

    def fiscal_quarters(self) -> list[str]:
        """Label of the fiscal quarter of each period, such as ``FY27-Q1``."""
        quarter = self._into_fiscal_year(self.months) // 3 + 1
        return [f"{year}-Q{q}" for year, q in zip(self.fiscal_years(), quarter, strict=True)]

    def fiscal_years(self) -> list[str]:
        """Label of the fiscal year of each period; it bears the year in which it begins."""
        begins = (self.months - self._into_fiscal_year(self.months)) // MONTHS_PER_YEAR
        return [f"FY{year % 100:02d}" for year in begins]

    def ends_fiscal(self, months: int) -> BoolArray:
        """Whether a period holds the last day of a fiscal quarter, or of 6 or 12 months."""
        month = month_numbers(self.first_days)
        ended = month[1:] - 1
        return (ended >= month[:-1]) & ((self._into_fiscal_year(ended) + 1) % months == 0)

    def _into_fiscal_year(self, months: IntArray) -> IntArray:
        """Months of the fiscal year that are over when some months begin."""
        return (months - (self.fiscal_year_start - 1)) % MONTHS_PER_YEAR

    # --- working days ----------------------------------------------------------------------------

    def weekdays(self) -> FloatArray:
        """Mondays to Fridays in each period, shape (periods,)."""
        days = self.first_days
        return np.busday_count(days[:-1], days[1:]).astype(float)

    def share_of_year(self) -> FloatArray:
        """Each period's share of the Mondays to Fridays of its calendar year."""
        january = MONTHS_PER_YEAR * self.calendar_year
        days = np.busday_count(first_days(january), first_days(january + MONTHS_PER_YEAR))
        return self.weekdays() / days

    def share_of_month(self) -> FloatArray:
        """One over the number of periods that belong to the month of each."""
        edges = self.step.numbers(first_days(self.months)) - 1
        around = edges[:, None] + np.arange(7)
        alike = self.step.months(around.ravel()).reshape(around.shape) == self.months[:, None]
        return 1 / alike.sum(axis=1)

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
        return np.bincount(self.holding(inside), minlength=self.count).astype(float)

    def _holidays(self, calendar: str | None) -> DateArray:
        """Public holidays of the calendar years of the plan; none without a calendar."""
        if calendar is None:
            return np.zeros(0, dtype="datetime64[D]")
        first, last = (month_numbers(self.first_days[[0, -1]]) // MONTHS_PER_YEAR).tolist()
        found = public_holidays(calendar, range(first, last + 1))
        return np.array(sorted(found), dtype="datetime64[D]")

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


def said(day: np.datetime64 | dt.date) -> str:
    """``1 March 2027``, in English whatever the machine speaks."""
    year, month, number = str(day).split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
