"""Which accounts keep their names, and which are counted together.

Accounts whose work, dates and churn are the same are exchangeable. A *cohort* is a set of them of
which only the number and the revenue are known: how many are lost is binomial, and the revenue
they take along has the moments of a sample without replacement.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, distinct_rows
from capacity.book.accounts import Book
from capacity.engine.classes import Classes
from capacity.engine.dealing import new_arr
from capacity.engine.frailty import differing
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.model.retention import hazard
from capacity.rng import KeyArray, keys
from capacity.scenario.document import Plan
from capacity.scenario.segment import NewAccounts

LARGE = 1 / 500
"""Share of the book's revenue above which an account always keeps its name."""
WORTH = 50
"""Accounts that are alike from which on counting is cheaper than naming."""
_STEP = 0.05
"""How far apart, on the logarithmic scale, hazards of accounts may lie that count as alike."""


@dataclass(frozen=True)
class Cohorts:
    """The cohorts of a book, one value for each, and the accounts that keep their names.

    Attributes
    ----------
    named
        Accounts of the book that are none of a cohort's.
    of_class
        Class of its accounts.
    completed
        Renewals behind them, as far as these matter for churn.
    own
        Yearly hazard of the accounts' own, NaN where the segment's holds.
    number, arr, spread
        How many they are, what they pay together, and the standard deviation of what one pays.
    luck
        The cohort's luck.
    """

    named: IntArray
    of_class: IntArray
    completed: IntArray
    own: FloatArray
    number: FloatArray
    arr: FloatArray
    spread: FloatArray
    luck: KeyArray

    def __len__(self) -> int:
        return len(self.of_class)

    def of(self, wanted: IntArray) -> tuple[IntArray, IntArray]:
        """Which of some classes are a single cohort, and these cohorts."""
        order = np.argsort(self.of_class, kind="stable")
        place = np.searchsorted(self.of_class[order], wanted)
        there = np.flatnonzero(np.append(self.of_class[order], -1)[place] == wanted)
        return there, order[place[there]]


def counts_new_accounts(plan: Plan, new: NewAccounts) -> bool:
    """Whether accounts to be won are counted instead of named."""
    if plan.simulation.resolution != "auto":
        return plan.simulation.resolution == "cohort"
    if new.by_month is not None:
        return max(new.by_month.values(), default=0) >= WORTH
    yearly = max(v.mean for v in new.per_year.versions) if new.per_year else 0.0
    return yearly * max(new.seasonality or (1.0,)) / plan.horizon.periods.step.per_year >= WORTH


def build_cohorts(scenario: Scenario, territories: Territories, classes: Classes) -> Cohorts:
    """Form the cohorts of a book and of those to be won, as far as the `resolution` allows."""
    book = _of_book(scenario, territories, classes)
    won = _to_be_won(scenario.plan, territories, classes)
    if not len(won):
        return book
    columns = [field.name for field in fields(Cohorts) if field.name != "named"]
    joined = (np.concatenate([getattr(book, name), getattr(won, name)]) for name in columns)
    return Cohorts(book.named, *joined)


def _to_be_won(plan: Plan, territories: Territories, classes: Classes) -> Cohorts:
    """Empty cohorts, which are filled when their accounts are won."""
    segments = list(plan.segments.values())
    together = np.array(
        [bool(s.new_accounts and counts_new_accounts(plan, s.new_accounts)) for s in segments]
    )
    renews = classes.is_new & (classes.decision < plan.horizon.periods.count)
    c = np.flatnonzero(renews & together[classes.segment])
    none = np.zeros(len(c))
    variance = []
    for s, t, period in zip(
        classes.segment[c], classes.territory[c].tolist(), classes.joins[c], strict=True
    ):
        arr = new_arr(plan, segments[s]).on(plan.horizon.periods.day(period))
        variance.append(territories.deals[s].variance(t, period, arr))
    names = _names(plan, territories, classes, c, none, none)
    return Cohorts(
        named=np.zeros(0, dtype=np.int64),
        of_class=c,
        completed=np.zeros(len(c), dtype=np.int64),
        own=np.full(len(c), np.nan),
        number=none,
        arr=none,
        spread=np.sqrt(variance),
        luck=keys(("won", *name) for name in names),
    )


def _of_book(scenario: Scenario, territories: Territories, classes: Classes) -> Cohorts:
    plan, book = scenario.plan, scenario.book
    own = hazard(book.churn)
    completed = _ages(plan, book)
    alike = np.stack([classes.of_row, completed, _alike(plan, own)]).T
    _, group = distinct_rows(alike)
    counted = _counted(plan, book, group, np.bincount(group))
    found, place = distinct_rows(group[counted, None])
    rows = np.flatnonzero(counted)
    first = np.zeros(len(found), dtype=np.int64)
    first[place[::-1]] = rows[::-1]
    number = np.bincount(place, minlength=len(found)).astype(float)

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(place, values, len(found)).astype(float)

    arr = total(book.arr[rows])
    off = book.arr[rows] - (arr / number)[place]
    of_class = classes.of_row[first]
    return Cohorts(
        named=np.flatnonzero(~counted),
        of_class=of_class,
        completed=completed[first],
        own=total(own[rows]) / number,
        number=number,
        arr=arr,
        spread=np.sqrt(total(off**2) / number),
        luck=keys(_names(plan, territories, classes, of_class, completed[first], alike[first, 2])),
    )


def _ages(plan: Plan, book: Book) -> IntArray:
    """Renewals behind each account, as far as these matter for its churn."""
    lists = np.array([len(segment.yearly_churn) for segment in plan.segments.values()])
    listed = np.minimum(book.completed, lists[book.segment] - 1)
    differ = differing(plan)[book.segment] & np.isnan(book.churn)
    return np.where(differ, book.completed, listed)


def _alike(plan: Plan, own: FloatArray) -> IntArray:
    """Accounts of equal value have alike hazards of their own; −1 where they have none."""
    known = np.isfinite(own)
    if plan.simulation.resolution == "auto":
        level = np.round(np.log(np.where(own > 0, own, 1.0)) / _STEP).astype(np.int64)
        return np.where(known, np.where(own > 0, level + 10**6, 0), -1)
    return np.where(known, np.where(known, own, 0.0).view(np.int64), -1)


def _counted(plan: Plan, book: Book, group: IntArray, size: IntArray) -> BoolArray:
    """Whether each account is counted."""
    resolution = plan.simulation.resolution
    if resolution == "account":
        return np.zeros(len(book), dtype=bool)
    if resolution == "cohort":
        return size[group] > 1
    small = book.arr <= book.arr.sum() * LARGE
    tail = np.bincount(group, small, len(size))
    return small & (tail[group] >= WORTH)


def _names(
    plan: Plan,
    territories: Territories,
    classes: Classes,
    of_class: IntArray,
    completed: IntArray | FloatArray,
    alike: IntArray | FloatArray,
) -> list[tuple[object, ...]]:
    """What a cohort is, in words that no other account changes."""
    begin, segments = plan.horizon.periods.start, list(plan.segments)
    return [
        (
            "cohort",
            segments[classes.segment[c]],
            begin + classes.start[c],
            classes.starts[c],
            begin + classes.decision[c],
            classes.term[c],
            classes.complexity[c],
            classes.joins[c],
            renewals,
            churn,
            *territories.luck[classes.territory[c]],
        )
        for c, renewals, churn in zip(of_class, completed, alike, strict=True)
    ]
