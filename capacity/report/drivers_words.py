"""A figure, its inputs and their shares in words, each in its unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from capacity.report.inputs import input_name
from capacity.report.words import (
    UNKNOWN,
    hours,
    in_unit,
    money,
    people,
    points,
    share,
)

if TYPE_CHECKING:
    from capacity.drivers.answer import Driver, Sensitivity

_SAY: dict[str, Callable[[float], str]] = {
    "hours": lambda value: f"{hours(value)} h",
    "FTE": lambda value: f"{people(value)} FTE",
    **{unit: in_unit(unit) for unit in ("share", "people", "seats", "accounts")},
}


class Words:
    """How a figure is said, and which of its inputs are.

    Parameters
    ----------
    found
        Whose figure it is.
    """

    def __init__(self, found: Sensitivity) -> None:
        self._found = found
        is_points = found.unit == "share" and found.is_difference
        say = points if is_points else _SAY.get(found.unit, partial(money, currency=found.unit))
        self._say: Callable[[float], str] = say

    def figure(self, value: float) -> str:
        """A value of the figure, in its unit."""
        return self._say(value) if math.isfinite(value) else UNKNOWN

    def shown(self) -> list[Driver]:
        """Inputs that are heard, and those that swing the figure by what can be seen."""
        return [
            d
            for d in self._found.drivers
            if d.is_heard or self.figure(d.swing.low) != self.figure(d.swing.high)
        ]


def name_of(driver: Driver) -> str:
    """What an input is called."""
    return input_name(driver.unknown)


def part(value: float) -> str:
    """A share of something; estimates that are less than nothing or more than all are cut off."""
    return share(min(max(value, 0.0), 1.0))


def error_of(value: float) -> str:
    """`` ± 2 points``; nothing where it does not show."""
    return f" ± {100 * value:.0f} points" if math.isfinite(value) and value >= 0.005 else ""


def listed(names: list[str]) -> str:
    """``a, b and c``."""
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
