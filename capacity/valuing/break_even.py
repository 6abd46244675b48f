"""How much the work must do so that it pays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.removal import Removal
from capacity.valuing.beliefs import Beliefs
from capacity.valuing.control import Controlled
from capacity.valuing.crossing import crossing
from capacity.valuing.flows import Flows
from capacity.valuing.worlds import Bench

TOLERANCE = 0.002
"""How exactly the factor on addressable churn is found, as a share of it."""
TRIALS = 500
"""Futures in which break-even is looked for, at most."""
_LARGEST = 100.0
"""A factor on churn, or on growth, beyond which nobody looks."""
CASH, VALUE = "cash", "value"
AT, ALWAYS, NEVER = "at", "always pays", "never pays"


@dataclass(frozen=True)
class BreakEven:
    """Where the expected present value is nothing.

    Attributes
    ----------
    basis
        ``cash``, or ``value``: cash and `arr_multiple` times the revenue that is there more.
    answer
        ``at``, or that it ``always pays`` (even if the work does nothing) or ``never pays``.
    strength
        κ, the power of all effects at which it breaks even.
    hazard_ratio, error
        Factor on addressable churn that this is, at the medians, and its Monte Carlo error; NaN
        where the work is only said to do something to growth.
    by_segment
        The same factor by segment.
    grr_points
        By how much GRR of a year is lower at that factor, as a share.
    p_exceeded
        Probability that the factor is larger, by what the scenario believes; NaN where it says
        nothing.
    believed, believed_points
        The factor that the scenario itself says, at the medians, and the GRR points that it is;
        NaN where it says nothing.
    """

    basis: str
    answer: str
    strength: float = math.nan
    hazard_ratio: float = math.nan
    error: float = math.nan
    by_segment: Mapping[str, float] | None = None
    grr_points: float = math.nan
    p_exceeded: float = math.nan
    believed: float = math.nan
    believed_points: float = math.nan


class Search:
    """Break-even of one removal, for several horizons, on the same futures throughout.

    It is looked for in a few futures. Where all of them were simulated at what is believed, the
    few are set right by what they are off there (a control variate).

    Parameters
    ----------
    bench
        The few futures, on a layout whose effects can be scaled.
    beliefs
        What the scenario says of the removed work.
    believed
        The flows of all futures at strength 1; of another layout where no effect is `given`.
    """

    def __init__(
        self, bench: Bench, removal: Removal, beliefs: Beliefs, believed: Flows, *, given: bool
    ) -> None:
        self._bench, self._removal = bench, removal
        self._beliefs, self._given, self.believed = beliefs, given, believed
        self._few = believed.first(TRIALS)
        self._flows: dict[float, Flows] = {1.0: self._few} if given else {}

    @property
    def simulations(self) -> int:
        """Strengths at which both worlds were simulated."""
        return len(self._flows) - self._given

    def _at(self, strength: float, periods: int) -> Flows:
        """The flows at a strength of the effects, of the few futures and so many periods."""
        if strength not in self._known(periods):
            few = self._few
            worlds = (self._bench.world(r, strength, periods) for r in (None, self._removal))
            full, gone = (world.first(few.net.shape[1]) for world in worlds)
            self._flows[strength] = Flows(full, gone, few.rate, few.years[:periods])
        return self._flows[strength]

    def _known(self, periods: int) -> list[float]:
        """Strengths at which so many periods were simulated."""
        return [k for k, flows in self._flows.items() if len(flows.years) >= periods]

    def cash(self, periods: int) -> BreakEven:
        """Where NPV of the first periods is nothing."""
        return self._found(CASH, periods, lambda flows: flows.present_value(periods))

    def value(self, periods: int, multiple: FloatArray) -> BreakEven:
        """The same with a multiple of the difference in ARR at their end."""

        def worth(flows: Flows) -> FloatArray:
            more = flows.arr_saved[periods - 1] * multiple[: flows.net.shape[1]]
            return flows.present_value(periods) + flows.end_discounted(periods, more)

        return self._found(VALUE, periods, worth)

    def _found(self, basis: str, periods: int, worth: Callable[[Flows], FloatArray]) -> BreakEven:
        believed = worth(self.believed) if self._given else np.zeros(0)

        def set_right(strength: float) -> Controlled:
            return Controlled(worth(self._at(strength, periods)), believed)

        def mean(strength: float) -> float:
            return set_right(strength).mean

        steep = self._beliefs.steepest
        most = 1.0 if mean(0.0) > 0 or steep == 0 else math.log(_LARGEST) / steep
        tolerance = 2 * TOLERANCE / max(steep, TOLERANCE)  # the curve knows the rest
        strength = crossing(mean, self._known(periods), most, steep, tolerance)
        if strength is None:
            return BreakEven(basis, ALWAYS if mean(0.0) > 0 else NEVER)
        known = self._known(periods)
        nearest = min(known, key=lambda place: abs(place - strength))
        error = set_right(nearest).error / _slope(mean, known, nearest)
        return self._told(basis, strength, error)

    def _told(self, basis: str, strength: float, error: float) -> BreakEven:
        beliefs = self._beliefs
        if strength > 0 and not beliefs.moves_churn:
            return BreakEven(basis, AT, strength, grr_points=beliefs.grr_points(strength))
        ratio = beliefs.hazard_ratio(strength)
        step = max(1e-4 * strength, 1e-6)
        change = (beliefs.hazard_ratio(strength + step) - ratio) / step
        nan = math.nan
        exceeded = float((beliefs.drawn > ratio).mean()) if self._given else nan
        return BreakEven(
            basis,
            AT,
            strength,
            ratio,
            abs(change) * error,
            beliefs.by_segment(strength),
            beliefs.grr_points(strength),
            exceeded,
            beliefs.hazard_ratio(1.0) if self._given else nan,
            beliefs.grr_points(1.0) if self._given else nan,
        )


def _slope(mean: Callable[[float], float], known: list[float], strength: float) -> float:
    """Slope of a mean at a known strength, between the nearest that lie a tenth away at least."""
    below = max((k for k in known if k <= 0.9 * strength), default=strength)
    above = min((k for k in known if k > 1.1 * strength), default=strength)
    rise = abs(mean(above) - mean(below))
    return rise / (above - below) if rise else math.nan
