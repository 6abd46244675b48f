"""Numbers as people say them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

_STEPS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
_MATERIAL, _MATERIAL_POINTS = 0.01, 0.5
"""Part of an amount, and points of a share, below which nobody minds a Monte Carlo error."""
UNKNOWN = "–"
_NO_BREAK = "\u00a0"
_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|pp|points|h|FTE)(?!\w))"
    r"|(?<=\d) (?=of \d)|(?<=\bof) (?=\d)|(?<=±) (?=\W?\d)| (?=±)"
)
"""The space before a unit, those in ``1 of 10``, and those around the error of a figure."""
_JOINED = "\u2060"
_BEFORE_SIGN = re.compile(r"(?<=−)(?=[^\w\s])")
_SAID = re.compile(
    r"[~<>]*([-+−]?) ?(?:[A-Z]{3} |[^\w\s,.+-]|R\$)?([0-9][0-9,]*(?:\.[0-9]+)?)(k|M|bn)?(?: |%|$)"
)
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
"""Currencies that people say by a sign; all others go by their code."""


def money(value: float, currency: str = "") -> str:
    """``1.39M``, with the currency before it where it is given: ``$1.39M``, ``CHF 1.39M``."""
    if not math.isfinite(value):
        return UNKNOWN
    size, digits, name = _scale(value)
    return _with_minus(value, f"{abs(value) / size:.{digits}f}{name}", currency_sign(currency))


def currency_sign(currency: str) -> str:
    """What stands before an amount: ``$``, or ``CHF `` with a space."""
    return SYMBOLS.get(currency, f"{currency} " if currency else "")


def currency_name(currency: str) -> str:
    """What stands for a currency in a title: ``$``, ``CHF``."""
    return currency_sign(currency).strip()


def _scale(value: float) -> tuple[float, int, str]:
    """In what an amount is said: the size of the unit, the digits and the name."""
    for size, name in _STEPS:
        if abs(value) >= 0.9995 * size:
            digits = 2 if abs(value) < 9.995 * size else 1 if abs(value) < 99.95 * size else 0
            return size, digits, name
    return 1.0, 0, ""


def share(value: float, digits: int = 0) -> str:
    """``92 %``; nearly all is not said to be all, nor nearly nothing nothing."""
    if not math.isfinite(value):
        return UNKNOWN
    percent = 100 * value
    text = f"{abs(percent):.{digits}f}"
    if text == f"{100:.{digits}f}" and 0 < percent < 100:
        return f">{100 - 10**-digits:.{digits}f} %"
    if float(text) == 0 and percent > 0:
        return f"<{10**-digits:.{digits}f} %"
    return f"{_with_minus(percent, text)} %"


def hours(value: float) -> str:
    """``1,234``."""
    return _with_minus(value, f"{abs(value):,.0f}") if math.isfinite(value) else UNKNOWN


def people(value: float) -> str:
    """``8.4``."""
    return _with_minus(value, f"{abs(value):.1f}") if math.isfinite(value) else UNKNOWN


def _with_minus(value: float, size: str, sign: str = "") -> str:
    """A number of which the size is said: ``−$1.2k``; without a minus where that is nothing."""
    return f"{'−' if value < 0 and shows(size) else ''}{sign}{size}"


def kept_together(text: str) -> str:
    """A text in which a line cannot end between a number and its unit."""
    return _UNIT.sub(_NO_BREAK, text)


def unbroken(text: str) -> str:
    """The same for a browser, which would end a line behind the minus of ``−$448k``, too."""
    return _BEFORE_SIGN.sub(_JOINED, kept_together(text))


def parted(text: str) -> str:
    """The same with spaces that are like any other, for those who copy it."""
    return text.replace(_NO_BREAK, " ").replace(_JOINED, "")


def in_unit(unit: str) -> Callable[[float], str]:
    """How figures of a unit of the table are said; others than these are money."""
    if unit == "share":
        return partial(share, digits=1)
    if unit == "hours":
        return hours
    return people if unit in ("FTE", "people", "seats", "accounts") else money


def odds(value: float, trials: int) -> str:
    """``9 of 10 futures``, as exactly as it takes and as the number of futures bears."""
    if value in (0.0, 1.0):
        return "no future" if value == 0 else "all futures"
    for whole in (10, 100):
        if abs(value * whole - round(value * whole)) < 0.2 and 0 < round(value * whole) < whole:
            return f"{round(value * whole)} of {whole} futures"
    whole = 100 if 0.01 <= value <= 0.99 or trials <= 100 else trials
    return f"{min(max(round(value * whole), 1), whole - 1):,} of {whole:,} futures"


def error(spread: float, digits: int, scale: float = 1.0) -> str:
    """`` ± 0.2`` where the Monte Carlo error shows in the digits that are printed."""
    if not math.isfinite(spread) or scale * spread < 10**-digits / 2:
        return ""
    return f" ± {scale * spread:.{digits}f}"


def amount_of(text: str) -> float | None:
    """The number that a text begins with, as these functions say it; None for other texts.

    Of a range it is the lower end, so that a column of ranges can be sorted.
    """
    found = _SAID.match(text)
    if not found:
        return None
    sign, number, size = found.groups()
    value = float(number.replace(",", "")) * {name: size for size, name in _STEPS}.get(size, 1)
    return -value if sign in ("-", "−") else value


# --- errors that matter ---------------------------------------------------------------------------


def money_error(value: float, spread: float) -> str:
    """`` ± 0.1M`` where the error of an amount shows in its digits, and matters."""
    size, digits, name = _scale(value)
    text = _material(spread / size, digits, _MATERIAL * abs(value) / size)
    return f"{text}{name}" if text else ""


def hours_error(value: float, spread: float) -> str:
    """`` ± 12``, as for `money_error`."""
    return _material(spread, 0, _MATERIAL * abs(value))


def people_error(value: float, spread: float) -> str:
    """`` ± 0.2``, as for `money_error`."""
    return _material(spread, 1, _MATERIAL * abs(value))


def share_error(_value: float, spread: float, digits: int = 0) -> str:
    """`` ± 1.2 points``, as for `money_error`."""
    text = _material(100 * spread, digits, _MATERIAL_POINTS)
    return f"{text} points" if text else ""


def _material(spread: float, digits: int, least: float) -> str:
    return error(spread, digits) if spread >= least else ""


# --- differences ---------------------------------------------------------------------------------


def points(value: float) -> str:
    """``1.2 pp``: the difference of two shares, in percentage points."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{_with_minus(value, f'{abs(100 * value):.1f}')} pp"


def points_error(_value: float, spread: float) -> str:
    """`` ± 0.2``, as for `money_error`."""
    return error(spread, 1, 100)


def shows(text: str) -> bool:
    """Whether a size that is said shows more than zeros."""
    return any(digit in text for digit in "123456789")


def signed(value: float, text: str) -> str:
    """``+1.2k``: a difference of which the size is said; without a sign where that is nothing."""
    if not shows(text):
        return text
    return f"{'−' if value < 0 else '+'}{text}"
