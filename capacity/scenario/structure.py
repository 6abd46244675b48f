"""What can be said of a scenario by its keys alone: names, and settings that exclude others.

These checks run on the plain data, before any value is read, so that they report even where
values are wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from capacity.calendar import WEEK
from capacity.scenario.currencies import OWN, rates_of
from capacity.scenario.days import is_by_date, is_date, month_instead, read_month
from capacity.scenario.document import ACCOUNT_COLUMNS
from capacity.scenario.fields import by_month, is_by_segment, name_said
from capacity.scenario.numbers import FORM_KEYS, KNOWN
from capacity.scenario.parts import nearest
from capacity.scenario.pool import OWNER, REGION, can_split
from capacity.scenario.reading import Trail
from capacity.scenario.settings import Finding, by_name, mapping_in, no_such
from capacity.scenario.task_structure import task_findings
from capacity.scenario.team import Role
from capacity.scenario.where import columns_in

MOST_NAMES = 500
"""Segments, tasks, roles or events of one plan."""
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


def crowds(data: Mapping[str, Any]) -> Iterator[Finding]:
    """More things of a kind than a plan can have; rules between them would take for ever."""
    for section in ("segments", "tasks", "team", "events"):
        number = len(mapping_in(data, section))
        if number > MOST_NAMES:
            text = f"has {number:,} entries. Write at most {MOST_NAMES}"
            yield (section,), True, text


def inconsistencies(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that are not there, and settings that exclude or need each other."""
    segments = mapping_in(data, "segments")
    roles = mapping_in(data, "team")
    yield from _reserved(segments)
    yield from _names(data)
    yield from _horizon(mapping_in(data, "horizon"))
    for name, task in mapping_in(data, "tasks").items():
        if isinstance(task, dict):
            yield from task_findings(("tasks", name), task, segments, roles)
    for name, role in roles.items():
        if isinstance(role, dict):
            yield from _role(("team", name), role, roles)
    for name, event in mapping_in(data, "events").items():
        if isinstance(event, dict):
            yield from _event(("events", name), event, mapping_in(data, "tasks"))
    tasks = mapping_in(data, "tasks")
    for task in mapping_in(mapping_in(data, "finance"), "absorbed"):
        if task not in tasks:
            yield ("finance", "absorbed", task), True, no_such("task", task, tasks)
    if data.get("accounts"):
        yield from _beside_file(segments)
        columns = mapping_in(mapping_in(data, "accounts"), "columns")
        tasks, money = (
            mapping_in(data, "tasks"),
            (data.get("currency", OWN), rates_of(data.get("fx"))),
        )
        asked = [c for t in tasks for c in columns_in(mapping_in(tasks, t).get("where"), *money)]
        yield from _columns(columns, roles, asked)


def _columns(
    columns: Mapping[str, Any], roles: Mapping[str, Any], asked: Iterable[str]
) -> Iterator[Finding]:
    """What is no column of an account, and what nobody is split by or asks for.

    Another name may be that of a column for which the `where` of a variant asks, unless it is so
    close to a known one that this is meant.
    """
    splits = [name_said(mapping_in(roles, name).get("split")) for name in roles]
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
    if horizon.get("start") is not None and not by_weeks:
        try:
            read_month(horizon["start"])
        except ValueError as error:
            yield ("horizon", "start"), False, str(error)


def _reserved(segments: Mapping[str, Any]) -> Iterator[Finding]:
    for name in segments:
        if name in FORM_KEYS or name == "default" or is_date(name):
            text = f"`{name}` has a meaning of its own in numbers. Call the segment otherwise"
            yield ("segments", name), True, text


def _names(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Names that no path, no table or no line could hold."""
    for section in ("segments", "tasks", "team", "events"):
        for name in mapping_in(data, section):
            text = ""
            if "." in name:
                text = "a dot separates the settings of a path. Write the name without it"
            elif not name.strip():
                text = "is without a name. Write one, as a total has none"
            elif len(name.splitlines()) > 1:
                text = "is a name of several lines. Write it on one"
            if text:
                yield (section, name), True, text


def _role(path: Trail, role: dict[str, Any], roles: Mapping[str, Any]) -> Iterator[Finding]:
    given = [key for key in SEATS if key in role]
    if not given:
        text = "has no seats. Write `headcount: 8`, `people: roster.csv` or `per: {csm: 8}`"
        yield path, True, text
    for extra in given[1:]:
        yield (*path, extra), True, f"stands beside `{given[0]}`. Write one of them"
    for name in mapping_in(role, "per"):
        other = roles.get(name)
        if other is None and name in KNOWN:
            text = "a source belongs to each number. Write {csm: {value: 8, source: …}}"
            yield (*path, "per", name), True, text
        elif other is None:
            yield (*path, "per", name), True, no_such("role", name, roles)
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
        if pools and "split" not in role and (key != "hires" or _of_pools(value)):
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


def _of_pools(hires: Any) -> bool:
    """Whether hires are meant by pool, or by a year; other words for months are read as such."""
    return any(isinstance(value, dict) or month_instead(name) for name, value in hires.items())


def _reserved_pool(value: Any) -> str | None:
    """The key of a number among names that can be none."""
    names = set(value) - FORM_KEYS if isinstance(value, dict) else set()
    named = names and not is_by_date(value)
    return next((key for key in value if key in FORM_KEYS), None) if named else None


def _event(path: Trail, event: dict[str, Any], tasks: Mapping[str, Any]) -> Iterator[Finding]:
    hours = mapping_in(event, "hours")
    for name in hours:
        if name in tasks and (name in FORM_KEYS or name == "default" or is_date(name)):
            text = f"`{name}` has a meaning of its own here. Call the task otherwise"
            yield (*path, "hours", name), True, text
    for name in hours if tasks and is_by_segment(hours) else ():
        if name not in tasks and name != "default":
            yield (*path, "hours", name), True, no_such("task", name, tasks)
