"""The book: who the customers are when the plan begins, and who is signed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, TextArray
from capacity.calendar import DateArray

_BETWEEN = "\0"
"""Stands between ids that travel together; those that hold it travel one by one."""


@dataclass(frozen=True)
class Book:
    """Accounts as columns, sorted by segment and id, so that the order of a file plays no part.

    Attributes
    ----------
    ids
        Names of the accounts.
    segment
        Index into the scenario's segments.
    arr
        Yearly revenue; 0 where the scenario has no money.
    starts
        First day as a customer.
    renewal
        First day of the next term; the current one is renewed or lost in the period that holds the
        day before.
    renews_on
        Day of the month on which its terms begin; the last of a month that is too short.
    term
        Months of the contract.
    completed
        Renewals behind the account, when the current term ends.
    churn
        Yearly churn of the account's own, NaN where it has none.
    complexity
        Factor on hours of the account's own, NaN where it has none.
    names
        Texts of other columns, by which the roles are split or tasks are restricted; empty where
        an account has none.
    figures
        Numbers of those of them that a task compares with numbers, and 1 or 0 for true or false;
        NaN where an account has none.
    """

    ids: Sequence[str]
    segment: IntArray
    arr: FloatArray
    starts: DateArray
    renewal: DateArray
    renews_on: IntArray
    term: IntArray
    completed: IntArray
    churn: FloatArray
    complexity: FloatArray
    names: Mapping[str, TextArray] = field(default_factory=dict)
    figures: Mapping[str, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __getstate__(self) -> dict[str, Any]:
        """All ids as one text: a million of them take longer to pickle than all numbers."""
        text = _BETWEEN.join(self.ids)
        is_whole = self.ids and text.count(_BETWEEN) == len(self.ids) - 1
        return {**vars(self), "ids": text if is_whole else self.ids}

    def __setstate__(self, state: dict[str, Any]) -> None:
        ids = state["ids"]
        vars(self).update(state, ids=ids.split(_BETWEEN) if isinstance(ids, str) else ids)

    def take(self, rows: IntArray | BoolArray) -> Book:
        """The book of some of the accounts, or of all in another order."""
        ids = np.array(self.ids, dtype=object)[rows].tolist()
        names = {column: values[rows] for column, values in self.names.items()}
        figures = {column: values[rows] for column, values in self.figures.items()}
        others = {name: getattr(self, name)[rows] for name in COLUMNS}
        return replace(self, ids=ids, names=names, figures=figures, **others)


COLUMNS = tuple(f.name for f in fields(Book) if f.name not in ("ids", "names", "figures"))
"""What a book knows of every account in numbers and dates."""


def sorted_book(book: Book) -> Book:
    """The same accounts by segment and id."""
    by_id = np.fromiter(sorted(range(len(book)), key=book.ids.__getitem__), np.int64, len(book))
    return book.take(by_id[np.argsort(book.segment[by_id], kind="stable")])
