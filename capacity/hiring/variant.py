"""A plan of hires as a scenario file: what it extends, and a named change for each month."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from capacity.calendar import month_label
from capacity.errors import CapacityError
from capacity.hiring.hires import Cell, Hires, in_words
from capacity.loading import Scenario
from capacity.scenario.document import Plan
from capacity.scenario.dumping import as_yaml
from capacity.scenario.merging import inside, segments_in

SET = "what was set from outside"
"""Name of the change that holds the settings of the command line."""


def check_beside(scenario: Scenario, target: Path) -> None:
    """Make sure that a file may extend the scenario's.

    Raises
    ------
    CapacityError
        Where the scenario's file does not lie in the target's folder, or below.
    """
    here, base = target.resolve().parent, Path(scenario.marked.file).resolve()
    if not (scenario.allow_outside or base.is_relative_to(here)):
        raise CapacityError(
            f"{target}: could not extend {scenario.marked.file}, which lies outside of its folder. "
            f"Write it to {Path(scenario.marked.file).parent}, or give --allow-outside"
        )


def variant_text(
    scenario: Scenario, hires: Hires, name: str, source: str, target: Path | None = None
) -> str:
    """The text of a file that extends the scenario's file; beside it unless a target is named."""
    base = Path(scenario.marked.file)
    extends = base.name if target is None else os.path.relpath(base, target.parent)
    head = {"extends": Path(extends).as_posix(), "name": name}
    listed = list(changes(scenario, hires, source))
    return as_yaml(head | {"changes": listed} if listed else head)


def changes(scenario: Scenario, hires: Hires, source: str) -> Iterator[dict[str, Any]]:
    """The changes, in order."""
    taken = {change.name for change in scenario.changes}
    if scenario.settings:
        yield {"name": _free(SET, taken), "set": _settings(scenario)}
    begun: set[int] = set()
    for month in dict.fromkeys(month for _, month in hires):
        team: dict[str, Any] = {}
        for (pool, when), n in hires.counts:
            if when == month:
                _add(team, scenario, (pool, month), n, source=source, is_first=pool not in begun)
                begun.add(pool)
        yield {"name": _free(in_words(scenario, hires, month), taken), "set": {"team": team}}


def _free(name: str, taken: set[str]) -> str:
    """A name that no earlier change has."""
    while name in taken:
        name = f"{name}, too"
    return name


def _add(
    team: dict[str, Any], scenario: Scenario, cell: Cell, n: int, *, source: str, is_first: bool
) -> None:
    """The hires of a pool in a month; where it had those of all pools, these come along once."""
    found, month = scenario.pools[cell[0]], cell[1]
    counts: dict[str, Any] = {}
    if found.value and is_first and found.value not in found.role.hires.values:
        counts |= {month_label(m): count for m, count in sorted(found.hires.items())}
    counts[month_label(month)] = {"value": found.hires.get(month, 0) + n, "source": source}
    hires = team.setdefault(found.name, {"hires": {}})["hires"]
    if found.value:
        hires[found.value] = counts
    else:
        hires.update(counts)


def _settings(scenario: Scenario) -> dict[str, Any]:
    """What was set from outside; of a number of which only a part was set, all of it."""
    out: dict[str, Any] = {}
    segments = segments_in(scenario.marked)
    for path in scenario.settings:
        hint: Any = Plan
        value: Any = scenario.marked.data
        around = out
        parts = path.split(".")
        for depth, part in enumerate(parts):
            holds = inside(hint, value, segments)
            hint, value = holds.type_of(part) if holds else None, value[part]
            is_whole = depth == len(parts) - 1 or inside(hint, value, segments) is None
            if is_whole:
                around[part] = value
                break
            around = around.setdefault(part, {})
    return out

