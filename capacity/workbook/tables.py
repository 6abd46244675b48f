"""Sheets of rows: tidy tables, and what the numbers depend on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from capacity.report.page import flat
from capacity.workbook.book import Book, length, plain

_LEAST, _WIDEST = 12, 46
"""Widths of columns."""
_BOLD = 0.85
"""Of the letters of a line, so many are bold ones."""
_PAGE = 280
"""Width of the columns that are printed on one page."""
_TOLD = (44, 80)
"""Widths of the columns of a manifest."""
_HEAD = 3
_NONE: Mapping[str, str] = {}
OF_FIGURE = "figure"
"""Stands for the unit of the figure that a table is about."""
_Cell = str | int | float | None


class Listed(NamedTuple):
    """A table that stands in a workbook beside its other sheets.

    Attributes
    ----------
    columns
        Names of what is shown of each row, in order.
    units
        Units of columns. Numbers of all others are shown in the `unit` of their row, whole ones as
        counts.
    heads
        What columns are called, other than by their names.
    """

    name: str
    note: str
    columns: Sequence[str]
    rows: Iterable[Mapping[str, Any]]
    units: Mapping[str, str] = _NONE
    heads: Mapping[str, str] = _NONE


def worded(
    name: str, note: str, columns: Mapping[str, tuple[str, str]],
    rows: Iterable[Mapping[str, Any]], unit: str = "",
) -> Listed:  # fmt: skip
    """A table of which each column has words and a unit.

    Parameters
    ----------
    columns
        Words and unit by name; a unit that is empty is that of the row.
    unit
        What `OF_FIGURE` stands for.
    """
    units = {key: unit if of == OF_FIGURE else of for key, (_, of) in columns.items() if of}
    heads = {key: words for key, (words, _) in columns.items()}
    return Listed(name, note, tuple(columns), rows, units, heads)


class _Column(NamedTuple):
    """What a column is called, how wide it is, its unit, and whether it holds figures."""

    head: str
    width: int
    unit: str | None
    is_figure: bool


def table_sheet(book: Book, listed: Listed) -> None:
    """A sheet of rows that can be filtered; what is not known is empty."""
    sheet = book.sheet(listed.name, color="#7F7F7F")
    sheet.write_string(0, 0, plain(listed.name), book.heading)
    sheet.write_string(1, 0, plain(listed.note), book.note)
    names = listed.columns
    rows = [([_cell(row.get(name)) for name in names], row.get("unit")) for row in listed.rows]
    columns = [
        _column(
            plain(listed.heads.get(name, name)), listed.units.get(name), [c[i] for c, _ in rows]
        )
        for i, name in enumerate(names)
    ]
    for col, one in enumerate(columns):
        sheet.set_column(col, col, one.width)
        beside = book.beside if col else book.head
        sheet.write_string(_HEAD, col, one.head, book.figures if one.is_figure else beside)
    book.heighten(sheet, _HEAD, ((one.head, _BOLD * one.width) for one in columns))
    for at, (cells, unit) in enumerate(rows, _HEAD + 1):
        _row(book, sheet, at, cells, columns, unit or "number")
    _finish(sheet, len(rows), [one.width for one in columns], length(listed.note))


def _cell(value: object) -> _Cell:
    """A value as a cell shows it; None where it is not known."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    return None if value is None else plain(value) or None


def _column(head: str, unit: str | None, cells: Sequence[_Cell]) -> _Column:
    """As wide as the longest text and the longest word of the head, within bounds."""
    texts = (length(cell) + 2 for cell in set(cells) if isinstance(cell, str))
    words = (length(word) + 3 for word in head.split())
    width = min(max(_LEAST, *texts, *words), _WIDEST)
    return _Column(head, width, unit, any(isinstance(cell, (int, float)) for cell in cells))


def _row(
    book: Book, sheet: Any, at: int, cells: Sequence[_Cell], columns: Sequence[_Column], unit: str
) -> None:
    """Write the cells of a row; words in a column of figures stand where these do."""
    pairs = [*zip(cells, columns, strict=True)]
    book.heighten(sheet, at, ((cell, one.width) for cell, one in pairs if isinstance(cell, str)))
    for col, (cell, one) in enumerate(pairs):
        if isinstance(cell, str):
            how: dict[str, Any] = {"align": "right"} if one.is_figure else {"indent": min(col, 1)}
            sheet.write_string(at, col, cell, book.words(cell, one.width, **how))
        elif cell is not None:
            of_cell = "count" if isinstance(cell, int) else unit
            sheet.write_number(at, col, cell, book.number(one.unit or of_cell))


def _finish(sheet: Any, rows: int, widths: Sequence[int], note: int) -> None:
    """What stays in sight, can be filtered and is printed: all, and the note above it whole."""
    wide, last = sum(widths), len(widths) - 1
    beyond = max(math.ceil((note - wide) / _LEAST), 0)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    sheet.repeat_columns(0)
    sheet.autofilter(_HEAD, 0, _HEAD + max(rows, 1), last)
    if beyond:
        sheet.set_column(last + 1, last + beyond, _LEAST)
    sheet.print_area(0, 0, _HEAD + rows, last + beyond)
    sheet.fit_to_pages(math.ceil(wide / _PAGE), 0)


def manifest_sheet(book: Book, manifest: Mapping[str, Any], notes: Sequence[str] = ()) -> None:
    """What the numbers depend on, and what else has to be said."""
    sheet = book.sheet("Manifest", color="#7F7F7F")
    sheet.write_string(0, 0, "Manifest", book.heading)
    sheet.write_string(1, 0, "The same files, seed and version give the same numbers.", book.note)
    for col, width in enumerate(_TOLD):
        sheet.set_column(col, col, width)
    row = _HEAD
    for pair in flat(manifest):
        texts = [*zip(map(plain, pair), _TOLD, strict=True)]
        book.heighten(sheet, row, texts)
        for col, (text, width) in enumerate(texts):
            sheet.write_string(row, col, text, book.words(text, width))
        row += 1
    for note in notes:
        sheet.write_string(row + 1, 0, plain(note), book.note)
        row += 1
    sheet.print_area(0, 0, row, 1)


def tables(
    title: str, currency: str, listed: Iterable[Listed], manifest: Mapping[str, Any]
) -> bytes:
    """A workbook of tables alone.

    Raises
    ------
    CapacityError
        Where the extra `report` is not installed.
    """
    book = Book(title, currency)
    for one in listed:
        table_sheet(book, one)
    manifest_sheet(book, manifest)
    return book.content()
