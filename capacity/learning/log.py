"""A log of what happened: a file of rows, whatever it calls its columns.

CSV, Parquet and Excel are read as files of accounts are. A row that cannot be used is noted with
its number and left out; nothing is guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from capacity import units
from capacity.arrays import BoolArray, FloatArray, TextArray
from capacity.book.amounts import Amounts
from capacity.book.cells import day_in
from capacity.book.files import read_table
from capacity.book.table import Column, Source, Table, as_text, one_line
from capacity.calendar import DateArray
from capacity.errors import InputError, Mistake, Place, QuestionError
from capacity.learning.cells import NO, YES, read_number
from capacity.learning.how import Reading
from capacity.learning.rejects import Noted, Rejects, TooManyRejectsError
from capacity.scenario.currencies import OWN
from capacity.scenario.document import date_pattern
from capacity.scenario.parts import nearest
from capacity.scenario.reading import read_bytes
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
    """

    path: Path
    sha256: str
    how: Reading
    table: Table
    noted: Noted
    called: set[str] = field(default_factory=set)

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
        """Day of the export: as it was said, or the last of some days that are believed."""
        if self.how.as_of is not None:
            return np.datetime64(self.how.as_of)
        known = [d[~np.isnat(d) & (d <= np.datetime64(self.how.latest))] for d in days]
        found = np.concatenate(known) if known else np.array([], dtype="datetime64[D]")
        return found.max() if len(found) else np.datetime64(self.how.latest)


def read_log(
    path: str | Path,
    how: Reading,
    needed: Sequence[str],
    known: Sequence[str] = (),
    more: tuple[str, ...] = (),
    *,
    is_further: bool = False,
) -> Log:
    """Read a log.

    Parameters
    ----------
    path
        The file.
    how
        How it is read.
    needed, known
        Columns that it has to have, and may have.
    more
        What further columns may begin with, as ``coverage_``.
    is_further
        Whether it comes with another log, whose titles it need not share.

    Raises
    ------
    InputError
        Where the file is missing or no table, or a column is missing.
    """
    path = Path(path)
    content = read_bytes(path, "log")
    source = Source(content, str(path), None, Place(str(path)), "rows")
    header = read_table(source, []).header
    extra = [title for title in header if title.startswith(more)]
    titles = {name: how.columns.get(name, name) for name in (*needed, *known, *extra)}
    if is_further:
        titles = {name: t if t in header else name for name, t in titles.items()}
    _check_titles(header, Place(str(path), 1), titles, needed, how)
    read = read_table(source, list(dict.fromkeys(t for t in titles.values() if t in header)))
    columns = {name: read.columns[t] for name, t in titles.items() if t in read.columns}
    table = Table(read.header, columns, read.numbers, read.counted, read.top, read.title)
    return Log(path, hashlib.sha256(content).hexdigest(), how, table, Noted(table))


def check_renamed(logs: Sequence[Log]) -> None:
    """What is to be renamed is there.

    Raises
    ------
    QuestionError
        Where no log has such a name.
    """
    known = sorted(set().union(*(log.called for log in logs)))
    for name in logs[0].how.rename:
        if name not in known:
            text = f"rename {name}: no task, segment or role is called so.{nearest(name, known)}"
            raise QuestionError(f"{text} The logs have {', '.join(known[:20])}")


def _check_titles(
    header: Sequence[str],
    top: Place,
    titles: Mapping[str, str],
    needed: Sequence[str],
    how: Reading,
) -> None:
    """The columns that are needed, or that were named, are there once."""
    known = [one_line(title) for title in header]
    mistakes = []
    for name, title in titles.items():
        if title not in header and (name in needed or title != name):
            text = (
                f"no column is called `{title}`.{nearest(title, known)} The file has "
                f"{', '.join(known[:20])}. Name it by --columns {name}=TITLE"
            )
            mistakes.append(Mistake(top, name, text))
        elif header.count(title) > 1:
            text = f"two columns are called `{title}`. Rename one of them"
            mistakes.append(Mistake(top, name, text))
    if mistakes:
        raise InputError(mistakes)
