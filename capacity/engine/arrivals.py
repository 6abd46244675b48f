"""Accounts that are won during the plan: how many, and what they pay."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, sums_at
from capacity.engine.chance import Chance
from capacity.engine.pooling import new_arr, pools_new_accounts
from capacity.engine.shocks import Shocks
from capacity.estimates import Estimate
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.units import MONTHS_PER_YEAR

_ALMOST = 1e-9
"""What a running total may lack of a whole number by rounding."""
_MOST = 1e6
"""Accounts and trials that are drawn together."""


@dataclass(frozen=True)
class Won:
    """Accounts of a segment that are won in a period, one entry for each account and trial.

    Attributes
    ----------
    keys
        Their luck.
    trial
        In which trial.
    part
        How much of the account: all, or the expected part.
    arr
        What it pays.
    """

    keys: KeyArray
    trial: IntArray
    part: FloatArray
    arr: FloatArray

    def without(self, lost: FloatArray) -> Won:
        """Those that are left."""
        part = self.part - lost
        left = part > 0
        return Won(self.keys[left], self.trial[left], part[left], self.arr[left])


class Arrivals:
    """How many accounts are won, and what they pay.

    Parameters
    ----------
    followed
        Whether the accounts of a segment and period are asked for one by one, shape (segments,
        periods).

    Attributes
    ----------
    number, arr
        Of each segment and period, shape (segments, periods, trials).
    """

    def __init__(self, plan: Plan, chance: Chance, followed: BoolArray, shocks: Shocks) -> None:
        self._chance, self._plan, self._shocks = chance, plan, shocks
        self._periods = plan.horizon.periods
        segments = list(plan.segments.values())
        yearly = chance.inputs(
            [
                (
                    f"segments.{name}.new_accounts.per_year",
                    (s.new_accounts.per_year if s.new_accounts else None) or Estimate.fixed(0.0),
                )
                for name, s in plan.segments.items()
            ]
        )
        self.number = np.stack([self._count(*x) for x in zip(plan.segments, yearly, strict=True)])
        self.arr = np.zeros_like(self.number)
        self._won: dict[tuple[int, int], Won] = {}
        for index, segment in enumerate(segments):
            if segment.new_accounts and pools_new_accounts(plan, segment.new_accounts):
                self._count_together(index)
                continue
            for run in _runs(self.number[index].sum(axis=1)):
                self._win(index, new_arr(self._plan, segment), run, np.flatnonzero(followed[index]))

    def _count(self, name: str, yearly: FloatArray) -> FloatArray:
        """Accounts won of a segment in every period, shape (periods, trials).

        Only what is drawn moves with the market and the events; what is booked is booked.
        """
        new = self._plan.segments[name].new_accounts
        shape = (self._periods.count, self._chance.trials)
        if new is None:
            return np.zeros(shape)
        if new.by_month is not None:
            booked = new.booked(self._periods).astype(float)
            return np.broadcast_to(booked[:, None], shape)
        seasons = np.array(new.seasonality or (1.0,) * MONTHS_PER_YEAR)
        weights = seasons[self._periods.calendar_month, None]
        per_year = self._periods.step.per_year
        if new.fixed:
            total = yearly * (np.cumsum(weights, axis=0) / per_year)
            return np.broadcast_to(np.diff(np.floor(total + _ALMOST), axis=0, prepend=0.0), shape)
        mean = np.broadcast_to(yearly * (weights / per_year), shape)
        if self._shocks.new_accounts:
            mean = mean.copy()
            for period, factor in self._shocks.new_accounts.items():
                mean[period] *= factor
        return self._chance.arrivals(
            numbered(keys([("arrivals", name)]), self._periods.numbers), mean
        )

    def _win(self, index: int, arr: Estimate, run: slice, followed: IntArray) -> None:
        """The accounts of a segment that are won in a run of periods."""
        followed = followed[(run.start <= followed) & (followed < run.stop)]
        number = self.number[index, run]
        if not (arr.uncertain or followed.size):
            self.arr[index, run] = number * arr.mean
            return
        members = self._chance.members(number)
        name = list(self._plan.segments)[index]
        base = keys(("won", name, label) for label in self._periods.labels[run])
        most = int(members.ordinal.max(initial=0)) + 1
        each = numbered(base[:, None], np.arange(most))
        place = members.cell * most + members.ordinal
        paid = self._chance.values(numbered(each, -1).ravel()[place], members.trial, arr)
        cell = members.cell * self._chance.trials + members.trial
        self.arr[index, run] = sums_at(cell, members.part * paid, number.shape)
        for period in followed.tolist():
            some = slice(
                *np.searchsorted(members.cell, [period - run.start, period - run.start + 1])
            )
            of = each[period - run.start, members.ordinal[some]]
            self._won[index, period] = Won(of, members.trial[some], members.part[some], paid[some])

    def _count_together(self, index: int) -> None:
        """What accounts pay of which only the number is known."""
        name, number = list(self._plan.segments)[index], self.number[index]
        arr = new_arr(self._plan, self._plan.segments[name])
        relative = arr.variance / arr.mean**2 if arr.mean else 0.0
        of = numbered(keys([("won together", name)]), self._periods.numbers)
        spread = relative / np.maximum(number, 1.0)
        self.arr[index] = self._chance.totals(of, number * arr.mean, spread)

    def won(self, segment: int, period: int) -> Won:
        """The accounts that are won, one by one."""
        return self._won[segment, period]


def _runs(number: FloatArray) -> list[slice]:
    """Runs of periods with a bounded number of accounts, which bounds the memory."""
    group = np.cumsum(number) // _MOST
    bounds = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(number)]
    return [slice(first, last) for first, last in pairwise(bounds)]
