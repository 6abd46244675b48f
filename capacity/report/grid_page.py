"""The page of a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.quantities import in_yaml
from capacity.report.filled import filled
from capacity.report.grid import told
from capacity.report.grid_charts import Swept, charts

if TYPE_CHECKING:
    from capacity.report.page import Page
    from capacity.sweeping import Grid


def page(grid: Grid) -> Page:
    """What is said of a grid, to be shown in any form."""
    swept = Swept(grid)
    manifest = {**grid.manifest, "sweep": {p: _values(v) for p, v in grid.manifest["sweep"].items()}}
    labelled = ((swept.said(chosen), scenario) for chosen, scenario in grid.scenarios)
    return filled(told(grid), _headline(swept), charts(swept), manifest, list(labelled))


def _headline(swept: Swept) -> Iterator[str]:
    """Where the work is covered most and least often, and what that costs."""
    for spot in swept.spots("p_covered", "dropped_hours", "team_cost", "arr"):
        yield f"{spot.finding}."


def _values(values: object) -> str:
    return in_yaml(values)
