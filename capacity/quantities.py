"""Quantities as a planner would write them: ``1h30m``, ``8%``, ``95_000``, ``3 months``."""

from __future__ import annotations

from collections.abc import Callable

from capacity import units
from capacity.units import MONTHS_PER_YEAR, Unit

THOUSAND = 1000
Quantity = str | float


def write_quantity(unit: Unit, value: float) -> Quantity:
    """A value in the measure of its unit, so that it is read as just that value again.

    Examples
    --------
    >>> from capacity.units import HOURS, SHARE
    >>> write_quantity(HOURS, 1.5), write_quantity(SHARE, 0.08)
    ('1h30m', '8%')
    """
    return _WRITERS.get(unit, write_number)(value)


def in_yaml(value: object) -> str:
    """A value of any kind as it would be written on one line.

    Examples
    --------
    >>> in_yaml({"2027-02": "70%", "2027-08": [1, True]})
    '{2027-02: 70%, 2027-08: [1, true]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_yaml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_number(value: float) -> Quantity:
    """A plain number, whole ones without a point."""
    return int(value) if float(value).is_integer() else value


def _hours(value: float) -> Quantity:
    minutes = units.round_half_up(60 * value)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}h" * bool(hours or not minutes) + f"{minutes}m" * bool(minutes)
    return _exactly(value, units.parse_hours, text, f"{value!r}h")


def _share(value: float) -> Quantity:
    return _exactly(value, units.parse_share, f"{100 * value:.12g}%")


def _money(value: float) -> Quantity:
    whole = float(value).is_integer() and value >= THOUSAND
    return f"{int(value):_}" if whole else write_number(value)


def _months(value: float) -> Quantity:
    return f"{write_number(value)} month{'' if value == 1 else 's'}"


def _per_year(value: float) -> Quantity:
    return f"{write_number(value)} per year"


def _work(value: float) -> Quantity:
    monthly, yearly = (f"{_hours(value / MONTHS_PER_YEAR)} per month", f"{_hours(value)} per year")
    return _exactly(value, units.parse_hours_per_year, monthly, yearly)


def _exactly(value: float, parse: Callable[[object], float], *texts: str) -> Quantity:
    """The first text that is read as just this value, or the value itself."""
    return next((text for text in texts if parse(text) == value), value)


_WRITERS: dict[Unit, Callable[[float], Quantity]] = {
    units.HOURS: _hours,
    units.WEEKLY: _hours,
    units.PER_YEAR: _per_year,
    units.HOURS_PER_YEAR: _work,
    units.MONTHS: _months,
    units.SHARE: _share,
    units.SURCHARGE: _share,
    units.GROWTH: _share,
    units.CHANGE: _share,
    units.VOLATILITY: _share,
    units.MONEY: _money,
}
