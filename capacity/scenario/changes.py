"""Settings changed from outside of the file, as by ``--set tasks.qbr.every=month``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.reading import Marked, Trail, parse_value
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
        data[parts[-1]] = _read(value, path, place) if isinstance(value, str) else deepcopy(value)
        for end in range(1, len(parts)):
            trail = tuple(parts[:end])
            if trail not in marked.keys:
                marked.keys[trail] = marked.values[trail] = place
        _mark(marked, tuple(parts), data[parts[-1]], place)


def _mark(marked: Marked, path: Trail, value: object, place: Place) -> None:
    """Note that a value, with all that is in it, was not written where the file has it."""
    marked.keys[path] = marked.values[path] = place
    inside: Iterable[tuple[Any, object]] = ()
    if isinstance(value, Mapping):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, item in inside:
        _mark(marked, (*path, key), item, place)


def _read(text: str, path: str, place: Place) -> object:
    """The value of a setting; what is wrong with it is wrong at the setting."""
    try:
        return parse_value(text)
    except InputError as error:
        raise InputError([Mistake(place, path, m.text) for m in error.mistakes]) from None
