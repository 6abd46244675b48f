"""A plan of hires as a scenario file: what it extends, and a named change for each month."""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from capacity.calendar import month_label
from capacity.errors import CapacityError
from capacity.hiring.hires import Hires, in_words
from capacity.loading import Scenario
from capacity.scenario.days import read_month
from capacity.scenario.document import Plan
from capacity.scenario.dumping import as_yaml
from capacity.scenario.merging import inside, segments_in
from capacity.scenario.pool import Pool

_MARK = "# Written by capacity plan, and written anew by it unless somebody edits it"
"""Begins a file that is written; the digest of the rest follows."""
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


def check_ours(target: Path) -> None:
    """Make sure that nobody's own work is written over.

    Raises
    ------
    CapacityError
        Where there is a file that was not written from here, or was edited since.
    """
    try:
        first, _, rest = target.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise CapacityError(
            f"{target}: is there and cannot be read ({error.strerror}). Name another file"
        ) from None
    if first != _mark(rest).encode():
        raise CapacityError(
            f"{target}: is there already, and somebody wrote or edited it. Name another file, or "
            "give --force to write over it"
        )


def _mark(rest: bytes) -> str:
    return f"{_MARK} ({hashlib.sha256(rest).hexdigest()[:16]})"


def variant_text(
    scenario: Scenario, hires: Hires, name: str, source: str, target: Path | None = None
) -> str:
    """The text of a file that extends the scenario's file; beside it unless a target is named."""
    base = Path(scenario.marked.file)
    extends = base.name if target is None else os.path.relpath(base, target.parent)
    head = {"extends": Path(extends).as_posix(), "name": name}
    listed = list(changes(scenario, hires, source))
    text = as_yaml(head | {"changes": listed} if listed else head)
    return f"{_mark(text.encode())}\n{text}"


def changes(scenario: Scenario, hires: Hires, source: str) -> Iterator[dict[str, Any]]:
    """The changes, in order."""
    taken = {change.name for change in scenario.changes}
    if scenario.settings:
        yield {"name": _free(SET, taken), "set": _settings(scenario)}
    begun: set[int] = set()
    for month in dict.fromkeys(month for _, month in hires):
        some = Hires.of({cell: n for cell, n in hires.counts if cell[1] == month})
        added = _added(scenario, some, source, begun)
        team = {role: {"hires": counts} for role, counts in added.items()}
        yield {"name": _free(in_words(scenario, hires, month), taken), "set": {"team": team}}


def _free(name: str, taken: set[str]) -> str:
    """A name that no earlier change has."""
    while name in taken:
        name = f"{name}, too"
    return name


def hired(scenario: Scenario, hires: Hires, source: str) -> Scenario:
    """The scenario with more seats, read and judged as if they were written in its file."""
    settings: dict[str, Any] = {}
    for role, counts in _added(scenario, hires, source, set()).items():
        whole = copy.deepcopy(_hires(scenario, role))
        for key, value in counts.items():
            is_pool = scenario.plan.team[role].split is not None
            whole[key] = {**whole.get(key, {}), **value} if is_pool else value
        settings[f"team.{role}.hires"] = whole
    return scenario.with_(settings) if settings else scenario


def _added(scenario: Scenario, hires: Hires, source: str, begun: set[int]) -> dict[str, Any]:
    """What to write under the `hires` of each role; `begun` are pools that were written to."""
    found: dict[str, Any] = {}
    for index in dict.fromkeys(pool for pool, _ in hires):
        pool = scenario.pools[index]
        months = {month: n for (p, month), n in hires.counts if p == index}
        counts = _counts(scenario, pool, months, source, is_first=index not in begun)
        begun.add(index)
        of_role = found.setdefault(pool.name, {})
        of_role.update({pool.value: counts} if pool.value else counts)
    return found


def _counts(
    scenario: Scenario, pool: Pool, months: Mapping[int, int], source: str, *, is_first: bool
) -> dict[str, Any]:
    """Hires of a pool in some months; where it had those of all pools, these come along once."""
    known = _hires(scenario, pool.name)
    is_of_all = bool(pool.value) and pool.value not in known
    if pool.value:
        known = known.get("default" if is_of_all else pool.value, {})
    counts: dict[str, Any] = copy.deepcopy(known) if is_of_all and is_first else {}
    keys = {read_month(key): key for key in known}
    for month, n in months.items():
        total = pool.hires.get(month, 0) + n
        counts[keys.get(month, month_label(month))] = {"value": total, "source": source}
    return counts


def _hires(scenario: Scenario, role: str) -> dict[str, Any]:
    """The hires of a role as they were written."""
    team: Any = scenario.marked.data["team"]
    found: dict[str, Any] = team[role].get("hires", {})
    return found


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
            hint = holds.type_of(part) if holds else None
            value = value[part]
            is_whole = depth == len(parts) - 1 or inside(hint, value, segments) is None
            if is_whole:
                around[part] = value
                break
            around = around.setdefault(part, {})
    return out
