"""Files written whole or not at all, and text that cannot run in a spreadsheet."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.assumptions import assumption_rows, warning_rows
from capacity.errors import CapacityError

if TYPE_CHECKING:
    import pandas as pd

    from capacity.result import Result
    from capacity.sweeping import Grid

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that nobody ever sees a part of it.

    Raises
    ------
    CapacityError
        Where the file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise CapacityError(
            f"{path}: cannot be written ({error.strerror}). Name another file"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise CapacityError(
            f"{path}: cannot be written ({error.strerror}). Name another file"
        ) from None
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
    if len({path.resolve() for path in paths}) < len(paths):
        raise CapacityError(f"{paths[0]}: is named for two files. Name another one")
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

    The manifest holds what the numbers rest on, the register of assumptions and the warnings too.
    """
    rests_on = {
        "assumptions": assumption_rows(result.assumptions),
        "warnings": warning_rows(result.scenario.warnings),
    }
    _write_json({**result.manifest, **rests_on}, result.rows(by), path)


def write_grid_csv(grid: Grid, path: Path) -> None:
    """The table of a sweep as CSV."""
    _write_csv(grid.table(), path, *grid.paths)


def write_grid_json(grid: Grid, path: Path) -> None:
    """The same with its manifest, as for one result."""
    _write_json(grid.manifest, grid.rows, path)


def _write_csv(table: pd.DataFrame, path: Path, *paths: str) -> None:
    table = table.replace([math.inf, -math.inf], math.nan)
    for column in (*paths, "segment", "role", "pool", "task"):
        table[column] = table[column].map(_cell)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))


def _cell(value: object) -> object:
    return plain_cell(value) if isinstance(value, str) else value


def _write_json(manifest: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    found = [{name: _known(value) for name, value in row.items()} for row in rows]
    write_whole(path, as_json({"manifest": dict(manifest), "metrics": found}))


def as_json(data: Mapping[str, Any]) -> str:
    """Text of a JSON file, names in their own script."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
