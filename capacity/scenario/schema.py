"""The language as a JSON Schema (draft 2020-12), for editors and other programs.

Everything comes from the models: kinds of settings, what they are called, the strings under them.
It knows form and not sense: that a role exists, that low <= likely, what a text amounts to.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema
from pydantic_core import core_schema

from capacity.calendar import WEEK
from capacity.scenario.by_pool import BY_POOL_AND_MONTH
from capacity.scenario.days import DATE, MONTH_SCHEMA
from capacity.scenario.document import Plan
from capacity.scenario.documentation import default_of, documentation, types_of
from capacity.scenario.fields import BY_NAME
from capacity.scenario.horizon import Horizon, Simulation
from capacity.scenario.kinds import KIND, Kind
from capacity.scenario.numbers import FORM_KEYS
from capacity.scenario.pool import DATES_AND_NUMBERS
from capacity.scenario.segment import NewAccounts
from capacity.scenario.settings import by_name
from capacity.scenario.structure import FILE_KNOWS, LENGTHS, ONE_POOL, SEATS, SEATS_ONLY
from capacity.scenario.task import Task
from capacity.scenario.task_structure import BELONGS_TO, NO_SHORTFALL, TRIGGERS, WHOLE_FIXED
from capacity.scenario.team import Role
from capacity.scenario.variant import PARTLY, NamedChange, Variant

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_THE_WHOLE = ("required", "dependentRequired", "allOf")
"""What a schema says of the settings of a part together."""
_PART_OF = "PartOf"
Json = dict[str, Any]


def language() -> Json:
    """The JSON Schema of a scenario file: a whole plan, or one that begins from other files."""
    plan, variant = (m.model_json_schema(schema_generator=_Language) for m in (Plan, Variant))
    own, changes = variant["properties"], variant["$defs"]
    parts = plan.pop("$defs")
    part_of_plan = {**_partly(plan), "allOf": [_names()]}
    kinds: Json = {}
    whole = {"Plan": _beside(plan, own), **parts, **changes}
    partly = {"Variant": _beside(part_of_plan, own), PARTLY: part_of_plan}
    partly |= {_PART_OF + name: _partly(part) for name, part in parts.items()}
    return {
        "$schema": DIALECT,
        "title": "A plan of capacity",
        "type": "object",
        "if": {"anyOf": [{"required": [key]} for key in own]},
        "then": _reference("Variant"),
        "else": _reference("Plan"),
        "$defs": _filled(whole, kinds) | _filled(partly, kinds, partly=True) | kinds,
    }


def _beside(part: Json, more: Json) -> Json:
    """A part with more settings."""
    return {**part, "properties": part["properties"] | more}


def _partly(node: Any) -> Any:
    """What a part takes where it is merged into another: each setting, and no rules between."""
    if not isinstance(node, dict):
        return node
    kept = {key: item for key, item in node.items() if key not in _OF_THE_WHOLE}
    if "$ref" in kept:
        kept |= _reference(_PART_OF + kept["$ref"].rpartition("/")[2])
    return {key: _partly(item) for key, item in kept.items()}


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


def _filled(node: Any, kinds: Json, *, partly: bool = False) -> Any:
    """A schema with a reference, or a schema, in place of each kind."""
    if isinstance(node, Kind):
        return _of_kind(node, kinds, partly=partly)
    if isinstance(node, dict):
        kind = node.get(KIND)
        found = _of_kind(kind, kinds, partly=partly) if isinstance(kind, Kind) else {}
        rest = {key: item for key, item in node.items() if key != KIND}
        return found | {key: _filled(item, kinds, partly=partly) for key, item in rest.items()}
    if isinstance(node, (list, tuple)):
        return [_filled(item, kinds, partly=partly) for item in node]
    return node


def _of_kind(kind: Kind, kinds: Json, *, partly: bool) -> Json:
    if partly and kind.partly:
        kind = replace(kind, schema=kind.partly, name=f"part of {kind.name}", partly=None)
    if not kind.name:
        return dict(_filled(kind.schema, kinds, partly=partly))
    name = re.sub(r"\W+", "_", kind.name)
    if name not in kinds:
        kinds[name] = {}  # its place in the order, before those that it is made of
        kinds[name] = _filled(kind.schema, kinds, partly=partly)
    return _reference(name)


def _reference(name: str) -> Json:
    return {"$ref": DEFAULT_REF_TEMPLATE.format(model=name)}


# --- rules between settings ----------------------------------------------------------------------


def rules(model: type[BaseModel]) -> Json:
    """What holds between the settings of a part, as far as their names and choices go."""
    if model is Plan:
        return {"allOf": [_names(fewest=1), _accounts_from_one_place()]}
    if model is Horizon:
        return {"allOf": [_one_of(*LENGTHS), _by_month_or_by_week()]}
    if model is Task:
        return {"allOf": [_one_of(*TRIGGERS), *_trigger_rules(), _not_both("weight", "if_stopped")]}
    if model is Role:
        return {"allOf": [_one_of(*SEATS), _without("per", SEATS_ONLY), *_pools()]}
    if model is NamedChange:
        return {"anyOf": [{"required": ["set"]}, {"required": ["remove"]}]}
    if model is NewAccounts:
        exact = [_not_both("by_month", "seasonality"), _not_both("by_month", "fixed", value=True)]
        return {"allOf": [_one_of("per_year", "by_month"), *exact]}
    if model is Simulation:
        return {"dependentRequired": {"metric": ["precision"]}}
    return {}


def _names(fewest: int = 0) -> Json:
    """What things may be called, and how many there are at least."""
    plain: Json = {"pattern": r"^(?=.*\S)[^.\r\n]*$"}
    several = {"minProperties": fewest, "propertyNames": plain}
    sections = dict.fromkeys(("tasks", "team"), several)
    reserved = {"not": {"anyOf": [{"enum": sorted({*FORM_KEYS, "default"})}, {"pattern": DATE}]}}
    segments = {"minProperties": fewest, "propertyNames": plain | reserved}
    events = {"propertyNames": plain}
    return {"properties": {**sections, "segments": segments, "events": events}}


def _accounts_from_one_place() -> Json:
    """A file of accounts, or a count in each segment."""
    with_file, by_count = (
        {"properties": {"segments": {"additionalProperties": rule}}}
        for rule in (_none_of(FILE_KNOWS), {"required": ["accounts"]})
    )
    return {"if": {"required": ["accounts"]}, "then": with_file, "else": by_count}


def _by_month_or_by_week() -> Json:
    """Weeks, and a start within a month, only where periods are weeks."""
    by_week = {"properties": {"step": {"const": WEEK.name}}, "required": ["step"]}
    by_month = {"properties": {"start": MONTH_SCHEMA}, **_none_of(("weeks",))}
    return {"if": by_week, "else": by_month}


def _pools() -> list[Json]:
    """Values by pool only where there are pools, and there each pool's own seats."""
    forms = {name: BY_POOL_AND_MONTH if name == "hires" else BY_NAME for name in by_name(Role)}
    nobody: Json = {"enum": [0, {}]}
    alone = {"properties": {name: {"not": form} for name, form in forms.items()}}
    split = {"properties": {name: {"anyOf": [forms[name], nobody]} for name in ONE_POOL}}
    column = {"properties": {"split": {"not": {"enum": list(DATES_AND_NUMBERS)}}}}
    return [{"if": {"required": ["split"]}, "then": split, "else": alone}, column]


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
