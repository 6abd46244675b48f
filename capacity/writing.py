"""Files written whole or not at all, and text that cannot run in a spreadsheet."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from capacity.assumptions import (
    Row,
    assumption_rows,
    register_rows,
    rows_in_common,
    warning_rows,
)
from capacity.errors import CapacityError
from capacity.expectations import expectation_rows
from capacity.quantities import in_yaml

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

KEYS = ("segment", "role", "pool", "task")
ELSEWHERE = "Name another file"
"""What to do where a file cannot be written."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_whole(
    path: Path, content: str | bytes, mend: str = ELSEWHERE, *, lasting: bool = False
) -> None:
    """Write a file so that nobody ever sees a part of it.

    A file that is there keeps its permissions, and a link still leads to it. What is no file, as a
    pipe or a device, cannot be replaced and is written to.

    Parameters
    ----------
    mend
        What to do where it cannot be written.
    lasting
        Whether it has to be there even if the machine loses its power right after.

    Raises
    ------
    CapacityError
        Where the file cannot be written.
    """
    with whole(path, mend, lasting=lasting) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def whole(path: Path, mend: str = ELSEWHERE, *, lasting: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place when all is written; see `write_whole`."""
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
        else:
            with _beside(path.resolve(), lasting=lasting) as file:
                yield file
    except OSError as error:
        raise CapacityError(f"{path}: cannot be written ({error.strerror}). {mend}") from None


@contextlib.contextmanager
def _beside(path: Path, *, lasting: bool) -> Iterator[BinaryIO]:
    """A file beside another, then put in the place of that."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(name, stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_targets(paths: Sequence[Path], inputs: Iterable[str]) -> None:
    """Make sure that files can be written, before any work is spent on them.

    Raises
    ------
    CapacityError
        Where a file would land in no folder, on a folder or on an input.
    """
    known = {Path(name).resolve() for name in inputs}
    for path, times in Counter(path.resolve() for path in paths).items():
        if times > 1:
            again = next(one for one in paths if one.resolve() == path)
            raise CapacityError(f"{again}: is named for two files. Name another one")
    for path in paths:
        if path.is_dir():
            raise CapacityError(f"{path}: is a folder. Name a file in it")
        if not path.parent.is_dir():
            raise CapacityError(f"{path}: there is no folder {path.parent}. Make it first")
        if path.resolve() in known:
            raise CapacityError(f"{path}: is an input of this run. Name another file")


def check_folder(folder: Path) -> None:
    """Make sure that a folder is there or can be made.

    Raises
    ------
    CapacityError
        Where there is a file of that name, or no folder around it.
    """
    if folder.exists() and not folder.is_dir():
        raise CapacityError(f"{folder}: is a file. Name a folder")
    if not folder.is_dir() and not folder.parent.is_dir():
        raise CapacityError(f"{folder}: there is no folder {folder.parent}. Make it first")


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing, and those around it.

    Raises
    ------
    CapacityError
        Where it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CapacityError(
            f"{folder}: cannot be made ({error.strerror}). Name another folder"
        ) from None


def plain_cell(text: str) -> str:
    """Text that a spreadsheet takes for text: a leading ``=`` and the like get a quote mark."""
    return f"'{text}" if text.startswith(_FORMULA) else text


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
    table = plan.table()
    table["hires"] = table["hires"].map(_cell)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))


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
    table = found.table()
    for column in ("input", "believed", "file"):
        table[column] = table[column].map(_cell)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))


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
    about = {"metric": found.metric, **dict.fromkeys(KEYS, ""), **found.about}
    data = {**about, "period": found.period, **found.term.row()}
    manifest = {**found.manifest, **_rests_on(found.plan)}
    write_whole(path, as_json({"manifest": manifest, "explanation": data}))


def write_explanation_csv(found: Explanation, path: Path) -> None:
    """A row for each number of the tree, from the top, with its depth in it."""
    table = found.table()
    for column in ("label", "path", "file"):
        table[column] = table[column].map(_cell)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))


def _rests_on(scenario: Scenario) -> dict[str, list[Row]]:
    """The register of a scenario, and its warnings."""
    return {
        "assumptions": register_rows(scenario),
        "warnings": warning_rows(scenario.warnings),
    }


def _write_csv(table: pd.DataFrame, path: Path, *paths: str) -> None:
    write_whole(path, csv_text(table, *paths))


def csv_text(table: pd.DataFrame, *paths: str, head: bool = True) -> str:
    """A table as CSV, with its head or as the next part of it; `paths` hold text of users, too."""
    table = _finite(table)
    for column in (*paths, *KEYS):
        table[column] = table[column].map(_cell)
    return table.to_csv(index=False, header=head, lineterminator="\n")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """A table as Parquet; what has parts, or is of several kinds, as it would be written."""
    table = _finite(table)
    mixed = [name for name in table.columns if len(set(map(type, table[name]))) > 1]
    made = [name for name in table.columns if table[name].map(_has_parts).any()]
    for name in {*mixed, *made}:
        table[name] = table[name].map(in_yaml)
    content = io.BytesIO()
    table.to_parquet(content, index=False)
    write_whole(path, content.getvalue())


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """A table in which what is beyond all bounds is not known."""
    return table.replace([math.inf, -math.inf], math.nan)


def _has_parts(value: object) -> bool:
    return isinstance(value, (dict, list))


def _cell(value: object) -> object:
    if isinstance(value, (dict, list, bool)):
        value = in_yaml(value)
    return plain_cell(value) if isinstance(value, str) else value


def _write_json(manifest: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    found = [_all_known(row) for row in rows]
    write_whole(path, as_json({"manifest": dict(manifest), "metrics": found}))


def as_json(data: Mapping[str, Any]) -> str:
    """Text of a JSON file, names in their own script."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _all_known(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _known(value) for name, value in row.items()}


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
