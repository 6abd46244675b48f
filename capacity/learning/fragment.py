"""Values in the forms of the language, with where they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from capacity import units
from capacity.calendar import DateArray
from capacity.learning.log import Log
from capacity.quantities import write_quantity
from capacity.units import Shape, Unit

Remarks = dict[str, str]
_DIGITS = 4
_TOP_SHARE = 0.999


def source_of(log: Log, rows: int, method: str, *days: DateArray) -> str:
    """``hours.csv, 412 rows, 2025-01-02 to 2026-09-30, lognormal fit, as of 2026-10-01``."""
    known = [d[~np.isnat(d)] for d in days]
    found = np.concatenate(known) if known else np.array([], dtype="datetime64[D]")
    period = f"{found.min()} to {found.max()}, " if len(found) else ""
    as_of = log.until(*days)
    return f"{log.path.name}, {rows:,} rows, {period}{method}, as of {as_of}"


def measured(source: str, note: str = "") -> Remarks:
    """What is said beside a value that was measured."""
    remarks = {"source": source, "evidence": "measured"}
    return remarks | {"note": note} if note else remarks


def value(unit: Unit, number: float, remarks: Remarks) -> dict[str, Any]:
    """A number without a range."""
    return {"value": _written(unit, number), **remarks}


def moments(unit: Unit, mean: float, sd: float, remarks: Remarks) -> dict[str, Any]:
    """A number by its mean and standard deviation; without a range where it has none."""
    mean, sd = _rounded(mean), _rounded(sd)
    is_share = unit.shape is Shape.SHARE
    if sd <= 0 or mean <= 0 or (is_share and not mean < 1):
        return value(unit, max(mean, 0.0), remarks)
    if is_share:
        sd = min(sd, _rounded(_TOP_SHARE * math.sqrt(mean * (1 - mean))))
    return {"mean": _written(unit, mean), "sd": _written(unit, sd), **remarks}


def quantiles(unit: Unit, points: Sequence[float], remarks: Remarks) -> dict[str, Any]:
    """A number by its quantiles 0.1, 0.5 and 0.9."""
    written = (_written(unit, _rounded(point)) for point in points)
    return {**dict(zip(("p10", "p50", "p90"), written, strict=True)), **remarks}


def _rounded(number: float) -> float:
    """Four digits: more than history knows."""
    return float(f"{number:.{_DIGITS}g}")


def _written(unit: Unit, number: float) -> Any:
    """A number in the words of its unit."""
    number = _rounded(number)
    if unit.parse is units.parse_share:
        return f"{_rounded(100 * number):g}%"
    return f"{number:g}h" if unit is units.HOURS else write_quantity(unit, number)


def some_of(fragment: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a fragment that hold anything."""
    return {name: part for name, part in fragment.items() if part}


def manifest_of(
    logs: Sequence[Log], as_of: np.datetime64, asked: Mapping[str, Any]
) -> dict[str, Any]:
    """What the numbers depend on: every file, the day of the export, and how it was asked."""
    from importlib.metadata import version  # slow to import

    how = logs[0].how
    options = {**asked, "bad": how.bad, "currency": how.currency, "date format": how.date_format}
    return {
        "library": f"cs-capacity {version('cs-capacity')}",
        "files": {str(log.path): log.sha256 for log in logs},
        "as of": str(as_of),
        "columns": dict(how.columns),
        "rename": dict(how.rename),
        "asked": {name: _plain(value) for name, value in options.items() if value is not None},
    }


def _plain(value: object) -> str | int | float:
    return value if isinstance(value, (int, float)) else str(value)
