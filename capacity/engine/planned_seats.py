"""Seats as they are planned, and roles whose heads follow from them."""

from __future__ import annotations

import datetime as dt

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.calendar import month_label
from capacity.engine.seats import Staff, same_staff
from capacity.loading import Scenario
from capacity.model.money import derived_heads
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool


def planned_hires(plan: Plan, pool: Pool) -> list[tuple[tuple[object, ...], int]]:
    """Name and period of the seats that are hired by plan within the horizon."""
    periods = plan.horizon.periods
    return [
        (("seat", *pool.luck, month_label(month), i), period)
        for month, count in sorted(pool.hires.items())
        if 0 <= (period := periods.of_month(month)) < periods.count
        for i in range(count)
    ]


def planned_seats(scenario: Scenario, pool: Pool, periods: IntArray) -> IntArray:
    """Planned seats of a pool up to each of some periods; −1 is before the plan begins."""
    of_month = scenario.plan.horizon.periods.of_month
    roster = scenario.rosters.get(pool.name)
    people = roster.of(pool.value) if roster else None
    seats = [people.seats(t) if people else pool.headcount for t in periods.tolist()]
    total = np.array(seats, dtype=np.int64)
    for month, count in pool.hires.items():
        total += count * ((of_month(month) >= 0) & (of_month(month) <= periods))
    return total


def heads_of(scenario: Scenario, name: str, period: int) -> int:
    """Planned seats of a role up to a period; −1 is before the plan begins."""
    role = scenario.plan.team[name]
    if role.per is None:
        return _seats_of_role(scenario, name, period)
    seats = [heads_of(scenario, other, period) for other in role.per]
    return derived_heads(seats, list(role.per.values()))


def _seats_of_role(scenario: Scenario, name: str, period: int) -> int:
    """Planned seats of all pools of a role up to a period."""
    of_month = scenario.plan.horizon.periods.of_month
    pools = [pool for pool in scenario.pools if pool.name == name]
    hired = (n for p in pools for month, n in p.hires.items() if 0 <= of_month(month) <= period)
    roster = scenario.rosters.get(name)
    people = roster.seats(period) if roster else sum(pool.headcount for pool in pools)
    return sum(hired) + people


class DerivedHeads:
    """Heads that follow from the planned seats of other roles; always filled and ramped."""

    def __init__(self, scenario: Scenario, name: str, trials: int) -> None:
        self._scenario, self._name, self._trials = scenario, name, trials

    def turn_to(self, day: dt.date | None) -> None:
        """Nothing is read."""

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Follow the other roles."""
        del overload
        heads = heads_of(self._scenario, self._name, period)
        before = heads_of(self._scenario, self._name, period - 1)
        values = (heads, heads, max(heads - before, 0), 0, before, 0)
        return same_staff(values, self._trials)
