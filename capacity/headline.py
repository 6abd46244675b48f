"""The figures that speak for a plan: one number in each future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from capacity.arrays import FloatArray
from capacity.errors import QuestionError
from capacity.metrics import Key, Kind, Metric
from capacity.pairing import Pair, known_of
from capacity.precision import rows_of
from capacity.result import Result
from capacity.scenario.figure import Figure, read_figure

HEADLINE = (
    "p_covered", "required_fte", "dropped_hours", "team_cost", "gross_profit", "arr", "grr", "nrr"
)  # fmt: skip
"""What a comparison tells first, as far as both plans have it."""
PEAK = "peak"
"""Stands for the period in which an average by period is highest, in each future its own."""


@dataclass(frozen=True)
class Spot:
    """A number of each future.

    Attributes
    ----------
    name, unit, key
        Which, and of what.
    period
        A label; empty for the whole plan, of `grr` and the like for its first year.
    """

    name: str
    unit: str
    key: Key
    period: str

    def values(self, result: Result) -> FloatArray | None:
        """The number in every future, shape (1, trials); None where there is none."""
        found = result.catalogue.find(self.name, self.key)
        if found is None:
            return None
        labels, values = result.by_label(found)
        values = known_of(self, result, values)
        if self.period == PEAK:
            return values.max(axis=0, keepdims=True)
        return values[[labels.index(self.period)]] if self.period in labels else None

    @property
    def about(self) -> str:
        """What it is of, as ``csm, EMEA``; empty for the total."""
        return ", ".join(self.key.about.values())

    def __str__(self) -> str:
        return f"{self.name}[{self.about}]" if self.about else self.name


def headline(pair: Pair) -> list[Spot]:
    """The figures that a comparison tells first."""
    known = {metric.name for metric in pair.old.catalogue.metrics}
    figures = (Figure(name) for name in HEADLINE if name in known)
    return [spot for figure in figures for spot in _comparable(pair, figure)]


def spot_of(pair: Pair, text: str) -> Spot:
    """The figure that is meant by ``arr`` or ``required_fte[csm]``.

    Raises
    ------
    QuestionError
        Where there is no such figure, where it stands for several, or cannot be compared.
    """
    try:
        figure = read_figure(text)
    except ValueError as error:
        raise QuestionError(f"metric {error}") from None
    if figure.q is not None:
        raise QuestionError(f"{text}: a difference is that of each future. Leave the quantile out")
    found = list(_comparable(pair, figure))
    if not found:
        names = f"{pair.baseline} and {pair.scenario}"
        raise QuestionError(f"{text} cannot be compared in {names}; their notes say why")
    if len(found) > 1:
        raise QuestionError(f"{text} is several figures. Name one: {', '.join(map(str, found))}")
    return found[0]


def _comparable(pair: Pair, figure: Figure) -> Iterator[Spot]:
    """The rows that a figure speaks of, as far as both have them and speak of the same time."""
    for _, _, about in rows_of(pair.old, figure):
        both = pair.metric(figure.metric, Key(**about))
        if both and (period := _period(pair, both[0])) is not None:
            yield Spot(figure.metric, both[0].unit, both[0].key, period)


def _period(pair: Pair, metric: Metric) -> str | None:
    """The period that speaks for both plans: all of them, the last of both, or the peak."""
    if metric.kind is Kind.STOCK:
        shared = pair.common.labels() if pair.common.is_one_step else []
        return shared[-1] if shared else None
    if not pair.is_whole(metric):
        return None
    return PEAK if metric.kind is Kind.AVERAGE else ""
