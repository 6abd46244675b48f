"""Roles in a batch: their hours, what they do of the due work, and what they cost."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray
from capacity.calendar import Periods
from capacity.engine.chance import Chance
from capacity.engine.lanes import ALL, Work
from capacity.engine.seats import Staff, heads_of, seats_of
from capacity.model.dispatch import oldest_first, serve
from capacity.model.money import pay, raised
from capacity.model.team import Waterfall, waterfall
from capacity.scenario.document import Plan
from capacity.scenario.team import Role
from capacity.units import MONTHS_PER_YEAR

COSTS = ("salaries", "on_costs", "bonus", "tools", "hiring")


def time_of(plan: Plan, name: str, chance: Chance) -> Waterfall:
    """Hours of one ramped person of a role, in every period."""
    role, periods = plan.team[name], plan.horizon.periods
    days, sick, week, internal, target = chance.inputs(
        [
            (f"team.{name}.{key}", getattr(role, key))
            for key in ("pto_days", "sick_days", "hours_per_week", "internal", "target_utilization")
        ]
    )
    weights = role.leave_seasonality
    share = (
        periods.share_of_year()
        if weights is None
        else np.array(weights)[periods.calendar_month] / MONTHS_PER_YEAR
    )
    return waterfall(
        periods.weekdays()[:, None],
        periods.holidays_on_weekdays(role.holidays)[:, None],
        share[:, None] * (days + sick),
        week,
        internal,
        target,
    )


class Desk:
    """A role at work: its people, its hours, its waiting work."""

    def __init__(
        self, plan: Plan, index: int, work: Work, chance: Chance, backlog: FloatArray
    ) -> None:
        name = list(plan.team)[index]
        self.name, self.role = name, plan.team[name]
        self._seats = seats_of(plan, name, chance)
        self.time = time_of(plan, name, chance)
        self.lanes = work.of_role(index)
        self._priorities = work.priorities(index) if self.lanes.stop > self.lanes.start else None
        self._defer = work.defer[self.lanes]
        self._overtime, self._overload = chance.inputs(
            [(f"team.{name}.overtime", self.role.overtime),
             (f"team.{name}.overloaded_attrition", self.role.overloaded_attrition)]
        )  # fmt: skip
        first, last = np.searchsorted(work.waits, [self.lanes.start, self.lanes.stop])
        self.waits = slice(int(first), int(last))
        late = work.waits[self.waits]
        self._late = late - self.lanes.start
        lanes = [work.lanes[i] for i in work.lane[late]]
        whose = [ALL if lane.is_fixed else lane.segment_index for lane in lanes]
        self._whose = np.array(whose, dtype=np.int64)
        self._waiting = self._opening(backlog[late], chance.trials)
        self._overloaded = np.zeros(chance.trials, dtype=bool)
        self._feedback = plan.simulation.feedback
        self._costs = _Costs(plan, name, chance)

    def _opening(self, backlog: FloatArray, trials: int) -> FloatArray:
        """Waiting hours by age from one period on, shape (ages, lanes that may wait, trials)."""
        ages = max(int(self._defer.max(initial=0)), int((backlog > 0).any()))
        waiting = np.zeros((ages, len(backlog), trials))
        if ages:
            waiting[0] = backlog
        return waiting

    def staff(self, period: int) -> Staff:
        """Pass into a period: people leave and join."""
        factor = np.where(self._overloaded & self._feedback, self._overload, 1.0)
        return self._seats.step(period, factor)

    def costs(self, filled: FloatArray, joined: FloatArray) -> dict[str, FloatArray]:
        """Each of the `COSTS`, from seats filled and newcomers; all of shape (periods, trials)."""
        return self._costs.lines(filled, joined)

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
            Hours done by lane, hours dropped by lane that may wait, and the load. Of other lanes
            what is not done is dropped.
        """
        assert self._priorities is not None
        late = self._late
        total = due
        if late.size:
            total = due.copy()
            total[late] += self._waiting.sum(axis=0)
        wanted = total.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            load = np.where(wanted > 0, wanted / capacity, 0.0)
        self._overloaded = load > 1
        hours = capacity * np.where(self._overloaded, 1 + self._overtime, 1.0)
        done = serve(total, hours, self._priorities)
        return done, self._grow_old(due[late], done[late]), load

    def _grow_old(self, due: FloatArray, done: FloatArray) -> FloatArray:
        """What is not done waits a period longer; returns the hours that have waited too long."""
        if not due.size:
            return due
        left = oldest_first(np.concatenate([due[None], self._waiting]), done)
        age = np.arange(len(left))[:, None, None]
        stays = age < self._defer[self._late][:, None]
        dropped: FloatArray = np.where(stays, 0.0, left).sum(axis=0)
        self._waiting = (left * stays)[:-1]
        return dropped

    @property
    def waiting(self) -> FloatArray:
        """Hours waiting for the next period, by lane that may wait."""
        return self._waiting.sum(axis=0)

    def cancel(self, lost_share: FloatArray) -> FloatArray:
        """Let go of the waiting work of lost accounts; returns the hours by lane that may wait.

        Parameters
        ----------
        lost_share
            Share of the accounts of each segment that was lost, shape (segments, trials).
        """
        before = self.waiting
        lost = np.where(self._whose[:, None] == ALL, 0.0, lost_share[self._whose])
        self._waiting = self._waiting * (1 - lost)
        return before - self.waiting


class _Costs:
    """Pay and other cost of a role."""

    def __init__(self, plan: Plan, name: str, chance: Chance) -> None:
        role = plan.team[name]
        keys = ("salary", "on_costs", "bonus", "tools", "hiring_cost")
        named = [(f"team.{name}.{key}", getattr(role, key)) for key in keys]
        rows = chance.inputs([*named, (f"team.{name}.raise", role.raise_)])
        self._salary, self._on_costs, self._bonus, self._tools, self._hiring, self._rise = rows

    def lines(self, filled: FloatArray, joined: FloatArray) -> dict[str, FloatArray]:
        years = Periods.years_each
        anniversaries = np.arange(len(filled))[:, None] // MONTHS_PER_YEAR
        salaries = pay(filled, raised(self._salary, self._rise, anniversaries), years)
        lines = (
            salaries,
            salaries * self._on_costs,
            pay(filled, self._bonus, years),
            pay(filled, self._tools, years),
            joined * self._hiring,
        )
        return dict(zip(COSTS, lines, strict=True))


def opening_heads(plan: Plan, role: Role) -> int:
    """Seats when the plan begins."""
    return heads_of(plan, role, -1)
