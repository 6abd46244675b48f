"""When the terms of contracts end: a renewal date, and again after every term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import IntArray, distinct_rows
from capacity.calendar import DateArray, days_of, first_days, months_and_days
from capacity.scenario.document import Plan

NONE = -1
"""In place of the number of a renewal where none is decided."""
_NEVER = 10**6
"""A period after every plan, and after every lead."""
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Terms:
    """The ends of terms of some classes of accounts.

    Attributes
    ----------
    decisions
        Periods at whose end terms end, in ascending order, filled up by periods after every plan;
        shape (schedules, renewals). As far as work for them may fall due within the plan.
    number_at
        Which of these is decided in a period, `NONE` where none is; shape (schedules, periods).
    schedule
        The schedule of each class.
    """

    decisions: IntArray
    number_at: IntArray
    schedule: IntArray

    def renewal(self, classes: IntArray, period: int) -> IntArray:
        """Which renewal of the plan is decided of each class, counted from 0; `NONE` for none."""
        return self.number_at[self.schedule[classes], period]


def renewals_after(days: DateArray, months: IntArray) -> DateArray:
    """The days so many months later; the last of a month that is too short."""
    month, day = months_and_days(days)
    return days_of(month + months, day)


def ends_of(plan: Plan, renewal: DateArray, term: IntArray) -> Terms:
    """The ends of terms, from the first renewal dates and the lengths in months."""
    decisions, schedule = distinct_rows(_decisions(plan, renewal, term))
    count = plan.horizon.periods.count
    number_at = np.full((len(decisions), count), NONE)
    for turn, when in enumerate(decisions.T):
        inside = np.flatnonzero(when < count)
        number_at[inside, when[inside]] = turn
    return Terms(decisions, number_at, schedule)


def _decisions(plan: Plan, renewal: DateArray, term: IntArray) -> IntArray:
    """Periods at whose end each term ends, shape (accounts, renewals)."""
    periods = plan.horizon.periods
    leads = (t.lead_periods(periods) for t in plan.tasks.values() if t.on == "renewal")
    reach = periods.count + max(leads, default=0)
    columns = [periods.holding(renewal - _DAY)]
    while (columns[-1] < reach).any():
        later = periods.holding(renewals_after(renewal, len(columns) * term) - _DAY)
        columns.append(np.where(later < reach, later, _NEVER))
    return np.column_stack(columns)


def as_they_end(plan: Plan, renewal: DateArray, term: IntArray) -> DateArray:
    """Renewal dates, one in place of all that end the same terms in the same periods."""
    month, day = months_and_days(renewal)
    if not plan.horizon.periods.step.sees_days:
        return first_days(month + (day > 1))
    term = np.broadcast_to(term, renewal.shape)
    dates, of_date = distinct_rows(np.column_stack([renewal.astype(np.int64), term]))
    days = dates[:, 0].astype("datetime64[D]")
    rows = np.column_stack([dates[:, 1], _decisions(plan, days, dates[:, 1])])
    _, alike = distinct_rows(rows)
    first = np.full(alike.max(initial=-1) + 1, np.datetime64("9999-12-31"))
    np.minimum.at(first, alike, days)
    return first[alike][of_date]
