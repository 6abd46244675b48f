"""What a file says of the files that it begins from, and how it differs from them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from capacity.scenario.fields import Text
from capacity.scenario.kinds import JsonSchema, Kind, any_of
from capacity.scenario.parts import Part, PartsError
from capacity.scenario.reading import Trail

A_CHANGE = "{name: hire in spring, set: {team: {csm: {hires: {2027-03: 1}}}}}"


def read_each_once(raw: object, what: str, example: str) -> tuple[str, ...]:
    """A list of texts of a kind, or a single one; each only once."""
    mend = f"Write {what}, as in {example}"
    if raw == []:
        raise ValueError(f"is an empty list. {mend}")
    items = raw if isinstance(raw, list) else [raw]
    texts: dict[str, None] = {}
    faults: list[tuple[Trail, str]] = []
    for i, item in enumerate(items):
        where: Trail = (i,) if isinstance(raw, list) else ()
        text = item.strip() if isinstance(item, str) else ""
        if not text:
            found = "is empty" if item is None or item == "" else f"{item!r} is none"
            faults.append((where, f"{found}. {mend}"))
        elif text in texts:
            faults.append((where, f"{text} stands there already. Write it once"))
        texts[text] = None
    if faults:
        raise PartsError(faults)
    return tuple(texts)


def read_files(raw: object) -> tuple[str, ...]:
    """Names of scenario files: the base first, fragments after it."""
    return read_each_once(raw, "the name of a scenario file", "base.yaml")


def read_paths(raw: object) -> tuple[str, ...]:
    """Paths of settings."""
    return read_each_once(raw, "the path of a setting", "tasks.qbr.steps.training")


def read_settings(raw: object) -> dict[str, Any]:
    """Sections of a scenario; what stands in them is judged where all files are put together."""
    if not isinstance(raw, dict) or not raw:
        found = "is empty" if not raw else f"{raw!r} is not settings"
        raise ValueError(f"{found}. Write set: {{tasks: {{qbr: {{every: month}}}}}}")
    faults: list[tuple[Trail, str]] = []
    for key in raw:
        if key in Variant.model_fields:
            faults.append(((key,), "belongs to a file. Write it at the top of one"))
        elif "." in key:
            nested = "{".join(f"{part}: " for part in key.split(".")) + "…"
            text = f"is a path. Write {{{nested}{'}' * (key.count('.') + 1)}"
            faults.append(((key,), text))
    if faults:
        raise PartsError(faults)
    return raw


def read_changes(raw: object) -> object:
    """A list; what is in it is read one by one."""
    if not isinstance(raw, list):
        found = "is empty" if raw is None else "is not a list"
        raise ValueError(f"{found}. Write each change behind a dash, as in - {A_CHANGE}")
    return raw


_NAME: JsonSchema = {"type": "string", "pattern": r"\S"}
_NAMES = any_of(_NAME, {"type": "array", "items": _NAME, "minItems": 1, "uniqueItems": True})
PARTLY = "PartOfPlan"
"""What the schema calls sections of a scenario that need not be whole."""
Extended = Annotated[tuple[str, ...], Kind(read_files, "file, or a list of them", _NAMES)]
Paths = Annotated[tuple[str, ...], Kind(read_paths, "path, or a list of them", _NAMES)]
Sections = Annotated[
    dict[str, Any],
    Kind(read_settings, "settings", {"$ref": f"#/$defs/{PARTLY}", "minProperties": 1}),
]


class NamedChange(Part):
    """One change, with a name by which its part of a difference can be told."""

    name: Text
    """What is done, in words; no two changes of a scenario have the same."""
    set_: Sections = Field(default={}, alias="set")
    """Settings to write, as they would stand in a file; [what they replace](#variants)."""
    remove: Paths = ()
    """Paths of settings to take out before that, such as `tasks.onboarding.steps.training`."""


class Variant(Part):
    """How a file differs from the files that it begins from."""

    extends: Extended = ()
    """The scenario file that this one begins from; or a list: the base, then fragments."""
    changes: Annotated[tuple[NamedChange, ...], BeforeValidator(read_changes)] = ()
    """What is changed, in order."""
