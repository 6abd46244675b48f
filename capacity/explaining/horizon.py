"""Figures over the plan: retention, the value of a customer, what serving costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from capacity.engine.lanes import lane_parts
from capacity.engine.lifetime import opening_accounts, usual_revenue
from capacity.explaining.basis import CHURN, CONTRACTION, EXPANSION, leaves
from capacity.explaining.customers import Accounts
from capacity.explaining.hours import Hours
from capacity.explaining.inputs import Inputs
from capacity.explaining.money import Money
from capacity.explaining.people import People
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, given, product, quotient, total
from capacity.explaining.work import Work
from capacity.metrics import Key, Metric
from capacity.units import MONTHS_PER_YEAR


class Parts(NamedTuple):
    """What explains the figures of a period."""

    work: Work
    people: People
    hours: Hours
    accounts: Accounts
    money: Money


class Horizon:
    """Explains figures that are known over the plan alone."""

    def __init__(self, seen: Seen, inputs: Inputs, parts: Parts) -> None:
        self._seen, self._inputs, self._parts = seen, inputs, parts
        self._layout = seen.layout
        self._plan = self._layout.plan
        self._periods = self._plan.horizon.periods
        self._names = list(self._plan.segments)

    # --- retention -------------------------------------------------------------------------------

    def logo_retention(self, metric: Metric, period: str) -> Term:
        """Accounts of the opening book that are left, over all of them."""
        return self._since_start("frozen_accounts", "left", (CHURN,), metric, period)

    def grr(self, metric: Metric, period: str) -> Term:
        """Revenue kept of the opening book, growth left out."""
        kinds = (CHURN, CONTRACTION)
        return self._since_start("frozen_kept_arr", "kept, growth left out", kinds, metric, period)

    def nrr(self, metric: Metric, period: str) -> Term:
        """Revenue of the opening book."""
        kinds = (CHURN, CONTRACTION, EXPANSION)
        return self._since_start("frozen_arr", "kept and grown", kinds, metric, period)

    def _since_start(
        self, name: str, label: str, kinds: tuple[str, ...], metric: Metric, period: str
    ) -> Term:
        """Of the opening book: what is left after some years, over what there was."""
        year = int(period.removesuffix("m") or MONTHS_PER_YEAR) // MONTHS_PER_YEAR
        last = int(self._periods.year_ends[year - 1])
        names = [metric.key.segment] if metric.key.segment else self._names
        is_number = metric.name == "logo_retention"
        unit = "accounts" if is_number else self._plan.currency
        accounts = self._parts.accounts
        opening = accounts.opening_accounts if is_number else accounts.opening_arr
        before = total("when the plan begins", unit, [opening(name) for name in names])
        if not before.value > 0:
            return given(f"{metric.name}: there was nothing", np.nan, "share")
        after = []
        for one in names:
            value = self._seen.record[name][year, self._names.index(one), 0]
            did = [accounts.rests_on(one, kind, last, since=0) for kind in kinds]
            rests_on = dict.fromkeys([opening(one), *(term for terms in did for term in terms)])
            after.append(given(f"{label}, {one}", value, unit, [*rests_on]))
        return quotient(metric.name, "share", total(label, unit, after), before)

    # --- customers -------------------------------------------------------------------------------

    def clv(self, metric: Metric, period: str) -> Term:
        """What a customer pays, times the value of each unit of that."""
        del period
        usual, number = usual_revenue(self._layout.scenario)[:, 0], self._opening
        parts = []
        for name in [metric.key.segment] if metric.key.segment else self._names:
            i = self._names.index(name)
            pays = self._pays(name, float(usual[i]), there=bool(number[i]))
            lifetime = float(self._seen.record["lifetime"][0, i, 0])
            worth = given("worth of each 1 a year", lifetime, "", self._lasts(name))
            of_all = [] if metric.key.segment else [self._share(name)]
            parts.append(product(name, self._plan.currency, pays, worth, *of_all))
        return total("clv", self._plan.currency, parts)

    @property
    def _opening(self) -> list[int]:
        """Accounts of each segment when the plan begins."""
        return [int(n) for n in opening_accounts(self._layout.scenario)]

    def _share(self, segment: str) -> Term:
        """The part of a segment in the accounts."""
        accounts = [
            self._parts.accounts.opening_accounts(name).valued(number).called(f"accounts of {name}")
            for name, number in zip(self._names, self._opening, strict=True)
        ]
        everybody = total("accounts", "accounts", accounts)
        if not everybody.value:
            return given("of the accounts: there are none", 0.0, "share")
        mine = accounts[self._names.index(segment)]
        return quotient("of the accounts", "share", mine, everybody)

    def _pays(self, segment: str, usual: float, *, there: bool) -> Term:
        """What a customer pays a year: of those that are there, else of new ones."""
        label = f"{segment}: pays a year"
        if not there:
            return self._parts.accounts.price(segment).valued(usual).called(label)
        rests_on = leaves([self._parts.accounts.opening_arr(segment)])
        return given(label, usual, self._plan.currency, rests_on)

    def _lasts(self, segment: str) -> list[Term]:
        """What the value of each unit of revenue rests on."""
        finance, last = self._plan.finance, self._periods.count - 1
        found = []
        for key in ("gross_margin", "discount_rate"):
            named = f"finance.{key}", getattr(finance, key)
            found.append(self._inputs.of(key.replace("_", " "), named, None, "share"))
        years = self._inputs.known("years", "finance.clv_years", finance.clv_years)
        kinds = (CHURN, CONTRACTION, EXPANSION)
        did = [self._parts.accounts.rests_on(segment, kind, last, since=0) for kind in kinds]
        return [*dict.fromkeys([*found, years, *(term for terms in did for term in terms)])]

    # --- money -----------------------------------------------------------------------------------

    def cost_share_of_revenue(self, metric: Metric, period: str) -> Term:
        """Cost of the team over revenue; of a segment, cost of the hours done for it."""
        accounts, money = self._parts.accounts, self._parts.money
        times, currency = list(enumerate(self._periods.labels)), self._plan.currency
        paid = [accounts.by_segment("revenue", metric.key, t).called(label) for t, label in times]
        under = total("revenue of all periods", currency, paid)
        if not under.value > 0:
            return given(f"{metric.name}{period}: there is no revenue", np.nan, "share")
        if metric.key.segment:
            return quotient(metric.name, "share", self.cost_to_serve(metric, period), under)
        cost = [money.team_cost(Key(), t).called(label) for t, label in times]
        over = total("team_cost of all periods", currency, cost)
        return quotient(metric.name, "share", over, under)

    def cost_to_serve(self, metric: Metric, period: str) -> Term:
        """Hours done, pool by pool, times what an available hour of the pool costs."""
        del period
        parts, one = lane_parts(self._plan, self._layout.work), metric.key.segment
        weight = parts[:, self._names.index(one)] if one else parts.sum(axis=1)
        found = []
        for pool in range(len(self._layout.scenario.pools)):
            hours = self._hours_of(pool, weight.tolist())
            if hours.value:
                label = f"work of {self._parts.people.name(pool)}"
                cost = self._hour_cost(pool)
                found.append(product(label, self._plan.currency, hours, cost))
        return total("cost to serve", self._plan.currency, found)

    def _hours_of(self, pool: int, weight: list[float]) -> Term:
        """Hours done by a pool, task by task, as far as they count."""
        work, found = self._layout.work, []
        done = self._seen.record["done_hours"][:, :, 0].sum(axis=0)
        for lane in np.flatnonzero(work.pool == pool).tolist():
            value = float(done[lane]) * weight[lane]
            if value:
                demand, role = work.lanes[work.lane[lane]], self._layout.scenario.pools[pool]
                key = Key(demand.segment or "", role.name, role.value, demand.task)
                label = ", ".join(filter(None, (demand.task, demand.segment)))
                found.append(given(label, value, "hours", self._rests_on(key)))
        return total(f"hours done by {self._parts.people.name(pool)}", "hours", found)

    def _rests_on(self, key: Key) -> list[Term]:
        """The inputs of the work of all periods, and of the people who do it."""
        periods = range(self._periods.count)
        return leaves(self._parts.hours.done_with_people(key, t) for t in periods)

    def _hour_cost(self, pool: int) -> Term:
        label, found = "cost of an available hour", self._layout.scenario.pools[pool]
        key = Key(role=found.name, pool=found.value)
        cost, there = [], []
        for t, month in enumerate(self._periods.labels):
            cost.append(self._parts.money.team_cost(key, t).called(month))
            there.append(self._parts.people.all_hours(pool, t).called(month))
        if not sum(term.value for term in there) > 0:
            return given(f"{label}: there is none", 0.0, self._plan.currency)
        over = total("cost over the plan", self._plan.currency, cost)
        return quotient(label, self._plan.currency, over, total("hours available", "hours", there))

    def p_covered(self, metric: Metric, period: str) -> Term:
        """Expected values are one future: it is covered in every period, or it is not."""
        role, key = metric.key.role, metric.key
        each = [
            self._parts.hours.coverage(key, t).called(f"{label}{period}")
            for t, label in enumerate(self._periods.labels)
        ]
        named = f"team.{role}.coverage_target", self._plan.team[role].coverage_target
        days = [self._layout.stretches.day(t) for t in range(self._periods.count)]
        targets = leaves(self._inputs.of("target", named, day, "share") for day in days)
        value = self._seen.whole(metric, "")
        return given("covered in every period", value, "share", [*targets, *each])
