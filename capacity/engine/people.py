"""Seats of people who are known by name: each with hours, a calendar and a leave of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.book.roster import Roster
from capacity.engine.chance import Chance
from capacity.engine.drawn import Drawn
from capacity.engine.drawn_seats import DrawnSeats
from capacity.engine.expected_seats import ExpectedSeats, wider
from capacity.engine.planned_seats import DerivedHeads, planned_hires
from capacity.engine.seats import BEFORE_START, PoolInputs, Presence, Seats, Staff, same_staff
from capacity.engine.stretches import Stretches
from capacity.loading import Scenario
from capacity.model.team import leave_hazard
from capacity.periods import NEVER
from capacity.rng import KeyArray, keys, numbered
from capacity.scenario.document import Plan
from capacity.scenario.pool import Pool


def seats_of(scenario: Scenario, pool: Pool, chance: Chance, stretches: Stretches) -> Seats:
    """The seats of a pool: of people known by name, of a number of them, or derived."""
    plan = scenario.plan
    if pool.role.per is not None:
        return DerivedHeads(scenario, pool.name, chance.trials)
    inputs = PoolInputs(plan, pool, chance, stretches)
    roster = roster_of(scenario, pool)
    if roster is not None:
        places = build_places(plan, pool, roster)
        if isinstance(chance, Drawn):
            return DrawnPeople(inputs, places, chance)
        return ExpectedPeople(inputs, places)
    if isinstance(chance, Drawn):
        return DrawnSeats(inputs, chance)
    return ExpectedSeats(inputs)


def roster_of(scenario: Scenario, pool: Pool) -> Roster | None:
    """The people of a pool, where these are known by name."""
    roster = scenario.rosters.get(pool.name)
    return roster.of(pool.value) if roster else None


def calendars_of(pool: Pool, roster: Roster | None) -> list[str | None]:
    """The calendars of a pool: its own first, then those of people elsewhere."""
    others = roster.calendars if roster else ()
    return list(dict.fromkeys([pool.holidays, *(c or pool.holidays for c in others)]))


@dataclass(frozen=True)
class Places:
    """The seats of a role with names, one value for each: people of the roster, then hires.

    Attributes
    ----------
    keys
        Luck of each.
    people
        How many are of the roster.
    first, last
        Period in which a seat is filled for the first time, and in which it is closed for good.
    since
        Period in which the first person joined.
    fte
        Part of a full week, of the first person and all successors.
    here
        Share of the working days on which the first person is not on leave, shape (seats, periods).
    at
        The first person's calendar: 1 where it holds, shape (calendars, seats).
    """

    keys: KeyArray
    people: int
    first: IntArray
    last: IntArray
    since: IntArray
    fte: FloatArray
    here: FloatArray
    at: FloatArray

    def presence(self, there: FloatArray, first: FloatArray, all_: FloatArray, t: int) -> Presence:
        """Who is paid and who is here in a period, of arrays of shape (seats, trials).

        Parameters
        ----------
        there
            Filled seats.
        first, all_
            Filled seats in ramped people: those still of the first person, and all.
        """
        here = self.at @ (first * (self.fte * self.here[:, t])[:, None])
        here[0] += self.fte @ (all_ - first)  # successors keep the calendar of the role
        return Presence(self.fte @ there, here)


def build_places(plan: Plan, pool: Pool, roster: Roster) -> Places:
    """Lay out the seats of a pool."""
    count = len(roster)
    hires = planned_hires(plan, pool)
    periods = plan.horizon.periods
    joins = np.concatenate([roster.joins, [period for _, period in hires]]).astype(np.int64)
    here = np.ones((len(joins), periods.count))
    at = [pool.holidays] * len(joins)
    for i, calendar in enumerate(roster.calendars):
        at[i] = calendar or pool.holidays
        if roster.away[i, 1] > periods.first_days[0]:
            here[i] -= periods.away_share(roster.away[i], at[i])
    known = calendars_of(pool, roster)
    of = [("person", pool.name, person) for person in roster.names]
    return Places(
        keys=keys([*of, *(hire for hire, _ in hires)]),
        people=count,
        first=np.where(joins < 0, BEFORE_START, joins),
        last=np.concatenate([roster.leaves, np.full(len(hires), NEVER)]),
        since=joins,
        fte=np.concatenate([roster.fte, np.ones(len(hires))]),
        here=here,
        at=np.array([[place == calendar for place in at] for calendar in known], dtype=np.float64),
    )


class DrawnPeople:
    """Every seat with its own luck, period by period.

    A person stays until the hazard of the role has grown by a threshold of their own, as in
    `DrawnSeats`, or until the seat is closed. Arrays have shape (seats, trials).
    """

    def __init__(self, inputs: PoolInputs, places: Places, chance: Drawn) -> None:
        self._inputs, self._pool, self._chance = inputs, inputs.pool, chance
        self._places, self._periods = places, inputs.plan.horizon.periods
        self.turn_to(None)
        shape = (len(places.keys), chance.trials)
        opening = places.first < 0
        self._there = np.repeat(opening[:, None], chance.trials, axis=1)
        self._first = np.ones(shape, dtype=bool)
        self._opened = self._there.copy()
        self._since = np.repeat(places.since[:, None], chance.trials, axis=1)
        self._coming = np.repeat(places.first[:, None], chance.trials, axis=1)
        self._coming[places.people :] += self._late()
        self._until = np.full(shape, np.inf)
        luck = numbered(places.keys[opening], 2 * (self._periods.start + BEFORE_START))
        self._until[opening] = -np.log(chance.luck.uniforms(luck))
        self._hazard = np.zeros(chance.trials)

    def _late(self) -> IntArray:
        """Planned hires may be late; people of the roster come when it says so."""
        hires = self._places.keys[self._places.people :]
        seat, trial = np.indices((len(hires), self._chance.trials))
        planned = self._places.first[self._places.people :]
        found = hires[seat.ravel()], trial.ravel(), planned[seat.ravel()]
        return self._inputs.slips(*found).reshape(seat.shape)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._attrition, self._output = self._inputs.attrition(day), self._inputs.output(day)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        before = self._there.sum(axis=0)
        self._hazard = self._hazard + leave_hazard(
            self._attrition, overload, self._periods.years_each
        )
        closing = (self._places.last == period)[:, None]
        leaving = self._there & (closing | (self._until <= self._hazard))
        self._vacate(leaving, period)
        joining = self._coming == period
        self._fill(joining, period)
        there = self._there.astype(np.float64)
        all_ = self._ramped(there, period)
        waiting = self._opened & ~self._there & (self._places.last > period)[:, None]
        return Staff(
            filled=there.sum(axis=0),
            ramped=self._places.fte @ all_,
            joined=joining.sum(axis=0).astype(np.float64),
            vacant=waiting.sum(axis=0) * float(self._pool.role.backfill),
            before=before.astype(np.float64),
            left=leaving.sum(axis=0).astype(np.float64),
            presence=self._places.presence(there, all_ * self._first, all_, period),
        )

    def _vacate(self, leaving: BoolArray, period: int) -> None:
        self._there &= ~leaving
        self._first &= ~leaving
        if self._pool.role.backfill:
            seat, trial = np.nonzero(leaving)
            of = self._places.keys[seat]
            when = period + self._inputs.searches(of, period, trial)
            self._coming[seat, trial] = np.where(when < self._places.last[seat], when, NEVER)

    def _fill(self, joining: BoolArray, period: int) -> None:
        seat, trial = np.nonzero(joining)
        of = numbered(self._places.keys[seat], 2 * (self._periods.start + period))
        bears = -np.log(self._chance.luck.at(of, trial))
        self._until[seat, trial] = self._hazard[trial] + bears
        self._since[seat, trial] = period
        self._there |= joining
        self._opened |= joining

    def _ramped(self, there: FloatArray, period: int) -> FloatArray:
        """Filled seats in ramped people."""
        out, tenure = there.copy(), period - self._since
        for k, output in enumerate(self._output):
            np.multiply(out, output, out=out, where=tenure == k)
        return out


class ExpectedPeople:
    """All seats as fractions: how much of the first person is left, and successors by tenure."""

    def __init__(self, inputs: PoolInputs, places: Places) -> None:
        self._inputs, self._pool, self._places = inputs, inputs.pool, places
        self._years = inputs.plan.horizon.periods.years_each
        self._first = (places.first < 0).astype(np.float64)
        self._vacant = np.zeros((len(places.keys), 0))
        self.turn_to(None)
        self._successors = np.zeros((len(places.keys), len(self._output)))
        hired = np.arange(len(places.keys)) >= places.people
        self._opens = places.first.copy()
        for seat in np.flatnonzero(hired):
            self._opens[seat] += inputs.expected_slip(int(places.first[seat]))
        self._since = np.where(hired, self._opens, places.since)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._attrition = self._inputs.attrition(day)
        self._output = np.append(self._inputs.output(day)[:, 0], 1.0)
        self._wait = self._inputs.expected_search(day)
        self._vacant = wider(self._vacant, self._wait)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        places = self._places
        chance = -float(np.expm1(-leave_hazard(self._attrition, overload, self._years))[0])
        closed = places.last <= period
        leave = np.where(closed, 1.0, chance)
        before = self._first + self._successors.sum(axis=1)
        opening = (self._opens == period).astype(np.float64)
        joining = np.where(closed, 0.0, self._vacant[:, 0])
        self._first = self._first * (1 - leave) + opening
        stay = self._successors * (1 - leave)[:, None]
        self._successors = np.column_stack([joining, stay[:, :-1]])
        self._successors[:, -1] += stay[:, -1]
        wanted = before * leave if self._pool.role.backfill else np.zeros_like(before)
        vacant = np.column_stack([self._vacant[:, 1:], np.zeros(len(wanted))])
        vacant[:, self._wait - 1] += wanted
        self._vacant = vacant * ~closed[:, None]
        return self._staff(period, (opening + joining).sum(), before.sum(), (before * leave).sum())

    def _staff(self, period: int, joined: float, before: float, left: float) -> Staff:
        tenure = np.clip(period - self._since, 0, len(self._output) - 1)
        first = self._first * self._output[tenure]
        all_ = first + self._successors @ self._output
        there = self._first + self._successors.sum(axis=1)
        people = (there.sum(), self._places.fte @ all_)
        found = (*people, joined, self._vacant.sum(), before, left)
        columns = (there[:, None], first[:, None], all_[:, None])
        presence = self._places.presence(*columns, period)
        return same_staff(found, presence=presence)
