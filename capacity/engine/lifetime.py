"""What a customer is worth over the years, if the coverage of a plan went on for good."""

from __future__ import annotations

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.chance import Chance
from capacity.engine.effects import CHURN, CONTRACTION, EXPANSION, KINDS
from capacity.engine.frailty import shapes
from capacity.engine.influence import Inputs
from capacity.engine.layout import Layout
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.model.dispatch import coverage
from capacity.model.retention import (
    half_life_factor,
    hazard,
    log_surviving,
    relative_factor,
    shortfall,
    strain,
)
from capacity.model.value import lifetime_value
from capacity.scenario.document import Plan
from capacity.units import MONTHS_PER_YEAR


def has_lifetimes(plan: Plan) -> bool:
    """Whether a plan says all that the value of a customer follows from."""
    finance = plan.finance
    return plan.has_money and None not in (finance.gross_margin, finance.discount_rate)


class Lifetimes:
    """The retention curves of a batch: a new customer of each segment, year by year.

    Parameters
    ----------
    strength
        Power to which the effects are raised; see `run_batch`.
    """

    def __init__(self, layout: Layout, chance: Chance, strength: float = 1.0) -> None:
        plan, effects = layout.plan, layout.effects.raised(strength)
        self._layout, self._chance, self._plan = layout, chance, plan
        self._on = bool(effects) and plan.simulation.feedback
        self._lasting = Inputs(effects.lasting, layout.past, chance)
        self._renewing = Inputs(effects.renewing, layout.past, chance)
        self._starting = Inputs(effects.starting, layout.past, chance)
        for inputs in (self._lasting, self._renewing, self._starting):
            inputs.turn_to(None)
        lanes = [pair.lane for pair in effects.starting]
        parts = [lane.parts(None) / lane.periods.step.in_a_month for lane in lanes]
        self._done_after = np.array(parts).reshape(-1, 1)
        self._segment = layout.territories.segment
        self._share = layout.territories.shares[:, None]
        self._years = plan.finance.clv_years
        self._known: dict[str, FloatArray] = {}

    def per_revenue(self, record: dict[str, FloatArray], first: int = 0) -> FloatArray:
        """Value of a customer who pays 1 a year, shape (segments, trials).

        Parameters
        ----------
        record
            Of a simulation, whose coverage from the period `first` on goes on for good.
        """
        cells = self._cells(record, first)
        fixed = self._at_any_age(*(self._of(i, cells) for i in (self._lasting, self._renewing)))
        covered = self._of(self._starting, cells)
        growth, alive = np.ones_like(fixed[0]), np.ones_like(fixed[0])
        years = []
        renewed = np.zeros(len(self._segment), dtype=np.int64)
        borne = np.zeros_like(growth)
        for year in range(self._years):
            years.append((alive, growth))
            growth = growth * self._growth(self._felt(fixed, covered, MONTHS_PER_YEAR * (year + 1)))
            alive = self._survive(alive, renewed, borne, year + 1, fixed, covered)
        margin, rate = self._inputs("gross_margin"), self._inputs("discount_rate")
        alive, growth = (np.stack(found) for found in zip(*years, strict=True))
        value = np.stack(
            [
                lifetime_value(margin, alive[:, t], growth[:, t], rate)
                for t in range(len(self._segment))
            ]
        )
        return self._layout.territories.by_segment(len(self._plan.segments))(value * self._share)

    def _inputs(self, setting: str) -> FloatArray:
        found = getattr(self._plan.finance, setting)
        assert found is not None  # `has_lifetimes` was asked before
        return self._chance.inputs([(f"finance.{setting}", found)])[0]

    # --- what the work does ----------------------------------------------------------------------

    def _cells(self, record: dict[str, FloatArray], first: int) -> FloatArray:
        """Coverage of each cell over the periods; NaN where nothing was decided."""
        cells, waits = self._layout.effects.cells, self._layout.work.waits
        done = record["done_hours"][first:].sum(axis=0)
        dropped = record["due_hours"][first:].sum(axis=0) - done
        dropped[waits] = record["dropped_hours"][first:].sum(axis=0)
        return coverage(cells(done), cells(np.maximum(dropped, 0)))

    @staticmethod
    def _of(inputs: Inputs, cells: FloatArray) -> FloatArray:
        """Coverage of some pairs, shape (pairs, trials); that of the past where it is unknown."""
        found = cells[inputs.cell]
        return np.where(np.isnan(found), inputs.today, found)

    def _at_any_age(self, lasting: FloatArray, renewing: FloatArray) -> FloatArray:
        """Factors of what does not depend on the age, shape (kinds, territories, trials)."""
        out = np.ones((len(KINDS), len(self._segment), self._chance.trials))
        if self._on:
            a, b = self._lasting, self._renewing
            lack, lack_today = (shortfall(c, a.enough) for c in (lasting, a.today))
            a.felt.multiply(out, a.kinds, relative_factor(a.stopped, lack, lack_today))
            lack, lack_today = 1 - renewing, 1 - b.today
            b.felt.multiply(out, b.kinds, relative_factor(b.stopped, lack, lack_today))
        return out

    def _felt(self, fixed: FloatArray, covered: FloatArray, months: float) -> FloatArray:
        """The same with how the customer was started so many months ago."""
        pairs = self._starting
        if not self._on or not len(pairs.cell):
            return fixed
        since = np.maximum(months - self._done_after, 0) / MONTHS_PER_YEAR
        left = half_life_factor(since, pairs.half_life)
        out = fixed.copy()
        factor = relative_factor(pairs.stopped, (1 - covered) * left, (1 - pairs.today) * left)
        pairs.felt.multiply(out, pairs.kinds, factor)
        return out

    # --- what becomes of the customer ------------------------------------------------------------

    def _drawn(self, setting: str) -> FloatArray:
        """A number of each territory's segment, shape (territories, trials or 1)."""
        if setting not in self._known:
            named = [
                (f"segments.{name}.{setting}", getattr(segment, setting) or Estimate.fixed(0.0))
                for name, segment in self._plan.segments.items()
            ]
            self._known[setting] = self._chance.inputs(named)[self._segment]
        return self._known[setting]

    def _growth(self, factors: FloatArray) -> FloatArray:
        """Factor on revenue of a year: (1 + g·XR)·(1 − κ·VR)·(1 + uplift)."""
        expansion = 1 + self._drawn("expansion") * factors[EXPANSION]
        kept = np.maximum(1 - self._drawn("contraction") * factors[CONTRACTION], 0)
        found: FloatArray = expansion * kept * (1 + self._drawn("uplift"))
        return found

    def _survive(
        self, alive: FloatArray, renewed: IntArray, borne: FloatArray, year: int,
        fixed: FloatArray, covered: FloatArray,
    ) -> FloatArray:  # fmt: skip
        """Those still there after a year, in which their terms may have ended."""
        segments = list(self._plan.segments.values())
        term = np.array([segments[s].term for s in self._segment], dtype=np.int64)
        alive = alive.copy()
        while (due := np.flatnonzero((renewed + 1) * term <= MONTHS_PER_YEAR * year)).size:
            for t in due.tolist():
                ratio = self._felt(fixed, covered, float((renewed[t] + 1) * term[t]))[CHURN, t]
                ease = strain(self._drawn("addressable")[t], ratio)
                alive[t] *= self._kept(t, int(renewed[t]), borne[t], ease)
                borne[t] += ease
            renewed[due] += 1
        return alive

    def _kept(
        self, territory: int, renewal: int, borne: FloatArray, ease: FloatArray
    ) -> FloatArray:
        """Chance to pass a renewal, counted from 0, at a hazard of so many times the usual."""
        s = int(self._segment[territory])
        segment = list(self._plan.segments.values())[s]
        if segment.sbg is not None:
            alpha, beta = (shapes(self._plan, self._chance, n)[s] for n in ("alpha", "beta"))
            after, before = (log_surviving(alpha, beta, b) for b in (borne + ease, borne))
            return np.exp(after - before)
        retention = self._layout.retention
        row = retention.hazard_of(np.array([s]), np.array([renewal]))[0]
        yearly = hazard(self._chance.inputs([retention.hazards[row]])[0])
        return np.exp(-yearly * (segment.term / MONTHS_PER_YEAR) * ease)


def usual_revenue(scenario: Scenario) -> FloatArray:
    """Mean yearly revenue of a customer of each segment: of the opening book, else of new ones.

    Returns
    -------
    FloatArray
        Shape (segments, 1).
    """
    book, plan = scenario.book, scenario.plan
    opening = book.starts <= plan.horizon.periods.begin
    found = []
    for i, segment in enumerate(plan.segments.values()):
        mine = book.arr[opening & (book.segment == i)]
        new = segment.new_accounts
        of_new = (new.arr if new and new.arr else segment.arr) or Estimate.fixed(0.0)
        found.append(float(mine.mean()) if mine.size else of_new.mean)
    return np.array(found)[:, None]


def opening_accounts(scenario: Scenario) -> IntArray:
    """Accounts of each segment when the plan begins, shape (segments,)."""
    book, plan = scenario.book, scenario.plan
    opening = book.starts <= plan.horizon.periods.begin
    return np.bincount(book.segment[opening], minlength=len(plan.segments))
