"""The files that belong to a scenario: where they lie, and what was read of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from capacity.errors import InputError, Mistake
from capacity.scenario.reading import MAX_BYTES, Marked, Trail, dotted, read_bytes

SCENARIO = "scenario"
"""The kind of file that is a scenario, or is extended by one."""
FORMAT = "format"
"""The kind of file that says what the columns of an export are called."""
OBSERVATIONS = "observations"
"""The kind of file that numbers are resampled from."""
MOST_OBSERVED = 100_000_000
"""Bytes of a file of observations."""
_MOST = {SCENARIO: MAX_BYTES, FORMAT: MAX_BYTES, OBSERVATIONS: MOST_OBSERVED}


class Files:
    """Files beside a scenario, which lie inside of its folder unless more is allowed.

    Parameters
    ----------
    scenario
        The file of the scenario.
    seen
        SHA-256 of every file that was read already, by name.
    allow_outside
        Whether they may lie anywhere.
    """

    def __init__(
        self, scenario: Path, seen: Mapping[str, str], *, allow_outside: bool = False
    ) -> None:
        self.scenario = scenario
        self.seen = dict(seen)
        self.allow_outside = allow_outside

    def read(self, marked: Marked, path: Trail, name: str, kind: str) -> tuple[bytes, str]:
        """The content of a file that a setting names, and its name in messages.

        Raises
        ------
        InputError
            At the setting, where the file lies outside or cannot be read.
        """
        file = self.beside(marked, path, name)
        if "\0" in name:
            text = "a NUL character is in no name of a file. Write the name without it"
        elif not (self.allow_outside or _is_inside(file, self.scenario.parent)):
            text = (
                f"{name} lies outside of the scenario's folder. Copy it beside the scenario, or "
                "allow it by --allow-outside"
            )
        else:
            try:
                return self.open(file, kind), str(file)
            except InputError as error:
                text = f"{file}: {error.mistakes[0].text}"
        raise InputError([Mistake(marked.place(path), dotted(path), text)])

    def open(self, file: Path, kind: str) -> bytes:
        """The content of a file, which is noted as read; little more of it than is allowed."""
        content = read_bytes(file, kind, _MOST[kind] + 1 if kind in _MOST else -1)
        self.seen[str(file)] = hashlib.sha256(content).hexdigest()
        return content

    def beside(self, marked: Marked, path: Trail, name: str) -> Path:
        """A file beside the one that names it; beside the scenario, where none does."""
        written = marked.place(path).file
        return (Path(written) if written in self.seen else self.scenario).parent / name

    def named_from_here(self, marked: Marked, path: Trail, name: str) -> str:
        """The name of a file as the scenario itself would write it."""
        file, here = self.beside(marked, path, name), self.scenario.parent
        if file == here / name:
            return name
        return file.relative_to(here).as_posix() if file.is_relative_to(here) else str(file)


def _is_inside(file: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, links followed; links that lead nowhere do not."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
