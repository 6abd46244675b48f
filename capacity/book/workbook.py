"""Accounts in Excel, by openpyxl: the values that a person sees in a sheet, and its row numbers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np

from capacity.book.table import (
    Source,
    Table,
    as_text,
    cells_of,
    columns_of,
    not_installed,
    one_line,
    reading,
    refused,
    some,
)
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.parts import nearest

_MOST_BYTES = 2_000_000_000
_LAST_ROW = 1_048_576
_BATCH = 500
_PADDED = re.compile("00+")
_MEND = "Open it in a spreadsheet and save it as .xlsx"
_UNSAVED = f"holds a formula whose value is not in the file. {_MEND}"

Row = tuple[int, Sequence[Any]]
"""The number of a row in the sheet, and its cells as openpyxl has them."""
Notes = dict[str, dict[int, str]]
"""What is wrong with cells, by column and number of the row."""


def read_workbook(source: Source, wanted: Sequence[str]) -> Table:
    """Read a sheet; rows have the numbers of the sheet, and empty ones are passed over.

    Raises
    ------
    InputError
        Where openpyxl is not installed, the file is broken, or there is no such sheet; and for
        cells that hold an error, or a formula whose value is not known.
    """
    with reading(source.file, "an Excel workbook", _MEND), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and the like, which play no part
        sheet = _sheet(source, _opened(source))
        table, rows = _table(sheet, wanted, source.file)
        for row in _rows(_opened(source, formulas=True)[sheet.title]) if rows.unknown else ():
            rows.note_formulas(row)
    mistakes = list(rows.mistakes(source.file))
    if mistakes:
        raise InputError(mistakes)
    if not rows.numbers:
        raise refused(table.top, f"is a header without {source.what}. Export the rows, too")
    return table


def _opened(source: Source, *, formulas: bool = False) -> Any:
    """The workbook with the values that formulas had when it was saved, or with the formulas."""
    try:
        import openpyxl  # brought by the extra `files`, and slow to import
    except ImportError:
        raise not_installed(source.file, "Excel", "openpyxl") from None
    from zipfile import ZipFile  # only workbooks need it

    content = BytesIO(source.content)
    unpacked = sum(part.file_size for part in ZipFile(content).infolist())
    if unpacked > _MOST_BYTES:
        text = f"unpacks to {unpacked:,} bytes. Write large books as CSV or Parquet"
        raise refused(Place(source.file), text)
    return openpyxl.load_workbook(content, read_only=True, data_only=not formulas)


def _sheet(source: Source, workbook: Any) -> Any:
    """The sheet that is meant: the first that a person sees, where none is named."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if source.sheet is None:
        return next((s for s in sheets.values() if s.sheet_state == "visible"), workbook.active)
    if source.sheet not in sheets:
        text = (
            f"no sheet is called `{source.sheet}`.{nearest(source.sheet, sheets)} "
            f"{source.file} has {', '.join(one_line(name) for name in sheets)}"
        )
        raise InputError([Mistake(source.sheet_at, "accounts.sheet", text)])
    return sheets[source.sheet]


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what a file says of its size is often wrong
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _LAST_ROW:
            raise ValueError(f"a row beyond {_LAST_ROW:,}")
        yield number, row


def _table(sheet: Any, wanted: Sequence[str], file: str) -> tuple[Table, _Wanted]:
    title = f"The sheet `{one_line(sheet.title)}`"
    rows = _rows(sheet)
    top, cells = next((row for row in rows if _is_filled(row[1])), (1, ()))
    place = Place(file, row=top)
    header = [as_text(cell) for cell in cells_of(map(_value, cells))]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise refused(place, f"{title} is empty. Name another one with `sheet:`")
    chosen = {name: header.index(name) for name in wanted if name in header}
    below = _Wanted(rows, chosen)
    columns = columns_of(below, {name: i for i, name in enumerate(chosen)})
    return Table(
        header, columns, np.array(below.numbers, dtype=np.int64), "row", place, title
    ), below


@dataclass
class _Wanted:
    """The wanted cells of the rows below a header, in batches; notes cells that tell nothing.

    Attributes
    ----------
    numbers
        The rows in which anything stands.
    errors, formulas
        Cells that hold an error, and formulas without a value, by column.
    unknown
        Cells without a value, by row and place: they may be empty or hold a formula.
    """

    rows: Iterator[Row]
    places: Mapping[str, int]
    numbers: list[int] = field(default_factory=list)
    errors: Notes = field(default_factory=dict)
    formulas: Notes = field(default_factory=dict)
    unknown: set[tuple[int, int]] = field(default_factory=set)

    def __iter__(self) -> Iterator[list[list[object]]]:
        batch: list[list[object]] = []
        for number, row in self.rows:
            cells = [row[i] if i < len(row) else None for i in self.places.values()]
            self._note(number, cells)
            if not _is_filled(row):
                continue
            self.numbers.append(number)
            batch.append([_value(cell) for cell in cells])
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _note(self, number: int, cells: Sequence[Any]) -> None:
        for name, cell in zip(self.places, cells, strict=True):
            if not hasattr(cell, "row"):  # a cell that the file leaves out
                continue
            if cell.data_type == "e":
                text = f"holds the error {cell.value}. Mend its formula"
                self.errors.setdefault(name, {})[number] = text
            elif cell.value is None and cell.data_type == "n":
                self.unknown.add((number, self.places[name]))

    def note_formulas(self, row: Row) -> None:
        """Note which of the unknown cells of a row hold formulas."""
        number, cells = row
        for name, i in self.places.items():
            if (number, i) in self.unknown and cells[i].data_type == "f":
                self.formulas.setdefault(name, {})[number] = _UNSAVED

    def mistakes(self, file: str) -> Iterator[Mistake]:
        """The first cells of each column and kind."""
        for kind in (self.errors, self.formulas):
            for name, notes in kind.items():
                yield from some(
                    list(notes), lambda row: Place(file, row=row), name, notes.__getitem__
                )


def _is_filled(cells: Sequence[Any]) -> bool:
    values = (cell.value for cell in cells)
    return any(value is not None and str(value).strip() for value in values)


def _value(cell: Any) -> object:
    """What a person sees: a number that is shown as 007 is the text `007`."""
    value = None if cell is None else cell.value
    if isinstance(value, bool):
        return str(value).lower()  # a lookup takes True for 1
    if isinstance(value, int) and value >= 0 and _PADDED.fullmatch(cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return value
