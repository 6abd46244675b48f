"""The verb `roi`: what would be lost without the team, a role, a task or the work for a segment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from capacity.cli.exporting import value_table, write_value_csv, write_value_json
from capacity.cli.files import Answer, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.guards import guards
from capacity.loading import Scenario
from capacity.report.value import report
from capacity.report.value_page import page
from capacity.simulation import Progress
from capacity.value import futures_of, valued
from capacity.valuing.answer import write_value_excel


def run_roi(  # noqa: PLR0913 - the options of the verb
    scenario: Scenario,
    without: list[str],
    months: int,
    start: str | None,
    how: Mapping[str, Any],
    files: Files,
    progress: Progress | None,
    *,
    tasks: bool,
    quiet: bool,
) -> None:
    """Find the value of each, write it and print it; `how` holds trials, seed and executor."""
    futures = futures_of(scenario, **how)
    chosen = list(dict.fromkeys(without or ["cs"]))
    found = valued(scenario, chosen, months, start, futures, progress, tasks=tasks)
    json, csv = partial(write_value_json, found), partial(write_value_csv, found)
    write(
        Answer(
            lambda: page(found),
            json,
            csv,
            partial(value_table, found),
            partial(write_value_excel, found),
        ),
        files,
    )
    if not quiet:
        longer = found[0].layout  # what lies beyond the plan's end may do something here
        for warning in (*longer.scenario.warnings, *guards(longer)):
            print(f"warning: {warning}", file=sys.stderr)
        show(report(found))
