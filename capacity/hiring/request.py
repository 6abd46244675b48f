"""What is asked of a hiring plan: how much is covered, how surely, from when on, within what."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from capacity import units
from capacity.arrays import IntArray
from capacity.calendar import month_label
from capacity.engine.layout import Layout
from capacity.errors import QuestionError
from capacity.hiring.hires import Hires, own_hires
from capacity.scenario.days import read_month
from capacity.scenario.document import Plan

MOST_SEATS = 5_000
"""Seats that are added to a pool in one month at most."""


@dataclass(frozen=True)
class Request:
    """What a plan of hires has to reach, and within what.

    Attributes
    ----------
    coverage
        Share of the work of each pool that is to be done in every period; None for the role's own
        `coverage_target`.
    confidence
        Share of the futures in which that has to hold.
    by
        First period from which on it has to hold.
    priority
        Last priority of the work that counts; None for all work.
    pools
        Indices of the pools that have such work and seats of their own.
    months
        Months in which somebody may be hired.
    free
        Seats that may still be added in each of these months, over all pools; None for any number.
    frozen
        Months in which nobody may be hired.
    most
        Hires in a month at most, those of the scenario included; None for any number.
    budget
        Expected cost of the team over the plan at most; None for any.
    """

    coverage: float | None
    confidence: float
    by: int
    priority: int | None
    pools: tuple[int, ...]
    months: tuple[int, ...]
    free: tuple[int, ...] | None
    frozen: tuple[int, ...]
    most: int | None
    budget: float | None

    def allows(self, hires: Hires) -> bool:
        """Whether hires keep to the months, and to the number of them in each."""
        months = {month for _, month in hires}
        if not months <= set(self.months):
            return False
        if self.free is None:
            return True
        free = dict(zip(self.months, self.free, strict=True))
        return all(hires.of_month(month) <= free[month] for month in months)

    def hires(self, seats: IntArray) -> Hires:
        """Hires from seats, shape (pools, months)."""
        return Hires.of(
            {
                (pool, month): int(seats[row, column])
                for row, pool in enumerate(self.pools)
                for column, month in enumerate(self.months)
            }
        )

    def seats(self, hires: Hires) -> IntArray:
        """The same the other way round."""
        found = np.zeros((len(self.pools), len(self.months)), dtype=np.int64)
        for (pool, month), n in hires.counts:
            found[self.pools.index(pool), self.months.index(month)] = n
        return found

    def later(self, hires: Hires, month: int) -> int | None:
        """The next month in which one of some hires may start in place of a month."""
        later = (m for m in self.months if m > month)
        return next((m for m in later if self._has_room(hires, m)), None)

    def _has_room(self, hires: Hires, month: int) -> bool:
        if self.free is None:
            return True
        return hires.of_month(month) < self.free[self.months.index(month)]


@dataclass(frozen=True)
class Asked:
    """The same as it was asked, before anything is known of the scenario; see `capacity.plan`."""

    coverage: float | str | None = None
    confidence: float | str = 0.9
    by: str | None = None
    priority: int | None = None
    max_hires_per_month: int | None = None
    freeze: Iterable[str] = ()
    budget: float | str | None = None

    def of(self, layout: Layout) -> Request:
        """What it means for a scenario.

        Raises
        ------
        QuestionError
            With everything that is wrong with it, a line each.
        """
        reading = _Reading(layout)
        months = [self.freeze] if isinstance(self.freeze, str) else self.freeze
        frozen = tuple(sorted({reading.month("freeze", text) for text in months}))
        pools = reading.pools(self.priority)
        request = Request(
            coverage=reading.coverage(self.coverage),
            confidence=reading.confidence(self.confidence),
            by=reading.by(self.by, pools),
            priority=self.priority,
            pools=pools,
            months=(),
            free=None,
            frozen=frozen,
            most=reading.most(self.max_hires_per_month),
            budget=reading.budget(self.budget),
        )
        if reading.wrong:
            raise QuestionError("\n".join(reading.wrong))
        return with_months(layout, request)


def with_months(layout: Layout, request: Request) -> Request:
    """The request with the months that it leaves open, and how many may be hired in each."""
    periods = layout.plan.horizon.periods
    first, last = int(periods.months[0]), int(periods.months[-1])
    inside = (m for m in range(first, last + 1) if 0 <= periods.of_month(m) < periods.count)
    months = tuple(month for month in inside if month not in request.frozen)
    free = None
    if request.most is not None:
        own = (own_hires(layout.scenario, month) for month in months)
        free = tuple(max(request.most - n, 0) for n in own)
    return replace(request, months=months, free=free)


class _Reading:
    """Reads a request for a scenario and collects what is wrong with it."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._plan = layout, layout.plan
        self.wrong: list[str] = []

    def _refuse(self, text: str) -> None:
        self.wrong.append(text)

    def coverage(self, raw: float | str | None) -> float | None:
        value = None if raw is None else self._share("coverage", raw)
        if value is not None and not 0 < value <= 1:
            self._refuse(f"coverage {raw}: is no part of the work. Write a share up to 100%")
        return value

    def confidence(self, raw: float | str) -> float:
        value = self._share("confidence", raw)
        if not 0 < value < 1:
            self._refuse(
                f"confidence {raw}: has to lie between 0% and 100%; no plan is certain. Write 90%"
            )
        return value

    def _share(self, name: str, raw: float | str) -> float:
        try:
            return units.parse_share(raw)
        except ValueError as error:
            self._refuse(f"{name} {error}")
            return 0.5

    def month(self, name: str, text: str) -> int:
        """A month within the plan."""
        try:
            month = read_month(text)
        except ValueError as error:
            self._refuse(f"{name} {error}")
            return 0
        periods = self._plan.horizon.periods
        inside = 0 <= periods.of_month(month) < periods.count
        if not inside and month_label(month) not in periods.labels_by("month"):  # begun already
            known = periods.in_words
            self._refuse(f"{name} {text}: is not within the plan, {known}. Name a month of it")
        return month

    def by(self, text: str | None, pools: tuple[int, ...]) -> int:
        """The first period that counts; without a word the first with ramped newcomers."""
        periods = self._plan.horizon.periods
        if text is None:
            return min(max((self._ramp(i) for i in pools), default=0), periods.count - 1)
        if text in periods.labels:
            return periods.labels.index(text)
        month = self.month("by", text)
        return max(periods.of_month(month), 0) if month else 0

    def _ramp(self, pool: int) -> int:
        """Periods after which somebody who starts with the plan is ramped."""
        outputs = [estimate.mean for _, estimate in self._layout.scenario.pools[pool].ramp]
        by_tenure = self._plan.horizon.periods.by_tenure(np.array(outputs))
        return len(by_tenure)

    def pools(self, priority: int | None) -> tuple[int, ...]:
        """The pools with work that counts and seats of their own."""
        if not self._is_whole("priority", priority):
            return ()
        if priority is not None and priority < 1:
            self._refuse(f"priority {priority}: the first priority is 1. Write 1 or more")
            return ()
        work, pools = self._layout.work, self._layout.scenario.pools
        last = math.inf if priority is None else priority
        found = sorted({int(p) for ranks in work.ranks.values() for p in work.pool[ranks <= last]})
        found = [p for p in found if pools[p].role.per is None]
        if not found:
            self._refuse(_nobody(self._plan, priority))
        return tuple(found)

    def most(self, number: int | None) -> int | None:
        name = "max_hires_per_month"
        if self._is_whole(name, number) and number is not None and number < 0:
            self._refuse(f"{name} {number}: is below 0. Write 0 or more")
        return number

    def _is_whole(self, name: str, number: int | None) -> bool:
        is_whole = isinstance(number, Integral) and not isinstance(number, bool)
        if not is_whole and number is not None:
            self._refuse(f"{name} {number!r}: is not a whole number. Write one as 2")
            return False
        return True

    def budget(self, raw: float | str | None) -> float | None:
        if raw is None:
            return None
        try:
            value = units.parse_money(raw, self._plan.currency)
        except ValueError as error:
            self._refuse(f"budget {error}")
            return None
        if value <= 0:
            self._refuse(f"budget {raw}: buys nobody. Write the cost of the team, as in 2.4M")
        return value


def _nobody(plan: Plan, priority: int | None) -> str:
    derived = [name for name, role in plan.team.items() if role.per is not None]
    but = f" ({', '.join(derived)} follow from other roles)" if derived else ""
    if priority is None:
        return f"no role with seats of its own has work for accounts{but}. Give a role a task"
    return (
        f"priority {priority}: no role with seats of its own has work of that priority{but}. "
        "Write a larger number, or none for all work"
    )
