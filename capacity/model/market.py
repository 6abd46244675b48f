"""What a year's market and an event do to rates."""

from __future__ import annotations

from capacity.arrays import FloatArray
from capacity.model.demand import lognormal_hours


def lognormal_factor(spread: FloatArray, normals: FloatArray) -> FloatArray:
    """Factors with mean 1 and a given coefficient of variation, from standard normals."""
    return lognormal_hours(1.0, spread**2, normals)


def event_factor(happens: FloatArray, factor: FloatArray) -> FloatArray:
    """What an event does to a rate: 1 + happens·(factor − 1).

    Parameters
    ----------
    happens
        1 where it happens and 0 where not; its probability for the mean.
    factor
        What it multiplies the rate by where it happens.
    """
    return 1 + happens * (factor - 1)
