"""What the team costs and what the customers pay."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from capacity.arrays import FloatArray, IntArray


def derived_heads(planned_seats: Sequence[int], seats_each: Sequence[int]) -> int:
    """Heads of a role that follows from others: ⌈Σ seats / seats for each head⌉."""
    return math.ceil(
        sum(n / each for n, each in zip(planned_seats, seats_each, strict=True)) - 1e-9
    )


def hour_cost(cost: FloatArray, available: FloatArray) -> FloatArray:
    """Cost of an available hour; 0 where there is none."""
    return np.divide(cost, available, out=np.zeros_like(available), where=available > 0)


def pay(heads: FloatArray, yearly: FloatArray, years: float) -> FloatArray:
    """Cost of filled seats in a period."""
    return heads * yearly * years


def raised(salary: FloatArray, rise: FloatArray, anniversaries: IntArray) -> FloatArray:
    """A salary after the rises on all anniversaries of the plan's start so far.

    Parameters
    ----------
    salary, rise
        Shape (periods, trials), or (1, trials) where they do not change in time.
    anniversaries
        How many there have been when a period begins, shape (periods,).
    """
    if len(rise) == 1:
        return salary * (1 + rise) ** anniversaries[:, None]
    since = np.diff(anniversaries, prepend=0)[:, None]
    result: FloatArray = salary * np.cumprod((1 + rise) ** since, axis=0)
    return result
