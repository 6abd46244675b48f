"""What was found of hours, as sentences, warnings, tables and curves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from capacity.learning.answer import Curve, Findings
from capacity.learning.families import FAMILIES
from capacity.learning.learned import CONSTANT, FEW, OBSERVED, OWN, Learned, Task
from capacity.learning.posterior import Z_OF_P95

_POINTS = 60


def words(step: float) -> str:
    """A step of rounding: ``15 minutes``, ``1 hour``."""
    if step == 1:
        return "1 hour"
    return f"{step:g} hours" if step > 1 else f"{60 * step:g} minutes"


def sentences(learned: list[Learned], step: float) -> Iterator[str]:
    """What was found, in sentences."""
    for one in learned:
        low, high = (math.exp(one.log_mean + z * one.error) for z in (-Z_OF_P95, Z_OF_P95))
        leaning = f"; {100 * (1 - one.own):.0f} % of it leans on the other tasks"
        yield (
            f"{one.task.name}: {one.mean:.2f} h on average of {len(one.task.hours):,} rows "
            f"({low:.2f} to {high:.2f} in 9 of 10){leaning * (one.own < OWN)}. "
            f"Form: {one.family}."
        )
    if step:
        yield f"Entries are rounded to {words(step)}: each is taken for a range of that width."


def warnings(learned: list[Learned]) -> Iterator[str]:
    """What to be careful about."""
    for one in learned:
        task = one.task
        if one.family == CONSTANT:
            yield (
                f"{task.name}: {_alike(task)}, as a rule of booking would have it. The plan takes "
                "each for just that, its mean as unsure as its rounding. Measure a few, or write "
                "a range into the plan"
            )
        elif not task.fits:
            yield f"{task.name}: {_too_few(task)}; that of the other tasks stands in"


def _alike(task: Task) -> str:
    return f"all {len(task.hours):,} rows say {task.hours[0]:g} h"


def _too_few(task: Task) -> str:
    """Why a task has no spread of its own."""
    if task.is_constant:
        return f"{_alike(task)}, which tells no spread"
    rows = len(task.hours)
    what = "rows" if rows < FEW else f"rows of {task.kinds} different hours"
    return f"{rows:,} {what} are too few for a spread of their own"


def of_tasks(learned: list[Learned]) -> Findings:
    """What goes into the plan, beside what was seen."""
    heads = {
        "task": "text", "rows": "count", "seen mean": "hours", "mean": "hours", "sd": "hours",
        "uncertainty": "share", "own rows": "share", "form": "text",
    }  # fmt: skip
    rows = tuple(
        (
            one.task.name,
            len(one.task.hours),
            float(one.task.hours.mean()),
            one.mean,
            one.mean * one.variation,
            one.uncertainty,
            one.own,
            one.family,
        )
        for one in learned
    )
    return Findings("tasks", "Hours by task", heads, rows)


def of_families(learned: list[Learned]) -> Findings:
    """The choice between the families."""
    heads = {"task": "text", **dict.fromkeys(FAMILIES, "number"), "farthest": "share"}
    rows = []
    for one in learned:
        if best := one.task.best:
            aic = (one.task.fits[f].aic if f in one.task.fits else math.nan for f in FAMILIES)
            far = one.task.data.farthest(best.distribution)
            rows.append((one.task.name, *aic, far))
    return Findings("families", "AIC of the families, lowest best", heads, tuple(rows))


def curves(learned: list[Learned]) -> Iterator[Curve]:
    """Quantiles that were seen against those of the best family."""
    for one in learned:
        if best := one.task.best:
            seen = np.sort(one.task.hours)
            count = min(len(seen), _POINTS)
            at = (np.arange(count) + 0.5) / count
            there = np.quantile(seen, at, method="inverted_cdf")
            fit = best.distribution.ppf(at)
            ends = (float(fit[0]), float(fit[-1]))
            pairs = tuple(zip(fit.tolist(), there.tolist(), strict=True))
            line = tuple((end, end) for end in ends)
            remark = ", which is too far" if one.family == OBSERVED else ""
            across = f"hours by the fit ({best.family}{remark})"
            yield Curve(one.task.name, across, "hours in the log", pairs, line)
