"""The page of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.assumptions import assumption_rows
from capacity.report.page import Page, Table
from capacity.report.run_charts import charts
from capacity.report.text import Figures

if TYPE_CHECKING:
    from capacity.result import Result


def page(result: Result) -> Page:
    """What a result says, to be shown in any form."""
    figures = Figures(result)
    headline = tuple(figures.headline())
    return Page(
        figures.plan.name,
        figures.about,
        headline,
        tuple(s for s in figures.sentences() if s not in headline),
        tuple(charts(figures)),
        tuple(Table.of(table) for table in figures.tables()),
        tuple(figures.footer()),
        tuple(str(warning) for warning in result.scenario.warnings),
        tuple(assumption_rows(result.assumptions)),
        result.manifest,
        frozenset(
            [figures.plan.name, *figures.plan.team, *figures.plan.tasks, *figures.plan.segments]
            + [pool.value for pool in result.scenario.pools if pool.value]
        ),
    )
