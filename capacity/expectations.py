"""What a plan is expected to show, held against what a simulation found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, place_row
from capacity.catalogue import Catalogue
from capacity.engine.layout import Layout
from capacity.errors import InputError, Mistake, Place, QuestionError
from capacity.metrics import Kind, Metric
from capacity.periods import Periods
from capacity.scenario.document import Plan
from capacity.scenario.expecting import (
    HOLDS,
    Expectation,
    Named,
    no_metric,
    read_figure_name,
)
from capacity.scenario.parts import nearest
from capacity.scenario.reading import dotted

if TYPE_CHECKING:
    from capacity.result import Result

SURE = 2.0
"""Standard errors between a figure and its bound from which on luck is no excuse."""
_DUST = 1e-9
"""Part of a bound by which a figure may miss it through rounding alone."""
_MOST_NAMES = 20
_ODDS = "p_covered"
"""A share of the futures, of which there are none where expected values are computed."""
_REVENUE = "takes revenue. Write what accounts pay as `arr`, or name a file of accounts"
_A_YEAR = "takes {}, and a plan of 12 months or more. Write them, or ask for another figure"
ABSENT = {
    **dict.fromkeys(("arr", "new_arr", "expansion_arr", "contraction_arr"), _REVENUE),
    **dict.fromkeys(("churned_arr", "revenue", "cost_share_of_revenue"), _REVENUE),
    "gross_profit": "takes revenue and `finance.gross_margin`. Write them",
    "logo_retention": _A_YEAR.format("`churn`"),
    **dict.fromkeys(("grr", "nrr"), _A_YEAR.format("revenue, `churn`")),
    "clv": "takes revenue, `churn`, `finance.gross_margin` and `finance.discount_rate`. Write them",
}
"""Metrics that not every plan has, and what they take."""


def absent(name: str) -> str:
    """What to say of a metric that not every plan has, where this one does not."""
    return f"this plan has no {name}, which {ABSENT[name]}"


@dataclass(frozen=True, slots=True)
class Asked:
    """An expectation that a plan can answer.

    Attributes
    ----------
    place, path
        Where it was written.
    metric
        The metric for its key.
    period, by
        When, and by which span the periods are grouped; None for every period of the plan.
    """

    expectation: Expectation
    place: Place
    path: str
    metric: Metric
    period: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an expectation.

    Attributes
    ----------
    text
        The expectation.
    place, path
        Where it was written.
    unit
        Of the figure and the bound, as in the table.
    period
        When; empty for a figure over the plan. Where every period had to keep the bound, the one
        that is worst off.
    figure
        What the simulation found; NaN where that is not known.
    error
        Its Monte Carlo standard error; NaN where that is not known.
    bound
        What it had to keep.
    holds
        Whether it did; None where that is not known.
    """

    text: str
    place: Place
    path: str
    unit: str
    period: str
    figure: float
    error: float
    bound: float
    holds: bool | None

    @property
    def is_sure(self) -> bool:
        """Whether the figure is further from the bound than its error explains."""
        return self.error == 0 or abs(self.figure - self.bound) > SURE * self.error


def understood(layout: Layout) -> tuple[Asked, ...]:
    """What a plan is expected to show, each with the figure that it speaks of.

    Raises
    ------
    InputError
        With every expectation of a figure that the plan does not have.
    """
    scenario = layout.scenario
    if not scenario.plan.expect:
        return ()
    reader = _Reader(Catalogue(scenario, layout.work, (), 1), scenario.plan)
    listed = isinstance(scenario.marked.written(("expect",)), list)
    found, mistakes = [], []
    for i, expectation in enumerate(scenario.plan.expect):
        trail = ("expect", i) if listed else ("expect",)
        place, path = scenario.marked.place(trail), dotted(trail)
        try:
            metric, period, by = reader.read(expectation)
            found.append(Asked(expectation, place, path, metric, period, by))
        except ValueError as error:
            mistakes.append(Mistake(place, path, str(error)))
    if mistakes:
        raise InputError(mistakes)
    return tuple(found)


def figure_named(
    catalogue: Catalogue, plan: Plan, text: str, about: Sequence[Named] = ()
) -> tuple[Metric, str | None, str | None, float | None]:
    """The figure that a text names as an expectation does: ``required_fte[csm, 2027-03]:p90``.

    Parameters
    ----------
    about
        Names beside those in its brackets.

    Returns
    -------
    tuple
        The metric for its key, the period, the span of which that is one, and the quantile. The
        period is None for the mean, or any, of all periods of an average.

    Raises
    ------
    QuestionError
        Where there is no such figure.
    """
    try:
        name, named, q = read_figure_name(text)
        return *_Reader(catalogue, plan).find(name, (*named, *about)), q
    except ValueError as error:
        raise QuestionError(str(error)) from None


# --- which figure an expectation speaks of -------------------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Finds the figures that expectations name; what is wrong with them is a `ValueError`."""

    catalogue: Catalogue
    plan: Plan

    def read(self, expectation: Expectation) -> tuple[Metric, str | None, str | None]:
        """The metric for its key, the period, and the span of which that is one."""
        return self.find(expectation.metric, expectation.about)

    def find(self, name: str, about: Sequence[Named]) -> tuple[Metric, str | None, str | None]:
        """The metric for its key, the period, and the span of which that is one."""
        metrics = self._called(name)
        names, when = self._sorted_out(metrics, about)
        metric = _about(metrics, names)
        if when is None:
            is_average = metric.kind is Kind.AVERAGE
            end = self._periods.labels[-1] if metric.kind is Kind.STOCK else ""
            return metric, None if is_average else end, None
        return metric, when, None if metric.periods else self._spans[when]

    def _called(self, name: str) -> list[Metric]:
        """The metrics of a name, one for each key."""
        found = [metric for metric in self.catalogue.metrics if metric.name == name]
        if not found:
            if name in ABSENT:
                raise ValueError(absent(name))
            raise ValueError(no_metric(name, (m.name for m in self.catalogue.metrics)))
        return found

    def _sorted_out(
        self, metrics: Sequence[Metric], about: Sequence[Named]
    ) -> tuple[list[Named], str | None]:
        """The names among what stands in brackets, and the period."""
        parts = dict.fromkeys(part for metric in metrics for part in metric.key.about.items())
        values = dict.fromkeys(value for _, value in parts)
        whens = metrics[0].periods or tuple(self._spans)
        names, periods = [], []
        for item in about:
            if (item.kind, item.name) in parts or (not item.kind and item.name in values):
                names.append(item)
            elif item.kind in ("", "period") and item.name in whens:
                periods.append(item.name)
            else:
                meant = [name for kind, name in parts if item.kind in ("", kind)]
                known = [*filter(None, whens)] if item.may_be_time else meant
                raise ValueError(_unknown(metrics[0], item, known))
        if len(periods) > 1:
            raise ValueError(f"names {' and '.join(periods)}. Write one period")
        return names, periods[0] if periods else None

    @cached_property
    def _spans(self) -> dict[str, str]:
        """The span of each period and of the longer ones, by label."""
        spans = self._periods.spans
        return {label: span for span in spans for label in self._periods.labels_by(span)}

    @property
    def _periods(self) -> Periods:
        return self.plan.horizon.periods


def _about(metrics: Sequence[Metric], names: Sequence[Named]) -> Metric:
    """The metric that is about some names and nothing else."""
    found = [metric for metric in metrics if _fits([*metric.key.about.items()], names)]
    if len(found) == 1:
        return found[0]
    name = metrics[0].name
    if found:
        each = [", ".join(f"{k}={v}" for k, v in metric.key.about.items()) for metric in found]
        ways = " or ".join(f"{name}[{said}]" for said in each)
        raise ValueError(f"{name} of `{names[0].name}` may be of several things. Write {ways}")
    keys = [[*metric.key.about.values()] for metric in metrics]
    near = [key for key in keys if {item.name for item in names} <= set(key)]
    of = f"of {' and '.join(f'`{item}`' for item in names)} alone" if names else "over everything"
    known = dict.fromkeys(f"{name}[{', '.join(key)}]" if key else name for key in near or keys)
    raise ValueError(f"{name} is not known {of}. Write {_some(known)}")


def _fits(parts: Sequence[tuple[str, str]], names: Sequence[Named]) -> bool:
    """Whether names say all that a key is about."""
    if len(parts) != len(names):
        return False
    return any(
        all(item.name == value and item.kind in ("", kind) for item, (kind, value) in pairs)
        for pairs in (tuple(zip(order, parts, strict=True)) for order in permutations(names))
    )


def _unknown(metric: Metric, item: Named, known: Sequence[str]) -> str:
    if not known:
        return f"{metric.name} is not told by {item.kind or 'name'} here. Leave `{item.name}` out"
    kind = f"{item.kind} " if item.kind else ""
    text = f"{metric.name} knows no {kind}`{item.name}`.{nearest(item.name, known)}"
    return f"{text} {_known(known)}"


def _known(names: Iterable[str]) -> str:
    return f"Known: {_some(names)}"


def _some(names: Iterable[str]) -> str:
    """The first of some names."""
    found = list(names)
    more = ", …" if len(found) > _MOST_NAMES else ""
    return ", ".join(found[:_MOST_NAMES]) + more


# --- what came of it ---------------------------------------------------------------------------


def outcomes(result: Result) -> tuple[Outcome, ...]:
    """Each expectation of the plan with the figure that the simulation found."""
    return tuple(_outcome(result, asked) for asked in understood(result.layout))


def _outcome(result: Result, asked: Asked) -> Outcome:
    expectation, metric = asked.expectation, asked.metric
    bound = expectation.bound.value
    figures, errors = _found(result, asked)
    worst = max if expectation.sign.startswith("<") else min
    known = [period for period, figure in figures.items() if not math.isnan(figure)]
    period = worst(known, key=figures.__getitem__) if known else next(iter(figures))
    figure, error = figures[period], errors[period]
    return Outcome(
        text=str(expectation),
        place=asked.place,
        path=asked.path,
        unit=metric.unit,
        period=period,
        figure=figure,
        error=error,
        bound=bound,
        holds=_holds(figure, expectation.sign, bound) if known else None,
    )


def _found(result: Result, asked: Asked) -> tuple[dict[str, float], dict[str, float]]:
    """The figure and its error in the periods that an expectation speaks of.

    Without luck there are no quantiles and no odds, and then both are not known.
    """
    name, q = asked.metric.name, asked.expectation.q
    about: dict[str, Any] = {**asked.metric.key.about, "period": asked.period, "by": asked.by}
    figures = result.figures(name, q, **about)
    if not result.trials and (q is not None or name == _ODDS):
        figures = dict.fromkeys(figures, math.nan)
    return figures, result.errors(name, q, **about)


def _holds(figure: float, sign: str, bound: float) -> bool:
    """Whether a figure keeps a bound; one that meets it but for rounding is the bound."""
    if math.isclose(figure, bound, rel_tol=_DUST, abs_tol=_DUST):
        figure = bound
    return HOLDS[sign](figure, bound)


def expectation_rows(found: Iterable[Outcome]) -> list[Row]:
    """What came of expectations, as rows for other programs; what is not known is None."""
    return [
        {
            "text": one.text,
            "unit": one.unit,
            "period": one.period,
            "figure": _known_number(one.figure),
            "se": _known_number(one.error),
            "bound": one.bound,
            "holds": one.holds,
            "sure": one.is_sure if one.holds is not None else None,
            **place_row(one.place),
        }
        for one in found
    ]


def _known_number(value: float) -> float | None:
    return value if math.isfinite(value) else None
