"""The figures of two worlds: every metric over every horizon, in every future."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.layout import Layout
from capacity.engine.lifetime import opening_accounts
from capacity.errors import QuestionError
from capacity.scenario.expecting import BREAK_EVEN, OF_TWO_WORLDS
from capacity.scenario.parts import nearest
from capacity.units import MONTHS_PER_YEAR
from capacity.valuing.beliefs import says_effects
from capacity.valuing.flows import Flows
from capacity.valuing.worlds import World, lifetime_values

KEPT = {
    "churn": ("frozen_accounts", "frozen_accounts"),
    "grr": ("frozen_kept_arr", "frozen_arr"),
    "nrr": ("frozen_arr", "frozen_arr"),
}
"""Metrics of the opening book: what is left over what there was."""
_OF_COST = ("incremental_cost", "cost_share_of_revenue")
"""What is known of a horizon, whatever the work does."""

T = TypeVar("T")


@dataclass(frozen=True)
class Figures:
    """What can be asked of two worlds.

    Attributes
    ----------
    layout
        Of the plan, as long as it takes.
    horizons
        Number of periods by label; the headline's is empty.
    flows
        The two worlds, and what one has more than the other.
    """

    layout: Layout
    horizons: Mapping[str, int]
    flows: Flows

    @cached_property
    def says_effects(self) -> bool:
        """Whether the scenario says what any work does; else only its cost is known."""
        return says_effects(self.layout.plan)

    @cached_property
    def segments(self) -> list[str]:
        """Names of the segments."""
        return list(self.layout.plan.segments)

    def array(self, metric: str, period: str = "", segment: str = "") -> FloatArray:
        """Values of a metric in every future, shape (trials,).

        Raises
        ------
        QuestionError
            Where there is no such metric, period or segment.
        """
        return of_period(metric, self.of(metric, segment), period)

    def is_known(self, metric: str) -> bool:
        """Whether a metric follows from what the scenario says: without effects, the cost alone."""
        lost = metric in OF_TWO_WORLDS and metric not in _OF_COST
        return self.says_effects or not (lost or metric.endswith("_without"))

    def of(self, metric: str, segment: str = "") -> dict[str, FloatArray]:
        """A metric by period, each of shape (trials,); NaN where it is not known.

        Raises
        ------
        QuestionError
            Where there is no such metric or segment.
        """
        found = self._computed(metric, segment)
        if self.is_known(metric):
            return found
        return {label: np.full_like(values, np.nan) for label, values in found.items()}

    def _computed(self, metric: str, segment: str) -> dict[str, FloatArray]:
        """A metric by period, as if work of which nothing is said did nothing."""
        if segment and segment not in self.segments:
            known = ", ".join(self.segments)
            text = f"no segment is called {segment!r}.{nearest(segment, self.segments)}"
            raise QuestionError(f"{text} Known: {known}")
        name, _, side = metric.rpartition("_")
        world = {"with": self.flows.full, "without": self.flows.gone}.get(side)
        if world and name == "clv":
            return {"": self._lifetime(world, segment)}
        if world and name in KEPT:
            return self._kept(name, world, segment)
        if world and name == "arr" and not segment:
            labels = self.layout.plan.horizon.periods.labels
            return dict(zip(labels, world.total_arr, strict=True))
        if segment or metric not in OF_TWO_WORLDS:
            names = ", ".join(
                (
                    *OF_TWO_WORLDS,
                    *(f"{n}_with, {n}_without" for n in (*KEPT, "clv", "arr")),
                    BREAK_EVEN,
                )
            )
            about = f" by segment ({segment})" if metric in OF_TWO_WORLDS else ""
            raise QuestionError(f"no metric is called {metric!r}{about}. Known: {names}")
        found = {label: self._over(metric, n) for label, n in self.horizons.items()}
        if metric in ("accounts_saved", "arr_saved"):
            rows = getattr(self.flows, metric)
            found |= dict(zip(self.layout.plan.horizon.periods.labels, rows, strict=True))
        return found

    def _over(self, metric: str, periods: int) -> FloatArray:
        """A metric over the first periods, shape (trials,)."""
        flows = self.flows
        if metric in ("roi", "roi_with_run_off"):
            net = flows.net[:periods].sum(axis=0)
            more = flows.run_off(periods) if metric != "roi" else 0.0
            cost = float(flows.cost[:periods].sum(axis=0).mean())
            return (net + more) / cost if cost > 0 else np.full(net.shape, np.nan)
        if metric in ("npv", "p_positive"):
            value = flows.present_value(periods)
            return value if metric == "npv" else (value > 0).astype(np.float64)
        if metric == "npv_with_run_off":
            more = flows.end_discounted(periods, flows.run_off(periods))
            return flows.present_value(periods) + more
        if metric == "irr":
            return np.array([flows.internal_rate(periods)])
        if metric in ("accounts_saved", "arr_saved"):
            return getattr(flows, metric)[periods - 1]
        if metric == "cost_share_of_revenue":
            revenue = flows.full.revenue[:periods].sum(axis=0)
            return flows.cost[:periods].sum(axis=0) / np.where(revenue > 0, revenue, np.nan)
        if metric.startswith("incremental"):
            of = flows.gain if metric == "incremental_gross_profit" else flows.cost
            return of[:periods].sum(axis=0)
        return flows.payback(periods) if metric == "payback_period" else flows.run_off(periods)

    def _kept(self, name: str, world: World, segment: str) -> dict[str, FloatArray]:
        """Retention of the opening book; of `churn` the share that is lost."""
        over, under = (getattr(world, field) for field in KEPT[name])
        rows = [self.segments.index(segment)] if segment else list(range(len(self.segments)))
        top, bottom = over[:, rows].sum(axis=1), under[0, rows].sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(bottom > 0, top / bottom, np.nan)
        share = 1 - share if name == "churn" else share
        return {f"{MONTHS_PER_YEAR * y}m": share[y] for y in range(1, len(share))}

    def _lifetime(self, world: World, segment: str) -> FloatArray:
        values = lifetime_values(self.layout, world)
        if segment:
            return values[self.segments.index(segment)]
        number = opening_accounts(self.layout.scenario)
        return number @ values / max(float(number.sum()), 1.0)


def of_period(metric: str, found: Mapping[str, T], period: str) -> T:
    """What is known of a metric for a period, which may be the headline's.

    Raises
    ------
    QuestionError
        Where there is no such period.
    """
    if period not in found:
        known = ", ".join(label or "the headline's, empty" for label in found)
        raise QuestionError(f"{metric} has no period {period!r}. Known: {known}")
    return found[period]
