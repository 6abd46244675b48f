"""How exact a result is, and how many futures it takes to be as exact as was asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from capacity.errors import QuestionError
from capacity.metrics import Key
from capacity.result import Result
from capacity.rng import BATCH
from capacity.scenario.figure import Figure, read_figure, read_precision
from capacity.scenario.horizon import Simulation
from capacity.scenario.parts import nearest

FEWEST, MOST = 2 * BATCH, 100_000
"""Futures below which an error is itself too uncertain, and what is run at most unasked."""
HEADLINE = "headline"
"""What is to be exact where no metric is named."""

Target = tuple[str, float | None, Mapping[str, str]]
"""A metric, the probability of its quantile (None: its mean), and what it is about."""


@dataclass(frozen=True)
class Goal:
    """What a run is after.

    Attributes
    ----------
    precision
        Standard error over the figure.
    figure
        What has to be that exact; None are the headline figures.
    most
        Futures after which the run ends, exact or not.
    """

    precision: float
    figure: Figure | None
    most: int

    def counts(self) -> Iterator[int]:
        """Futures after which the errors are looked at, half as many again each time."""
        count = FEWEST
        while count < self.most:
            yield count
            count = -(-3 * count // (2 * BATCH)) * BATCH
        yield self.most

    def forecast(self, count: int, error: float) -> int:
        """Futures at which the run will probably end, by the error after `count` of them."""
        wanted = count * (error / self.precision) ** 2
        return next((n for n in self.counts() if n > count and n >= wanted), self.most)

    def is_reached(self, error: float) -> bool:
        """Whether that is exact enough; an unknown error is not."""
        return error <= self.precision

    def found(self, error: float) -> dict[str, object]:
        """What the manifest says of it."""
        return {
            "asked": self.precision,
            "metric": HEADLINE if self.figure is None else str(self.figure),
            "reached": self.is_reached(error),
            "error": error if math.isfinite(error) else None,
        }


def goal_of(
    settings: Simulation, trials: int | None, precision: float | None, metric: str | None
) -> Goal | None:
    """The goal of a run: what the caller asks for, else what the scenario says.

    Raises
    ------
    QuestionError
        Where the precision is asked for of no futures, or of what is no figure.
    ValueError
        Where the precision is not between 0 and 1.
    """
    asked = precision is not None or metric is not None
    if trials == 0 and not asked:
        return None
    wanted = settings.precision if precision is None else read_precision(precision)
    if wanted is None:
        if metric is None:
            return None
        raise QuestionError(f"metric {metric} without a precision. Give a precision, as in 1%")
    most = settings.trials if "trials" in settings.model_fields_set else MOST
    most = most if trials is None else trials
    if most == 0:
        raise QuestionError("a precision needs futures, but trials is 0. Leave one of them out")
    return Goal(wanted, settings.metric if metric is None else _figure(metric), most)


def _figure(text: str) -> Figure:
    try:
        return read_figure(text)
    except ValueError as error:
        raise QuestionError(f"metric {error}") from None


# --- which figures count -------------------------------------------------------------------------


def largest_error(result: Result, figure: Figure | None) -> float:
    """Largest standard error over its figure; infinite where one is not known.

    A figure that is not defined, such as the coverage of no work, does not count.
    """
    targets = _headline(result) if figure is None else rows_of(result, figure)
    return max((error for target in targets for error in _relative(result, target)), default=0.0)


def _relative(result: Result, target: Target) -> Iterator[float]:
    metric, q, about = target
    errors = result.errors(metric, q, **about)
    for label, value in result.figures(metric, q, **about).items():
        if math.isnan(value) or errors[label] == 0:
            continue
        known = math.isfinite(errors[label]) and value != 0
        yield errors[label] / abs(value) if known else math.inf


def _headline(result: Result) -> Iterator[Target]:
    """People needed at the peaks, revenue at the end, cost of the team."""
    known = {(m.name, m.key) for m in result.catalogue.metrics}
    for role in result.scenario.plan.team:
        if ("required_fte", Key(role=role)) in known:
            middle = result.figures("required_fte", 0.5, role=role)
            peak = max(middle, key=lambda month: middle[month])
            yield "required_fte", 0.9, {"role": role, "period": peak}
    if ("arr", Key()) in known:
        yield "arr", None, {"period": result.periods[-1]}
    yield "team_cost", None, {"period": ""}


def rows_of(result: Result, figure: Figure) -> list[Target]:
    """The rows that a figure speaks of: those of its key, else the total, else every role.

    Raises
    ------
    QuestionError
        Where there is no such metric or key.
    """
    keys = [m.key for m in result.catalogue.metrics if m.name == figure.metric]
    if not keys:
        result.array(figure.metric)  # says which metrics there are
    if figure.about:
        found = [key for key in keys if [*key.about.values()] == [figure.about]]
    else:
        found = [key for key in keys if key == Key()]
        found = found or [key for key in keys if key.role and key == Key(role=key.role)]
    if not found:
        raise QuestionError(_unknown(figure, keys))
    return [(figure.metric, figure.q, key.about) for key in found]


def _unknown(figure: Figure, keys: list[Key]) -> str:
    single = (key.about.values() for key in keys if len(key.about) == 1)
    known = list(dict.fromkeys(name for names in single for name in names))
    hint = nearest(figure.about, known)
    names = ", ".join(known) or "the total alone"
    return f"{figure.metric} is not known for {figure.about!r}.{hint} Known for: {names}"
