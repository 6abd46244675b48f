"""The register of assumptions: every input with its value, source, evidence and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from capacity.calendar import month_label
from capacity.errors import Place
from capacity.estimates import Estimate
from capacity.scenario.document import Plan
from capacity.scenario.fields import BySegment
from capacity.scenario.reading import Marked, Trail, dotted
from capacity.scenario.segment import Effect
from capacity.scenario.task import Step
from capacity.units import Span

DEFAULT = "default"
DERIVED = "derived"
_NOT_INPUTS = (
    "name",
    "description",
    "horizon",
    "accounts",
    "simulation",
    "source",
    "note",
    "evidence",
)


@dataclass(frozen=True)
class Assumption:
    """One input of a plan.

    Attributes
    ----------
    path
        Where it stands in the scenario, as ``tasks.qbr.hours``.
    value
        As it was written.
    source
        Where it comes from; None where nobody said.
    evidence
        ``measured``, ``published``, ``estimated``, ``default``, ``derived``, or None.
    place
        File, line and column; None for what was not written.
    wants_source
        Whether it is a number that can bear a source.
    """

    path: str
    value: str
    source: str | None
    evidence: str | None
    place: Place | None
    wants_source: bool


def register(plan: Plan, marked: Marked) -> list[Assumption]:
    """Every input of a plan, in the order of the language; defaults appear as such."""
    return list(_walk(plan, (), marked, None))


def _walk(value: Any, path: Trail, marked: Marked, effect: Effect | None) -> Iterator[Assumption]:
    if isinstance(value, BaseModel):
        here = value if isinstance(value, Effect) else effect
        for name, field in type(value).model_fields.items():
            if path or name not in _NOT_INPUTS:
                if name not in ("source", "note", "evidence"):
                    yield from _walk(
                        getattr(value, name), (*path, field.alias or name), marked, here
                    )
    elif isinstance(value, Estimate):
        yield _number(value, path, marked, effect)
    elif isinstance(value, BySegment):
        if value.default is not None:
            yield from _walk(
                value.default, (*path, "default") if value.values else path, marked, effect
            )
        yield from _walk(dict(value.values), path, marked, effect)
    elif isinstance(value, Step):
        yield from _walk(value.hours, path, marked, effect)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            label = month_label(key) if isinstance(key, int) else str(key)
            yield from _walk(item, (*path, label), marked, effect)
    elif isinstance(value, tuple) and value and isinstance(value[0], Estimate):
        single = len(value) == 1
        for i, item in enumerate(value):
            yield from _walk(item, path if single else (*path, i), marked, effect)
    elif value is not None and value != ():
        yield _setting(value, path, marked)


def _written(path: Trail, marked: Marked) -> Place | None:
    return marked.values.get(path)


def _number(value: Estimate, path: Trail, marked: Marked, effect: Effect | None) -> Assumption:
    place = _written(path, marked)
    source = value.source or (effect.source if effect else None)
    evidence = value.evidence or (effect.evidence if effect else None)
    given = place is not None
    return Assumption(
        dotted(path), value.text, source, evidence if given else DEFAULT, place, given
    )


def _setting(value: Any, path: Trail, marked: Marked) -> Assumption:
    place = _written(path, marked)
    text = (
        str(value)
        if isinstance(value, Span) or not isinstance(value, tuple)
        else ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    )
    return Assumption(dotted(path), text, None, None if place else DEFAULT, place, False)
