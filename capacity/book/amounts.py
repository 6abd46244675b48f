"""Amounts of money as programs export them: with groups of digits, and with a sign or a code."""

from __future__ import annotations

import re

import numpy as np

from capacity.book.table import Cell, shown

_SIGNS = {
    "$": ("USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
}
"""Currencies that are written with a sign."""
_PLAIN = r"\d+(?:\.\d*)?"
_IN_THREES, _AS_IN_INDIA = (
    rf"{groups},\d{{3}}(?:\.\d+)?" for groups in (r"\d{1,3}(?:,\d{3})*", r"\d{1,2}(?:,\d{2})+")
)
_MARK = rf"[A-Z]{{3}}|[{''.join(_SIGNS)}]"
_AMOUNT = re.compile(
    rf"(?P<minus>-?)(?P<before>{_MARK})?\s*"
    rf"(?P<digits>{_IN_THREES}|{_AS_IN_INDIA}|{_PLAIN})\s*(?P<after>{_MARK})?",
    re.ASCII,
)


def amount(text: str, currency: str) -> float:
    """An amount such as ``$1,200.00`` or ``USD 1,200.00``; NaN where it is none in the currency."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        return np.nan
    minus, before, digits, after = found.groups()
    if (before and not _fits(before, currency)) or (after and not _fits(after, currency)):
        return np.nan
    return float(minus + digits.replace(",", ""))


def no_number(cell: Cell, currency: str | None) -> str:
    """What is wrong with a cell that holds no number."""
    found = _AMOUNT.fullmatch(cell) if isinstance(cell, str) and currency else None
    marks = (found["before"], found["after"]) if found else ()
    others = [mark for mark in marks if mark and not _fits(mark, str(currency))]
    if others:
        return f"{shown(cell)} is in {others[0]}, and the plan in {currency}. Convert the amount"
    return f"{shown(cell)} is not a number. Write digits, as in 95000"


def _fits(mark: str, currency: str) -> bool:
    return currency in _SIGNS.get(mark, (mark,))
