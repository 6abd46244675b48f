"""Settings that the language does not have, with the nearest that it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from capacity.scenario.composing import NO_BREAK, NO_BREAK_MEND
from capacity.scenario.document import Plan
from capacity.scenario.parts import nearest
from capacity.scenario.reading import Trail
from capacity.scenario.settings import Finding, part_of, settings
from capacity.scenario.variant import A_CHANGE, NamedChange, Variant

_PASTED = f" {NO_BREAK_MEND}."
_CUT_OFF = " In braces a comma ends a value: write 10.5%, 90_000 or [smb, enterprise] there."


def unknown_settings(data: dict[str, Any]) -> Iterator[Finding]:
    """Settings that the language does not have; they are taken out of the data."""
    for key in settings(Variant):
        if key in data:
            yield (key,), True, "belongs to a file. Write it at the top of one"
            del data[key]
    yield from _unknown(Plan, data, (), "A scenario", settings(Variant))


def unknown_in(model: type[BaseModel], data: dict[str, Any], kind: str) -> Iterator[Finding]:
    """The same of a file that is one part of the language."""
    return _unknown(model, data, (), kind)


def unknown_in_changes(data: dict[str, Any]) -> Iterator[Finding]:
    """The same of the settings by which a file differs from others; and changes of nothing."""
    changes = data.get("changes")
    for i, change in enumerate(changes if isinstance(changes, list) else ()):
        path = ("changes", i)
        if not isinstance(change, dict):
            found = "is empty" if change is None else f"{change!r} is no change"
            yield path, False, f"{found}. Write {A_CHANGE}"
            continue
        if set(change) <= {"name"}:
            yield path, False, "changes nothing. Write `set:` or `remove:` beside its name"
        yield from _unknown(NamedChange, change, path, "A change")


def _unknown(
    model: type[BaseModel], data: Any, path: Trail, kind: str, beside: Iterable[str] = ()
) -> Iterator[Finding]:
    """Settings of a part that it does not have; `kind` is what the part is called.

    What may stand beside the settings of the part is named with them.
    """
    if not isinstance(data, dict):
        found = "is empty" if data is None else f"{data!r} is not a mapping"
        yield path, False, f"{found}. Write settings under `{path[-1]}:`"
        return
    known = settings(model)
    for key in list(data):
        part, named = part_of(known[key]) if key in known else (None, False)
        if key not in known:
            names = [*known, *beside]
            hint = nearest(key, names) or (_CUT_OFF if data[key] is None else "")
            hint += _PASTED if NO_BREAK in key else ""
            text = f"no such setting.{hint} {kind} takes {', '.join(names)}"
            yield (*path, key), True, text
            del data[key]
        elif part and named and isinstance(data[key], dict):
            for name, item in data[key].items():
                yield from _unknown(part, item, (*path, key, name), _one(part.__name__.lower()))
        elif part:
            yield from _unknown(part, data[key], (*path, key), f"`{key}`")
        elif data[key] is None:
            yield (*path, key), False, "is empty. Write a value, or leave the setting out"


def _one(word: str) -> str:
    """``A task``, ``An event``."""
    return f"{'An' if word[0] in 'aeiou' else 'A'} {word}"
