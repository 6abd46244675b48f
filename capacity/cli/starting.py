"""The first files of a new plan."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from capacity.errors import CapacityError
from capacity.scenario.schema import language
from capacity.writing import as_json, make_folder, write_whole

STARTER = ("scenario.yaml", "accounts.csv")
SCHEMA = "scenario.schema.json"
"""The language for the editor; the first line of the scenario points at it."""


def write_starter(folder: Path) -> list[Path]:
    """Write the starter files into a folder, which is made where it is missing.

    Raises
    ------
    CapacityError
        Where a file is there already, or nothing can be written there; then nothing is.
    """
    targets = [folder / name for name in (*STARTER, SCHEMA)]
    for target in targets:
        if target.exists():
            raise CapacityError(f"{target}: is there already. Name another folder")
    make_folder(folder)
    home = files("capacity.cli") / "starter"
    for name in STARTER:
        write_whole(folder / name, (home / name).read_text(encoding="utf-8"))
    write_whole(folder / SCHEMA, schema_text())
    return targets


def schema_text() -> str:
    """The JSON Schema of the language, as `capacity schema` prints it."""
    return as_json(language())
