"""Hours of tasks from what was recorded of each: fits, pooled over the tasks."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.errors import QuestionError
from capacity.estimates import Z_OF_P90
from capacity.learning.families import Fit, Observed
from capacity.learning.pooling import Pooled, pool

AUTO, OBSERVED, CONSTANT = "auto", "observations", "constant"
FEW, FEWEST_KINDS = 5, 3
"""Rows, and different hours among them, that a fit takes at least."""
_MANY, _FAR = 100, 0.1
_SAME = 1e-3
"""Relative difference of the longest entry and the shortest up to which a fit is no fit."""
_ABSURD = 10.0
"""Times the longest entry above which the mean of a fit is nonsense."""
_USUAL_MEANS, _USUAL_SPREADS = 1.0, 0.5
OWN = 0.95
"""Weight of own rows below which it is said that others have a part."""


@dataclass(frozen=True)
class Task:
    """What a log says of a task.

    Attributes
    ----------
    name
        The task.
    hours
        What was recorded, shape (rows,).
    data
        The same with its ranges, where entries were rounded.
    fits
        By family; none where the rows are too few, or too much alike.
    """

    name: str
    hours: FloatArray
    data: Observed
    fits: dict[str, Fit]

    @property
    def is_constant(self) -> bool:
        """Whether rows that would do say all the same."""
        return len(self.hours) >= FEW and self.kinds == 1

    @property
    def kinds(self) -> int:
        """How many different hours there are; those that hardly differ are one."""
        is_one = self.hours.max() <= self.hours.min() * (1 + _SAME)
        return 1 if is_one else len(set(self.hours.tolist()))

    @property
    def best(self) -> Fit | None:
        """The family of lowest AIC."""
        return min(self.fits.values(), key=lambda fit: fit.aic, default=None)


@dataclass(frozen=True)
class Learned:
    """The hours of a task as they go into a plan.

    Attributes
    ----------
    task
        What the log says.
    family
        A family, `OBSERVED` or `CONSTANT`.
    mean, variation
        Expected hours and their coefficient of variation, after pooling.
    log_mean, error
        Mean and standard deviation of ln(expected hours), after pooling.
    own
        Weight of the task's own rows in that.
    """

    task: Task
    family: str
    mean: float
    variation: float
    log_mean: float
    error: float
    own: float

    @property
    def uncertainty(self) -> float:
        """Coefficient of variation of the expected hours."""
        return math.sqrt(math.expm1(self.error**2))

    @property
    def quantiles(self) -> list[float]:
        """Quantiles 0.1, 0.5 and 0.9 of an occurrence, of a lognormal of these moments."""
        sigma = math.sqrt(math.log1p(self.variation**2))
        middle = self.mean / math.sqrt(1 + self.variation**2)
        return [middle * math.exp(z * sigma) for z in (-Z_OF_P90, 0, Z_OF_P90)]


def learn(tasks: list[Task], family: str = AUTO) -> list[Learned]:
    """Pool the means and the spreads of all tasks, and take for each the form that fits."""
    fits = [task.best for task in tasks]
    known = [fit for fit in fits if fit is not None]
    if not known and family == AUTO and all(task.is_constant for task in tasks):
        return [_constant(task) for task in tasks]
    if not known:
        text = f"no task has {FEW} rows of {FEWEST_KINDS} different hours, the least to learn from"
        raise QuestionError(f"{text}. Take a longer log, or write a range into the plan")
    usual = Counter(fit.family for fit in known).most_common(1)[0][0]
    spreads = _pooled_spreads(tasks, fits)
    means = _pooled_means(tasks, fits, np.exp(spreads.mean))
    found = []
    for i, (task, fit) in enumerate(zip(tasks, fits, strict=True)):
        form = _form(task, fit, family) if fit else usual
        log_mean, error = float(means.mean[i]), float(means.sd[i])
        log_of_mean = log_mean + error**2 / 2
        if fit and family == AUTO and log_of_mean > math.log(_ABSURD * task.hours.max()):
            form = OBSERVED  # no family bears both the shortest and the longest of so few
        if form == OBSERVED:
            found.append(_as_seen(task))
            continue
        spread, own = math.exp(spreads.mean[i]), float(means.own[i])
        found.append(Learned(task, form, math.exp(log_of_mean), spread, log_mean, error, own))
    return found


def _as_seen(task: Task) -> Learned:
    """The observations themselves, which lean on no other task."""
    mean = float(task.hours.mean())
    spread = float(task.hours.std()) / mean
    error = spread / math.sqrt(len(task.hours))
    return Learned(task, OBSERVED, mean, spread, math.log(mean), error, 1.0)


def _constant(task: Task) -> Learned:
    """What all rows of a task say; its mean lies anywhere within the rounding of that, evenly.

    Where no step of rounding is known it is that of the last digit.
    """
    mean = float(np.median(task.hours))
    digits = len(f"{mean:g}".partition(".")[2])
    width = float(np.ptp(task.data.ranges[0])) if len(task.data.ranges) else 10.0**-digits
    error = math.sqrt(math.log1p((width / mean) ** 2 / 12))
    return Learned(task, CONSTANT, mean, 0.0, math.log(mean), error, 1.0)


def _pooled_spreads(tasks: list[Task], fits: list[Fit | None]) -> Pooled:
    """Of ln(coefficient of variation)."""
    logs = np.array([math.log(fit.variation) if fit else 0.0 for fit in fits])
    errors = np.array(
        [
            math.sqrt(fit.covariance[1, 1] * _small(task)) if fit else math.inf
            for task, fit in zip(tasks, fits, strict=True)
        ]
    )
    return pool(logs, errors, _USUAL_SPREADS)


def _pooled_means(tasks: list[Task], fits: list[Fit | None], variation: FloatArray) -> Pooled:
    """Of ln(expected hours); where rows are few, their spread is that of the other tasks."""
    logs, errors = [], []
    for task, fit, spread in zip(tasks, fits, variation, strict=True):
        rows = len(task.hours)
        logs.append(math.log(fit.mean if fit else task.hours.mean()))
        few = spread / math.sqrt(rows)
        errors.append(math.sqrt(fit.covariance[0, 0] * _small(task)) if fit else few)
    return pool(np.array(logs), np.array(errors), _USUAL_MEANS)


def _small(task: Task) -> float:
    """Few rows make the likelihood too sure: n/(n − 2), as for the variance of a sample."""
    rows = len(task.hours)
    return rows / (rows - 2)


def _form(task: Task, fit: Fit, family: str) -> str:
    """The family of the fit; the observations where it is far from what was seen of many."""
    if family != AUTO:
        return family
    rows = len(task.hours)
    far = max(_FAR, 1.63 / math.sqrt(rows))
    is_far = rows >= _MANY and task.data.farthest(fit.distribution) > far
    return OBSERVED if is_far else fit.family
