"""The first files of a new plan."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from capacity.errors import CapacityError
from capacity.writing import write_whole

STARTER = ("scenario.yaml", "accounts.csv")


def write_starter(folder: Path) -> list[Path]:
    """Write the starter files into a folder, which is made where it is missing.

    Raises
    ------
    CapacityError
        Where a file is there already, or nothing can be written there; then nothing is.
    """
    targets = [folder / name for name in STARTER]
    for target in targets:
        if target.exists():
            raise CapacityError(f"{target}: is there already. Name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CapacityError(
            f"{folder}: cannot be made ({error.strerror}). Name another folder"
        ) from None
    home = files("capacity.cli") / "starter"
    for target in targets:
        write_whole(target, (home / target.name).read_text(encoding="utf-8"))
    return targets
