"""When work falls due, and how many hours it takes.

Times are periods of the horizon: 0 is the first, negative ones lie before it.
"""

from __future__ import annotations

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.calendar import DateArray, days_of, months_and_days


def due_every_months(
    month: IntArray, day: IntArray, months: int, first_days: DateArray
) -> FloatArray:
    """How often work falls due on a date start + n·months, n ≥ 1.

    Parameters
    ----------
    month, day
        Month of each account's start, on the line of months, and day of that month, shape
        (accounts,). A month that is too short has its last day in place of it.
    months
        Interval in whole months.
    first_days
        First day of each period and of the one after, shape (periods + 1,).

    Returns
    -------
    FloatArray
        Shape (accounts, periods).
    """
    now, _ = months_and_days(first_days)
    since = now - month[:, None]
    is_later = days_of(now, day[:, None]) >= first_days
    reached = since // months - ((since % months == 0) & is_later)
    return np.diff(np.maximum(reached, 0), axis=1).astype(float)


def due_every_days(starts: DateArray, days: float, first_days: DateArray) -> FloatArray:
    """How often work falls due on a date start + n·days, n ≥ 1, for an interval above a period.

    Parameters
    ----------
    starts
        First day of each account, shape (accounts,).
    days
        Interval in days.
    first_days
        First day of each period and of the one after, shape (periods + 1,).

    Returns
    -------
    FloatArray
        Shape (accounts, periods).
    """
    age = (first_days - np.timedelta64(1, "D") - starts[:, None]).astype(np.int64)
    reached = np.floor(np.maximum(age, 0) / days)
    return np.diff(reached, axis=1)


def due_in_parts(first: IntArray, parts: IntArray | int, periods: int) -> BoolArray:
    """Whether a part of an occurrence falls due, in each of `parts` periods from the first.

    Parameters
    ----------
    first, parts
        Period of the first part, which may lie before the horizon, and number of parts, for each
        or for all; shape (accounts,).

    Returns
    -------
    BoolArray
        Shape (accounts, periods).
    """
    since = np.arange(periods) - first[:, None]
    return (since >= 0) & (since < np.reshape(parts, (-1, 1)))


def lognormal_hours(
    mean: FloatArray | float, relative_variance: FloatArray, normals: FloatArray
) -> FloatArray:
    """Hours with a given mean and squared coefficient of variation, from standard normals.

    Lognormal with these two moments: mean · exp(σz − σ²/2), σ² = ln(1 + relative variance).
    """
    variance = np.log1p(relative_variance)
    exponent = np.sqrt(variance)
    exponent = exponent * normals
    exponent -= variance / 2
    hours: FloatArray = mean * np.exp(exponent)
    return hours
