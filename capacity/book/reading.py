"""Accounts from a file: every bad row named by its number, nothing dropped in silence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.book.accounts import Book, decision_month, sorted_book
from capacity.book.table import MOST_ROWS, Table, one_line, read_table, some
from capacity.calendar import DateArray, days_of_month, first_day, month_label, month_numbers
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.checks import too_long_lead
from capacity.scenario.document import ACCOUNT_COLUMNS, Accounts, Plan, date_pattern
from capacity.scenario.fields import LONGEST_TERM
from capacity.scenario.parts import nearest
from capacity.units import DAYS_PER_MONTH

REQUIRED = ("id", "segment", "arr", "start", "renewal")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass
class _Findings:
    """Mistakes and warnings of a file, a few rows of each kind."""

    file: str
    lines: Sequence[int]
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def rows(
        self, bad: BoolArray, column: str, text: Callable[[int], str], *, warn: bool = False
    ) -> None:
        """Note that rows are bad; `text` says what is wrong with a row."""
        found = np.flatnonzero(bad).tolist()
        places = [Place(self.file, self.lines[row]) for row in found]
        target = self.warnings if warn else self.mistakes
        target += some(places, column, [text(row) for row in found[:MOST_ROWS]])


def read_book(plan: Plan, content: bytes, file: str) -> tuple[Book, list[Mistake]]:
    """The accounts of a CSV file.

    Parameters
    ----------
    plan
        Its `accounts` say how the columns are called and dates are written.
    content, file
        The file and its name in messages.

    Returns
    -------
    tuple
        The book, and warnings such as renewals that were rolled forward.

    Raises
    ------
    InputError
        With every bad row (the first ten of each kind).
    """
    assert plan.accounts is not None
    table = read_table(content, file)
    findings = _Findings(file, table.lines)
    book = _book(plan, _columns(plan.accounts, table, file), findings)
    if findings.mistakes:
        raise InputError(findings.mistakes)
    return sorted_book(_scaled(book, plan, file)), findings.warnings


def _columns(accounts: Accounts, table: Table, file: str) -> dict[str, list[str]]:
    """The columns that the book needs, by our names."""
    theirs = {name: accounts.columns.get(name, name) for name in ACCOUNT_COLUMNS}
    needed = [name for name in theirs if name in REQUIRED or name in accounts.columns]
    mistakes = [
        _missing_column(theirs[name], name, table, file)
        for name in needed
        if theirs[name] not in table.header
    ]
    mistakes += [
        Mistake(Place(file, 1), name, f"two columns are called `{column}`. Rename one of them")
        for name, column in theirs.items()
        if table.header.count(column) > 1
    ]
    if mistakes:
        raise InputError(mistakes)
    present = {name: column for name, column in theirs.items() if column in table.header}
    return {name: table.column(column) for name, column in present.items()}


def _missing_column(theirs: str, column: str, table: Table, file: str) -> Mistake:
    known = [one_line(name) for name in table.header]
    text = (
        f"no column is called `{theirs}`.{nearest(theirs, known)} "
        f"The file has {table.shown_columns}. "
        f'Name it in the scenario: columns: {{{column}: "…"}}'
    )
    return Mistake(Place(file, 1), column, text)


def _book(plan: Plan, text: dict[str, list[str]], findings: _Findings) -> Book:
    _unique(text["id"], findings)
    segment = _segments(plan, text["segment"], findings)
    starts = _dates(plan, text["start"], "start", findings)
    renewals = _dates(plan, text["renewal"], "renewal", findings)
    default = np.array([s.term for s in plan.segments.values()])[np.maximum(segment, 0)]
    term = _numbers(
        text.get("term"), "term", findings, default.astype(float), low=1, high=LONGEST_TERM
    )
    fraction = term != np.floor(term)
    findings.rows(fraction, "term", lambda i: "is not in whole months. Write 12")
    known = ~np.isnat(starts) & ~np.isnat(renewals)
    early = known & (renewals <= starts)
    findings.rows(
        early, "renewal", lambda i: f"{renewals[i]} is not after the start {starts[i]}. Swap them?"
    )
    none = np.full(len(segment), np.nan)
    book = Book(
        ids=text["id"],
        segment=segment,
        arr=_numbers(text["arr"], "arr", findings, none, money=True),
        starts=starts,
        decision=np.where(
            known, decision_month(np.where(known, renewals, np.datetime64("2000-01-02"))), 0
        ),
        term=term.astype(np.int64),
        completed=np.zeros(len(segment), dtype=np.int64),
        churn=_numbers(text.get("churn"), "churn", findings, none, high=1, share=True),
        complexity=_numbers(text.get("complexity"), "complexity", findings, none),
    )
    if findings.mistakes:
        return book
    return _in_time(plan, book, renewals, findings)


def _unique(ids: list[str], findings: _Findings) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        first.setdefault(name, row)
    empty = np.array([not name for name in ids])
    again = np.array([first[name] < row for row, name in enumerate(ids)]) & ~empty
    findings.rows(empty, "id", lambda i: "is empty. Give the account an id")
    findings.rows(
        again,
        "id",
        lambda i: (
            f"{ids[i]!r} stands in line {findings.lines[first[ids[i]]]} already. "
            "Keep one row for an account"
        ),
    )


def _segments(plan: Plan, names: list[str], findings: _Findings) -> IntArray:
    known = {name: i for i, name in enumerate(plan.segments)}
    index = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    findings.rows(
        index < 0,
        "segment",
        lambda i: (
            f"{names[i]!r} is no segment of the scenario.{nearest(names[i], known)} "
            f"Known: {', '.join(known)}"
        ),
    )
    return index


def _dates(plan: Plan, text: list[str], column: str, findings: _Findings) -> DateArray:
    assert plan.accounts is not None
    wanted = plan.accounts.date_format
    pattern = date_pattern(wanted)
    parsed = {cell: _date(cell, pattern) for cell in set(text)}
    days = np.array([parsed[cell] for cell in text], dtype="datetime64[D]")
    findings.rows(
        np.isnat(days),
        column,
        lambda i: (
            f"{text[i]!r} is not a date as {wanted}. Write it so, or set `date_format`"
            if text[i]
            else f"is empty. Write a date as {wanted}"
        ),
    )
    return days


def _date(cell: str, pattern: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(cell, pattern).date()  # noqa: DTZ007 (days have no zone)
    except ValueError:
        return None


def _numbers(
    text: list[str] | None,
    column: str,
    findings: _Findings,
    default: FloatArray,
    *,
    low: float = 0.0,
    high: float = np.inf,
    money: bool = False,
    share: bool = False,
) -> FloatArray:
    """The numbers of a column; an empty cell takes the default, or is a mistake for money."""
    if text is None:
        return default
    values = np.array([_number(cell, money=money, share=share) for cell in text])
    empty = np.array([not cell for cell in text])
    bad = ~np.isfinite(values) & ~empty
    findings.rows(bad, column, lambda i: f"{text[i]!r} is not a number. Write digits, as in 95000")
    outside = np.isfinite(values) & ((values < low) | (values > high))
    bounds = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
    findings.rows(outside, column, lambda i: f"{text[i]} is outside of its range, {bounds}")
    if money:
        findings.rows(empty, column, lambda i: "is empty; unknown is not zero. Write the amount")
    return np.where(np.isfinite(values) & ~outside, values, default)


def _number(cell: str, *, money: bool, share: bool) -> float:
    """The number in a cell; NaN where it is none."""
    if money and _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    try:
        if share and cell.endswith("%"):
            return float(cell[:-1]) / 100
        return float(cell)
    except ValueError:
        return np.nan


def _in_time(plan: Plan, book: Book, renewals: DateArray, findings: _Findings) -> Book:
    """Roll past renewals forward, count the terms behind, leave out who starts too late."""
    start, months = plan.horizon.start, plan.horizon.months
    behind = start - book.decision
    rolled = np.where(behind > 0, -(-behind // book.term) * book.term, 0)
    decision = book.decision + rolled
    findings.rows(
        rolled > 0,
        "renewal",
        lambda i: (
            f"{renewals[i]} is not after the start of the plan, {first_day(start)}: "
            f"rolled forward by whole terms; this term ends in {month_label(int(decision[i]))}"
        ),
        warn=True,
    )
    days = days_of_month(renewals) - days_of_month(book.starts)
    age = month_numbers(renewals) + rolled - month_numbers(book.starts) + days / DAYS_PER_MONTH
    completed = np.maximum(np.floor(age / book.term + 0.5).astype(np.int64) - 1, 0)
    late = book.start_month >= start + months
    findings.rows(
        late, "start", lambda i: f"{book.starts[i]} is after the plan's end: left out", warn=True
    )
    for task in plan.tasks.values():
        if task.on == "renewal":
            served = np.isin(
                book.segment, [list(plan.segments).index(s) for s in plan.segments_of(task)]
            )
            findings.rows(
                served & (book.term <= task.lead_periods),
                "term",
                lambda i, task=task: too_long_lead(task, one_line(book.ids[i]), int(book.term[i])),  # type: ignore[misc]
            )
    whole = replace(book, decision=decision, completed=completed)
    for index, name in enumerate(plan.segments):
        if not (book.segment == index).any():
            place = Place(findings.file)
            findings.warnings.append(Mistake(place, "segment", f"no account is in segment {name}"))
    return whole.take(~late)


def _scaled(book: Book, plan: Plan, file: str) -> Book:
    """Revenues that add up to the known total of the opening book, where one is given."""
    assert plan.accounts is not None
    total = plan.accounts.scale_to
    if total is None:
        return book
    opening = book.arr[book.starts <= plan.horizon.periods.first_days[0]].sum()
    if opening <= 0:
        text = "is 0 for all accounts of today, which `scale_to` cannot scale. Leave it out"
        raise InputError([Mistake(Place(file), "arr", text)])
    return replace(book, arr=book.arr * (total.mean / opening))
