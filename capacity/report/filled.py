"""An answer as a page: what it says, its charts, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, register_rows, rows_in_common
from capacity.report.chart import named_apart
from capacity.report.page import ONLY, Page, Table

if TYPE_CHECKING:
    from capacity.errors import Mistake
    from capacity.loading import Scenario
    from capacity.report.chart import Chart
    from capacity.report.told import Told


def filled(
    told: Told,
    headline: Iterable[str],
    charts: Iterable[Chart],
    manifest: Mapping[str, Any],
    scenarios: Sequence[tuple[str, Scenario]],
    *,
    names: Iterable[str] = (),
    doubts: Iterable[Mistake] = (),
    assumed: Sequence[Row] | None = None,
) -> Page:
    """What an answer says, to be shown in any form.

    Parameters
    ----------
    told
        Its sentences and tables, as the terminal has them.
    headline
        The few sentences that people repeat.
    scenarios
        What it is about, each with what tells it from the others.
    names
        What users called other things than those of the scenarios.
    doubts
        What may be wrong beside the warnings of the scenarios.
    assumed
        The register as rows where it is known already; else it is made, of several scenarios with
        what all of them share first.
    """
    headline = tuple(headline)
    found = [*(w for _, scenario in scenarios for w in scenario.warnings), *doubts]
    warnings = dict.fromkeys(map(str, found))
    return Page(
        told.name,
        told.about,
        headline,
        tuple(s for s in told.sentences if s not in headline),
        tuple(named_apart(charts)),
        tuple(_titled_apart(told)),
        told.notes,
        tuple(warnings),
        tuple(_assumed(scenarios) if assumed is None else assumed),
        manifest,
        frozenset([told.name, *names, *(n for _, one in scenarios for n in _names(one))]),
    )


def _titled_apart(told: Told) -> Iterator[Table]:
    """Its tables, of which no two have one title: those who cannot see them go by it."""
    seen: Counter[str] = Counter()
    for part in told.parts:
        for found in part.tables:
            table = Table.of(found, part.label)
            seen[table.title] += 1
            number = f" ({seen[table.title]})" if seen[table.title] > 1 else ""
            yield replace(table, title=f"{table.title}{number}")


def _assumed(scenarios: Sequence[tuple[str, Scenario]]) -> list[Row]:
    return rows_in_common([(label, register_rows(one)) for label, one in scenarios], ONLY)


def _names(scenario: Scenario) -> Iterable[str]:
    """What users called the things of a scenario."""
    plan = scenario.plan
    yield from (plan.name, *plan.team, *plan.tasks, *plan.segments)
    yield from (pool.value for pool in scenario.pools if pool.value)
