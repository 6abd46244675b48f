"""Uncertain inputs as they are said: their names, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.report.words import share

if TYPE_CHECKING:
    from capacity.drivers.unknowns import Unknown

_LONGEST = 34
"""Characters of an input in a table; the end of a path says more than its beginning."""


def input_name(unknown: Unknown) -> str:
    """The path; of the factor on a task's average duration, the task."""
    if unknown.is_factor:
        return f"average hours of {unknown.path.split('.')[1]}"
    return unknown.path


def input_value(unknown: Unknown, value: float) -> str:
    """A value of an input."""
    if unknown.is_factor:
        return f"×{value:.2f}"
    if unknown.is_share:
        return share(value, 1)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def short_path(name: str) -> str:
    """A name as it fits into a table."""
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
