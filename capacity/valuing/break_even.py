"""How much the work must do so that it pays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from capacity.arrays import FloatArray
from capacity.engine.layout import Layout
from capacity.engine.removal import Removal
from capacity.statistics import mean_error
from capacity.valuing.beliefs import Beliefs
from capacity.valuing.flows import Flows
from capacity.valuing.worlds import Futures, worlds

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
    """

    basis: str
    answer: str
    strength: float = math.nan
    hazard_ratio: float = math.nan
    error: float = math.nan
    by_segment: Mapping[str, float] | None = None
    grr_points: float = math.nan
    p_exceeded: float = math.nan


class Search:
    """Break-even of one removal, for several horizons, on the same futures throughout.

    Attributes
    ----------
    simulations
        Strengths at which both worlds were simulated.
    """

    def __init__(
        self, layout: Layout, removal: Removal, futures: Futures, like: Flows, *, given: bool
    ) -> None:
        """Look on a layout; `like` are the flows of the plan, at strength 1 if `given`."""
        self._layout, self._removal = layout, removal
        self._all, self._few = futures, futures.fewer(TRIALS)
        self._beliefs, self._given = Beliefs(layout, removal), given
        self._rate, self._years = like.rate, like.years
        few = like.first(max(self._few.trials, 1))
        self._flows: dict[float, Flows] = {1.0: few} if given else {}
        self.simulations = 0

    def _at(self, strength: float) -> Flows:
        """The flows at a strength of the effects."""
        if strength not in self._flows:
            removals = (None, self._removal)
            full, gone = worlds(self._layout, removals, self._few, strength)
            rate = self._rate[: full.cost.shape[1]]
            self._flows[strength] = Flows(full, gone, rate, self._years)
            self.simulations += 1
        return self._flows[strength]

    def cash(self, periods: int) -> BreakEven:
        """Where NPV of the first periods is nothing."""
        return self._found(CASH, lambda flows: flows.present_value(periods))

    def value(self, periods: int, multiple: FloatArray) -> BreakEven:
        """The same with a multiple of the difference in ARR at their end."""

        def worth(flows: Flows) -> FloatArray:
            more = flows.arr_saved[periods - 1] * multiple[: flows.net.shape[1]]
            return flows.present_value(periods) + flows.end_discounted(periods, more)

        return self._found(VALUE, worth)

    def _found(self, basis: str, worth: Callable[[Flows], FloatArray]) -> BreakEven:
        def mean(strength: float) -> float:
            return float(worth(self._at(strength)).mean())

        steep = self._beliefs.steepest
        upper = self._across(mean, math.log(_LARGEST) / steep if steep > 0 else 1.0)
        if upper is None:
            return BreakEven(basis, ALWAYS if mean(0.0) > 0 else NEVER)
        strength = self._solve(mean, upper, TOLERANCE / max(steep, TOLERANCE))
        return self._told(basis, strength, self._slope(mean, strength), worth)

    def _across(self, mean: Callable[[float], float], most: float) -> float | None:
        """A strength at which it pays if it does not without effects, or does not if it does.

        None where there is none. What pays at nothing and at what is believed always pays.
        """
        idle = mean(0.0)
        strength = 1.0 if most > 1 else most
        while mean(strength) * idle > 0:
            if strength >= most or idle > 0:
                return None
            strength = min(2 * strength, most)
        return strength

    def _solve(self, mean: Callable[[float], float], upper: float, tolerance: float) -> float:
        """The strength at which a mean is nothing."""
        from scipy.optimize import brentq  # slow to import

        idle = mean(0.0)
        if idle == 0:
            return 0.0
        known = sorted(k for k in self._flows if k <= upper)
        high = min(k for k in known if mean(k) * idle <= 0)
        low = max(k for k in known if k < high)
        return float(brentq(mean, low, high, xtol=tolerance / 2))

    def _slope(self, mean: Callable[[float], float], strength: float) -> float:
        """Slope of a mean, between the nearest strengths that lie a tenth away at least."""
        below = max((k for k in self._flows if k <= 0.9 * strength), default=strength)
        above = min((k for k in self._flows if k > 1.1 * strength), default=strength)
        return abs(mean(above) - mean(below)) / (above - below)

    def _told(
        self, basis: str, strength: float, slope: float, worth: Callable[[Flows], FloatArray]
    ) -> BreakEven:
        beliefs = self._beliefs
        if strength > 0 and not beliefs.moves_churn:
            return BreakEven(basis, AT, strength, grr_points=beliefs.grr_points(strength))
        ratio = beliefs.hazard_ratio(strength)
        step = max(1e-4 * strength, 1e-6)
        change = (beliefs.hazard_ratio(strength + step) - ratio) / step
        error = float(mean_error(worth(self._at(strength))[None])[0])
        names = self._layout.plan.segments
        by_segment = dict(zip(names, beliefs.at_median("churn", strength).tolist(), strict=True))
        exceeded = float((self._drawn > ratio).mean()) if self._given else math.nan
        return BreakEven(
            basis,
            AT,
            strength,
            ratio,
            abs(change) * error / slope if slope > 0 else math.nan,
            by_segment,
            beliefs.grr_points(strength),
            exceeded,
        )

    @cached_property
    def _drawn(self) -> FloatArray:
        return self._beliefs.drawn(self._all)
