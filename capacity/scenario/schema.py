"""The language as a JSON Schema (draft 2020-12), for editors and other programs.

Everything comes from the models: kinds of settings, what they are called, the strings under them.
It knows form and not sense: that a role exists, that low <= likely, what a text amounts to.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema
from pydantic_core import core_schema

from capacity.scenario.document import Plan
from capacity.scenario.documentation import default_of, documentation, types_of
from capacity.scenario.horizon import Simulation
from capacity.scenario.kinds import KIND, Kind
from capacity.scenario.numbers import FORM_KEYS
from capacity.scenario.segment import NewAccounts
from capacity.scenario.structure import (
    BELONGS_TO,
    FILE_KNOWS,
    NO_SHORTFALL,
    SEATS,
    SEATS_ONLY,
    TRIGGERS,
    WHOLE_FIXED,
)
from capacity.scenario.task import Task
from capacity.scenario.team import Role

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]


def language() -> Json:
    """The JSON Schema of a scenario file."""
    found = Plan.model_json_schema(schema_generator=_Language)
    kinds: Json = {}
    schema: Json = _filled(found, kinds)
    parts = schema.pop("$defs")
    return {"$schema": DIALECT, "title": "A plan of capacity", **schema, "$defs": parts | kinds}


class _Language(GenerateJsonSchema):
    """What pydantic knows of the models, with the words and the rules of the language."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Json:
        """A setting may be left out, and is never empty."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        """The default is written by `model_schema`, as a planner would."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        """The name of a field is title enough."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        """A part of the language: its settings with their documentation, and its rules."""
        model: type[BaseModel] = schema["cls"]
        found = super().model_schema(schema)
        found.pop("title")
        texts, hints = documentation(model), types_of(model)
        for name, field in model.model_fields.items():
            setting = found["properties"][field.alias or name]
            setting["description"] = texts[name]
            default = default_of(field, hints[name])
            if default is not None:
                setting["default"] = default
        return found | rules(model)


def _filled(node: Any, kinds: Json) -> Any:
    """A schema with a reference, or a schema, in place of each kind."""
    if isinstance(node, Kind):
        return _of_kind(node, kinds)
    if isinstance(node, dict):
        kind = _of_kind(node[KIND], kinds) if isinstance(node.get(KIND), Kind) else {}
        return kind | {key: _filled(item, kinds) for key, item in node.items() if key != KIND}
    if isinstance(node, (list, tuple)):
        return [_filled(item, kinds) for item in node]
    return node


def _of_kind(kind: Kind, kinds: Json) -> Json:
    if not kind.name:
        return dict(_filled(kind.schema, kinds))
    name = re.sub(r"\W+", "_", kind.name)
    if name not in kinds:
        kinds[name] = {}  # its place in the order, before those that it is made of
        kinds[name] = _filled(kind.schema, kinds)
    return {"$ref": DEFAULT_REF_TEMPLATE.format(model=name)}


# --- rules between settings ----------------------------------------------------------------------


def rules(model: type[BaseModel]) -> Json:
    """What holds between the settings of a part, as far as their names and choices go."""
    if model is Plan:
        return {"allOf": [_names(), _accounts_from_one_place()]}
    if model is Task:
        return {"allOf": [_one_of(*TRIGGERS), *_trigger_rules(), _not_both("weight", "if_stopped")]}
    if model is Role:
        return {"allOf": [_one_of(*SEATS), _without("per", SEATS_ONLY)]}
    if model is NewAccounts:
        exact = [_not_both("by_month", "seasonality"), _not_both("by_month", "fixed", value=True)]
        return {"allOf": [_one_of("per_year", "by_month"), *exact]}
    if model is Simulation:
        return {"dependentRequired": {"metric": ["precision"]}}
    return {}


def _names() -> Json:
    """What things may be called, and that there are any."""
    plain: Json = {"pattern": r"^[^.]*$"}
    sections = {name: {"minProperties": 1, "propertyNames": plain} for name in ("tasks", "team")}
    reserved = {"not": {"enum": sorted({*FORM_KEYS, "default"})}}
    segments = {"minProperties": 1, "propertyNames": plain | reserved}
    events = {"propertyNames": plain}
    return {"properties": {**sections, "segments": segments, "events": events}}


def _accounts_from_one_place() -> Json:
    """A file of accounts, or a count in each segment."""
    with_file, by_count = (
        {"properties": {"segments": {"additionalProperties": rule}}}
        for rule in (_none_of(FILE_KNOWS), {"required": ["accounts"]})
    )
    return {"if": {"required": ["accounts"]}, "then": with_file, "else": by_count}


def _trigger_rules() -> list[Json]:
    departure = {"properties": {"on": {"const": "departure"}}, "required": ["on"]}
    return [
        {
            "if": {"required": ["fixed"]},
            "then": _none_of(WHOLE_FIXED),
            "else": _one_of("hours", "steps"),
        },
        {"if": departure, "then": _none_of(NO_SHORTFALL)},
        *(_belongs(key, trigger, values) for key, (trigger, values) in BELONGS_TO.items()),
    ]


def _belongs(key: str, trigger: str, values: tuple[str, ...]) -> Json:
    """A setting that stands only beside its trigger."""
    fits: Json = {"required": [trigger]}
    if values:
        fits["properties"] = {trigger: {"enum": list(values)}}
    return {"if": {"required": [key]}, "then": fits}


def _one_of(*keys: str) -> Json:
    return {"oneOf": [{"required": [key]} for key in keys]}


def _none_of(keys: tuple[str, ...]) -> Json:
    return {"not": {"anyOf": [{"required": [key]} for key in keys]}}


def _without(key: str, others: tuple[str, ...]) -> Json:
    return {"if": {"required": [key]}, "then": _none_of(others)}


def _not_both(one: str, other: str, **fixed: bool) -> Json:
    both: Json = {"required": [one, other]}
    if fixed:
        both["properties"] = {other: {"enum": [True, "on"]}}
    return {"not": both}
