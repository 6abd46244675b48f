"""When the terms of contracts end: a renewal date, and again after every term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import IntArray, distinct_rows
from capacity.calendar import days_of
from capacity.periods import NEVER
from capacity.scenario.document import Plan

NONE = -1
"""In place of the number of a renewal where none is decided."""
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


def ends_of(plan: Plan, month: IntArray, day: IntArray, term: IntArray) -> Terms:
    """The ends of terms; parameters as in `as_they_end`."""
    decisions, schedule = distinct_rows(_decisions(plan, month, day, term))
    count = plan.horizon.periods.count
    number_at = np.full((len(decisions), count), NONE)
    for turn, when in enumerate(decisions.T):
        inside = np.flatnonzero(when < count)
        number_at[inside, when[inside]] = turn
    return Terms(decisions, number_at, schedule)


def _decisions(plan: Plan, month: IntArray, day: IntArray, term: IntArray) -> IntArray:
    """Periods at whose end each term ends, shape (accounts, renewals)."""
    periods = plan.horizon.periods
    leads = (t.longest_lead(periods) for t in plan.tasks.values() if t.on == "renewal")
    reach = periods.count + max(leads, default=0)
    columns = [periods.holding(days_of(month, day) - _DAY)]
    while (columns[-1] < reach).any():
        later = periods.holding(days_of(month + len(columns) * term, day) - _DAY)
        columns.append(np.where(later < reach, later, NEVER))
    return np.column_stack(columns)


def as_they_end(
    plan: Plan, month: IntArray, day: IntArray, term: IntArray
) -> tuple[IntArray, IntArray]:
    """Month and day of renewals, one pair in place of all that end the same terms in all periods.

    Parameters
    ----------
    month
        Month of the first renewal, on the line of months.
    day
        Day of the month on which terms begin; the last of a month that is too short.
    term
        Length in months.
    """
    if not plan.horizon.periods.step.sees_days:
        return month + (day > 1), np.ones_like(day)
    found, of_found = distinct_rows(np.stack([month, day, term]).T)
    decisions = _decisions(plan, *found.T)
    _, alike = distinct_rows(np.column_stack([found[:, 2], decisions]))
    first = np.zeros(len(found), dtype=np.int64)
    first[alike[::-1]] = np.arange(len(found))[::-1]
    month, day, _ = found[first[alike][of_found]].T
    return month, day
