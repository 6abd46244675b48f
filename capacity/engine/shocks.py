"""What the market of a year and the events do, period by period, in one batch of futures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.chance import Chance, Named
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


def draw_shocks(plan: Plan, chance: Chance) -> Shocks:
    """Draw the years of the market, and which events happen."""
    shocks = Shocks(
        churn=_years(plan, "churn", plan.market.churn_volatility, chance),
        new_accounts=_years(plan, "new_accounts", plan.market.new_accounts_volatility, chance),
    )
    for name, periods, happens in _events(plan, chance):
        for kind in ("churn", "new_accounts", "expansion"):
            named = (f"events.{name}.{kind}", getattr(plan.events[name], kind))
            if _moves(named[1]):
                factor = event_factor(happens, chance.inputs([named])[0])
                _multiply(getattr(shocks, kind), periods, factor)
        hours = _hours(plan, name)
        if any(_moves(estimate) for _, estimate in hours):
            _multiply(shocks.hours, periods, event_factor(happens, chance.inputs(hours)))
    return shocks


def _moves(estimate: Estimate, rest: float = 1.0) -> bool:
    """Whether a number is ever anything but what it is at rest."""
    return estimate.uncertain or estimate.mean != rest


def _years(plan: Plan, kind: str, volatility: Estimate, chance: Chance) -> ByPeriod:
    """The factor of each calendar year, named by the year: another start meets the same years."""
    if not _moves(volatility, rest=0.0):
        return {}
    spread = chance.inputs([(f"market.{kind}_volatility", volatility)])
    years, place = np.unique(plan.horizon.periods.calendar_year, return_inverse=True)
    factors = chance.factors(keys(("market", kind, int(year)) for year in years), spread)
    return {period: factors[i] for period, i in enumerate(place.tolist())}


def _events(plan: Plan, chance: Chance) -> Iterator[tuple[str, range, FloatArray]]:
    """Events within the plan: name, periods, and in which futures they happen."""
    for name, event in plan.events.items():
        periods = event.periods(plan.horizon)
        if periods:
            odds = chance.inputs([(f"events.{name}.probability", event.probability)])
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
