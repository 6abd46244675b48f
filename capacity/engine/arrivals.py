"""Accounts that are won during the plan: how many, and what they pay."""

from __future__ import annotations

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.calendar import month_label
from capacity.engine.chance import Chance
from capacity.estimates import Estimate
from capacity.rng import KeyArray, key, keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.segment import NewAccounts
from capacity.units import MONTHS_PER_YEAR

_ALMOST = 1e-9
"""What a running total may lack of a whole number by rounding."""


class Arrivals:
    """How many accounts are won, and what they pay."""

    def __init__(self, plan: Plan, chance: Chance) -> None:
        self._chance, self._begin = chance, plan.horizon.start
        self._months = plan.horizon.periods.calendar_month
        self._segments = list(plan.segments.items())
        self._has_money = plan.has_money
        self._keys = keys(("arrivals", name) for name in plan.segments)
        self._yearly = chance.inputs(
            [
                (
                    f"segments.{name}.new_accounts.per_year",
                    (s.new_accounts.per_year if s.new_accounts else None) or Estimate.fixed(0.0),
                )
                for name, s in self._segments
            ]
        )

    def numbers(self, period: int) -> FloatArray:
        """Accounts won in a period, shape (segments, trials)."""
        shape = (len(self._segments), self._chance.trials)
        exact, mean = np.zeros(shape), np.zeros(shape)
        for i, (_, segment) in enumerate(self._segments):
            new = segment.new_accounts
            if new and new.by_month is not None:
                exact[i] = new.by_month.get(self._begin + period, 0)
            elif new:
                until = self._expected(i, new, period)
                before = self._expected(i, new, period - 1)
                if new.fixed:
                    exact[i] = np.floor(until + _ALMOST) - np.floor(before + _ALMOST)
                else:
                    mean[i] = until - before
        random = np.flatnonzero((mean > 0).any(axis=1))
        of = numbered(self._keys[random], self._begin + period)
        exact[random] = self._chance.arrivals(of, mean[random])
        return exact

    def _expected(self, segment: int, new: NewAccounts, period: int) -> FloatArray:
        """Running total of the expected number, up to and with a period."""
        weights = np.array(new.seasonality or (1.0,) * MONTHS_PER_YEAR)
        return self._yearly[segment] * weights[self._months[: period + 1]].sum() / MONTHS_PER_YEAR

    def keys(self, segment: int, period: int, count: int) -> KeyArray:
        """Luck of the accounts won in a period, by ordinal."""
        month = month_label(self._begin + period)
        base = np.array([key("won", self._segments[segment][0], month)], np.uint64)
        return numbered(base, np.arange(count))

    def revenues(self, segment: int, of: KeyArray, exist: BoolArray) -> FloatArray:
        """Yearly revenue of each account won, where it exists."""
        settings = self._segments[segment][1]
        new = settings.new_accounts
        assert new is not None
        arr = new.arr or settings.arr
        if arr is None or not self._has_money:
            return np.zeros((len(of), 1))
        return self._chance.values(numbered(of, -1), arr, exist)
