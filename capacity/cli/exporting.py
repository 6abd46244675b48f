"""What the verbs write for other programs: each answer as JSON, and its table as CSV."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.assumptions import (
    Row,
    assumption_rows,
    register_rows,
    rows_in_common,
    warning_rows,
)
from capacity.expectations import expectation_rows
from capacity.scenario.expecting import ABOUT
from capacity.writing import as_json, csv_text, write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.backtesting.answer import Backtest
    from capacity.comparison import Comparison
    from capacity.drivers.answer import Sensitivity
    from capacity.explaining.explanation import Explanation
    from capacity.hiring.answer import HiringPlan
    from capacity.loading import Scenario
    from capacity.result import Result
    from capacity.sweeping import Grid
    from capacity.valuing.answer import Roi


def write_csv(result: Result, path: Path, by: str | None) -> None:
    """The table as CSV."""
    _write_csv(result.table(by), path)


def write_json(result: Result, path: Path, by: str | None) -> None:
    """``{"manifest": …, "metrics": [rows]}``; what is not known is null.

    The manifest holds what the numbers rest on, the register of assumptions and the warnings too,
    and what came of the expectations.
    """
    rests_on = {
        "assumptions": assumption_rows(result.assumptions),
        "warnings": warning_rows(result.scenario.warnings),
        "expectations": expectation_rows(result.expectations),
    }
    _write_json({**result.manifest, **rests_on}, result.rows(by), path)


def write_grid_csv(grid: Grid, path: Path) -> None:
    """The table of a sweep as CSV."""
    _write_csv(grid.table(), path, *grid.paths)


def write_grid_json(grid: Grid, path: Path) -> None:
    """The same with its manifest, as for one result.

    What is assumed, doubted or expected of some combinations alone is told with their values.
    """
    each = [(chosen, register_rows(scenario)) for chosen, scenario in grid.scenarios]
    expected = [
        {**chosen, **row} for chosen, found in grid.expectations for row in expectation_rows(found)
    ]
    rests_on = {
        "assumptions": rows_in_common(each, "combination"),
        "warnings": warning_rows(grid.warnings),
        "expectations": expected,
    }
    _write_json({**grid.manifest, **rests_on}, grid.rows, path)


def write_comparison_csv(comparison: Comparison, path: Path, by: str | None) -> None:
    """The table of a comparison as CSV."""
    _write_csv(comparison.table(by), path, "scenario", "baseline")


def write_comparison_json(comparison: Comparison, path: Path, by: str | None) -> None:
    """The same with its manifest, which holds the waterfalls, too."""
    told = [w for versus in comparison.versus for w in versus.waterfalls]
    falls = [_all_known(row) for waterfall in told for row in waterfall.rows()]
    each = [
        {**about, **_rests_on(scenario)}
        for about, scenario in zip(
            comparison.manifest["scenarios"], comparison.scenarios, strict=True
        )
    ]
    about = {**comparison.manifest, "scenarios": each, "waterfall": falls}
    _write_json(about, comparison.rows(by), path)


def value_table(values: Sequence[Roi]) -> pd.DataFrame:
    """The table of values side by side; `without` says what is gone."""
    import pandas as pd  # slow to import

    return pd.concat([value.named_table() for value in values], ignore_index=True)


def write_value_csv(values: Sequence[Roi], path: Path) -> None:
    """The same as CSV."""
    _write_csv(value_table(values), path, "without")


def write_value_json(values: Sequence[Roi], path: Path) -> None:
    """The same with its manifest, as for one result."""
    about = {**values[0].manifest, "without": [value.without for value in values]}
    about |= _rests_on(values[0].scenario)
    _write_json(about, (row for value in values for row in value.named_rows()), path)


def write_plan_csv(plan: HiringPlan, path: Path) -> None:
    """The frontier of a hiring plan as CSV."""
    _write_csv(plan.table(), path, "hires")


def write_plan_json(plan: HiringPlan, path: Path) -> None:
    """``{"manifest": …, "metrics": [rows], "plan": {…}, "frontier": [rows]}``.

    The metrics are those of the plan on the futures that confirmed it; what is not known is null.
    """
    data = {
        "manifest": {**plan.manifest, **_rests_on(plan.base)},
        "metrics": [_all_known(row) for row in plan.result.rows()],
        "plan": _all_known(plan.summary()),
        "frontier": [_all_known(row) for row in plan.rows()],
    }
    write_whole(path, as_json(data))


def write_drivers_json(found: Sensitivity, path: Path) -> None:
    """``{"manifest": …, "figure": {…}, "drivers": [rows]}``; what is not known is null."""
    rows = [_all_known(row) for row in found.rows()]
    about = {**found.manifest, **_rests_on(found.plans[0])}
    data = {
        "manifest": about,
        "figure": _all_known(found.summary()),
        "drivers": rows,
        "fixed": [_all_known(one.row()) for one in found.nudged],
    }
    write_whole(path, as_json(data))


def write_drivers_csv(found: Sensitivity, path: Path) -> None:
    """A row for each input as CSV."""
    _write_csv(found.table(), path, "input", "believed", "file")


def write_backtest_json(found: Backtest, path: Path) -> None:
    """``{"manifest": …, "backtest": {…}, "points": [rows], …}``; what is not known is null."""
    about = {**found.manifest, **_rests_on(found.scenario)}
    data = {"manifest": about, "backtest": _all_known(found.summary())}
    tables = {name: [*map(_all_known, found.rows(name))] for name in found.tables}
    write_whole(path, as_json({**data, **tables}))


def write_backtest_csv(found: Backtest, path: Path) -> None:
    """A row for each value as CSV."""
    _write_csv(found.table(), path, "file")


def write_explanation_json(found: Explanation, path: Path) -> None:
    """``{"manifest": …, "explanation": {…}}``: the tree of a number; what is not known is null."""
    about = {"metric": found.metric, **dict.fromkeys(ABOUT, ""), **found.about}
    data = {**about, "period": found.period, **found.term.row()}
    manifest = {**found.manifest, **_rests_on(found.plan)}
    write_whole(path, as_json({"manifest": manifest, "explanation": data}))


def write_explanation_csv(found: Explanation, path: Path) -> None:
    """A row for each number of the tree, from the top, with its depth in it."""
    _write_csv(found.table(), path, "label", "path", "file")


def _rests_on(scenario: Scenario) -> dict[str, list[Row]]:
    """The register of a scenario, and its warnings."""
    return {
        "assumptions": register_rows(scenario),
        "warnings": warning_rows(scenario.warnings),
    }


def _write_csv(table: pd.DataFrame, path: Path, *texts: str) -> None:
    write_whole(path, csv_text(table, *texts))


def _write_json(manifest: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    found = [_all_known(row) for row in rows]
    write_whole(path, as_json({"manifest": dict(manifest), "metrics": found}))


def _all_known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _known(value) for name, value in row.items()}


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
