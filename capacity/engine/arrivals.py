"""Accounts that are won during the plan: how many, and what they pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, sums_at
from capacity.engine.chance import Chance, Members
from capacity.engine.cohorts import counts_new_accounts, new_arr
from capacity.engine.shocks import Shocks
from capacity.engine.stretches import Stretches, by_period
from capacity.engine.territories import Territories
from capacity.estimates import Estimate
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.units import MONTHS_PER_YEAR

_ALMOST = 1e-9
"""What a running total may lack of a whole number by rounding."""
_TERRITORY = -3
"""Number of the draw that says to whose territory a new account belongs; −1 is what it pays."""
_MOST = 1e6
"""Accounts and trials that are drawn together."""


@dataclass(frozen=True)
class Won:
    """Accounts of a territory that are won in a period, one entry for each account and trial.

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
        Of each territory and period, shape (territories, periods, trials).
    """

    def __init__(
        self, plan: Plan, territories: Territories, chance: Chance, followed: BoolArray,
        shocks: Shocks, stretches: Stretches,
    ) -> None:  # fmt: skip
        self._chance, self._plan, self._shocks = chance, plan, shocks
        self._stretches = stretches
        self._territories = territories
        self._periods = plan.horizon.periods
        yearly = [
            (
                f"segments.{name}.new_accounts.per_year",
                (s.new_accounts.per_year if s.new_accounts else None) or Estimate.fixed(0.0),
            )
            for name, s in plan.segments.items()
        ]
        rates = by_period(chance, yearly, stretches)
        shape = (len(territories), self._periods.count, chance.trials)
        self.number, self.arr = np.zeros(shape), np.zeros(shape)
        self._won: dict[tuple[int, int], Won] = {}
        for index, (name, segment) in enumerate(plan.segments.items()):
            number = self._count(name, rates[index])
            if segment.new_accounts and counts_new_accounts(plan, segment.new_accounts):
                self._count_together(index, number)
                continue
            for run in _runs(number.sum(axis=1), stretches):
                self._win(index, number[run], run, np.flatnonzero(followed[index]))

    def _count(self, name: str, yearly: FloatArray) -> FloatArray:
        """Accounts won of a segment in every period, shape (periods, trials), at yearly rates.

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
            total = (
                np.cumsum(yearly * (weights / per_year), axis=0)
                if len(yearly) > 1
                else yearly * (np.cumsum(weights, axis=0) / per_year)
            )
            return np.broadcast_to(np.diff(np.floor(total + _ALMOST), axis=0, prepend=0.0), shape)
        mean = np.broadcast_to(yearly * (weights / per_year), shape)
        if self._shocks.new_accounts:
            mean = mean.copy()
            for period, factor in self._shocks.new_accounts.items():
                mean[period] *= factor
        return self._chance.arrivals(
            numbered(keys([("arrivals", name)]), self._periods.numbers), mean
        )

    def _win(self, index: int, number: FloatArray, run: slice, followed: IntArray) -> None:
        """The accounts of a segment that are won in a run of periods."""
        name, segment = list(self._plan.segments.items())[index]
        arr = new_arr(self._plan, segment).on(self._stretches.day(run.start))
        here = self._territories.of_segment(index)
        followed = followed[(run.start <= followed) & (followed < run.stop)]
        if not (arr.uncertain or followed.size or len(here) > 1):
            self.number[here[0], run] = number
            self.arr[here[0], run] = number * arr.mean
            return
        members = self._chance.members(number)
        base = keys(("won", name, label) for label in self._periods.labels[run])
        most = int(members.ordinal.max(initial=0)) + 1
        each = numbered(base[:, None], np.arange(most))
        of = each.ravel()[members.cell * most + members.ordinal]
        paid = self._chance.values(numbered(of, -1), members.trial, arr)
        for t, some, part in self._dealt(here, of, members):
            cell = members.cell[some]
            place = cell * self._chance.trials + members.trial[some]
            self.number[t, run] = sums_at(place, part, number.shape)
            self.arr[t, run] = sums_at(place, part * paid[some], number.shape)
            for period in followed.tolist():
                at = slice(*np.searchsorted(cell, [period - run.start, period - run.start + 1]))
                won = Won(of[some][at], members.trial[some][at], part[at], paid[some][at])
                self._won[t, period] = won

    def _dealt(
        self, territories: IntArray, of: KeyArray, members: Members
    ) -> Iterator[tuple[int, IntArray | slice, FloatArray]]:
        """The territories of a segment, and which accounts they get, with how much of each."""
        if len(territories) == 1:
            yield int(territories[0]), slice(None), members.part
            return
        shares = self._territories.shares[territories]
        dealt = self._chance.dealt(numbered(of, _TERRITORY), members, shares)
        for t, (some, part) in zip(territories.tolist(), dealt, strict=True):
            yield t, some, part

    def _count_together(self, index: int, number: FloatArray) -> None:
        """Accounts of which only the number is known, and what they pay."""
        name, segment = list(self._plan.segments.items())[index]
        each, relative = self._moments(new_arr(self._plan, segment))
        left, here = number, self._territories.of_segment(index)
        parts = _of_the_rest(self._territories.shares[here])
        for t, share in zip(here.tolist(), parts, strict=True):
            values = [value for _, value in self._territories.values[t]] if len(here) > 1 else []
            of = numbered(keys([("won together", name, *values)]), self._periods.numbers)
            mine = left
            if share < 1:
                mine = self._chance.happening(numbered(of, _TERRITORY), left, np.array([[share]]))
            left = left - mine
            self.number[t] = mine
            spread = relative / np.maximum(mine, 1.0)
            self.arr[t] = self._chance.totals(of, mine * each, spread)

    def _moments(self, arr: Estimate) -> tuple[FloatArray, FloatArray]:
        """Mean, and squared coefficient of variation, in every period; shape (periods, 1)."""
        found = [arr.on(day) for run, day in self._stretches for _ in run]
        mean = np.array([[one.mean] for one in found])
        relative = np.array([[one.variance / one.mean**2 if one.mean else 0.0] for one in found])
        return mean, relative

    def won(self, territory: int, period: int) -> Won:
        """The accounts that are won, one by one."""
        return self._won[territory, period]


def _of_the_rest(shares: FloatArray) -> list[float]:
    """Of what those before it leave, the part of each; all of it for the last that has any."""
    rest = np.cumsum(shares[::-1])[::-1]
    part: list[float] = np.divide(shares, rest, out=np.zeros_like(shares), where=rest > 0).tolist()
    return part


def _runs(number: FloatArray, stretches: Stretches) -> list[slice]:
    """Runs of periods of one stretch with a bounded number of accounts, which bounds the memory."""
    group = np.cumsum(number) // _MOST
    full = (np.flatnonzero(np.diff(group)) + 1).tolist()
    bounds = sorted({0, *full, *stretches.turns, len(number)})
    return [slice(first, last) for first, last in pairwise(bounds)]
