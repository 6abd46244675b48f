"""The tables of a hiring plan: seats by month, and the frontier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table

from capacity.report.tables import table
from capacity.report.words import currency_name, money, share

if TYPE_CHECKING:
    from capacity.hiring.answer import HiringPlan

PLAN, BEST, WHOLE = "*", "+", "#"
"""Mark this plan, the one that pays best, and the one that does with the years after."""
_MOST_COLUMNS = 5
"""Pools that the table of seats has columns for."""


def seats(plan: HiringPlan) -> Table:
    """Planned seats at the end of each month; of many pools in the first and the last."""
    periods, counts = plan.base.plan.horizon.periods, plan.seats
    labels = periods.labels_by("month")
    if len(counts) > _MOST_COLUMNS:
        out = table("Seats", "pool", labels[0], labels[-1])
        for name, numbers in counts.items():
            out.add_row(name, str(numbers[labels.count(labels[0]) - 1]), str(numbers[-1]))
        return out
    out = table("Seats", "month", *counts)
    for i, label in enumerate(labels):
        if i + 1 == len(labels) or labels[i + 1] != label:
            out.add_row(label, *(str(numbers[i]) for numbers in counts.values()))
    return out


def frontier(plan: HiringPlan) -> Iterator[Table]:
    """Plans with fewer heads and with more: what they cover, and what they are worth."""
    currency, names = currency_name(plan.base.plan.currency), list(_marked(plan))
    out = table(f"Fewer heads, and more, {currency}", "hires", "odds", "coverage", "ARR", "cost")
    for name, point in zip(names, plan.frontier, strict=True):
        odds, coverage = share(point.confidence, 1), share(point.coverage, 1)
        out.add_row(name, odds, coverage, *map(_amount, (point.arr, point.cost)))
    yield out
    if plan.best is None:
        return
    after = ["and later"] * (plan.best_whole is not None)
    out = table(f"What they are worth, {currency}", "hires", "NPV", *after, "regret",
                "1 in 10 above")  # fmt: skip
    for name, point in zip(names, plan.frontier, strict=True):
        whole = [point.whole] * len(after)
        amounts = (point.value, *whole, point.regret, point.regret_p90)
        out.add_row(name, *map(_amount, amounts))
    yield out


def _marked(plan: HiringPlan) -> Iterator[str]:
    """What the plans are called, with the marks of those that stand out."""
    for name, point in zip(plan.names, plan.frontier, strict=True):
        marks = PLAN * (point.hires == plan.hires) + BEST * (point is plan.best)
        marks += WHOLE * (point is plan.best_whole)
        yield f"{name} {marks}".strip()


def _amount(value: float) -> str:
    return money(value).replace("-", "−")
