"""What a file of accounts holds, whatever its kind: columns by name, and where each row stands."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.errors import InputError, Mistake, Place

Cell = str | int | float | dt.date
"""What stands in a cell, texts without the spaces around them; an empty cell is an empty text."""

MOST_ROWS = 10
"""Rows that are named for one kind of mistake; the others are counted."""
_MOST_COLUMNS = 20
_MOST_WORDS = 200
SAMPLE = 20_000
"""Rows after which a column shows whether its cells repeat."""


@dataclass(frozen=True)
class Source:
    """A file before it is read.

    Attributes
    ----------
    content, file
        The bytes, and the name in messages.
    sheet, sheet_at
        The sheet of a workbook that is meant, and where the scenario says so; without a name it is
        the first one.
    what
        What its rows are.
    """

    content: bytes
    file: str
    sheet: str | None
    sheet_at: Place
    what: str = "accounts"


@dataclass(frozen=True)
class Column:
    """The cells of a column; those that repeat are kept once.

    Attributes
    ----------
    cells
        What stands in the column; an array where all are numbers.
    codes
        Index into `cells` of each row, shape (rows,); None where each row has the cell of its own.
    """

    cells: Sequence[Cell] | FloatArray
    codes: IntArray | None = None

    def __getitem__(self, row: int) -> Cell:
        cell: Cell = self.cells[row if self.codes is None else self.codes[row]]
        return cell

    def take(self, rows: IntArray) -> Column:
        """The column of some of the rows."""
        return Column(self.cells, rows if self.codes is None else self.codes[rows])

    def each(self, read: Callable[[Cell], object], dtype: str) -> NDArray[Any]:
        """What a function makes of the cell of each row, shape (rows,)."""
        return self._by_row(np.array(list(map(read, self.cells)), dtype=dtype))

    def numbers(self, read: Callable[[Cell], float]) -> FloatArray:
        """The number in each row, shape (rows,); the function is asked where it takes more."""
        if isinstance(self.cells, np.ndarray):
            return self._by_row(self.cells)
        try:
            return self._by_row(np.array(list(map(float, self.cells))))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):  # a day, a text, or beyond all bounds
            return self.each(read, "float64")

    def texts(self) -> list[str]:
        """The name in each row."""
        names = [cell if isinstance(cell, str) else as_text(cell) for cell in self.cells]
        return names if self.codes is None else [names[code] for code in self.codes.tolist()]

    @cached_property
    def empty(self) -> BoolArray:
        """Rows in which nothing stands, shape (rows,)."""
        if isinstance(self.cells, np.ndarray):
            return self._by_row(np.zeros(len(self.cells), dtype=bool))
        return self._by_row(np.array([cell == "" for cell in self.cells], dtype=bool))

    def _by_row(self, values: NDArray[Any]) -> NDArray[Any]:
        return values if self.codes is None else values[self.codes]


@dataclass(frozen=True)
class Table:
    """The accounts of a file.

    Attributes
    ----------
    header
        Names of all columns.
    columns
        The columns that were asked for and are there, by name.
    numbers
        Number of each row in the file, as a person counts it, shape (rows,).
    counted
        What is counted: the lines of a text or the rows of a sheet; a field of `Place`.
    top
        Where the header stands.
    title
        What messages call the table.
    """

    header: Sequence[str]
    columns: Mapping[str, Column]
    numbers: IntArray
    counted: str
    top: Place
    title: str = "The file"

    def place(self, row: int) -> Place:
        """Where a row stands."""
        return Place(self.top.file, **{self.counted: int(self.numbers[row])})

    @property
    def shown_columns(self) -> str:
        """The names of the columns on one line, the first twenty of them."""
        more = ", …" if len(self.header) > _MOST_COLUMNS else ""
        return ", ".join(one_line(name) for name in self.header[:_MOST_COLUMNS]) + more


def one_line(text: str) -> str:
    """A text without its line ends, as it fits into a message."""
    return " ".join(text.split())


def cells_of(values: Iterable[object]) -> list[Cell]:
    """Cells from what a library found in a file."""
    return [value.strip() if isinstance(value, str) else _cell(value) for value in values]


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, (int, float, dt.date)):
        return value
    return value.decode() if isinstance(value, bytes) else str(value)


def as_text(cell: Cell) -> str:
    """A cell as a name: the number 7 is `7`, however a file stores it."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def shown(cell: Cell) -> str:
    """A cell as messages show it: texts in quotes."""
    return repr(cell) if isinstance(cell, str) else as_text(cell)


def some(
    rows: Sequence[int] | IntArray,
    place: Callable[[int], Place],
    column: str,
    text: Callable[[int], str],
) -> list[Mistake]:
    """The first ten mistakes of a kind, and how many more there are."""
    first = [int(row) for row in rows[: MOST_ROWS + 1]]
    found = [Mistake(place(row), column, text(row)) for row in first[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        more = f"the same in {len(rows) - MOST_ROWS:,} more rows"
        found.append(Mistake(place(first[MOST_ROWS]), column, more))
    return found


def refused(place: Place, text: str) -> InputError:
    """The one mistake of a file that cannot be read as accounts."""
    return InputError([Mistake(place, "", text)])


@contextmanager
def reading(file: str, kind: str, mend: str) -> Iterator[None]:
    """One line for whatever a library raises over a broken file, which none of them lists."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        said = one_line(str(error))[:_MOST_WORDS] or type(error).__name__
        raise refused(Place(file), f"cannot be read as {kind} ({said}). {mend}") from None


def not_installed(file: str, kind: str, package: str) -> InputError:
    """The mistake where the library for a kind of file is missing."""
    text = (
        f"{kind} is read by the package {package}, which is not installed. "
        "Run pip install 'cs-capacity[files]'"
    )
    return refused(Place(file), text)


def columns_of(
    batches: Iterable[Sequence[Sequence[object]]], places: Mapping[str, int]
) -> dict[str, Column]:
    """Columns from rows of one length, some rows at a time.

    Parameters
    ----------
    batches
        Lists of rows.
    places
        Which cell of a row each column is, by name.
    """
    gathered = {name: _Gathered() for name in places}
    for rows in batches:
        cells = list(zip(*rows, strict=True))
        for name, place in places.items():
            gathered[name].add(cells[place])
    return {name: column.column() for name, column in gathered.items()}


class _Gathered:
    """A column as it grows.

    Texts that repeat (segments, dates) are looked up, which spares memory and the reading of each;
    where most are new (ids, revenues) that would cost more than it gains.
    """

    def __init__(self) -> None:
        self._codes: list[IntArray] = []
        self._rows = 0
        self._looked_up: defaultdict[object, int] = defaultdict()
        self._looked_up.default_factory = self._looked_up.__len__
        self._as_they_come: list[object] = []
        self._repeats = True

    def add(self, cells: Sequence[object]) -> None:
        self._rows += len(cells)
        if not self._repeats:
            self._as_they_come.extend(cells)
            return
        codes = map(self._looked_up.__getitem__, cells)
        self._codes.append(np.fromiter(codes, np.int64, len(cells)))
        self._repeats = self._rows < SAMPLE or 2 * len(self._looked_up) < self._rows

    def column(self) -> Column:
        cells = cells_of(self._looked_up)
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, dtype=np.int64)
        if self._repeats:
            return Column(cells, codes)
        first = [cells[code] for code in codes.tolist()]
        return Column(first + cells_of(self._as_they_come))
