"""Whatever the plan: the parts of every figure make the figure."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from random_plans import plans

import capacity
from capacity.engine.layout import build_layout
from capacity.explaining.explainer import Explainer
from capacity.explaining.term import Operation, Term
from capacity.metrics import Kind, Metric

NEAR = 1e-9
DUST = 1e-8
"""Hours, accounts and shares that rounding makes of nothing; the engine counts less as none."""

every_plan = settings(
    deadline=None,
    derandomize=True,
    max_examples=6,
    phases=[Phase.generate],  # making a failing plan smaller takes minutes
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def same(one: float, other: float) -> bool:
    """Whether two numbers are one, or both are none."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=DUST)


def wrong_in(term: Term, proved: dict[int, Term]) -> list[str]:
    """Numbers of which the parts make another; parts that several share are seen once."""
    if id(term) in proved:
        return []
    proved[id(term)] = term  # kept, so that no other takes its place in memory
    found = [wrong for part in term.parts for wrong in wrong_in(part, proved)]
    if not same(term.value, term.combined):
        found.append(f"{term.label}: {term.value!r}, but its parts make {term.combined!r}")
    return found


def some_periods(metric: Metric, labels: list[str], place: int) -> list[str]:
    """A period in the middle; and the first, the last or the plan, metric by metric in turn."""
    if metric.kind is Kind.WHOLE:
        return list(metric.periods)
    in_turn = (labels[0], labels[-1], "")[place % 3]
    return list(dict.fromkeys([labels[len(labels) // 2], in_turn]))


@every_plan
@given(plan=plans())
def test_the_parts_of_every_figure_make_it(scenario, plan) -> None:
    loaded = scenario(plan)
    result = capacity.simulate(loaded, trials=0)
    explainer = Explainer(build_layout(loaded))
    proved: dict[int, Term] = {}
    for place, metric in enumerate(result.catalogue.metrics):
        about = {k: getattr(metric.key, k) for k in ("segment", "role", "pool", "task")}
        for period in some_periods(metric, result.periods, place):
            found = explainer.explain(metric, period)
            where = f"{metric.name} {about} {period}"
            figure = result.mean(metric.name, period=period, **about)
            assert same(found.value, figure), f"{where}: {found.value} is not {figure}"
            wrong = wrong_in(found, proved)
            assert not wrong, f"{where}: {wrong}"


@pytest.mark.parametrize("off", [1e-6, -1e-6, math.nan])
def test_a_part_that_is_off_would_be_seen(off: float) -> None:
    half = Term("half", 1.0 + off)
    whole = Term("whole", 2.0, operation=Operation.SUM, parts=(Term("half", 1.0), half))
    assert wrong_in(whole, {})
