"""Accounts that are won during the plan: how many, and what they pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, sums_at
from capacity.engine.chance import Chance, Members
from capacity.engine.cohorts import counts_new_accounts
from capacity.engine.dealing import Deal, Group, new_arr
from capacity.engine.shocks import Shocks
from capacity.engine.stretches import Stretches, by_period
from capacity.engine.territories import Territories
from capacity.estimates import Estimate
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.segment import NewAccounts
from capacity.units import MONTHS_PER_YEAR

_ALMOST = 1e-9
"""What a running total may lack of a whole number by rounding."""
_TERRITORY = -3
"""Number of the draw that says which pools serve a new account; −1 is what it pays."""
_LIKE = -4
"""Number of the draw that says after which account of today it takes."""
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


_Dealt = tuple[int, IntArray | slice, FloatArray, FloatArray]
"""A territory, which accounts it gets, how much of each, and what they pay."""


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
            if segment.new_accounts is None:
                continue
            number = self._count(name, segment.new_accounts, rates[index])
            if counts_new_accounts(plan, segment.new_accounts):
                self._count_together(index, number)
                continue
            for run in _runs(number.sum(axis=1), stretches):
                self._win(index, number[run], run, np.flatnonzero(followed[index]))

    def _count(self, name: str, new: NewAccounts, yearly: FloatArray) -> FloatArray:
        """Accounts won of a segment in every period, shape (periods, trials), at yearly rates.

        Only what is drawn moves with the market and the events; what is booked is booked.
        """
        shape = (self._periods.count, self._chance.trials)
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
        for t, some, part, what in self._dealt(index, of, members, paid, run.start):
            cell = members.cell[some]
            place = cell * self._chance.trials + members.trial[some]
            self.number[t, run] = sums_at(place, part, number.shape)
            self.arr[t, run] = sums_at(place, part * what, number.shape)
            for period in followed.tolist():
                at = slice(*np.searchsorted(cell, [period - run.start, period - run.start + 1]))
                won = Won(of[some][at], members.trial[some][at], part[at], what[at])
                self._won[t, period] = won

    def _dealt(
        self, index: int, of: KeyArray, members: Members, paid: FloatArray, first: int
    ) -> Iterator[_Dealt]:
        """The territories of a segment, and which accounts they get, with how much of each."""
        deal = self._territories.deals[index]
        dealt: list[tuple[IntArray | slice, FloatArray]] = [(slice(None), members.part)]
        if len(deal.groups) > 1:
            dealt = [*self._chance.dealt(numbered(of, _TERRITORY), members, deal.shares)]
        for group, (some, part) in zip(deal.groups, dealt, strict=True):
            if len(group.territories) == 1:
                yield int(group.territories[0]), some, part, paid[some]
            else:
                yield from self._apart(deal, group, of, members, (some, part, paid[some]), first)

    def _apart(
        self,
        deal: Deal,
        group: Group,
        of: KeyArray,
        members: Members,
        got: tuple[IntArray | slice, FloatArray, FloatArray],
        first: int,
    ) -> Iterator[_Dealt]:
        """The territories of a group, and what they get of what it got."""
        bands = deal.bands[first]
        some, part, paid = got
        where = np.arange(len(of))[some]
        likes = numbered(of[where], _LIKE)
        sorts = self._chance.sorts(likes, members.trial[where], part, paid, group.kinds, bands)
        where = where[sorts.place]
        territory = group.table[sorts.kind, first + members.cell[where], sorts.band]
        for t in group.territories.tolist():
            mine = np.flatnonzero(territory == t)
            yield t, where[mine], sorts.part[mine], sorts.paid[mine]

    def _count_together(self, index: int, number: FloatArray) -> None:
        """Accounts of which only the number is known, and what they pay."""
        name, segment = list(self._plan.segments.items())[index]
        each, relative = self._moments(new_arr(self._plan, segment))
        left, deal = number, self._territories.deals[index]
        for group, share in zip(deal.groups, _of_the_rest(deal.shares[:, None]), strict=True):
            pools = self._territories.values[group.territories[0]] if len(deal.groups) > 1 else ()
            of = self._together(name, *(value for _, value in pools))
            mine = self._part(numbered(of, _TERRITORY), left, share)
            left = left - mine
            if len(group.territories) > 1:
                self._count_apart(name, deal, group, mine)
                continue
            t = group.territories[0]
            self.number[t] = mine
            spread = relative / np.maximum(mine, 1.0)
            self.arr[t] = self._chance.totals(of, mine * each, spread)

    def _moments(self, arr: Estimate) -> tuple[FloatArray, FloatArray]:
        """Mean, and squared coefficient of variation, in every period; shape (periods, 1)."""
        found = [arr.on(day) for run, day in self._stretches for _ in run]
        mean = np.array([[one.mean] for one in found])
        relative = np.array([[one.variance / one.mean**2 if one.mean else 0.0] for one in found])
        return mean, relative

    def _count_apart(self, name: str, deal: Deal, group: Group, number: FloatArray) -> None:
        """Those of a group by territory: the number is dealt, and what each part pays is known."""
        wins = group.wins(deal.bands)
        parts = _of_the_rest(wins.share)
        for i, t in enumerate(group.territories.tolist()):
            of = self._together(name, *self._territories.luck[t])
            mine = self._part(numbered(of, _LIKE), number, parts[i])
            number = number - mine
            mean = wins.mean[i][:, None]
            relative = np.divide(
                wins.variance[i][:, None], mean**2, out=np.zeros_like(mean), where=mean > 0
            )
            self.number[t] = mine
            self.arr[t] = self._chance.totals(of, mine * mean, relative / np.maximum(mine, 1.0))

    def _together(self, *names: str) -> KeyArray:
        """Luck of accounts that are counted, by period."""
        return numbered(keys([("won together", *names)]), self._periods.numbers)

    def _part(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """How many of a number fall to a share, of shape (periods,) or (1,)."""
        if (share >= 1).all():
            return number
        return self._chance.happening(of, number, share[:, None])

    def won(self, territory: int, period: int) -> Won:
        """The accounts that are won, one by one."""
        return self._won[territory, period]


def _of_the_rest(shares: FloatArray) -> FloatArray:
    """Of what those before it leave, the part of each; all of it for the last that has any.

    Shares are of shape (territories, periods) or (territories, 1).
    """
    rest = np.cumsum(shares[::-1], axis=0)[::-1]
    return np.divide(shares, rest, out=np.zeros_like(shares), where=rest > 0)


def _runs(number: FloatArray, stretches: Stretches) -> list[slice]:
    """Runs of periods of one stretch with a bounded number of accounts, which bounds the memory."""
    group = np.cumsum(number) // _MOST
    full = (np.flatnonzero(np.diff(group)) + 1).tolist()
    bounds = sorted({0, *full, *stretches.turns, len(number)})
    return [slice(first, last) for first, last in pairwise(bounds)]
