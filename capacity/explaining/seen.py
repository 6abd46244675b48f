"""The expected pass once more, with somebody who looks on: what the figures came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.catalogue import Catalogue
from capacity.engine.batch import Record, run_batch
from capacity.engine.chance import Accounts, Lost
from capacity.engine.customers import Customers
from capacity.engine.expected import Expected
from capacity.engine.layout import Layout
from capacity.engine.seats import Staff
from capacity.engine.shocks import Shocks, draw_shocks
from capacity.metrics import Key, Metric
from capacity.rng import KeyArray


@dataclass(frozen=True)
class Ending:
    """Accounts of a segment whose terms end, all with the same chance to be lost."""

    segment: int
    number: float
    chance: float


class Seen:
    """What was seen of an expected pass.

    Attributes
    ----------
    record
        What the engine found.
    alive
        Accounts of each class, when their work falls due; by period, shape (classes, 1).
    team
        The people of each period, by pool.
    ending
        Accounts whose terms end in each period.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.alive: list[FloatArray] = []
        self.team: list[list[Staff]] = []
        self.ending: list[list[Ending]] = []
        self._chance = _Telling(self)
        self._wins: list[int] = []
        self.record: Record = run_batch(layout, self._chance, witness=self)
        self.catalogue = Catalogue(layout.scenario, layout.work, (self.record,), 1)

    def figure(self, name: str, key: Key, period: int) -> float:
        """A figure of the table in a period."""
        found = self.catalogue.find(name, key)
        assert found is not None  # only what the plan has is explained
        values = found.over([np.array([t]) for t in range(self.layout.plan.horizon.periods.count)])
        return float(values[period, 0])

    def whole(self, metric: Metric, period: str) -> float:
        """A figure over the plan, after a span or as its headline."""
        found = self.catalogue.find(metric.name, metric.key)
        assert found is not None  # it was found in a catalogue of the same plan
        return float(found.read()[metric.periods.index(period), 0])

    @cached_property
    def shocks(self) -> Shocks:
        """What the market and the events are expected to do."""
        return draw_shocks(self.layout.plan, Expected(), self.layout.stretches)

    # --- what the engine tells -------------------------------------------------------------------

    def see(self, period: int, team: Sequence[Staff], customers: Customers) -> None:
        """Remember a period."""
        self.alive.append(customers.number.copy())
        self.team.append([*team])
        self.ending.append([])
        segment = self.layout.classes.segment
        self._wins = [int(segment[c]) for c, _ in customers.deciding_wins(period)]

    def named_end(self, rows: IntArray, number: FloatArray, chance: FloatArray) -> None:
        """Terms of accounts that have names end."""
        cohorts, book = self.layout.retention.cohorts, self.layout.scenario.book
        self._end(book.segment[cohorts.named[rows]], number, chance)

    def counted_end(self, of: KeyArray, number: FloatArray, chance: FloatArray) -> None:
        """Coins fall; those of this period's cohorts say whose terms end."""
        period = len(self.ending) - 1
        decisions = self.layout.retention.by_period[max(period, 0)]
        if of is decisions.cohort_luck:
            cohorts, classes = self.layout.retention.cohorts, self.layout.classes
            segment = classes.segment[cohorts.of_class[decisions.cohorts]]
            self._end(segment, number[:, 0], chance[:, 0])

    def won_end(self, part: FloatArray, chance: FloatArray) -> None:
        """Terms of accounts that were won within the plan end, class by class."""
        segment = np.full(len(part), self._wins.pop(0))
        self._end(segment, part, np.broadcast_to(chance, part.shape))

    def _end(self, segment: IntArray, number: FloatArray, chance: FloatArray) -> None:
        """Those with the same chance are told together."""
        pairs, place = np.unique(np.column_stack([segment, chance]), axis=0, return_inverse=True)
        sums = np.bincount(place.reshape(-1), number, len(pairs))
        self.ending[-1] += [
            Ending(int(s), float(n), float(p)) for (s, p), n in zip(pairs, sums, strict=True)
        ]


@dataclass
class _Telling(Expected):
    """Expected values, told to somebody."""

    seen: Seen
    trials: int = field(default=1, init=False)

    def accounts(self, count: int) -> Accounts:
        """What is left of each account."""
        return _TellingAccounts(super().accounts(count), self.seen, np.ones(count))

    def happening(self, of: KeyArray, number: FloatArray, share: FloatArray) -> FloatArray:
        """The share of them."""
        self.seen.counted_end(of, number, share)
        return super().happening(of, number, share)

    def losses(
        self, of: KeyArray, trial: IntArray, part: FloatArray, chance: FloatArray
    ) -> FloatArray:
        """The expected part."""
        self.seen.won_end(part, chance[trial])
        return super().losses(of, trial, part, chance)


@dataclass
class _TellingAccounts:
    accounts: Accounts
    seen: Seen
    left: FloatArray

    def lose(self, rows: IntArray, of: KeyArray, chance: FloatArray, which: IntArray) -> Lost:
        self.seen.named_end(rows, self.left[rows], chance[which, 0])
        lost = self.accounts.lose(rows, of, chance, which)
        self.left[rows] -= lost.part
        return lost
