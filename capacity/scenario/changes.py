"""Changes of a scenario: those of its files, by name and in order, and those from outside."""

from __future__ import annotations

import copy
import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from capacity.errors import InputError, Mistake, Place
from capacity.scenario.merging import merge, merge_at, take_out, trails
from capacity.scenario.parts import nearest
from capacity.scenario.reading import Marked, parse_value


@dataclass(frozen=True)
class Change:
    """One change, with a name by which its part of a difference can be told.

    Attributes
    ----------
    name
        What is done, in words; or the name of the file, for the sections that it writes anew.
    place
        Where the name was written.
    settings
        What is set, with its places.
    removals
        Place of each path that is taken out before that.
    """

    name: str
    place: Place
    settings: Marked
    removals: Mapping[str, Place]


def changed(base: Marked, changes: Sequence[Change]) -> tuple[Marked, list[Mistake]]:
    """A base after some changes, and what could not be removed; the base stays as it is."""
    if not changes:
        return base, []
    marked = base.copy()
    mistakes: list[Mistake] = []
    for change in changes:
        for path, place in change.removals.items():
            mistakes += _remove(marked, path, place)
        new = [
            place
            for trail, place in change.settings.values.items()
            if marked.written(trail) != change.settings.written(trail)
        ]
        merge(marked, change.settings)
        marked.later.append([*change.removals.values(), *new])
    return marked, mistakes


def _remove(marked: Marked, path: str, place: Place) -> Iterator[Mistake]:
    """Take out a setting; where it was removed is kept, for whoever misses it."""
    parts = tuple(path.split("."))
    found: Any = marked.data
    for end, part in enumerate(parts):
        if not isinstance(found, dict):
            around = ".".join(parts[:end])
            kind = "a list, which is one value" if isinstance(found, list) else "one value"
            text = f"{around} is {kind}. Remove all of it, or set it anew"
            yield Mistake(place, path, text)
            return
        if part not in found:
            around = ".".join(parts[:end]) or "the scenario"
            text = f"is not there, so it cannot be removed.{nearest(part, found)}"
            yield Mistake(place, path, f"{text} In {around} there are {', '.join(found) or 'none'}")
            return
        found = found[part]
    take_out(marked, parts)
    marked.keys[parts] = place
    if not marked.written(parts[:-1]):
        marked.values[parts[:-1]] = place  # whoever misses what was there looks here


def assigned(marked: Marked, settings: Mapping[str, object]) -> tuple[Marked, list[Mistake]]:
    """Data after settings from outside, such as ``{"tasks.qbr.every": "month"}``.

    The data stay as they are. The settings replace what a change of a file would replace. A path
    may also lead into a number, and replace a part of it. Mappings that are missing on the way
    are made. Text is read as it would be in the file.

    Returns
    -------
    tuple
        The data; and every path that leads through something that is not a mapping, and every
        text that is no value, which leave the rest to be judged.
    """
    if not settings:
        return marked, []
    out = marked.copy()
    out.later.append([_outside(path) for path in settings])
    mistakes: list[Mistake] = []
    for path, value in settings.items():
        try:
            _assign(out, path, value)
        except InputError as error:
            mistakes += error.mistakes
    return out, mistakes


def _outside(path: str) -> Place:
    return Place(f"set {path}")


def _assign(marked: Marked, path: str, value: object) -> None:
    place = _outside(path)
    if not isinstance(path, str):
        text = "a path is text. Write one such as tasks.qbr.hours"
        raise InputError([Mistake(place, str(path), text)])
    parts = tuple(path.split("."))
    over = Marked(place.file, {}, {}, {}, "")
    found: Any = marked.data
    for depth, part in enumerate(parts[:-1]):
        found = found.get(part, {}) if part else None
        if not isinstance(found, dict):
            leading = ".".join(parts[: depth + 1])
            text = f"{leading} holds no settings. Write a path such as tasks.qbr.hours"
            raise InputError([Mistake(place, path, text)])
    said = _read(value, path, place)
    known: Any = marked.data
    around: dict[str, Any] = over.data
    for depth, part in enumerate(parts[:-1]):
        known, around = known.setdefault(part, {}), around.setdefault(part, {})
        trail = parts[: depth + 1]
        if trail not in marked.keys:
            marked.keys[trail] = marked.values[trail] = place
    around[parts[-1]] = said
    for inside in trails(over.data):
        over.keys[inside] = over.values[inside] = place
    merge_at(marked, over, parts)


def _read(value: object, path: str, place: Place) -> object:
    """The value of a setting; what is wrong with it is wrong at the setting."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)  # NumPy's whole numbers are no `int`
    if not isinstance(value, str):
        return copy.deepcopy(value)
    try:
        return parse_value(value)
    except InputError as error:
        raise InputError([Mistake(place, path, m.text) for m in error.mistakes]) from None
