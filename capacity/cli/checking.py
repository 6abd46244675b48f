"""The verb `check`: every mistake of many files, warnings, and what a plan assumes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from capacity.engine.layout import Layout, build_layout
from capacity.errors import InputError, Mistake, Place
from capacity.loading import Scenario, load
from capacity.report.words import UNKNOWN, share
from capacity.scenario.checks import effect_product, implied_grr
from capacity.scenario.register import DERIVED, Assumption, register


def check_files(paths: list[Path], settings: Mapping[str, object], *, strict: bool) -> int:
    """Check scenarios one by one; returns the exit code."""
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            scenario = load(path, set=settings)
        except InputError as error:
            mistakes += error.mistakes
            continue
        for warning in scenario.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        assumed = register(scenario.plan, scenario.marked) + derived(scenario)
        _print(scenario, path, assumed)
        if strict:
            mistakes += [_no_source(path, a) for a in assumed if a.wants_source and not a.source]
    if not mistakes:
        return 0
    found = InputError(mistakes)
    print(found, found.summary, sep="\n", file=sys.stderr)
    return found.exit_code


def _no_source(path: Path, assumption: Assumption) -> Mistake:
    place = assumption.place or Place(str(path))
    return Mistake(place, assumption.path, "has no source. Write {value: …, source: …}")


def derived(scenario: Scenario) -> list[Assumption]:
    """What follows from the plan itself: the coverage that today's team achieves."""
    layout = build_layout(scenario)
    pairs = (*layout.effects.lasting, *layout.effects.starting, *layout.effects.renewing)
    return [
        Assumption(
            f"tasks.{pair.lane.task}.coverage_today.{_where(scenario, layout, pair.territory)}",
            share(float(layout.past.coverage[pair.cell]), 1),
            "served once by today's team",
            DERIVED,
            None,
            wants_source=False,
        )
        for pair in pairs
        if pair.lane.work.coverage_today is None
    ]


def _where(scenario: Scenario, layout: Layout, territory: int) -> str:
    """The segment of a territory, and the values by which its roles are split."""
    segment = list(scenario.plan.segments)[layout.territories.segment[territory]]
    return ".".join([segment, *(value for _, value in layout.territories.values[territory])])


def _print(scenario: Scenario, path: Path, assumed: list[Assumption]) -> None:
    out = Console(width=None if sys.stdout.isatty() else 150, highlight=False, markup=False)
    out.print(
        f"{path}: no mistakes. {scenario.name}: {len(scenario.book):,} accounts", soft_wrap=True
    )
    for change in scenario.changes:
        out.print(f"change: {change.name} ({change.place})", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for head in ("assumption", "value", "evidence", "source", "where"):
        table.add_column(head, overflow="fold")
    for a in assumed:
        where = f"{Path(a.place.file).name}:{a.place.line or ''}" if a.place else ""
        table.add_row(a.path, a.value, a.evidence or UNKNOWN, a.source or UNKNOWN, where)
    out.print(table)
    for name in scenario.plan.segments:
        grr = implied_grr(scenario.plan, name)
        if grr:
            product = effect_product(scenario.plan, name)
            print(
                f"{name}: all effects on churn multiply to {product:.2f}; GRR of a year is "
                f"{share(grr[0], 1)} today and {share(grr[1], 1)} without the work."
            )
