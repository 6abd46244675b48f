"""A sheet of figures by period: each period has the same column on every sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from capacity.arrays import FloatArray
from capacity.workbook.book import GREY, Book, column, length, plain

FIRST = 6
"""Column of the first period."""
_CHECKS = 2
"""Row of the first check; below the last one stands the head."""
_WIDTHS = (30, 16, 14, 14, 13, 14)
_FIGURES = ("Happens", "Hours each", "Left open", "Whole plan")
"""Heads of columns of figures."""
_EMPTY, _WIDEST = 2, 48
_WIDE = 20
"""Columns of figures that are printed on one page."""
_BARE = ("Time", "Workload", "Headcount", "Customers", "Money")
"""Names of sheets that need no quotes in a formula."""
UNKNOWN = "–"
GIVEN = {"font_color": GREY, "italic": True}
"""How values look that do not follow the inputs."""
Formula = Callable[[int], str | float]
"""The formula of a period; a number where nothing is to be computed."""


class Monthly:
    """A sheet that is filled row by row.

    Parameters
    ----------
    heads
        Of the columns before the first period.
    note
        What a reader has to know, below the title.
    checks
        How many `end` will write at most.
    """

    def __init__(
        self,
        book: Book,
        name: str,
        note: str,
        heads: Sequence[str],
        periods: Sequence[str],
        checks: int = 0,
    ) -> None:
        self.book, self.sheet, self.periods = book, book.sheet(name), list(periods)
        self.called = self.sheet.get_name()
        self.name = self.called if self.called in _BARE else f"'{self.called}'"
        self.sheet.write_string(0, 0, name, book.heading)
        self.sheet.write_string(1, 0, note, book.note)
        self._head = _CHECKS + checks + 1
        self._widths = [w if head else _EMPTY for w, head in zip(_WIDTHS, heads, strict=True)]
        self.sheet.set_column(FIRST, FIRST + len(periods) - 1, 11)
        for i, head in enumerate(heads):
            style = book.figures if head in _FIGURES else book.head
            self.sheet.write_string(self._head, i, head, style)
        for t, label in enumerate(self.periods):
            self.sheet.write_string(self._head, FIRST + t, label, book.figures)
        self.sheet.freeze_panes(self._head + 1, FIRST)
        self.sheet.repeat_rows(0, self._head)
        self.sheet.repeat_columns(0, FIRST - 1)
        self.row = self.first = self._head + 1

    # --- where things stand ----------------------------------------------------------------------

    def cell(self, row: int, period: int) -> str:
        """``G12``, as this sheet speaks of it."""
        return f"{column(FIRST + period)}{row + 1}"

    def there(self, row: int, period: int) -> str:
        """``Time!G12``, as other sheets speak of it."""
        return f"{self.name}!{self.cell(row, period)}"

    def rows(self, first: int, last: int, period: int) -> str:
        """``G12:G18``."""
        return f"{self.cell(first, period)}:{self.cell(last, period)}"

    def span(self, row: int) -> str:
        """``$G$12:$R$12``: all periods of a row."""
        last = FIRST + len(self.periods) - 1
        return f"${column(FIRST)}${row + 1}:${column(last)}${row + 1}"

    @property
    def labels(self) -> str:
        """``$G$4:$R$4``: what the periods are called."""
        return self.span(self._head)

    def range(self, row: int) -> list[object]:
        """All periods of a row, as charts speak of them."""
        return [self.called, row, FIRST, row, FIRST + len(self.periods) - 1]

    @property
    def months(self) -> list[object]:
        """The labels of the periods, as charts speak of them."""
        return self.range(self._head)

    # --- filling ---------------------------------------------------------------------------------

    def section(self, title: str, width: int = 0) -> None:
        """Begin a part."""
        style = self.book.section
        last = FIRST + max(len(self.periods), width)
        if self.row > self.first:
            self.row += 1
        for col in range(last):
            self.sheet.write_blank(self.row, col, None, style)
        self.sheet.write_string(self.row, 0, plain(title), style)
        self.row += 1

    def remark(self, text: str) -> None:
        """A line of words."""
        self.row += 1
        self.sheet.write_string(self.row, 0, text, self.book.note)
        self.row += 1

    def formulas(
        self, about: Sequence[str], unit: str, formula: Formula, values: FloatArray, **how: Any
    ) -> int:
        """A row that is computed; returns its index.

        Parameters
        ----------
        about
            Words for the first columns.
        formula
            Of each period.
        values
            What comes of it, for programs that do not compute.
        """
        style = self.book.number(unit, **how)
        row = self._about(about, **how)
        grey = self.book.number(unit, **how, **GIVEN, align="right")
        for t, value in enumerate(values.tolist()):
            text = formula(t)
            if isinstance(text, str):
                self.sheet.write_formula(row, FIRST + t, f"={text}", style, value)
            else:
                self._value(row, t, text, grey)
        return row

    def sums(
        self,
        about: Sequence[str],
        unit: str,
        rows: tuple[int, int],
        values: FloatArray,
        **how: Any,
    ) -> int:
        """A row that adds up those from a first to a last; returns its index."""

        def formula(t: int) -> str | float:
            whole = float(values[t])
            return f"SUM({self.rows(*rows, t)})" if math.isfinite(whole) else whole

        return self.formulas(about, unit, formula, values, **how)

    def values(self, about: Sequence[str], unit: str, values: FloatArray, **how: Any) -> int:
        """A row of the expected-values pass; returns its index."""
        look = GIVEN | how
        style = self.book.number(unit, **look, align="right")
        row = self._about(about, **how)
        for t, value in enumerate(values.tolist()):
            self._value(row, t, value, style)
        return row

    def _value(self, row: int, period: int, value: float, style: Any) -> None:
        """A number, or that there is none."""
        if math.isfinite(value):
            self.sheet.write_number(row, FIRST + period, value, style)
        else:
            self.sheet.write_string(row, FIRST + period, UNKNOWN, style)

    def left_open(self, row: int, formula: str) -> None:
        """Say in front of a row by how much it is not what it has to be."""
        style = self.book.number("exact", font_color=GREY)
        self.sheet.write_formula(row, FIRST - 1, f"={formula}", style, 0.0)

    def all_close(self, first: int, last: int, most: float) -> str:
        """Whether what is left open in some rows is no more than dust, as a formula."""
        col = column(FIRST - 1)
        return f"SUM(${col}${first + 1}:${col}${last + 1})<{most:f}"

    def block(self, first: int, last: int, shift: int = 0) -> str:
        """All periods of some rows; with a shift, as many columns further on."""
        left, right = FIRST + shift, FIRST + len(self.periods) - 1 + shift
        return f"{column(left)}{first + 1}:{column(right)}{last + 1}"

    def _about(self, about: Sequence[str], **how: Any) -> int:
        style = self.book.style(**how)
        for i in range(FIRST if how else len(about)):
            words = about[i] if i < len(about) else ""
            if words:
                self.sheet.write_string(self.row, i, plain(words), style)
                self._widths[i] = max(self._widths[i], min(length(words) + 1, _WIDEST))
            else:
                self.sheet.write_blank(self.row, i, None, style)
        self.row += 1
        return self.row - 1

    def end(self, *checks: tuple[str, str], width: int = 0) -> None:
        """Close the sheet: what has to hold, below the title, and what is printed."""
        for i, (about, formula) in enumerate(checks, _CHECKS):
            words = f"Check: {plain(about)}"
            self._widths[0] = max(self._widths[0], length(words))
            self.sheet.write_string(i, 0, words, self.book.note)
            self.book.check(self.sheet, i, 1, f"{self.called}: {about}", formula)
        for i, wide in enumerate(self._widths):
            self.sheet.set_column(i, i, wide)
        last = FIRST + len(self.periods) - 1 + width
        self.sheet.print_area(0, 0, max(self.row - 1, self._head), last)
        self.sheet.fit_to_pages(math.ceil((last + 1 - FIRST) / _WIDE), 0)
