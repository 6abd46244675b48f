"""Conditions over the columns of accounts: comparisons, joined by and, or, not.

They are evaluated on whole columns. What is unknown of an account meets no comparison, whichever
way it is asked.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray

NUMBER, TEXT, DATE, SWITCH = "number", "text", "date", "switch"
"""What a column holds, as a comparison reads it."""
OF_ACCOUNTS = {
    "id": TEXT,
    "segment": TEXT,
    "arr": NUMBER,
    "start": DATE,
    "renewal": DATE,
    "term": NUMBER,
    "churn": NUMBER,
    "complexity": NUMBER,
}
"""Columns that the model knows; what others hold is said by what they are compared with."""
UNKNOWN = ""
"""The text that an empty cell is equal to, and nothing else is."""
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

Value = float | str | bool | np.datetime64


def is_unknown(value: Value) -> bool:
    """Whether a value asks for empty cells."""
    return isinstance(value, str) and value == UNKNOWN


@dataclass(frozen=True)
class Comparison:
    """A column compared with values.

    Attributes
    ----------
    column, holds
        Name of the column, and what is read from it.
    sign
        ``<``, ``<=``, ``>`` or ``>=`` with a single value; ``==`` or ``!=`` with any of several.
    values
        With what it is compared.
    """

    column: str
    holds: str
    sign: str
    values: tuple[Value, ...]

    def met(self, cells: NDArray[Any], known: BoolArray) -> BoolArray:
        """Where it holds: nowhere that the cell is unknown, unless it is compared with ``''``.

        Parameters
        ----------
        cells
            The column by account, as numbers, texts or days; shape (accounts,).
        known
            Where there is something in it.
        """
        wanted = [value for value in self.values if not is_unknown(value)]
        if self.sign in ORDER:
            with np.errstate(invalid="ignore"):
                return known & ORDER[self.sign](cells, wanted[0])
        listed = np.zeros(len(cells), dtype=bool)
        for value in wanted:
            listed |= cells == value
        if self.sign == "!=":
            return known & ~listed
        return (known & listed) | (~known & self.met_by_unknown)

    @property
    def met_by_unknown(self) -> bool:
        """Whether it holds where nothing is known."""
        return self.sign == "==" and any(map(is_unknown, self.values))


@dataclass(frozen=True)
class Joined:
    """Conditions of which all must hold (by ``and``), or any (by ``or``)."""

    by: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """A condition that must not hold."""

    part: Condition


Condition = Comparison | Joined | Not | bool


@dataclass(frozen=True)
class Where:
    """The condition that an account has to meet; two that mean the same are equal.

    Attributes
    ----------
    text
        As it was written.
    """

    text: str = field(compare=False)
    condition: Condition

    def __str__(self) -> str:
        return self.text

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All comparisons in it, each once."""
        return tuple(dict.fromkeys(_comparisons(self.condition)))

    def met(self, truth: Callable[[Comparison], BoolArray]) -> BoolArray:
        """Whether it holds, from the truth of its comparisons; their shapes broadcast to one."""
        return _met(self.condition, truth)

    def may_be_met(self, truth: Callable[[Comparison], BoolArray | None]) -> BoolArray:
        """The same where only some of the comparisons have a truth: whether it may hold."""
        return _possible(self.condition, truth)[0]

    def may_hold(self, **known: Value) -> bool:
        """Whether an account of which some columns are known may meet it."""

        def truth(comparison: Comparison) -> BoolArray | None:
            if comparison.column not in known:
                return None
            return comparison.met(np.array([known[comparison.column]]), np.array([True]))

        return bool(self.may_be_met(truth).all())


def _comparisons(condition: Condition) -> Iterator[Comparison]:
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from _comparisons(condition.part)
    elif isinstance(condition, Joined):
        for part in condition.parts:
            yield from _comparisons(part)


def _met(condition: Condition, truth: Callable[[Comparison], BoolArray]) -> BoolArray:
    if isinstance(condition, bool):
        return np.array(condition)
    if isinstance(condition, Comparison):
        return truth(condition)
    if isinstance(condition, Not):
        return np.logical_not(_met(condition.part, truth))
    join = np.logical_and if condition.by == "and" else np.logical_or
    return reduce(join, (_met(part, truth) for part in condition.parts))


def _possible(
    condition: Condition, truth: Callable[[Comparison], BoolArray | None]
) -> tuple[BoolArray, BoolArray]:
    """Where it may hold, and where it may fail."""
    if isinstance(condition, bool):
        return np.array(condition), np.array(not condition)
    if isinstance(condition, Comparison):
        found = truth(condition)
        maybe = np.ones((), dtype=bool)
        return (maybe, maybe) if found is None else (found, ~found)
    if isinstance(condition, Not):
        holds, fails = _possible(condition.part, truth)
        return fails, holds
    parts = [_possible(part, truth) for part in condition.parts]
    joins = (np.logical_and, np.logical_or)
    of_holds, of_fails = joins if condition.by == "and" else joins[::-1]
    return reduce(of_holds, (h for h, _ in parts)), reduce(of_fails, (f for _, f in parts))
