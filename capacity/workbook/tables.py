"""Sheets of rows: tidy tables, and what the numbers depend on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from capacity.report.page import flat
from capacity.workbook.book import Book, plain

_FIRST, _WIDE, _NARROW = 34, 22, 11
_HEAD = 3


_NO_UNITS: Mapping[str, str] = {}


class Listed(NamedTuple):
    """A table that stands in a workbook beside its other sheets."""

    name: str
    note: str
    columns: Sequence[str]
    rows: Iterable[Mapping[str, Any]]
    units: Mapping[str, str] = _NO_UNITS


def table_sheet(
    book: Book,
    name: str,
    note: str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    units: Mapping[str, str] = _NO_UNITS,
) -> None:
    """A sheet of rows that can be filtered; what is not known is empty.

    Numbers look as the unit of their column, if it has one, or else as the `unit` of their row.
    """
    sheet = book.sheet(name, color="#7F7F7F")
    sheet.write_string(0, 0, name, book.heading)
    sheet.write_string(1, 0, note, book.note)
    texts, last = set(), _HEAD
    for last, row in enumerate(rows, _HEAD + 1):
        unit = str(row.get("unit", "number"))
        for col, title in enumerate(columns):
            value = row.get(title)
            if isinstance(value, (int, float)) and _is_number(value):
                style = book.number(units.get(title, unit))
                sheet.write_number(last, col, value, style)
            elif value not in (None, "") and not isinstance(value, float):
                sheet.write_string(last, col, plain(value), book.text)
                texts.add(col)
    for col, title in enumerate(columns):
        is_text = col in texts
        width = _FIRST if col == 0 else _WIDE if is_text else _NARROW
        sheet.set_column(col, col, width)
        sheet.write_string(_HEAD, col, plain(title), book.head if is_text else book.figures)
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.autofilter(_HEAD, 0, max(last, _HEAD + 1), len(columns) - 1)
    sheet.print_area(0, 0, last, len(columns) - 1)


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and math.isfinite(value)


def manifest_sheet(book: Book, manifest: Mapping[str, Any], notes: Sequence[str] = ()) -> None:
    """What the numbers depend on, and what else has to be said."""
    sheet = book.sheet("Manifest", color="#7F7F7F")
    sheet.write_string(0, 0, "Manifest", book.heading)
    sheet.write_string(1, 0, "The same files, seed and version give the same numbers.", book.note)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 80)
    row = _HEAD
    for name, value in flat(manifest):
        sheet.write_string(row, 0, plain(name), book.text)
        sheet.write_string(row, 1, plain(value), book.text)
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
        table_sheet(book, *one)
    manifest_sheet(book, manifest)
    return book.content()
