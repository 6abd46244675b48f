"""The book: who the customers are when the plan begins, and who is signed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, TextArray
from capacity.calendar import DateArray, month_numbers, months_and_days


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
    decision
        Month, on the line of months, at whose end the current term is renewed or lost.
    term
        Months of the contract.
    completed
        Renewals behind the account, when the current term ends.
    churn
        Yearly churn of the account's own, NaN where it has none.
    complexity
        Factor on hours of the account's own, NaN where it has none.
    names
        Texts of other columns, by which the roles are split; empty where an account has none.
    """

    ids: Sequence[str]
    segment: IntArray
    arr: FloatArray
    starts: DateArray
    decision: IntArray
    term: IntArray
    completed: IntArray
    churn: FloatArray
    complexity: FloatArray
    names: Mapping[str, TextArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def start_month(self) -> IntArray:
        """Month of the start, on the line of months."""
        return month_numbers(self.starts)

    def take(self, rows: IntArray | BoolArray) -> Book:
        """The book of some of the accounts, or of all in another order."""
        ids = np.array(self.ids, dtype=object)[rows].tolist()
        names = {column: values[rows] for column, values in self.names.items()}
        return replace(self, ids=ids, names=names, **{n: getattr(self, n)[rows] for n in COLUMNS})


COLUMNS = ("segment", "arr", "starts", "decision", "term", "completed", "churn", "complexity")


def decision_month(renewals: DateArray) -> IntArray:
    """The month that holds the last day of the term before each renewal date."""
    month, day = months_and_days(renewals)
    return month - (day == 1)


def sorted_book(book: Book) -> Book:
    """The same accounts by segment and id."""
    by_id = np.fromiter(sorted(range(len(book)), key=book.ids.__getitem__), np.int64, len(book))
    return book.take(by_id[np.argsort(book.segment[by_id], kind="stable")])
