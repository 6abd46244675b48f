"""The seats of a role through the periods, and what they read of the inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Chance
from capacity.engine.stretches import Stretches, Turning, values_at
from capacity.rng import KeyArray, numbered
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


def feels_overload(plan: Plan, pool: Pool) -> bool:
    """Whether the people of a pool leave sooner where they have too much to do."""
    factors = pool.role.overloaded_attrition.versions
    return plan.simulation.feedback and any(f.uncertain or f.mean != 1 for f in factors)
