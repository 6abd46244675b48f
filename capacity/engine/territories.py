"""Territories: the accounts of a segment whose work goes to the same pools.

Without a split role a territory is a segment. What accounts feel of the work is the same within a
territory, since they share all the people who serve them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from capacity.arrays import FloatArray, IntArray, RowSums, distinct_rows
from capacity.book.pools import texts
from capacity.loading import Scenario
from capacity.scenario.pool import SEGMENT, common_values, splits_of

Values = tuple[tuple[str, str], ...]
"""Columns by which the roles of a segment are split, each with its value."""


@dataclass(frozen=True)
class Territories:
    """The territories of a plan, sorted by segment.

    Attributes
    ----------
    segment
        Index of the segment of each.
    values
        What tells each from the others of its segment.
    of_row
        Territory of each account of the book.
    shares
        Of each: its share of the accounts that its segment wins.
    """

    segment: IntArray
    values: list[Values]
    of_row: IntArray
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


def build_territories(scenario: Scenario) -> Territories:
    """Find the territories that have accounts, or may win some."""
    plan, book = scenario.plan, scenario.book
    segment: list[int] = []
    values: list[Values] = []
    shares: list[float] = []
    of_row = np.zeros(len(book), dtype=np.int64)
    opening = book.starts <= plan.horizon.periods.begin
    for index, name in enumerate(plan.segments):
        columns = splits_of(plan, name)
        rows = np.flatnonzero(book.segment == index)
        found, place = _distinct(scenario, columns, rows)
        known = place[opening[rows]] if opening[rows].any() else place
        if not found:
            found = _everywhere(scenario, columns, name)
        of_row[rows] = len(segment) + place
        size = np.bincount(known, minlength=len(found)) if known.size else np.ones(len(found))
        segment += [index] * len(found)
        values += [tuple(zip(columns, key, strict=True)) for key in found]
        shares += (size / size.sum()).tolist()
    return Territories(np.array(segment, dtype=np.int64), values, of_row, np.array(shares))


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
