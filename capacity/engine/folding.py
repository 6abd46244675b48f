"""When nothing tells two classes of accounts apart any longer, one of them takes the other in.

Accounts on monthly terms that were won in January and in April, and need a call each quarter, are
the same once they have been started. Without folding, every month of the plan would add a class
that decides in all the months after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.arrays import IntArray, distinct_rows
from capacity.engine.classes import BEFORE, Classes, counts_days, month_intervals
from capacity.engine.cohorts import Cohorts
from capacity.engine.frailty import differing
from capacity.periods import NEVER
from capacity.scenario.document import Plan


@dataclass(frozen=True)
class Folding:
    """Which class is taken in by which, and when.

    Attributes
    ----------
    period
        Period at whose end a class is taken in, one value for each class; after every plan for
        those that never are.
    host
        The class that takes it in; itself where none does.
    cohort
        The cohort of each class of which all accounts are one; −1 for others, which never fold.
    """

    period: IntArray
    host: IntArray
    cohort: IntArray

    def at(self, period: int) -> IntArray:
        """The classes that are taken in at the end of a period."""
        return np.flatnonzero(self.period == period)


def build_folding(plan: Plan, classes: Classes, cohorts: Cohorts) -> Folding:
    """Find the classes that become alike.

    From the period after both are settled on, they have the same work in every period and the same
    ends of terms. They are counted, since an account with a name keeps its own luck.
    """
    cohort = _single_cohorts(classes, cohorts)
    settled = np.full(len(classes), NEVER)
    host = np.arange(len(classes))
    cycle = np.ones(len(classes), dtype=np.int64)
    for index in range(len(plan.segments)):
        here = np.flatnonzero((classes.segment == index) & (cohort >= 0))
        rhythm = _rhythm(plan, index)
        if rhythm is not None:
            cycle[here], parts = rhythm
            ready = np.maximum(classes.decision - classes.term, classes.start + parts - 1)
            settled[here] = np.maximum(ready, np.maximum(classes.joins, 0))[here]
    some = np.flatnonzero(settled < plan.horizon.periods.count)
    _, group = distinct_rows(_what_stays(classes, cycle)[some])
    order = np.lexsort((some, settled[some], group))
    first = np.r_[True, np.diff(group[order]) > 0] if some.size else np.zeros(0, dtype=bool)
    host[some[order]] = some[order][
        np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    ]
    return Folding(np.where(host == np.arange(len(host)), NEVER, settled), host, cohort)


def _what_stays(classes: Classes, cycle: IntArray) -> IntArray:
    """What tells classes apart for good."""
    complexity = np.where(np.isnan(classes.complexity), -1.0, classes.complexity)
    return np.column_stack(
        [
            classes.territory,
            classes.vintage,
            classes.term,
            complexity.view(np.int64),
            classes.joins == BEFORE,
            classes.start_month % cycle,
            classes.start_day,
            classes.decision % classes.term,
        ]
    )


def _single_cohorts(classes: Classes, cohorts: Cohorts) -> IntArray:
    """The cohort of each class that is one, and has no churn of its own."""
    number = np.bincount(cohorts.of_class, minlength=len(classes))
    number += np.bincount(classes.of_row[cohorts.named], minlength=len(classes))
    found = np.full(len(classes), -1)
    found[cohorts.of_class] = np.arange(len(cohorts))
    own = np.zeros(len(classes), dtype=bool)
    own[cohorts.of_class] = np.isfinite(cohorts.own)
    return np.where((number == 1) & ~own, found, -1)


def _rhythm(plan: Plan, segment: int) -> tuple[int, int] | None:
    """Months after which all work comes again, and periods in which accounts are started.

    None where accounts of a segment never become alike: their chance to be lost follows from the
    renewals behind them, or their work from days.
    """
    name = list(plan.segments)[segment]
    periods, tasks = (
        plan.horizon.periods,
        [t for t in plan.tasks.values() if name in plan.segments_of(t)],
    )
    if periods.step.sees_days or any(counts_days(plan, task, name) for task in tasks):
        return None
    if len(plan.segments[name].yearly_churn) > 1 or differing(plan)[segment]:
        return None
    intervals = [months for task in tasks for months in month_intervals(task, name)]
    return math.lcm(*intervals), max(
        (t.most_parts(periods) for t in tasks if t.on == "start"), default=1
    )
