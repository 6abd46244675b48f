"""A grid of scenarios as text: a line for each combination, people first and money after them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.console import Group
from rich.table import Column, Table

from capacity.quantities import in_yaml
from capacity.report.expected import figure
from capacity.report.tables import FEW, MARK, RANGE, TOO_FEW, WIDTH, marked, plain, table
from capacity.report.told import Told
from capacity.report.words import (
    UNKNOWN,
    currency_name,
    hours,
    hours_error,
    in_unit,
    money,
    money_error,
    people,
    people_error,
    share,
    share_error,
)

if TYPE_CHECKING:
    from capacity.sweeping import Grid


class _Figure(NamedTuple):
    """How a metric is said, and how its error where that matters."""

    metric: str
    say: Callable[[float], str]
    off: Callable[[float, float], str]

    def mean(self, row: Mapping[str, Any]) -> str:
        """The expected value, with a mark where its Monte Carlo error is known and matters."""
        return marked(self.say(row["mean"]), matters=bool(self.off(row["mean"], row["se"])))

    def high(self, row: Mapping[str, Any]) -> str:
        """What 1 future of 10 exceeds; nothing where there is no luck."""
        return "" if math.isnan(row["p90"]) else self.say(row["p90"])

    def range(self, row: Mapping[str, Any]) -> str:
        """``1.36M to 1.41M``; nothing where there is no luck."""
        if math.isnan(row["p10"]):
            return ""
        return f"{self.say(row['p10'])} to {self.say(row['p90'])}"

    def period(self, row: Mapping[str, Any]) -> str:
        """When."""
        return str(row["period"])


def _held(row: Mapping[str, Any]) -> str:
    """The odds of all periods; where there is no luck there are none, and it holds or does not."""
    if math.isnan(row["p90"]):
        return "yes" if row["mean"] else "no"
    return _COVERED.mean(row)


_COVERED = _Figure("p_covered", share, share_error)
_NEEDED = _Figure("required_fte", people, people_error)
_DROPPED = _Figure("dropped_hours", hours, hours_error)
_COST, _ARR = _Figure("team_cost", money, money_error), _Figure("arr", money, money_error)
_GRR, _NRR = (
    _Figure(name, partial(share, digits=1), partial(share_error, digits=1))
    for name in ("grr", "nrr")
)

_Column = tuple[str, _Figure, Callable[[Mapping[str, Any]], str]]
_OF_ROLE: tuple[_Column, ...] = (
    ("all months covered", _COVERED, _held),
    ("peak", _NEEDED, _NEEDED.period),
    ("required FTE", _NEEDED, _NEEDED.mean),
    ("in 1 of 10 above", _NEEDED, _NEEDED.high),
    ("dropped h", _DROPPED, _DROPPED.mean),
)
_OF_MONEY: tuple[_Column, ...] = (
    ("team cost", _COST, _COST.mean),
    (RANGE, _COST, _COST.range),
    ("closing ARR", _ARR, _ARR.mean),
    (RANGE, _ARR, _ARR.range),
)
_OF_BOOK: tuple[_Column, ...] = (
    ("GRR", _GRR, _GRR.mean),
    (RANGE, _GRR, _GRR.range),
    ("NRR", _NRR, _NRR.mean),
    (RANGE, _NRR, _NRR.range),
)


def as_text(grid: Grid, width: int = WIDTH) -> str:
    """The whole report as plain text."""
    return plain(report(grid), width)


def report(grid: Grid) -> Group:
    """What a person wants first."""
    return told(grid).group()


def told(grid: Grid) -> Told:
    """What is said of a grid."""
    lines = [_Line(*found) for found in groupby(grid.rows, lambda row: _chosen(grid, row))]
    trials = grid.manifest["trials"]
    many = f"{trials:,} futures each" if trials else "expected values, without luck"
    tables = (*_tables(grid, lines), *_expected(grid))
    about = f"{len(lines)} combinations · {many}"
    return Told.of_one(grid.manifest["scenario"], about, (), tables, tuple(_footer(grid)))


def short_paths(paths: Sequence[str]) -> list[str]:
    """``csm.headcount`` for ``team.csm.headcount``, where that tells the paths apart."""
    short = [".".join(path.split(".")[-2:]) for path in paths]
    return short if len(set(short)) == len(short) else list(paths)


def _chosen(grid: Grid, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(in_yaml(row[path]) for path in grid.paths)


class _Line:
    """The figures of a combination, by metric and what that is about; nothing for the plan."""

    def __init__(self, chosen: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
        self.chosen = chosen
        self.rows = {(row["metric"], _about(row)): row for row in rows}


def _about(row: Mapping[str, Any]) -> str:
    """``csm``, ``csm, qbr``; a segment is told from a role of its name."""
    parts = [row[kind] for kind in ("role", "pool", "task") if row[kind]]
    segment = [f"segment {row['segment']}"] if row["segment"] else []
    return ", ".join(parts + segment)


def _tables(grid: Grid, lines: Sequence[_Line]) -> Iterator[Table]:
    """A table for each role that has work, and two for the plan."""
    known = dict.fromkeys(key for line in lines for key in line.rows)
    plan = grid.scenarios[0][1].plan
    groups = [(role, role, _OF_ROLE) for role in plan.team]
    groups.append((f"Over the plan, {currency_name(plan.currency)}", "", _OF_MONEY))
    groups.append((f"Opening book after {plan.horizon.periods.year_in_words}", "", _OF_BOOK))
    for title, about, columns in groups:
        there = [column for column in columns if (column[1].metric, about) in known]
        if there:
            yield _table(title, about, grid, lines, there)
            for _, shown, _ in there:
                known.pop((shown.metric, about), None)
    for metric, about in known:
        (row, *_) = (line.rows[metric, about] for line in lines if (metric, about) in line.rows)
        title = f"{metric}[{about}], {row['unit']}" if about else f"{metric}, {row['unit']}"
        yield _table(title, about, grid, lines, [*_asked_for(row)])


def _asked_for(row: Mapping[str, Any]) -> Iterator[_Column]:
    """The columns of a figure that was asked for by name and has no place of its own."""
    shown = _Figure(row["metric"], in_unit(row["unit"]), lambda value, spread: "")
    if row["period"]:
        yield "period", shown, shown.period
    yield "expected", shown, shown.mean
    if math.isfinite(row["p10"]):
        yield RANGE, shown, shown.range


def _expected(grid: Grid) -> Iterator[Table]:
    """How many expectations hold in each combination, and which do not."""
    if not grid.expectations:
        return
    out = table("Expected", *short_paths(grid.paths), "hold", "do not hold")
    _fold(out.columns[: len(grid.paths)])
    _fold(out.columns[-1:])
    for chosen, found in grid.expectations:
        failed = [f"{one.text} ({figure(one)})" for one in found if not one.holds]
        values = [in_yaml(chosen[path]) for path in grid.paths]
        out.add_row(*values, f"{len(found) - len(failed)} of {len(found)}", "; ".join(failed))
    yield out


def _fold(columns: Sequence[Column]) -> None:
    """Let words take as many lines as they need."""
    for column in columns:
        column.justify, column.no_wrap, column.overflow = "left", False, "fold"


def _table(
    title: str, role: str, grid: Grid, lines: Sequence[_Line], columns: Sequence[_Column]
) -> Table:
    out = table(title, *short_paths(grid.paths), *(head for head, _, _ in columns))
    _fold(out.columns[: len(grid.paths)])
    for line in lines:
        found = [(say, line.rows.get((shown.metric, role))) for _, shown, say in columns]
        out.add_row(*line.chosen, *(say(row) if row else UNKNOWN for say, row in found))
    return out


def _footer(grid: Grid) -> Iterator[str]:
    if grid.past:
        yield grid.past
    if not grid.manifest["trials"]:
        yield "Expected values: every input at its mean. Odds need trials."
        return
    yield (
        f"All combinations meet the same luck, seed {grid.manifest['seed']}: what differs between "
        "two lines is due to the values."
    )
    yield (
        f"{MARK} marks expected values of which the Monte Carlo error is 1 % or more, of shares "
        "half a point or more."
    )
    if grid.manifest["trials"] < FEW:
        yield TOO_FEW
