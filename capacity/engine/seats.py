"""The seats of a role through the months: drawn one by one, expected as fractions, or derived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.calendar import Periods, month_label
from capacity.engine.chance import Chance, Drawn
from capacity.model.money import derived_heads
from capacity.model.team import NEVER, RAMPED, SeatArray, leave_chance, ramped, step_seats
from capacity.rng import keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.team import Role
from capacity.units import HALF

BEFORE_START = -(10**5)
"""Period of joining of the people who are there when the plan begins."""
YEARS = Periods.years_each


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
    """

    filled: FloatArray
    ramped: FloatArray
    joined: FloatArray
    vacant: FloatArray


class Seats(Protocol):
    """Seats that know how to pass a period."""

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire; `overload` is the factor on attrition."""


def seats_of(plan: Plan, name: str, chance: Chance) -> Seats:
    """The seats of a role."""
    role = plan.team[name]
    if role.per is not None:
        return DerivedHeads(plan, role, chance.trials)
    attrition, ramp = role_inputs(name, role, chance)
    if isinstance(chance, Drawn):
        return DrawnSeats(plan, name, chance, attrition, ramp)
    return ExpectedSeats(plan, role, attrition, ramp)


def role_inputs(name: str, role: Role, chance: Chance) -> tuple[FloatArray, FloatArray]:
    """Yearly attrition, shape (1, trials); output by tenure, see `ramped`."""
    attrition = chance.inputs([(f"team.{name}.attrition", role.attrition)])
    ramp = chance.inputs([(f"team.{name}.ramp.{i}", r) for i, r in enumerate(role.ramp)])
    width = (ramp.shape[1],)
    output = np.vstack([np.zeros((1, *width)), ramp, np.ones((1, *width))])
    return attrition, output


class DrawnSeats:
    """Every seat with its own luck."""

    def __init__(
        self, plan: Plan, name: str, chance: Drawn, attrition: FloatArray, output: FloatArray
    ) -> None:
        self._role, self._chance = plan.team[name], chance
        self._attrition, self._output = attrition[0], output
        self._leaving = bool((self._attrition > 0).any())
        self._begin = plan.horizon.start
        names: list[tuple[object, ...]] = [
            ("seat", name, i) for i in range(self._role.headcount or 0)
        ]
        joins = [BEFORE_START] * len(names)
        for month, count in sorted(self._role.hires.items()):
            if 0 <= month - self._begin < plan.horizon.months:
                names += [("seat", name, month_label(month), i) for i in range(count)]
                joins += [month - self._begin] * count
        self._keys = keys(names)
        self._joins = self._slipped(np.array(joins, dtype=np.int32)[:, None])
        shape = (len(names), chance.trials)
        there = np.broadcast_to(self._joins == BEFORE_START, shape)
        self._state = np.where(there, RAMPED, -self._joins - 1).astype(np.int32)

    def _slipped(self, joins: SeatArray) -> SeatArray:
        wanted = joins != BEFORE_START
        if not (wanted.any() and self._role.slips.mean > 0):
            return joins
        shape = (len(joins), self._chance.trials)
        of = numbered(self._keys, -1)
        late = self._chance.values(of, self._role.slips, np.broadcast_to(wanted, shape))
        return joins + np.floor(late + HALF).astype(np.int32)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        month = self._begin + period
        state = self._state
        if self._leaving and len(state):
            chance = leave_chance(self._attrition, overload, YEARS)
            hit = self._chance.luck.uniforms(numbered(self._keys, 2 * month)) < chance
            state = step_seats(state, hit, self._vacant_for(month, hit))
        else:
            state = state + np.int32(1)
        self._state = state
        filled = np.count_nonzero(state >= 0, axis=0).astype(float)
        here = np.count_nonzero(period >= self._joins, axis=0)
        return Staff(
            filled=filled,
            ramped=ramped(state, self._output),
            joined=np.count_nonzero(state == 0, axis=0).astype(float),
            vacant=here - filled if self._role.backfill else np.zeros_like(filled),
        )

    def _vacant_for(self, month: int, hit: BoolArray) -> SeatArray:
        """Periods until each of the seats that are hit is filled again, shape (hits,)."""
        if not self._role.backfill:
            return np.full(np.count_nonzero(hit), -NEVER, dtype=np.int32)
        uniforms = self._chance.luck.uniforms(numbered(self._keys, 2 * month + 1))[hit]
        draws = self._role.time_to_hire.quantile(uniforms)
        return np.maximum(np.floor(draws + HALF), 1).astype(np.int32)


class ExpectedSeats:
    """All seats as fractions: how many of each tenure, how many vacant for how long."""

    def __init__(self, plan: Plan, role: Role, attrition: FloatArray, output: FloatArray) -> None:
        self._role, self._attrition, self._output = role, attrition[0], output[1:, 0]
        self._filled = np.zeros(len(self._output))
        self._filled[-1] = role.headcount or 0
        self._wait = max(1, int(np.floor(role.time_to_hire.mean + HALF)))
        self._vacant = np.zeros(self._wait)
        late = int(np.floor(role.slips.mean + HALF))
        begin = plan.horizon.start
        self._hires = {
            month - begin + late: count for month, count in role.hires.items() if month >= begin
        }

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        chance = float(leave_chance(self._attrition, overload, YEARS)[0])
        leaving = self._filled.sum() * chance
        stay = self._filled * (1 - chance)
        newcomers = self._vacant[0] + self._hires.get(period, 0)
        self._filled = np.concatenate([[0.0], stay[:-1]])
        self._filled[-1] += stay[-1]
        self._filled[0] += newcomers
        self._vacant = np.append(self._vacant[1:], leaving if self._role.backfill else 0.0)
        found = (self._filled.sum(), self._filled @ self._output, newcomers, self._vacant.sum())
        return Staff(*(np.array([float(number)]) for number in found))


class DerivedHeads:
    """Heads that follow from the planned seats of other roles; always filled and ramped."""

    def __init__(self, plan: Plan, role: Role, trials: int) -> None:
        self._plan, self._role, self._trials = plan, role, trials

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Follow the other roles."""
        del overload
        heads = heads_of(self._plan, self._role, period)
        before = heads_of(self._plan, self._role, period - 1)
        values = (heads, heads, max(heads - before, 0), 0)
        return Staff(*(np.full(self._trials, float(value)) for value in values))


def heads_of(plan: Plan, role: Role, period: int) -> int:
    """Planned seats of a role up to a period; −1 is before the plan begins."""
    if role.per is None:
        begin = plan.horizon.start
        hired = (n for month, n in role.hires.items() if begin <= month <= begin + period)
        return (role.headcount or 0) + sum(hired)
    seats = [heads_of(plan, plan.team[name], period) for name in role.per]
    return derived_heads(seats, list(role.per.values()))
