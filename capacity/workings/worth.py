"""What a team is worth, laid open: a world with it and one without, at expected values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.layout import build_layout
from capacity.engine.removal import CS, read_removal, team_roles
from capacity.loading import Scenario
from capacity.model.value import internal_rate, net_present_value, payback
from capacity.scenario.document import Plan
from capacity.scenario.register import Assumption
from capacity.workings.lasting import (
    MARKS,
    called,
    has_effects,
    horizons_of,
    lacking,
    long_enough,
)
from capacity.workings.plan import Workings, workings


@dataclass(frozen=True)
class Worth:
    """Two worlds at expected values, and what one has more than the other.

    Attributes
    ----------
    what
        What is gone, as ``cs``.
    full, gone
        The worlds with and without it.
    periods
        Labels of their periods.
    horizons
        Number of periods by what a horizon is called, the shortest first.
    """

    what: str
    full: Workings
    gone: Workings
    periods: Sequence[str]
    horizons: Mapping[str, int]

    @cached_property
    def gain(self) -> FloatArray:
        """What a world with it has more in gross profit, shape (periods,)."""
        return self.full.gross_profit - self.gone.gross_profit

    @cached_property
    def cost(self) -> FloatArray:
        """What it has more in cost, shape (periods,)."""
        return self.full.whole_cost - self.gone.whole_cost

    @property
    def net(self) -> FloatArray:
        """Gain less cost, shape (periods,)."""
        return self.gain - self.cost

    def figure(self, name: str, horizon: str) -> float:
        """A figure over a horizon; NaN or infinite for what is not there.

        Parameters
        ----------
        name
            ``roi``, ``npv``, ``irr``, ``payback_period``, ``incremental_gross_profit`` or
            ``incremental_cost``.
        """
        count = self.horizons[horizon]
        gain, cost = self.gain[:count], self.cost[:count]
        net = gain - cost
        if name == "roi":
            return float(net.sum() / cost.sum()) if cost.sum() > 0 else math.nan
        if name == "npv":
            assert self.full.discount_rate
            rate = self.full.discount_rate.values[:1]
            years = self.full.years * np.arange(1, count + 1, dtype=np.float64)
            return float(net_present_value(net[:, None], rate, years)[0])
        if name == "irr":
            return internal_rate(net, self.full.years)
        if name == "payback_period":
            return float(payback(net[:, None])[0])
        return float((gain if name == "incremental_gross_profit" else cost).sum())

    def saved(self, name: str) -> float:
        """``accounts`` or ``arr`` that a world with it has more at the end."""
        return float((self.full.customers[name][-1] - self.gone.customers[name][-1]).sum())


def worth_of_the_team(scenario: Scenario, assumed: Iterable[Assumption]) -> Worth:
    """What Customer Success is worth by a plan that `why_not` has nothing to say against.

    The plan is run on for 36 months where it is shorter: what the team saves comes at renewals.
    """
    longer = long_enough(scenario, MARKS[-1])
    layout, horizons = build_layout(longer), horizons_of(scenario, MARKS[-1])
    full, gone = (
        workings(layout, assumed, removal) for removal in (None, read_removal(longer.plan, CS))
    )
    periods, names = longer.plan.horizon.periods, called(horizons, longer.plan.horizon.step)
    counts = {name: horizons[label] for name, label in names.items()}
    return Worth(CS, full, gone, periods.labels, counts)


def why_not(plan: Plan) -> str:
    """Why nobody can say what Customer Success is worth by a plan; empty where one can."""
    missing = [".".join(path) for path, _ in lacking(plan)]
    if missing:
        return f"the scenario does not say {', '.join(missing)}"
    if not team_roles(plan):
        return f"no role is of the department {CS}"
    if not has_effects(plan):
        return "the scenario does not say what happens if the work stops (if_stopped)"
    return ""
