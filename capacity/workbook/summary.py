"""The first sheet: the figures that speak for a plan, as formulas and as simulated, and charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from capacity.workbook.book import BLUE, GREY, RED, Book, column, plain
from capacity.workbook.charts import bridge_chart, cost_chart, people_chart
from capacity.workbook.inputs import CHANGED
from capacity.workbook.laid import Laid
from capacity.workbook.monthly import UNKNOWN

_HEADS = (
    "Figure", "Of", "Unit", "Expected values", "Mean of the futures", "p10", "p50", "p90",
    "Mean less expected",
)  # fmt: skip
_WIDTHS = (44, 22, 12, 16, 20, 14, 14, 14, 20)
QUANTILES = (0.1, 0.5, 0.9)
_HEAD = 8
_EXPECTED = 3
"""Column of the expected values; what the futures say stands right of it."""
_HELP = 11
"""Column from which on the helpers of a chart stand."""
_CHART_ROWS, _BESIDE = 16, 590
"""Rows that a chart is high, and pixels from one to the next."""
_NOTE = (
    "Expected values take every input at its mean and no luck. The mean of the futures differs "
    "where luck bends: hours that are lost in a busy month are not won back in a quiet one."
)
_ONCE_CHANGED = (
    "Once an input is changed, the futures are still those of the plan as it was simulated, and "
    "what they differ by from the expected values is left empty."
)
NONE = "none"
"""Said of a figure that there is not."""
LEGEND = (
    (BLUE, "Blue: inputs, to be changed on the sheet Inputs"),
    ("#000000", "Black: formulas, which follow"),
    (GREY, "Grey: values of the plan as it was simulated; they do not follow"),
)


@dataclass(frozen=True)
class Figure:
    """A row of the summary.

    Attributes
    ----------
    formula
        What it is computed by; None for what is a value.
    value
        What comes of it.
    futures
        What the futures say: mean, p10, p50 and p90; NaN for what they do not.
    title
        What it is called, as a formula; empty where that stands fast.
    """

    name: str
    of: str
    unit: str
    formula: str | None
    value: float
    futures: Sequence[float] = ()
    title: str = ""


@dataclass(frozen=True)
class Summary:
    """What stands on the first sheet.

    Attributes
    ----------
    name, about
        What was asked about, and of what the answer is made.
    charts
        Beside those of the plan.
    notes
        What else has to be said, below the figures.
    """

    name: str
    about: str
    figures: Sequence[Figure]
    charts: Sequence[Any] = ()
    notes: Sequence[str] = ()


def summary_sheet(book: Book, sheet: Any, laid: Laid, told: Summary) -> None:
    """Write the summary; the last but one, when all it points at stands."""
    sheet.write_string(0, 0, plain(told.name), book.heading)
    sheet.write_string(1, 0, plain(told.about), book.note)
    for i, (color, words) in enumerate(LEGEND, 2):
        sheet.write_string(i, 0, words, book.style(font_color=color))
    _state(book, sheet)
    for col, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        sheet.set_column(col, col, width)
        if col <= _EXPECTED or any(figure.futures for figure in told.figures):
            sheet.write_string(_HEAD, col, head, book.head if col < _EXPECTED else book.figures)
    row = _HEAD + 1
    for figure in told.figures:
        _write(book, sheet, row, figure)
        row += 1
    for note in (_NOTE, _ONCE_CHANGED, *told.notes):
        sheet.write_string(row, 0, note, book.note)
        row += 1
    row = _checks(book, sheet, row + 1)
    charts = [*told.charts]
    charts += [people_chart(book, laid.heads, laid.busiest)] if laid.busiest else []
    charts.append(cost_chart(book, laid.money))
    if laid.customers.arr:
        row, bridge = _bridge(book, sheet, laid, row + 1)
        charts.append(bridge)
    sheet.set_h_pagebreaks([row + 1])
    for i, chart in enumerate(charts):
        at = row + 1 + _CHART_ROWS * (i // 2)
        sheet.insert_chart(at, 0, chart, {"x_offset": 4 + (i % 2) * _BESIDE, "y_offset": 4})
    end = row + 1 + _CHART_ROWS * ((len(charts) + 1) // 2)
    sheet.print_area(0, 0, end, len(_HEADS) - 1)


def _state(book: Book, sheet: Any) -> None:
    """Whether any input is changed, and what that means."""
    words = (
        f'=IF({CHANGED}=0,"No input is changed: all figures are those of the plan.",'
        f'{CHANGED}&" inputs are changed: formulas follow; what is grey does not.")'
    )
    known = "No input is changed: all figures are those of the plan."
    sheet.write_formula(6, 0, words, book.style(bold=True), known)
    red = book.style(bold=True, font_color=RED)
    sheet.conditional_format(6, 0, 6, 0, {
        "type": "formula", "criteria": f"={CHANGED}>0", "format": red})  # fmt: skip


def _write(book: Book, sheet: Any, row: int, figure: Figure) -> None:
    grey = book.number(figure.unit, font_color=GREY, italic=True)
    for col, words in enumerate((figure.name, figure.of, figure.unit)):
        sheet.write_string(row, col, plain(words), book.text)
    if figure.title:
        sheet.write_formula(row, 0, f"={figure.title}", book.text, figure.name)
    if figure.formula is not None:
        bold = book.number(figure.unit, bold=True, align="right")
        known = figure.value if math.isfinite(figure.value) else NONE
        sheet.write_formula(row, 3, f"={figure.formula}", bold, known)
    elif math.isfinite(figure.value):
        sheet.write_number(row, 3, figure.value, grey)
    elif math.isinf(figure.value):
        sheet.write_string(
            row, 3, UNKNOWN, book.number(figure.unit, font_color=GREY, align="right")
        )
    for col, value in enumerate(figure.futures, 4):
        if math.isfinite(value):
            sheet.write_number(row, col, value, grey)
    if figure.futures and math.isfinite(figure.futures[0]) and math.isfinite(figure.value):
        style, less = book.number(figure.unit), figure.futures[0] - figure.value
        text = f'=IF(AND(ISNUMBER(D{row + 1}),{CHANGED}=0),E{row + 1}-D{row + 1},"")'
        sheet.write_formula(row, 8, text, style, less)


def _checks(book: Book, sheet: Any, row: int) -> int:
    """Every check of the workbook in one place."""
    sheet.write_string(row, 0, "Checks", book.head)
    sheet.write_string(row, 1, "", book.head)
    checks, first = list(book.checks), row + 1
    for about, where in checks:
        row += 1
        sheet.write_string(row, 0, about, book.text)
        book.check(sheet, row, 1, about, f'{where}="closes"')
    cells = f"$B${first + 1}:$B${row + 1}"
    sheet.write_string(row + 1, 0, "All of them", book.style(bold=True))
    book.check(sheet, row + 1, 1, "all", f'COUNTIF({cells},"closes")={len(checks)}')
    return row + 2


def _bridge(book: Book, sheet: Any, laid: Laid, row: int) -> tuple[int, Any]:
    """The ARR bridge over the plan, with the helpers of its chart."""
    lines = laid.bridge
    heads = ("ARR bridge over the plan", "", "Unit", laid.currency)
    for col, words in enumerate(heads):
        sheet.write_string(row, col, words, book.figures if col == _EXPECTED else book.head)
    for col, words in enumerate(("base", "stands", "adds", "takes"), _HELP):
        sheet.write_string(row, col, words, book.note)
        sheet.set_column(col, col, 12, book.note)
    first, level = row + 1, 0.0
    style, help_ = book.number("money"), book.number("money", font_color="#A6A6A6")
    for i, (words, formula, amount) in enumerate(lines):
        row += 1
        here = row + 1
        sheet.write_string(row, 0, words, book.text)
        sheet.write_string(row, 2, laid.currency, book.text)
        sheet.write_formula(row, 3, f"={formula}", style, amount)
        ends = i in (0, len(lines) - 1)
        base, up = column(_HELP), column(_HELP + 2)
        before = f"{base}{row}+{column(_HELP + 1)}{row}+{up}{row}" if i else ""
        bottom = 0.0 if ends else level + min(amount, 0)
        texts = ("0", "0", "0", "0")
        if ends:
            texts = ("0", f"D{here}", "0", "0")
            level = amount
        else:
            texts = (f"{before}+MIN(D{here},0)", "0", f"MAX(D{here},0)", f"MAX(-D{here},0)")
            level += amount
        known = (bottom, amount if ends else 0.0, *((0.0, 0.0) if ends else
                 (max(amount, 0.0), max(-amount, 0.0))))  # fmt: skip
        for col, (text, value) in enumerate(zip(texts, known, strict=True), _HELP):
            sheet.write_formula(row, col, f"={text}", help_, value)
    name = sheet.get_name()
    columns: Sequence[int] = (0, _HELP, _HELP + 1, _HELP + 2, _HELP + 3)
    return row + 1, bridge_chart(book, name, first, row, columns)
