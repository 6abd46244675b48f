"""The mean over many futures, from few of them and what is known of all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from capacity.arrays import FloatArray
from capacity.statistics import mean_error


@dataclass(frozen=True)
class Controlled:
    """Values of the first futures, and of all futures something that moves with them.

    What the first are off there, they are off here, times the slope of one on the other: the
    control variate of regression (Lavenberg & Welch 1981).

    Attributes
    ----------
    values
        Of the first futures, shape (few,).
    known
        Of all futures, shape (trials,); empty where nothing is known.
    """

    values: FloatArray
    known: FloatArray

    @cached_property
    def _slope(self) -> float:
        if self.known.size <= self.values.size:
            return 0.0
        first = self.known[: self.values.size]
        off = first - first.mean()
        size = float(off @ off)
        return float(off @ self.values) / size if size > 0 else 0.0

    @property
    def mean(self) -> float:
        """Expected value."""
        if not self._slope:
            return float(self.values.mean())
        first = self.known[: self.values.size]
        return float(self.values.mean()) + self._slope * float(self.known.mean() - first.mean())

    @property
    def error(self) -> float:
        """Its Monte Carlo standard error: of what does not move along, and of what is known."""
        if not self._slope:
            return float(mean_error(self.values[None])[0])
        rest = self.values - self._slope * self.known[: self.values.size]
        own, of_known = (float(mean_error(v[None])[0]) for v in (rest, self.known))
        return math.hypot(own, self._slope * of_known)
