"""The verb `backtest`: a plan held against what happened, printed and written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from capacity.backtesting.testing import backtest
from capacity.cli.exporting import write_backtest_csv, write_backtest_json
from capacity.cli.files import Answer, check, write
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.loading import Scenario
from capacity.report.backtest import report


def run_backtest(
    scenario: Scenario,
    actuals: Path,
    history: Path | None,
    how: Mapping[str, Any],
    files: Files,
    *,
    quiet: bool,
) -> None:
    """Score, write and print; `how` goes to the library."""
    check(files, [*scenario.files, str(actuals), *([str(history)] if history else [])])
    if not quiet:
        for warning in scenario.warnings:
            print(f"warning: {warning}", file=sys.stderr)
    found = backtest(scenario, actuals, history=history, **how)
    json, csv = partial(write_backtest_json, found), partial(write_backtest_csv, found)
    write(Answer(lambda: found.page, json, csv, found.table, found.to_excel), files)
    if not quiet:
        show(report(found))
