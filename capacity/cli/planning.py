"""The verb `plan`: the cheapest hires that hold, printed and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from capacity.cli.showing import show
from capacity.hiring.answer import HiringPlan
from capacity.hiring.planning import plan
from capacity.hiring.variant import check_beside
from capacity.loading import Scenario
from capacity.report.hiring import NARROW, report
from capacity.workbook.book import check_workbook
from capacity.writing import check_targets, write_plan_csv, write_plan_json, write_whole

NO_PLAN = 1


class Files(NamedTuple):
    """What to write, and where."""

    scenario: Path | None
    json: Path | None
    csv: Path | None
    xlsx: Path | None


def run_plan(scenario: Scenario, asked: Mapping[str, Any], files: Files, *, quiet: bool) -> int:
    """Search, print and write; returns the exit code, 1 where no plan holds."""
    check_targets([path for path in files if path], scenario.files)
    if files.xlsx:
        check_workbook()
    if files.scenario:
        check_beside(scenario, files.scenario)
    wanted = {name: value for name, value in asked.items() if value is not None}
    if "freeze" in wanted:
        wanted["freeze"] = [month.strip() for month in wanted["freeze"].split(",")]
    found = plan(scenario, **wanted)
    _write(found, files)
    if not quiet:
        show(report(found), NARROW)
    if found.holds:
        if files.scenario:
            write_whole(files.scenario, found.to_yaml(files.scenario))
        return 0
    print("no plan was found that holds", file=sys.stderr)
    if files.scenario:
        print(f"{files.scenario}: not written, since no plan holds", file=sys.stderr)
    return NO_PLAN


def _write(found: HiringPlan, files: Files) -> None:
    """Write what tells the answer; the scenario is written only where a plan holds."""
    if files.json:
        write_plan_json(found, files.json)
    if files.csv:
        write_plan_csv(found, files.csv)
    if files.xlsx:
        found.to_excel(files.xlsx)
