"""People from a file: who is in the team, from when to when, where, and how much of a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.book.files import read_table
from capacity.book.table import Source, Table, one_line, some
from capacity.book.unread import nearly_people
from capacity.calendar import DateArray, public_holidays
from capacity.errors import InputError, Mistake, Place
from capacity.periods import Periods
from capacity.scenario.document import Plan
from capacity.scenario.parts import nearest
from capacity.scenario.pool import OWNER, split_columns

COLUMNS = ("name", "role", "start", "end", "fte", "location", "leave_from", "leave_to")
"""What may be known of a person; the file may have other columns, too."""
_DAY = np.timedelta64(1, "D")
_LONG_AGO, _NEVER = dt.date.min, dt.date.max
_NO_LEAVE = (_LONG_AGO, _LONG_AGO)
_A_YEAR = range(2027, 2028)


@dataclass(frozen=True)
class Roster:
    """The people of a role as columns, sorted by name, so that the order of a file plays no part.

    Attributes
    ----------
    names
        Names of the people.
    joins
        Period in which each joins; negative before the plan.
    leaves
        Period in which the seat is vacated for good: the one that holds the day after the last.
    fte
        Part of a full week.
    calendars
        Calendar of public holidays of the person's own; None where the role's holds.
    away
        First day of a leave and the day after it, shape (people, 2); long ago where there is none.
    pools
        The pool of each; empty where the role is not split.
    """

    names: Sequence[str]
    joins: IntArray
    leaves: IntArray
    fte: FloatArray
    calendars: Sequence[str | None]
    away: DateArray
    pools: Sequence[str]

    def __len__(self) -> int:
        return len(self.names)

    def of(self, pool: str) -> Roster:
        """The people of a pool."""
        return self._take([i for i, name in enumerate(self.pools) if name == pool])

    def with_(self, other: Roster) -> Roster:
        """The people of both."""
        both = Roster(
            names=[*self.names, *other.names],
            joins=np.append(self.joins, other.joins),
            leaves=np.append(self.leaves, other.leaves),
            fte=np.append(self.fte, other.fte),
            calendars=[*self.calendars, *other.calendars],
            away=np.concatenate([self.away, other.away]),
            pools=[*self.pools, *other.pools],
        )
        return both._take(sorted(range(len(both)), key=both.names.__getitem__))

    def _take(self, rows: list[int]) -> Roster:
        return Roster(
            names=[self.names[i] for i in rows],
            joins=self.joins[rows],
            leaves=self.leaves[rows],
            fte=self.fte[rows],
            calendars=[self.calendars[i] for i in rows],
            away=self.away[rows],
            pools=[self.pools[i] for i in rows],
        )

    def seats(self, period: int) -> int:
        """Seats that are planned to be there in a period."""
        return int(((self.joins <= period) & (self.leaves > period)).sum())


@dataclass(frozen=True)
class _Person:
    name: str
    role: str
    start: dt.date
    end: dt.date
    fte: float
    location: str | None
    leave: tuple[dt.date, dt.date] | None
    pool: str = ""


@dataclass
class _Sheet:
    """The rows of a file, and what is wrong with them."""

    plan: Plan
    table: Table
    cells: Mapping[str, Sequence[str]]
    found: dict[tuple[bool, str, str], list[tuple[int, str]]] = field(default_factory=dict)

    def note(self, row: int, column: str, text: str, kind: str = "", *, warn: bool = False) -> None:
        """Note what is wrong with a row; the rows of a kind are told together."""
        self.found.setdefault((warn, column, kind), []).append((row, text))

    def told(self, *, warn: bool) -> list[Mistake]:
        """The mistakes, or the warnings, a few rows of each kind."""
        out = []
        for (is_warning, column, _), rows in self.found.items():
            if is_warning == warn:
                places = [self.table.place(row) for row, _ in rows]
                texts = [text for _, text in rows]
                out += some(range(len(rows)), places.__getitem__, column, texts.__getitem__)
        return out

    def cell(self, row: int, column: str) -> str:
        """The text of a cell, empty where there is no such column."""
        return self.cells[column][row] if column in self.cells else ""

    def date(self, row: int, column: str) -> dt.date | None:
        """The date in a cell; None where it is empty or none."""
        text = self.cell(row, column)
        try:
            return dt.datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007
        except ValueError:
            self.note(row, column, f"{text!r} is not a date as YYYY-MM-DD. Write it so")
            return None


def read_rosters(
    plan: Plan, roles: Mapping[str, str], content: bytes, file: str
) -> tuple[dict[str, Roster], list[Mistake]]:
    """The people of the roles that name a file.

    Parameters
    ----------
    plan
        The scenario.
    roles
        The roles that name the file; a column `role` says who is what. With each, the pool for
        which it does; empty where the file says who belongs to which.
    content, file
        The file and its name in messages.

    Returns
    -------
    tuple
        The roster of each role, and warnings such as people who come after the plan.

    Raises
    ------
    InputError
        With every bad row (the first ten of each kind).
    """
    columns = [*COLUMNS, *split_columns(plan)]
    table = read_table(Source(content, file, None, Place(file), "people"), columns)
    _check_header(plan, table.header, roles, file)
    cells = {name: column.texts() for name, column in table.columns.items()}
    sheet = _Sheet(plan, table, cells)
    people = [_person(sheet, row, roles) for row in range(len(table.numbers))]
    _check_names(sheet, people)
    if mistakes := sheet.told(warn=False):
        raise InputError(mistakes)
    there = [p for row, p in enumerate(people) if _is_there(sheet, row, p, roles)]
    warnings = [*nearly_people(table, columns), *sheet.told(warn=True)]
    warnings += [
        Mistake(Place(file), "role", f"nobody of the plan's time is a {role}")
        for role in roles
        if not any(person.role == role for person in there)
    ]
    periods = plan.horizon.periods
    return {r: _roster(periods, [p for p in there if p.role == r]) for r in roles}, warnings


def _check_header(plan: Plan, header: Sequence[str], roles: Mapping[str, str], file: str) -> None:
    place, mistakes = Place(file, 1), []
    if "name" not in header:
        hint = nearest("name", [one_line(column) for column in header])
        text = f"no column is called `name`.{hint} Give each person a name, and the column this one"
        mistakes.append(Mistake(place, "name", text))
    for column in dict.fromkeys((*COLUMNS, *split_columns(plan))):
        if header.count(column) > 1:
            text = f"two columns are called `{column}`. Rename one of them"
            mistakes.append(Mistake(place, column, text))
    if "role" not in header and len(roles) > 1:
        text = f"no column says who is what, but {' and '.join(roles)} name this file. Add `role`"
        mistakes.append(Mistake(place, "role", text))
    for role, pool in roles.items():
        split = plan.team[role].split
        if split and not pool and split not in (OWNER, *header):
            text = f"{role} is split by it, but no column says it. Add it, or write a file by pool"
            mistakes.append(Mistake(place, split, text))
    if mistakes:
        raise InputError(mistakes)


def _person(sheet: _Sheet, row: int, roles: Mapping[str, str]) -> _Person:
    name = sheet.cell(row, "name")
    if not name:
        sheet.note(row, "name", "is empty. Give the person a name", "empty")
    start, end = _span(sheet, row, "start", "end")
    leave = _span(sheet, row, "leave_from", "leave_to")
    is_away = bool(sheet.cell(row, "leave_from") or sheet.cell(row, "leave_to"))
    role = _role(sheet, row, roles)
    return _Person(
        name=name,
        role=role,
        start=start,
        end=end,
        fte=_fte(sheet, row),
        location=_location(sheet, row),
        leave=leave if is_away else None,
        pool=_pool(sheet, row, name, role, roles),
    )


def _pool(sheet: _Sheet, row: int, name: str, role: str, roles: Mapping[str, str]) -> str:
    """The pool of a person: what the file says, else the name of whoever owns accounts."""
    split = sheet.plan.team[role].split if role in sheet.plan.team else None
    if split is None or roles.get(role):
        return roles.get(role, "")
    if split == OWNER and split not in sheet.cells:
        return name
    found = sheet.cell(row, split)
    if not found:
        sheet.note(row, split, f"is empty. {role} is split by it: write {name}'s", "pool")
    return found


def _role(sheet: _Sheet, row: int, roles: Mapping[str, str]) -> str:
    if "role" not in sheet.cells:
        return next(iter(roles))
    found, known = sheet.cell(row, "role"), sheet.plan.team
    if not found:
        sheet.note(row, "role", f"is empty. Write one of {', '.join(known)}", "empty")
    elif found not in known:
        text = f"{found!r} is no role of the scenario.{nearest(found, known)}"
        sheet.note(row, "role", f"{text} Known: {', '.join(known)}")
    return found


def _span(sheet: _Sheet, row: int, first: str, last: str) -> tuple[dt.date, dt.date]:
    """Two dates in their order; an empty one leaves its side open."""
    begin = sheet.date(row, first) or _LONG_AGO
    end = sheet.date(row, last) or _NEVER
    if end < begin:
        sheet.note(row, last, f"{end} is before the {first} {begin}. Swap them?", "order")
    return begin, end


def _fte(sheet: _Sheet, row: int) -> float:
    text = sheet.cell(row, "fte")
    if not text:
        return 1.0
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value <= 1:
        said = f"{text!r} is not a part of a full week. Write a number between 0 and 1, as in 0.8"
        sheet.note(row, "fte", said)
    return value


def _location(sheet: _Sheet, row: int) -> str | None:
    text = sheet.cell(row, "location")
    if text:
        try:
            public_holidays(text, _A_YEAR)
        except ValueError as error:
            sheet.note(row, "location", str(error))
    return text or None


def _check_names(sheet: _Sheet, people: Sequence[_Person]) -> None:
    """A name keys the luck of a person, so it stands once in a role."""
    first: dict[tuple[str, str], int] = {}
    for row, person in enumerate(people):
        before = first.setdefault((person.role, person.name), row)
        if before < row and person.name:
            where = f"{sheet.table.counted} {sheet.table.numbers[before]}"
            text = f"{person.name!r} stands in {where} already"
            sheet.note(row, "name", f"{text}. Keep one row for a person", "twice")


def _is_there(sheet: _Sheet, row: int, person: _Person, roles: Mapping[str, str]) -> bool:
    """Whether a person belongs into the plan; who does not is left out with a warning."""
    periods = sheet.plan.horizon.periods
    begin, after = periods.first_days[[0, -1]]
    column = text = ""
    if person.role not in roles:
        column = "role"
        text = f"{person.role} does not name this file as its `people`: {person.name} is left out"
    elif np.datetime64(person.start) >= after:
        column, text = "start", f"{person.start} is after the plan's end: left out"
    elif np.datetime64(person.end) < begin:
        column, text = "end", f"{person.end} is before the plan begins: left out"
    elif _leaves(periods, [person])[0] <= _joins(periods, [person])[0]:
        noun = periods.step.name
        column, text = "end", f"{person.end} is in the {noun} of the start: left out"
    if text:
        sheet.note(row, column, text, "left out", warn=True)
    return not text


def _roster(periods: Periods, people: list[_Person]) -> Roster:
    people = sorted(people, key=lambda person: person.name)
    leaves = [p.leave or _NO_LEAVE for p in people]
    away = np.array(leaves, dtype="datetime64[D]").reshape(-1, 2)
    away[:, 1] += _DAY
    return Roster(
        names=[p.name for p in people],
        joins=_joins(periods, people),
        leaves=_leaves(periods, people),
        fte=np.array([p.fte for p in people], dtype=np.float64),
        calendars=[p.location for p in people],
        away=away,
        pools=[p.pool for p in people],
    )


def _joins(periods: Periods, people: Sequence[_Person]) -> IntArray:
    return periods.holding(np.array([p.start for p in people], dtype="datetime64[D]"))


def _leaves(periods: Periods, people: Sequence[_Person]) -> IntArray:
    last: DateArray = np.array([p.end for p in people], dtype="datetime64[D]")
    return periods.holding(last + _DAY)
