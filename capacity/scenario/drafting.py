"""What is known of a plan in which something is wrong: a draft, by which the rest is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from capacity.scenario.document import Plan
from capacity.scenario.reading import Trail
from capacity.scenario.settings import part_of, settings
from capacity.scenario.unknown import UNKNOWN

_MOST_TURNS = 5
"""Taking out what is wrong may leave a part without what it requires, up to the whole plan."""


def draft(
    data: dict[str, Any], context: dict[str, Any], wrong: Iterable[Trail], refused: Iterable[Trail]
) -> Plan | None:
    """A plan in which all that is wrong is unknown; None where too little of it is left.

    Parameters
    ----------
    data
        The settings, which are changed.
    context
        What they are read with.
    wrong
        Paths of what was found to be wrong before values are read.
    refused
        Paths of the values that could not be read.
    """
    trails = list(refused)
    told = [*wrong, *trails]
    for _ in range(_MOST_TURNS):
        for trail in trails:
            if _take_out(Plan, data, trail):
                _fill_up(data)
        try:
            plan = Plan.model_validate(data, context=context)
        except ValidationError as error:
            trails = [tuple(fault["loc"]) for fault in error.errors()]
            told += trails
        else:
            return forget(plan, told)
    return None


def forget(plan: Plan, trails: Iterable[Trail], *, parts: bool = True) -> Plan:
    """A plan of which some settings are unknown, too.

    Parameters
    ----------
    trails
        Paths of the settings; they may lead inside of one.
    parts
        Whether a path to a part of the language means all of its settings, or says that the part
        lacks one.
    """
    found = plan.model_copy()
    for trail in trails:
        _forget(found, trail, parts=parts)
    return found


def _forget(part: BaseModel, trail: Trail, *, parts: bool) -> None:
    if not trail:
        unknown = dict.fromkeys(type(part).model_fields, UNKNOWN) if parts else {}
        part.__dict__.update(unknown)
        return
    key, *rest = trail
    fields = type(part).model_fields
    name = next((n for n, field in fields.items() if key in (field.alias, n)), None)
    if name is None:
        return  # no setting, which changes nothing of those that are
    found = part.__dict__[name]
    if isinstance(found, BaseModel) and rest:
        part.__dict__[name] = found.model_copy()
        _forget(part.__dict__[name], tuple(rest), parts=parts)
    elif _is_named(part, str(key)) and isinstance(found, dict) and rest:
        part.__dict__[name] = dict(found)
        if item := found.get(str(rest[0])):
            part.__dict__[name][rest[0]] = item.model_copy()
            _forget(part.__dict__[name][rest[0]], tuple(rest[1:]), parts=parts)
    else:
        part.__dict__[name] = UNKNOWN


def _is_named(part: BaseModel, key: str) -> bool:
    """Whether a setting holds a part of the language for each name."""
    inside, named = part_of(settings(type(part))[key])
    return inside is not None and named


def _take_out(model: type[BaseModel], around: Any, trail: Trail) -> bool:
    """Take what is wrong out of a part; whether nothing is left of the part by that."""
    if not trail or not isinstance(around, dict) or trail[0] not in around:
        return True
    key, *rest = trail
    part, named = part_of(settings(model).get(str(key)))
    if part and named and rest and isinstance(around[key], dict):
        if _take_out(part, around[key].get(rest[0]), tuple(rest[1:])):
            around[key][rest[0]] = _blank(part)
    elif part and named:
        around[key] = {}
    elif part is None or _take_out(part, around[key], tuple(rest)):
        del around[key]
    return False


def _fill_up(data: dict[str, Any]) -> None:
    """Give a plan what it requires and lacks; all of that is unknown."""
    for key, hint in settings(Plan).items():
        if key not in data and Plan.model_fields[key].is_required():
            part, named = part_of(hint)
            data[key] = {} if named else _blank(part) if part else "?"


def _blank(part: type[BaseModel]) -> BaseModel:
    """A part of which nothing is known."""
    return part.model_construct(**dict.fromkeys(part.model_fields, UNKNOWN))
