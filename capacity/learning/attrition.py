"""Who leaves: attrition of a role, against the time in which people could be seen to leave."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.lives import Lives
from capacity.learning.posterior import Rate, is_too_little
from capacity.units import MONTHS_PER_YEAR

BANDS = (0.0, 12.0, 24.0, 60.0, np.inf)
"""Months of tenure between which attrition is told by itself."""


@dataclass(frozen=True)
class Attrition:
    """Attrition of a role.

    Attributes
    ----------
    role, people, left
        The role, its people, and how many of them left.
    rate
        Departures a year, with their posterior.
    by_tenure
        Departures, and person-years, between the `BANDS`.
    """

    role: str
    people: int
    left: int
    rate: Rate
    by_tenure: tuple[tuple[int, float], ...]

    @property
    def tells(self) -> bool:
        """Whether there is enough to learn attrition from."""
        return not is_too_little(self.left, self.rate.exposure)


def attrition_of(role: str, people: Lives) -> Attrition:
    """Attrition of people of a role, whoever was seen from the start or only from later on."""
    left = int(people.ended.sum())
    years = float(people.exposure.sum()) / MONTHS_PER_YEAR
    return Attrition(
        role,
        len(people),
        left,
        Rate.of(left, years),
        tuple(_between(people, low, high) for low, high in pairwise(BANDS)),
    )


def _between(people: Lives, low: float, high: float) -> tuple[int, float]:
    """Departures, and person-years, between two tenures."""
    begins, ends = np.maximum(people.entered, low), np.minimum(people.months, high)
    exposure: FloatArray = np.maximum(ends - begins, 0.0)
    inside = people.ended & (people.months >= low) & (people.months < high)
    return int(inside.sum()), float(exposure.sum()) / MONTHS_PER_YEAR
