"""Native charts of a workbook: they follow the cells, and so the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from capacity.workbook.book import Book, plain
from capacity.workbook.headcount import HeadcountSheet
from capacity.workbook.money import LINES, MoneySheet
from capacity.workbook.monthly import Monthly

COLORS = ("#1F3864", "#C55A11", "#548235", "#7F6000", "#7030A0", "#2E75B6")
_SIZE = {"width": 580, "height": 300}
_PLAIN = {"name": "Calibri", "size": 9}
_MOST_ROLES = 3
"""Roles in one chart."""
_LINE_COLORS = ("#1F3864", "#2E75B6", "#9DC3E6", "#BF9000", "#C55A11", "#7F7F7F")


def _axes(chart: Any, unit: str, title: str) -> Any:
    chart.set_title({"name": title, "name_font": {"name": "Calibri", "size": 12, "bold": True}})
    chart.set_y_axis({
        "name": unit, "name_font": _PLAIN, "num_font": _PLAIN, "num_format": "#,##0",
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}, "min": 0,
    })  # fmt: skip
    chart.set_x_axis({"num_font": {**_PLAIN, "rotation": -45}})
    chart.set_legend({"position": "bottom", "font": _PLAIN})
    chart.set_size(_SIZE)
    return chart


def _called(text: str) -> str:
    """A name in a chart; XlsxWriter would look up one that holds ``!A1`` as a cell."""
    return plain(text).replace("!", "! ")


def people_chart(book: Book, heads: HeadcountSheet, roles: Sequence[str]) -> Any:
    """Required FTE against seats, of the roles that are named."""
    chart, sheet = book.workbook.add_chart({"type": "line"}), heads.sheet
    for role, color in zip(roles[:_MOST_ROLES], COLORS, strict=False):
        for rows, words, dash in (
            (heads.required, "required FTE", "solid"), (heads.filled, "seats", "dash"),
        ):  # fmt: skip
            chart.add_series({
                "name": _called(f"{role}: {words}"), "categories": sheet.months,
                "values": sheet.range(rows[role]),
                "line": {"color": color, "width": 2.25, "dash_type": dash},
            })  # fmt: skip
    return _axes(chart, "people", "Required FTE against seats")


def cost_chart(book: Book, money: MoneySheet) -> Any:
    """Cost by line."""
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    names = LINES | {"platform": "Software"}
    for (line, words), color in zip(names.items(), _LINE_COLORS, strict=True):
        chart.add_series({
            "name": words, "categories": money.sheet.months,
            "values": money.sheet.range(money.lines[line]),
            "fill": {"color": color}, "border": {"none": True}, "gap": 60,
        })  # fmt: skip
    return _axes(chart, book.currency, "Cost of the team by line")


def bridge_chart(book: Book, sheet: str, first: int, last: int, columns: Sequence[int]) -> Any:
    """A bridge: what stands still, what is added and what is taken, on an invisible base.

    Parameters
    ----------
    columns
        Of the labels, the base, the totals, what adds and what takes.
    """
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    label, base, whole, more, less = columns
    for col, words, color in (
        (base, "base", None), (whole, "ARR", "#1F3864"), (more, "adds", "#548235"),
        (less, "takes", "#C00000"),
    ):  # fmt: skip
        fill = {"color": color} if color else {"none": True}
        chart.add_series({
            "name": words, "categories": [sheet, first, label, last, label],
            "values": [sheet, first, col, last, col], "fill": fill, "border": {"none": True},
            "gap": 40,
        })  # fmt: skip
    _axes(chart, book.currency, "ARR bridge over the plan")
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": _PLAIN})
    return chart


def flow_chart(book: Book, sheet: Monthly, row: int, without: str) -> Any:
    """What a world with something has more than one without, so far."""
    chart = book.workbook.add_chart({"type": "line"})
    chart.add_series({
        "name": "net so far", "categories": sheet.months, "values": sheet.range(row),
        "line": {"color": COLORS[0], "width": 2.25},
    })  # fmt: skip
    _axes(chart, book.currency, _called(f"Net so far, with less without {without}"))
    lines = {"visible": True, "line": {"color": "#D9D9D9"}}
    chart.set_y_axis({"num_font": _PLAIN, "num_format": "#,##0", "major_gridlines": lines})
    chart.set_x_axis({"num_font": {**_PLAIN, "rotation": -45}, "label_position": "low"})
    return chart
