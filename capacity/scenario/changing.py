"""The numbers of a plan by their paths, and what of it changes in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from capacity.estimates import InTime
from capacity.scenario.churn import SBG, ShiftedBeta
from capacity.scenario.parts import BySegment
from capacity.scenario.reading import Trail
from capacity.scenario.task import Step


def changing(value: Any) -> Iterator[tuple[Trail, InTime[Any]]]:
    """All numbers and settings below a value that are given by date, with their paths."""
    return ((path, number) for path, number in numbers_in(value) if number.series)


def numbers_in(value: Any, path: Trail = ()) -> Iterator[tuple[Trail, InTime[Any]]]:
    """All numbers below a value, and the settings that may be given by date, with their paths."""
    if isinstance(value, InTime):
        yield path, value
        return
    for key, item in _inside(value):
        yield from numbers_in(item, path if key is None else (*path, key))


def _inside(value: Any) -> list[tuple[str | int | None, Any]]:
    """What a value is made of, by the key it is written under."""
    if isinstance(value, Step):
        return [(None, value.hours)]
    if isinstance(value, ShiftedBeta):
        return [(SBG, {"alpha": value.alpha, "beta": value.beta})]
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return [(field.alias or name, getattr(value, name)) for name, field in fields]
    if isinstance(value, BySegment):
        return [("default" if value.values else None, value.default), *value.values.items()]
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, tuple):
        return [(None if len(value) == 1 else i, item) for i, item in enumerate(value)]
    return []
