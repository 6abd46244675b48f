"""How many hours tasks take, from a log of what they took."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from capacity import units
from capacity.arrays import BoolArray, FloatArray, TextArray
from capacity.errors import QuestionError
from capacity.learning.answer import Calibration
from capacity.learning.families import FAMILIES, LOGNORMAL, WEIBULL, Observed, fitted
from capacity.learning.fragment import manifest_of, measured, moments, quantiles, source_of, value
from capacity.learning.hours_told import (
    curves,
    of_families,
    of_tasks,
    sentences,
    warnings,
    words,
)
from capacity.learning.how import Reading, check_known
from capacity.learning.learned import (
    AUTO,
    CONSTANT,
    FEW,
    FEWEST_KINDS,
    OBSERVED,
    OWN,
    Learned,
    Task,
    learn,
)
from capacity.learning.log import Log
from capacity.learning.opening import check_heard, read_log

NEEDED, KNOWN = ("task", "hours"), ("account", "person", "date", "id")
EXACT = "exact"
LONGEST = 200.0
"""Hours of an occurrence above which an entry counts as absurd, unless it is said."""
STEPS = (1.0, 0.5, 0.25)
_ROUNDED = 0.9
_OUTLIER, _ENOUGH = 6.0, 20


def learn_hours(
    path: str | Path, how: Reading, family: str, rounded: str | float, longest: float
) -> Calibration:
    """The hours of each task of a log."""
    if family not in (AUTO, OBSERVED, *FAMILIES):
        known = ", ".join((AUTO, *FAMILIES, OBSERVED))
        raise QuestionError(f"family {family!r} is not known. Write {known}")
    if not longest > 0:
        raise QuestionError(f"longest {longest:g} h leaves no entry. Write hours above 0, as 200h")
    check_known(how, (*NEEDED, *KNOWN))
    log = read_log(path, how, NEEDED, KNOWN)
    names = log.names("task", renamed=True)
    hours = _hours(log, names, longest)
    rejects = log.rejects()
    good = log.good
    step = _step(hours[good], rounded)
    tasks = [
        _task(name, hours[good & (names == name)], step, family)
        for name in sorted(set(names[good].tolist()))
    ]
    learned = learn(tasks, family)
    asked = {"family": family, "rounded": rounded, "longest": longest}
    check_heard([log])
    days = (log.days("date")[good],) if "date" in log else ()
    beside = {_file(one): _column(one) for one in learned if one.family == OBSERVED}
    return Calibration(
        "hours",
        {"tasks": {one.task.name: _settings(log, one, step, *days) for one in learned}},
        tuple(sentences(learned, step)),
        (of_tasks(learned), of_families(learned)),
        rejects,
        manifest_of([log], log.until(*days), asked),
        tuple(warnings(learned)),
        tuple(curves(learned)),
        beside,
    )


# --- reading ------------------------------------------------------------------------------------


def _hours(log: Log, names: TextArray, longest: float) -> FloatArray:
    """The hours of each row; what cannot be, or hardly, is noted."""
    hours = log.numbers("hours", units.HOURS)
    log.reject(hours == 0, "hours", lambda _i: "is zero, which takes no time", "zero hours")
    log.reject(
        hours > longest,
        "hours",
        lambda i: f"{hours[i]:g} h is above {longest:g} h for one occurrence. Check it",
        "absurd hours",
    )
    if "date" in log:
        log.days("date")
    if "id" in log or ("date" in log and ("account" in log or "person" in log)):
        log.reject_occurrences([*NEEDED, *KNOWN])
    log.reject(
        _outliers(names, hours, log.good),
        "hours",
        lambda i: f"{hours[i]:g} h is far from the other entries of {names[i]}. Check it",
        "far from the others",
        is_used=True,
    )
    return hours


def _outliers(names: TextArray, hours: FloatArray, good: BoolArray) -> BoolArray:
    """Entries farther from the median than six robust standard deviations of the logarithms."""
    found = np.zeros(len(hours), dtype=bool)
    for name in set(names[good].tolist()):
        own = np.flatnonzero(good & (names == name))
        logs = np.log(hours[own])
        off = np.abs(logs - np.median(logs))
        robust = 1.4826 * np.median(off)
        if len(own) >= _ENOUGH and robust > 0:
            found[own] = off > _OUTLIER * robust
    return found


def _step(hours: FloatArray, rounded: str | float) -> float:
    """The step to which entries were rounded: the widest of which nine in ten are multiples."""
    if rounded == EXACT:
        return 0.0
    if rounded != AUTO:
        try:
            step = units.HOURS.check(units.parse_hours(rounded), rounded)
        except ValueError as error:
            raise QuestionError(f"rounded: {error}, auto or exact") from None
        if not step > 0:
            raise QuestionError(f"rounded {rounded} is no step. Write one above 0 as 15m, or exact")
        if not _multiples(hours, step).any():
            raise QuestionError(f"rounded {rounded}: no entry is a multiple of it. Write exact")
        return step
    for step in STEPS:
        if len(hours) >= FEW and _multiples(hours, step).mean() >= _ROUNDED:
            return step
    return 0.0


def _multiples(hours: FloatArray, step: float) -> BoolArray:
    turns = hours / step
    return (np.abs(turns - np.round(turns)) < 1e-6) & (turns > 0.5)


def observed(hours: FloatArray, step: float) -> Observed:
    """Entries as ranges of a step around them, where they are multiples of it."""
    if not step:
        return Observed(hours)
    is_round = _multiples(hours, step)
    middle = hours[is_round]
    return Observed(hours[~is_round], np.column_stack([middle - step / 2, middle + step / 2]))


def _task(name: str, hours: FloatArray, step: float, family: str) -> Task:
    data = observed(hours, step)
    wanted = (family,) if family in FAMILIES else FAMILIES
    task = Task(name, hours, data, {})
    enough = len(hours) >= FEW and task.kinds >= FEWEST_KINDS
    return replace(task, fits={f: fitted(f, data) for f in wanted}) if enough else task


# --- the fragment -------------------------------------------------------------------------------


def _settings(log: Log, one: Learned, step: float, *days: Any) -> dict[str, Any]:
    rows = len(one.task.hours)
    rounding = f", entries rounded to {words(step)}" if step else ""
    source = source_of(log, rows, f"{one.family} {_how(one)}{rounding}", *days)
    note = f"{100 * (1 - one.own):.0f}% of the mean from the other tasks" * (one.own < OWN)
    remarks = measured(source, note)
    of_mean = measured(source_of(log, rows, "error of the mean hours", *days))
    return {"hours": _number(one, remarks), "uncertainty": _uncertainty(one, of_mean)}


def _how(one: Learned) -> str:
    """How the form of the hours was found."""
    if one.family == CONSTANT:
        return "in every row"
    if not one.task.fits:
        return "with the spread of the other tasks"
    return "resampled" if one.family == OBSERVED else "by maximum likelihood"


def _uncertainty(one: Learned, remarks: dict[str, str]) -> dict[str, Any]:
    return value(units.SHARE, min(one.uncertainty, 1.0), remarks)


def _number(one: Learned, remarks: dict[str, str]) -> dict[str, Any]:
    """The hours of an occurrence in a form of the language."""
    if one.family == OBSERVED:
        return {"samples": _file(one), "column": "hours", **remarks}
    if one.family == CONSTANT:
        return value(units.HOURS, one.mean, remarks)
    if one.family == LOGNORMAL:
        return quantiles(units.HOURS, one.quantiles, remarks)
    if one.family == WEIBULL:
        weibull = "Weibull, told by its mean and sd, which is all that a plan uses"
        remarks = remarks | {"note": "; ".join(filter(None, [remarks.get("note"), weibull]))}
    return moments(units.HOURS, one.mean, one.mean * one.variation, remarks)


def _file(one: Learned) -> str:
    """The file of observations of a task."""
    letters = (c if c.isalnum() or c in " -_" else f"%{ord(c):x}" for c in one.task.name)
    return f"observed_{''.join(letters)}.csv"


def _column(one: Learned) -> str:
    return "\n".join(["hours", *(f"{hours:g}" for hours in one.task.hours.tolist()), ""])
