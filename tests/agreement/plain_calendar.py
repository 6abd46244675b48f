"""Periods the obvious way: every period is the list of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

import holidays as public_holidays
from plain_numbers import add_months, first_day, month_of, round_half_up, span_months, split_span

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The periods of a plan; period t of it may also be one before or after the plan."""

    start: date
    """The day the plan says."""
    weekly: bool
    months: int | None
    weeks: int | None

    @cached_property
    def first(self) -> date:
        """The first day of period 0."""
        if self.weekly:
            return self.start - timedelta(days=self.start.weekday())
        return self.start.replace(day=1)

    @cached_property
    def periods(self) -> int:
        """How many periods there are."""
        if self.weeks is not None:
            return self.weeks
        assert self.months is not None
        return self.holding(add_months(self.start, self.months) - DAY) + 1

    @property
    def years_each(self) -> float:
        """Δ."""
        return 7 / 365.25 if self.weekly else 1 / 12

    @property
    def months_each(self) -> float:
        """Length of a period in months."""
        return 84 / 365.25 if self.weekly else 1.0

    def begins(self, period: int) -> date:
        """The first day of a period."""
        if self.weekly:
            return self.first + timedelta(weeks=period)
        return first_day(month_of(self.first) + period)

    def holding(self, day: date) -> int:
        """The period that holds a day."""
        if self.weekly:
            return (day - self.first).days // 7
        return month_of(day) - month_of(self.first)

    def month(self, period: int) -> int:
        """The number of the month that a period belongs to: a week's is that of its Thursday."""
        return month_of(self.begins(period) + timedelta(days=3 if self.weekly else 0))

    def label(self, period: int) -> str:
        """2027-03 or 2027-W09."""
        day = self.begins(period)
        if self.weekly:
            return f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"
        return day.isoformat()[:7]

    def days(self, period: int) -> list[date]:
        """All days of a period."""
        length = (self.begins(period + 1) - self.begins(period)).days
        return [self.begins(period) + timedelta(days=i) for i in range(length)]

    def weekdays(self, period: int) -> list[date]:
        """Mondays to Fridays of a period."""
        return [day for day in self.days(period) if day.weekday() < 5]

    def working_days(self, country: str | None, period: int) -> list[date]:
        """Mondays to Fridays of a period that are no public holidays."""
        return [day for day in self.weekdays(period) if not is_closed(country, day)]

    def part_of_year(self, period: int) -> float:
        """The period's share of the Mondays to Fridays of its calendar year."""
        return len(self.weekdays(period)) / weekdays_of_year(self.month(period) // 12)

    def part_of_month(self, period: int) -> float:
        """The period's share of its month: as many as there are periods that belong to it."""
        month = self.month(period)
        return 1 / sum(self.month(t) == month for t in range(period - 5, period + 6))

    def ends_fiscal(self, period: int, months: int, fiscal_start: int) -> bool:
        """Whether the last day of a fiscal quarter, half or year lies in a period."""
        ends = [day for day in self.days(period) if (day + DAY).day == 1]
        return any((month_of(day) - (fiscal_start - 1) + 1) % months == 0 for day in ends)

    def whole(self, span: str) -> int:
        """A span in whole periods, halves upwards."""
        count, unit = split_span(span)
        if self.weekly and unit != "month":
            return round_half_up(count if unit == "week" else count / 7)
        return round_half_up(span_months(span) / self.months_each)

    def whole_months(self, months: float) -> int:
        """A number of months in whole periods, halves upwards."""
        return round_half_up(months / self.months_each)

    def completed_months(self, tenure: int) -> int:
        """Months that are over after so many periods."""
        return int(tenure * 84 / 365.25) if self.weekly else tenure

    def years_before(self, period: int) -> int:
        """Anniversaries of the start on or before the first day of a period."""
        years = 0
        while add_months(self.start, 12 * (years + 1)) <= self.begins(period):
            years += 1
        return years

    @cached_property
    def first_year(self) -> int:
        """How many periods begin within the first year."""
        return sum(self.years_before(t) == 0 for t in range(self.periods))

    @cached_property
    def year_ends(self) -> list[int]:
        """Periods in which the years of the plan end."""
        if self.months is None:
            return list(range(51, self.periods, 52))
        years = range(1, self.months // 12 + 1)
        return [self.holding(add_months(self.start, 12 * year) - DAY) for year in years]


def read_calendar(horizon: dict[str, Any]) -> Calendar:
    """The calendar of a `horizon`."""
    start = str(horizon["start"])
    return Calendar(
        start=date.fromisoformat(start if len(start) > 7 else f"{start}-01"),
        weekly=horizon.get("step") == "week",
        months=horizon.get("months"),
        weeks=horizon.get("weeks"),
    )


@cache
def weekdays_of_year(year: int) -> int:
    """Mondays to Fridays of a year."""
    days = (date(year, 1, 1) + timedelta(days=i) for i in range(366))
    return sum(day.year == year and day.weekday() < 5 for day in days)


@cache
def is_closed(country: str | None, day: date) -> bool:
    """Whether a day is a public holiday."""
    if country is None:
        return False
    # an observed New Year's Day may fall into the year before
    return day in closed_days(country, day.year)


@cache
def closed_days(country: str, year: int) -> frozenset[date]:
    """The public holidays of a year and the next."""
    return frozenset(public_holidays.country_holidays(country, years=[year, year + 1]))
