"""People and their hours: seats, ramped people, the time waterfall."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.expected import Expected
from capacity.engine.people import calendars_of, roster_of
from capacity.engine.roles import times_of
from capacity.explaining.basis import Basis, leaves
from capacity.explaining.inputs import Inputs
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, difference, given, product, quotient, total
from capacity.metrics import Key
from capacity.scenario.pool import Pool
from capacity.units import MONTHS_PER_YEAR, WEEKDAYS


class _Clock(NamedTuple):
    """Customer and available hours of one person under a calendar, by period."""

    name: str | None
    customer: FloatArray
    available: FloatArray


OF_ROLES = ("headcount", "ramped_fte", "vacancies", "capacity_hours", "available_hours")


class People:
    """Explains the people of a role or pool in a period."""

    def __init__(self, seen: Seen, inputs: Inputs, basis: Basis) -> None:
        self._seen, self._inputs, self._basis = seen, inputs, basis
        self._layout = seen.layout
        self._scenario = self._layout.scenario
        self._periods = self._layout.plan.horizon.periods
        self._days = self._layout.stretches.day
        self._clock = lru_cache(maxsize=None)(self._calendars)
        self.headcount = lru_cache(maxsize=None)(self._headcount)
        self.capacity = lru_cache(maxsize=None)(self._capacity)
        self.all_hours = lru_cache(maxsize=None)(self._all_hours)

    def pools(self, key: Key) -> list[int]:
        """The pools that a key is about."""
        pools = enumerate(self._scenario.pools)
        return [i for i, p in pools if p.name == key.role and key.pool in ("", p.value)]

    def by_role(self, name: str, key: Key, period: int) -> Term:
        """A figure of a role or pool: the sum of its pools."""
        figures: dict[str, tuple[str, str, Callable[[int, int], Term]]] = {
            "headcount": ("people", "people", self.headcount),
            "ramped_fte": ("ramped people", "FTE", self.ramped),
            "vacancies": ("vacant", "seats", self.vacancies),
            "capacity_hours": ("capacity", "hours", self.capacity),
            "available_hours": ("available", "hours", self.all_hours),
        }
        label, unit, of_one = figures[name]
        parts = [of_one(pool, period) for pool in self.pools(key)]
        return parts[0] if len(parts) == 1 else total(label, unit, parts)

    def _pool(self, index: int) -> Pool:
        return self._scenario.pools[index]

    def name(self, index: int) -> str:
        """What a pool is called."""
        pool = self._pool(index)
        return f"{pool.name}, {pool.value}" if pool.value else pool.name

    # --- seats -----------------------------------------------------------------------------------

    def _headcount(self, pool: int, period: int) -> Term:
        """Those who were there, less those who left, and those who joined."""
        staff = self._seen.team[period][pool]
        now = float(staff.filled[0])
        if self._pool(pool).role.per is not None:
            label = f"heads of {self.name(pool)}, by the seats planned"
            return given(label, now, "people", self._basis.seats(pool, period))
        leave = given("leave", staff.left[0], "people", self._basis.leaving(pool, period))
        there = difference("stay", "people", self._before(pool, period), leave)
        newcomers = [*self._basis.hires(pool, period), *self._basis.joining(pool)]
        joined = given("join", staff.joined[0], "people", newcomers)
        return total(f"seats filled of {self.name(pool)}", "people", [there, joined])

    def _before(self, pool: int, period: int) -> Term:
        """Seats that were filled before; when the plan begins, those that the plan says."""
        if not period:
            return self._basis.opening_seats(pool)
        before = float(self._seen.team[period][pool].before[0])
        return given("there before", before, "people", self._basis.seats(pool, period - 1))

    def vacancies(self, pool: int, period: int) -> Term:
        """Seats that wait for a newcomer."""
        staff = self._seen.team[period][pool]
        label = f"vacant seats of {self.name(pool)}"
        return given(label, staff.vacant[0], "seats", self._filled_by(pool, period))

    def _filled_by(self, pool: int, period: int) -> list[Term]:
        """What it rests on how many seats are filled, and for how long."""
        basis = self._basis
        moves = [*basis.leaving(pool, period), *basis.joining(pool)]
        return leaves([*basis.seats(pool, period), *moves])

    def ramped(self, pool: int, period: int) -> Term:
        """Filled seats in ramped people, by tenure where seats are alike."""
        staff = self._seen.team[period][pool]
        label = f"ramped people of {self.name(pool)}"
        if staff.tenures is None:
            of = self.headcount(pool, period)
            return given(label, staff.ramped[0], "FTE", [of])
        parts, rests_on = [], self._filled_by(pool, period)
        filled, output = (column.tolist() for column in staff.tenures)
        months = self._periods.step.completed_months(np.arange(len(filled))).tolist()
        for tenure, (seats, month) in enumerate(zip(filled, months, strict=True)):
            last = tenure + 1 == len(filled)
            who = "ramped" if last else f"in {self._periods.step.name} {tenure + 1}"
            number = given(who, seats, "people", rests_on)
            if seats and last:
                parts.append(number)
            elif seats:
                rate = self._ramp(pool, month, period).valued(output[tenure])
                parts.append(product(who, "FTE", number, rate))
        return total(label, "FTE", parts)

    def _ramp(self, pool: int, month: int, period: int) -> Term:
        """Output of somebody with so many completed months."""
        named = self._pool(pool).ramp[month]
        return self._inputs.of("output", named, self._days(period), "share")

    # --- hours of a person -----------------------------------------------------------------------

    def _calendars(self, pool: int) -> list[_Clock]:
        """The hours of one person of a pool, by calendar."""
        found, count = self._pool(pool), self._periods.count
        times = times_of(self._scenario, found, Expected(), self._layout.stretches)
        names = calendars_of(found, roster_of(self._scenario, found))
        return [
            _Clock(name, *(np.broadcast_to(hours, (count, 1))[:, 0] for hours in pair))
            for name, pair in zip(names, ((t.customer, t.available) for t in times), strict=True)
        ]

    def customer(self, pool: int, period: int, calendar: int = 0) -> Term:
        """Hours for customers of one ramped full-time person."""
        target = self._input("target utilization", pool, "target_utilization", period, "share")
        found = product(
            "for customers, per person", "hours", self.available(pool, period, calendar), target
        )
        return found.valued(float(self._clock(pool)[calendar].customer[period]))

    def available(self, pool: int, period: int, calendar: int = 0) -> Term:
        """Hours of one person that are left after leave, meetings and training."""
        internal = self._input("for meetings and training", pool, "internal", period, "share")
        rest = difference(
            "not for meetings and training", "share", given("of all", 1.0, "share"), internal
        )
        found = product(
            "available, per person", "hours", self._present(pool, period, calendar), rest
        )
        return found.valued(float(self._clock(pool)[calendar].available[period]))

    def _present(self, pool: int, period: int, calendar: int) -> Term:
        name = self._clock(pool)[calendar].name
        holidays = float(self._periods.holidays_on_weekdays(name)[period])
        closed = self._inputs.known(
            "public holidays", f"team.{self._pool(pool).name}.holidays", holidays, "days",
            says=name or "none",
        )  # fmt: skip
        days = difference(
            "working days",
            "days",
            given("Mondays to Fridays", self._periods.weekdays()[period], "days"),
            closed,
            self._leave(pool, period),
        )
        if days.value < 0:
            return given("present, since leave takes all days", 0.0, "hours", [days])
        week = self._input("a week", pool, "hours_per_week", period, "hours")
        each = quotient("a day", "hours", week, given("days a week", WEEKDAYS, "days"))
        return product("present, per person", "hours", days, each)

    def _leave(self, pool: int, period: int) -> Term:
        """Days of vacation and sickness that fall into a period."""
        weights = self._pool(pool).role.leave_seasonality
        days = total(
            "days off a year",
            "days",
            [
                self._input("vacation", pool, "pto_days", period, "days"),
                self._input("sick", pool, "sick_days", period, "days"),
            ],
        )
        if weights is None:
            part = [
                given("of the year's working days", self._periods.share_of_year()[period], "share")
            ]
        else:
            path = f"team.{self._pool(pool).name}.leave_seasonality"
            month = weights[int(self._periods.calendar_month[period])]
            part = [
                self._inputs.known("season", path, month),
                given("of a year in a month", 1 / MONTHS_PER_YEAR, "share"),
                given("of the month", self._periods.share_of_month()[period], "share"),
            ]
        return product("days of leave", "days", days, *part)

    def _input(self, label: str, pool: int, key: str, period: int, unit: str) -> Term:
        return self._inputs.of(label, self._pool(pool).named(key), self._days(period), unit)

    # --- hours of a pool -------------------------------------------------------------------------

    def _capacity(self, pool: int, period: int) -> Term:
        """Hours of the people of a pool that are planned for customers."""
        return self._hours(pool, period, "for customers", self.customer)

    def _all_hours(self, pool: int, period: int) -> Term:
        """Hours of the people of a pool, before the reserve."""
        return self._hours(pool, period, "available", self.available)

    def _hours(self, pool: int, period: int, label: str, each: Callable[..., Term]) -> Term:
        staff, name = self._seen.team[period][pool], self.name(pool)
        if staff.presence is None:
            return product(
                f"{label} of {name}", "hours", self.ramped(pool, period), each(pool, period)
            )
        parts = []
        for i, here in enumerate(staff.presence.here[:, 0].tolist()):
            place = self._clock(pool)[i].name or "no calendar"
            by_name = self._basis.seats(pool, period)
            people = given(f"ramped people here, {place}", here, "FTE", by_name)
            if here:
                parts.append(product(f"hours, {place}", "hours", people, each(pool, period, i)))
        return total(f"{label} of {name}", "hours", parts)
