"""The verb `diff`: what two scenarios say differently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from capacity.errors import InputError, Mistake
from capacity.loading import Scenario


def diff_files(old: Path, new: Path, read: Callable[[Path], Scenario]) -> None:
    """Print every difference of two scenarios; nothing where they mean the same.

    Raises
    ------
    InputError
        With the mistakes of both.
    """
    scenarios: list[Scenario] = []
    mistakes: list[Mistake] = []
    for path in (old, new):
        try:
            scenarios.append(read(path))
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    for difference in scenarios[0].diff(scenarios[1]):
        print(difference)
