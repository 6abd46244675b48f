"""What the segments say of churn, contraction and growth, drawn for one batch of futures."""

from __future__ import annotations

import datetime as dt

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Chance
from capacity.engine.decisions import Retention
from capacity.estimates import Estimate
from capacity.model.retention import hazard
from capacity.scenario.document import Plan


class Rates:
    """The drawn numbers of the segments, each of shape (segments, trials) or (segments, 1).

    Attributes
    ----------
    addressable
        Share of the churn hazard that anybody can move.
    contraction, expansion, uplift
        Yearly, as shares of revenue.
    """

    def __init__(self, plan: Plan, retention: Retention, chance: Chance) -> None:
        self._plan, self._hazards, self._chance = plan, retention.hazards, chance
        self.turn_to(None)
        self._median = hazard(np.array([[churn.median] for _, churn in retention.hazards]))

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self.addressable = self._drawn("addressable", day)
        self.contraction = self._drawn("contraction", day)
        self.expansion = self._drawn("expansion", day)
        self.uplift = self._drawn("uplift", day)
        self._yearly = hazard(self._chance.inputs(self._hazards, day))

    def _drawn(self, setting: str, day: dt.date | None) -> FloatArray:
        named = [
            (f"segments.{name}.{setting}", getattr(segment, setting) or Estimate.fixed(0.0))
            for name, segment in self._plan.segments.items()
        ]
        return self._chance.inputs(named, day)

    def hazard(self, row: IntArray, own: FloatArray) -> FloatArray:
        """Yearly hazards; an account's own moves with its segment's since the plan began."""
        yearly, median, own = self._yearly[row], self._median[row], own[:, None]
        ratio = np.divide(yearly, median, out=np.ones_like(yearly), where=median > 0)
        return np.where(np.isnan(own), yearly, own * ratio)


def moved(yearly: FloatArray, factor: FloatArray | None) -> FloatArray:
    """Yearly rates under a factor of the period; as they are where there is none."""
    return yearly if factor is None else yearly * factor
