"""The option `--sweep` of the verb `run`: a grid of scenarios, printed and written."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from capacity.cli.exporting import write_grid_csv, write_grid_json
from capacity.cli.files import Answer, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.errors import InputError, QuestionError
from capacity.loading import Scenario
from capacity.report.grid import report
from capacity.scenario.reading import parse_value
from capacity.sweeping import MOST, grid

_NUMBER = r"(-?\d[\d_]*(?:\.\d+)?)([^\d\s:,.]*)"
_RANGE = re.compile(rf"{_NUMBER}:{_NUMBER}(?::{_NUMBER})?")
_SWEEP = "--sweep"


def run_grid(
    scenario: Scenario,
    sweeps: list[str],
    files: Files,
    how: Mapping[str, Any],
    *,
    quiet: bool,
) -> None:
    """Simulate every combination; `how` goes to `capacity.simulate`."""
    found = grid(scenario, read_sweeps(sweeps), **how)
    json, csv = partial(write_grid_json, found), partial(write_grid_csv, found)
    write(Answer(lambda: found.page, json, csv, found.table, found.to_excel), files)
    if not quiet:
        for warning in found.warnings:
            if warning not in scenario.warnings:
                print(f"warning: {warning}", file=sys.stderr)
        show(report(found))


def read_sweeps(pairs: list[str], option: str = _SWEEP) -> dict[str, list[Any]]:
    """Values by path, from ``team.csm.headcount=6:14:2`` or ``tasks.qbr.every=month,quarter``.

    Raises
    ------
    QuestionError
        Where a text is no range and no list of values, or a path is named twice.
    """
    found: dict[str, list[Any]] = {}
    for pair in pairs:
        path, equals, text = (part.strip() for part in pair.partition("="))
        said = f"{option} {pair}"
        if not equals or not path or not text:
            example = f"{option} team.csm.headcount=6:14 or {option} tasks.qbr.every=month,quarter"
            raise QuestionError(f"{said}: no values. Write {example}")
        if path in found:
            raise QuestionError(f"{said}: {path} is swept already. Write its values once")
        found[path] = _values(said, text)
    return found


def _values(said: str, text: str) -> list[Any]:
    as_range = _RANGE.fullmatch(text)
    if as_range:
        return _range(said, as_range)
    try:
        listed = parse_value(f"[{text}]")
    except InputError as error:
        raise QuestionError(f"{said}: {error.mistakes[0].text}") from None
    assert isinstance(listed, list)
    return listed


def _range(said: str, found: re.Match[str]) -> list[Any]:
    """``6:14:2``, with the end; a unit stands behind each number, as in ``10%:20%:5%``."""
    first, unit, last, unit_of_last, step, unit_of_step = found.groups()
    if unit_of_last != unit or (step and unit_of_step != unit):
        raise QuestionError(f"{said}: units differ. Write them alike, as in 10%:20%:5%")
    low, high, by = Decimal(first), Decimal(last), Decimal(step or 1)
    if by <= 0:
        text = f"the step is {step}. Write one above 0, as in 6:14:2"
        raise QuestionError(f"{said}: {text}")
    if low > high:
        raise QuestionError(f"{said}: goes nowhere. Write the smaller number first")
    count = int((high - low) / by) + 1
    if count > MOST:
        raise QuestionError(f"{said}: {count:,} values. {MOST:,} are the most")
    return [_value(low + i * by, unit) for i in range(count)]


def _value(number: Decimal, unit: str) -> int | float | str:
    if unit:
        text = f"{number:f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) + unit
    return int(number) if number == int(number) else float(number)
