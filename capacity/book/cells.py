"""Days, numbers and switches in the cells of a file of accounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import partial

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.book.amounts import Amounts
from capacity.book.findings import Findings
from capacity.book.table import Cell, Column, as_text, shown
from capacity.calendar import DateArray
from capacity.scenario.document import date_pattern

_TIME_OF_DAY = re.compile(
    r"(?:,? |T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?$"
)

_THREE_DIGITS = re.compile(r"\d{1,3}\.\d{3}", re.ASCII)
_THOUSAND, _PERCENT = 1000, 100
_POINTS = (
    "{} is read as less than a thousand; does the point separate thousands? "
    "Write digits, as in 95000"
)
_DIGITS = "digits, as in 95000"


def dates(column: Column, name: str, findings: Findings) -> DateArray:
    """The days of a column; NaT where a cell holds none, which is a mistake."""
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


def numbers(
    column: Column | None,
    name: str,
    findings: Findings,
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
    values = column.numbers(partial(number_in, money=money, share=share))
    empty = column.empty
    bad = ~np.isfinite(values) & ~empty
    findings.rows(bad, name, lambda i: _no_number(column[i], money, share=share))
    outside = np.isfinite(values) & ((values < low) | (values > high))
    bounds = f"at least {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
    findings.rows(
        outside, name, lambda i: _outside(as_text(column[i]), values[i], bounds, share=share)
    )
    if money:
        findings.rows(empty, name, lambda i: "is empty; unknown is not zero. Write the amount")
        findings.rows(
            _in_points(column, values), name, lambda i: _POINTS.format(column[i]), warn=True
        )
    return np.where(np.isfinite(values) & ~outside, values, default)


def _outside(text: str, value: float, bounds: str, *, share: bool) -> str:
    """What to say of a number beyond its bounds; 8 for a share is likely to be 8%."""
    hint = f". Did you mean {text}%?" if share and 1 < value <= _PERCENT and "%" not in text else ""
    return f"{text} is outside of its range, {bounds}{hint}"


def _in_points(column: Column, values: FloatArray) -> BoolArray:
    """The first row, where all amounts look like ``95.000`` for 95,000."""
    found = np.zeros(len(values), dtype=bool)
    if len(values) and values.max() < _THOUSAND:  # false where one of them is not known
        found[0] = all(_THREE_DIGITS.fullmatch(as_text(cell)) for cell in column.cells)
    return found


def number_in(cell: Cell, *, money: Amounts | None, share: bool) -> float:
    """The number in a cell; NaN where it is none."""
    try:
        return float(cell)  # type: ignore[arg-type]  # a day is refused by it
    except (TypeError, OverflowError):
        return np.nan
    except ValueError:
        text = str(cell)
    if share and text.endswith("%"):
        return number_in(text[:-1], money=None, share=False) / 100
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


def switch_in(cell: Cell) -> float:
    """1 for true, 0 for false; NaN for anything else."""
    return {"true": 1.0, "false": 0.0}.get(as_text(cell).lower(), np.nan)
