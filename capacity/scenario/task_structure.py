"""What a task's settings exclude and need, and the names in them: by its keys alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from capacity.scenario.fields import is_by_segment, name_said
from capacity.scenario.reading import Trail
from capacity.scenario.settings import Finding, mapping_in, no_such

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


def task_findings(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any], roles: Mapping[str, Any]
) -> Iterator[Finding]:
    """Names of a task that are not there, and settings that exclude or need each other."""
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
            yield (*where, "role"), False, no_such("role", role, roles)


def _known_segments(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any]
) -> Iterator[Finding]:
    named = task.get("segments")
    for i, said in enumerate(named if isinstance(named, list) else [named]):
        name = name_said(said)
        if name is not None and name not in segments:
            where = (*path, "segments", i) if isinstance(named, list) else (*path, "segments")
            yield where, False, no_such("segment", name, segments)
    for key in BY_SEGMENT:
        value = task.get(key)
        steps = key == "steps" and not set(mapping_in(task, key)) & set(segments)
        if is_by_segment(value) and not steps:
            for name in value:
                if name not in segments and name != "default":
                    yield (*path, key, name), True, no_such("segment", name, segments)


def _steps(
    path: Trail, task: dict[str, Any], segments: Mapping[str, Any]
) -> Iterator[tuple[Trail, Any]]:
    steps = mapping_in(task, "steps")
    if steps and set(steps) <= set(segments) | {"default"}:
        for segment, named in steps.items():
            for name, step in (named if isinstance(named, dict) else {}).items():
                yield (*path, "steps", segment, name), step
    else:
        for name, step in steps.items():
            yield (*path, "steps", name), step


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
    if name is not None and "per" in mapping_in(roles, name):
        text = f"heads of {name} follow from other roles and never leave. Name a role with seats"
        yield (*path, "role"), False, text


def _fixed(path: Trail, task: dict[str, Any]) -> Iterator[Finding]:
    for key in WHOLE_FIXED:
        if key in task:
            text = "stands beside `fixed`, which is in hours already. Leave it out"
            yield (*path, key), True, text
    if not is_by_segment(task["fixed"]):
        for key in ("priority", "defer"):
            if is_by_segment(task.get(key)):
                text = "differs by segment, but the work of `fixed` is one. Write one value"
                yield (*path, key), False, text
