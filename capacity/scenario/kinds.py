"""What a kind of setting is: how it is read, what a JSON Schema can say of it, how it is written.

A field of the language names its kind, and gets all three from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator
from pydantic_core import CoreSchema

JsonSchema = Mapping[str, Any]
"""A JSON Schema, in which a `Kind` may stand for the schema of that kind."""
KIND = "kind"
"""Under this key the schema of a field holds its kind, until all of them are put together."""


def as_it_is(raw: Any) -> Any:
    """What is written already as a planner would."""
    return raw


@dataclass(frozen=True, eq=False, repr=False)
class Kind:
    """A kind of setting, to be named in an `Annotated`.

    Attributes
    ----------
    read
        Turns what YAML gives into a frozen value, or raises `ValueError` with a sentence that
        ends in what to write instead. It may take pydantic's information as well.
    words
        What the setting takes, in a few words; † marks one number without a range, ‡ what may be
        given by segment, ¶ what may be given by pool.
    schema
        What a JSON Schema can say of it.
    write
        Turns what YAML gives into what a planner would write, with the same meaning.
    name
        Under which the schema is shared; it is repeated in each place where there is none.
    partly
        The schema where a value is merged into another and need not be whole; where there is
        none, it replaces the other.
    """

    read: Callable[..., Any]
    words: str
    schema: JsonSchema
    write: Callable[[Any], Any] = as_it_is
    name: str = ""
    partly: JsonSchema | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return PlainValidator(self.read).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {KIND: self}


def any_of(*schemas: JsonSchema | Kind) -> JsonSchema:
    """One of several ways to write a setting."""
    return {"anyOf": list(schemas)}


def mapping_of(values: JsonSchema | Kind, **rules: Any) -> JsonSchema:
    """A mapping with names of the user's own."""
    return {"type": "object", "additionalProperties": values, **rules}


def record(required: Mapping[str, Any], **optional: Any) -> JsonSchema:
    """A mapping with known keys and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def listed(items: JsonSchema | Kind) -> JsonSchema:
    """A list of at least one."""
    return {"type": "array", "items": items, "minItems": 1}


def written_each(write: Callable[[Any], Any], raw: Any) -> Any:
    """Each part of a mapping or a list as a planner would write it; a single value, too."""
    if isinstance(raw, dict):
        return {key: write(value) for key, value in raw.items()}
    return [write(item) for item in raw] if isinstance(raw, list) else write(raw)
