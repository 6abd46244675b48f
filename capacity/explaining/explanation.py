"""Any figure of the table at expected values, as the arithmetic that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.assumptions import Row
from capacity.engine.lanes import lane_parts
from capacity.engine.layout import Layout
from capacity.engine.lifetime import opening_accounts, usual_revenue
from capacity.engine.roles import COSTS
from capacity.errors import QuestionError
from capacity.expectations import figure_named
from capacity.explaining.customers import Accounts
from capacity.explaining.inputs import Inputs
from capacity.explaining.money import LINES, Money
from capacity.explaining.people import People
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, difference, given, product, quotient, total
from capacity.explaining.work import Work
from capacity.metrics import Catalogue, Key, Kind, Metric
from capacity.model.dispatch import DUST
from capacity.scenario.expecting import ABOUT, Named

OF_SEGMENTS = ("accounts", "new_accounts", "churned_accounts", "arr", "new_arr", "expansion_arr",
               "contraction_arr", "churned_arr", "revenue")  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """The arithmetic of one number.

    Attributes
    ----------
    scenario
        The name of the plan.
    metric, unit
        What it is called, and in what it is told.
    about
        What it is about: names by kind.
    period
        When; empty for a figure over the plan.
    term
        The number and what it is made of.
    """

    scenario: str
    metric: str
    unit: str
    about: Mapping[str, str]
    period: str
    term: Term

    @property
    def value(self) -> float:
        """The number."""
        return self.term.value

    @property
    def inputs(self) -> list[Term]:
        """The inputs that it rests on, each once, in the order of the arithmetic."""
        found = (part for part in self.term.walk() if part.path or part.place)
        return list({(part.path or part.label, part.place): part for part in found}.values())

    def rows(self) -> list[Row]:
        """A row for each number of the arithmetic, from the top, with its depth."""
        return [*_rows(self.term, 0)]

    def __str__(self) -> str:
        from capacity.report.explaining import as_text  # shows what is computed here

        return as_text(self)


def _rows(term: Term, depth: int) -> Iterator[Row]:
    yield {"depth": depth, **{k: v for k, v in term.row().items() if k != "parts"}}
    for part in term.parts:
        yield from _rows(part, depth + 1)


def explained(layout: Layout, metric: str, about: Mapping[str, str]) -> Explanation:
    """The arithmetic of a figure that is named as by an expectation.

    Parameters
    ----------
    metric
        As ``required_fte[csm, 2027-03]``.
    about
        Names beside those in the brackets, by `role`, `pool`, `segment`, `task` or `period`; an
        empty one says nothing.

    Raises
    ------
    QuestionError
        Where there is no such figure, or it is a quantile, which has no arithmetic.
    """
    explainer = Explainer(layout)
    names = [Named(name, kind) for kind, name in about.items() if name]
    found, period, by, q = figure_named(explainer.catalogue, layout.plan, metric, names)
    if q is not None:
        text = f"{metric}: a quantile is no arithmetic of inputs. Leave the quantile out"
        raise QuestionError(text)
    keys = {name: value for name in ABOUT if (value := getattr(found.key, name))}
    term = explainer.explain(found, period or "", by)
    return Explanation(layout.scenario.name, found.name, found.unit, keys, period or "", term)


class Explainer:
    """Explains the figures of a plan.

    Parameters
    ----------
    layout
        Of the scenario.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout, self._plan = layout, layout.plan
        self._seen = Seen(layout)
        inputs = Inputs(layout.scenario)
        self._work, self._people = Work(self._seen, inputs), People(self._seen, inputs)
        self._accounts = Accounts(self._seen, inputs)
        self._money = Money(self._seen, inputs, self._people)
        self._labels = self._plan.horizon.periods.labels

    @property
    def catalogue(self) -> Catalogue:
        """All figures that there are."""
        return self._seen.catalogue

    def explain(self, metric: Metric, period: str, by: str | None = None) -> Term:
        """A figure in a period, or over the plan where that is empty.

        Parameters
        ----------
        by
            The span of which the period is one; the plan's own kind.

        Raises
        ------
        QuestionError
            Where there is no such period.
        """
        if metric.kind is Kind.WHOLE:
            return self._whole(metric, period)
        labels = self._plan.horizon.periods.labels_by(by) if by else self._labels
        group = [t for t, label in enumerate(labels) if period in ("", label)]
        if not group:
            known = ", ".join(dict.fromkeys(labels))
            raise QuestionError(f"{metric.name} has no period {period!r}. Known: {known}")
        if len(group) == 1 and period:
            return self._in_period(metric, group[0])
        return self._over(metric, group)

    def _figure(self, metric: Metric, period: int) -> float:
        return self._seen.figure(metric.name, metric.key, period)

    def _in_period(self, metric: Metric, period: int) -> Term:
        """The parts of a figure, with the figure that they have to make."""
        return self._parts(metric.name, metric.key, period).valued(self._figure(metric, period))

    def _parts(self, name: str, key: Key, period: int) -> Term:
        if name in OF_SEGMENTS:
            return self._accounts.by_segment(name, key, period)
        if name == "team_cost":
            return self._money.team_cost(key, period)
        if name.startswith("cost_") and name.removeprefix("cost_") in LINES:
            return self._money.line(name.removeprefix("cost_"), key, period)
        found: Term = getattr(self, f"_{name}")(key, period)
        return found

    # --- over the plan ---------------------------------------------------------------------------

    def _over_the_plan(self, metric: Metric) -> Term:
        return self._over(metric, [*range(len(self._labels))])

    def _over(self, metric: Metric, group: Sequence[int]) -> Term:
        """Several periods: summed, at their end, averaged, or a ratio of sums."""
        if metric.kind is Kind.STOCK:
            return self._in_period(metric, group[-1])
        if metric.kind is Kind.RATIO:
            return self._ratio_over(metric, group)
        each = [self._in_period(metric, t).called(self._labels[t]) for t in group]
        whole = total(f"{metric.name} of all periods", metric.unit, each)
        if metric.kind is Kind.FLOW:
            return whole
        return quotient(f"mean {metric.name}", metric.unit, whole, given("periods", len(group)))

    def _ratio_over(self, metric: Metric, group: Sequence[int]) -> Term:
        """Of the sums, not of the ratios."""
        over, under = [], []
        for t in group:
            found = self._parts(metric.name, metric.key, t)
            if found.parts:
                over.append(found.parts[0].called(self._labels[t]))
                under.append(found.parts[1].called(self._labels[t]))
        if not sum(part.value for part in under) > DUST:
            return given(f"{metric.name}: there is nothing", np.nan, metric.unit)
        sums = (total("of all periods", "hours", parts) for parts in (over, under))
        return quotient(metric.name, metric.unit, *sums)

    # --- hours -----------------------------------------------------------------------------------

    def _due_hours(self, key: Key, period: int) -> Term:
        return self._work.due(key, period)

    def _done_hours(self, key: Key, period: int) -> Term:
        return self._served("done", "done_hours", key, period)

    def _dropped_hours(self, key: Key, period: int) -> Term:
        return self._served("dropped", "dropped_hours", key, period)

    def _cancelled_hours(self, key: Key, period: int) -> Term:
        return self._served("cancelled with lost accounts", "cancelled_hours", key, period)

    def _backlog_hours(self, key: Key, period: int) -> Term:
        return self._served("waiting for the next period", "backlog_hours", key, period)

    def _served(self, label: str, name: str, key: Key, period: int) -> Term:
        """What fell due or waited, less what became of the rest of it."""
        others = {
            "done_hours": "done",
            "dropped_hours": "dropped",
            "cancelled_hours": "cancelled",
            "backlog_hours": "still waiting",
        }
        rest = [
            self._work.sum_of(other, said, key, period)
            for other, said in others.items()
            if other != name
        ]
        wanted = self._wanted(key, period)
        return difference(label, "hours", wanted, *(part for part in rest if part.value))

    def _wanted(self, key: Key, period: int) -> Term:
        """New and waiting work."""
        lanes = self._work.lanes(key)
        due = self._work.due(key, period)
        late = self._work.recorded("backlog_hours", lanes, period - 1)
        if not late:
            return due
        waiting = given("waiting from before", late, "hours")
        return total("due and waiting", "hours", [due, waiting])

    def _coverage(self, key: Key, period: int) -> Term:
        done = self._work.sum_of("done_hours", "done", key, period)
        dropped = self._work.sum_of("dropped_hours", "dropped", key, period)
        decided = total("done and dropped", "hours", [done, dropped])
        if not decided.value > DUST:
            return given("coverage: nothing was decided", np.nan, "share")
        return quotient("coverage", "share", done, decided)

    # --- people ----------------------------------------------------------------------------------

    def _of_pools(self, label: str, unit: str, key: Key, one: Callable[[int], Term]) -> Term:
        parts = [one(pool) for pool in self._people.pools(key)]
        return parts[0] if len(parts) == 1 else total(label, unit, parts)

    def _headcount(self, key: Key, period: int) -> Term:
        return self._of_pools("people", "people", key, lambda p: self._people.headcount(p, period))

    def _ramped_fte(self, key: Key, period: int) -> Term:
        return self._of_pools("ramped people", "FTE", key, lambda p: self._people.ramped(p, period))

    def _vacancies(self, key: Key, period: int) -> Term:
        return self._of_pools("vacant", "seats", key, lambda p: self._people.vacancies(p, period))

    def _capacity_hours(self, key: Key, period: int) -> Term:
        return self._of_pools("capacity", "hours", key, lambda p: self._people.capacity(p, period))

    def _available_hours(self, key: Key, period: int) -> Term:
        found = self._people.all_hours
        return self._of_pools("available", "hours", key, lambda p: found(p, period))

    def _required_fte(self, key: Key, period: int) -> Term:
        return self._of_pools("required FTE", "FTE", key, lambda p: self._required(p, period))

    def _required(self, pool: int, period: int) -> Term:
        found = self._layout.scenario.pools[pool]
        due = self._work.due(Key(role=found.name, pool=found.value), period)
        label = f"required FTE of {self._people.name(pool)}"
        if not due.value:
            return given(f"{label}: nothing is due", 0.0, "FTE")
        return quotient(label, "FTE", due, self._people.customer(pool, period))

    def _load(self, key: Key, period: int) -> Term:
        wanted = self._wanted(key, period)
        if not wanted.value:
            return given("load: nothing is due", 0.0, "share")
        return quotient("load", "share", wanted, self._capacity_hours(key, period))

    def _utilization(self, key: Key, period: int) -> Term:
        done = self._work.sum_of("done_hours", "done", key, period)
        available = self._available_hours(key, period)
        if not available.value > DUST:
            return given("utilization: no hours are there", np.nan, "share")
        return quotient("utilization", "share", done, available)

    # --- money -----------------------------------------------------------------------------------

    def _gross_profit(self, key: Key, period: int) -> Term:
        revenue = self._accounts.by_segment("revenue", key, period)
        return self._money.gross_profit(revenue, period)

    # --- over the horizon ------------------------------------------------------------------------

    def _whole(self, metric: Metric, period: str) -> Term:
        if period not in metric.periods:
            known = ", ".join(repr(p) for p in metric.periods)
            raise QuestionError(f"{metric.name} has no period {period!r}. Known: {known}")
        value = float(metric_values(self._seen, metric)[metric.periods.index(period)])
        found: Term = getattr(self, f"_whole_{metric.name}")(metric, period)
        return found.valued(value)

    def _since_start(self, top: str, bottom: str, label: str, metric: Metric, period: str) -> Term:
        """Of the opening book: what is left after some years, over what there was."""
        year = int(period.removesuffix("m") or 12) // 12
        names = [metric.key.segment] if metric.key.segment else list(self._plan.segments)
        rows = [list(self._plan.segments).index(name) for name in names]
        unit = "accounts" if metric.name == "logo_retention" else self._plan.currency
        record = self._seen.record
        before = float(record[bottom][0, rows, 0].sum())
        if not before > 0:
            return given(f"{metric.name}: there was nothing", np.nan, "share")
        after = [
            given(f"{label}, {name}", record[top][year, row, 0], unit)
            for name, row in zip(names, rows, strict=True)
        ]
        there = given("when the plan begins", before, unit)
        return quotient(metric.name, "share", total(label, unit, after), there)

    def _whole_logo_retention(self, metric: Metric, period: str) -> Term:
        return self._since_start("frozen_accounts", "frozen_accounts", "left", metric, period)

    def _whole_grr(self, metric: Metric, period: str) -> Term:
        label = "kept, growth left out"
        return self._since_start("frozen_kept_arr", "frozen_arr", label, metric, period)

    def _whole_nrr(self, metric: Metric, period: str) -> Term:
        return self._since_start("frozen_arr", "frozen_arr", "kept and grown", metric, period)

    def _whole_cost_share_of_revenue(self, metric: Metric, period: str) -> Term:
        cost, revenue = (
            self._over_the_plan(self._found(name)) for name in ("team_cost", "revenue")
        )
        if not revenue.value > 0:
            return given(f"{metric.name}{period}: there is no revenue", np.nan, "share")
        return quotient(metric.name, "share", cost, revenue)

    def _found(self, name: str) -> Metric:
        found = self._seen.catalogue.find(name, Key())
        assert found is not None  # what needs it is there only with it
        return found

    def _whole_clv(self, metric: Metric, period: str) -> Term:
        """What a customer pays, times the value of each unit of that."""
        del period
        scenario, names = self._layout.scenario, list(self._plan.segments)
        usual, number = usual_revenue(scenario)[:, 0], opening_accounts(scenario)
        chosen = [metric.key.segment] if metric.key.segment else names
        parts = []
        for name in chosen:
            i = names.index(name)
            pays = given(f"{name}: pays a year", usual[i], self._plan.currency)
            worth = given("worth of each 1 a year", self._seen.record["lifetime"][0, i, 0])
            of_all = [] if metric.key.segment else [
                quotient("of the accounts", "share", given(f"accounts of {name}", number[i]),
                         given("accounts", max(int(number.sum()), 1)))
            ]  # fmt: skip
            parts.append(product(f"{name}", self._plan.currency, pays, worth, *of_all))
        return total("clv", self._plan.currency, parts)

    def _whole_cost_to_serve(self, metric: Metric, period: str) -> Term:
        """Hours done, pool by pool, times what an available hour of the pool costs."""
        del period
        parts, names = lane_parts(self._plan, self._layout.work), list(self._plan.segments)
        one = metric.key.segment
        weight = parts[:, names.index(one)] if one else parts.sum(axis=1)
        done = self._seen.record["done_hours"][:, :, 0].sum(axis=0)
        found = []
        for pool in range(len(self._layout.scenario.pools)):
            mine = self._layout.work.pool == pool
            hours = float((done * weight)[mine].sum())
            if hours:
                label = f"hours done by {self._people.name(pool)}"
                found.append(
                    product(label, self._plan.currency, given(label, hours, "hours"),
                            self._hour_cost(pool))
                )  # fmt: skip
        return total("cost to serve", self._plan.currency, found)

    def _hour_cost(self, pool: int) -> Term:
        record, currency = self._seen.record, self._plan.currency
        cost = sum(float(record[f"cost_{line}"][:, pool, 0].sum()) for line in COSTS)
        there = float(record["available_hours"][:, pool, 0].sum())
        label = "cost of an available hour"
        if not there > 0:
            return given(f"{label}: there is none", 0.0, currency)
        over = given("cost over the plan", cost, currency)
        return quotient(label, currency, over, given("hours available", there, "hours"))

    def _whole_p_covered(self, metric: Metric, period: str) -> Term:
        """Expected values are one future: it is covered in every period, or it is not."""
        name = "coverage"
        each = [
            self._coverage(metric.key, t).called(f"{name} in {label}{period}")
            for t, label in enumerate(self._labels)
        ]
        value = metric_values(self._seen, metric)[0]
        return given("covered in every period", value, "share", each)


def metric_values(seen: Seen, metric: Metric) -> FloatArray:
    """Values of a metric over the horizon, one for each of its periods."""
    found = seen.catalogue.find(metric.name, metric.key)
    assert found is not None  # it was found in a catalogue of the same plan
    return found.read()[:, 0]
