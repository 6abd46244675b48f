"""The verb `sweep`: plans with every combination of values, stored in a folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from capacity.cli.comparing import read_all
from capacity.cli.grids import read_sweeps
from capacity.loading import Scenario
from capacity.storing.asked import ALL
from capacity.storing.stored import check_collected
from capacity.storing.sweep import sweep_into
from capacity.writing import check_targets


def run_sweep(
    paths: list[Path],
    read: Callable[[Path], Scenario],
    sweeps: list[str],
    keep: list[str],
    targets: tuple[Path, Path | None],
    how: Mapping[str, Any],
    *,
    quiet: bool,
) -> None:
    """Store every scenario, and collect them where that is wanted.

    Parameters
    ----------
    targets
        The folder, and the file of the one table.
    how
        Goes to `capacity.sweep_into`.

    Raises
    ------
    InputError
        With the mistakes of all plans.
    """
    out, collect = targets
    scenarios = read_all(paths, read)
    if collect:
        check_collected(collect)
        check_targets([collect], (name for one in scenarios for name in one.files))
    if not quiet:
        for warning in dict.fromkeys(w for one in scenarios for w in one.warnings):
            print(f"warning: {warning}", file=sys.stderr)
    metrics = ALL if keep == [ALL] else keep or None
    found = sweep_into(out, scenarios, read_sweeps(sweeps), metrics, **how)
    if not quiet:
        there = len(found) - found.computed
        print(f"{len(found):,} scenarios in {out}: {found.computed:,} computed now, ", end="")
        print(f"{there:,} were there")
    rows = found.collect(collect) if collect else 0
    if collect and not quiet:
        print(f"{rows:,} rows in {collect}")
