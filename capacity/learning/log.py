"""A log of what happened: a file of rows, whatever it calls its columns.

A row that cannot be used is noted with its number and left out; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from capacity import units
from capacity.arrays import BoolArray, FloatArray, TextArray
from capacity.book.amounts import Amounts
from capacity.book.cells import day_in
from capacity.book.table import Column, Table, as_text
from capacity.calendar import DateArray
from capacity.learning.cells import NO, YES, read_number
from capacity.learning.how import Reading, today_here
from capacity.learning.rejects import Noted, Rejects, TooManyRejectsError
from capacity.scenario.currencies import OWN
from capacity.scenario.document import date_pattern
from capacity.units import Unit


@dataclass
class Log:
    """A file of rows.

    Attributes
    ----------
    path, sha256
        The file.
    how
        How it is read.
    table
        Its columns that were asked for, by our names.
    noted
        What is wrong with its rows so far.
    called
        Names in it that can be renamed.
    is_dated
        Whether any of its columns was read as days.
    """

    path: Path
    sha256: str
    how: Reading
    table: Table
    noted: Noted
    called: set[str] = field(default_factory=set)
    is_dated: bool = False

    def __len__(self) -> int:
        return len(self.table.numbers)

    def __contains__(self, name: str) -> bool:
        return name in self.table.columns

    def column(self, name: str) -> Column:
        """The cells of a column."""
        return self.table.columns[name]

    @property
    def good(self) -> BoolArray:
        """Rows that are to be used as far as is known, shape (rows,)."""
        mask = np.ones(len(self), dtype=bool)
        mask[list(self.noted.bad | self.noted.outside)] = False
        return mask

    # --- columns ---------------------------------------------------------------------------------

    def names(self, name: str, *, renamed: bool = False, needed: bool = True) -> TextArray:
        """The texts of a column, shape (rows,); an empty one is a fault where it is needed."""
        texts = np.array(self.column(name).texts(), dtype=object)
        if needed:
            self.reject(texts == "", name, lambda _i: "is empty. Write what it is", "empty cells")
        if renamed:
            texts = np.array(self.renamed(texts.tolist()), dtype=object)
            dotted = np.array(["." in text for text in texts], dtype=bool)
            self.reject(
                dotted,
                name,
                lambda i: f"{texts[i]!r} holds a dot, which no name of a plan does. Rename it",
                "names with a dot",
            )
        return texts

    def renamed(self, texts: Sequence[str]) -> list[str]:
        """Names as the plan has them; which of them the log knows is kept."""
        self.called.update(texts)
        return [self.how.rename.get(text, text) for text in texts]

    def numbers(
        self, name: str, unit: Unit, *, needed: bool = True, bare: float = 1.0
    ) -> FloatArray:
        """The numbers of a column in a unit, shape (rows,); NaN where there is none.

        Parameters
        ----------
        bare
            What a number without a unit is worth, in ours.
        """
        amounts = Amounts(self.how.currency or OWN, {}) if unit is units.MONEY else None
        read = partial(read_number, amounts, unit, bare)
        column = self.column(name)
        values = column.each(lambda cell: read(cell)[0], "float64")
        if needed:
            text = "is empty; unknown is not zero. Write the number"
            self.reject(column.empty, name, lambda _i: text, "empty cells")
        wrong = np.isnan(values) & ~column.empty
        self.reject(wrong, name, lambda i: read(column[i])[1], "no numbers")
        return values

    def days(self, name: str, *, needed: bool = True) -> DateArray:
        """The days of a column, shape (rows,); no day where there is none."""
        self.is_dated = True
        patterns = [date_pattern(self.how.date_format)]
        column = self.column(name)
        known = {cell: day_in(cell, patterns) for cell in set(column.cells)}
        days = column.each(known.__getitem__, "datetime64[D]")
        if needed:
            self.reject(column.empty, name, lambda _i: "is empty. Write the day", "empty cells")
        other = f"is not a date as {self.how.date_format}"
        self.reject(
            np.isnat(days) & ~column.empty,
            name,
            lambda i: f"{as_text(column[i])!r} {other}. Write all dates alike",
            "dates written otherwise",
        )
        latest = np.datetime64(self.how.latest)
        late = "has not come yet"
        if self.how.as_of is not None:
            late = f"is after {latest}, the day of the export"
        self.reject(
            ~np.isnat(days) & (days > latest),
            name,
            lambda i: f"{days[i]} {late}. Check the date",
            "future dates",
        )
        return days

    def flags(self, name: str) -> BoolArray:
        """The switches of a column, yes or no, shape (rows,)."""
        read = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
        texts = [text.lower() for text in self.names(name, needed=False)]
        unknown = np.array([text not in read for text in texts], dtype=bool)
        self.reject(
            unknown, name, lambda i: f"{texts[i]!r} is neither yes nor no. Write one", "no switches"
        )
        return np.array([read.get(text, False) for text in texts], dtype=bool)

    # --- faults ----------------------------------------------------------------------------------

    def reject(
        self,
        mask: BoolArray,
        column: str,
        text: Callable[[int], str],
        kind: str,
        *,
        is_used: bool = False,
        is_fault: bool = True,
    ) -> None:
        """Note that rows are bad.

        Parameters
        ----------
        is_used
            Whether they count all the same.
        is_fault
            Whether something is wrong with them; else they lie outside of what was asked for.
        """
        cells = self.table.columns.get(column)
        for row in np.flatnonzero(mask).tolist():
            found = "" if cells is None else as_text(cells[row])
            self.noted.add(row, column, found, text(row), kind, is_used=is_used, is_fault=is_fault)

    def reject_occurrences(self, names: Sequence[str]) -> None:
        """Rows that say the same: by their `id` a fault, without one perhaps two of a day."""
        if "id" in self:
            self.reject_repeated(["id"])
        else:
            self.reject_repeated(names, is_used=True)

    def reject_repeated(
        self, names: Sequence[str], *, is_used: bool = False, among: BoolArray | None = None
    ) -> None:
        """Rows that are the same as an earlier one in all of some columns.

        Parameters
        ----------
        among
            Rows that are looked at, shape (rows,); all of them without.
        """
        columns = [self.column(name).texts() for name in names if name in self]
        first: dict[tuple[str, ...], int] = {}
        again = np.zeros(len(self), dtype=bool)
        earlier = {}
        for row, key in enumerate(zip(*columns, strict=True)):
            if among is not None and not among[row]:
                continue
            before = first.setdefault(key, row)
            if before < row:
                again[row], earlier[row] = True, self.table.numbers[before]
        counted = self.table.counted
        self.reject(
            again,
            names[0],
            lambda i: f"says the same as {counted} {earlier[i]}. Keep one of them",
            "rows that stand twice",
            is_used=is_used,
        )

    def rejects(self) -> Rejects:
        """What is wrong with the rows.

        Raises
        ------
        TooManyRejectsError
            Where more of them are bad than is allowed, or none is left.
        """
        found = self.noted.rejects()
        if found.faulty > self.how.bad * found.rows or found.left_out == found.rows:
            raise TooManyRejectsError(found, self.how.bad, self.table)
        return found

    # --- where it comes from ---------------------------------------------------------------------

    def until(self, *days: DateArray) -> np.datetime64:
        """Day of the export: as it was said, the last of some days that are believed, or today."""
        if self.how.as_of is not None:
            return np.datetime64(self.how.as_of)
        known = [d[~np.isnat(d) & (d <= np.datetime64(self.how.latest))] for d in days]
        found = np.concatenate(known) if known else np.array([], dtype="datetime64[D]")
        return found.max() if len(found) else np.datetime64(today_here())
