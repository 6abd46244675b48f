"""Which figure of a plan a row of actuals speaks of, and in which unit its value is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from capacity import units
from capacity.backtesting.timeline import Timeline, When
from capacity.book.amounts import Amounts
from capacity.book.observations import value_in
from capacity.book.table import Cell, as_text
from capacity.catalogue import Catalogue
from capacity.errors import QuestionError
from capacity.expectations import figure_named
from capacity.metrics import Key, Kind, Metric
from capacity.scenario.document import Plan
from capacity.scenario.expecting import AT_MOST_ONE, Named
from capacity.scenario.parts import nearest
from capacity.units import Unit

OPENING = ("arr", "accounts")
"""Figures that a plan knows from the day before it begins."""
_ODDS = "p_covered"
_UNITS: Mapping[str, Unit] = {
    "hours": units.HOURS,
    "share": units.SURCHARGE,
    **dict.fromkeys(("FTE", "people", "seats", "accounts"), units.PLAIN),
}
_MAY_BE_NEGATIVE = ("gross_profit", "clv")


@dataclass(frozen=True)
class Figure:
    """A metric for a key, by one kind of period.

    Attributes
    ----------
    span
        By which its periods are grouped; empty of a figure over the horizon.
    """

    name: str
    unit: str
    kind: Kind
    key: Key
    span: str

    @property
    def called(self) -> str:
        """As an expectation names it: ``churned_accounts[smb]``."""
        about = ", ".join(self.about.values())
        return f"{self.name}[{about}]" if about else self.name

    @property
    def about(self) -> dict[str, str]:
        """The key as `Result.array` takes it."""
        return self.key.about


class Finder:
    """Reads the cells of a row; what is wrong with one is a `ValueError`."""

    def __init__(self, catalogue: Catalogue, plan: Plan) -> None:
        self._catalogue, self._plan = catalogue, plan
        self._timeline = Timeline(plan.horizon.periods)
        self._amounts = Amounts.of(plan)
        self._metrics: dict[tuple[str, tuple[Named, ...]], Metric] = {}

    def metric(self, text: str, about: tuple[Named, ...] = ()) -> Metric:
        """The metric that a text names as an expectation does, and other cells say more of."""
        if (text, about) not in self._metrics:
            self._metrics[text, about] = self._metric(text, about)
        return self._metrics[text, about]

    def _metric(self, text: str, about: tuple[Named, ...]) -> Metric:
        if not text:
            raise ValueError("is empty. Write the name of a metric, as churned_accounts")
        try:
            found, _, by, q = figure_named(self._catalogue, self._plan, text, about)
        except QuestionError as error:
            raise ValueError(str(error)) from None
        if by is not None:
            raise ValueError(f"{text!r} names a period, too. Write it in the column `period`")
        if q is not None:
            raise ValueError(f"{text!r} is a quantile, and only one thing happens. Leave it out")
        if found.name == _ODDS:
            text = "is a share of the futures, of which one happened. Write `coverage` instead"
            raise ValueError(f"{_ODDS} {text}")
        return found

    def when(self, metric: Metric, text: str) -> When:
        """The period of a row."""
        if metric.kind is Kind.WHOLE:
            if text in metric.periods:
                return When(text, "", 0, 1, is_whole=True)
            known = ", ".join(filter(None, metric.periods)) or "none"
            raise ValueError(f"{metric.name} knows no period {text!r}. Leave it empty, or: {known}")
        if not text and metric.kind in (Kind.FLOW, Kind.RATIO):
            return When("", "", 0, 1, is_whole=True)
        example = self._plan.horizon.periods.labels[0]
        if not text:
            raise ValueError(f"is empty, and {metric.name} is of a period. Write it, as {example}")
        found = self._timeline.find(text)
        if not found:
            hint = nearest(text, self._plan.horizon.periods.labels)
            raise ValueError(f"{text!r} is no period.{hint} Write it as {example}")
        if not found.is_whole:
            raise ValueError(f"the plan holds only a part of {text}. Leave the row out")
        return found

    def value(self, metric: Metric, cell: Cell, unit: str) -> float:
        """The number in a cell."""
        if cell == "":
            raise ValueError(
                "is empty; unknown is not zero. Write the number, or leave the row out"
            )
        own, amounts, rate = self._plan.currency, self._amounts, 1.0
        if unit not in ("", metric.unit):
            if metric.unit != own or unit not in self._plan.fx:
                raise ValueError(f"is in {unit!r}; {metric.name} is in {metric.unit}. Convert it")
            amounts, rate = Amounts(unit, {}), self._plan.fx[unit]
        if metric.unit == own:
            return rate * _money(amounts, cell, may_be_lost=metric.name in _MAY_BE_NEGATIVE)
        if metric.name in AT_MOST_ONE:
            return value_in(None, units.SHARE, _as_number(cell))
        return value_in(None, _UNITS[metric.unit], cell)


def _money(amounts: Amounts, cell: Cell, *, may_be_lost: bool) -> float:
    """An amount, below zero where that can be."""
    text = as_text(cell)
    if may_be_lost and text.startswith(("-", "−")):
        return -value_in(amounts, units.MONEY, text[1:].strip())
    return value_in(amounts, units.MONEY, cell)


def _as_number(cell: Cell) -> Cell:
    """A text of digits as the number that it is: of a share above 1 more can be said then."""
    return int(cell) if isinstance(cell, str) and cell.isdecimal() else cell
