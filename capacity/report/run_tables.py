"""The tables of a run: months, pools, tasks, revenue, retention and cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from capacity.report.expected import expected
from capacity.report.figures import (
    BRIDGE,
    HIGH,
    HOURS,
    LOW,
    MEDIAN,
    MONEY,
    PEOPLE,
    PERCENT,
    SHARE,
    Figures,
    Manner,
)
from capacity.report.tables import RANGE
from capacity.report.tables import table as table_of
from capacity.report.words import currency_name, money

if TYPE_CHECKING:
    from rich.table import Table

_ABOVE, _BELOW, _ODDS = "in 1 of 10 above", "in 1 of 10 below", "odds"
_COSTS = ("salaries", "on_costs", "bonus", "tools", "hiring", "severance", "platform")


def tables(figures: Figures) -> Iterator[Table]:
    """Everything that is worth a table."""
    if figures.result.expectations:
        yield expected(figures.result.expectations)
    for role in figures.roles:
        yield _months(figures, role)
        if figures.pools(role):
            yield _by_pool(figures, role)
    yield _work(figures)
    if figures.has("arr"):
        yield _bridge(figures)
    if figures.has("logo_retention"):
        yield _kept(figures)
    if float(figures.result.mean("team_cost", period="")) > 0:
        yield _costs(figures)


def _months(figures: Figures, role: str) -> Table:
    heads = ("due h", "required FTE", _ABOVE, "heads", "ramped", "coverage",
             _BELOW, "dropped h")  # fmt: skip
    median = MEDIAN if figures.lucky else None
    labels = list(figures.result.figures("due_hours", role=role, by=figures.rows))
    columns = [
        _column(figures, "due_hours", role, HOURS),
        _column(figures, "required_fte", role, PEOPLE, median),
        _column(figures, "required_fte", role, PEOPLE, HIGH),
        _column(figures, "headcount", role, PEOPLE),
        _column(figures, "ramped_fte", role, PEOPLE),
        _column(figures, "coverage", role, SHARE, median),
        _column(figures, "coverage", role, SHARE, LOW),
        _column(figures, "dropped_hours", role, HOURS),
    ]
    rows = zip(labels, *columns, strict=True)
    return _filled(figures, f"{role} by {figures.rows}", (figures.rows, *heads), rows)


def _by_pool(figures: Figures, role: str) -> Table:
    """Each pool at its own peak, and how well it serves its accounts over the plan."""
    heads = ("pool", "peak", "required FTE", _ABOVE, "heads then", "coverage", _BELOW, _ODDS)
    rows = (
        (pool, *_pool_cells(figures, {"role": role, "pool": pool})) for pool in figures.pools(role)
    )
    return _filled(figures, f"{role} by pool", heads, rows)


def _pool_cells(figures: Figures, about: dict[str, Any]) -> list[str]:
    middle = MEDIAN if figures.lucky else None
    needs = figures.result.figures("required_fte", middle, **about)
    peak = max(needs, key=lambda month: needs[month])
    then, over = {"period": peak, **about}, {"period": "", **about}
    return [
        peak,
        figures.figure("required_fte", PEOPLE, middle, **then),
        figures.figure("required_fte", PEOPLE, HIGH, **then),
        figures.figure("headcount", PEOPLE, **then),
        figures.figure("coverage", PERCENT, **over),
        figures.figure("coverage", PERCENT, LOW, **over),
        figures.figure("p_covered", SHARE, **over),
    ]


def _column(
    figures: Figures, name: str, role: str, manner: Manner, q: float | None = None
) -> list[str]:
    """A figure by month, each with its mark."""
    spreads = figures.result.errors(name, q, role=role, by=figures.rows)
    found = figures.figures(name, role, q, figures.rows)
    return [manner.marked(value, spreads[month]) for month, value in found.items()]


def _work(figures: Figures) -> Table:
    table = table_of(
        "Work over the plan", "task", "due h", "done h", "dropped h", "cancelled h", "coverage"
    )
    for task in figures.tasks:
        marked = (task.marked(name) for name in ("due", "done", "dropped", "cancelled"))
        table.add_row(
            task.task, *marked, figures.figure("coverage", PERCENT, period="", task=task.task)
        )
    return table


def _bridge(figures: Figures) -> Table:
    rows = [("opening", money(figures.opening), "")]
    for label, name, sign in BRIDGE:
        moved = f"{'+' if sign > 0 else '−'} {figures.figure(name, MONEY, period='')}"
        rows.append((label, moved, figures.range(name, MONEY, period="")))
    last = figures.result.periods[-1]
    closing = figures.figure("arr", MONEY, period=last)
    rows.append(("closing", closing, figures.range("arr", MONEY, period=last)))
    title = f"ARR bridge, {currency_name(figures.plan.currency)}"
    return _filled(figures, title, ("", "expected", RANGE), rows)


def _kept(figures: Figures) -> Table:
    names = [n for n in ("grr", "nrr", "logo_retention") if figures.has(n)]
    labels = {"grr": "GRR", "nrr": "NRR", "logo_retention": "logos"}
    heads = ["segment", *(head for name in names for head in (labels[name], RANGE))]
    rows = []
    segments = tuple(figures.plan.segments)
    for segment in (*segments, "") if len(segments) > 1 else segments:
        cells = [segment or "all"]
        for name in names:
            cells.append(figures.figure(name, PERCENT, period="", segment=segment))
            cells.append(figures.range(name, PERCENT, period="", segment=segment))
        rows.append(cells)
    title = f"Opening book after {figures.plan.horizon.periods.year_in_words}"
    return _filled(figures, title, heads, rows)


def _costs(figures: Figures) -> Table:
    named = {f"cost_{name}": name.replace("_", "-") for name in _COSTS}
    paid = [line for line in named if float(figures.result.mean(line, period=""))]
    rows = [
        (label, figures.figure(line, MONEY, period=""), figures.range(line, MONEY, period=""))
        for line, label in (*((line, named[line]) for line in paid), ("team_cost", "total"))
    ]
    title = f"Team cost, {currency_name(figures.plan.currency)}"
    return _filled(figures, title, ("", "expected", RANGE), rows)


def _filled(
    figures: Figures, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> Table:
    """A table; without odds where there is no luck."""
    odds = () if figures.lucky else (_ABOVE, _BELOW, _ODDS, RANGE)
    shown = [i for i, head in enumerate(heads) if head not in odds]
    table = table_of(title, *(heads[i] for i in shown))
    for row in rows:
        table.add_row(*(row[i] for i in shown))
    return table
