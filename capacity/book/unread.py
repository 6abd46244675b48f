"""Columns that nobody reads, though their titles nearly say what would be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from capacity.book.table import Table, one_line
from capacity.errors import Mistake
from capacity.scenario.document import ACCOUNT_COLUMNS

_LIKE = {
    "startdate": "start",
    "enddate": "end",
    "leave": "leave_from",
    "leaves": "leave_from",
    "leavestart": "leave_from",
    "leaveend": "leave_to",
}
"""What people call columns, without case and signs."""


def nearly_people(table: Table, known: Sequence[str]) -> list[Mistake]:
    """Warnings of columns without which everybody is there all the time, for a whole week."""
    return [
        Mistake(table.top, one_line(title), f"is not read. Call the column `{name}` if it is meant")
        for title, name in _nearly(table.header, known, known)
    ]


def nearly_accounts(theirs: Mapping[str, str], table: Table) -> list[Mistake]:
    """Warnings of columns in whose place the values of the segments are taken.

    Parameters
    ----------
    theirs
        What the file calls each column.
    """
    missing = [name for name in ACCOUNT_COLUMNS if theirs[name] not in table.header]
    text = 'is not read. Name it in the scenario if it is meant: columns: {{{}: "{}"}}'
    return [
        Mistake(table.top, one_line(title), text.format(name, one_line(title)))
        for title, name in _nearly(table.header, missing, theirs.values())
    ]


def _nearly(
    header: Sequence[str], known: Collection[str], read: Collection[str]
) -> Iterable[tuple[str, str]]:
    """Titles that differ in nothing but case or signs from what is not there, with that."""
    missing = {_bare(name): name for name in known if name not in header}
    for title in header:
        name = missing.get(_bare(_LIKE.get(_bare(title), title)))
        if name and title not in read:
            yield title, name


def _bare(title: str) -> str:
    return "".join(letter for letter in title.casefold() if letter.isalnum())
