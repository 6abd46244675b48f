"""The verb `check`: every mistake of many files, warnings, and what a plan assumes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from capacity.assumptions import (
    Row,
    assumption_rows,
    assumptions,
    change_rows,
    implied,
    warning_rows,
)
from capacity.engine.layout import build_layout
from capacity.errors import InputError, Mistake, Place
from capacity.expectations import understood
from capacity.guards import guards
from capacity.loading import Scenario
from capacity.report.lines import Sentence
from capacity.report.words import UNKNOWN, share
from capacity.scenario.register import Assumption
from capacity.writing import as_json, check_targets, write_whole

_WIDE = 120
"""Characters of a line from on which the register is a table; narrower, it is a list."""
_INDENT = 4
_WHOLE = ("assumption", "evidence", "where")


def check_files(
    paths: list[Path], read: Callable[[Path], Scenario], *, strict: bool, target: Path | None
) -> int:
    """Check scenarios one by one; returns the exit code.

    The JSON of all of them is written to the target, unless there is a mistake. A source that
    `strict` misses is none: the register is where to see which inputs lack one.
    """
    scenarios, mistakes = _read(paths, read)
    if target:
        inputs = [name for _, scenario in scenarios for name in scenario.files]
        check_targets([target], [*map(str, paths), *inputs])
    found: list[Row] = []
    lacks: list[Mistake] = []
    for path, scenario in scenarios:
        layout = build_layout(scenario)
        warnings = (*scenario.warnings, *guards(layout))
        for warning in warnings:
            print(f"warning: {warning}", file=sys.stderr)
        try:
            understood(layout)
        except InputError as error:
            mistakes += error.mistakes
            continue
        assumed = assumptions(layout)
        effects = implied(scenario.plan)
        _print(scenario, path, assumed)
        _print_effects(effects)
        found.append(_checked(scenario, path, assumed, effects, warnings))
        if strict:
            lacks += [_no_source(path, a) for a in assumed if a.wants_source and not a.source]
    if target and not mistakes:
        write_whole(target, as_json({"scenarios": found}))
    if mistakes or lacks:
        failed = InputError([*mistakes, *lacks])
        print(failed, failed.summary, sep="\n", file=sys.stderr)
        return failed.exit_code
    return 0


def _read(
    paths: list[Path], read: Callable[[Path], Scenario]
) -> tuple[list[tuple[Path, Scenario]], list[Mistake]]:
    """The scenarios without a mistake, each with its file, and the mistakes of the others."""
    found: list[tuple[Path, Scenario]] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            found.append((path, read(path)))
        except InputError as error:
            mistakes += error.mistakes
    return found, mistakes


def _checked(
    scenario: Scenario,
    path: Path,
    assumed: Sequence[Assumption],
    effects: Mapping[str, Row],
    warnings: Sequence[Mistake],
) -> Row:
    """What was found of one scenario, for other programs."""
    return {
        "file": str(path),
        "name": scenario.name,
        "accounts": len(scenario.book),
        "changes": change_rows(scenario.changes),
        "assumptions": assumption_rows(assumed),
        "warnings": warning_rows(warnings),
        "effects": effects,
    }


def _no_source(path: Path, assumption: Assumption) -> Mistake:
    place = assumption.place or Place(str(path))
    return Mistake(place, assumption.path, "has no source. Write {value: …, source: …}")


def _print(scenario: Scenario, path: Path, assumed: Sequence[Assumption]) -> None:
    out = _console()
    out.print(
        f"{path}: no mistakes. {scenario.name}: {len(scenario.book):,} accounts", soft_wrap=True
    )
    for change in scenario.changes:
        out.print(f"change: {change.name} ({change.place})", soft_wrap=True)
    for expectation in scenario.plan.expect:
        out.print(f"expect: {expectation}", soft_wrap=True)
    if out.width >= _WIDE:
        out.print(_register(assumed))
        return
    for a in assumed:
        out.print(Text(f"{a.path}  {a.value}"), overflow="fold")
        said = " · ".join(part for part in (a.evidence, a.source, _where(a)) if part)
        out.print(Padding(Text(said or UNKNOWN, overflow="fold"), (0, 0, 0, _INDENT)))


def _console() -> Console:
    """Standard output: as wide as a terminal, and wide otherwise."""
    return Console(width=None if sys.stdout.isatty() else 150, highlight=False, markup=False)


def _register(assumed: Sequence[Assumption]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in ("assumption", "value", "evidence", "source", "where"):
        table.add_column(head, overflow="fold", no_wrap=head in _WHOLE)
    for a in assumed:
        table.add_row(a.path, a.value, a.evidence or UNKNOWN, a.source or UNKNOWN, _where(a))
    return table


def _where(one: Assumption) -> str:
    """``plan.yaml:12``; nothing where nobody wrote it."""
    return f"{Path(one.place.file).name}:{one.place.line or ''}" if one.place else ""


def _print_effects(effects: Mapping[str, Row]) -> None:
    out = _console()
    for name, found in effects.items():
        others = (
            f"{kind} to {found[f'{kind}_factor']:.2f}" for kind in ("expansion", "contraction")
        )
        said = (
            f"{name}: all effects on churn multiply to {found['churn_factor']:.2f}, on "
            f"{', on '.join(others)}; GRR of a year is {share(found['grr'], 1)} today and "
            f"{share(found['grr_without'], 1)} without the work."
        )
        out.print(Sentence(said) if out.is_terminal else said, soft_wrap=not out.is_terminal)
