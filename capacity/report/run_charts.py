"""The charts of a run: people against seats, work, what is dropped, and revenue with its odds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report.arr_charts import arr, bridge
from capacity.report.chart import Chart
from capacity.report.people_charts import by_pool, required
from capacity.report.work_charts import SEEN, coverage, dropped, due

if TYPE_CHECKING:
    from capacity.report.figures import Figures


def charts(figures: Figures) -> Iterator[Chart]:
    """Every chart that has something to show."""
    if figures.roles:
        yield required(figures)
    if any(figures.pools(role) for role in figures.roles):
        yield by_pool(figures)
    if any(task.due > 0 for task in figures.tasks):
        yield due(figures)
        yield coverage(figures)
    if any(task.dropped >= SEEN for task in figures.tasks):
        yield dropped(figures)
    if figures.has("arr") and figures.opening > 0:
        yield bridge(figures)
        yield arr(figures)
