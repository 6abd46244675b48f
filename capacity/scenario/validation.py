"""Plain data to a `Plan`, or every mistake at once, each with its place."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from capacity import units
from capacity.errors import InputError, Mistake
from capacity.scenario.checks import contradictions
from capacity.scenario.currencies import OWN, rates_of
from capacity.scenario.days import read_day
from capacity.scenario.document import Plan
from capacity.scenario.doubts import doubts
from capacity.scenario.drafting import draft, forget
from capacity.scenario.expecting import names_of
from capacity.scenario.fields import name_said
from capacity.scenario.numbers import REMARKS, is_form
from capacity.scenario.parts import Part, PartsError
from capacity.scenario.reading import Marked, Trail, dotted
from capacity.scenario.samples import Observations, name_files
from capacity.scenario.settings import Finding, settings
from capacity.scenario.structure import crowds, inconsistencies
from capacity.scenario.unknown_settings import unknown_in, unknown_in_changes, unknown_settings
from capacity.scenario.variant import Variant

P = TypeVar("P", bound=Part)

DEFAULT_WEEK = 40.0
MOST_MISTAKES = 1000
"""Mistakes of one kind after which nobody looks for more."""
_MEANT = re.compile(r"Did you mean `([^`]+)`\?")


class UnsoundError(InputError):
    """A plan with mistakes.

    Attributes
    ----------
    draft
        What is known of the plan; None where that is too little to judge anything by.
    """

    def __init__(self, mistakes: Sequence[Mistake], draft: Plan | None) -> None:
        super().__init__(mistakes)
        self.draft = draft


def validate(
    marked: Marked, observations: Observations | None = None
) -> tuple[Plan, list[Mistake]]:
    """Read the values of a scenario.

    Parameters
    ----------
    observations
        Who reads the files of observations that numbers name; what is wrong with the files is
        told by it.

    Returns
    -------
    tuple
        The plan, and warnings: what may be right but looks wrong.

    Raises
    ------
    UnsoundError
        With every mistake of the file.
    """
    data: dict[str, Any] = copy.deepcopy(marked.data)
    mistakes = _first(marked, crowds(data))
    if mistakes:
        raise UnsoundError(mistakes, None)
    findings = list(islice(unknown_settings(data), MOST_MISTAKES))
    meant = {trail for path, _, text in findings for trail in _meant(path, text)}
    others = (f for f in inconsistencies(data) if not _is_answered(f, meant))
    findings += islice(others, MOST_MISTAKES - len(findings))
    findings += islice(_write_days_in_hours(data), MOST_MISTAKES - len(findings))
    mistakes = _mistakes(marked, findings)
    if len(mistakes) == MOST_MISTAKES:
        raise UnsoundError(mistakes, None)
    wrong = [trail for path, _, text in findings for trail in (path, *_meant(path, text))]
    start = _start(data)
    name_files(data)
    segments = data.get("segments")
    context = {
        "currency": data.get("currency", OWN),
        "fx": rates_of(data.get("fx")),
        "names": names_of(data),
        "observations": observations,
        "segments": tuple(segments) if isinstance(segments, dict) else (),
        "start": start,
    }
    plan: Plan | None
    is_read = True
    try:
        plan = Plan.model_validate(data, context=context)
        plan = forget(plan, wrong) if wrong else plan
    except ValidationError as error:
        is_read = False
        mistakes += _translated(marked, error.errors(), mistakes)
        plan = draft(data, context, wrong, [tuple(fault["loc"]) for fault in error.errors()])
    if plan and (found := list(contradictions(plan, marked))):
        mistakes += _mistakes(marked, found)
        plan = forget(plan, (path for path, _, _ in found), parts=False)
    if mistakes or not is_read or not plan:
        raise UnsoundError(mistakes, plan)
    return plan, list(dict.fromkeys(_mistakes(marked, doubts(plan))))


def _meant(path: Trail, text: str) -> list[Trail]:
    """The setting that was meant where its name is misspelt; then it is there, after all."""
    return [(*path[:-1], name) for name in _MEANT.findall(text)]


def _start(data: dict[str, Any]) -> dt.date | None:
    """The day on which the plan begins; None where it is wrong, which is said elsewhere."""
    horizon = data.get("horizon")
    try:
        return read_day(horizon.get("start") if isinstance(horizon, dict) else None)
    except ValueError:
        return None


def mistakes_of_variant(marked: Marked) -> list[Mistake]:
    """What is wrong with the settings by which a file differs from those that it extends."""
    data: dict[str, Any] = {
        key: copy.deepcopy(marked.data[key]) for key in settings(Variant) if key in marked.data
    }
    mistakes = _first(marked, unknown_in_changes(data))
    try:
        Variant.model_validate(data)
    except ValidationError as error:
        mistakes += _translated(marked, error.errors(), mistakes)
    return mistakes


def validate_part(model: type[P], marked: Marked, kind: str) -> P:
    """A file that is one part of the language; `kind` is what messages call it.

    Raises
    ------
    InputError
        With every mistake of the file.
    """
    data: dict[str, Any] = copy.deepcopy(marked.data)
    mistakes = _first(marked, unknown_in(model, data, kind))
    try:
        found = model.model_validate(data)
    except ValidationError as error:
        mistakes += _translated(marked, error.errors(), mistakes)
    if mistakes:
        raise InputError(mistakes)
    return found


def _is_answered(finding: Finding, meant: set[Trail]) -> bool:
    """Whether a part lacks only what it has under a name that is misspelt."""
    path, _, text = finding
    names = [trail[-1] for trail in meant if trail[:-1] == path]
    return text.startswith("has no ") and any(re.search(rf"\b{n}\b", text) for n in names)


def _first(marked: Marked, findings: Iterable[Finding]) -> list[Mistake]:
    """The mistakes of a file; where they are very many, the first of them at once.

    Raises
    ------
    InputError
        Where they are so many that looking for more is of no use.
    """
    found = _mistakes(marked, islice(findings, MOST_MISTAKES))
    if len(found) == MOST_MISTAKES:
        raise InputError(found)
    return found


def _mistakes(marked: Marked, findings: Iterable[Finding]) -> list[Mistake]:
    return [
        Mistake(marked.place(path, key=key), dotted(path), text) for path, key, text in findings
    ]


def _translated(marked: Marked, errors: list[ErrorDetails], known: list[Mistake]) -> list[Mistake]:
    """The validator's errors in the words of this library; what is known already stays once."""
    said = {mistake.path for mistake in known}
    out = []
    for error in errors:
        path = tuple(error["loc"])
        if error["type"] == "missing":
            if not _misspelt(path, known):
                text = f"is missing. Write `{path[-1]}:`"
                removed = marked.keys.get(path)
                place = removed or marked.place(path[:-1], key=True)
                out.append(Mistake(place, dotted(path), text))
            continue
        cause = error.get("ctx", {}).get("error")
        text = str(cause) if cause is not None else _plain(error)
        for trail, said_of in cause.faults if isinstance(cause, PartsError) else [((), text)]:
            whole = (*path, *trail)
            out.append(Mistake(marked.place(whole), dotted(whole), said_of))
    return [mistake for mistake in out if mistake.path not in said and mistake.text]


def _misspelt(path: Trail, known: list[Mistake]) -> bool:
    """Whether a setting is there after all, under a name that is close to its own."""
    around, hint = dotted(path[:-1]), f"Did you mean `{path[-1]}`?"
    return any(m.path.rpartition(".")[0] == around and hint in m.text for m in known)


def _plain(error: ErrorDetails) -> str:
    if error["input"] is None:
        return "is empty. Write settings, each on a line of its own"
    if error["type"] in ("dict_type", "model_type", "model_attributes_type"):
        return f"{error['input']!r} is not a mapping. Write settings, each on a line of its own"
    return f"{error['input']!r} does not fit: {error['msg'].lower()}"


def _write_days_in_hours(data: dict[str, Any]) -> Iterator[Finding]:
    """``0.5d`` is half of the day of the role that does the work, which must have one length."""
    tasks, team = data.get("tasks"), data.get("team")
    if not isinstance(tasks, dict) or not isinstance(team, dict):
        return
    days = {name: _hours_per_day(role) for name, role in team.items()}
    for name, task in tasks.items():
        if not isinstance(task, dict):
            continue
        for key in ("hours", "backlog", "fixed", "steps"):
            if key in task:
                path, role = ("tasks", name, key), name_said(task.get("role")) or ""
                task[key] = yield from _in_hours(task[key], path, role, days)


def _in_hours(
    raw: Any, path: Trail, role: str, days: Mapping[str, float | None]
) -> Generator[Finding, None, Any]:
    """Days in hours at any depth; below a `role` they are its own."""
    if isinstance(raw, dict):
        role = name_said(raw.get("role")) or role if path[2] == "steps" else role
        texts = ("role", *(REMARKS if is_form(raw) else ()))
        found = {}
        for key, item in raw.items():
            is_text = key in texts
            found[key] = item if is_text else (yield from _in_hours(item, (*path, key), role, days))
        return found
    day = days.get(role, DEFAULT_WEEK / units.WEEKDAYS)
    written = units.days_to_hours(raw, day or 1.0)
    if day is None and written is not raw:
        text = f"a day of {role} is not one length, as its `hours_per_week` is not one number"
        yield path, False, f"{text}. Write hours, as in 4h"
    return written


def _hours_per_day(role: Any) -> float | None:
    """Hours of a day of a role; None where they differ by pool or date, or have a range."""
    week = role.get("hours_per_week") if isinstance(role, dict) else None
    if isinstance(week, dict) and "value" not in week:
        return None
    week = week["value"] if isinstance(week, dict) else week
    try:
        return units.parse_hours(DEFAULT_WEEK if week is None else week) / units.WEEKDAYS
    except ValueError:
        return DEFAULT_WEEK / units.WEEKDAYS  # which is told where it stands
