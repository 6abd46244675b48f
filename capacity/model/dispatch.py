"""Due hours against the hours of a role: what is done, what waits, what is dropped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray, RowSums

DUST = 1e-9
"""Hours that are nothing but rounding."""


@dataclass(frozen=True)
class Priorities:
    """Lanes of work of one role in the order in which they are served.

    Attributes
    ----------
    group
        Group of equal priority of each lane, shape (lanes,).
    sums
        Sums the lanes of each group.
    """

    group: IntArray
    sums: RowSums

    @classmethod
    def of(cls, priority: FloatArray) -> Priorities:
        """Groups of lanes with such priorities; there is one at least."""
        ranks, group = np.unique(priority, return_inverse=True)
        return cls(group, RowSums(group, len(ranks)))


def serve(work: FloatArray, hours: FloatArray, priorities: Priorities) -> FloatArray:
    """Hours done of each lane of work.

    Groups are served in order until the hours are used up; within a group every lane gets the
    same share of its work.

    Parameters
    ----------
    work
        Hours due and waiting, shape (lanes, trials).
    hours
        Hours there are, shape (trials,).
    """
    wanted = priorities.sums(work)
    before = np.cumsum(wanted, axis=0) - wanted
    served = np.clip(hours - before, 0, wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(wanted > 0, served / wanted, 1.0)
    done: FloatArray = work * share[priorities.group]
    return done


def oldest_first(waiting: FloatArray, done: FloatArray) -> FloatArray:
    """What is left of each age after hours were done, the oldest first.

    Parameters
    ----------
    waiting
        Hours by age, the youngest first, shape (ages, lanes, trials).
    done
        Shape (lanes, trials).
    """
    left = np.empty_like(waiting)
    for age in range(len(waiting) - 1, -1, -1):
        rest = waiting[age] - done
        left[age] = np.where(rest > DUST, rest, 0.0)
        done = done - (waiting[age] - left[age])
    return left


def coverage(done: FloatArray, dropped: FloatArray) -> FloatArray:
    """Share of the decided hours that were done; NaN where nothing was decided."""
    decided = done + dropped
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(decided > DUST, done / decided, np.nan)
