"""Accounts from a file: every bad row named by its number, nothing dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.book.accounts import Book, decision_month, sorted_book
from capacity.calendar import DateArray, first_day, month_label, month_numbers
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.checks import too_long_lead
from capacity.scenario.document import Accounts, Plan
from capacity.scenario.fields import nearest
from capacity.scenario.reading import decode

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("id", "segment", "arr", "start", "renewal")
OPTIONAL = ("term", "churn", "complexity")
MOST_ROWS = 10
"""Rows that are named for one kind of mistake; the others are counted."""
_DATE_WORDS = (("YYYY", "%Y"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"))
_THOUSANDS = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$"


@dataclass
class _Findings:
    """Mistakes and warnings of a file, a few rows of each kind."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def rows(
        self, bad: BoolArray, column: str, text: Callable[[int], str], *, warn: bool = False
    ) -> None:
        """Note that rows are bad; `text` says what is wrong with a row."""
        found = np.flatnonzero(bad)
        target = self.warnings if warn else self.mistakes
        for row in found[:MOST_ROWS]:
            target.append(Mistake(Place(self.file, int(row) + 2), column, text(int(row))))
        if len(found) > MOST_ROWS:
            more = f"the same in {len(found) - MOST_ROWS:,} more rows"
            target.append(Mistake(Place(self.file, int(found[MOST_ROWS]) + 2), column, more))


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
    findings = _Findings(file)
    table = _table(plan.accounts, content, file)
    columns = {name: table[plan.accounts.columns.get(name, name)] for name in _present(plan, table)}
    book = _book(plan, columns, findings)
    if findings.mistakes:
        raise InputError(findings.mistakes)
    return sorted_book(_scaled(book, plan)), findings.warnings


def _table(accounts: Accounts, content: bytes, file: str) -> pd.DataFrame:
    import pandas as pd  # slow to import

    text = decode(content, file)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(
            [Mistake(Place(file, line), "", "holds a NUL byte. Export it as CSV text")]
        )
    try:
        table = pd.read_csv(
            StringIO(text), dtype=str, keep_default_na=False, skipinitialspace=True, index_col=False
        )
    except pd.errors.EmptyDataError:
        raise InputError(
            [Mistake(Place(file), "", "is empty. Export the accounts with a header")]
        ) from None
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        row = int(found[2]) if found else None
        said = (
            f"has {found[3]} cells where {found[1]} are named" if found else f"is not CSV: {error}"
        )
        raise InputError(
            [Mistake(Place(file, row), "", f"{said}. Check quotes and commas")]
        ) from None
    table.columns = pd.Index([str(c).strip() for c in table.columns])
    missing = [c for c in REQUIRED if accounts.columns.get(c, c) not in table.columns]
    missing += [
        c
        for c in accounts.columns
        if accounts.columns[c] not in table.columns and c not in REQUIRED
    ]
    if missing:
        raise InputError([_missing_column(accounts, c, table, file) for c in missing])
    if len(table) == 0:
        raise InputError(
            [Mistake(Place(file), "", "has a header but no accounts. Export the rows, too")]
        )
    return table


def _missing_column(accounts: Accounts, column: str, table: pd.DataFrame, file: str) -> Mistake:
    theirs = accounts.columns.get(column, column)
    known = [str(c) for c in table.columns]
    text = (
        f"no column is called `{theirs}`.{nearest(theirs, known)} The file has {', '.join(known)}. "
        f'Name it in the scenario: columns: {{{column}: "…"}}'
    )
    return Mistake(Place(file, 1), column, text)


def _present(plan: Plan, table: pd.DataFrame) -> Iterable[str]:
    assert plan.accounts is not None
    names = plan.accounts.columns
    return [c for c in REQUIRED + OPTIONAL if names.get(c, c) in table.columns]


def _book(plan: Plan, columns: dict[str, pd.Series[str]], findings: _Findings) -> Book:
    text = {name: column.str.strip() for name, column in columns.items()}
    _unique(text["id"], findings)
    segment = _segments(plan, text["segment"], findings)
    starts = _dates(plan, text["start"], "start", findings)
    renewals = _dates(plan, text["renewal"], "renewal", findings)
    default = np.array([s.term for s in plan.segments.values()])[np.maximum(segment, 0)]
    term = _numbers(text.get("term"), "term", findings, default.astype(float), low=1)
    fraction = term != np.floor(term)
    findings.rows(fraction, "term", lambda i: "is not in whole months. Write 12")
    known = ~np.isnat(starts) & ~np.isnat(renewals)
    early = known & (renewals <= starts)
    findings.rows(
        early, "renewal", lambda i: f"{renewals[i]} is not after the start {starts[i]}. Swap them?"
    )
    none = np.full(len(segment), np.nan)
    book = Book(
        ids=text["id"].tolist(),
        segment=segment,
        arr=_numbers(text["arr"], "arr", findings, none, money=True),
        starts=starts,
        decision=np.where(
            known, decision_month(np.where(known, renewals, np.datetime64("2000-01-02"))), 0
        ),
        term=np.maximum(np.nan_to_num(term, nan=1), 1).astype(np.int64),
        completed=np.zeros(len(segment), dtype=np.int64),
        churn=_numbers(text.get("churn"), "churn", findings, none, high=1, share=True),
        complexity=_numbers(text.get("complexity"), "complexity", findings, none),
    )
    if findings.mistakes:
        return book
    return _in_time(plan, book, renewals, findings)


def _unique(ids: pd.Series[str], findings: _Findings) -> None:
    findings.rows((ids == "").to_numpy(), "id", lambda i: "is empty. Give the account an id")
    again = (ids.duplicated() & (ids != "")).to_numpy()

    def text(row: int) -> str:
        first = int(np.flatnonzero((ids == ids.iloc[row]).to_numpy())[0]) + 2
        return f"{ids.iloc[row]!r} stands in row {first} already. Keep one row for an account"

    findings.rows(again, "id", text)


def _segments(plan: Plan, names: pd.Series[str], findings: _Findings) -> IntArray:
    known = {name: i for i, name in enumerate(plan.segments)}
    index = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    findings.rows(
        index < 0,
        "segment",
        lambda i: (
            f"{names.iloc[i]!r} is no segment of the scenario.{nearest(names.iloc[i], known)} "
            f"Known: {', '.join(known)}"
        ),
    )
    return index


def _dates(plan: Plan, text: pd.Series[str], column: str, findings: _Findings) -> DateArray:
    import pandas as pd  # slow to import

    assert plan.accounts is not None
    wanted = plan.accounts.date_format
    pattern = wanted
    for word, code in _DATE_WORDS:
        pattern = pattern.replace(word, code)
    parsed = pd.to_datetime(text, format=pattern, errors="coerce", exact=True)
    findings.rows(
        parsed.isna().to_numpy(),
        column,
        lambda i: (
            f"is empty. Write a date as {wanted}"
            if text.iloc[i] == ""
            else f"{text.iloc[i]!r} is not a date as {wanted}. Write it so, or set `date_format`"
        ),
    )
    return parsed.to_numpy().astype("datetime64[D]")


def _numbers(
    text: pd.Series[str] | None,
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
    import pandas as pd  # slow to import

    if text is None:
        return default
    cleaned = text
    if money:
        grouped = text.str.match(_THOUSANDS)
        cleaned = text.where(~grouped, text.str.replace(",", ""))
    percent = text.str.endswith("%") if share else None
    if percent is not None:
        cleaned = cleaned.str.removesuffix("%")
    values = pd.to_numeric(cleaned, errors="coerce").to_numpy(dtype=float, copy=True)
    if percent is not None:
        values[percent.to_numpy()] /= 100
    empty = (text == "").to_numpy()
    bad = ~np.isfinite(values) & ~empty
    findings.rows(
        bad, column, lambda i: f"{text.iloc[i]!r} is not a number. Write digits, as in 95000"
    )
    outside = np.isfinite(values) & ((values < low) | (values > high))
    bounds = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
    findings.rows(outside, column, lambda i: f"{text.iloc[i]} is outside of its range, {bounds}")
    if money:
        findings.rows(empty, column, lambda i: "is empty; unknown is not zero. Write the amount")
    return np.where(empty, default, values)


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
    age = decision + 1 - month_numbers(book.starts)
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
                lambda i, task=task: too_long_lead(task, book.ids[i], int(book.term[i])),  # type: ignore[misc]
            )
    whole = replace(book, decision=decision, completed=completed)
    for index, name in enumerate(plan.segments):
        if not (book.segment == index).any():
            place = Place(findings.file)
            findings.warnings.append(Mistake(place, "segment", f"no account is in segment {name}"))
    return whole.take(~late)


def _scaled(book: Book, plan: Plan) -> Book:
    assert plan.accounts is not None
    total = plan.accounts.scale_to
    opening = book.arr[book.start_month <= plan.horizon.start].sum()
    if total is None or opening <= 0:
        return book
    return replace(book, arr=book.arr * (total.mean / opening))
