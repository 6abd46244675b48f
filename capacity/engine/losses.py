"""Who is lost at the ends of terms: accounts with names, cohorts, and those won during the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray, sums_at
from capacity.engine.arrivals import Arrivals, Won
from capacity.engine.chance import Chance
from capacity.engine.classes import Classes
from capacity.engine.counted import Counted
from capacity.engine.decisions import LIFE, Decisions, Retention
from capacity.engine.effects import CHURN
from capacity.engine.frailty import Frailty, differing
from capacity.engine.influence import Factors
from capacity.engine.rates import Rates, moved
from capacity.engine.shocks import Shocks
from capacity.engine.terms import NONE
from capacity.loading import Scenario
from capacity.model.retention import loss_probability, strain
from capacity.rng import numbered
from capacity.units import MONTHS_PER_YEAR


@dataclass(frozen=True)
class LostByClass:
    """Accounts and their revenue at the start that classes lose, shape (classes, trials)."""

    classes: IntArray
    number: FloatArray
    arr: FloatArray


class Losses:
    """The accounts of one batch that may be lost, and their luck.

    Parameters
    ----------
    rates
        The drawn numbers of the segments; whoever has them turns them to another day.
    arrivals
        The accounts that are won.
    """

    def __init__(
        self, scenario: Scenario, classes: Classes, retention: Retention, chance: Chance,
        rates: Rates, shocks: Shocks, arrivals: Arrivals,
    ) -> None:  # fmt: skip
        plan = scenario.plan
        self._classes, self._retention, self._chance = classes, retention, chance
        self._rates, self._shocks, self._arrivals = rates, shocks, arrivals
        self._periods = plan.horizon.periods
        self._differ = differing(plan)
        self._frailty = Frailty(plan, classes, chance) if self._differ.any() else None
        cohorts = retention.cohorts
        self._accounts = chance.accounts(len(cohorts.named))
        self._named_arr = scenario.book.arr[cohorts.named]
        columns = (cohorts.number[:, None], cohorts.arr[:, None], cohorts.spread[:, None])
        self._counted = Counted(*columns, chance)
        self._won: dict[int, Won] = {}

    def follow(self, classes: IntArray, period: int) -> None:
        """Remember accounts that were won and will renew within the plan."""
        territory = self._classes.territory[classes]
        there, cohorts = self._retention.cohorts.of(classes)
        won = self._arrivals
        if there.size:
            where = territory[there], period
            self._counted.join(cohorts, won.number[where], won.arr[where])
        again = self._classes.decision[classes] < len(self._retention.by_period)
        again[there] = False
        for c, s in zip(classes[again].tolist(), territory[again].tolist(), strict=True):
            self._won[c] = won.won(s, period)

    def fold(self, which: int, host: int, unit: FloatArray, of_host: FloatArray) -> None:
        """Move the cohort of a class to that of another; see `Counted.fold`."""
        cohort = self._retention.folding.cohort
        self._counted.fold(int(cohort[which]), int(cohort[host]), unit, of_host)

    def at(self, period: int, factors: Factors) -> LostByClass:
        """The accounts that are lost at the end of a period."""
        decisions = self._retention.by_period[period]
        parts = [self._book_losses(period, factors)] if decisions.classes.size else []
        wins = self.deciding_wins(period)
        risks = self._win_risks(period, wins, factors)
        parts += [
            self._won_losses(period, c, risk) for (c, _), risk in zip(wins, risks, strict=True)
        ]
        none = np.zeros((0, self._chance.trials))
        return LostByClass(
            np.concatenate([np.zeros(0, dtype=np.int64), *(p.classes for p in parts)]),
            np.concatenate([none, *(p.number for p in parts)]),
            np.concatenate([none, *(p.arr for p in parts)]),
        )

    def deciding_wins(self, period: int) -> list[tuple[int, int]]:
        """Classes of accounts won within the plan that decide now, and which renewal it is."""
        won = np.array(list(self._won), dtype=np.int64)
        turns = self._classes.ends.renewal(won, period)
        some = turns != NONE
        return list(zip(won[some].tolist(), turns[some].tolist(), strict=True))

    def _win_risks(self, period: int, wins: list[tuple[int, int]], factors: Factors) -> FloatArray:
        """Chances of classes of accounts that were won to be lost, shape (classes, trials)."""
        c, renewal = np.array(wins, dtype=np.int64).reshape(-1, 2).T
        segment, risk = self._classes.segment[c], np.empty((len(c), self._chance.trials))
        frail = self._differ[segment]
        if frail.any():
            behind = np.zeros(frail.sum(), dtype=np.int64)
            risk[frail] = self._frail_risk(period, c[frail], behind, factors)[1]
        if not frail.all():
            alike = ~frail
            row = self._retention.hazard_of(segment[alike], renewal[alike])
            own = np.full(len(row), np.nan)
            risk[alike] = self._risk(period, c[alike], row, own, factors)
        return risk

    def _risk(
        self, period: int, c: IntArray, row: IntArray, own: FloatArray, factors: Factors
    ) -> FloatArray:
        """Chances to be lost, shape (risks, trials)."""
        segment = self._classes.segment[c]
        yearly = moved(self._rates.hazard(row, own), self._shocks.churn.get(period))
        ratio = factors.at_renewal(self._classes.territory[c], self._classes.vintage[c])[CHURN]
        years = self._classes.term[c, None] / MONTHS_PER_YEAR
        return loss_probability(yearly * years, self._rates.addressable[segment], ratio)

    def _risks(
        self, period: int, decisions: Decisions, factors: Factors
    ) -> tuple[FloatArray, FloatArray]:
        """Chances of accounts of cohorts, and those that single accounts' luck is held against."""
        risk = self._risk(period, decisions.risk_class, decisions.hazard, decisions.own, factors)
        if not decisions.frail.size:
            return risk, risk
        of_single, c = risk.copy(), decisions.risk_class[decisions.frail]
        found = self._frail_risk(period, c, decisions.behind, factors)
        risk[decisions.frail], of_single[decisions.frail] = found
        return risk, of_single

    def _frail_risk(
        self, period: int, c: IntArray, behind: IntArray, factors: Factors
    ) -> tuple[FloatArray, FloatArray]:
        """The same where accounts differ in their chance."""
        assert self._frailty is not None
        segment = self._classes.segment[c]
        ratio = factors.at_renewal(self._classes.territory[c], self._classes.vintage[c])[CHURN]
        hazards = strain(self._rates.addressable[segment], ratio)
        hazards = moved(hazards, self._shocks.churn.get(period))
        now, by_now = self._frailty.bear(c, behind, hazards)
        return now, self._chance.for_life(now, by_now)

    def _book_losses(self, period: int, factors: Factors) -> LostByClass:
        decisions = self._retention.by_period[period]
        risk, of_single = self._risks(period, decisions, factors)
        lost = self._accounts.lose(decisions.rows, decisions.luck, of_single, decisions.risk)
        shape = (len(decisions.classes), self._chance.trials)
        cell = decisions.place[lost.place] * self._chance.trials + lost.trial
        paid = lost.part * self._named_arr[decisions.rows[lost.place]]
        number, arr = (sums_at(cell, x, shape) for x in (lost.part, paid))
        if decisions.cohorts.size:
            risks = risk[decisions.cohort_risk]
            more = self._counted.lose(decisions.cohorts, decisions.cohort_luck, risks)
            number, arr = (
                a + decisions.cohort_sums(b) for a, b in zip((number, arr), more, strict=True)
            )
        return LostByClass(decisions.classes, number, arr)

    def _won_losses(self, period: int, c: int, risk: FloatArray) -> LostByClass:
        won, differ = self._won[c], self._differ[self._classes.segment[c]]
        draw = LIFE if differ else self._periods.start + period
        lost = self._chance.losses(numbered(won.keys, draw), won.trial, won.part, risk)
        shape = (1, self._chance.trials)
        number, paid = (sums_at(won.trial, x, shape) for x in (lost, lost * won.arr))
        self._won[c] = won.without(lost)
        return LostByClass(np.array([c]), number, paid)
