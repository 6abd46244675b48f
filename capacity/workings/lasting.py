"""How long it takes until a team shows what it is worth, and what a plan has to say for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from capacity.engine.effects import KINDS
from capacity.loading import Scenario
from capacity.periods import Periods
from capacity.scenario.document import Plan
from capacity.units import MONTHS_PER_YEAR

MARKS = (12, 24, 36)
"""Months after which the value is always told; the last is the least that a headline takes."""


def periods_of(plan: Plan, months: int) -> int:
    """Number of periods that so many months from the start take."""
    horizon = plan.horizon
    step, fiscal = horizon.periods.step, horizon.fiscal_year_start
    return Periods.lasting_months(horizon.start, months, fiscal, step).count


def long_enough(scenario: Scenario, months: int) -> Scenario:
    """The scenario, run on where it is shorter than what is told of it."""
    if scenario.plan.horizon.periods.count >= periods_of(scenario.plan, months):
        return scenario
    return scenario.with_({"horizon.months": months})


def horizons_of(scenario: Scenario, months: int) -> dict[str, int]:
    """Number of periods by label; the headline's is empty, and as long as the plan at least."""
    plan = scenario.plan
    headline = max(periods_of(plan, months), plan.horizon.periods.count)
    marks = [*MARKS, *range(MARKS[-1] + MONTHS_PER_YEAR, months + 1, MONTHS_PER_YEAR)]
    return {"": headline} | {f"{mark}m": periods_of(plan, mark) for mark in marks}


def called(horizons: Mapping[str, int], step: str) -> dict[str, str]:
    """The label of each horizon by what it is called, the shortest first.

    The headline's has no label; where another is as long, that stands for it.
    """
    named = [count for label, count in horizons.items() if label]
    found = sorted(horizons.items(), key=lambda item: item[1])
    return {
        f"{label.removesuffix('m')} months" if label else f"{count} {step}s": label
        for label, count in found
        if label or count not in named
    }


def lacking(plan: Plan) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every setting that value hangs on and that has no default: where, and what to write."""
    if not plan.has_money:
        text = "have no revenue, and value hangs on it. Write `arr` for each, or a file of accounts"
        yield ("segments",), text
    for key, example in (("gross_margin", "78%"), ("discount_rate", "10%")):
        if getattr(plan.finance, key) is None:
            text = f"is not there, and value hangs on it. Write it, as in {example}"
            yield ("finance", key), text
    for name, segment in plan.segments.items():
        if segment.addressable is None:
            text = "is not there: the share of churn that anybody can move. Write it, as in 60%"
            yield ("segments", name, "addressable"), text
    if plan.finance.absorbed and plan.finance.absorbed_cost is None:
        text = "is not there, but `absorbed` work has a cost. Write that of an hour, as in 70"
        yield ("finance", "absorbed_cost"), text


def has_effects(plan: Plan) -> bool:
    """Whether a plan says that any of its work does anything, good or bad."""
    effects = [plan.shared_effect(name) for name in plan.segments]
    effects += [task.if_stopped for task in plan.tasks.values()]
    factors = [getattr(effect, kind) for effect in effects if effect for kind in KINDS]
    return any(f is not None and (f.uncertain or f.median != 1) for f in factors)
