"""The seats of a role through the months: drawn one by one, expected as fractions, or derived."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.calendar import Periods, month_label
from capacity.engine.chance import Chance, Drawn
from capacity.model.money import derived_heads
from capacity.model.team import leave_hazard, ramped
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
    """Yearly attrition, shape (trials,) or (1,); output by tenure, see `ramped`."""
    attrition = chance.inputs([(f"team.{name}.attrition", role.attrition)])
    ramp = chance.inputs([(f"team.{name}.ramp.{i}", r) for i, r in enumerate(role.ramp)])
    return attrition[0], ramp


@dataclass(frozen=True)
class _Filled:
    """Seats that are filled, one entry for each seat and trial."""

    seat: IntArray
    trial: IntArray


class DrawnSeats:
    """Every seat with its own luck.

    A person stays until the hazard of the role has grown by a threshold of their own, −ln of a
    uniform that is drawn when they join: the same chances as one draw for every seat and period,
    for a fraction of the draws.
    """

    def __init__(
        self, plan: Plan, name: str, chance: Drawn, attrition: FloatArray, output: FloatArray
    ) -> None:
        self._role, self._chance = plan.team[name], chance
        self._attrition, self._output = attrition, output
        self._leaving = bool((attrition > 0).any())
        self._begin, self._trials = plan.horizon.start, chance.trials
        opening, planned = self._role.headcount or 0, _planned(plan, name)
        names = [("seat", name, i) for i in range(opening)]
        self._keys = keys([*names, *(name for name, _ in planned)])
        self._coming: dict[int, list[_Filled]] = defaultdict(list)
        self._plan_joins(opening, [period for _, period in planned])
        shape = (len(self._keys), self._trials)
        self._hazard = np.zeros(self._trials)
        self._until = np.full(shape, np.nan)
        self._since = np.full(shape, BEFORE_START, dtype=np.int32)
        self._until[:opening] = self._bears(np.arange(opening), None, BEFORE_START)
        self._filled = np.full(self._trials, float(opening))
        self._seats = self._filled.copy()
        self._newcomers = np.zeros((len(output), self._trials))

    def _plan_joins(self, first: int, periods: list[int]) -> None:
        """The period in which each planned seat joins in each trial, later where it slips."""
        slips = self._role.slips
        for seat, period in enumerate(periods, first):
            trial = np.arange(self._trials)
            late = np.zeros(self._trials, dtype=np.int64)
            if slips.mean > 0:
                of = numbered(self._keys[[seat]], -1)
                drawn = self._chance.values(np.repeat(of, self._trials), trial, slips)
                late = np.floor(drawn + HALF).astype(np.int64)
            self._come(period + late, np.full(self._trials, seat), trial)
        self._planned = {when: list(filled) for when, filled in self._coming.items()}

    def _come(self, when: IntArray, seat: IntArray, trial: IntArray) -> None:
        """Note in which period seats will be filled."""
        for period in np.unique(when).tolist():
            chosen = when == period
            self._coming[period].append(_Filled(seat[chosen], trial[chosen]))

    def _bears(self, seat: IntArray, trial: IntArray | None, period: int) -> FloatArray:
        """How much hazard people bear who join in a period; in all trials where none is given."""
        if not self._leaving:
            return np.array(np.inf)
        luck, of = self._chance.luck, numbered(self._keys[seat], 2 * (self._begin + period))
        return -np.log(luck.uniforms(of) if trial is None else luck.at(of, trial))

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        self._newcomers = np.roll(self._newcomers, 1, axis=0)
        self._newcomers[:1] = 0.0
        if self._leaving:
            self._hazard = self._hazard + leave_hazard(self._attrition, overload, YEARS)
            self._leave(period)
        joined = self._join(period)
        return Staff(
            filled=self._filled,
            ramped=ramped(self._filled, self._newcomers, self._output),
            joined=joined,
            vacant=(self._seats - self._filled) * self._role.backfill,
        )

    def _leave(self, period: int) -> None:
        """Vacate the seats whose people have borne all they bear."""
        gone = np.flatnonzero(self._until <= self._hazard)
        seat, trial = np.divmod(gone, self._trials)
        self._until[seat, trial] = np.nan
        self._filled = self._filled - np.bincount(trial, minlength=self._trials)
        age = period - self._since[seat, trial]
        new = age < len(self._newcomers)
        np.subtract.at(self._newcomers, (age[new], trial[new]), 1.0)
        if self._role.backfill:
            of = numbered(self._keys[seat], 2 * (self._begin + period) + 1)
            wait = self._chance.values(of, trial, self._role.time_to_hire)
            wait = np.maximum(np.floor(wait + HALF), 1)
            self._come(period + wait.astype(np.int64), seat, trial)

    def _join(self, period: int) -> FloatArray:
        """Fill the seats whose newcomers are due; returns how many."""
        joined = np.zeros(self._trials)
        for filled in self._coming.pop(period, ()):
            seat, trial = filled.seat, filled.trial
            self._until[seat, trial] = self._hazard[trial] + self._bears(seat, trial, period)
            self._since[seat, trial] = period
            joined += np.bincount(trial, minlength=self._trials)
        for filled in self._planned.pop(period, ()):
            self._seats = self._seats + np.bincount(filled.trial, minlength=self._trials)
        self._newcomers[:1] += joined
        self._filled = self._filled + joined
        return joined


def _planned(plan: Plan, name: str) -> list[tuple[tuple[object, ...], int]]:
    """Name and period of the seats that are hired by plan within the horizon."""
    begin = plan.horizon.start
    return [
        (("seat", name, month_label(month), i), month - begin)
        for month, count in sorted(plan.team[name].hires.items())
        if 0 <= month - begin < plan.horizon.months
        for i in range(count)
    ]


class ExpectedSeats:
    """All seats as fractions: how many of each tenure, how many vacant for how long."""

    def __init__(self, plan: Plan, role: Role, attrition: FloatArray, output: FloatArray) -> None:
        self._role, self._attrition = role, attrition
        self._output = np.append(output[:, 0], 1.0)
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
        chance = -float(np.expm1(-leave_hazard(self._attrition, overload, YEARS))[0])
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
