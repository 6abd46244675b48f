"""What a metric is: its name, unit and keys, and how its values are read.

A metric is one of four kinds, which says what a longer period makes of it: a *flow* is summed, a
*stock* is taken at the end, an *average* is averaged, a *ratio* is formed anew from its two flows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.batch import Record
from capacity.model.dispatch import DUST
from capacity.periods import Periods
from capacity.scenario.expecting import ABOUT


class Kind(Enum):
    """What a longer period makes of a metric."""

    FLOW = "flow"
    STOCK = "stock"
    AVERAGE = "average"
    RATIO = "ratio"
    WHOLE = "whole"
    """Only known over the horizon."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a number is about; an empty key is the total over it."""

    segment: str = ""
    role: str = ""
    pool: str = ""
    task: str = ""

    @property
    def about(self) -> dict[str, str]:
        """The names in it, by kind."""
        return {kind: name for kind in ABOUT if (name := getattr(self, kind))}


Reader = Callable[[], FloatArray]


@dataclass(frozen=True)
class Metric:
    """A metric for a key.

    Attributes
    ----------
    read
        The values, shape (periods, trials); of a ratio its numerator.
    under
        The denominator of a ratio.
    periods
        Labels of the rows of a metric that is only known over the horizon.
    """

    name: str
    unit: str
    kind: Kind
    key: Key
    read: Reader
    under: Reader | None = None
    periods: tuple[str, ...] = ()

    def over(self, groups: Sequence[IntArray]) -> FloatArray:
        """Values over groups of periods, shape (groups, trials)."""
        values = self.read()
        if self.kind is Kind.WHOLE:
            return values
        if self.kind is Kind.STOCK:
            return values[[group[-1] for group in groups]]
        if len(groups) == len(values) and self.under is None:
            return values
        total = np.stack([values[group].sum(axis=0) for group in groups])
        if self.kind is Kind.AVERAGE:
            return total / np.array([[len(group)] for group in groups])
        if self.under is None:
            return total
        below = self.under()
        with np.errstate(divide="ignore", invalid="ignore"):
            under = np.stack([below[group].sum(axis=0) for group in groups])
            return np.where(under > DUST, total / under, np.nan)


def groups_of(periods: Periods, span: str) -> tuple[list[str], list[IntArray]]:
    """Labels of the spans of a plan, such as its quarters, and the periods in each."""
    of_period = periods.labels_by(span)
    begins = [i for i in range(1, periods.count) if of_period[i] != of_period[i - 1]]
    return [of_period[i] for i in (0, *begins)], np.split(np.arange(periods.count), begins)


# --- readers -------------------------------------------------------------------------------------


def summed(
    batches: Sequence[Record], trials: int, name: str, rows: IntArray | list[int]
) -> FloatArray:
    """Sum of rows of a recorded array, shape (periods, trials)."""
    periods = len(batches[0][name])
    out = np.empty((periods, sum(batch["arr"].shape[2] for batch in batches)))
    wanted = _side_by_side(rows)
    first = 0
    for batch in batches:
        here = out[:, first : first + batch["arr"].shape[2]]
        here[:] = batch[name][:, wanted].sum(axis=1)
        first += here.shape[1]
    return out[:, :trials]


def _side_by_side(rows: IntArray | list[int]) -> slice | IntArray | list[int]:
    """The rows as a slice where they can be one, as that copies nothing."""
    if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows


def since_start(top: Reader, bottom: Reader) -> Reader:
    """Value after each year over the value before the first, the first year twice."""

    def read() -> FloatArray:
        values = ratio(top()[1:], bottom()[:1])
        return np.concatenate([values[:1], values])

    return read


def ratio(over: FloatArray, under: FloatArray) -> FloatArray:
    """One over the other; NaN where there is nothing below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(under > 0, over / under, np.nan)


def over_all(over: Reader, under: Reader) -> Reader:
    """The sum over all periods of what one reads, over that of the other."""
    return lambda: ratio(over().sum(axis=0), under().sum(axis=0))[None]


def plus(a: Reader, b: Reader) -> Reader:
    """The sum of what two read."""
    return lambda: a() + b()


def weighted(parts: Sequence[Reader], weights: FloatArray) -> Reader:
    """Sum of what is read, each times its weight; 0 of nothing."""

    def read() -> FloatArray:
        each = [part() * weight for part, weight in zip(parts, weights.tolist(), strict=True)]
        return np.sum(each, axis=0) if each else np.zeros((1, 1))

    return read


def total(parts: list[Reader]) -> Reader:
    """The sum of what is read."""
    return lambda: np.sum([part() for part in parts], axis=0)
