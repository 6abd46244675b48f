"""A number and what it is made of: a tree of sums, products, quotients and differences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from capacity.assumptions import Row, place_row
from capacity.errors import Place


class Operation(Enum):
    """How the parts of a number make it up."""

    SUM = "sum"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    DIFFERENCE = "difference"
    """The first part less all others."""
    GIVEN = "given"
    """It is an input, or the engine's; its parts are what it rests on."""


@dataclass(frozen=True)
class Term:
    """A number of an explanation.

    Attributes
    ----------
    label
        What it is, in words.
    value
        The number; NaN where there is none, such as the coverage of no work.
    unit
        ``hours``, ``share``, ``FTE``, a currency and so on; empty for a plain factor.
    operation
        How the parts make it up.
    parts
        What it is made of, in order.
    path
        The setting of an input, as ``tasks.qbr.hours``.
    place
        Where that was written; None for a default, and for what is no input.
    says
        What the input says where that is no number, as ``US`` of a month's public holidays.
    """

    label: str
    value: float
    unit: str = ""
    operation: Operation = Operation.GIVEN
    parts: tuple[Term, ...] = ()
    path: str = ""
    place: Place | None = None
    says: str = ""

    @property
    def combined(self) -> float:
        """What the parts make; the value itself of what is given."""
        if self.operation is Operation.GIVEN:
            return self.value
        return combine(self.operation, [part.value for part in self.parts])

    def walk(self) -> Iterator[Term]:
        """The number and all that it is made of, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def valued(self, value: float) -> Term:
        """The same with the engine's own figure, which the parts have to make."""
        return replace(self, value=value)

    def called(self, label: str) -> Term:
        """The same in other words."""
        return replace(self, label=label)

    def row(self) -> Row:
        """The tree as nested rows for other programs; what is not known is None."""
        return {
            "label": self.label,
            "value": self.value if math.isfinite(self.value) else None,
            "unit": self.unit,
            "operation": self.operation.value,
            "path": self.path or None,
            **place_row(self.place),
            "parts": [part.row() for part in self.parts],
        }


def combine(operation: Operation, values: Sequence[float]) -> float:
    """What some values make; a quotient of nothing by nothing is not a number."""
    if operation is Operation.SUM:
        return math.fsum(values)
    if operation is Operation.PRODUCT:
        return math.prod(values)
    if operation is Operation.DIFFERENCE:
        return values[0] - math.fsum(values[1:])
    over, under = values
    if under:
        return over / under
    return math.copysign(math.inf, over) if over else math.nan


def given(label: str, value: float, unit: str = "", rests_on: Sequence[Term] = ()) -> Term:
    """A number that the engine gives, and the inputs on which it rests."""
    return Term(label, float(value), unit, parts=tuple(rests_on))


def total(label: str, unit: str, parts: Sequence[Term]) -> Term:
    """A sum; of nothing 0, and of one part that part in other words."""
    if len(parts) == 1:
        return parts[0].called(label)
    return _made(label, unit, Operation.SUM, parts)


def product(label: str, unit: str, *parts: Term) -> Term:
    """A product."""
    return _made(label, unit, Operation.PRODUCT, parts)


def quotient(label: str, unit: str, over: Term, under: Term) -> Term:
    """The first over the second."""
    return _made(label, unit, Operation.QUOTIENT, (over, under))


def difference(label: str, unit: str, *parts: Term) -> Term:
    """The first less the others."""
    return _made(label, unit, Operation.DIFFERENCE, parts)


def _made(label: str, unit: str, operation: Operation, parts: Sequence[Term]) -> Term:
    value = combine(operation, [part.value for part in parts])
    return Term(label, value, unit, operation, tuple(parts))
