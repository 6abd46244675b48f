"""Accounts that are alike in all but name and revenue are counted together.

Every account keeps its own luck and its own fate; a class only says that the work they make and
the factors they feel are the same, so that these are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, distinct_rows
from capacity.book.accounts import Book
from capacity.calendar import DateArray, Periods
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.scenario.document import Plan
from capacity.scenario.task import Task
from capacity.units import DAYS_PER_MONTH, LONGEST_SPAN

_COLUMNS = (
    "segment",
    "territory",
    "vintage",
    "joins",
    "start",
    "starts",
    "decision",
    "term",
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
    starts
        First day; only exact where a task counts in days.
    decision
        Period at whose end the first term within the horizon ends.
    term
        Months of a contract.
    complexity
        Of the accounts' own; NaN where the segment's holds.
    vintage
        Index into the vintages.
    is_new
        Whether its accounts are won during the plan in unknown number.
    vintages
        Of each vintage: territory, and period of the start (`BEFORE` for all from before).
    of_row
        Class of each account of the book.
    """

    segment: IntArray
    territory: IntArray
    joins: IntArray
    start: IntArray
    starts: DateArray
    decision: IntArray
    term: IntArray
    complexity: FloatArray
    vintage: IntArray
    is_new: BoolArray
    vintages: list[tuple[int, int]]
    of_row: IntArray

    def __len__(self) -> int:
        return len(self.segment)

    def inside(self, territories: Sequence[int]) -> slice | IntArray:
        """The classes of some territories: a slice where these are neighbours."""
        found = np.flatnonzero(np.isin(self.territory, territories))
        if not found.size or found[-1] - found[0] == len(found) - 1:
            return slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0)
        return found

    def renewing_wins(self, segments: int, periods: int) -> BoolArray:
        """Whether accounts won in a period renew within the plan, shape (segments, periods).

        It is the same in all territories of a segment.
        """
        out = np.zeros((segments, periods), dtype=bool)
        again = self.is_new & (self.decision < periods)
        out[self.segment[again], self.joins[again]] = True
        return out


def day_interval(task: Task, segment: str) -> float | None:
    """Interval in days of a task that comes less often than every period, by no whole months."""
    span = task.every.of(segment) if task.every else None
    if span is None or span.years <= Periods.years_each:
        return None
    return None if month_interval(task, segment) else span.months * DAYS_PER_MONTH


def month_interval(task: Task, segment: str) -> int | None:
    """Interval in whole months of a task that counts in months."""
    span = task.every.of(segment) if task.every else None
    if span is None or span.unit != "month" or span.amount < 1 or span.amount % 1:
        return None
    return int(span.amount)


def build_classes(scenario: Scenario, territories: Territories) -> Classes:
    """Sort the accounts of the book, and those to be won, into classes."""
    plan, book = scenario.plan, scenario.book
    rows = np.vstack([_book_rows(plan, book, territories), _new_rows(plan, territories)])
    found, of_row = distinct_rows(rows)
    columns = {name: np.ascontiguousarray(found[:, i]) for i, name in enumerate(_COLUMNS)}
    pairs = list(zip(columns["territory"].tolist(), columns["vintage"].tolist(), strict=True))
    vintages = sorted(set(pairs))
    own = columns["complexity"] >= 0
    return Classes(
        segment=columns["segment"],
        territory=columns["territory"],
        joins=columns["joins"],
        start=columns["start"],
        starts=columns["starts"].astype("datetime64[D]"),
        decision=columns["decision"],
        term=columns["term"],
        complexity=np.where(own, columns["complexity"].view(np.float64), np.nan),
        vintage=np.array([vintages.index(pair) for pair in pairs], dtype=np.int64),
        is_new=columns["is_new"] == 1,
        vintages=vintages,
        of_row=of_row[: len(book)],
    )


def _feels_start(plan: Plan) -> BoolArray:
    """Segments in which the work at the start has an effect, so that vintages differ."""
    shown = []
    for name in plan.segments:
        tasks = [t for t in plan.tasks.values() if t.on == "start" and name in plan.segments_of(t)]
        shared = plan.shared_effect(name)
        shown.append(any(t.if_stopped or (shared and t.weight) for t in tasks))
    return np.array(shown, dtype=bool)


def _book_rows(plan: Plan, book: Book, territories: Territories) -> IntArray:
    """What makes a class, in the order of `_COLUMNS`; complexity by its bits, −1 for none."""
    begin = plan.horizon.start
    first = plan.horizon.periods.first_days[0]
    true_start = book.start_month - begin
    joins = np.where(book.starts <= first, BEFORE, true_start)
    exact = np.array([
        any(day_interval(t, s) for t in plan.tasks.values() if s in plan.segments_of(t))
        for s in plan.segments
    ])  # fmt: skip
    known = np.isfinite(book.complexity)
    bits = np.where(known, np.where(known, book.complexity, 0.0).view(np.int64), -1)
    days = np.where(exact[book.segment], book.starts.astype("datetime64[D]").astype(np.int64), 0)
    columns = (
        book.segment,
        territories.of_row,
        np.where(_feels_start(plan)[book.segment], np.maximum(true_start, BEFORE), BEFORE),
        joins,
        _equivalent_start(plan, true_start, book.segment),
        days,
        book.decision - begin,
        book.term,
        bits,
        np.zeros_like(joins),
    )
    return np.column_stack(columns).astype(np.int64)


def _equivalent_start(plan: Plan, start: IntArray, segment: IntArray) -> IntArray:
    """Starts of long ago, moved to the latest period that makes the same work."""
    moved = start.copy()
    for index, name in enumerate(plan.segments):
        tasks = [t for t in plan.tasks.values() if name in plan.segments_of(t)]
        cycle = math.lcm(*(month_interval(t, name) or 1 for t in tasks))
        recent = -max((t.parts for t in tasks if t.on == "start"), default=1)
        if cycle > LONGEST_SPAN:
            continue  # starts that are alike are too rare to look for
        old = (segment == index) & (start < recent)
        moved[old] = recent - 1 - (recent - 1 - start[old]) % cycle
    return moved


def _new_rows(plan: Plan, territories: Territories) -> IntArray:
    rows = []
    feels = _feels_start(plan)
    for index, segment in enumerate(plan.segments.values()):
        new = segment.new_accounts
        if new is None:
            continue
        begin, periods = plan.horizon.start, plan.horizon.months
        term = new.term or segment.term
        booked = new.by_month
        for t in range(periods):
            if booked is None or booked.get(begin + t, 0) > 0:
                day = int(plan.horizon.periods.first_days[t].astype(np.int64))
                vintage = t if feels[index] else BEFORE
                rows += [
                    [index, where, vintage, t, t, day, t + term - 1, term, -1, 1]
                    for where in territories.of_segment(index).tolist()
                ]
    return np.array(rows, dtype=np.int64).reshape(-1, len(_COLUMNS))
