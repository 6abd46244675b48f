"""The verb `plan`: the cheapest hires that hold, printed and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from capacity.cli.exporting import write_plan_csv, write_plan_json
from capacity.cli.files import Answer, check, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.hiring.planning import plan
from capacity.hiring.variant import check_beside, check_ours
from capacity.loading import Scenario
from capacity.report.hiring import NARROW, report
from capacity.writing import write_whole

NO_PLAN = 1


def run_plan(
    scenario: Scenario, asked: Mapping[str, Any], files: Files, variant: Path | None, *,
    force: bool, quiet: bool,
) -> int:  # fmt: skip
    """Search, print and write; returns the exit code, 1 where no plan holds.

    Parameters
    ----------
    variant
        File for the scenario with the hires.
    force
        Whether it may take the place of a file that somebody wrote.
    """
    check(files, scenario.files, variant)
    if variant:
        check_beside(scenario, variant)
        if not force:
            check_ours(variant)
    wanted = {name: value for name, value in asked.items() if value is not None}
    if "freeze" in wanted:
        wanted["freeze"] = [month.strip() for month in wanted["freeze"].split(",")]
    found = plan(scenario, **wanted)
    json, csv = partial(write_plan_json, found), partial(write_plan_csv, found)
    write(Answer(lambda: found.page, json, csv, found.table, found.to_excel), files)
    if not quiet:
        show(report(found), NARROW)
    if found.holds:
        if variant:
            write_whole(variant, found.to_yaml(variant))
        return 0
    print("no plan was found that holds", file=sys.stderr)
    if variant:
        print(f"{variant}: not written, since no plan holds", file=sys.stderr)
    return NO_PLAN
