"""The figures whose drivers can be asked for: of the table, of two worlds, of two plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.catalogue import Catalogue
from capacity.drivers.futures import Chances
from capacity.engine.batch import run_batch
from capacity.engine.layout import Layout, build_layout
from capacity.engine.removal import Removal
from capacity.errors import QuestionError
from capacity.expectations import figure_named
from capacity.loading import Scenario
from capacity.metrics import Kind
from capacity.result import Result
from capacity.simulation import simulate_given
from capacity.value import prepared
from capacity.valuing.figures import Figures
from capacity.valuing.flows import Flows
from capacity.valuing.worlds import distilled

OF_VALUE = {
    "npv": "",
    "npv_with_run_off": "",
    "roi": "share",
    "roi_with_run_off": "share",
    "accounts_saved": "accounts",
    "arr_saved": "",
    "incremental_gross_profit": "",
}
"""What `capacity roi` tells of two worlds, future by future, and its unit; else it is money."""
PROFIT = "profit"
"""Gross profit less the cost of the team, over the plan."""
_COSTS = ("team_cost", "cost_", "churned_arr", "contraction_arr")
"""Money of which less is better."""
RATIOS = ("roi", "roi_with_run_off")
"""Of money, over the expected cost."""


@dataclass(frozen=True)
class OfTable:
    """A figure of the table.

    Attributes
    ----------
    metric, about, period, by
        Which.
    less
        A metric to take from it, or none.
    """

    layout: Layout
    metric: str
    about: Mapping[str, str]
    period: str
    by: str | None = None
    less: str = ""

    def of(self, chances: Chances) -> FloatArray:
        """Its values, shape (1, trials)."""
        chance = chances()
        result = Result(self.layout, (run_batch(self.layout, chance),), chance.trials, {})
        found = result.array(self.metric, period=self.period, by=self.by, **self.about)
        return found - result.array(self.less, period="") if self.less else found

    def on(self, plans: Sequence[Scenario]) -> OfTable:
        """The same figure of a changed plan."""
        return replace(self, layout=build_layout(plans[0]))

    def finish(self, raw: FloatArray, usual: FloatArray | None = None) -> FloatArray:
        """As it is."""
        del usual  # no ratio
        return raw[0]

    def choices(self, raw: FloatArray) -> FloatArray:
        """There is nothing to choose from but the plan."""
        return raw

    @property
    def less_is_better(self) -> bool:
        """Whether it is a cost or a loss."""
        return self.metric.startswith(_COSTS)


@dataclass(frozen=True)
class OfWorlds:
    """What would be lost if something was gone: a metric of `capacity roi`, headline horizon."""

    layout: Layout
    removal: Removal
    horizons: Mapping[str, int]
    metric: str
    without: str
    months: int

    @classmethod
    def asked(cls, scenario: Scenario, metric: str, without: str, months: int) -> OfWorlds:
        """Two worlds of a plan; the mistakes are those of `capacity.roi`."""
        layout, (removal,), horizons = prepared(scenario, [without], months, None)
        return cls(layout, removal, horizons, metric, without, months)

    def of(self, chances: Chances) -> FloatArray:
        """Its values, and the cost that a ratio is of; shape (2, trials)."""
        plan = self.layout.plan
        full, gone = (
            distilled(self.layout, run_batch(self.layout, chances(), removal))
            for removal in (None, self.removal)
        )
        assert plan.finance.discount_rate is not None  # it was asked for before
        named = [("finance.discount_rate", plan.finance.discount_rate)]
        rate, years = chances().inputs(named)[0], plan.horizon.periods.elapsed_years
        flows = Flows(full, gone, rate, years)
        cost = flows.cost[: self.horizons[""]].sum(axis=0)
        found = Figures(self.layout, self.horizons, flows).array(self.metric)
        return np.stack([found * cost.mean() if self.metric in RATIOS else found, cost])

    def on(self, plans: Sequence[Scenario]) -> OfWorlds:
        """The same figure of a changed plan."""
        return OfWorlds.asked(plans[0], self.metric, self.without, self.months)

    def finish(self, raw: FloatArray, usual: FloatArray | None = None) -> FloatArray:
        """Over the expected cost, where it is a ratio."""
        if self.metric not in RATIOS:
            return raw[0]
        cost: FloatArray = raw[1] if usual is None else usual[1]
        return raw[0] / cost.mean()

    def choices(self, raw: FloatArray) -> FloatArray:
        """To keep it, or to let it go, which is worth nothing more."""
        return np.stack([raw[0], np.zeros_like(raw[0])])

    @property
    def less_is_better(self) -> bool:
        """It is worth of which there cannot be too much."""
        return False


@dataclass(frozen=True)
class Several:
    """Some outcomes of different plans in the same futures, one row for each."""

    outcomes: Sequence[OfTable]

    def of(self, chances: Chances) -> FloatArray:
        """Their values, shape (outcomes, trials)."""
        return np.concatenate([one.of(chances) for one in self.outcomes])

    def on(self, plans: Sequence[Scenario]) -> Several:
        """The same figures of changed plans."""
        pairs = zip(self.outcomes, plans, strict=True)
        return Several([one.on([plan]) for one, plan in pairs])

    def finish(self, raw: FloatArray, usual: FloatArray | None = None) -> FloatArray:
        """How much more the second has than the first."""
        del usual  # no ratio
        return raw[1] - raw[0]

    def choices(self, raw: FloatArray) -> FloatArray:
        """Any of the plans."""
        return raw

    @property
    def less_is_better(self) -> bool:
        """Whether it is a cost or a loss."""
        return self.outcomes[0].less_is_better


@dataclass(frozen=True)
class Named:
    """A figure with what it is called.

    Attributes
    ----------
    name
        As ``required_fte[csm, 2027-03]``.
    unit
        As in the table.
    """

    name: str
    unit: str
    outcome: OfTable


def of_table(layout: Layout, metric: str, seed: int) -> Named:
    """A figure of the table by its name, as an expectation has it.

    Of an average without a period it is the period in which it is expected to be largest.

    Raises
    ------
    QuestionError
        Where there is no such figure, or it is a quantile, which no single future has.
    """
    if metric == PROFIT:
        of_table(layout, "gross_profit", seed)
        return Named(
            PROFIT, layout.plan.currency, OfTable(layout, "gross_profit", {}, "", less="team_cost")
        )
    catalogue = Catalogue(layout.scenario, layout.work, (), 1)
    found, period, by, q = figure_named(catalogue, layout.plan, metric)
    if q is not None:
        text = f"{metric}: a quantile has no drivers of its own. Leave the quantile out"
        raise QuestionError(text)
    about: dict[str, Any] = found.key.about
    if period is None:
        assert found.kind is Kind.AVERAGE
        means = simulate_given(layout.scenario, 0, seed).figures(found.name, **about)
        period = max(means, key=lambda label: means[label])
    names = [*about.values(), *([period] if period else [])]
    called = f"{found.name}[{', '.join(names)}]" if names else found.name
    return Named(called, found.unit, OfTable(layout, found.name, about, period, by))
