"""Seats to ramped hours: the time waterfall, and people who come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.units import WEEKDAYS

_CERTAIN = 1e4
"""A hazard that nobody survives, and yet a number."""


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
        Shape (periods, trials), or (1, trials) where they do not change in time.
    """
    per_day = hours_per_week / WEEKDAYS
    present = np.maximum((weekdays - holidays - leave) * per_day, 0)
    available = present * (1 - internal)
    return Waterfall(available, available * target_utilization)


def leave_hazard(attrition: FloatArray, overload: FloatArray, years: float) -> FloatArray:
    """Hazard of a seat to be vacated within a period: −ln(1 − a)·Δ·m.

    The chance to be vacated in it is 1 − (1 − a)^(Δ·m), with yearly attrition a and the
    overload's factor m.
    """
    with np.errstate(divide="ignore"):
        yearly = np.minimum(-np.log1p(-attrition), _CERTAIN)
    return yearly * (years * overload)


def ramped(filled: FloatArray, newcomers: FloatArray, output: FloatArray) -> FloatArray:
    """Filled seats in ramped people, shape (trials,).

    Parameters
    ----------
    filled
        Filled seats, shape (trials,).
    newcomers
        Those of tenure 0, 1, …, shape (tenures, trials).
    output
        Share of a ramped person at these tenures, shape (tenures, trials) or (tenures, 1).
    """
    return (filled - newcomers.sum(axis=0)) + (output * newcomers).sum(axis=0)
