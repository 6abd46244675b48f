"""The workbook of a comparison: a sheet for each scenario, and the differences of every future."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.workbook.book import GREY, Book, plain
from capacity.workbook.monthly import FIRST, Monthly
from capacity.workbook.tables import Listed, manifest_sheet, table_sheet

if TYPE_CHECKING:
    from capacity.comparison import Comparison
    from capacity.result import Result
    from capacity.versus import Headline

_NOTE = (
    "Expected values of one scenario: grey values, black formulas. Column F: the sum over the "
    "plan, the end of a stock, the peak of required FTE."
)
_ABOUT = (
    "First: expected values of each scenario, by formulas from its sheet. Below: differences in "
    "every future, both scenarios under the same luck."
)
_PAIRED = (
    "Scenario less baseline in every future: mean, spread, Monte Carlo error, quantiles; "
    "p_higher is the share of the futures in which the scenario has more. Figures are called as in "
    "the table that --csv writes."
)
_TOLD = {
    "mean": "Mean",
    "se": "Monte Carlo error",
    "p10": "p10",
    "p50": "p50",
    "p90": "p90",
    "p_higher": "Share of futures with more",
    "p_equal": "Share of futures alike",
}
_UNITS = {"correlation": "exact", "p_higher": "share", "p_equal": "share"}
_WORDS = {
    "p_covered": "Chance that coverage holds in every period",
    "required_fte": "Required FTE",
    "dropped_hours": "Hours dropped",
    "team_cost": "Cost of the team",
    "gross_profit": "Gross profit",
    "arr": "ARR",
    "grr": "GRR of the first year",
    "nrr": "NRR of the first year",
}
"""What the figures are called that are told first."""
_WHOLE = FIRST - 1
_HIGH = 54
"""Points that a head with names of scenarios takes."""
_SUM, _END, _PEAK = "SUM", "END", "MAX"
_WHOLE_PLAN = {_SUM: "", _END: ", at the end", _PEAK: ", peak", "": ""}
"""What a figure is over the whole plan."""
_FIGURES = (
    ("Required FTE", "required_fte", "FTE", _PEAK),
    ("Seats filled", "headcount", "people", _END),
    ("Coverage", "coverage", "share", ""),
)
_OF_ALL = (
    ("Accounts", "accounts", _END),
    ("ARR", "arr", _END),
    ("Revenue", "revenue", _SUM),
    ("Gross profit", "gross_profit", _SUM),
    ("Cost of the team", "team_cost", _SUM),
)
Key = tuple[str, str, str]
"""Name, what it is of, and unit of a figure."""


@dataclass(frozen=True)
class _Side:
    """A scenario on its sheet: the cell of each figure over the plan, and its value."""

    name: str
    sheet: Monthly
    cells: Mapping[Key, tuple[str, float]]


def workbook(comparison: Comparison, by: str | None = None) -> bytes:
    """The file; what `by` is see `Comparison.table`.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    name = " · ".join(comparison.names)
    book = Book(name, comparison.scenarios[0].plan.currency)
    first = book.sheet("Comparison")
    sides = [
        _side(book, called, result)
        for called, result in zip(comparison.names, comparison.expected, strict=True)
    ]
    _first(book, first, comparison, sides)
    _changes(book, comparison)
    rows = [row for row in comparison.rows(by) if not row["task"]]
    columns = [name for name in next(iter(rows), {}) if name != "task"]
    table_sheet(book, Listed("Differences", _PAIRED, columns, rows, _UNITS))
    manifest_sheet(book, comparison.manifest, comparison.notes)
    first.activate()
    return book.content()


# --- a scenario ----------------------------------------------------------------------------------


def _side(book: Book, name: str, result: Result) -> _Side:
    """The sheet of a scenario at expected values."""
    heads = ("Figure", "Of", "Department", "Unit", "", "Whole plan")
    sheet = Monthly(book, name, _NOTE, heads, result.periods)
    plan, cells = result.scenario.plan, {}
    rows: dict[str, int] = {}
    values: dict[str, FloatArray] = {}
    sheet.section("People")
    for words, metric, unit, kind in _FIGURES:
        for role, found in _by_role(result, metric):
            department = plan.team[role].department
            row = sheet.values((words, role, department, unit), unit, found)
            key = (f"{words}{_WHOLE_PLAN[kind]}", role, unit)
            cells[key] = _whole(book, sheet, row, kind, found, unit)
    sheet.section("Customers and money")
    known = {metric.name for metric in result.catalogue.metrics}
    for words, metric, kind in _OF_ALL:
        if metric in known:
            unit = "accounts" if metric == "accounts" else plan.currency
            found = values[metric] = _values(result, metric)
            row = rows[metric] = sheet.values((words, "", "", unit), unit, found)
            key = (f"{words}{_WHOLE_PLAN[kind]}", "", unit)
            cells[key] = _whole(book, sheet, row, kind, found, unit)
    if "gross_profit" in rows:
        less = values["gross_profit"] - values["team_cost"]
        profit, cost, words = rows["gross_profit"], rows["team_cost"], "Gross profit less cost"
        row = sheet.formulas(
            (words, "", "", plan.currency), plan.currency,
            lambda t: f"{sheet.cell(profit, t)}-{sheet.cell(cost, t)}", less, bold=True, top=1,
        )  # fmt: skip
        cells[words, "", plan.currency] = _whole(book, sheet, row, _SUM, less, plan.currency)
    sheet.end()
    return _Side(name, sheet, {key: cell for key, cell in cells.items() if cell[0]})


def _by_role(result: Result, metric: str) -> Iterator[tuple[str, FloatArray]]:
    for found in result.catalogue.metrics:
        key = found.key
        if found.name == metric and key.role and not (key.pool or key.task or key.segment):
            yield key.role, _values(result, metric, role=key.role)


def _values(result: Result, metric: str, **about: Any) -> FloatArray:
    return np.array([*result.figures(metric, **about).values()])


def _whole(
    book: Book, sheet: Monthly, row: int, kind: str, values: FloatArray, unit: str
) -> tuple[str, float]:
    """What stands for the whole plan in front of a row: its cell and value, where there is one."""
    if not kind or not np.isfinite(values).all():
        return "", math.nan
    last = sheet.cell(row, len(sheet.periods) - 1)
    text = last if kind == _END else f"{kind}({sheet.span(row)})"
    value = {_SUM: values.sum(), _END: values[-1], _PEAK: values.max()}[kind]
    style = book.number(unit, bold=True)
    sheet.sheet.write_formula(row, _WHOLE, f"={text}", style, float(value))
    return f"{sheet.name}!$F${row + 1}", float(value)


# --- the first sheet -----------------------------------------------------------------------------


def _title(names: Sequence[str]) -> str:
    """``Hire ahead and Recession against FY27 base plan``."""
    return f"{' and '.join(names[1:])} against {names[0]}"


def _first(book: Book, sheet: Any, comparison: Comparison, sides: Sequence[_Side]) -> None:
    """Figures side by side, and how they differ in the futures."""
    sheet.write_string(0, 0, plain(_title(comparison.names)), book.heading)
    sheet.write_string(1, 0, _ABOUT, book.note)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2 + 2 * len(sides) + len(_TOLD), 18)
    row = _beside(book, sheet, 3, sides)
    row = _differences(book, sheet, row + 1, comparison)
    for note in comparison.notes:
        sheet.write_string(row, 0, plain(note), book.note)
        row += 1
    sheet.print_area(0, 0, row, max(2 * len(sides) + 1, 3 + len(_TOLD)))


def _beside(book: Book, sheet: Any, row: int, sides: Sequence[_Side]) -> int:
    """Expected values of all scenarios, and their differences from the first."""
    sheet.set_row(row, _HIGH)
    base, *others = sides
    names = [side.name for side in sides] + [f"{side.name} less {base.name}" for side in others]
    for col, words in enumerate(("Expected values", "Of", "Unit")):
        sheet.write_string(row, col, words, book.head)
    for col, words in enumerate(names, 3):
        sheet.write_string(row, col, plain(words), book.figures)
    keys = list(dict.fromkeys(key for side in sides for key in side.cells))
    for key in keys:
        row += 1
        words, of, unit = key
        for col, text in enumerate((words, of, unit)):
            sheet.write_string(row, col, plain(text), book.text)
        style = book.number(unit)
        for col, side in enumerate(sides, 3):
            if key in side.cells:
                text, value = side.cells[key]
                sheet.write_formula(row, col, f"={text}", style, value)
        for col, side in enumerate(others, 3 + len(sides)):
            same = side.sheet.periods == base.sheet.periods
            if same and key in side.cells and key in base.cells:
                (text, value), (minus, less) = side.cells[key], base.cells[key]
                bold = book.number(unit, bold=True)
                sheet.write_formula(row, col, f"={text}-{minus}", bold, value - less)
    return row + 1


def _differences(book: Book, sheet: Any, row: int, comparison: Comparison) -> int:
    """The figures that are told first, as they differ in the futures."""
    sheet.set_row(row, _HIGH)
    for col, words in enumerate(("Difference in the futures", "Of", "Unit")):
        sheet.write_string(row, col, words, book.head)
    for col, words in enumerate(_TOLD.values(), 3):
        sheet.write_string(row, col, words, book.figures)
    for versus in comparison.versus:
        row += 1
        for col in range(3 + len(_TOLD)):
            sheet.write_blank(row, col, None, book.section)
        sheet.write_string(row, 0, plain(f"{versus.scenario} less {versus.baseline}"), book.section)
        for told in versus.headline:
            row += 1
            _difference(book, sheet, row, told)
    return row + 2


def _difference(book: Book, sheet: Any, row: int, told: Headline) -> None:
    """A figure as it differs in the futures."""
    spot = told.spot
    when = f", {spot.period}" if spot.period else ""
    words = f"{_WORDS.get(spot.name, spot.name)}{when}"
    for col, text in enumerate((words, spot.about, spot.unit)):
        sheet.write_string(row, col, plain(text), book.text)
    for col, name in enumerate(_TOLD, 3):
        unit = "share" if name.startswith("p_") else spot.unit
        style = book.number(unit, font_color=GREY, italic=True)
        if math.isfinite(told.row[name]):
            sheet.write_number(row, col, told.row[name], style)


def _changes(book: Book, comparison: Comparison) -> None:
    """What the scenarios say otherwise, and what each change does."""
    base, *others = comparison.scenarios
    rows = [
        {"scenario": name, "path": one.path, comparison.names[0]: one.old, "becomes": one.new}
        for name, other in zip(comparison.names[1:], others, strict=True)
        for one in base.diff(other)
    ]
    columns = ("scenario", "path", comparison.names[0], "becomes")
    table_sheet(book, Listed("Changes", "What each scenario says otherwise.", columns, rows))
    falls = [row for v in comparison.versus for w in v.waterfalls for row in w.rows()]
    if falls:
        note = "What each change does to the figures: in order, alone, and together beyond that."
        table_sheet(book, Listed("Effects of changes", note, list(falls[0]), falls))
