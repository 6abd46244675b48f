"""The seats of a role through the periods: drawn one by one, expected as fractions, or derived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, sums_at
from capacity.calendar import month_label
from capacity.engine.chance import Chance
from capacity.engine.drawn import Drawn
from capacity.engine.stretches import Stretches, Turning, values_at
from capacity.loading import Scenario
from capacity.model.money import derived_heads
from capacity.model.team import leave_hazard, ramped
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool

BEFORE_START = -(10**5)
"""Period of joining of the people who are there when the plan begins."""


@dataclass(frozen=True)
class Presence:
    """What differs from person to person in a role whose people are known by name.

    Attributes
    ----------
    paid
        Full weeks that are paid, shape (trials,).
    here
        Ramped people that are not on leave, by calendar, shape (calendars, trials).
    """

    paid: FloatArray
    here: FloatArray


@dataclass(frozen=True)
class Staff:
    """A role in a period; each of shape (trials,).

    Attributes
    ----------
    filled
        Filled seats.
    ramped
        The same in ramped people.
    joined
        Seats filled in this period.
    vacant
        Seats waiting for a newcomer.
    before, left
        Seats that were filled before, and those of them that are vacated in this period.
    presence
        Of people who are known by name; None where all are alike.
    tenures
        Where seats are fractions: filled ones by tenure, and the output of each, shape (tenures,).
    """

    filled: FloatArray
    ramped: FloatArray
    joined: FloatArray
    vacant: FloatArray
    before: FloatArray
    left: FloatArray
    presence: Presence | None = None
    tenures: tuple[FloatArray, FloatArray] | None = None

    @property
    def left_share(self) -> FloatArray:
        """Seats vacated over seats filled before; 0 where there were none."""
        none = np.zeros_like(self.before)
        return np.divide(self.left, self.before, out=none, where=self.before > 0)


def same_staff(
    numbers: Sequence[float], trials: int = 1, presence: Presence | None = None
) -> Staff:
    """A role that is the same in all trials; its numbers are in the order of `Staff`."""
    filled, ramped, joined, vacant, before, left = (np.full(trials, float(n)) for n in numbers)
    return Staff(filled, ramped, joined, vacant, before, left, presence)


class Seats(Turning, Protocol):
    """Seats that know how to pass a period."""

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire; `overload` is the factor on attrition."""


@dataclass(frozen=True)
class PoolInputs:
    """What the seats of a pool read of the inputs, from one source and for some stretches."""

    plan: Plan
    pool: Pool
    chance: Chance
    stretches: Stretches

    def attrition(self, day: dt.date | None) -> FloatArray:
        """Yearly, shape (trials,) or (1,)."""
        return self.chance.inputs([self.pool.named("attrition")], day)[0]

    def output(self, day: dt.date | None) -> FloatArray:
        """Output by tenure in periods, see `ramped`."""
        return self.plan.horizon.periods.by_tenure(self.chance.inputs(self.pool.ramp, day))

    @property
    def somebody_leaves(self) -> bool:
        """Whether attrition is ever above 0."""
        return any(attrition.mean > 0 for attrition in self.pool.named("attrition")[1].versions)

    def slips(self, of: KeyArray, trial: IntArray, planned: IntArray) -> IntArray:
        """Periods by which planned hires are late, in one trial each; all of shape (seats,)."""
        late = self.pool.named("slips")
        if not len(of) or all(version.mean <= 0 for version in late[1].versions):
            return np.zeros(len(of), dtype=np.int64)
        luck = numbered(of, -1)
        months = values_at(self.chance, self.stretches, luck, trial, late, planned)
        return self.plan.horizon.periods.rounded_months(months)

    def searches(self, of: KeyArray, vacated: IntArray | int, trial: IntArray) -> IntArray:
        """Periods until seats that are vacated in some period are filled, at least one."""
        periods = self.plan.horizon.periods
        luck = numbered(of, 2 * (periods.start + vacated) + 1)
        named = self.pool.named("time_to_hire")
        wait = values_at(self.chance, self.stretches, luck, trial, named, vacated)
        return np.maximum(periods.rounded_months(wait), 1)

    def expected_search(self, day: dt.date | None) -> int:
        """The mean of `searches`."""
        return max(1, self._expected("time_to_hire", day))

    def expected_slip(self, period: int) -> int:
        """The mean of `slips` of what is planned for a period."""
        return self._expected("slips", self.stretches.day(period))

    def _expected(self, key: str, day: dt.date | None) -> int:
        mean = np.array([self.pool.named(key)[1].on(day).mean])
        return int(self.plan.horizon.periods.rounded_months(mean)[0])


@dataclass(frozen=True)
class _People:
    """People who join or leave, one entry for each seat and trial, with the period of each."""

    seat: IntArray
    trial: IntArray
    period: IntArray

    def some(self, chosen: BoolArray) -> _People:
        """A part of them."""
        return _People(self.seat[chosen], self.trial[chosen], self.period[chosen])


def feels_overload(plan: Plan, pool: Pool) -> bool:
    """Whether the people of a pool leave sooner where they have too much to do."""
    factors = pool.role.overloaded_attrition.versions
    return plan.simulation.feedback and any(f.uncertain or f.mean != 1 for f in factors)


class DrawnSeats:
    """Every seat with its own luck.

    A person stays until the hazard of the role has grown by a threshold of their own, −ln of a
    uniform that is drawn when they join: the same chances as one draw for every seat and period,
    for a fraction of the draws. Where overload moves nobody, all periods of a stretch are settled
    at once; otherwise one after the other.
    """

    def __init__(self, inputs: PoolInputs, chance: Drawn) -> None:
        plan, pool = inputs.plan, inputs.pool
        self._inputs, self._pool, self._chance = inputs, pool, chance
        self._plan = plan.horizon.periods
        self.turn_to(None)
        self._step_by_step = feels_overload(plan, pool)
        opening, planned = pool.headcount, planned_hires(plan, pool)
        names = [("seat", *pool.luck, i) for i in range(opening)]
        self._keys = keys([*names, *(name for name, _ in planned)])
        self._periods, self._trials = self._plan.count, chance.trials
        self._settled, self._hazard = 0, np.zeros(self._trials)
        seats, flows = (len(self._keys), self._trials), (self._periods, self._trials)
        self._until, self._since = np.full(seats, np.inf), np.full(seats, BEFORE_START)
        if opening and inputs.somebody_leaves:
            of = numbered(self._keys[:opening], 2 * (self._plan.start + BEFORE_START))
            self._until[:opening] = -np.log(chance.luck.uniforms(of))
        self._joined, self._left = np.zeros(flows), np.zeros(flows)
        tenures = len(self._output)
        self._newcomers = np.zeros((tenures, self._periods + tenures, self._trials))
        self._coming = self._hired(opening, [period for _, period in planned])
        added = self._coming.period < self._periods
        self._added = self._count(self._coming.some(added))
        self._filled = self._seats = np.full(self._trials, float(opening))

    def _hired(self, first: int, periods: list[int]) -> _People:
        """The period in which each planned seat joins in each trial, later where it slips."""
        seat = first + np.arange(len(periods)).repeat(self._trials)
        trial = np.tile(np.arange(self._trials), len(periods))
        when = np.array(periods, dtype=np.int64).repeat(self._trials)
        return _People(seat, trial, when + self._inputs.slips(self._keys[seat], trial, when))

    def _count(self, people: _People) -> FloatArray:
        """How many there are, shape (periods, trials)."""
        place = people.period * self._trials + people.trial
        return sums_at(place, np.ones(len(place)), (self._periods, self._trials))

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._attrition, self._output = self._inputs.attrition(day), self._inputs.output(day)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        if period == self._settled:
            hazard = leave_hazard(self._attrition, overload, self._plan.years_each)
            self._settle(period, np.broadcast_to(hazard, self._trials))
        before, joined, left = self._filled, self._joined[period], self._left[period]
        self._filled = before - left + joined
        self._seats = self._seats + self._added[period]
        return Staff(
            filled=self._filled,
            ramped=ramped(self._filled, self._newcomers[:, period], self._output),
            joined=joined,
            vacant=(self._seats - self._filled) * self._pool.role.backfill,
            before=before,
            left=left,
        )

    def _settle(self, first: int, hazard: FloatArray) -> None:
        """Who leaves and joins from a period on, as far ahead as the hazard is known."""
        self._settled = first + 1 if self._step_by_step else self._inputs.stretches.after(first)
        joining, leaving = self._due(), self._leavers(first, hazard)
        while len(joining.seat) or len(leaving.seat):
            self._vacate(leaving)
            again = self._fill(joining, first, hazard)
            joining, leaving = self._replace(leaving), again
        self._hazard = self._hazard + hazard * (self._settled - first)

    def _due(self) -> _People:
        """Those who join in the periods that are settled now; the others keep coming."""
        due = self._coming.period < self._settled
        found, self._coming = self._coming.some(due), self._coming.some(~due)
        return found

    def _leavers(self, first: int, hazard: FloatArray) -> _People:
        """Those of the people there who leave in the periods that are settled now."""
        most = self._hazard + hazard * (self._settled - first)
        gone = np.flatnonzero(self._until <= most)
        seat = gone // self._trials
        trial = gone - seat * self._trials
        return _People(seat, trial, self._last(self._until.ravel()[gone], trial, first, hazard))

    def _last(self, until: FloatArray, trial: IntArray, first: int, hazard: FloatArray) -> IntArray:
        """The period in which people leave, of whom each bears so much hazard."""
        after = np.ceil((until - self._hazard[trial]) / hazard[trial])
        return first - 1 + np.clip(after, 1, self._settled - first).astype(np.int64)

    def _vacate(self, leaving: _People) -> None:
        place = leaving.seat * self._trials + leaving.trial
        since = self._since.ravel()[place]
        self._until.ravel()[place] = np.inf
        self._left += self._count(leaving)
        tenure = np.arange(len(self._newcomers))[:, None]
        new = np.flatnonzero(leaving.period - since < len(self._newcomers))
        gone = tenure >= (leaving.period - since)[new]
        at = (tenure, since[new] + tenure, leaving.trial[new])
        np.subtract.at(self._newcomers, at, gone.astype(np.float64))

    def _fill(self, joining: _People, first: int, hazard: FloatArray) -> _People:
        """Newcomers take their seats; returns those who leave in the periods settled now."""
        seat, trial, period = joining.seat, joining.trial, joining.period
        of = numbered(self._keys[seat], 2 * (self._plan.start + period))
        bears = -np.log(self._chance.luck.at(of, trial))
        until = self._hazard[trial] + hazard[trial] * (period - first + 1) + bears
        place = seat * self._trials + trial
        self._until.ravel()[place], self._since.ravel()[place] = until, period
        self._joined += self._count(joining)
        tenure = np.arange(len(self._newcomers))[:, None]
        np.add.at(self._newcomers, (tenure, period + tenure, trial), 1.0)
        most = self._hazard[trial] + hazard[trial] * (self._settled - first)
        again = until <= most
        found = joining.some(again)
        return _People(
            found.seat, found.trial, self._last(until[again], found.trial, first, hazard)
        )

    def _replace(self, leaving: _People) -> _People:
        """Look for successors; returns those who join in the periods that are settled now."""
        if self._pool.role.backfill:
            of, then = self._keys[leaving.seat], leaving.period
            when = then + self._inputs.searches(of, then, leaving.trial)
            coming = self._coming
            self._coming = _People(
                np.concatenate([coming.seat, leaving.seat]),
                np.concatenate([coming.trial, leaving.trial]),
                np.concatenate([coming.period, when]),
            )
        return self._due()


def planned_hires(plan: Plan, pool: Pool) -> list[tuple[tuple[object, ...], int]]:
    """Name and period of the seats that are hired by plan within the horizon."""
    periods = plan.horizon.periods
    return [
        (("seat", *pool.luck, month_label(month), i), period)
        for month, count in sorted(pool.hires.items())
        if 0 <= (period := periods.of_month(month)) < periods.count
        for i in range(count)
    ]


class ExpectedSeats:
    """All seats as fractions: how many of each tenure, how many vacant for how long."""

    def __init__(self, inputs: PoolInputs) -> None:
        periods, pool = inputs.plan.horizon.periods, inputs.pool
        self._inputs, self._pool, self._years = inputs, pool, periods.years_each
        self._vacant = np.zeros(0)
        self.turn_to(None)
        self._filled = np.zeros(len(self._output))
        self._filled[-1] = pool.headcount
        self._hires: dict[int, int] = {}
        for month, count in pool.hires.items():
            if 0 <= (period := periods.of_month(month)) < periods.count:
                late = period + inputs.expected_slip(period)
                self._hires[late] = self._hires.get(late, 0) + count

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._attrition = self._inputs.attrition(day)
        self._output = np.append(self._inputs.output(day)[:, 0], 1.0)
        self._wait = self._inputs.expected_search(day)
        self._vacant = wider(self._vacant, self._wait)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        chance = -float(np.expm1(-leave_hazard(self._attrition, overload, self._years))[0])
        before = self._filled.sum()
        leaving = before * chance
        stay = self._filled * (1 - chance)
        newcomers = self._vacant[0] + self._hires.get(period, 0)
        self._filled = np.concatenate([[0.0], stay[:-1]])
        self._filled[-1] += stay[-1]
        self._filled[0] += newcomers
        self._vacant = np.append(self._vacant[1:], 0.0)
        self._vacant[self._wait - 1] += leaving if self._pool.role.backfill else 0.0
        people = (self._filled.sum(), self._filled @ self._output)
        found = (*people, newcomers, self._vacant.sum(), before, leaving)
        return replace(same_staff(found), tenures=(self._filled, self._output))


def wider(vacant: FloatArray, wait: int) -> FloatArray:
    """Vacant seats by the periods they still wait, the last axis; with room for a longer wait."""
    more = max(wait - vacant.shape[-1], 0)
    return np.concatenate([vacant, np.zeros((*vacant.shape[:-1], more))], axis=-1)


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
