"""Accounts that are alike in all but name and revenue are counted together.

Every account keeps its own luck and its own fate; a class only says that the work they make and
the factors they feel are the same, so that these are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, distinct_rows
from capacity.book.accounts import Book
from capacity.calendar import DateArray, days_of, month_numbers, months_and_days
from capacity.engine.terms import NONE, Terms, as_they_end, ends_of
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.scenario.document import Plan
from capacity.scenario.task import Task
from capacity.units import LONGEST_SPAN, Span

_COLUMNS = (
    "segment",
    "territory",
    "vintage",
    "joins",
    "start",
    "start_month",
    "start_day",
    "starts",
    "decision",
    "term",
    "renewal_month",
    "renewal_day",
    "complexity",
    "is_new",
)

BEFORE = -1
"""Period of joining, or vintage, of accounts from before the horizon."""


@dataclass(frozen=True)
class Classes:
    """Classes of accounts, sorted by segment and territory; one value for each class.

    Attributes
    ----------
    segment, territory
        Index of the segment, and of the territory.
    joins
        Period in which its accounts join the book; `BEFORE` for the opening book.
    start
        Period of the start; of accounts from long ago, an equivalent one.
    start_month, start_day
        The same by month and day of the month, for tasks that count in months.
    starts
        First day; only exact where a task counts in days.
    decision
        Period at whose end the first term within the horizon ends.
    term
        Months of a contract.
    ends
        When their terms end.
    complexity
        Of the accounts' own; NaN where the segment's holds.
    vintage
        Index into the vintages.
    is_new
        Whether its accounts are won during the plan in unknown number.
    vintages
        Of each vintage: territory, and period of the start (`BEFORE` for all from before), by
        which they are sorted.
    of_row
        Class of each account of the book.
    count, arr
        Accounts of the book, and the revenue they pay together.
    """

    segment: IntArray
    territory: IntArray
    joins: IntArray
    start: IntArray
    start_month: IntArray
    start_day: IntArray
    starts: DateArray
    decision: IntArray
    term: IntArray
    ends: Terms
    complexity: FloatArray
    vintage: IntArray
    is_new: BoolArray
    vintages: list[tuple[int, int]]
    of_row: IntArray
    count: FloatArray
    arr: FloatArray

    def __len__(self) -> int:
        return len(self.segment)

    def inside(self, territories: Sequence[int]) -> slice | IntArray:
        """The classes of some territories: a slice where these are neighbours."""
        found = np.flatnonzero(np.isin(self.territory, territories))
        if not found.size or found[-1] - found[0] == len(found) - 1:
            return slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0)
        return found

    @cached_property
    def deciding(self) -> list[IntArray]:
        """Vintages of which accounts decide in a period, by period."""
        decides = self.ends.number_at[self.ends.schedule] != NONE
        return [np.unique(self.vintage[column]) for column in decides.T]

    def renewing_wins(self, segments: int, periods: int) -> BoolArray:
        """Whether accounts won in a period renew within the plan, shape (segments, periods).

        It is the same in all territories of a segment.
        """
        out = np.zeros((segments, periods), dtype=bool)
        again = self.is_new & (self.decision < periods)
        out[self.segment[again], self.joins[again]] = True
        return out


def counts_days(plan: Plan, task: Task, segment: str) -> bool:
    """Whether a task comes, at some time, no more often than every period and by no whole months.

    Such a task counts from the day on which an account began.
    """
    spans = _intervals(task, segment)
    shorter = plan.horizon.periods.is_shorter
    return any(not shorter(span) and in_whole_months(span) is None for span in spans)


def month_intervals(task: Task, segment: str) -> list[int]:
    """The intervals in whole months that a task has at some time."""
    return [months for span in _intervals(task, segment) if (months := in_whole_months(span))]


def _intervals(task: Task, segment: str) -> tuple[Span, ...]:
    every = task.every.of(segment) if task.every else None
    return every.versions if every else ()


def in_whole_months(span: Span) -> int | None:
    """A span as a number of months, where it counts in whole ones."""
    if span.unit != "month" or span.amount < 1 or span.amount % 1:
        return None
    return int(span.amount)


def build_classes(scenario: Scenario, territories: Territories) -> Classes:
    """Sort the accounts of the book, and those to be won, into classes."""
    plan, book = scenario.plan, scenario.book
    parts = _book_rows(plan, book, territories), _new_rows(plan, territories)
    found, of_row = distinct_rows(np.hstack([part.T for part in parts]).T)
    columns = {name: np.ascontiguousarray(found[:, i]) for i, name in enumerate(_COLUMNS)}
    pairs = list(zip(columns["territory"].tolist(), columns["vintage"].tolist(), strict=True))
    vintages = sorted(set(pairs), key=lambda pair: (pair[1], pair[0]))
    place = {pair: i for i, pair in enumerate(vintages)}
    own = columns["complexity"] >= 0
    plain = ("segment", "territory", "joins", "decision", "term")
    starts = ("start", "start_month", "start_day")
    return Classes(
        **{name: columns[name] for name in (*plain, *starts)},
        starts=columns["starts"].astype("datetime64[D]"),
        ends=ends_of(plan, columns["renewal_month"], columns["renewal_day"], columns["term"]),
        complexity=np.where(own, columns["complexity"].view(np.float64), np.nan),
        vintage=np.array([place[pair] for pair in pairs], dtype=np.int64),
        is_new=columns["is_new"] == 1,
        vintages=vintages,
        of_row=of_row[: len(book)],
        count=np.bincount(of_row[: len(book)], minlength=len(found)).astype(np.float64),
        arr=np.bincount(of_row[: len(book)], book.arr, len(found)).astype(np.float64),
    )


def _feels_start(plan: Plan) -> BoolArray:
    """Segments in which the work at the start has an effect, so that vintages differ."""
    shown = []
    for name in plan.segments:
        tasks = [t for t in plan.tasks.values() if t.on == "start" and name in plan.segments_of(t)]
        shared = plan.shared_effect(name)
        shown.append(any(t.if_stopped or (shared and t.has_weight) for t in tasks))
    return np.array(shown, dtype=bool)


def _book_rows(plan: Plan, book: Book, territories: Territories) -> IntArray:
    """What makes a class, in the order of `_COLUMNS`; complexity by its bits, −1 for none."""
    begun, of_begun = distinct_rows(np.stack([book.segment, _number(book.starts)]).T)
    due, of_due = distinct_rows(np.stack([_number(book.renewal), book.renews_on]).T)
    next_term: DateArray = due[:, 0].astype("datetime64[D]")
    decision = plan.horizon.periods.holding(next_term - np.timedelta64(1, "D"))
    month = month_numbers(next_term)[of_due]
    known = np.isfinite(book.complexity)
    columns = (
        book.segment,
        territories.of_row,
        *(column[of_begun] for column in _begun_rows(plan, *begun.T)),
        decision[of_due],
        book.term,
        *as_they_end(plan, month, book.renews_on, book.term),
        np.where(known, np.where(known, book.complexity, 0.0).view(np.int64), -1),
        np.zeros_like(book.term),
    )
    return np.stack(columns).astype(np.int64, copy=False).T


def _number(days: DateArray) -> IntArray:
    return days.astype("datetime64[D]").view(np.int64)


def _begun_rows(plan: Plan, segment: IntArray, day: IntArray) -> tuple[IntArray, ...]:
    """The columns from `vintage` to `starts` of accounts of a segment that start on a day."""
    starts = day.astype("datetime64[D]")
    start = plan.horizon.periods.holding(starts)
    joins = np.where(starts <= plan.horizon.periods.begin, BEFORE, start)
    feels = np.where(_feels_start(plan)[segment], np.maximum(start, BEFORE), BEFORE)
    exact = np.array([
        any(counts_days(plan, t, s) for t in plan.tasks.values() if s in plan.segments_of(t))
        for s in plan.segments
    ])  # fmt: skip
    equivalent = _equivalent_start(plan, segment, starts, start)
    return feels, joins, *equivalent, np.where(exact[segment], day, 0)


def _equivalent_start(
    plan: Plan, segment: IntArray, starts: DateArray, start: IntArray
) -> tuple[IntArray, ...]:
    """Period, month and day of starts; those of long ago moved to the latest that make as much."""
    periods = plan.horizon.periods
    month, day = months_and_days(starts)
    moved = start.copy()
    for index, name in enumerate(plan.segments):
        tasks = [t for t in plan.tasks.values() if name in plan.segments_of(t)]
        intervals = [n for t in tasks for n in month_intervals(t, name)]
        here = segment == index
        if not (intervals and periods.step.sees_days):
            day[here] = 1
        cycle = math.lcm(*intervals)
        if cycle > LONGEST_SPAN:
            continue  # starts that are alike are too rare to look for
        parts = [t.most_parts(periods) for t in tasks if t.on == "start"]
        recent = -max(parts, default=1)
        old = here & (start < recent)
        month[old] = _latest(plan, month[old], day[old], cycle, recent)
        moved[old] = periods.holding(days_of(month[old], day[old]))
    return moved, month, day


def _latest(plan: Plan, month: IntArray, day: IntArray, cycle: int, recent: int) -> IntArray:
    """The latest month, by whole cycles, in which a day of the month lies before a period."""
    periods = plan.horizon.periods
    before = periods.step.first_days(np.array([periods.start + recent])) - np.timedelta64(1, "D")
    most = month_numbers(before)
    most = most - (days_of(most, day) > before)
    latest: IntArray = most - (most - month) % cycle
    return latest


def _new_rows(plan: Plan, territories: Territories) -> IntArray:
    rows = [np.zeros((0, len(_COLUMNS)), dtype=np.int64)]
    feels = _feels_start(plan)
    periods = plan.horizon.periods
    for index, segment in enumerate(plan.segments.values()):
        new = segment.new_accounts
        if new is None:
            continue
        term = np.array([new.term or segment.term])
        t = (
            np.arange(periods.count)
            if new.by_month is None
            else np.flatnonzero(new.booked(periods))
        )
        here = territories.of_segment(index)
        t, where = np.repeat(t, len(here)), np.tile(here, len(t))
        starts = periods.first_days[t]
        month, day = months_and_days(starts)
        renewal = month + term
        decision = periods.holding(days_of(renewal, day) - np.timedelta64(1, "D"))
        rows.append(
            np.column_stack(
                np.broadcast_arrays(
                    index,
                    where,
                    t if feels[index] else BEFORE,
                    t,
                    t,
                    month,
                    day,
                    _number(starts),
                    decision,
                    term,
                    *as_they_end(plan, renewal, day, np.broadcast_to(term, t.shape)),
                    -1,
                    1,
                )
            )
        )
    return np.vstack(rows)
