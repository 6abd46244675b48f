"""The accounts of a batch: they join, renew or are lost, and grow.

Only events are walked. Revenue of a class of accounts is

    Σ revenue at the start of those alive  ×  factor of its renewals  ×  growth of its vintage,

of which a period changes the first two for the classes that renew, and the last for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray, sums_by
from capacity.calendar import Periods
from capacity.engine.arrivals import Arrivals
from capacity.engine.chance import Alive, Chance
from capacity.engine.classes import BEFORE, Classes
from capacity.engine.decisions import Decisions, Retention
from capacity.engine.effects import CHURN, CONTRACTION, EXPANSION, Factors
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.model.retention import growth, hazard, kept_at_renewal, loss_probability
from capacity.rng import KeyArray, numbered
from capacity.scenario.document import Plan
from capacity.units import MONTHS_PER_YEAR

_CHUNK = 64


@dataclass
class _Won:
    """Accounts of a class that is won during the plan; one row for each place."""

    keys: KeyArray
    alive: Alive
    arr: FloatArray


@dataclass(frozen=True)
class _Lost:
    """Accounts and their revenue at the start that classes lose, shape (classes, trials)."""

    classes: IntArray
    number: FloatArray
    arr: FloatArray


@dataclass(frozen=True)
class Moves:
    """What a period does to the book, by segment; each of shape (segments, trials).

    Attributes
    ----------
    lost_share
        Share of the accounts before the decisions that were lost.
    """

    churned_accounts: FloatArray
    churned_arr: FloatArray
    contraction_arr: FloatArray
    expansion_arr: FloatArray
    lost_share: FloatArray


class Customers:
    """All accounts of one batch.

    Attributes
    ----------
    number
        Accounts alive of each class, shape (classes, trials).
    accounts, revenue
        Accounts alive and their yearly revenue, shape (segments, trials).
    """

    def __init__(
        self, scenario: Scenario, classes: Classes, retention: Retention, chance: Chance
    ) -> None:
        plan = scenario.plan
        self._classes, self._retention, self._chance = classes, retention, chance
        self._book = scenario.book
        self._begin = plan.horizon.start
        self._rates = _Rates(plan, retention, chance)
        self._arrivals = Arrivals(plan, chance)
        self._segments = len(plan.segments)
        shape = (len(classes), chance.trials)
        self._count = np.bincount(classes.of_row, minlength=len(classes)).astype(float)
        self._sum = np.bincount(classes.of_row, self._book.arr, minlength=len(classes))
        opening = (classes.joins == BEFORE)[:, None]
        self._opening = opening
        self.number = np.where(opening, self._count[:, None], np.zeros(shape))
        self._arr = np.where(opening, self._sum[:, None], np.zeros(shape))
        self._renewed = np.ones(shape)
        self._contracted = np.ones(shape)
        self._grown = np.ones((len(classes.vintages), chance.trials))
        self._vintage_segment = np.array([s for s, _ in classes.vintages], dtype=np.int64)
        self._alive = chance.everybody(len(self._book))
        self._won: dict[int, _Won] = {}
        everyone = np.arange(len(classes))
        self._base = np.zeros((len(classes.vintages), chance.trials))
        self._add_to_base(everyone, self._arr)
        self._to_segment = sums_by(self._vintage_segment, self._segments)
        self.accounts, self.revenue = self._by_segment(everyone, self.number, self._arr)

    # --- sums ------------------------------------------------------------------------------------

    def _add_to_base(self, classes: IntArray, values: FloatArray) -> None:
        """Add rows of a few classes to the revenue of their vintages, before growth."""
        for vintage, row in zip(self._classes.vintage[classes], values, strict=True):
            self._base[vintage] += row

    def _by_segment(self, classes: IntArray, *values: FloatArray) -> list[FloatArray]:
        """Sums by segment of several arrays of shape (classes, trials) at once."""
        together = sums_by(self._classes.segment[classes], self._segments) @ np.hstack(values)
        return np.split(together, len(values), axis=1)

    def opening(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of the opening book alone: accounts, revenue, revenue without growth."""
        chosen = np.flatnonzero(self._opening)
        arr = self._arr[chosen]
        revenue = self._grown[self._classes.vintage[chosen]] * self._renewed[chosen] * arr
        stripped = self._contracted[chosen] * arr
        return tuple(self._by_segment(chosen, self.number[chosen], revenue, stripped))  # type: ignore[return-value]

    # --- events ----------------------------------------------------------------------------------

    def join(self, period: int) -> tuple[FloatArray, FloatArray]:
        """Accounts start; returns their number and revenue by segment."""
        joining = np.flatnonzero(self._classes.joins == period)
        won = self._arrivals.numbers(period) if self._classes.is_new[joining].any() else None
        number = np.zeros((len(joining), self._chance.trials))
        arr = np.zeros_like(number)
        for i, c in enumerate(joining):
            if won is not None and self._classes.is_new[c]:
                number[i], arr[i] = self._win(int(c), period, won[self._classes.segment[c]])
            else:
                number[i], arr[i] = self._count[c], self._sum[c]
        self.number[joining], self._arr[joining] = number, arr
        self._renewed[joining] = 1 / self._grown[self._classes.vintage[joining]]
        self._add_to_base(joining, self._renewed[joining] * arr)
        more, revenue = self._by_segment(joining, number, arr)
        self.accounts = self.accounts + more
        self.revenue = self.revenue + revenue
        return more, revenue

    def _win(self, c: int, period: int, number: FloatArray) -> tuple[FloatArray, FloatArray]:
        segment = int(self._classes.segment[c])
        alive = self._chance.existing(number)
        of = self._arrivals.keys(segment, period, len(alive))
        arr = self._arrivals.revenues(segment, of, alive > 0)
        if self._classes.decision[c] < len(self._retention.by_period):
            self._won[c] = _Won(of, alive, arr)
        return number, (alive * arr).sum(axis=0)

    def decide(self, period: int, factors: Factors) -> Moves:
        """Terms end: accounts are lost, or renewed; then all who stay grow."""
        lost = self._losses(period, factors)
        classes = lost.classes
        vintage, segment = self._classes.vintage[classes], self._classes.segment[classes]
        grown, renewed = self._grown[vintage], self._renewed[classes]
        was = renewed * self._arr[classes]
        self.number[classes] -= lost.number
        self._arr[classes] -= lost.arr
        staying = renewed * self._arr[classes]
        ratio = factors.of_vintage[:, vintage] * factors.at_renewal[:, segment]
        kept, rise = self._terms(classes, segment, ratio[CONTRACTION])
        usual = self._growth(self._vintage_segment, factors.of_vintage[EXPANSION])
        own = self._growth(segment, ratio[EXPANSION])
        self._contracted[classes] *= kept
        self._renewed[classes] = renewed * kept * rise * own / usual[vintage]
        after = staying * kept * rise
        self._add_to_base(classes, -was)
        growing = self._to_segment @ (self._grown * self._base * (usual - 1))
        self._add_to_base(classes, after * own / usual[vintage])
        self._grown = self._grown * usual
        churned, gone, contraction, expansion = self._by_segment(
            classes,
            lost.number,
            grown * renewed * lost.arr,
            grown * staying * (1 - kept),
            grown * (after * own - staying * kept),
        )
        share = np.divide(
            churned, self.accounts, out=np.zeros_like(churned), where=self.accounts > 0
        )
        self.accounts = self.accounts - churned
        self.revenue = self._to_segment @ (self._grown * self._base)
        return Moves(churned, gone, contraction, expansion + growing, share)

    def _terms(
        self, classes: IntArray, segment: IntArray, ratio: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """At a renewal: share of revenue that is kept, and factor of the contracted rise."""
        term = self._classes.term[classes, None]
        kept = kept_at_renewal(self._rates.contraction[segment], ratio, term)
        return kept, (1 + self._rates.uplift[segment]) ** (term / MONTHS_PER_YEAR)

    def _growth(self, segment: IntArray, ratio: FloatArray) -> FloatArray:
        return growth(self._rates.expansion[segment], ratio, Periods.years_each)

    def _losses(self, period: int, factors: Factors) -> _Lost:
        decisions = self._retention.by_period[period]
        parts = [self._book_losses(period, decisions, factors)] if decisions.rows.size else []
        for c, won in self._won.items():
            past, term = period - int(self._classes.decision[c]), int(self._classes.term[c])
            if past >= 0 and past % term == 0:
                parts.append(self._won_losses(period, c, won, past // term, factors))
        none = np.zeros((0, self._chance.trials))
        return _Lost(
            np.concatenate([np.zeros(0, dtype=np.int64), *(p.classes for p in parts)]),
            np.concatenate([none, *(p.number for p in parts)]),
            np.concatenate([none, *(p.arr for p in parts)]),
        )

    def _risk(self, c: IntArray, row: IntArray, own: FloatArray, factors: Factors) -> FloatArray:
        """Chances to be lost, shape (risks, trials)."""
        segment = self._classes.segment[c]
        yearly = self._rates.hazard(row, own)
        ratio = (
            factors.of_vintage[CHURN][self._classes.vintage[c]] * factors.at_renewal[CHURN][segment]
        )
        years = self._classes.term[c, None] / MONTHS_PER_YEAR
        return loss_probability(yearly * years, self._rates.addressable[segment], ratio)

    def _book_losses(self, period: int, decisions: Decisions, factors: Factors) -> _Lost:
        risk = self._risk(decisions.risk_class, decisions.hazard, decisions.own, factors)
        of = numbered(self._retention.account_keys[decisions.rows], self._begin + period)
        shape = (len(decisions.classes), self._chance.trials)
        number, arr = np.zeros(shape), np.zeros(shape)
        place = np.zeros(len(decisions.rows), dtype=np.int64)
        place[decisions.firsts] = 1
        place = np.cumsum(place) - 1
        for first in range(0, len(decisions.rows), _CHUNK):
            part = slice(first, first + _CHUNK)
            rows = decisions.rows[part]
            lost, self._alive[rows] = self._chance.lost(
                of[part], risk[decisions.risk[part]], self._alive[rows]
            )
            found, firsts = np.unique(place[part], return_index=True)
            number[found] += np.add.reduceat(lost, firsts, axis=0)
            lost *= self._book.arr[rows, None]
            arr[found] += np.add.reduceat(lost, firsts, axis=0)
        return _Lost(decisions.classes, number, arr)

    def _won_losses(self, period: int, c: int, won: _Won, renewal: int, factors: Factors) -> _Lost:
        of_class = np.array([c])
        row = self._retention.hazard_of(self._classes.segment[of_class], np.array([renewal]))
        risk = self._risk(of_class, row, np.array([np.nan]), factors)
        of = numbered(won.keys, self._begin + period)
        lost, won.alive = self._chance.lost(of, risk, won.alive)
        return _Lost(of_class, lost.sum(axis=0)[None], (lost * won.arr).sum(axis=0)[None])


class _Rates:
    """The drawn numbers of the segments, each of shape (segments, trials) or (segments, 1)."""

    def __init__(self, plan: Plan, retention: Retention, chance: Chance) -> None:
        def drawn(setting: str) -> FloatArray:
            return chance.inputs(
                [
                    (f"segments.{name}.{setting}", getattr(segment, setting) or Estimate.fixed(0.0))
                    for name, segment in plan.segments.items()
                ]
            )

        self.addressable = drawn("addressable")
        self.contraction = drawn("contraction")
        self.expansion = drawn("expansion")
        self.uplift = drawn("uplift")
        self._yearly = hazard(chance.inputs(retention.hazards))
        self._median = hazard(np.array([[churn.median] for _, churn in retention.hazards]))

    def hazard(self, row: IntArray, own: FloatArray) -> FloatArray:
        """Yearly hazards; an account's own moves with its segment's."""
        yearly, median, own = self._yearly[row], self._median[row], own[:, None]
        moved = np.divide(yearly, median, out=np.ones_like(yearly), where=median > 0)
        return np.where(np.isnan(own), yearly, own * moved)
