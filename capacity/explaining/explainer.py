"""Any figure of the table at expected values, in a period, in several or over the plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from capacity.catalogue import Catalogue
from capacity.engine.layout import Layout
from capacity.errors import QuestionError
from capacity.explaining.basis import Basis
from capacity.explaining.customers import OF_SEGMENTS, Accounts
from capacity.explaining.horizon import Horizon, Parts
from capacity.explaining.hours import CoverageSoFar, Hours
from capacity.explaining.inputs import Inputs
from capacity.explaining.money import LINES, Money
from capacity.explaining.people import OF_ROLES, People
from capacity.explaining.seen import Seen
from capacity.explaining.term import Term, given, quotient, total
from capacity.explaining.work import Work
from capacity.metrics import Key, Kind, Metric
from capacity.model.dispatch import DUST


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
        seen, inputs = self._seen, Inputs(layout.scenario)
        basis = Basis(seen, inputs)
        work, self._people = Work(seen, inputs, basis), People(seen, inputs, basis)
        self._hours = Hours(seen, inputs, work, self._people)
        so_far = CoverageSoFar(seen, work, self._hours)
        self._accounts = Accounts(seen, inputs, basis, so_far)
        self._money = Money(seen, inputs, basis, self._people)
        self._horizon = Horizon(
            seen, inputs, Parts(work, self._people, self._hours, self._accounts, self._money)
        )
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
        if name in OF_ROLES:
            return self._people.by_role(name, key, period)
        if name == "team_cost":
            return self._money.team_cost(key, period)
        if name.startswith("cost_") and name.removeprefix("cost_") in LINES:
            return self._money.line(name.removeprefix("cost_"), key, period)
        if name == "gross_profit":
            revenue = self._accounts.by_segment("revenue", key, period)
            return self._money.gross_profit(revenue, period)
        found: Term = getattr(self._hours, name)(key, period)
        return found

    # --- over the plan ---------------------------------------------------------------------------

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

    def _whole(self, metric: Metric, period: str) -> Term:
        if period not in metric.periods:
            known = ", ".join(repr(p) for p in metric.periods)
            raise QuestionError(f"{metric.name} has no period {period!r}. Known: {known}")
        found: Term = getattr(self._horizon, metric.name)(metric, period)
        return found.valued(self._seen.whole(metric, period))
