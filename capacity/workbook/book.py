"""A workbook while it is written: sheets, styles, names, and text that cannot run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from io import BytesIO
from textwrap import wrap
from typing import Any

from capacity.extras import check_installed, needed
from capacity.workings.inputs import Input

WHAT = "Excel"
_LIBRARY = "xlsxwriter"
_MOST_TEXT = 32_000
"""Characters that a cell holds, with room for what stands for others."""
_LINE, _HIGHEST = 13.5, 400.0
"""Points that a line of text takes, and that a row may have."""
_FILLED = 1.15
"""Letters in the width of a digit, on average."""
_MOST_NAME = 31
"""Characters in the name of a sheet."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_NOT_IN_SHEET = re.compile(r"[\[\]:*?/\\']")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_]")

BLUE, GREY, DARK, PALE, RED, GREEN = (
    "#0000FF",
    "#595959",
    "#1F3864",
    "#DDEBF7",
    "#C00000",
    "#375623",
)
FORMATS = {
    "hours": "#,##0.0",
    "people": "#,##0.00",
    "seats": "#,##0.00",
    "FTE": "#,##0.00",
    "share": "0.0%",
    "money": "#,##0;[Red]-#,##0",
    "accounts": "#,##0.0",
    "days": "0.0##",
    "months": "#,##0.0",
    "amount": "#,##0.00",
    "number": "#,##0.00##",
    "exact": "0.00####",
    "years": "0.0000",
    "count": "#,##0",
    "heads": "#,##0",
    "chance": "0.0000",
    "odds": "0.00%",
    "plain": "General",
}
"""How numbers of a unit are shown."""


def check_workbook() -> None:
    """Make sure that workbooks can be written, before any work is spent on one; see `needed`."""
    check_installed(WHAT, _LIBRARY)


def plain(text: object) -> str:
    """Text as a cell can hold it: control characters are shown as what they are."""
    shown = _CONTROLS.sub("\ufffd", str(text).replace("\n", " ").replace("\t", " "))
    return shown if len(shown) <= _MOST_TEXT else f"{shown[: _MOST_TEXT - 1]}…"


def _cut(text: str, most: int) -> str:
    """The beginning of a text, of so many letters as Excel counts them."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def length(text: str) -> int:
    """Width of a text in letters; those of East Asia are as wide as two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@lru_cache(maxsize=10_000)
def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of some width."""
    room, wide = _FILLED * width, length(text)
    return 1 if wide <= room else len(wrap(text, max(int(room * len(text) / wide), 1)))


@cache
def column(index: int) -> str:
    """``A`` of 0, ``AA`` of 26."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


class Book:
    """A workbook in memory.

    Attributes
    ----------
    used
        Inputs that formulas speak of, by their Excel name.
    checks
        Cells that say whether a bridge closes, by what they are about.
    """

    def __init__(self, title: str, currency: str) -> None:
        self._buffer = BytesIO()
        writer = needed(_LIBRARY, WHAT)
        options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self.workbook = writer.Workbook(self._buffer, options)
        self.workbook.set_properties({"title": plain(title), "comments": "cs-capacity"})
        self.currency = currency
        self.used: dict[str, Input] = {}
        self.checks: list[tuple[str, str]] = []
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._sheets: set[str] = set()

    # --- sheets and styles -----------------------------------------------------------------------

    def sheet(self, name: str, color: str = DARK) -> Any:
        """A new sheet, printed wide on as many pages as it is long."""
        sheet = self.workbook.add_worksheet(self._sheet_name(name))
        sheet.hide_gridlines(2)
        sheet.set_tab_color(color)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&F&C&A&R&P / &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # names may be numbers
        return sheet

    def _sheet_name(self, name: str) -> str:
        """A name that Excel takes, and that no other sheet has."""
        clean = _NOT_IN_SHEET.sub(" ", plain(name)).strip() or "Sheet"
        found, number = _cut(clean, _MOST_NAME), 2
        while found.lower() in self._sheets or found.lower() == "history":
            tail = f" {number}"
            found, number = f"{_cut(clean, _MOST_NAME - len(tail))}{tail}", number + 1
        self._sheets.add(found.lower())
        return found

    def style(self, **how: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(how.items()))
        if key not in self._styles:
            base = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
            self._styles[key] = self.workbook.add_format(base | how)
        return self._styles[key]

    def number(self, unit: str, **how: Any) -> Any:
        """The format of numbers of a unit; of money where it is none that is known."""
        return self.style(num_format=format_of(unit), **how)

    @property
    def heading(self) -> Any:
        """Of a sheet."""
        return self.style(bold=True, font_size=14, font_color=DARK)

    @property
    def head(self) -> Any:
        """Of a table."""
        return self.style(bold=True, font_color="#FFFFFF", bg_color=DARK, text_wrap=True)

    @property
    def beside(self) -> Any:
        """The same of a column of words beside one of figures."""
        return self.style(bold=True, font_color="#FFFFFF", bg_color=DARK, text_wrap=True, indent=1)

    @property
    def figures(self) -> Any:
        """The same of a column of figures."""
        return self.style(
            bold=True, font_color="#FFFFFF", bg_color=DARK, text_wrap=True, align="right"
        )

    @property
    def note(self) -> Any:
        """Of a remark."""
        return self.style(italic=True, font_color=GREY)

    @property
    def text(self) -> Any:
        """Of a word."""
        return self.style()

    def words(self, text: str, width: float, **how: Any) -> Any:
        """Of a text in a column of some width: what is longer than that goes on below."""
        return self.style(text_wrap=True, **how) if _lines(text, width) > 1 else self.style(**how)

    def heighten(self, sheet: Any, row: int, texts: Iterable[tuple[str, float]]) -> None:
        """Make a row as high as its texts take, each with the width of its column."""
        most = max((_lines(text, width) for text, width in texts), default=1)
        if most > 1:
            sheet.set_row(row, min(_LINE * most, _HIGHEST))

    @property
    def section(self) -> Any:
        """Of the head of a part of a sheet."""
        return self.style(bold=True, bg_color=PALE, font_color=DARK)

    # --- names and checks ------------------------------------------------------------------------

    def name(self, one: Input) -> str:
        """The Excel name of an input, by which formulas speak of it."""
        if one.path not in self._names:
            self._names[one.path] = self._new_name(one.path)
            self.used[self._names[one.path]] = one
        return self._names[one.path]

    def _new_name(self, path: str) -> str:
        wanted = _NOT_IN_NAME.sub("_", path)[:200] if path.isascii() else "input"
        found, number = wanted, 2
        while found.lower() in self._taken:
            found, number = f"{wanted}_{number}", number + 1
        self._taken.add(found.lower())
        return found

    def check(self, sheet: Any, row: int, col: int, about: str, formula: str) -> None:
        """A cell that is green where a formula is true, and red where it is not."""
        words = f'=IF({formula},"closes","DOES NOT CLOSE")'
        sheet.write_formula(row, col, words, self.style(bold=True), "closes")
        cell = {"type": "cell", "criteria": "==", "value": '"closes"'}
        green = self.style(bold=True, font_color=GREEN, bg_color="#E2EFDA")
        red = self.style(bold=True, font_color="#FFFFFF", bg_color=RED)
        sheet.conditional_format(row, col, row, col, {**cell, "format": green})
        sheet.conditional_format(row, col, row, col, {**cell, "criteria": "!=", "format": red})
        where = f"'{sheet.get_name()}'!${column(col)}${row + 1}"
        self.checks.append((about, where))

    def content(self) -> bytes:
        """The file."""
        self.workbook.close()
        return self._buffer.getvalue()


@cache
def format_of(unit: str) -> str:
    """How numbers of a unit are shown; what is no unit of the model is money."""
    for name, shown in FORMATS.items():
        if unit == name or unit.startswith(f"{name} "):
            return shown
    known: Mapping[str, str] = {"surcharge": FORMATS["share"], "times": FORMATS["number"],
                                "factor": FORMATS["exact"], "account": FORMATS["number"],
                                "occurrences": FORMATS["number"]}  # fmt: skip
    return known.get(unit.partition(" ")[0], FORMATS["money"])
