"""CSV text to columns of text, with the line in which each row begins."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.composing import place_in
from capacity.scenario.reading import decode

MOST_ROWS = 10
"""Rows that are named for one kind of mistake; the others are counted."""
_MOST_COLUMNS = 20
_LONGEST_CELL = 1_000_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHER_COMMAS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes
    ----------
    header
        Names of the columns.
    rows
        Cells of each row, as many as there are columns.
    lines
        Line of the file, from 1, in which each row begins.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]

    def column(self, name: str) -> list[str]:
        """The cells of a column, without the spaces around them."""
        index = self.header.index(name)
        return [row[index].strip() for row in self.rows]

    @property
    def shown_columns(self) -> str:
        """The names of the columns on one line, the first twenty of them."""
        more = ", …" if len(self.header) > _MOST_COLUMNS else ""
        return ", ".join(one_line(name) for name in self.header[:_MOST_COLUMNS]) + more


def one_line(text: str) -> str:
    """A text without its line ends, as it fits into a message."""
    return " ".join(text.split())


def some(places: Sequence[Place], column: str, texts: Sequence[str]) -> list[Mistake]:
    """The first ten mistakes of a kind, and how many more there are."""
    found = [
        Mistake(place, column, text) for place, text in zip(places, texts[:MOST_ROWS], strict=False)
    ]
    if len(places) > MOST_ROWS:
        more = f"the same in {len(places) - MOST_ROWS:,} more rows"
        found.append(Mistake(places[MOST_ROWS], column, more))
    return found


def read_table(content: bytes, file: str, what: str = "accounts") -> Table:
    """Read the text of a CSV file; rows without any text are passed over.

    Parameters
    ----------
    content, file
        The file and its name in messages.
    what
        What its rows are.

    Raises
    ------
    InputError
        Where it is not UTF-8 text, empty, or has rows of another length than its header.
    """
    records, lines = _records(_text(content, file), file)
    if not records:
        raise _refused(file, 1, f"is empty. Export the {what} with a header")
    header = [cell.strip() for cell in records[0]]
    for mark, name in _OTHER_COMMAS.items():
        if len(header) == 1 and mark in header[0]:
            text = f"columns are separated by {name}. Export the file with commas"
            raise _refused(file, lines[0], text)
    ragged = [i for i, record in enumerate(records) if len(record) != len(header)]
    if ragged:
        texts = [
            f"has {len(records[i])} cells where {len(header)} are named. Check quotes and commas"
            for i in ragged
        ]
        raise InputError(some([Place(file, lines[i]) for i in ragged], "", texts))
    if len(records) == 1:
        raise _refused(file, lines[0], f"is a header without {what}. Export the rows, too")
    return Table(header, records[1:], lines[1:])


def _refused(file: str, line: int, text: str) -> InputError:
    return InputError([Mistake(Place(file, line), "", text)])


def _text(content: bytes, file: str) -> str:
    if content.startswith(_WORKBOOKS):
        raise _refused(file, 1, "is a workbook of a spreadsheet. Save the sheet as CSV")
    text = decode(content, file)
    if "\0" in text:
        place = place_in(text[: text.index("\0")], file)
        raise InputError([Mistake(place, "", "holds a NUL byte. Export it as CSV text")])
    return text


def _records(text: str, file: str) -> tuple[list[list[str]], list[int]]:
    """The rows that hold any text, and the lines in which they begin."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(StringIO(text, newline=None), skipinitialspace=True, strict=True)
    records, lines = [], []
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(record)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        said = "has a quote that is never closed" if "end of data" in str(error) else str(error)
        raise _refused(file, line, f"{said}. Check the quotes from this line on") from None
    return records, lines
