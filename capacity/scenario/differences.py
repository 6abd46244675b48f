"""What two scenarios say differently, whatever words they use for what is the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from capacity.calendar import month_label
from capacity.errors import Place
from capacity.estimates import Estimate, InTime
from capacity.scenario.churn import SBG, ShiftedBeta
from capacity.scenario.correlation import Correlation
from capacity.scenario.dated import ByDate
from capacity.scenario.days import is_by_date, read_month
from capacity.scenario.document import Plan
from capacity.scenario.documentation import default_of, types_of
from capacity.scenario.numbers import REMARKS
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import Marked, Trail, dotted
from capacity.scenario.samples import SAMPLES
from capacity.scenario.task import Step
from capacity.units import Span

NOTHING = "–"
_ALMOST = 1e-12
"""``1.1%`` and ``0.011`` are the same number, and not the same to the last bit."""
_DIGITS = 8
"""Of a SHA-256, enough to tell two contents of a file apart."""


@dataclass(frozen=True)
class Said:
    """What a scenario says: its values, how they were written, and the files that it names.

    Attributes
    ----------
    contents
        SHA-256 of the content of each file, by the path of the setting that names it.
    """

    plan: Plan
    marked: Marked
    contents: Mapping[Trail, str]


@dataclass(frozen=True)
class Difference:
    """One setting that two scenarios do not agree on.

    Attributes
    ----------
    path
        Where it stands in the scenario, as ``tasks.qbr.hours``.
    old, new
        What was written; a default where nothing was; ``–`` where there is nothing.
    remarks
        Old and new text of `source`, `note` and `evidence`, as far as they differ.
    old_place, new_place
        Where it was written; None where it was not.
    """

    path: str
    old: str
    new: str
    remarks: Mapping[str, tuple[str, str]]
    old_place: Place | None
    new_place: Place | None

    def __str__(self) -> str:
        said = self.old if self.old == self.new else f"{self.old} -> {self.new}"
        remarks = (f"{name}: {old} -> {new}" for name, (old, new) in self.remarks.items())
        places = [_line(place) for place in (self.old_place, self.new_place)]
        where = NOTHING if places == [NOTHING, NOTHING] else " -> ".join(places)
        return f"{self.path}: {'; '.join((said, *remarks))}  ({where})"


def _line(place: Place | None) -> str:
    if place is None:
        return NOTHING
    return place.file if place.line is None else f"{place.file}:{place.line}"


def differences(old: Said, new: Said) -> list[Difference]:
    """Every setting that two scenarios do not agree on, in the order of the language."""
    return list(_differing(_tree(old, old.plan, (), ()), _tree(new, new.plan, (), ()), old, new))


# --- the values of a scenario as a tree ----------------------------------------------------------


@dataclass(frozen=True)
class _Node:
    """A value, or what is inside of it by name.

    Attributes
    ----------
    path
        Where it stands; a step that is hours alone has the same path whether it is written as
        ``1h`` or ``{hours: 1h}``.
    written
        Where it was written, down to the value.
    value
        What it means; None where there are `parts`.
    text
        How it is said.
    contents
        SHA-256 of the files that it names.
    """

    path: Trail
    written: Trail
    value: object = None
    text: str = ""
    contents: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, _Node] | None = None


def _tree(said: Said, value: Any, path: Trail, written: Trail, unsaid: str = "") -> _Node:
    """What a value means, with how it was written, or would be where nobody wrote it."""
    raw = said.marked.written(written)
    if isinstance(value, Step) and value.role is None:
        inner = (*written, "hours") if isinstance(raw, dict) and "hours" in raw else written
        return _tree(said, value.hours, path, inner, unsaid)
    if isinstance(value, BySegment) and not value.values:
        lone = isinstance(raw, dict) and set(raw) == {"default"}
        here = (*written, "default") if lone else written
        return _tree(said, value.default, path, here, unsaid)
    if isinstance(value, tuple) and len(value) == 1 and not isinstance(value[0], Correlation):
        return _tree(said, value[0], path, (*written, 0) if isinstance(raw, list) else written)
    names = _names(value, raw)
    if names is None:
        return _leaf(said, value, path, written, raw, unsaid)
    defaults = _defaults(value)
    parts = {
        key: _tree(said, item, (*path, name), (*written, name), defaults.get(key, ""))
        for key, name, item in names
        if not _is_nothing(item)
    }
    return _Node(path, written, parts=parts)


def _is_nothing(value: Any) -> bool:
    """Whether nothing was said and nothing is assumed."""
    if isinstance(value, BySegment):
        return not value.values and (value.default is None or value.default == ())
    return value is None or value == ()


def _names(value: Any, raw: object) -> list[tuple[str, str | int, Any]] | None:
    """What is inside of a value: its name, the name as it was written, and the value there."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return [(f.alias or n, f.alias or n, getattr(value, n)) for n, f in fields]
    if isinstance(value, ShiftedBeta):
        names = ("alpha", "beta", *REMARKS)
        return [(SBG, SBG, {name: getattr(value, name) for name in names})]
    if isinstance(value, tuple) and value and isinstance(value[0], Correlation):
        return [(" and ".join(sorted(c.between)), i, c) for i, c in enumerate(value)]
    if isinstance(value, BySegment):
        is_said = value.default is not None and value.default != {}
        default = {"default": value.default} if is_said else {}
        return [(name, name, item) for name, item in {**value.values, **default}.items()]
    if isinstance(value, Mapping):
        if any(isinstance(key, int) for key in value) and isinstance(raw, dict):
            return [(month_label(read_month(m)), m, value[read_month(m)]) for m in raw]
        return [(name, name, item) for name, item in value.items()]
    return None


def _defaults(value: Any) -> dict[str, str]:
    """The settings of a part of the language as a planner would write their defaults."""
    if not isinstance(value, BaseModel):
        return {}
    hints = types_of(type(value))
    fields = type(value).model_fields.items()
    each = ((field.alias or name, default_of(field, hints[name])) for name, field in fields)
    return {name: _meant(default) for name, default in each if default is not None}


def _leaf(said: Said, value: Any, path: Trail, written: Trail, raw: object, unsaid: str) -> _Node:
    """A single value, with the remarks on it."""
    given = said.marked.values.get(written) is not None
    text = _text(raw) if given else f"{unsaid or _meant(value)} (default)"
    meaning: object = _meaning(value)
    if path in said.contents:
        meaning = (value, said.contents[path])
    named = (path, (*written, SAMPLES))
    contents = tuple(said.contents[trail] for trail in named if trail in said.contents)
    text += "".join(f" (SHA-256 {content[:_DIGITS]})" for content in contents)
    return _Node(path, written, meaning, text, contents, _remarks(raw))


def _remarks(raw: object) -> dict[str, str]:
    """Source, note and evidence of a number; of a list or by date, those of its items."""
    if isinstance(raw, list) or is_by_date(raw):
        each = [_remarks(item) for item in (raw if isinstance(raw, list) else raw.values())]
        names = [name for name in REMARKS if any(name in found for found in each)]
        return {name: _once([found.get(name, NOTHING) for found in each]) for name in names}
    given = raw if isinstance(raw, dict) else {}
    return {name: _meant(given[name]) for name in REMARKS if given.get(name) is not None}


def _once(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)


def _meaning(value: Any) -> object:
    """What can be compared of a value."""
    if isinstance(value, InTime):
        now = _begins(value)
        changes = tuple(_later(value, now))
        return (now, *changes) if changes else now
    if isinstance(value, Span):
        return (value.unit, value.amount)
    if isinstance(value, Correlation):
        return (frozenset(value.between), value.rho)
    if isinstance(value, tuple):
        items = tuple(_meaning(item) for item in value)
        return frozenset(items) if all(isinstance(item, str) for item in value) else items
    return value


def _begins(value: InTime[Any]) -> object:
    """What can be compared of the value with which the plan begins."""
    now = value.at_first
    return (now.form, *now.values) if isinstance(now, Estimate) else _meaning(now)


def _later(value: InTime[Any], now: object) -> Iterator[object]:
    """The days on which a number changes, and to what."""
    for day, then in value.later:
        if not _same(now, _meaning(then)):
            now = _meaning(then)
            yield (day, now)


def _meant(value: Any) -> str:
    if isinstance(value, Estimate):
        return value.text
    value = value.value if isinstance(value, ByDate) else value
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


def _text(raw: object) -> str:
    """A value as it would be written on one line, without its remarks."""
    if isinstance(raw, dict):
        inside = {key: item for key, item in raw.items() if key not in REMARKS}
        if list(inside) == ["value"]:
            return _text(inside["value"])
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in inside.items()) + "}"
    if isinstance(raw, list):
        return "[" + ", ".join(_text(item) for item in raw) + "]"
    return _meant(raw)


# --- two trees side by side ----------------------------------------------------------------------


def _differing(old: _Node, new: _Node, a: Said, b: Said) -> Iterator[Difference]:
    if old.parts is not None and new.parts is not None:
        for key in (*old.parts, *(key for key in new.parts if key not in old.parts)):
            one, other = old.parts.get(key), new.parts.get(key)
            if one and other:
                yield from _differing(one, other, a, b)
            elif one or other:
                yield _difference(one, other, a, b)
    elif _is_meant_otherwise(old, new) or old.remarks != new.remarks:
        yield _difference(old, new, a, b)


def _is_meant_otherwise(old: _Node, new: _Node) -> bool:
    """Whether two values differ of themselves.

    What is written alike in both can mean another thing only by another setting, such as a rate of
    exchange or the day on which the plan begins. That one is told, once, where it was written.
    """
    is_leaf = old.parts is None and new.parts is None
    is_alike = is_leaf and (old.text, old.contents) == (new.text, new.contents)
    return not is_alike and not _same(old.value, new.value)


def _difference(old: _Node | None, new: _Node | None, a: Said, b: Said) -> Difference:
    one, other = (node.remarks if node else {} for node in (old, new))
    pairs = {name: (one.get(name, NOTHING), other.get(name, NOTHING)) for name in REMARKS}
    node = new or old
    assert node is not None
    return Difference(
        path=dotted(node.path),
        old=_whole(old, a),
        new=_whole(new, b),
        remarks={name: (was, is_now) for name, (was, is_now) in pairs.items() if was != is_now},
        old_place=a.marked.values.get(old.written) if old else None,
        new_place=b.marked.values.get(new.written) if new else None,
    )


def _whole(node: _Node | None, said: Said) -> str:
    if node is None:
        return NOTHING
    return node.text if node.parts is None else _text(said.marked.written(node.written))


def _same(old: object, new: object) -> bool:
    """Whether two values mean the same; numbers up to their last digits."""
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=_ALMOST)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    return old == new
