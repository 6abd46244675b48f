"""Accounts that are won during the plan: how many, and what they pay."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.arrays import FloatArray, IntArray, sums_at
from capacity.calendar import month_label
from capacity.engine.chance import Chance, Members
from capacity.estimates import Estimate
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.segment import Segment
from capacity.units import MONTHS_PER_YEAR

_ALMOST = 1e-9
"""What a running total may lack of a whole number by rounding."""


@dataclass(frozen=True)
class Won:
    """Accounts that are won in a period.

    Attributes
    ----------
    number, arr
        How many they are and what they pay, shape (segments asked for, trials).
    members
        The single accounts; the segments are their cells.
    keys
        Luck of the members by cell and ordinal.
    each
        What every member pays, shape (members,).
    """

    number: FloatArray
    arr: FloatArray
    members: Members
    keys: KeyArray
    each: FloatArray


class Arrivals:
    """How many accounts are won, and what they pay."""

    def __init__(self, plan: Plan, chance: Chance) -> None:
        self._chance, self._begin = chance, plan.horizon.start
        self._months = plan.horizon.periods.calendar_month
        self._segments = list(plan.segments.items())
        self._has_money = plan.has_money
        self._yearly = chance.inputs(
            [
                (
                    f"segments.{name}.new_accounts.per_year",
                    (s.new_accounts.per_year if s.new_accounts else None) or Estimate.fixed(0.0),
                )
                for name, s in self._segments
            ]
        )
        count = plan.horizon.months
        self._numbers = np.stack([self._of_segment(i, count) for i in range(len(self._segments))])

    def _of_segment(self, index: int, periods: int) -> FloatArray:
        """Accounts won of a segment in every period, shape (periods, trials)."""
        name, segment = self._segments[index]
        new = segment.new_accounts
        shape = (periods, self._chance.trials)
        if new is None:
            return np.zeros(shape)
        if new.by_month is not None:
            booked = [new.by_month.get(self._begin + t, 0) for t in range(periods)]
            return np.broadcast_to(np.array(booked, dtype=float)[:, None], shape)
        weights = np.array(new.seasonality or (1.0,) * MONTHS_PER_YEAR)[self._months, None]
        if new.fixed:
            total = self._yearly[index] * (np.cumsum(weights, axis=0) / MONTHS_PER_YEAR)
            whole = np.floor(total + _ALMOST)
            return np.broadcast_to(np.diff(whole, axis=0, prepend=0.0), shape)
        mean = np.broadcast_to(self._yearly[index] * (weights / MONTHS_PER_YEAR), shape)
        of = numbered(keys([("arrivals", name)]), self._begin + np.arange(periods))
        return self._chance.arrivals(of, mean)

    def won(self, segments: IntArray, period: int) -> Won:
        """The accounts of some segments that are won in a period."""
        number = self._numbers[segments, period]
        members = self._chance.members(number)
        month = month_label(self._begin + period)
        base = keys(("won", self._segments[s][0], month) for s in segments)
        each_of = numbered(base[:, None], np.arange(members.ordinal.max(initial=0) + 1))
        value_of = numbered(each_of, -1)
        each = np.zeros(len(members.cell))
        bounds = np.searchsorted(members.cell, np.arange(len(segments) + 1))
        for i, (first, last) in enumerate(pairwise(bounds.tolist())):
            arr = self._arr(self._segments[segments[i]][1])
            if arr is not None:
                some = slice(first, last)
                of = value_of[i, members.ordinal[some]]
                each[some] = self._chance.values(of, members.trial[some], arr)
        place = members.cell * self._chance.trials + members.trial
        total = sums_at(place, members.part * each, (len(number), self._chance.trials))
        return Won(number, total, members, each_of, each)

    def _arr(self, segment: Segment) -> Estimate | None:
        """What a new account pays; None where the scenario has no money."""
        new = segment.new_accounts
        return (new.arr if new and new.arr else segment.arr) if self._has_money else None
