"""The verb `sensitivity`: which assumption to measure first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from capacity.cli.comparing import read_all
from capacity.cli.files import Answer, check, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.drivers.measuring import sensitivity
from capacity.drivers.shares import check_drivers
from capacity.loading import Scenario
from capacity.report.drivers import WIDTH, report
from capacity.writing import write_drivers_csv, write_drivers_json


def run_sensitivity(
    paths: list[Path],
    read: Callable[[Path], Scenario],
    metric: str,
    files: Files,
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
    check(files, [name for one in (scenario, *others) for name in one.files])
    check_drivers()
    if not quiet:
        for warning in dict.fromkeys(w for one in (scenario, *others) for w in one.warnings):
            print(f"warning: {warning}", file=sys.stderr)
    found = sensitivity(scenario, metric, against=others, **how)
    json, csv = partial(write_drivers_json, found), partial(write_drivers_csv, found)
    write(Answer(lambda: found.page, json, csv, found.table, found.to_excel), files)
    if not quiet:
        show(report(found), WIDTH)
