"""What the market of a year and the events do, period by period, in one batch of futures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.chance import Chance, Named
from capacity.engine.stretches import Stretches, by_period
from capacity.estimates import Estimate
from capacity.model.market import event_factor
from capacity.rng import keys
from capacity.scenario.document import Plan

ByPeriod = dict[int, FloatArray]
"""Factors of the periods in which anything moves; what is not there is 1 in every future."""


@dataclass(frozen=True)
class Shocks:
    """Factors on what the plan says, in the periods in which there are any.

    Attributes
    ----------
    churn, new_accounts, expansion
        On all churn hazards, drawn rates of new accounts and yearly expansions; each of shape
        (trials,).
    hours
        On the hours that fall due, by task, shape (tasks, trials).
    """

    churn: ByPeriod = field(default_factory=dict)
    new_accounts: ByPeriod = field(default_factory=dict)
    expansion: ByPeriod = field(default_factory=dict)
    hours: ByPeriod = field(default_factory=dict)


def draw_shocks(plan: Plan, chance: Chance, stretches: Stretches) -> Shocks:
    """Draw the years of the market, and which events happen."""
    market = plan.market
    shocks = Shocks(
        churn=_years(plan, "churn", market.churn_volatility, chance, stretches),
        new_accounts=_years(
            plan, "new_accounts", market.new_accounts_volatility, chance, stretches
        ),
    )
    for name, periods, happens in _events(plan, chance, stretches):
        factors = {
            kind: [(f"events.{name}.{kind}", getattr(plan.events[name], kind))]
            for kind in ("churn", "new_accounts", "expansion")
        }
        for kind, named in (factors | {"hours": _hours(plan, name)}).items():
            if not any(_moves(estimate) for _, estimate in named):
                continue
            for run, day in stretches.within(periods):
                factor = event_factor(happens, chance.inputs(named, day))
                _multiply(getattr(shocks, kind), run, factor if kind == "hours" else factor[0])
    return shocks


def _moves(estimate: Estimate, rest: float = 1.0) -> bool:
    """Whether a number is ever anything but what it is at rest."""
    return any(version.uncertain or version.mean != rest for version in estimate.versions)


def _years(
    plan: Plan, kind: str, volatility: Estimate, chance: Chance, stretches: Stretches
) -> ByPeriod:
    """The factor of each calendar year, named by the year: another start meets the same years.

    A year varies as much as is said of the first of its periods in the plan.
    """
    if not _moves(volatility, rest=0.0):
        return {}
    years, first, place = np.unique(
        plan.horizon.periods.calendar_year, return_index=True, return_inverse=True
    )
    spread = by_period(chance, [(f"market.{kind}_volatility", volatility)], stretches)[0]
    spread = spread[first] if len(spread) > 1 else spread
    factors = chance.factors(keys(("market", kind, int(year)) for year in years), spread)
    return {period: factors[i] for period, i in enumerate(place.tolist())}


def _events(
    plan: Plan, chance: Chance, stretches: Stretches
) -> Iterator[tuple[str, range, FloatArray]]:
    """Events within the plan: name, periods, and in which futures they happen."""
    for name, event in plan.events.items():
        periods = event.periods(plan.horizon)
        if periods:
            named = (f"events.{name}.probability", event.probability)
            odds = chance.inputs([named], stretches.day(periods[0]))
            yield name, periods, chance.happens(keys([("event", name)]), odds)[0]


def _hours(plan: Plan, event: str) -> list[Named]:
    """Path and value of an event's factor on the hours of each task."""
    hours, path = plan.events[event].hours, f"events.{event}.hours"
    return [
        (f"{path}.{task}" if task in hours.values else path, hours.of(task) or Estimate.fixed(1))
        for task in plan.tasks
    ]


def _multiply(factors: ByPeriod, periods: range, factor: FloatArray) -> None:
    for period in periods:
        factors[period] = factors[period] * factor if period in factors else factor
