"""Files of real observations: a column each, read once, every bad row named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from capacity import units
from capacity.book.amounts import Amounts
from capacity.book.files import read_table
from capacity.book.table import Cell, Column, Source, Table, as_text, one_line, refused, some
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.beside import MOST_OBSERVED, OBSERVATIONS, Files
from capacity.scenario.currencies import OWN, rates_of
from capacity.scenario.parts import PartsError, nearest
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.samples import COLUMN, FileName, ToldError
from capacity.units import Unit

FEWEST, MOST = 2, 1_000_000
"""Observations that a number takes."""
Key = tuple[object, ...]
"""A column of a file in a unit, and for money the rates it is converted by."""


@dataclass(frozen=True)
class Observed:
    """The observations of a column.

    Attributes
    ----------
    values
        Sorted, in the unit of the setting.
    sha256
        Of the file.
    doubts
        What is said of its rows: empty cells, which are left out.
    """

    values: tuple[float, ...]
    sha256: str
    doubts: tuple[Mistake, ...]


@dataclass
class ObservedFiles:
    """The files of observations that the numbers of a scenario name.

    Attributes
    ----------
    marked, files
        The scenario and the files beside it.
    known
        What was read before of a scenario like it, and is not read again.
    found
        What was asked for.
    named
        The names of the files, by the setting that says each.
    mistakes
        What is wrong with the files and their rows.
    """

    marked: Marked
    files: Files
    known: Mapping[Key, Observed]
    found: dict[Key, Observed] = field(default_factory=dict)
    named: dict[Trail, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def __post_init__(self) -> None:
        currency, fx = (self.marked.data.get(key) for key in ("currency", "fx"))
        self._amounts = Amounts(str(currency or OWN), rates_of(fx))

    @property
    def doubts(self) -> list[Mistake]:
        """What is said of the rows of all files."""
        return [doubt for observed in self.found.values() for doubt in observed.doubts]

    def values(self, file: FileName, column: str | None, unit: Unit) -> tuple[float, ...]:
        """See `Observations`."""
        path = str(self.files.beside(self.marked, file.at, file))
        money = self._amounts if unit is units.MONEY else None
        rates = (money.currency, *sorted(money.fx.items())) if money else ()
        key = (path, column, unit.name, *rates)
        observed = self.found.get(key) or self.known.get(key)
        try:
            self.found[key] = observed or self._read(file, column, unit)
        except InputError as error:
            self.mistakes += error.mistakes
            raise ToldError from None
        self.named[file.at] = file
        self.files.seen[path] = self.found[key].sha256
        return self.found[key].values

    def _read(self, file: FileName, column: str | None, unit: Unit) -> Observed:
        content, path = self.files.read(self.marked, file.at, file, OBSERVATIONS)
        if len(content) > MOST_OBSERVED:
            text = f"is too large. Keep at most {MOST_OBSERVED:,} bytes of observations"
            raise refused(Place(path), text)
        source = Source(content, path, None, Place(path), OBSERVATIONS)
        name = column or _only_column(read_table(source, []))
        table = read_table(source, [name])
        _check_column(name, table)
        read = partial(value_in, self._amounts if unit is units.MONEY else None, unit)
        values, doubts = _values(table, name, read)
        return Observed(values, self.files.seen[path], doubts)


def _only_column(table: Table) -> str:
    if len(table.header) > 1:
        text = f"missing. {table.title} has {table.shown_columns}. Write one of them"
        raise PartsError([((COLUMN,), text)])
    return table.header[0]


def _check_column(name: str, table: Table) -> None:
    """The column is there, once."""
    found = table.header.count(name)
    known = [one_line(column) for column in table.header]
    if not found:
        text = f"no column is called `{name}`.{nearest(name, known)} "
        text += f"{table.title} has {table.shown_columns}. Write one of them"
    else:
        text = f"two columns are called `{name}`. Rename one of them"
    if found != 1:
        raise PartsError([((COLUMN,), text)])


def _values(
    table: Table, name: str, read: Callable[[Cell], float]
) -> tuple[tuple[float, ...], tuple[Mistake, ...]]:
    """The observations of a column, sorted, and doubts; empty cells are left out."""
    if len(table.numbers) > MOST:
        text = f"has {len(table.numbers):,} rows. Keep at most {MOST:,} observations"
        raise refused(table.top, text)
    column = table.columns[name]
    values = column.each(partial(_number, read), "float64")
    bad = np.flatnonzero(np.isnan(values) & ~column.empty)
    if len(bad):
        told = some(bad, table.place, one_line(name), lambda i: _fault(read, column[i]))
        raise InputError(told)
    known = np.sort(values[~column.empty])
    if len(known) < FEWEST:
        text = f"has {len(known)} of the {FEWEST} observations that it takes at least"
        mend = "Write the number instead"
        raise InputError([Mistake(table.top, one_line(name), f"{text}. {mend}")])
    return tuple(known.tolist()), tuple(_left_out(table, name, column))


def _left_out(table: Table, name: str, column: Column) -> Iterator[Mistake]:
    """A warning where cells are empty."""
    rows = np.flatnonzero(column.empty)
    if len(rows):
        text = f"is empty ({len(rows):,} of {len(column.empty):,} cells are): left out"
        yield Mistake(table.place(int(rows[0])), one_line(name), text)


def value_in(amounts: Amounts | None, unit: Unit, cell: Cell) -> float:
    """The observation in a cell; raises `ValueError` where it is none of the unit."""
    said = float(cell) if isinstance(cell, float) else cell
    said = said if isinstance(said, (int, float)) else as_text(said)
    if amounts is None or not isinstance(said, str):
        value = unit.parse(said)
    elif units.is_money_of_ours(said):
        value = units.parse_money(said, amounts.currency, amounts.fx)
    else:
        value = amounts.read(said)  # as other programs write it
    return unit.check(value, said)


def _number(read: Callable[[Cell], float], cell: Cell) -> float:
    """The observation in a cell; NaN where it is none."""
    try:
        return read(cell)
    except ValueError:
        return np.nan


def _fault(read: Callable[[Cell], float], cell: Cell) -> str:
    """What is wrong with a cell that holds no observation."""
    try:
        read(cell)
    except ValueError as error:
        return str(error)
    return ""
