"""What a plan is expected to show, in words: what holds, what does not, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from capacity.report.tables import table
from capacity.report.words import UNKNOWN

if TYPE_CHECKING:
    from capacity.expectations import Outcome

_DIGITS = {"share": 1, "FTE": 1, "people": 1, "seats": 1}
"""After the point; none of money, hours and accounts."""
_MOST_DIGITS = 6


def verdict(outcome: Outcome) -> str:
    """``holds``, ``does not hold``, and whether luck may have decided it."""
    if outcome.holds is None:
        return "not known"
    text = "holds" if outcome.holds else "does not hold"
    is_close = math.isfinite(outcome.error) and not outcome.is_sure
    return f"{text}, too close to be sure" if is_close else text


def figure(outcome: Outcome) -> str:
    """The figure, exactly enough to tell it from its bound."""
    if math.isnan(outcome.figure):
        return UNKNOWN
    least = _DIGITS.get(outcome.unit, 0)
    for digits in range(least, _MOST_DIGITS):
        text = _said(outcome.figure, outcome.unit, digits)
        if text != _said(outcome.bound, outcome.unit, digits):
            return text
    return _said(outcome.figure, outcome.unit, least)  # it is the bound, but for rounding


def error(outcome: Outcome) -> str:
    """``± 0.4 points``, with two digits that count."""
    if not math.isfinite(outcome.error):
        return ""
    spread = 100 * outcome.error if outcome.unit == "share" else outcome.error
    digits = 0 if spread < 10**-_MOST_DIGITS else max(0, 1 - math.floor(math.log10(spread)))
    points = " points" if outcome.unit == "share" else ""
    return f"± {spread:,.{min(digits, _MOST_DIGITS)}f}{points}"


def _said(value: float, unit: str, digits: int) -> str:
    if unit == "share":
        return f"{100 * value:,.{digits}f} %"
    return f"{value:,.{digits}f}"


def line(outcome: Outcome) -> str:
    """An expectation that does not hold, as one line with its place."""
    when = f" in {outcome.period}" if outcome.period else ""
    said = f"{verdict(outcome)}: {figure(outcome)} {error(outcome)}".strip() + when
    if outcome.holds is None:
        said = f"not known{when}. Odds and quantiles need trials, and a share of nothing is none"
    return f"{outcome.place}: {outcome.path}: {outcome.text}: {said}"


def expected(outcomes: Sequence[Outcome]) -> Table:
    """Each expectation with its figure."""
    out = table("Expected", "", "figure", "error", "when", "")
    for column in (out.columns[0], out.columns[-1]):
        column.justify, column.no_wrap, column.overflow = "left", False, "fold"
    for one in outcomes:
        when = one.period or "the plan"
        out.add_row(one.text, figure(one), error(one), when, verdict(one))
    return out
