"""Forecasts that take no plan: what a spreadsheet would have said.

Each needs what was known when the plan began, and is unknown where that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.backtesting.actuals import Actuals
from capacity.backtesting.figures import OPENING, Figure
from capacity.backtesting.timeline import When
from capacity.engine.lifetime import opening_accounts
from capacity.loading import Scenario
from capacity.metrics import Key, Kind

_ARR = "arr"


@dataclass(frozen=True)
class Known:
    """What was known when the plan began.

    Attributes
    ----------
    before
        Values by figure and number of the period, which is negative.
    opening
        Values of the plan's own day before.
    """

    before: Mapping[Figure, Mapping[int, float]]
    opening: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, scenario: Scenario, actuals: Actuals) -> Known:
        """From history, and from the book of accounts."""
        before = {
            figure: {number: one.value for number, one in found.items()}
            for figure, found in actuals.before.items()
        }
        return cls(before, dict(_opening(scenario)))

    def history(self, figure: Figure) -> Mapping[int, float]:
        """The values of a figure, by number of the period."""
        return self.before.get(figure, {})

    def arr(self, key: Key, span: str) -> Mapping[int, float]:
        """The ARR of a key, by number of the period."""
        wanted = (_ARR, key, span)
        found = [one for one in self.before if (one.name, one.key, one.span) == wanted]
        return self.history(found[0]) if found else {}


def _opening(scenario: Scenario) -> list[tuple[tuple[str, str], float]]:
    """ARR and accounts by segment, and in all, on the day before the plan."""
    book, plan = scenario.book, scenario.plan
    there = book.starts <= plan.horizon.periods.begin
    count = opening_accounts(scenario)
    arr = np.bincount(book.segment[there], book.arr[there], minlength=len(plan.segments))
    found = []
    for name, values in zip(OPENING, (arr, count), strict=True):
        each = zip(("", *plan.segments), (values.sum(), *values), strict=True)
        found += [((name, segment), float(value)) for segment, value in each]
    return found


Forecast = Callable[[Known, Figure, When], float]


def last_value(known: Known, figure: Figure, when: When) -> float:
    """The last value before the plan goes on; NaN where there is none.

    Of ARR and accounts without a history it is that of the plan's own book.
    """
    del when
    history = known.history(figure)
    if history:
        return history[max(history)]
    is_of_book = figure.key == Key(figure.key.segment)
    return known.opening.get((figure.name, figure.key.segment), np.nan) if is_of_book else np.nan


def last_year(known: Known, figure: Figure, when: When) -> float:
    """The same month of the last year before the plan."""
    back = when.number
    while back >= 0:
        back -= when.a_year
    return known.history(figure).get(back, np.nan)


def constant_ratio(known: Known, figure: Figure, when: When) -> float:
    """The ratio to ARR of the last year stays, and so does ARR; of flows alone.

    The sum over the last periods, a year of them at most, over the ARR at their ends, times the
    last ARR that is known; of the segment where its ARR is known, else of all.
    """
    history = known.history(figure)
    if figure.kind is not Kind.FLOW:
        return np.nan
    for segment in dict.fromkeys((figure.key.segment, "")):
        arr = known.arr(Key(segment), figure.span)
        common = sorted(set(history) & set(arr))[-when.a_year :]
        under = sum(arr[number] for number in common)
        if under > 0:
            return sum(history[number] for number in common) / under * arr[max(arr)]
    return np.nan


NAIVE: Mapping[str, Forecast] = {
    "last_value": last_value,
    "last_year": last_year,
    "constant_ratio": constant_ratio,
}


def naive(known: Known, figure: Figure, whens: Sequence[When]) -> dict[str, FloatArray]:
    """Each naive forecast of a figure, by name; shape (points,), NaN where it is not known."""
    over_plan = [not when.span for when in whens]
    found = {}
    for name, forecast in NAIVE.items():
        values = [
            np.nan if whole else forecast(known, figure, when)
            for whole, when in zip(over_plan, whens, strict=True)
        ]
        found[name] = np.array(values)
    return found
