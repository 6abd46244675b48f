"""Accounts from a file: every bad row named by its number, nothing dropped in silence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.book.accounts import Book, sorted_book
from capacity.book.amounts import Amounts
from capacity.book.files import read_table
from capacity.book.pools import served_by
from capacity.book.restricted import needs
from capacity.book.table import Cell, Column, Source, Table, as_text, one_line, shown, some
from capacity.calendar import DateArray, days_of, month_label, month_numbers, months_and_days
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.checks import too_long_lead
from capacity.scenario.conditions import NUMBER, SWITCH
from capacity.scenario.document import ACCOUNT_COLUMNS, Plan, date_pattern
from capacity.scenario.exports import ExportFormat
from capacity.scenario.fields import LONGEST_TERM
from capacity.scenario.parts import nearest
from capacity.scenario.pool import split_columns
from capacity.scenario.task import Task
from capacity.scenario.unknown import UNKNOWN, UnknownError, or_unknown
from capacity.units import DAYS_PER_MONTH

REQUIRED = ("id", "segment", "arr", "start", "renewal")
_TIME_OF_DAY = re.compile(
    r"(?:,? |T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$"
)

_THREE_DIGITS = re.compile(r"\d{1,3}\.\d{3}", re.ASCII)
_THOUSAND = 1000
_POINTS = (
    "{} is read as less than a thousand; does the point separate thousands? "
    "Write digits, as in 95000"
)
_DIGITS = "digits, as in 95000"


@dataclass
class _Findings:
    """Mistakes and warnings of a file, a few rows of each kind."""

    table: Table
    form: ExportFormat
    asked: Mapping[str, Place]
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def rows(
        self, bad: BoolArray, column: str, text: Callable[[int], str], *, warn: bool = False
    ) -> None:
        """Note that rows are bad; `text` says what is wrong with a row."""
        target = self.warnings if warn else self.mistakes
        target += some(np.flatnonzero(bad), self.table.place, column, text)

    def condition(self, task: str, text: str) -> None:
        """Note that a `where` takes a column for something else than it is."""
        place = self.asked.get(task, self.table.top)
        self.mistakes.append(Mistake(place, f"tasks.{task}.where", text))


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
    findings = _Findings(table, form, asked or {})
    _check_asked(plan, theirs, findings)
    book = _book(plan, cells, findings)
    if findings.mistakes:
        raise InputError(findings.mistakes)
    return sorted_book(_scaled(book, plan, source.file)), findings.warnings


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


def _check_asked(plan: Plan, theirs: Mapping[str, str], findings: _Findings) -> None:
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


def _book(plan: Plan, cells: Mapping[str, Column], findings: _Findings) -> Book:
    ids = _ids(cells["id"], findings)
    segment = _segments(plan, cells["segment"], findings)
    starts = _dates(cells["start"], "start", findings)
    renewals = _dates(cells["renewal"], "renewal", findings)
    default = np.array([s.term for s in plan.segments.values()])[np.maximum(segment, 0)]
    term = _numbers(
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
        arr=_numbers(cells["arr"], "arr", findings, none, money=Amounts.of(plan)),
        starts=starts,
        renewal=renewals,
        renews_on=months_and_days(renewals)[1],
        term=term.astype(np.int64),
        completed=np.zeros(len(segment), dtype=np.int64),
        churn=_numbers(cells.get("churn"), "churn", findings, none, high=1, share=True),
        complexity=_numbers(cells.get("complexity"), "complexity", findings, none),
        names=missing
        | {
            name: np.array(column.texts(), dtype=object)
            for name, column in cells.items()
            if name not in ACCOUNT_COLUMNS
        },
        figures=missing | _figures(plan, cells, findings),
    )
    if findings.mistakes:
        _check_pools(plan, book, findings)
        return book
    return _in_time(plan, book, findings)


_OF_ALL = {NUMBER: "a number", SWITCH: "true or false"}


def _figures(plan: Plan, cells: Mapping[str, Column], findings: _Findings) -> dict[str, FloatArray]:
    """Columns that are compared with numbers, or with true and false."""
    found = {}
    number = partial(_number, money=Amounts.of(plan), share=True)
    figures: dict[str, tuple[Callable[[Cell], float], str]] = {
        NUMBER: (number, "not a number. Write digits, as in 95000"),
        SWITCH: (_switch, "neither true nor false. Write one of them"),
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


def _check_pools(plan: Plan, book: Book, findings: _Findings) -> None:
    """Every account says which pool serves it, where a role that serves it is split."""
    for column in split_columns(plan):
        if column not in book.names:
            continue
        splits = {name: role.split for name, role in plan.team.items()}
        roles = [name for name, split in splits.items() if split is not UNKNOWN and split == column]
        served = or_unknown(partial(served_by, plan, book, roles))
        if served is UNKNOWN:
            continue
        bad = (book.names[column] == "") & (book.segment >= 0) & served
        findings.rows(bad, column, lambda i: "is empty. Write which pool serves the account")


def _ids(column: Column, findings: _Findings) -> list[str]:
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


def _segments(plan: Plan, names: Column, findings: _Findings) -> IntArray:
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


def _dates(column: Column, name: str, findings: _Findings) -> DateArray:
    wanted = " or ".join(findings.form.date_format)
    patterns = [date_pattern(form) for form in findings.form.date_format]
    read = {cell: day_in(cell, patterns) for cell in set(column.cells)}
    days = column.each(read.__getitem__, "datetime64[D]")
    findings.rows(
        np.isnat(days),
        name,
        lambda i: (
            f"is empty. Write a date as {wanted}"
            if column[i] == ""
            else f"{shown(column[i])} is not a date as {wanted}. Write it so, or set `date_format`"
        ),
    )
    return days


def day_in(cell: Cell, patterns: Sequence[str]) -> dt.date | None:
    """The day in a cell, as it is written there; a time of day behind it plays no part."""
    if isinstance(cell, dt.date):
        return cell
    text = as_text(cell)
    for written in (text, _TIME_OF_DAY.sub("", text)):
        for pattern in patterns:
            try:
                return dt.datetime.strptime(written, pattern).date()  # noqa: DTZ007 (days have no zone)
            except ValueError:
                continue
    return None


def _numbers(
    column: Column | None,
    name: str,
    findings: _Findings,
    default: FloatArray,
    *,
    low: float = 0.0,
    high: float = np.inf,
    money: Amounts | None = None,
    share: bool = False,
) -> FloatArray:
    """The numbers of a column; an empty cell takes the default, or is a mistake for money."""
    if column is None:
        return default
    values = column.numbers(partial(_number, money=money, share=share))
    empty = column.empty
    bad = ~np.isfinite(values) & ~empty
    findings.rows(bad, name, lambda i: _no_number(column[i], money, share=share))
    outside = np.isfinite(values) & ((values < low) | (values > high))
    bounds = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
    findings.rows(
        outside, name, lambda i: f"{as_text(column[i])} is outside of its range, {bounds}"
    )
    if money:
        findings.rows(empty, name, lambda i: "is empty; unknown is not zero. Write the amount")
        findings.rows(
            _in_points(column, values), name, lambda i: _POINTS.format(column[i]), warn=True
        )
    return np.where(np.isfinite(values) & ~outside, values, default)


def _in_points(column: Column, values: FloatArray) -> BoolArray:
    """The first row, where all amounts look like ``95.000`` for 95,000."""
    found = np.zeros(len(values), dtype=bool)
    if len(values) and values.max() < _THOUSAND:  # false where one of them is not known
        found[0] = all(_THREE_DIGITS.fullmatch(as_text(cell)) for cell in column.cells)
    return found


def _number(cell: Cell, *, money: Amounts | None, share: bool) -> float:
    """The number in a cell; NaN where it is none."""
    try:
        return float(cell)  # type: ignore[arg-type]  # a day is refused by it
    except (TypeError, OverflowError):
        return np.nan
    except ValueError:
        text = str(cell)
    if share and text.endswith("%"):
        return _number(text[:-1], money=None, share=False) / 100
    try:
        return money.read(text) if money else np.nan
    except ValueError:
        return np.nan


def _no_number(cell: Cell, money: Amounts | None, *, share: bool = False) -> str:
    """What is wrong with a cell that holds no finite number."""
    if money and isinstance(cell, str):
        try:
            money.read(cell)
        except ValueError as error:
            return str(error)
    return f"{shown(cell)} is not a number. Write {'a share, as in 12%' if share else _DIGITS}"


def _switch(cell: Cell) -> float:
    """1 for true, 0 for false; NaN for anything else."""
    return {"true": 1.0, "false": 0.0}.get(as_text(cell).lower(), np.nan)


def _in_time(plan: Plan, book: Book, findings: _Findings) -> Book:
    """Roll past renewals forward, count the terms behind, leave out who starts too late."""
    periods = plan.horizon.periods
    (this_month,), _ = months_and_days(np.array([periods.begin]))
    month, day = month_numbers(book.renewal), book.renews_on
    behind = this_month - month + (days_of(np.array([this_month]), day) <= periods.begin)
    rolled = np.where(behind > 0, -(-behind // book.term) * book.term, 0)
    past = rolled > 0
    renewal = book.renewal.copy()
    renewal[past] = days_of((month + rolled)[past], day[past])
    findings.rows(
        past,
        "renewal",
        lambda i: (
            f"{book.renewal[i]} is not after the start of the plan, {periods.begin}: rolled "
            f"forward by whole terms; this term ends in {_month_before(renewal[i])}"
        ),
        warn=True,
    )
    joined, first = months_and_days(book.starts)
    age = month + rolled - joined + (day - first) / DAYS_PER_MONTH
    completed = np.maximum(np.floor(age / book.term + 0.5).astype(np.int64) - 1, 0)
    late = book.starts >= periods.first_days[-1]
    findings.rows(
        late, "start", lambda i: f"{book.starts[i]} is after the plan's end: left out", warn=True
    )
    whole = replace(book, renewal=renewal, completed=completed)
    judged = replace(whole, arr=_scaled_arr(whole, plan))
    _check_pools(plan, judged, findings)
    _check_leads(plan, judged, findings)
    for index, name in enumerate(plan.segments):
        if not (book.segment == index).any():
            place = Place(findings.table.top.file)
            findings.warnings.append(Mistake(place, "segment", f"no account is in segment {name}"))
    return whole.take(~late) if late.any() else whole


def _month_before(day: np.datetime64) -> str:
    """The month of the last day before one."""
    return month_label(int(month_numbers(np.array([day - np.timedelta64(1, "D")]))[0]))


def _check_leads(plan: Plan, book: Book, findings: _Findings) -> None:
    """Work for a renewal falls due within the term that ends."""
    terms = np.flatnonzero(np.bincount(book.term))
    for task in plan.tasks.values():
        with suppress(UnknownError):
            _check_lead(plan, book, task, terms, findings)


def _check_lead(plan: Plan, book: Book, task: Task, terms: IntArray, findings: _Findings) -> None:
    periods = plan.horizon.periods
    if task.on == "renewal":
        served = needs(plan, book, task)
        short = terms[periods.step.fewest(terms) <= task.lead_periods(periods)]
        findings.rows(
            served & np.isin(book.term, short),
            "term",
            lambda i: too_long_lead(plan, task, one_line(book.ids[i]), int(book.term[i])),
        )


def _scaled(book: Book, plan: Plan, file: str) -> Book:
    """Revenues that add up to the known total of the opening book, where one is given."""
    assert plan.accounts is not None
    if plan.accounts.scale_to is None:
        return book
    if _opening_arr(book, plan) <= 0:
        text = "is 0 for all accounts of today, which `scale_to` cannot scale. Leave it out"
        raise InputError([Mistake(Place(file), "arr", text)])
    return replace(book, arr=_scaled_arr(book, plan))


def _scaled_arr(book: Book, plan: Plan) -> FloatArray:
    """Revenue of each account after scaling; as it is where there is nothing to scale."""
    assert plan.accounts is not None
    total, opening = plan.accounts.scale_to, _opening_arr(book, plan)
    return book.arr if total is None or opening <= 0 else book.arr * (total.mean / opening)


def _opening_arr(book: Book, plan: Plan) -> float:
    return float(book.arr[book.starts <= plan.horizon.periods.begin].sum())
