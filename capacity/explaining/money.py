"""What the team costs, and what is left."""

from __future__ import annotations

import datetime as dt

import numpy as np

from capacity.engine.roles import COSTS
from capacity.explaining.basis import Basis
from capacity.explaining.inputs import Inputs
from capacity.explaining.people import People
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, given, product, total
from capacity.metrics import Key

LINES = (*COSTS, "severance", "platform")


class Money:
    """Explains the cost of the team."""

    def __init__(self, seen: Seen, inputs: Inputs, basis: Basis, people: People) -> None:
        self._seen, self._inputs, self._basis, self._people = seen, inputs, basis, people
        self._layout = seen.layout
        self._plan = self._layout.plan
        self._periods = self._plan.horizon.periods
        self._currency = self._plan.currency

    def team_cost(self, key: Key, period: int) -> Term:
        """All lines, of those that cost anything."""
        lines = COSTS if key.role else LINES
        parts = [self.line(name, key, period) for name in lines]
        return total("cost of the team", self._currency, [p for p in parts if p.value])

    def line(self, name: str, key: Key, period: int) -> Term:
        """A cost line of a role, a pool or all."""
        if name == "severance":
            return given("severance: nobody is cut", 0.0, self._currency)
        if name == "platform":
            named = "finance.platform", self._plan.finance.platform
            yearly = self._inputs.of("a year", named, self._day(period), self._currency)
            return product("platform", self._currency, yearly, self._length())
        count = len(self._layout.scenario.pools)
        pools = self._people.pools(key) if key.role else range(count)
        parts = [getattr(self, name)(pool, period) for pool in pools]
        found = [part for part in parts if part.value]
        return total(name.replace("_", " "), self._currency, found)

    def salaries(self, pool: int, period: int) -> Term:
        """Pay of the filled seats, with all raises so far."""
        pay = [self._input("salary a year", pool, "salary", period), *self._raises(pool, period)]
        label = f"salaries of {self._people.name(pool)}"
        return product(label, self._currency, self._paid(pool, period), *pay, self._length())

    def on_costs(self, pool: int, period: int) -> Term:
        """A share of the pay."""
        rate = self._input("on-costs", pool, "on_costs", period, "share")
        label = f"on-costs of {self._people.name(pool)}"
        return product(label, self._currency, self.salaries(pool, period), rate)

    def bonus(self, pool: int, period: int) -> Term:
        """Of the filled seats."""
        return self._yearly("bonus", pool, period)

    def tools(self, pool: int, period: int) -> Term:
        """Of the filled seats."""
        return self._yearly("tools", pool, period)

    def _yearly(self, key: str, pool: int, period: int) -> Term:
        each = self._input("each a year", pool, key, period)
        label = f"{key} of {self._people.name(pool)}"
        return product(label, self._currency, self._paid(pool, period), each, self._length())

    def hiring(self, pool: int, period: int) -> Term:
        """Of the seats that are filled."""
        newcomers = [*self._basis.hires(pool, period), *self._basis.joining(pool)]
        filled = self._seen.team[period][pool].joined[0]
        joined = given("seats filled", filled, "seats", newcomers)
        each = self._input("each", pool, "hiring_cost", period)
        return product(f"hiring of {self._people.name(pool)}", self._currency, joined, each)

    def _paid(self, pool: int, period: int) -> Term:
        presence = self._seen.team[period][pool].presence
        if presence is not None:
            label, by_name = (
                "full weeks paid, by the file of people",
                self._basis.seats(pool, period),
            )
            return given(label, presence.paid[0], "FTE", by_name)
        return self._people.headcount(pool, period)

    def _raises(self, pool: int, period: int) -> list[Term]:
        """A factor for each anniversary of the plan's start that has passed."""
        since = np.diff(self._periods.anniversaries, prepend=0)[: period + 1]
        found = []
        for when in np.flatnonzero(since).tolist():
            rise = self._input("raise", pool, "raise", when, "share")
            one = total("with the raise", "", [given("pay", 1.0), rise])
            found += [one] * int(since[when]) if rise.value else []
        return found

    def gross_profit(self, revenue: Term, period: int) -> Term:
        """Revenue times margin."""
        margin = self._plan.finance.gross_margin
        assert margin is not None  # the metric is there only with it
        named = "finance.gross_margin", margin
        rate = self._inputs.of("gross margin", named, self._day(period), "share")
        return product("gross profit", self._currency, revenue, rate)

    def _input(self, label: str, pool: int, key: str, period: int, unit: str = "") -> Term:
        named = self._layout.scenario.pools[pool].named(key)
        return self._inputs.of(label, named, self._day(period), unit or self._currency)

    def _day(self, period: int) -> dt.date | None:
        return self._layout.stretches.day(period)

    def _length(self) -> Term:
        return given(f"of a year in a {self._periods.step.name}", self._periods.years_each)
