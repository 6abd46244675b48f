"""Rows of a log that cannot be used, or only with doubt: each named, none dropped unsaid."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from capacity.book.table import MOST_ROWS, Table
from capacity.errors import InputError, Mistake, Place
from capacity.report.words import share
from capacity.writing import plain_cell

_HEADS = ("file", "row", "column", "found", "what is wrong", "used")


@dataclass(frozen=True)
class Reject:
    """Something that is wrong with a row.

    Attributes
    ----------
    place
        Where the row stands.
    column, found
        The column and what stands in it.
    text
        What is wrong.
    kind
        The same in a word or two, by which rows are counted.
    is_used
        Whether the row counts all the same.
    """

    place: Place
    column: str
    found: str
    text: str
    kind: str
    is_used: bool


@dataclass(frozen=True)
class Rejects:
    """What is wrong with the rows of some files.

    Attributes
    ----------
    rows
        Rows of the files.
    left_out, faulty
        Rows of them that were not used, and those of them that are at fault; the others lie
        outside of what was asked for.
    listed
        Everything that is wrong, in the order of the files.
    """

    rows: int = 0
    left_out: int = 0
    faulty: int = 0
    listed: tuple[Reject, ...] = ()

    def __add__(self, other: Rejects) -> Rejects:
        return Rejects(
            self.rows + other.rows,
            self.left_out + other.left_out,
            self.faulty + other.faulty,
            self.listed + other.listed,
        )

    def counts(self) -> list[tuple[str, int, bool]]:
        """How many rows have each kind of fault, and whether these are used, most first."""
        found: dict[tuple[str, bool], set[Place]] = {}
        for one in self.listed:
            found.setdefault((one.kind, one.is_used), set()).add(one.place)
        counted = [(kind, len(places), used) for (kind, used), places in found.items()]
        return sorted(counted, key=lambda row: (row[2], -row[1], row[0]))

    def listed_rows(self) -> list[dict[str, str | int | None]]:
        """A row for each fault: file, row, column, what was found, what is wrong, whether used."""
        return [
            {
                "file": one.place.file,
                "row": one.place.line or one.place.row,
                "column": one.column,
                "found": one.found,
                "what is wrong": one.text,
                "used": "yes" if one.is_used else "no",
            }
            for one in self.listed
        ]

    def to_csv(self) -> str:
        """The list as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_HEADS)
        for row in self.listed_rows():
            writer.writerow([plain_cell(c) if isinstance(c, str) else c for c in row.values()])
        return out.getvalue()


class TooManyRejectsError(InputError):
    """More of the rows are bad than was allowed; holds the first of each kind, and all of them."""

    def __init__(self, rejects: Rejects, allowed: float, table: Table) -> None:
        part = rejects.faulty / rejects.rows
        text = (
            f"{rejects.faulty:,} of {rejects.rows:,} rows cannot be used ({share(part, 1)}), "
            f"more than {share(allowed, 1)}. Mend them, or allow more by --bad"
        )
        super().__init__([Mistake(table.top, "", text), *_first(rejects)])
        self.rejects = rejects


def _first(rejects: Rejects) -> Iterator[Mistake]:
    """The first rows of each kind that are left out."""
    seen: dict[str, int] = {}
    for one in rejects.listed:
        seen[one.kind] = seen.get(one.kind, 0) + 1
        if not one.is_used and seen[one.kind] <= MOST_ROWS:
            yield Mistake(one.place, one.column, one.text)


@dataclass
class Noted:
    """What is found wrong with a table while it is read; see `Rejects`."""

    table: Table
    listed: dict[tuple[int, str, str], Reject] = field(default_factory=dict)
    bad: set[int] = field(default_factory=set)
    outside: set[int] = field(default_factory=set)

    def add(
        self,
        row: int,
        column: str,
        found: str,
        text: str,
        kind: str,
        *,
        is_used: bool = False,
        is_fault: bool = True,
    ) -> None:
        """Note that a row is wrong, or lies outside of what was asked for."""
        place = self.table.place(row)
        self.listed[row, column, kind] = Reject(place, column, found, text, kind, is_used)
        if not is_used:
            (self.bad if is_fault else self.outside).add(row)

    def rejects(self) -> Rejects:
        """All of it."""
        rows = sorted(self.listed, key=lambda key: key[0])
        listed = tuple(self.listed[key] for key in rows)
        left_out = len(self.bad | self.outside)
        return Rejects(len(self.table.numbers), left_out, len(self.bad), listed)
