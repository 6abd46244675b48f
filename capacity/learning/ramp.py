"""How much newcomers get done, against those who are ramped: output by completed months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity import units
from capacity.arrays import FloatArray, IntArray
from capacity.calendar import months_and_days
from capacity.learning.lives import Lives
from capacity.learning.log import Log
from capacity.learning.posterior import FEW

_FULL = 0.995
FEWEST = 3
"""Newcomers, and ramped people, that a ramp takes at least."""


@dataclass(frozen=True)
class Ramp:
    """The ramp of a role.

    Attributes
    ----------
    people
        Records of people at each completed month, shape (months,).
    seen, error
        Output over that of ramped people, and its standard error; NaN where nobody was seen.
    share
        The same as it goes into a plan: never falling, up to 100 %.
    newcomers, ramped
        How many people were seen before they were ramped, and after.
    """

    people: IntArray
    seen: FloatArray
    error: FloatArray
    share: FloatArray
    newcomers: int
    ramped: int

    @property
    def tells(self) -> bool:
        """Whether the people are enough to learn from."""
        return min(self.newcomers, self.ramped) >= FEWEST

    @property
    def listed(self) -> int:
        """Months until newcomers are ramped."""
        below = np.flatnonzero(self.share < _FULL)
        return int(below[-1]) + 1 if len(below) else 0


def ramp_of(tenure: IntArray, output: FloatArray, person: IntArray, after: int) -> Ramp | None:
    """The ramp from outputs by month; None where nobody was seen ramped, or before that.

    The shares are means over the mean of ramped people, made to rise by the pool-adjacent-violators
    algorithm, weighted by records. Errors of a ratio of two means, from the spread of the records
    around the means of their months; ramped people count once each.

    Parameters
    ----------
    tenure, output, person
        Of each record: completed months, what was got done, who did it.
    after
        Completed months from which on people count as ramped.
    """
    from scipy.optimize import isotonic_regression  # slow to import

    ramped = tenure >= after
    if not ramped.any() or ramped.all():
        return None
    _, own = np.unique(person[ramped], return_inverse=True)
    means = np.bincount(own, output[ramped]) / np.bincount(own)
    level = float(output[ramped].mean())
    if level <= 0:
        return None
    of_level = float(means.std(ddof=1)) / np.sqrt(len(means)) / level if len(means) > 1 else 0.0
    early, done = tenure[~ramped], output[~ramped]
    people = np.bincount(early, minlength=after)
    sums, squares = (np.bincount(early, part, after).astype(float) for part in (done, done**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / people
        variance = _spread(people, mean, squares) / people
    seen = mean / level
    error = np.hypot(np.sqrt(variance) / level, seen * of_level)
    there = people > 0
    rising = isotonic_regression(seen[there], weights=people[there].astype(float)).x
    share = np.interp(np.arange(after), np.flatnonzero(there), rising)
    newcomers = len(np.unique(person[~ramped]))
    return Ramp(people, seen, error, np.clip(share, 0.0, 1.0), newcomers, len(means))


def _spread(people: IntArray, mean: FloatArray, squares: FloatArray) -> FloatArray:
    """Variance of the records of each month; that of all months where there are few."""
    around = np.nan_to_num(np.maximum(squares - people * mean**2, 0))
    of_all = around.sum() / max(int(people.sum() - (people > 0).sum()), 1)
    return np.where(people >= FEW, around / np.maximum(people - 1, 1), of_all)


def read_ramps(log: Log, people: Lives, after: int) -> dict[str, Ramp]:
    """The ramp of each role from a log of outputs.

    Parameters
    ----------
    log
        With columns name, date and output.
    people
        Who they are, by the roster.
    """
    names, days = log.names("name"), log.days("date")
    output = log.numbers("output", units.PLAIN)
    log.reject_repeated(["name", "date"])
    known = {name: i for i, name in enumerate(people.names.tolist())}
    who = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    text = "is in no row of the roster. Export both alike"
    log.reject(who < 0, "name", lambda i: f"{names[i]!r} {text}", "unknown people")
    held = np.maximum(who, 0)
    early = (who >= 0) & (days < people.starts[held].astype("datetime64[M]"))
    text_early = "is before the person's start. Check both"
    log.reject(early, "date", lambda i: f"{days[i]} {text_early}", "before the start")
    log.rejects()  # stops where too many rows are bad
    good = log.good
    month, day = months_and_days(days[good])
    first, first_day = months_and_days(people.starts[held[good]])
    tenure = np.maximum(month - first - (day < first_day), 0)
    found = {}
    for role in people.groups():
        own = people.group[held[good]] == role
        ramp = (
            ramp_of(tenure[own], output[good][own], held[good][own], after) if own.any() else None
        )
        if ramp is not None:
            found[role] = ramp
    return found
