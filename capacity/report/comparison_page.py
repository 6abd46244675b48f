"""The page of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from capacity.report.comparison import told
from capacity.report.comparison_charts import best, charts
from capacity.report.filled import filled

if TYPE_CHECKING:
    from capacity.comparison import Comparison
    from capacity.report.page import Page
    from capacity.report.told import Told

_REPEATED = 3
"""Sentences of the headline: what it takes, what becomes of the work, what it earns."""


def page(comparison: Comparison) -> Page:
    """What is said of each scenario against the first, to be shown in any form."""
    said = told(comparison)
    steps = (step.name for versus in comparison.versus for step in versus.steps or ())
    return filled(
        said,
        _headline(said, comparison),
        charts(comparison),
        {**comparison.manifest, "scenarios": _in_short(comparison)},
        list(zip(comparison.names, comparison.scenarios, strict=True)),
        names=[*comparison.names, *steps],
    )


def _headline(said: Told, comparison: Comparison) -> Iterator[str]:
    """Of one scenario what it takes, does and earns; of several which is best in each of these."""
    found = list(best(comparison)) if len(comparison.versus) > 1 else []
    yield from (found or said.parts[0].sentences)[:_REPEATED]


def _in_short(comparison: Comparison) -> dict[str, str]:
    """What each was called, and what was set in it from outside."""
    each = comparison.manifest["scenarios"]
    return {
        one["called"]: ", ".join(f"{path}={value}" for path, value in one["set"].items()) or "–"
        for one in each
    }
