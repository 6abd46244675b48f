"""The world outside: years that differ from each other, and events that may come."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from capacity.estimates import Estimate
from capacity.scenario.fields import (
    Factor,
    FactorByTask,
    KnownMonth,
    Share,
    Term,
    Text,
    Volatility,
    choice,
)
from capacity.scenario.horizon import Horizon
from capacity.scenario.parts import BySegment, Part

STEADY = Estimate.fixed(0.0)
UNMOVED = Estimate.fixed(1.0)


class Market(Part):
    """How far calendar years differ from each other, in ways that nobody knows beforehand."""

    churn_volatility: Volatility = STEADY
    """Coefficient of variation of a year's factor on all churn hazards."""
    new_accounts_volatility: Volatility = STEADY
    """Coefficient of variation of a year's factor on all rates of new accounts."""


class Event(Part):
    """Something that may happen, and what it does while it lasts."""

    probability: Share
    """Chance that it happens; all of it or nothing of it."""
    start: KnownMonth
    """First month, as `2027-06`."""
    months: Term
    """How long it lasts."""
    churn: Factor = UNMOVED
    """Factor on all churn hazards."""
    new_accounts: Factor = UNMOVED
    """Factor on all rates of new accounts."""
    expansion: Factor = UNMOVED
    """Factor on the yearly expansion."""
    hours: FactorByTask = Field(default=BySegment({}, UNMOVED))
    """Factor on the hours of all tasks, or of some: `{qbr: 1.5}`."""
    source: Text | None = None
    """Where the judgement comes from; holds for all of its numbers."""
    note: Text | None = None
    """A remark."""
    evidence: Annotated[str, choice("measured", "published", "estimated")] | None = None
    """How good the source is."""

    def periods(self, horizon: Horizon) -> range:
        """The periods of the plan in which it lasts; none where it lies outside of them."""
        return horizon.periods.within(self.start, self.months)
