"""The settings of each part of the language, and what can be read from the data by them alone."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from capacity.scenario.days import month_instead
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.reading import Trail

Finding = tuple[Trail, bool, str]
"""A path, whether its key is meant (else its value), and what is wrong."""


def by_name(model: type[BaseModel]) -> list[str]:
    """Settings of a part that may be given by segment, or by pool."""
    return [name for name, hint in settings(model).items() if _holds(hint, BySegment)]


def _holds(hint: Any, kind: type) -> bool:
    return typing.get_origin(hint) is kind or any(_holds(a, kind) for a in typing.get_args(hint))


@cache
def settings(model: type[BaseModel]) -> Mapping[str, Any]:
    """Names and types of the settings of a part of the language, as written in YAML."""
    hints = typing.get_type_hints(model)
    return {field.alias or name: hints[name] for name, field in model.model_fields.items()}


def part_of(hint: Any) -> tuple[type[BaseModel] | None, bool]:
    """The part of the language that a type holds, and whether there is one for each name."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint, False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        found = [part_of(arg) for arg in typing.get_args(hint)]
        return next((f for f in found if f[0]), (None, False))
    if typing.get_origin(hint) is dict:
        return part_of(typing.get_args(hint)[1])[0], True
    return None, False


def mapping_in(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What stands under a key; nothing where that is no mapping."""
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def no_such(kind: str, name: str, known: Mapping[str, Any]) -> str:
    """What to say of a name that is none of those known."""
    if kind == "segment" and (mend := month_instead(name)):
        return mend
    return f"no {kind} is called `{name}`.{nearest(name, known)} Known: {', '.join(known)}"
