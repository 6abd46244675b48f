"""Seats as fractions: how many are filled on average."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.seats import PoolInputs, Staff, same_staff
from capacity.model.team import leave_hazard


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
