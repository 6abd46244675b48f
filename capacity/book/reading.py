"""Accounts from a file: every bad row named by its number, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import chain

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.book.accounts import Book, sorted_book
from capacity.book.amounts import Amounts
from capacity.book.cells import dates, number_in, numbers, switch_in
from capacity.book.files import read_table
from capacity.book.findings import Findings
from capacity.book.table import Cell, Column, Source, Table, as_text, one_line, shown
from capacity.book.today import check_pools, in_time, scaled
from capacity.book.unread import nearly_accounts
from capacity.calendar import months_and_days
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.conditions import NUMBER, SWITCH
from capacity.scenario.document import ACCOUNT_COLUMNS, Plan
from capacity.scenario.exports import ExportFormat
from capacity.scenario.fields import LONGEST_TERM
from capacity.scenario.parts import nearest
from capacity.scenario.pool import split_columns
from capacity.scenario.unknown import UNKNOWN

REQUIRED = ("id", "segment", "arr", "start", "renewal")


def read_book(
    plan: Plan, source: Source, form: ExportFormat, asked: Mapping[str, Place] | None = None
) -> tuple[Book, list[Mistake]]:
    """The accounts of a file.

    Parameters
    ----------
    plan
        The scenario.
    source
        The file.
    form
        What the columns are called, and how dates are written.
    asked
        Where each task asks for columns by a `where`.

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
    wanted = dict.fromkeys((*split_columns(plan), *plan.accounts.columns))
    names = dict.fromkeys((*ACCOUNT_COLUMNS, *wanted, *plan.asked_of_file))
    titles = {name: form.titles(name) for name in names}
    for name in plan.accounts.columns:
        titles[name] = form.columns[name]  # where the scenario names one, no other will do
    table = read_table(source, list(dict.fromkeys(chain(*titles.values()))))
    theirs = {name: _title(known, table) for name, known in titles.items()}
    _check_columns({*REQUIRED, *wanted}, theirs, titles, table)
    cells = {
        name: table.columns[column] for name, column in theirs.items() if column in table.columns
    }
    findings = Findings(table, form, asked or {})
    _check_asked(plan, theirs, findings)
    findings.warnings += nearly_accounts(theirs, table)
    book = _book(plan, cells, findings)
    if findings.mistakes:
        raise InputError(findings.mistakes)
    return sorted_book(scaled(book, plan, source.file)), findings.warnings


def _title(titles: Sequence[str], table: Table) -> str:
    """The first of some titles that the file has; the first of them where it has none."""
    return next((title for title in titles if title in table.header), titles[0])


def _check_columns(
    needed: Collection[str],
    theirs: Mapping[str, str],
    titles: Mapping[str, Sequence[str]],
    table: Table,
) -> None:
    """The columns that a book needs, and those that the scenario names, are there once."""
    mistakes = [
        _missing_column(titles[name], name, table)
        for name, column in theirs.items()
        if name in needed and column not in table.header
    ]
    mistakes += [
        Mistake(table.top, name, f"two columns are called `{column}`. Rename one of them")
        for name, column in theirs.items()
        if table.header.count(column) > 1
    ]
    if mistakes:
        raise InputError(mistakes)


def _check_asked(plan: Plan, theirs: Mapping[str, str], findings: Findings) -> None:
    """The columns that a `where` asks for are there."""
    table = findings.table
    known = list(dict.fromkeys((*ACCOUNT_COLUMNS, *map(one_line, table.header))))
    for column, said in plan.asked_of_file.items():
        if theirs[column] not in table.header:
            text = (
                f"no column of {table.top.file} is called `{column}`.{nearest(column, known)} "
                f"It has {table.shown_columns}. Name it under `accounts:` if it is called "
                f'otherwise there: columns: {{{column}: "…"}}'
            )
            findings.condition(said[0][0], text)


def _missing_column(titles: Sequence[str], column: str, table: Table) -> Mistake:
    known = [one_line(name) for name in table.header]
    sought = " or ".join(f"`{title}`" for title in titles)
    hint = next((hint for title in titles if (hint := nearest(title, known))), "")
    text = (
        f"no column is called {sought}.{hint} "
        f"{table.title} has {table.shown_columns}. "
        f'Name it in the scenario: columns: {{{column}: "…"}}'
    )
    return Mistake(table.top, column, text)


def _book(plan: Plan, cells: Mapping[str, Column], findings: Findings) -> Book:
    ids = _ids(cells["id"], findings)
    segment = _segments(plan, cells["segment"], findings)
    starts = dates(cells["start"], "start", findings)
    renewals = dates(cells["renewal"], "renewal", findings)
    default = np.array([s.term for s in plan.segments.values()])[np.maximum(segment, 0)]
    term = numbers(
        cells.get("term"), "term", findings, default.astype(float), low=1, high=LONGEST_TERM
    )
    fraction = term != np.floor(term)
    findings.rows(fraction, "term", lambda i: "is not in whole months. Write 12")
    known = ~np.isnat(starts) & ~np.isnat(renewals)
    early = known & (renewals <= starts)
    findings.rows(
        early, "renewal", lambda i: f"{renewals[i]} is not after the start {starts[i]}. Swap them?"
    )
    none = np.full(len(segment), np.nan)
    missing = dict.fromkeys((c for c in plan.asked_of_file if c not in cells), UNKNOWN)
    book = Book(
        ids=ids,
        segment=segment,
        arr=numbers(cells["arr"], "arr", findings, none, money=Amounts.of(plan)),
        starts=starts,
        renewal=renewals,
        renews_on=months_and_days(renewals)[1],
        term=term.astype(np.int64),
        completed=np.zeros(len(segment), dtype=np.int64),
        churn=numbers(cells.get("churn"), "churn", findings, none, high=1, share=True),
        complexity=numbers(cells.get("complexity"), "complexity", findings, none),
        names=missing
        | {
            name: np.array(column.texts(), dtype=object)
            for name, column in cells.items()
            if name not in ACCOUNT_COLUMNS
        },
        figures=missing | _figures(plan, cells, findings),
    )
    if findings.mistakes:
        check_pools(plan, book, findings)
        return book
    return in_time(plan, book, findings)


_OF_ALL = {NUMBER: "a number", SWITCH: "true or false"}


def _figures(plan: Plan, cells: Mapping[str, Column], findings: Findings) -> dict[str, FloatArray]:
    """Columns that are compared with numbers, or with true and false."""
    found = {}
    number = partial(number_in, money=Amounts.of(plan), share=True)
    figures: dict[str, tuple[Callable[[Cell], float], str]] = {
        NUMBER: (number, "not a number. Write digits, as in 95000"),
        SWITCH: (switch_in, "neither true nor false. Write one of them"),
    }
    for name, asked in plan.asked_of_file.items():
        if name not in cells:
            continue
        for holds, task in {c.holds: task for task, c in asked if c.holds in figures}.items():
            column, (read, words) = cells[name], figures[holds]
            found[name] = column.numbers(read)
            bad = ~np.isfinite(found[name]) & ~column.empty
            if bad.sum() > 1 and bad.sum() == (~column.empty).sum():
                text = f"no cell of `{name}` is {_OF_ALL[holds]}. Compare it with texts, as in "
                findings.condition(task, f"{text}{name} == {shown(column[int(bad.argmax())])}")
                continue
            findings.rows(
                bad,
                name,
                lambda i, c=column, t=task, w=words: (  # type: ignore[misc]
                    f"{shown(c[i])} is {w}; tasks.{t}.where compares it with such"
                ),
            )
    return found


def _ids(column: Column, findings: Findings) -> list[str]:
    ids = column.texts()
    empty = column.empty
    findings.rows(empty, "id", lambda i: "is empty. Give the account an id")
    if len(set(ids)) == len(ids):
        return ids
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        first.setdefault(name, row)
    again = np.array([first[name] < row for row, name in enumerate(ids)]) & ~empty
    table = findings.table
    findings.rows(
        again,
        "id",
        lambda i: (
            f"{ids[i]!r} stands in {table.counted} {table.numbers[first[ids[i]]]} already. "
            "Keep one row for an account"
        ),
    )
    return ids


def _segments(plan: Plan, names: Column, findings: Findings) -> IntArray:
    known = {name: i for i, name in enumerate(plan.segments)}
    index = names.each(lambda cell: known.get(as_text(cell), -1), "int64")
    findings.rows(
        index < 0,
        "segment",
        lambda i: (
            f"{as_text(names[i])!r} is no segment of the scenario."
            f"{nearest(as_text(names[i]), known)} Known: {', '.join(known)}"
        ),
    )
    return index
