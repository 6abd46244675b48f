"""The tidy table in which every answer is told: its columns, its rows, and questions of no row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from numbers import Real
from typing import Any, Protocol

from capacity.arrays import FloatArray
from capacity.errors import QuestionError
from capacity.metrics import Key
from capacity.scenario.expecting import ABOUT, UNITS, no_metric
from capacity.statistics import QUANTILES, Summary, summarise

COLUMNS = ("metric", "unit", "period", *ABOUT, "mean", "sd", "se",
           *(f"p{round(100 * q):02d}" for q in QUANTILES))  # fmt: skip


class Named(Protocol):
    """What a row of the table is called and is about."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def key(self) -> Key: ...  # noqa: D102


def table_rows(
    metric: Named, labels: Sequence[str], values: FloatArray
) -> Iterator[dict[str, Any]]:
    """Rows of a table: what values of shape (rows, trials) say of a metric."""
    yield from summary_rows(metric, labels, summarise(values))


def summary_rows(metric: Named, labels: Sequence[str], found: Summary) -> Iterator[dict[str, Any]]:
    """Rows of a table: a metric and the summary of its rows."""
    key = astuple(metric.key)
    for i, label in enumerate(labels):
        numbers = (found.mean[i], found.sd[i], found.se[i], *found.quantiles[i])
        about = (metric.name, metric.unit, label, *key)
        yield dict(zip(COLUMNS, (*about, *(float(n) for n in numbers)), strict=True))


def check_metric(metric: str | None) -> None:
    """Refuse what is the name of no metric in any plan: a table without rows says nothing of it."""
    if metric is not None and metric not in [*UNITS]:
        raise QuestionError(no_metric(str(metric), UNITS))


def probability(q: float) -> float:
    """A probability, as it was given.

    Raises
    ------
    QuestionError
        Where it is none.
    """
    if not isinstance(q, Real) or not 0 <= q <= 1:
        raise QuestionError(f"q is {q!r}. Write a probability between 0 and 1, as 0.9")
    return float(q)
