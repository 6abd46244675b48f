"""The page of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capacity.assumptions import assumption_rows
from capacity.report.figures import Figures
from capacity.report.filled import filled
from capacity.report.run_charts import charts
from capacity.report.run_sentences import headline
from capacity.report.text import told

if TYPE_CHECKING:
    from capacity.report.page import Page
    from capacity.result import Result


def page(result: Result, by: str | None = None) -> Page:
    """What a result says, to be shown in any form; for `by` see `Figures`."""
    figures = Figures(result, by)
    return filled(
        told(figures),
        headline(figures),
        charts(figures),
        result.manifest,
        [("", result.scenario)],
        assumed=assumption_rows(result.assumptions),
    )
