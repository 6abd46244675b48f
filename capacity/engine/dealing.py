"""To which territories the accounts belong that a segment wins.

A new account has the segment, dates and revenue of its own. What else stands in the columns of a
file it takes after one of the accounts that are there today, each as likely as the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray, FloatArray, IntArray, distinct_rows
from capacity.book.restricted import compared
from capacity.calendar import days_of, months_and_days
from capacity.engine.bands import Bands, bands_of_each
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.scenario.conditions import OF_ACCOUNTS, TEXT, Comparison, Where
from capacity.scenario.document import Plan
from capacity.scenario.segment import Segment

Values = tuple[tuple[str, str], ...]
"""Columns by which the roles of a segment are split, each with its value."""


@dataclass(frozen=True)
class Wins:
    """Of accounts that are won in a group: the part of each territory, and what one pays.

    Each of shape (territories of the group, periods).
    """

    share: FloatArray
    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class Group:
    """The accounts of a segment that the same pools serve.

    Attributes
    ----------
    territories
        Its territories, in ascending order.
    kinds
        Of each account that is there today: which of the comparisons with its own columns hold,
        as a number.
    table
        The territory of a new account by kind, period and band.
    """

    territories: IntArray
    kinds: IntArray
    table: IntArray

    @property
    def kind_shares(self) -> FloatArray:
        """How often each kind comes."""
        size = np.bincount(self.kinds, minlength=len(self.table)).astype(np.float64)
        return size / size.sum()

    def wins(self, bands: Sequence[Bands]) -> Wins:
        """What its territories win, on average; with the bands of each period."""
        probability, mean, variance = (
            np.stack([getattr(one, name) for one in bands])
            for name in ("probability", "mean", "variance")
        )
        each = self.kind_shares[:, None, None] * probability
        moments = (np.ones_like(mean), mean, variance + mean**2)
        found = np.zeros((3, len(self.territories), self.table.shape[1]))
        for i, t in enumerate(self.territories):
            weight = (each * (self.table == t)).sum(axis=0)  # by period and band
            found[:, i] = [(weight * moment).sum(axis=1) for moment in moments]
        share = found[0]
        mean, square = found[1:] / np.where(share > 0, share, 1.0)
        return Wins(share, mean, np.maximum(square - mean**2, 0.0))


@dataclass(frozen=True)
class Deal:
    """How the accounts that a segment wins fall to its territories.

    Attributes
    ----------
    shares
        Of each group: its share of the accounts that are won.
    groups
        The accounts that the same pools serve.
    bands
        Of what new accounts pay, by period; empty where no condition asks what they are.
    """

    shares: FloatArray
    groups: Sequence[Group]
    bands: Sequence[Bands]

    def variance(self, territory: int, period: int, arr: Estimate) -> float:
        """Of what those pay that fall to a territory in a period; `arr` is what all pay."""
        found = self._variances.get(territory)
        return arr.variance if found is None else float(found[period])

    @cached_property
    def _variances(self) -> dict[int, FloatArray]:
        """By period, of territories that do not get all of their group."""
        return {
            t: row
            for group in self.groups
            if self.bands and len(group.territories) > 1
            for t, row in zip(
                group.territories.tolist(), group.wins(self.bands).variance, strict=True
            )
        }


def new_arr(plan: Plan, segment: Segment) -> Estimate:
    """What a new account pays; nothing where the scenario has no money."""
    new = segment.new_accounts
    arr = new.arr if new and new.arr else segment.arr
    return arr if arr and plan.has_money else Estimate.fixed(0.0)


class Candidates:
    """The new accounts of a segment, as far as the conditions of its tasks can tell them apart.

    Parameters
    ----------
    wheres
        The conditions.
    index
        The segment.
    """

    def __init__(self, scenario: Scenario, index: int, wheres: Sequence[Where]) -> None:
        self._scenario, self._index, self._wheres = scenario, index, wheres
        self._name = list(scenario.plan.segments)[index]
        comparisons = [c for where in wheres for c in where.comparisons]
        self._taken = list(dict.fromkeys(c for c in comparisons if c.column not in OF_ACCOUNTS))
        amounts = [
            float(value)
            for c in comparisons
            if c.column == "arr"
            for value in c.values
            if not isinstance(value, str)
        ]
        arr = new_arr(scenario.plan, scenario.plan.segments[self._name])
        periods = scenario.plan.horizon.periods
        paid = [arr.on(periods.day(t)) for t in range(periods.count)]
        distinct = list({id(one): one for one in paid}.values())
        bands = bands_of_each(distinct, np.array(amounts))
        of = {id(one): found for one, found in zip(distinct, bands, strict=True)}
        self.bands = [of[id(one)] for one in paid]
        self._amounts = bands[0].amount

    def signatures(self, values: Values, rows: IntArray) -> tuple[IntArray, BoolArray]:
        """What those of a group meet.

        Parameters
        ----------
        values
            Values of the columns by which roles are split.
        rows
            The accounts of the group that are there today.

        Returns
        -------
        tuple
            The kind of each account, and which conditions are met by kind, period, band; shape
            (kinds, periods, bands, conditions).
        """
        book = self._scenario.book
        plan, count = self._scenario.plan, self._scenario.plan.horizon.periods.count
        if len(rows):
            there = book.take(rows)
            truths = [compared(plan, there, c) for c in self._taken]
            kinds = np.column_stack([*truths, np.ones(len(rows))]).astype(np.int64)
        else:
            kinds = np.array([[*(_by_values(c, dict(values)) for c in self._taken), 1]])
        found, of_row = distinct_rows(kinds.astype(np.int64))
        truth = partial(self._truth, found.astype(bool))
        shape = (len(found), count, len(self._amounts))
        met = [np.broadcast_to(where.met(truth), shape) for where in self._wheres]
        return of_row, np.stack(met, axis=-1)

    def _truth(self, kinds: BoolArray, comparison: Comparison) -> BoolArray:
        """Where a comparison holds, to be broadcast to (kinds, periods, bands)."""
        if comparison in self._taken:
            return kinds[:, self._taken.index(comparison), None, None]
        met = self._own(comparison)
        return met[:, None] if comparison.column in ("start", "renewal") else met

    def _own(self, comparison: Comparison) -> BoolArray:
        """Where a comparison holds for what a new account has of its own; unknown is its churn."""
        plan, column = self._scenario.plan, comparison.column
        segment = plan.segments[self._name]
        new = segment.new_accounts
        term = (new.term if new else None) or segment.term
        starts = plan.horizon.periods.first_days[:-1]
        cells: NDArray[Any]
        if column == "arr":
            cells = self._amounts
        elif column == "start":
            cells = starts
        elif column == "renewal":
            month, day = months_and_days(starts)
            cells = days_of(month + term, day)
        elif column == "term":
            cells = np.array([float(term)])
        elif column == "complexity":
            cells = np.array([segment.complexity.mean])
        elif column == "churn":
            return np.array([comparison.met_by_unknown])
        else:
            cells = np.array([_NOBODY if column == "id" else self._name], dtype=object)
        return comparison.met(cells, np.ones(len(cells), dtype=bool))


_NOBODY = "\0"
"""The id of an account that nobody knows yet."""


def _by_values(comparison: Comparison, values: dict[str, str]) -> bool:
    """Whether a comparison holds where only the columns are known by which roles are split."""
    found = values.get(comparison.column)
    if found is None or comparison.holds != TEXT:
        return comparison.met_by_unknown
    return bool(comparison.met(np.array([found], dtype=object), np.ones(1, dtype=bool))[0])
