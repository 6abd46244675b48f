"""Settings written over others: what is merged key by key, and what is replaced whole.

The schema knows. Parts of the language, and what is given by name, by segment or by month, are
mappings and merge. A number is one value however it is written, and so is a list.
"""

from __future__ import annotations

import copy
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel

from capacity.scenario.days import is_date
from capacity.scenario.document import Plan
from capacity.scenario.fields import by_month, is_by_segment
from capacity.scenario.horizon import Horizon
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.segment import NewAccounts
from capacity.scenario.settings import settings
from capacity.scenario.structure import LENGTHS, SEATS
from capacity.scenario.task import Step, Task
from capacity.scenario.task_structure import TRIGGERS, WHOLE_FIXED
from capacity.scenario.team import Role

_RIVALS: Mapping[object, tuple[tuple[str, ...], ...]] = {
    Horizon: (LENGTHS,),
    NewAccounts: (("per_year", "by_month"),),
    Task: (TRIGGERS, ("hours", "steps"), ("weight", "if_stopped")),
    Role: (SEATS,),
}
"""Settings of which a part has one at most."""


class Inside(NamedTuple):
    """What a mapping holds: how its keys are meant, and the type of the value behind a key."""

    meant: object
    type_of: Callable[[str], Any]


def inside(hint: Any, written: object, segments: frozenset[str]) -> Inside | None:
    """What is inside of a value of some type; None where it is one value, replaced whole.

    Parameters
    ----------
    hint
        Type of the setting; None where the language knows none.
    written
        What was written there. A setting that may be given by segment tells by its keys whether
        it is, and steps tell by the names of the segments.
    segments
        Names of the scenario's segments.
    """
    if not isinstance(written, Mapping):
        return None
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        found = (inside(arg, written, segments) for arg in typing.get_args(hint))
        return next((f for f in found if f), None)
    if hint is Step and not written.keys() & settings(Step):
        return inside(settings(Step)["hours"], written, segments)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return Inside(hint, settings(hint).get)
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        return Inside("name", lambda _name: of[1])
    if origin is BySegment:
        return _by_segment(of[0], written, segments)
    return None


def _by_segment(each: Any, written: Mapping[str, Any], segments: frozenset[str]) -> Inside | None:
    if each == dict[int, int]:  # hires
        is_split = not by_month(written)
    elif typing.get_origin(each) is dict:  # steps by name, unless all names are segments'
        is_split = written.keys() <= segments | {"default"}
    else:
        is_split = is_by_segment(written)
        if not is_split:
            return None
    return Inside("segment", lambda _name: each) if is_split else inside(each, written, segments)


def segments_in(*all_of: Marked) -> frozenset[str]:
    """Names of the segments of some files together."""
    named = (marked.data.get("segments") for marked in all_of)
    return frozenset(name for found in named if isinstance(found, dict) for name in found)


def merge(into: Marked, over: Marked) -> None:
    """Write settings over others, with their places.

    Setting one of two that exclude each other replaces the other: a trigger, hours or steps.
    """
    merger = _Merger(into, over, segments_in(into, over))
    merger.mapping(into.data, over.data, (), Inside(Plan, settings(Plan).get))
    if () in over.values:  # a whole file, which is where to look for what is missing
        into.file, into.values[()] = over.file, over.values[()]


def merge_at(into: Marked, over: Marked, path: Trail) -> None:
    """Write one setting over another; the mappings on the way to it must be there."""
    merger = _Merger(into, over, segments_in(into, over))
    hint: Any = Plan
    old: Any = into.data
    for depth, key in enumerate(path[:-1]):
        found = inside(hint, old, merger.segments)
        merger.replace_rivals(old, {path[depth]}, path[:depth], found)
        hint, old = found.type_of(str(key)) if found else None, old[key]
    found = inside(hint, old, merger.segments) or Inside(None, lambda _key: None)
    merger.mapping(old, {str(path[-1]): over.written(path)}, path[:-1], found)
    if found.meant is None and all(map(is_date, old)):  # a value of a number by date
        for day in sorted(old):
            old[day] = old.pop(day)


def below(marked: Marked, path: Trail) -> Marked:
    """What was written under a path, as if it stood at the top of a file."""
    data = marked.written(path)
    assert isinstance(data, dict)
    out = Marked(marked.file, copy.deepcopy(data), {}, {}, "")
    for inner in trails(data):
        for places, found in ((out.keys, marked.keys), (out.values, marked.values)):
            if (*path, *inner) in found:
                places[inner] = found[*path, *inner]
    return out


def trails(written: object) -> Iterator[Trail]:
    """Paths to all that is inside of a value."""
    items: Any = ()
    if isinstance(written, Mapping):
        items = written.items()
    elif isinstance(written, list):
        items = enumerate(written)
    for key, item in items:
        yield (key,)
        for inner in trails(item):
            yield (key, *inner)


def take_out(marked: Marked, path: Trail) -> None:
    """Remove a value that is there, with its places."""
    around: Any = marked.written(path[:-1])
    _forget(marked, path, around.pop(path[-1]))


def _forget(marked: Marked, path: Trail, value: object) -> None:
    for inner in ((), *trails(value)):
        marked.keys.pop((*path, *inner), None)
        marked.values.pop((*path, *inner), None)


@dataclass(frozen=True)
class _Merger:
    """Writes settings of one file into those of another."""

    into: Marked
    over: Marked
    segments: frozenset[str]

    def mapping(
        self, old: dict[str, Any], new: Mapping[str, Any], path: Trail, holds: Inside
    ) -> None:
        """Merge a mapping key by key."""
        self.replace_rivals(old, new.keys(), path, holds)
        for key, value in new.items():
            hint, here = holds.type_of(key), (*path, key)
            was = inside(hint, old.get(key), self.segments)
            comes = inside(hint, value, self.segments)
            if was and comes and was.meant == comes.meant:
                self.mapping(old[key], value, here, comes)
            else:
                self._replace(old, key, value, here)

    def replace_rivals(
        self, old: Mapping[str, Any], new: typing.Collection[Any], path: Trail, holds: Inside | None
    ) -> None:
        """Where one setting excludes another, the new one takes the place of the old."""
        for group in _RIVALS.get(holds.meant, ()) if holds else ():
            for key in group if set(group) & set(new) else ():
                if key in old and key not in new:
                    take_out(self.into, (*path, key))
        if holds and holds.meant is Task and "fixed" in new:
            for key in WHOLE_FIXED:
                if key in old and key not in new:
                    take_out(self.into, (*path, key))

    def _replace(self, old: dict[str, Any], key: str, value: object, here: Trail) -> None:
        _forget(self.into, here, old.get(key))
        old[key] = copy.deepcopy(value)
        for inner in ((), *trails(value)):
            trail = (*here, *inner)
            for places, found in (
                (self.into.keys, self.over.keys),
                (self.into.values, self.over.values),
            ):
                if trail in found:
                    places[trail] = found[trail]
