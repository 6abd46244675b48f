"""Settings changed from outside of the file, as by ``--set tasks.qbr.every=month``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.reading import Marked, parse_value
from capacity.scenario.structure import TRIGGERS

_TASK_DEPTH = 2


def assign(marked: Marked, settings: Mapping[str, object]) -> None:
    """Write settings, ``{"tasks.qbr.every": "month"}``, into the data of a scenario.

    Mappings that are missing on the way are made. Setting a trigger replaces the old one. Text is
    read as it would be in the file.

    Raises
    ------
    InputError
        Where a path leads through something that is not a mapping.
    """
    for path, value in settings.items():
        place = Place(f"set {path}")
        parts = path.split(".")
        data: Any = marked.data
        for depth, part in enumerate(parts[:-1]):
            data = data.setdefault(part, {}) if isinstance(data, dict) else None
            if not isinstance(data, dict) or not part:
                known = ".".join(parts[: depth + 1])
                text = f"{known} holds no settings. Write a path such as tasks.qbr.hours"
                raise InputError([Mistake(place, path, text)])
        if parts[0] == "tasks" and len(parts) == _TASK_DEPTH + 1 and parts[-1] in TRIGGERS:
            for trigger in TRIGGERS:
                data.pop(trigger, None)
        data[parts[-1]] = _read(value, path, place) if isinstance(value, str) else value
        for end in range(1, len(parts) + 1):
            trail = tuple(parts[:end])
            if end == len(parts) or trail not in marked.keys:
                marked.keys[trail] = marked.values[trail] = place


def _read(text: str, path: str, place: Place) -> object:
    """The value of a setting; what is wrong with it is wrong at the setting."""
    try:
        return parse_value(text)
    except InputError as error:
        raise InputError([Mistake(place, path, m.text) for m in error.mistakes]) from None
