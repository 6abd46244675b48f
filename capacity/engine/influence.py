"""What past work does now: hours are remembered, and become shortfalls, and become factors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, RowSums
from capacity.engine.chance import Chance
from capacity.engine.classes import BEFORE, Classes
from capacity.engine.effects import EXPANSION, KINDS, Effects, Pair, Past
from capacity.estimates import Estimate
from capacity.model.dispatch import coverage
from capacity.model.retention import half_life_factor, relative_factor, shortfall
from capacity.scenario.document import Plan


@dataclass(frozen=True)
class Factors:
    """What the coverage so far does, on churn, expansion and contraction.

    Attributes
    ----------
    of_territory
        On every account of a territory, shape (kinds, territories, trials).
    of_renewal
        The same on those whose renewal is decided now.
    vintages, of_vintage
        Vintages of which accounts decide and that feel on top how they were started, in ascending
        order; and what these feel, shape (kinds, vintages, trials).
    growing, of_growth
        All vintages whose growth feels how they were started; and by what factor, shape (vintages,
        trials).
    """

    of_territory: FloatArray
    of_renewal: FloatArray
    vintages: IntArray
    of_vintage: FloatArray
    growing: IntArray
    of_growth: FloatArray

    def at_renewal(self, territory: IntArray, vintage: IntArray) -> FloatArray:
        """On some accounts whose renewal is decided now, shape (kinds, accounts, trials)."""
        out = self.of_renewal[:, territory]
        if self.vintages.size:
            place = np.searchsorted(self.vintages, vintage)
            place = np.minimum(place, len(self.vintages) - 1)
            felt = np.flatnonzero(self.vintages[place] == vintage)
            out[:, felt] *= self.of_vintage[:, place[felt]]
        return out


class Influence:
    """The memory of one batch: hours become shortfalls become factors."""

    def __init__(
        self, plan: Plan, effects: Effects, territories: int, classes: Classes, past: Past,
        chance: Chance, strength: float = 1.0,
    ) -> None:  # fmt: skip
        effects = effects.raised(strength)
        self._effects = effects
        self._on = bool(effects) and plan.simulation.feedback
        self._shape = (len(KINDS), territories, chance.trials)
        years = plan.horizon.periods.years_each
        self._lasting = _Lasting(effects.lasting, effects.cells, past, chance, years)
        self._renewing = _Renewing(effects.renewing, past, chance)
        self._starting = _Starting(effects.starting, classes, past, chance, years)
        self._deciding = classes.deciding
        segments = plan.segments.values()
        growth = (version for s in segments for version in s.expansion.versions)
        self._growing = any(yearly.uncertain or yearly.mean for yearly in growth)
        cells = [pair.cell for pair in (*effects.starting, *effects.renewing)]
        self._asked = np.unique(np.array(cells, dtype=np.int64))
        self._cells = int(max((*cells, -1))) + 1
        self._covered: list[FloatArray] = []

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        for inputs in (self._lasting, self._renewing, self._starting):
            inputs.turn_to(day)

    def remember(self, done: FloatArray, dropped: FloatArray) -> None:
        """Add the work of a period, by work lane."""
        if not self._on:
            return
        done, dropped = self._effects.cells(done), self._effects.cells(dropped)
        covered = np.empty((self._cells, done.shape[1]))
        covered[self._asked] = coverage(done[self._asked], dropped[self._asked])
        self._covered.append(covered)
        self._lasting.remember(done, dropped)
        self._starting.remember(len(self._covered) - 1, self._covered[-1])

    def factors(self, period: int) -> Factors:
        """What the work up to this period does now."""
        of_territory = np.ones(self._shape)
        if not self._on:
            none, nothing = np.zeros(0, dtype=np.int64), np.ones((len(KINDS), 0, 1))
            return Factors(of_territory, of_territory, none, nothing, none, nothing[0])
        self._lasting.multiply(of_territory)
        of_renewal = of_territory
        if self._deciding[period].size:
            of_renewal = of_territory.copy()
            self._renewing.multiply(of_renewal, period, self._covered)
        deciding = self._starting.felt_at(period, self._deciding[period])
        growing = self._starting.growth_at(period, on=self._growing)
        return Factors(of_territory, of_renewal, *deciding, *growing)


class _Felt:
    """Multiplies factors of pairs into those of their territories."""

    def __init__(self, territories: list[int]) -> None:
        self._territories, self._firsts = np.unique(
            np.array(territories, dtype=np.int64), return_index=True
        )

    def multiply(self, out: FloatArray, kinds: list[int], factors: FloatArray) -> None:
        """Multiply factors, shape (kinds, pairs, trials), into (all kinds, territories, trials)."""
        if not self._territories.size:
            return
        single = len(self._firsts) == factors.shape[1]
        for kind, rows in zip(kinds, factors, strict=True):
            product = rows if single else np.multiply.reduceat(rows, self._firsts, axis=0)
            out[kind, self._territories] *= product


class Inputs:
    """The drawn numbers of some pairs, each of shape (pairs, trials) or (pairs, 1)."""

    def __init__(self, pairs: list[Pair], past: Past, chance: Chance) -> None:
        self._chance, self._pairs = chance, pairs
        self.kinds = [
            i for i, kind in enumerate(KINDS) if any(getattr(pair.effect, kind) for pair in pairs)
        ]
        self.cell = np.array([pair.cell for pair in pairs], dtype=np.int64)
        self.today = today(pairs, past, chance)
        self.felt = _Felt([pair.territory for pair in pairs])

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        pairs, chance = self._pairs, self._chance
        parts = np.array([[pair.exponent(day)] for pair in pairs]).reshape(-1, 1)
        drawn = [
            chance.inputs([p.named(KINDS[i]) for p in pairs], day) ** parts for i in self.kinds
        ]
        width = max((d.shape[1] for d in drawn), default=1)
        self.stopped = np.empty((len(self.kinds), len(pairs), width))
        for row, values in zip(self.stopped, drawn, strict=True):
            row[:] = values
        self.half_life = chance.inputs(
            [(f"{pair.path}.fades_over", pair.effect.fades_over) for pair in pairs], day
        )
        self.enough = chance.inputs(
            [(f"tasks.{pair.lane.task}.enough", pair.lane.work.enough) for pair in pairs], day
        )


def today(pairs: list[Pair], past: Past, chance: Chance) -> FloatArray:
    """Coverage in the past: as given, or what today's team achieves."""
    named = [
        (
            f"tasks.{pair.lane.task}.coverage_today",
            pair.lane.work.coverage_today or Estimate.fixed(float(past.coverage[pair.cell])),
        )
        for pair in pairs
    ]
    return chance.inputs(named)


class _Lasting(Inputs):
    """Work that is remembered as a fading record of hours."""

    def __init__(
        self, pairs: list[Pair], cells: RowSums, past: Past, chance: Chance, years: float
    ) -> None:
        super().__init__(pairs, past, chance)
        self._years = years
        self.turn_to(None)
        usual = cells(past.due[:, None])[self.cell]
        self._wanted = np.broadcast_to(
            usual / (1 - self._fade), (len(pairs), max(self._fade.shape[1], 1))
        )
        self._done = self.today * self._wanted

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        super().turn_to(day)
        self._fade = half_life_factor(self._years, self.half_life)
        self._excess = self.stopped - 1
        self._usual = 1 + self._excess * shortfall(self.today, self.enough)

    def remember(self, done: FloatArray, dropped: FloatArray) -> None:
        """Let the record fade and add a period."""
        done, dropped = done[self.cell], dropped[self.cell]
        self._done = self._fade * self._done + done
        self._wanted = self._fade * self._wanted + done + dropped

    def multiply(self, out: FloatArray) -> None:
        """Multiply what the record does now, as in `relative_factor`, into the territories."""
        any_ = self._wanted > 0
        today = np.broadcast_to(self.today, any_.shape)
        covered = np.divide(self._done, self._wanted, out=today.copy(), where=any_)
        lack = shortfall(covered, self.enough)
        self.felt.multiply(out, self.kinds, (1 + self._excess * lack) / self._usual)


class _Renewing(Inputs):
    """Work for a renewal, which counts when that renewal is decided."""

    def __init__(self, pairs: list[Pair], past: Past, chance: Chance) -> None:
        super().__init__(pairs, past, chance)
        self._shape = (len(pairs), chance.trials)
        self.turn_to(None)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        super().turn_to(day)
        turns: dict[int, list[int]] = {}
        for i, pair in enumerate(self._pairs):
            for part in range(pair.lane.parts(day)):
                turns.setdefault(part - pair.lane.lead(day), []).append(i)
        self._turns = {turn: np.array(rows, dtype=np.int64) for turn, rows in turns.items()}
        """Pairs of which a part falls due so many periods after the decision (before it: < 0)."""

    def multiply(self, out: FloatArray, period: int, covered: list[FloatArray]) -> None:
        """Multiply what the work for the renewals of a period does into the territories."""
        total, known = np.zeros(self._shape), np.zeros(self._shape)
        for turn, rows in self._turns.items():
            part = period + turn
            found = covered[part][self.cell[rows]] if part >= 0 else self.today[rows]
            is_known = np.isfinite(found)
            total[rows] += np.where(is_known, found, 0.0)
            known[rows] += is_known
        lack, lack_today = _lack(total, known, self.today)
        self.felt.multiply(out, self.kinds, relative_factor(self.stopped, lack, lack_today))


def _lack(total: FloatArray, known: FloatArray, today: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shortfall of parts with known coverage, and what it was in the past; 0 with none known."""
    any_known = known > 0
    lack = np.where(any_known, 1 - total / np.where(any_known, known, 1.0), 0.0)
    return lack, np.where(any_known, 1 - today, 0.0)


class _Starting(Inputs):
    """Work at the start of an account, remembered by vintage: a row for each pair and vintage."""

    def __init__(
        self, pairs: list[Pair], classes: Classes, past: Past, chance: Chance, years: float
    ) -> None:
        super().__init__(pairs, past, chance)
        self._years = years
        found = [
            (v, start, i)
            for v, (territory, start) in enumerate(classes.vintages)
            for i, pair in enumerate(pairs)
            if pair.territory == territory and start > BEFORE
        ]
        self._vintage, self._first, self._pair = np.array(found, dtype=np.int64).reshape(-1, 3).T
        self._parts = np.zeros(len(found), dtype=np.int64)
        for i, pair in enumerate(pairs):
            rows = self._pair == i
            self._parts[rows] = pair.lane.at_events(pair.lane.parts, self._first[rows])
        self._total = np.zeros((len(found), chance.trials))
        self._known = np.zeros_like(self._total)
        self._lack, self._lack_today = np.zeros_like(self._total), np.zeros_like(self._total)
        self._noticed = (self.today[self._pair] != 1).any(axis=1)
        self._was_short = bool(self._noticed.any())
        self.turn_to(None)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        super().turn_to(day)
        self._excess = self.stopped[:, self._pair] - 1

    def remember(self, period: int, covered: FloatArray) -> None:
        """Add the parts that fell due in a period; what is all done leaves no trace."""
        due = np.flatnonzero((self._first <= period) & (period < self._first + self._parts))
        if not due.size:
            return
        found = covered[self.cell[self._pair[due]]]
        known = np.isfinite(found)
        self._total[due] += np.where(known, found, 0.0)
        self._known[due] += known
        self._noticed[due] |= (found < 1).any(axis=1)
        some = due[self._noticed[due]]
        lack = _lack(self._total[some], self._known[some], self.today[self._pair[some]])
        self._lack[some], self._lack_today[some] = lack

    def felt_at(self, period: int, asked: IntArray) -> tuple[IntArray, FloatArray]:
        """Of some vintages those that feel it, and what they feel, by kind."""
        some = np.isin(self._vintage, asked)
        rows, vintages, firsts = self._begun(period, some)
        out = np.ones((len(KINDS), len(vintages), self._total.shape[1]))
        if rows.size:
            out[self.kinds] = self._factors(period, rows, firsts, slice(None))
        return vintages, out

    def growth_at(self, period: int, *, on: bool) -> tuple[IntArray, FloatArray]:
        """The vintages whose growth feels it, and by what factor; none where nothing grows."""
        rows, vintages, firsts = self._begun(period, np.bool_(on and EXPANSION in self.kinds))
        if not rows.size:
            return vintages, np.ones((0, 1))
        kind = self.kinds.index(EXPANSION)
        return vintages, self._factors(period, rows, firsts, slice(kind, kind + 1))[0]

    def _begun(
        self, period: int, asked: BoolArray | np.bool_
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Rows of vintages that have begun and feel it; the vintages, and the first row of each."""
        rows = np.flatnonzero(self._noticed & (self._first <= period) & asked)
        return rows, *np.unique(self._vintage[rows], return_index=True)

    def _factors(self, period: int, rows: IntArray, firsts: IntArray, kinds: slice) -> FloatArray:
        """What vintages feel, as in `relative_factor`, shape (kinds, vintages, trials)."""
        pair, last = self._pair[rows], self._first[rows] + self._parts[rows] - 1
        since = np.maximum(period - last, 0)[:, None] * self._years
        left = np.where(since > 0, half_life_factor(since, self.half_life[pair]), 1.0)
        chosen = rows if rows[-1] >= len(rows) else slice(len(rows))  # a slice copies nothing
        excess = self._excess[kinds, chosen]
        factors = excess * (self._lack[chosen] * left)
        factors += 1
        if self._was_short:
            factors /= 1 + excess * (self._lack_today[chosen] * left)
        single = len(firsts) == len(rows)
        return factors if single else np.multiply.reduceat(factors, firsts, axis=1)
