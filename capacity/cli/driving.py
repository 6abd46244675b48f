"""The verb `sensitivity`: which assumption to measure first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from capacity.cli.comparing import read_all
from capacity.cli.exporting import write_drivers_csv, write_drivers_json
from capacity.cli.files import Answer, check, write
from capacity.cli.grids import read_sweeps
from capacity.cli.options import Files
from capacity.cli.showing import show
from capacity.drivers.measuring import sensitivity
from capacity.drivers.shares import check_drivers
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.quantities import in_yaml
from capacity.report.drivers import WIDTH, report

_AGAINST = "--against"
_MOST = 20
"""Other plans that one is held against; each of them is simulated."""


def run_sensitivity(
    path: Path,
    against: list[str],
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
    path, against
        The plan, and what it is held against: files, or values of a setting.
    """
    changes = [text for text in against if "=" in text and not Path(text).exists()]
    scenario, *others = read_all([path, *(Path(t) for t in against if t not in changes)], read)
    others += [other for text in changes for other in _changed(scenario, text)]
    if len(others) > _MOST:
        raise QuestionError(f"{_AGAINST}: {len(others)} other plans. {_MOST} are the most")
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


def _changed(scenario: Scenario, text: str) -> Iterator[Scenario]:
    """The plan with each value of a setting that is not its own, as ``team.csm.headcount=7:10``.

    Raises
    ------
    QuestionError
        Where there is no other value.
    """
    count = 0
    for path, values in read_sweeps([text], _AGAINST).items():
        for value in values:
            other = scenario.with_({path: value})
            if other.plan != scenario.plan:
                count += 1
                yield other.with_({"name": f"{path}={in_yaml(value)}"})
    if not count:
        raise QuestionError(f"{_AGAINST} {text}: the plan has it already. Write other values")
