"""Seats to ramped hours: the time waterfall, and people who come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.arrays import BoolArray, FloatArray
from capacity.units import WEEKDAYS

SeatArray = NDArray[np.int32]

NEVER = -(10**6)
"""State of a seat that will not be filled again."""
RAMPED = 10**6
"""Tenure of a person who was ramped when the plan began."""


@dataclass(frozen=True)
class Waterfall:
    """Hours of one full-time, ramped person, each line named and used once.

    Each has shape (periods, trials) or (periods, 1).
    """

    available: FloatArray
    customer: FloatArray


def waterfall(
    weekdays: FloatArray,
    holidays: FloatArray,
    leave: FloatArray,
    hours_per_week: FloatArray,
    internal: FloatArray,
    target_utilization: FloatArray,
) -> Waterfall:
    """Customer hours of a person in each period.

    Paid hours less holidays and leave are present hours; less meetings and training, available
    hours; less the reserve, customer hours.

    Parameters
    ----------
    weekdays, holidays
        Mondays to Fridays, and public holidays on them, shape (periods, 1).
    leave
        Days of leave and sickness, shape (periods, trials).
    hours_per_week, internal, target_utilization
        Shape (trials,).
    """
    per_day = hours_per_week / WEEKDAYS
    present = np.maximum((weekdays - holidays - leave) * per_day, 0)
    available = present * (1 - internal)
    return Waterfall(available, available * target_utilization)


def step_seats(state: SeatArray, hit: BoolArray, vacant_for: SeatArray) -> SeatArray:
    """People leave, tenure grows, vacancies come nearer to being filled.

    Parameters
    ----------
    state
        Tenure in whole periods of a filled seat; −n of a vacant one that is filled in n periods.
        Shape (seats, trials).
    hit
        Seats that are vacated if they are filled.
    vacant_for
        Periods that each seat which is hit would stay vacant, in the order of the array; `-NEVER`
        where it is not filled again. Shape (hits,).
    """
    after = state + np.int32(1)
    after[hit] = np.where(state[hit] >= 0, -vacant_for, after[hit])
    return after


def leave_chance(attrition: FloatArray, overload: FloatArray, years: float) -> FloatArray:
    """Chance to be vacated within a period, from yearly attrition and the overload's factor.

    1 − (1 − a)^(Δ·m).
    """
    return 1 - (1 - attrition) ** (years * overload)


def ramped(state: SeatArray, output: FloatArray) -> FloatArray:
    """Sum over the seats of a ramped person's share, shape (trials,).

    Parameters
    ----------
    output
        Share of a ramped person: of a vacant seat, of tenure 0, 1, …, and of the ramped; shape
        (tenures + 2, trials) or (tenures + 2, 1).
    """
    place = np.clip(state + np.int32(1), 0, len(output) - 1)
    if output.shape[1] == 1:
        return output[:, 0].take(place).sum(axis=0)
    return np.take_along_axis(output, place, axis=0).sum(axis=0)
