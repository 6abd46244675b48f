"""The verb `explain`: the arithmetic of one number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from capacity.cli.exporting import write_explanation_csv, write_explanation_json
from capacity.cli.files import Answer, write
from capacity.cli.options import Files
from capacity.loading import Scenario
from capacity.report.explaining import as_text
from capacity.simulation import simulate


def run_explain(
    scenario: Scenario, metric: str, about: Mapping[str, str], files: Files, *, quiet: bool
) -> None:
    """Explain a figure, write it and print it; `about` says of what, and when."""
    found = simulate(scenario, trials=0).explain(metric, **about)
    json, csv = partial(write_explanation_json, found), partial(write_explanation_csv, found)
    write(Answer(lambda: found.page, json, csv, found.table, found.to_excel), files)
    if not quiet:
        print(as_text(found))
