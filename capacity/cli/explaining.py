"""The verb `explain`: the arithmetic of one number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from capacity.loading import Scenario
from capacity.report.explaining import as_text
from capacity.simulation import simulate
from capacity.writing import write_explanation_csv, write_explanation_json


def run_explain(
    scenario: Scenario,
    metric: str,
    about: Mapping[str, str],
    json: Path | None,
    csv: Path | None,
    *,
    quiet: bool,
) -> None:
    """Explain a figure, write it and print it; `about` says of what, and when."""
    result = simulate(scenario, trials=0)
    found = result.explain(metric, **about)
    if json:
        write_explanation_json(found, result.manifest, json)
    if csv:
        write_explanation_csv(found, csv)
    if not quiet:
        print(as_text(found))
