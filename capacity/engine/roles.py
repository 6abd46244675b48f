"""Pools in a batch: their hours, what they do of the due work, and what they cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.engine.chance import Chance
from capacity.engine.expected import Expected
from capacity.engine.lanes import Work
from capacity.engine.people import build_places, calendars_of, roster_of, seats_of
from capacity.engine.planned_seats import heads_of, planned_seats
from capacity.engine.seats import Presence, Seats, Staff
from capacity.engine.stretches import Stretches, by_period, steady
from capacity.loading import Scenario
from capacity.model.dispatch import oldest_first, serve
from capacity.model.money import pay, raised
from capacity.model.team import Waterfall, waterfall
from capacity.periods import Periods
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool
from capacity.units import MONTHS_PER_YEAR

COSTS = ("salaries", "on_costs", "bonus", "tools", "hiring")


def times_of(
    scenario: Scenario, pool: Pool, chance: Chance, stretches: Stretches
) -> list[Waterfall]:
    """Hours of one ramped person of a pool, in every period, by calendar; the pool's own first."""
    periods = scenario.plan.horizon.periods
    names = ("pto_days", "sick_days", "hours_per_week", "internal", "target_utilization")
    named = [pool.named(name) for name in names]
    days, sick, week, internal, target = by_period(chance, named, stretches)
    leave = leave_share(pool, periods)[:, None] * (days + sick)
    weekdays = periods.weekdays()[:, None]
    calendars = calendars_of(pool, roster_of(scenario, pool))
    closed = (periods.holidays_on_weekdays(calendar)[:, None] for calendar in calendars)
    return [waterfall(weekdays, days, leave, week, internal, target) for days in closed]


def leave_share(pool: Pool, periods: Periods) -> FloatArray:
    """Part of a year's leave that falls into each period, shape (periods,)."""
    weights = pool.role.leave_seasonality
    if weights is None:
        return periods.share_of_year()
    of_month = np.array(weights)[periods.calendar_month] / MONTHS_PER_YEAR
    share: FloatArray = of_month * periods.share_of_month()
    return share


def opening_hours(scenario: Scenario, pool: Pool, periods: int) -> FloatArray:
    """Mean customer hours, in so many periods, of the people there at the start, all ramped."""
    times = times_of(scenario, pool, Expected(), steady(scenario.plan))
    usual = np.stack([time.customer[:periods].mean(axis=0) for time in times])
    if pool.role.per is not None:
        return usual[0] * heads_of(scenario, pool.name, -1)
    roster = roster_of(scenario, pool)
    if roster is None:
        return usual[0] * planned_seats(scenario, pool, np.array([-1]))
    places = build_places(scenario.plan, pool, roster)
    opening = places.first < 0
    return (places.at[:, opening] @ places.fte[opening]) @ usual


class Desk:
    """A pool at work: its people, its hours, its waiting work."""

    def __init__(
        self, scenario: Scenario, index: int, work: Work, territories: int, chance: Chance,
        backlog: FloatArray, stretches: Stretches, seats: Seats | None = None,
    ) -> None:  # fmt: skip
        plan, pool = scenario.plan, scenario.pools[index]
        self._pool, self._chance = pool, chance
        self._seats = seats or seats_of(scenario, pool, chance, stretches)
        self.times = times_of(scenario, pool, chance, stretches)
        self.time = self.times[0]
        self._presence: list[Presence] = []
        self.lanes = work.of_pool(index)
        self._work, self._index = work, index
        first, last = np.searchsorted(work.waits, [self.lanes.start, self.lanes.stop])
        self.waits = slice(int(first), int(last))
        late = work.waits[self.waits]
        self._late = late - self.lanes.start
        self._read(None)
        lanes = [work.lanes[i] for i in work.lane[late]]
        held = [np.isin(np.arange(territories), lane.territories) for lane in lanes]
        self._whose = np.array(held, dtype=np.float64).reshape(len(lanes), territories)
        self._waiting = self._opening(backlog[late], chance.trials)
        self._overloaded = np.zeros(chance.trials, dtype=bool)
        self._feedback = plan.simulation.feedback
        self._costs = _Costs(plan, pool, chance, stretches)

    def _read(self, day: dt.date | None) -> None:
        named = [self._pool.named("overtime"), self._pool.named("overloaded_attrition")]
        self._overtime, self._overload = self._chance.inputs(named, day)
        if self.lanes.stop > self.lanes.start:
            self._priorities = self._work.priorities(self._index, day)
            self._patience = self._work.patience[day][self.lanes][self._late]

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._read(day)
        self._seats.turn_to(day)

    def _opening(self, backlog: FloatArray, trials: int) -> FloatArray:
        """Waiting hours by age from one period on, shape (ages, lanes that may wait, trials)."""
        ages = max(self._work.longest_wait(self.lanes), int((backlog > 0).any()))
        waiting = np.zeros((ages, len(backlog), trials))
        if ages:
            waiting[0] = backlog
        return waiting

    def staff(self, period: int) -> Staff:
        """Pass into a period: people leave and join."""
        factor = np.where(self._overloaded & self._feedback, self._overload, 1.0)
        staff = self._seats.step(period, factor)
        if staff.presence:
            self._presence.append(staff.presence)
        return staff

    def capacity(self, period: int, staff: Staff) -> FloatArray:
        """Customer hours of the people of a period, shape (trials,)."""
        if staff.presence is None:
            return staff.ramped * self.time.customer[period]
        return self._hours([time.customer for time in self.times], period)

    def all_hours(self, ramped: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Customer hours and available hours of the periods; shape (periods, trials), as ramped."""
        if not self._presence:
            part = slice(len(ramped))
            return ramped * self.time.customer[part], ramped * self.time.available[part]
        customer = [time.customer for time in self.times]
        available = [time.available for time in self.times]
        periods = range(len(self._presence))
        return (
            np.stack([self._hours(customer, t) for t in periods]),
            np.stack([self._hours(available, t) for t in periods]),
        )

    def _hours(self, each: Sequence[FloatArray], period: int) -> FloatArray:
        """Hours of the people who are here, from those of one person by calendar."""
        here = self._presence[period].here
        hours = [people * one[period] for people, one in zip(here, each, strict=True)]
        total: FloatArray = np.sum(hours, axis=0)
        return total

    def costs(self, filled: FloatArray, joined: FloatArray) -> dict[str, FloatArray]:
        """Each of the `COSTS`, from seats filled and newcomers; all of shape (periods, trials)."""
        return self._costs.lines(self.paid(filled), joined)

    def paid(self, filled: FloatArray) -> FloatArray:
        """Full weeks that are paid, from seats filled; both of shape (periods, trials)."""
        return np.stack([p.paid for p in self._presence]) if self._presence else filled

    def here(self, ramped: FloatArray) -> FloatArray:
        """Ramped people that are not on leave, shape (calendars, periods, trials).

        Parameters
        ----------
        ramped
            All of them, shape (periods, trials).
        """
        if not self._presence:
            return ramped[None]
        return np.stack([presence.here for presence in self._presence], axis=1)

    def serve(
        self, due: FloatArray, capacity: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Spend the hours of a period on due and waiting work.

        Parameters
        ----------
        due
            New hours of the role's lanes, shape (lanes, trials).
        capacity
            Hours without overtime, shape (trials,).

        Returns
        -------
        tuple
            Hours done by lane, hours dropped by lane that may wait, and hours wanted. Of other
            lanes what is not done is dropped.
        """
        late = self._late
        total = due
        if late.size:
            total = due.copy()
            total[late] += self._waiting.sum(axis=0)
        wanted = total.sum(axis=0)
        self._overloaded = wanted > capacity
        hours = capacity * np.where(self._overloaded, 1 + self._overtime, 1.0)
        done = serve(total, hours, self._priorities)
        return done, self._grow_old(due[late], done[late]), wanted

    def _grow_old(self, due: FloatArray, done: FloatArray) -> FloatArray:
        """What is not done waits a period longer; returns the hours that have waited too long."""
        if not due.size:
            return due
        left = oldest_first(np.concatenate([due[None], self._waiting]), done)
        age = np.arange(len(left))[:, None, None]
        stays = age < self._patience[:, None]
        dropped: FloatArray = np.where(stays, 0.0, left).sum(axis=0)
        self._waiting = (left * stays)[:-1]
        return dropped

    def give_up(self, stopped: BoolArray) -> FloatArray:
        """Drop the waiting work of lanes that stop; returns the hours by lane that may wait."""
        before = self.waiting
        self._waiting = self._waiting * ~stopped[self.lanes][self._late][:, None]
        return before - self.waiting

    @property
    def waiting(self) -> FloatArray:
        """Hours waiting for the next period, by lane that may wait."""
        return self._waiting.sum(axis=0)

    def cancel(self, lost: FloatArray, alive: FloatArray) -> FloatArray:
        """Let go of the waiting work of lost accounts; returns the hours by lane that may wait.

        Parameters
        ----------
        lost, alive
            Accounts that were lost, and those there were before, shape (territories, trials).
        """
        before = self.waiting
        if before.size:
            lost, alive = self._whose @ lost, self._whose @ alive
            share = np.divide(lost, alive, out=np.zeros_like(lost), where=alive > 0)
            self._waiting = self._waiting * (1 - share)
        return before - self.waiting


class _Costs:
    """Pay and other cost of a pool."""

    def __init__(self, plan: Plan, pool: Pool, chance: Chance, stretches: Stretches) -> None:
        keys = ("salary", "on_costs", "bonus", "tools", "hiring_cost")
        rows = by_period(chance, [pool.named(key) for key in keys], stretches)
        self._periods = plan.horizon.periods
        self._salary, self._on_costs, self._bonus, self._tools, self._hiring = rows
        self._rise = by_period(chance, [pool.named("raise")], stretches)[0]

    def lines(self, filled: FloatArray, joined: FloatArray) -> dict[str, FloatArray]:
        years, part = self._periods.years_each, slice(len(filled))
        salary = raised(self._salary, self._rise, self._periods.anniversaries)
        salaries = pay(filled, salary[part], years)
        lines = (
            salaries,
            salaries * self._on_costs[part],
            pay(filled, self._bonus[part], years),
            pay(filled, self._tools[part], years),
            joined * self._hiring[part],
        )
        return dict(zip(COSTS, lines, strict=True))
