"""The verb `sensitivity`: which assumption to measure first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from capacity.cli.comparing import read_all
from capacity.cli.showing import show
from capacity.drivers.measuring import sensitivity
from capacity.loading import Scenario
from capacity.report.drivers import WIDTH, report
from capacity.writing import check_targets, write_drivers_csv, write_drivers_json


def run_sensitivity(
    paths: list[Path],
    read: Callable[[Path], Scenario],
    metric: str,
    targets: Mapping[str, Path | None],
    how: Mapping[str, Any],
    *,
    quiet: bool,
) -> None:
    """Find the drivers of a figure, write them and print them; `how` goes to the library.

    Parameters
    ----------
    paths
        The plan, and those that it is held against.
    """
    scenario, *others = read_all(paths, read)
    inputs = [name for one in (scenario, *others) for name in one.files]
    check_targets([path for path in targets.values() if path], inputs)
    if not quiet:
        for warning in dict.fromkeys(w for one in (scenario, *others) for w in one.warnings):
            print(f"warning: {warning}", file=sys.stderr)
    found = sensitivity(scenario, metric, against=others, **how)
    if targets["json"]:
        write_drivers_json(found, scenario, targets["json"])
    if targets["csv"]:
        write_drivers_csv(found, targets["csv"])
    if not quiet:
        show(report(found), WIDTH)
