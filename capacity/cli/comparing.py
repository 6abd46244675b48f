"""The verbs `diff` and `compare`: what scenarios say differently, and what comes of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from capacity.cli.options import Files
from capacity.errors import InputError, Mistake, QuestionError
from capacity.loading import Scenario

FEWEST = 2
"""Files that can be compared."""


def diff_files(old: Path, new: Path, read: Callable[[Path], Scenario]) -> None:
    """Print every difference of two scenarios; nothing where they mean the same.

    Raises
    ------
    InputError
        With the mistakes of both.
    """
    one, other = read_all([old, new], read)
    for difference in one.diff(other):
        print(difference)


def compare_files(
    paths: list[Path],
    read: Callable[[Path], Scenario],
    files: Files,
    by: str | None,
    how: Mapping[str, Any],
    *,
    quiet: bool,
) -> None:
    """Compare scenarios with the first of them; `how` goes to `capacity.compare`.

    Raises
    ------
    InputError
        With the mistakes of all.
    QuestionError
        Where there is nothing to compare with.
    """
    from capacity.cli.exporting import write_comparison_csv, write_comparison_json
    from capacity.cli.files import Answer, check, write
    from capacity.comparison import compare

    if len(paths) < FEWEST:
        raise QuestionError(f"{paths[0]} alone. Name two or more, as compare base.yaml more.yaml")
    scenarios = read_all(paths, read)
    inputs = [name for scenario in scenarios for name in scenario.files]
    check(files, inputs)
    if not quiet:
        for warning in dict.fromkeys(w for scenario in scenarios for w in scenario.warnings):
            print(f"warning: {warning}", file=sys.stderr)
    comparison = compare(scenarios, by=by, **how)
    json = partial(write_comparison_json, comparison, by=by)
    csv = partial(write_comparison_csv, comparison, by=by)
    write(
        Answer(
            lambda: comparison.page,
            json,
            csv,
            partial(comparison.table, by),
            partial(comparison.to_excel, by=by),
        ),
        files,
    )
    if not quiet:
        from capacity.cli.showing import show
        from capacity.report.comparison import WIDTH, report

        show(report(comparison), WIDTH)


def read_all(paths: list[Path], read: Callable[[Path], Scenario]) -> list[Scenario]:
    """The scenarios of some files, or the mistakes of all of them."""
    scenarios: list[Scenario] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            scenarios.append(read(path))
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    return scenarios
