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

_REPEATED = ("p_covered", "dropped_hours", "team_cost", "arr")
_MOST = 4
"""Sentences of the headline."""


def page(grid: Grid) -> Page:
    """What is said of a grid, to be shown in any form."""
    swept = Swept(grid)
    values = {path: in_yaml(found) for path, found in grid.manifest["sweep"].items()}
    manifest = {**grid.manifest, "sweep": values}
    labelled = ((swept.said(chosen), scenario) for chosen, scenario in grid.scenarios)
    return filled(told(grid), _headline(swept), charts(swept), manifest, list(labelled))


def _headline(swept: Swept) -> Iterator[str]:
    """Where the work is covered most and least often, and what that costs."""
    found = [f"{spot.finding}." for spot in swept.spots(*_REPEATED)]
    yield from found[:_MOST] or ["All combinations come to the same, as far as one would mind."]
