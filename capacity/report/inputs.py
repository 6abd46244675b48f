"""Uncertain inputs as they are said: their names, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.words import currency_sign, share

if TYPE_CHECKING:
    from capacity.drivers.unknowns import Unknown

_LONGEST = 34
"""Characters of an input in a table; the end of a path says more than its beginning."""
_BEHIND = {
    "hours": " h",
    "hours a year": " h/year",
    "times a year": "/year",
    "months": " months",
    "days": " days",
    "": "",
}
_WHOLE = 100.0
"""From which on a number has no digits behind the point."""


def input_name(unknown: Unknown) -> str:
    """The path; of the factor on a task's average duration, the task."""
    if unknown.is_factor:
        return f"average hours of {unknown.path.split('.')[1]}"
    return unknown.path


def input_value(unknown: Unknown, value: float) -> str:
    """A value of an input, in its unit."""
    unit = unknown.unit
    if unit == "share":
        return share(value, 1)
    if unit == "factor":
        return f"×{value:.2f}"
    number = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"
    return f"{number}{_BEHIND[unit]}" if unit in _BEHIND else f"{currency_sign(unit)}{number}"


def short_path(name: str) -> str:
    """A name as it fits into a table."""
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
