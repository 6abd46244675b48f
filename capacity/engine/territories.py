"""Territories: the accounts of a segment that need the same work, by the same pools.

Without a split role, and without a `where`, a territory is a segment. What accounts feel of the
work is the same within a territory, since they share all the people who serve them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, RowSums, distinct_rows
from capacity.book.pools import texts
from capacity.book.restricted import meets
from capacity.engine.bands import Bands
from capacity.engine.dealing import Candidates, Deal, Group, Values
from capacity.loading import Scenario
from capacity.scenario.conditions import Where
from capacity.scenario.pool import SEGMENT, common_values, splits_of


@dataclass(frozen=True)
class Territories:
    """The territories of a plan, sorted by segment.

    Attributes
    ----------
    segment
        Index of the segment of each.
    values
        By which pools each is served.
    without
        Tasks of the segment that the accounts of each do not need.
    luck
        What tells the luck of each from that of the others of its segment.
    of_row
        Territory of each account of the book.
    deals
        Of each segment: how the accounts that it wins fall to its territories.
    shares
        Of each: its share of the accounts of its segment that are there today; alike where the
        segment has none.
    """

    segment: IntArray
    values: list[Values]
    without: list[frozenset[str]]
    luck: list[tuple[str, ...]]
    of_row: IntArray
    deals: list[Deal]
    shares: FloatArray

    def __len__(self) -> int:
        return len(self.segment)

    def of_segment(self, segment: int) -> IntArray:
        """The territories of a segment."""
        return np.flatnonzero(self.segment == segment)

    def by_segment(self, segments: int) -> RowSums:
        """Sums territories to segments."""
        return RowSums(self.segment, segments)

    def within(self, segment: int, values: Values) -> tuple[int, ...]:
        """The territories of a segment that have some values."""
        return tuple(t for t in self.of_segment(segment) if set(values) <= set(self.values[t]))

    def needing(self, segment: int, task: str) -> list[int]:
        """The territories of a segment whose accounts need one of its tasks."""
        return [t for t in self.of_segment(segment).tolist() if task not in self.without[t]]


def build_territories(scenario: Scenario) -> Territories:
    """Find the territories that have accounts, or may win some."""
    plan, book = scenario.plan, scenario.book
    segment: list[int] = []
    none, of_row = np.zeros(0, dtype=np.int64), np.zeros(len(book), dtype=np.int64)
    found, shares = Territories(none, [], [], [], of_row, [], np.zeros(0)), []
    for index, name in enumerate(plan.segments):
        groups = _groups(scenario, index)
        wheres = plan.restricted(name)
        part = _apart(scenario, groups, wheres) if wheres else _whole(groups)
        found.of_row[groups.rows] = len(segment) + part.of_row
        found.deals.append(part.deal(groups, len(segment)))
        shares.append(_shares(part.of_row[groups.known], len(part.group)))
        segment += [index] * len(part.group)
        found.values.extend(groups.values[g] for g in part.group)
        tasks = np.array(list(wheres), dtype=object)
        found.without.extend(frozenset(tasks[~met].tolist()) for met in part.met)
        varying = part.met.any(axis=0) & ~part.met.all(axis=0)
        for g, met in zip(part.group, part.met, strict=True):
            pools = [value for _, value in groups.values[g]] if len(groups.values) > 1 else []
            needed = tasks[varying & met].tolist()
            found.luck.append((*pools, *(["where", *needed] if needed else [])))
    every = np.concatenate(shares) if shares else np.zeros(0)
    return replace(found, segment=np.array(segment, dtype=np.int64), shares=every)


def _shares(place: IntArray, count: int) -> FloatArray:
    """How the accounts of a segment spread over its territories."""
    size = np.bincount(place, minlength=count).astype(np.float64)
    return size / size.sum() if size.any() else np.full(count, 1 / count)


@dataclass(frozen=True)
class _Groups:
    """The accounts of a segment, in groups that the same pools serve.

    Attributes
    ----------
    index
        The segment.
    values
        What tells each group from the others.
    rows, place
        The accounts of the book, and the group of each.
    known
        Which of them say what those are like that are won.
    """

    index: int
    values: list[Values]
    rows: IntArray
    place: IntArray
    known: BoolArray

    @property
    def shares(self) -> FloatArray:
        """Of each group: its share of the accounts that are won."""
        if not len(self.rows):
            return np.full(len(self.values), 1 / len(self.values))
        size = np.bincount(self.place[self.known], minlength=len(self.values))
        return size / size.sum()

    def like(self, group: int) -> IntArray:
        """The accounts after which those take that a group wins."""
        return self.rows[self.known & (self.place == group)]


def _groups(scenario: Scenario, index: int) -> _Groups:
    plan, book = scenario.plan, scenario.book
    name = list(plan.segments)[index]
    columns = splits_of(plan, name)
    rows = np.flatnonzero(book.segment == index)
    found, place = _distinct(scenario, columns, rows)
    if not found:
        found = _everywhere(scenario, columns, name)
    opening = book.starts[rows] <= plan.horizon.periods.begin
    known = opening if opening.any() else np.ones(len(rows), dtype=bool)
    values = [tuple(zip(columns, key, strict=True)) for key in found]
    return _Groups(index, values, rows, place, known)


@dataclass(frozen=True)
class _Part:
    """The territories of a segment, counted from 0.

    Attributes
    ----------
    group, met
        Group of each, and which conditions its accounts meet, shape (territories, conditions).
    of_row
        Territory of each account of the book.
    kinds, tables
        By group: as in `Group`.
    bands
        As in `Deal`.
    """

    group: IntArray
    met: BoolArray
    of_row: IntArray
    kinds: list[IntArray]
    tables: list[IntArray]
    bands: Sequence[Bands]

    def deal(self, groups: _Groups, first: int) -> Deal:
        """How new accounts fall to the territories, of which the first has a number."""
        parts = [
            Group(first + np.flatnonzero(self.group == g), kinds, first + table)
            for g, (kinds, table) in enumerate(zip(self.kinds, self.tables, strict=True))
        ]
        return Deal(groups.shares, parts, self.bands)


_ALIKE = np.zeros(1, dtype=np.int64)


def _whole(groups: _Groups) -> _Part:
    """Each group is a territory."""
    count = len(groups.values)
    tables = [np.full((1, 1, 1), g) for g in range(count)]
    met = np.zeros((count, 0), dtype=bool)
    return _Part(np.arange(count), met, groups.place, [_ALIKE] * count, tables, ())


def _apart(scenario: Scenario, groups: _Groups, wheres: Mapping[str, Where]) -> _Part:
    """Within each group, accounts that meet other conditions are apart."""
    plan, book = scenario.plan, scenario.book
    of_rows = [meets(plan, book, where)[groups.rows] for where in wheres.values()]
    met = np.column_stack(of_rows)
    blocks = [np.column_stack([groups.place, met])]
    new = list(plan.segments.values())[groups.index].new_accounts
    candidates = Candidates(scenario, groups.index, list(wheres.values())) if new else None
    kinds, shapes = [], []
    for g, share in enumerate(groups.shares.tolist()):
        of_row, table = _ALIKE, _any_of(met[groups.place == g])
        if candidates and share > 0:
            of_row, table = candidates.signatures(groups.values[g], groups.like(g))
        kinds.append(of_row)
        shapes.append(table.shape[:-1])
        flat = table.reshape(-1, len(wheres))
        blocks.append(np.column_stack([np.full(len(flat), g), flat]))
    found, place = distinct_rows(np.vstack(blocks).astype(np.int64))
    of_row, *tables = np.split(place, np.cumsum([len(block) for block in blocks[:-1]]))
    bands = candidates.bands if candidates else ()
    width = plan.horizon.periods.count, len(bands[0].amount) if bands else 1
    whole = [
        np.broadcast_to(table.reshape(shape), (shape[0], *width))
        for table, shape in zip(tables, shapes, strict=True)
    ]
    return _Part(found[:, 0], found[:, 1:].astype(bool), of_row, kinds, whole, bands)


def _any_of(met: BoolArray) -> BoolArray:
    """What some account meets, where none will be won that could meet anything else."""
    one = met[0] if len(met) else np.zeros(met.shape[1], dtype=bool)
    return one[None, None, None]


def _distinct(
    scenario: Scenario, columns: list[str], rows: IntArray
) -> tuple[list[tuple[str, ...]], IntArray]:
    """The distinct values of some accounts, and which of them each account has."""
    if not len(rows):
        return [], rows
    codes, names = np.zeros((len(rows), len(columns)), dtype=np.int64), []
    for i, column in enumerate(columns):
        of_row = texts(scenario.plan, scenario.book, column)[rows]
        names.append(sorted(set(of_row)))
        code = {name: n for n, name in enumerate(names[-1])}
        codes[:, i] = [code[name] for name in of_row]
    found, place = distinct_rows(codes)
    return [tuple(n[c] for n, c in zip(names, row, strict=True)) for row in found], place


def _everywhere(scenario: Scenario, columns: list[str], segment: str) -> list[tuple[str, ...]]:
    """The territories of a segment without accounts: every pool may win some."""
    values = [
        [segment]
        if column == SEGMENT
        else common_values(scenario.plan, scenario.pools, segment, column)
        for column in columns
    ]
    return list(product(*values))
