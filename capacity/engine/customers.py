"""The accounts of a batch: they join, renew or are lost, and grow.

Only events are walked. Revenue of a class of accounts is

    Σ revenue at the start of those alive  ×  factor of its renewals  ×  growth of its vintage,

of which a period changes the first two for the classes that renew, and the last for all. The
revenue of whole vintages is carried along, so that a period need not add up all classes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.arrivals import Arrivals
from capacity.engine.chance import Chance
from capacity.engine.classes import BEFORE, Classes
from capacity.engine.decisions import Retention
from capacity.engine.effects import CONTRACTION, EXPANSION
from capacity.engine.influence import Factors
from capacity.engine.losses import Losses, LostByClass
from capacity.engine.rates import Rates, moved
from capacity.engine.shocks import Shocks
from capacity.engine.stretches import Stretches
from capacity.engine.territories import Territories
from capacity.loading import Scenario
from capacity.model.retention import growth, kept_at_renewal
from capacity.units import MONTHS_PER_YEAR


@dataclass(frozen=True)
class Moves:
    """What a period does to the book, each of shape (territories, trials).

    Attributes
    ----------
    accounts
        Accounts before the decisions.
    """

    accounts: FloatArray

    churned_accounts: FloatArray
    churned_arr: FloatArray
    contraction_arr: FloatArray
    expansion_arr: FloatArray


class Customers:
    """All accounts of one batch.

    Attributes
    ----------
    number
        Accounts alive of each class, shape (classes, trials).
    accounts, revenue
        Accounts alive and their yearly revenue, shape (territories, trials).
    arrivals
        Who is won; the same in every world of the same futures.
    """

    def __init__(
        self,
        scenario: Scenario,
        territories: Territories,
        classes: Classes,
        retention: Retention,
        chance: Chance,
        shocks: Shocks,
        stretches: Stretches,
        arrivals: Arrivals | None = None,
    ) -> None:
        plan = scenario.plan
        self._classes, self._retention, self._chance = classes, retention, chance
        self._shocks = shocks
        self._periods = plan.horizon.periods
        self._rates = Rates(plan, retention, chance)
        followed = classes.renewing_wins(len(plan.segments), self._periods.count)
        self.arrivals = arrivals or Arrivals(plan, territories, chance, followed, shocks, stretches)
        self._segment = territories.segment
        shape = (len(classes), chance.trials)
        self._count, self._sum = classes.count[:, None], classes.arr[:, None]
        self._opening = np.flatnonzero(classes.joins == BEFORE)
        self.number, self._arr = np.zeros(shape), np.zeros(shape)
        self.number[self._opening] = self._count[self._opening]
        self._arr[self._opening] = self._sum[self._opening]
        self._renewed, self._contracted = np.ones(shape), np.ones(shape)
        self._losses = Losses(
            scenario, classes, retention, chance, self._rates, shocks, self.arrivals
        )
        self._of_vintage = np.array([t for t, _ in classes.vintages], dtype=np.int64)
        starts = np.array([start for _, start in classes.vintages], dtype=np.int64)
        self._born = np.searchsorted(starts, np.arange(self._periods.count), "right").tolist()
        member = np.arange(len(territories))[:, None] == self._of_vintage
        self._to_territory = member.astype(np.float64)
        self._joining = [np.flatnonzero(classes.joins == t) for t in range(self._periods.count)]
        vintages = (len(classes.vintages), chance.trials)
        self._grown, self._paying = np.ones(vintages), np.zeros(vintages)
        self._add_to_vintages(self._opening, self._arr[self._opening])
        self.revenue = self._to_territory @ self._paying
        self.accounts = self._by_territory(self._opening, self.number[self._opening])[0]

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._rates.turn_to(day)

    # --- sums ------------------------------------------------------------------------------------

    def _add_to_vintages(self, classes: IntArray, values: FloatArray) -> None:
        """Add revenue of some classes to that of their vintages."""
        for vintage, row in zip(self._classes.vintage[classes], values, strict=True):
            self._paying[vintage] += row

    def _by_territory(self, classes: IntArray, *values: FloatArray) -> list[FloatArray]:
        """Sums by territory of arrays of shape (classes, trials)."""
        member = np.arange(len(self._segment))[:, None] == self._classes.territory[classes]
        return [member.astype(float) @ array for array in values]

    def opening(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of the opening book alone: accounts, revenue, revenue without growth."""
        chosen = self._opening
        arr = self._arr[chosen]
        revenue = self._grown[self._classes.vintage[chosen]] * self._renewed[chosen] * arr
        stripped = self._contracted[chosen] * arr
        return tuple(self._by_territory(chosen, self.number[chosen], revenue, stripped))  # type: ignore[return-value]

    # --- events ----------------------------------------------------------------------------------

    def join(self, period: int) -> tuple[FloatArray, FloatArray]:
        """Accounts start; returns their number and revenue by territory."""
        joining = self._joining[period]
        if not joining.size:
            none = np.zeros_like(self.accounts)
            return none, none
        new = self._classes.is_new[joining]
        number = np.repeat(self._count[joining], self._chance.trials, axis=1)
        arr = np.repeat(self._sum[joining], self._chance.trials, axis=1)
        if new.any():
            where = self._classes.territory[joining[new]]
            number[new] = self.arrivals.number[where, period]
            arr[new] = self.arrivals.arr[where, period]
            self._losses.follow(joining[new], period)
        self.number[joining], self._arr[joining] = number, arr
        self._renewed[joining] = 1 / self._grown[self._classes.vintage[joining]]
        self._add_to_vintages(joining, arr)
        more, revenue = self._by_territory(joining, number, arr)
        self.accounts = self.accounts + more
        self.revenue = self.revenue + revenue
        return more, revenue

    def decide(self, period: int, factors: Factors) -> Moves:
        """Terms end: accounts are lost, or renewed; then all who stay grow."""
        lost = self._losses.at(period, factors)
        grown = self._grow(period, factors)
        before, none = self.accounts, np.zeros_like(self.accounts)
        churned, churned_arr, contraction, expansion = none, none, none, none
        renewed = none[:0]
        if lost.classes.size:
            gone, staying, after, renewed = self._renew(period, lost, grown, factors)
            churned, churned_arr, contraction, expansion = self._by_territory(
                lost.classes, lost.number, gone, staying - after, renewed - after
            )
            self.accounts = before - churned
        born = slice(len(grown))
        rise = self._paying[born] * (grown - 1)
        self._paying[born] += rise
        self._grown[born] *= grown
        self._add_to_vintages(lost.classes, renewed)
        self.revenue = self._to_territory[:, born] @ self._paying[born]
        expansion = expansion + self._to_territory[:, born] @ rise
        return Moves(before, churned, churned_arr, contraction, expansion)

    def _renew(
        self, period: int, lost: LostByClass, grown: FloatArray, factors: Factors
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Revenue of classes that decide: lost, of who stays, after contraction, and after all.

        What they paid is taken from their vintages; each of shape (classes, trials).
        """
        classes = lost.classes
        vintage, territory = self._classes.vintage[classes], self._classes.territory[classes]
        each = self._grown[vintage] * self._renewed[classes]
        was = each * self._arr[classes]
        self.number[classes] -= lost.number
        self._arr[classes] -= lost.arr
        gone, staying = each * lost.arr, each * self._arr[classes]
        ratio = factors.at_renewal(territory, vintage)
        kept, rise = self._terms(classes, ratio[CONTRACTION])
        after = staying * kept
        own = rise * self._growth(period, self._segment[territory], ratio[EXPANSION])
        self._contracted[classes] *= kept
        self._renewed[classes] *= kept * own / grown[vintage]
        self._add_to_vintages(classes, -was)
        return gone, staying, after, after * own

    def fold(self, period: int) -> None:
        """Classes that have become like another go up in it; revenue of both counts from now on."""
        folding = self._retention.folding
        for c in folding.at(period).tolist():
            h = int(folding.host[c])
            units = self._renewed[c], self._renewed[h]
            self._losses.fold(c, h, *units)
            arr, of_host = self._arr[c] * units[0], self._arr[h] * units[1]
            stripped = self._contracted[c] * self._arr[c] + self._contracted[h] * self._arr[h]
            self.number[h] += self.number[c]
            self._arr[h] = arr + of_host
            self._renewed[h] = 1.0
            self._contracted[h] = np.divide(
                stripped, self._arr[h], out=np.zeros_like(stripped), where=self._arr[h] > 0
            )
            self.number[c], self._arr[c] = 0.0, 0.0

    def _grow(self, period: int, factors: Factors) -> FloatArray:
        """Growth in this period of accounts that need not renew, by vintage that has begun."""
        ratio = factors.of_territory[EXPANSION]
        of_vintage = self._of_vintage[: self._born[period]]
        grown: FloatArray = self._growth(period, self._segment, ratio)[of_vintage]
        felt = factors.growing
        if felt.size:
            territory = self._of_vintage[felt]
            ratio = ratio[territory] * factors.of_growth
            grown[felt] = self._growth(period, self._segment[territory], ratio)
        return grown

    def _terms(self, classes: IntArray, ratio: FloatArray) -> tuple[FloatArray, FloatArray]:
        """At a renewal: share of revenue that is kept, and factor of the contracted rise."""
        segment, term = self._classes.segment[classes], self._classes.term[classes, None]
        kept = kept_at_renewal(self._rates.contraction[segment], ratio, term)
        return kept, (1 + self._rates.uplift[segment]) ** (term / MONTHS_PER_YEAR)

    def _growth(self, period: int, segment: IntArray, ratio: FloatArray) -> FloatArray:
        yearly = moved(self._rates.expansion[segment], self._shocks.expansion.get(period))
        return growth(yearly, ratio, self._periods.years_each)

    def deciding_wins(self, period: int) -> list[tuple[int, int]]:
        """Classes of accounts won within the plan that decide now, and which renewal it is."""
        return self._losses.deciding_wins(period)
