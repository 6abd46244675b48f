"""Seats one by one, each with its own luck."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray, sums_at
from capacity.engine.drawn import Drawn
from capacity.engine.planned_seats import planned_hires
from capacity.engine.seats import BEFORE_START, PoolInputs, Staff, feels_overload
from capacity.model.team import leave_hazard, ramped
from capacity.rng import keys, numbered


@dataclass(frozen=True)
class _People:
    """People who join or leave, one entry for each seat and trial, with the period of each."""

    seat: IntArray
    trial: IntArray
    period: IntArray

    def some(self, chosen: BoolArray) -> _People:
        """A part of them."""
        return _People(self.seat[chosen], self.trial[chosen], self.period[chosen])


class DrawnSeats:
    """Every seat with its own luck.

    A person stays until the hazard of the role has grown by a threshold of their own, −ln of a
    uniform that is drawn when they join: the same chances as one draw for every seat and period,
    for a fraction of the draws. Where overload moves nobody, all periods of a stretch are settled
    at once; otherwise one after the other.
    """

    def __init__(self, inputs: PoolInputs, chance: Drawn) -> None:
        plan, pool = inputs.plan, inputs.pool
        self._inputs, self._pool, self._chance = inputs, pool, chance
        self._plan = plan.horizon.periods
        self.turn_to(None)
        self._step_by_step = feels_overload(plan, pool)
        opening, planned = pool.headcount, planned_hires(plan, pool)
        names = [("seat", *pool.luck, i) for i in range(opening)]
        self._keys = keys([*names, *(name for name, _ in planned)])
        self._periods, self._trials = self._plan.count, chance.trials
        self._settled, self._hazard = 0, np.zeros(self._trials)
        seats, flows = (len(self._keys), self._trials), (self._periods, self._trials)
        self._until, self._since = np.full(seats, np.inf), np.full(seats, BEFORE_START)
        if opening and inputs.somebody_leaves:
            of = numbered(self._keys[:opening], 2 * (self._plan.start + BEFORE_START))
            self._until[:opening] = -np.log(chance.luck.uniforms(of))
        self._joined, self._left = np.zeros(flows), np.zeros(flows)
        tenures = len(self._output)
        self._newcomers = np.zeros((tenures, self._periods + tenures, self._trials))
        self._coming = self._hired(opening, [period for _, period in planned])
        added = self._coming.period < self._periods
        self._added = self._count(self._coming.some(added))
        self._filled = self._seats = np.full(self._trials, float(opening))

    def _hired(self, first: int, periods: list[int]) -> _People:
        """The period in which each planned seat joins in each trial, later where it slips."""
        seat = first + np.arange(len(periods)).repeat(self._trials)
        trial = np.tile(np.arange(self._trials), len(periods))
        when = np.array(periods, dtype=np.int64).repeat(self._trials)
        return _People(seat, trial, when + self._inputs.slips(self._keys[seat], trial, when))

    def _count(self, people: _People) -> FloatArray:
        """How many there are, shape (periods, trials)."""
        place = people.period * self._trials + people.trial
        return sums_at(place, np.ones(len(place)), (self._periods, self._trials))

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._attrition, self._output = self._inputs.attrition(day), self._inputs.output(day)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        if period == self._settled:
            hazard = leave_hazard(self._attrition, overload, self._plan.years_each)
            self._settle(period, np.broadcast_to(hazard, self._trials))
        before, joined, left = self._filled, self._joined[period], self._left[period]
        self._filled = before - left + joined
        self._seats = self._seats + self._added[period]
        return Staff(
            filled=self._filled,
            ramped=ramped(self._filled, self._newcomers[:, period], self._output),
            joined=joined,
            vacant=(self._seats - self._filled) * self._pool.role.backfill,
            before=before,
            left=left,
        )

    def _settle(self, first: int, hazard: FloatArray) -> None:
        """Who leaves and joins from a period on, as far ahead as the hazard is known."""
        self._settled = first + 1 if self._step_by_step else self._inputs.stretches.after(first)
        joining, leaving = self._due(), self._leavers(first, hazard)
        while len(joining.seat) or len(leaving.seat):
            self._vacate(leaving)
            again = self._fill(joining, first, hazard)
            joining, leaving = self._replace(leaving), again
        self._hazard = self._hazard + hazard * (self._settled - first)

    def _due(self) -> _People:
        """Those who join in the periods that are settled now; the others keep coming."""
        due = self._coming.period < self._settled
        found, self._coming = self._coming.some(due), self._coming.some(~due)
        return found

    def _leavers(self, first: int, hazard: FloatArray) -> _People:
        """Those of the people there who leave in the periods that are settled now."""
        most = self._hazard + hazard * (self._settled - first)
        gone = np.flatnonzero(self._until <= most)
        seat = gone // self._trials
        trial = gone - seat * self._trials
        return _People(seat, trial, self._last(self._until.ravel()[gone], trial, first, hazard))

    def _last(self, until: FloatArray, trial: IntArray, first: int, hazard: FloatArray) -> IntArray:
        """The period in which people leave, of whom each bears so much hazard."""
        after = np.ceil((until - self._hazard[trial]) / hazard[trial])
        return first - 1 + np.clip(after, 1, self._settled - first).astype(np.int64)

    def _vacate(self, leaving: _People) -> None:
        place = leaving.seat * self._trials + leaving.trial
        since = self._since.ravel()[place]
        self._until.ravel()[place] = np.inf
        self._left += self._count(leaving)
        tenure = np.arange(len(self._newcomers))[:, None]
        new = np.flatnonzero(leaving.period - since < len(self._newcomers))
        gone = tenure >= (leaving.period - since)[new]
        at = (tenure, since[new] + tenure, leaving.trial[new])
        np.subtract.at(self._newcomers, at, gone.astype(np.float64))

    def _fill(self, joining: _People, first: int, hazard: FloatArray) -> _People:
        """Newcomers take their seats; returns those who leave in the periods settled now."""
        seat, trial, period = joining.seat, joining.trial, joining.period
        of = numbered(self._keys[seat], 2 * (self._plan.start + period))
        bears = -np.log(self._chance.luck.at(of, trial))
        until = self._hazard[trial] + hazard[trial] * (period - first + 1) + bears
        place = seat * self._trials + trial
        self._until.ravel()[place], self._since.ravel()[place] = until, period
        self._joined += self._count(joining)
        tenure = np.arange(len(self._newcomers))[:, None]
        np.add.at(self._newcomers, (tenure, period + tenure, trial), 1.0)
        most = self._hazard[trial] + hazard[trial] * (self._settled - first)
        again = until <= most
        found = joining.some(again)
        return _People(
            found.seat, found.trial, self._last(until[again], found.trial, first, hazard)
        )

    def _replace(self, leaving: _People) -> _People:
        """Look for successors; returns those who join in the periods that are settled now."""
        if self._pool.role.backfill:
            of, then = self._keys[leaving.seat], leaving.period
            when = then + self._inputs.searches(of, then, leaving.trial)
            coming = self._coming
            self._coming = _People(
                np.concatenate([coming.seat, leaving.seat]),
                np.concatenate([coming.trial, leaving.trial]),
                np.concatenate([coming.period, when]),
            )
        return self._due()
