"""What can be said of a scenario by its keys alone: unknown settings, names, choices.

These checks run on the plain data, before any value is read, so that they report even where
values are wrong too.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeGuard

from pydantic import BaseModel

from capacity.calendar import WEEK
from capacity.scenario.currencies import OWN, rates_of
from capacity.scenario.days import is_by_date, is_date, month_instead, read_month
from capacity.scenario.document import ACCOUNT_COLUMNS, Plan
from capacity.scenario.fields import by_month, is_by_segment, name_said
from capacity.scenario.numbers import FORM_KEYS, KNOWN
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.pool import OWNER, REGION, can_split
from capacity.scenario.reading import Trail
from capacity.scenario.team import Role
from capacity.scenario.variant import A_CHANGE, NamedChange, Variant
from capacity.scenario.where import columns_in

Finding = tuple[Trail, bool, str]
"""A path, whether its key is meant (else its value), and what is wrong."""

_CUT_OFF = " In braces a comma ends a value: write 10.5%, 90_000 or [smb, enterprise] there."
MOST_NAMES = 500
"""Segments, tasks, roles or events of one plan."""
TRIGGERS = ("every", "on", "rate", "fixed")
BY_SEGMENT = (*TRIGGERS, "share", "hours", "steps", "priority", "defer")
BELONGS_TO = {
    "aligned": ("every", ()),
    "over": ("on", ("start", "renewal")),
    "lead": ("on", ("renewal",)),
    "seasonality": ("rate", ()),
}
"""The trigger that a setting needs, and the values of it where not all will do."""
WHOLE_FIXED = ("hours", "steps", "share")
"""What `fixed` says itself."""
NO_SHORTFALL = ("weight", "if_stopped", "enough", "coverage_today")
"""What the hand-over of accounts has not."""
FILE_KNOWS = ("accounts", "arr", "completed_terms")
"""Settings of a segment that a file of accounts takes the place of."""
LENGTHS = ("months", "weeks")
SEATS = ("headcount", "people", "per")
"""The ways to say who is there."""
ONE_POOL = ("headcount", "hires")
"""What cannot be the same for every pool unasked: ten seats, or ten in each?"""
SEATS_ONLY = (
    "split",
    "hires",
    "slips",
    "attrition",
    "overloaded_attrition",
    "backfill",
    "time_to_hire",
    "ramp",
    "departure",
)


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


def crowds(data: Mapping[str, Any]) -> Iterator[Finding]:
    """More things of a kind than a plan can have; rules between them would take for ever."""
    for section in ("segments", "tasks", "team", "events"):
        number = len(_mapping(data, section))
        if number > MOST_NAMES:
            text = f"has {number:,} entries. Write at most {MOST_NAMES}"
            yield (section,), True, text


def inconsistencies(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that are not there, and settings that exclude or need each other."""
    segments = _mapping(data, "segments")
    roles = _mapping(data, "team")
    yield from _reserved(segments)
    yield from _dotted_names(data)
    yield from _horizon(_mapping(data, "horizon"))
    for name, task in _mapping(data, "tasks").items():
        if isinstance(task, dict):
            yield from _task(("tasks", name), task, segments, roles)
    for name, role in roles.items():
        if isinstance(role, dict):
            yield from _role(("team", name), role, roles)
    for name, event in _mapping(data, "events").items():
        if isinstance(event, dict):
            yield from _event(("events", name), event, _mapping(data, "tasks"))
    tasks = _mapping(data, "tasks")
    for task in _mapping(_mapping(data, "finance"), "absorbed"):
        if task not in tasks:
            yield ("finance", "absorbed", task), True, _no_such("task", task, tasks)
    if data.get("accounts"):
        yield from _beside_file(segments)
        columns = _mapping(_mapping(data, "accounts"), "columns")
        tasks, money = (
            _mapping(data, "tasks"),
            (data.get("currency", OWN), rates_of(data.get("fx"))),
        )
        asked = [c for t in tasks for c in columns_in(_mapping(tasks, t).get("where"), *money)]
        yield from _columns(columns, roles, asked)


def _columns(
    columns: Mapping[str, Any], roles: Mapping[str, Any], asked: Iterable[str]
) -> Iterator[Finding]:
    """What is no column of an account, and what nobody is split by or asks for.

    Another name may be that of a column for which the `where` of a variant asks, unless it is so
    close to a known one that this is meant.
    """
    splits = [name_said(_mapping(roles, name).get("split")) for name in roles]
    known = list(dict.fromkeys((*ACCOUNT_COLUMNS, OWNER, REGION, *filter(None, splits), *asked)))
    for name in columns:
        hint = nearest(name, known)
        if name not in known and (hint or not name.isidentifier()):
            text = f"is nothing of an account.{hint} Known: {', '.join(known)}"
            yield ("accounts", "columns", name), True, text


def _beside_file(segments: Mapping[str, Any]) -> Iterator[Finding]:
    for name, segment in segments.items():
        for key in FILE_KNOWS:
            if isinstance(segment, dict) and key in segment:
                text = f"stands beside a file of accounts. Leave out `{key}`, or `accounts.file`"
                yield ("segments", name, key), True, text


def _horizon(horizon: Mapping[str, Any]) -> Iterator[Finding]:
    """One length, and weeks where periods are weeks."""
    by_weeks = horizon.get("step") == WEEK.name
    if horizon and not set(LENGTHS) & set(horizon):
        text = "has no length. Write `months: 12`, or `weeks: 52` beside `step: week`"
        yield ("horizon",), True, text
    if set(LENGTHS) <= set(horizon):
        yield ("horizon", "weeks"), True, "stands beside `months`. Write one of them"
    elif "weeks" in horizon and not by_weeks:
        text = "belongs to `step: week`. Write that beside it, or the length in `months`"
        yield ("horizon", "weeks"), True, text
    if "start" in horizon and not by_weeks:
        try:
            read_month(horizon["start"])
        except ValueError as error:
            yield ("horizon", "start"), False, str(error)


def _mapping(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _reserved(segments: Mapping[str, Any]) -> Iterator[Finding]:
    for name in segments:
        if name in FORM_KEYS or name == "default" or is_date(name):
            text = f"`{name}` has a meaning of its own in numbers. Call the segment otherwise"
            yield ("segments", name), True, text


def _dotted_names(data: Mapping[str, Any]) -> Iterator[Finding]:
    for section in ("segments", "tasks", "team", "events"):
        for name in _mapping(data, section):
            if "." in name:
                text = "a dot separates the settings of a path. Write the name without it"
                yield (section, name), True, text


def _task(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any], roles: Mapping[str, Any]
) -> Iterator[Finding]:
    if segments:
        yield from _known_segments(path, task, segments)
    if roles:
        yield from _known_roles(path, task, segments, roles)
    triggers = [key for key in TRIGGERS if key in task]
    if not triggers:
        yield path, True, f"has no trigger. Write one of {', '.join(TRIGGERS)}"
    for extra in triggers[1:]:
        known = ", ".join(TRIGGERS)
        text = f"a second trigger beside `{triggers[0]}`. A task has exactly one of {known}"
        yield (*path, extra), True, text
    yield from _excluded(path, task, triggers[0] if triggers else None)
    if task.get("on") == "departure":
        yield from _departure(path, task, roles)


def _known_roles(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any], roles: Mapping[str, Any]
) -> Iterator[Finding]:
    for where, part in ((path, task), *_steps(path, task, segments)):
        role = name_said(part.get("role")) if isinstance(part, dict) else None
        if role is not None and role not in roles:
            yield (*where, "role"), False, _no_such("role", role, roles)


def _known_segments(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any]
) -> Iterator[Finding]:
    named = task.get("segments")
    for i, said in enumerate(named if isinstance(named, list) else [named]):
        name = name_said(said)
        if name is not None and name not in segments:
            where = (*path, "segments", i) if isinstance(named, list) else (*path, "segments")
            yield where, False, _no_such("segment", name, segments)
    for key in BY_SEGMENT:
        value = task.get(key)
        steps = key == "steps" and not set(_mapping(task, key)) & set(segments)
        if _is_by_segment(value) and not steps:
            for name in value:
                if name not in segments and name != "default":
                    yield (*path, key, name), True, _no_such("segment", name, segments)


def _steps(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any]
) -> Iterator[tuple[Trail, Any]]:
    steps = _mapping(task, "steps")
    if steps and set(steps) <= set(segments) | {"default"}:
        for segment, named in steps.items():
            for name, step in (named if isinstance(named, dict) else {}).items():
                yield (*path, "steps", segment, name), step
    else:
        for name, step in steps.items():
            yield (*path, "steps", name), step


def _is_by_segment(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a setting is given by segment, or by task."""
    return isinstance(value, dict) and not set(value) & FORM_KEYS and not is_by_date(value)


def _no_such(kind: str, name: str, known: Mapping[str, Any]) -> str:
    if kind == "segment" and (mend := month_instead(name)):
        return mend
    return f"no {kind} is called `{name}`.{nearest(name, known)} Known: {', '.join(known)}"


def _excluded(path: Trail, task: dict[str, Any], trigger: str | None) -> Iterator[Finding]:
    if "weight" in task and "if_stopped" in task:
        text = "stands beside `if_stopped`. A task has a part in the team's value or one of its own"
        yield (*path, "weight"), True, text
    if "hours" in task and "steps" in task:
        yield (*path, "steps"), True, "stands beside `hours`. Write one of them"
    if trigger == "fixed":
        yield from _fixed(path, task)
    elif trigger and "hours" not in task and "steps" not in task:
        yield path, True, "has no hours. Write `hours: 3h`, or `steps:` with hours for each"
    for key, (needed, values) in BELONGS_TO.items():
        fits = trigger == needed and (not values or task.get(needed) in values)
        if trigger and key in task and not fits:
            wanted = " or ".join(f"`{needed}: {value}`" for value in values) or f"`{needed}`"
            text = f"belongs to {wanted}. Leave it out, or change the trigger"
            yield (*path, key), True, text


def _departure(path: Trail, task: dict[str, Any], roles: Mapping[str, Any]) -> Iterator[Finding]:
    for key in NO_SHORTFALL:
        if key in task:
            text = (
                "stands beside `on: departure`, which knows no shortfall. Leave it out, and say "
                "what the loss of a face does by the role's `departure`"
            )
            yield (*path, key), True, text
    name = name_said(task.get("role"))
    if name is not None and "per" in _mapping(roles, name):
        text = f"heads of {name} follow from other roles and never leave. Name a role with seats"
        yield (*path, "role"), False, text


def _fixed(path: Trail, task: dict[str, Any]) -> Iterator[Finding]:
    for key in WHOLE_FIXED:
        if key in task:
            text = "stands beside `fixed`, which is in hours already. Leave it out"
            yield (*path, key), True, text
    if not _is_by_segment(task["fixed"]):
        for key in ("priority", "defer"):
            if _is_by_segment(task.get(key)):
                text = "differs by segment, but the work of `fixed` is one. Write one value"
                yield (*path, key), False, text


def _role(path: Trail, role: dict[str, Any], roles: Mapping[str, Any]) -> Iterator[Finding]:
    given = [key for key in SEATS if key in role]
    if not given:
        text = "has no seats. Write `headcount: 8`, `people: roster.csv` or `per: {csm: 8}`"
        yield path, True, text
    for extra in given[1:]:
        yield (*path, extra), True, f"stands beside `{given[0]}`. Write one of them"
    for name in _mapping(role, "per"):
        other = roles.get(name)
        if other is None and name in KNOWN:
            text = "a source belongs to each number. Write {csm: {value: 8, source: …}}"
            yield (*path, "per", name), True, text
        elif other is None:
            yield (*path, "per", name), True, _no_such("role", name, roles)
        elif isinstance(other, dict) and "per" in other:
            text = f"`{name}` follows from other roles itself. Name a role with a headcount"
            yield (*path, "per", name), True, text
    yield from _pools(path, role)
    if is_by_date(role.get("headcount")):
        text = (
            "are the seats when the plan begins. Write that number, and how many more come in "
            "a month as `hires: {2027-07: 1}`"
        )
        yield (*path, "headcount"), False, text
    for key in SEATS_ONLY:
        if key in role and "per" in role:
            text = "stands beside `per`, whose heads follow from other roles. Leave it out"
            yield (*path, key), True, text


def _pools(path: Trail, role: dict[str, Any]) -> Iterator[Finding]:
    """What is given by pool needs a `split`, and what is split, seats by pool."""
    column = role.get("split")
    if isinstance(column, str) and not can_split(column):
        text = f"accounts have no group in common by their `{column}`. Name a column such as region"
        yield (*path, "split"), False, text
    for key in by_name(Role):
        value = role.get(key)
        pools = is_by_segment(value) and not (key == "hires" and by_month(role[key]))
        if pools and "split" not in role:
            text = (
                "is given by pool, but the role is not split. Write one value, or `split: region`"
            )
            no_date = next(filter(month_instead, role[key]), None)
            at = (key,) if no_date is None else (key, no_date)
            yield (*path, *at), True, month_instead(no_date) or text
        elif not pools and "split" in role and (name := _reserved_pool(value)):
            text = f"`{name}` has a meaning of its own in numbers. Call the pool otherwise"
            yield (*path, key), False, text
        elif not pools and value and key in ONE_POOL and "split" in role:
            form = "{AMER: 6, EMEA: 3}" if key == "headcount" else "{AMER: {2027-03: 2}}"
            text = f"is one for all, but the role is split. Write it by pool, as in {form}"
            yield (*path, key), False, text


def _reserved_pool(value: Any) -> str | None:
    """The key of a number among names that can be none."""
    names = set(value) - FORM_KEYS if isinstance(value, dict) else set()
    named = names and not is_by_date(value)
    return next((key for key in value if key in FORM_KEYS), None) if named else None


def _event(path: Trail, event: dict[str, Any], tasks: Mapping[str, Any]) -> Iterator[Finding]:
    hours = _mapping(event, "hours")
    for name in hours:
        if name in tasks and (name in FORM_KEYS or name == "default" or is_date(name)):
            text = f"`{name}` has a meaning of its own here. Call the task otherwise"
            yield (*path, "hours", name), True, text
    for name in hours if tasks and _is_by_segment(hours) else ():
        if name not in tasks and name != "default":
            yield (*path, "hours", name), True, _no_such("task", name, tasks)
