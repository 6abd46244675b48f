"""The periods of one batch of trials, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.arrivals import Arrivals
from capacity.engine.chance import Chance, Named
from capacity.engine.customers import Customers, Moves
from capacity.engine.demand import Demand
from capacity.engine.expected import Expected
from capacity.engine.faces import Faces
from capacity.engine.influence import Influence
from capacity.engine.layout import Layout
from capacity.engine.lifetime import Lifetimes, has_lifetimes
from capacity.engine.people import seats_of
from capacity.engine.removal import Gone, Removal
from capacity.engine.roles import COSTS, Desk
from capacity.engine.same_people import SamePeople
from capacity.engine.seats import Seats, Staff, feels_overload
from capacity.engine.shocks import draw_shocks
from capacity.engine.stretches import Turning, by_period
from capacity.estimates import Estimate

Record = dict[str, FloatArray]
"""Results by name, each of shape (periods, rows, trials)."""

BY_LANE = ("due_hours", "done_hours")
BY_WAITING_LANE = ("dropped_hours", "cancelled_hours", "backlog_hours")
"""Of lanes of which hours may wait; of the others, what is not done is dropped."""
BY_POOL = (
    "available_hours",
    "required_fte",
    "capacity_hours",
    "headcount",
    "ramped_fte",
    "vacancies",
    "wanted_hours",
    *(f"cost_{line}" for line in COSTS),
)
BY_SEGMENT = (
    "accounts",
    "new_accounts",
    "churned_accounts",
    "arr",
    "new_arr",
    "expansion_arr",
    "contraction_arr",
    "churned_arr",
    "revenue",
)
_BYTES = np.dtype(np.float64).itemsize
FROZEN = ("frozen_accounts", "frozen_arr", "frozen_kept_arr")
"""Of the opening book alone, before the first period and after each year of the plan."""


@dataclass
class Shared:
    """What the worlds of one batch of futures have in common; the first of them finds it.

    Attributes
    ----------
    arrivals
        The accounts that are won.
    people
        By pool, in every period, as far as they do not depend on the world.
    lifetimes
        Whether anybody asks what a customer is worth.
    """

    arrivals: Arrivals | None = None
    people: dict[int, list[Staff]] = field(default_factory=dict)
    lifetimes: bool = True

    def seats(self, layout: Layout, index: int, chance: Chance) -> Seats:
        """The seats of a pool."""
        scenario, pool = layout.scenario, layout.scenario.pools[index]
        make = partial(seats_of, scenario, pool, chance, layout.stretches)
        if feels_overload(layout.plan, pool):
            return make()
        known = self.people.setdefault(index, [])
        return SamePeople(make, known, layout.plan.horizon.periods.count)


class Witness(Protocol):
    """Somebody who wants to know what the results came from."""

    def see(self, period: int, team: Sequence[Staff], customers: Customers) -> None:
        """The people of a period, by pool, and its accounts before the renewals are decided."""


def run_batch(
    layout: Layout,
    chance: Chance,
    removal: Removal | None = None,
    strength: float = 1.0,
    shared: Shared | None = None,
    witness: Witness | None = None,
) -> Record:
    """Simulate the periods for one batch.

    Parameters
    ----------
    removal
        What is gone; all else, luck and past included, is as without it.
    strength
        Power to which every effect of the work is raised, κ: 0 for work that does nothing.
    shared
        What other worlds of the same futures have found already, and leave to the next.
    witness
        Told of every period.
    """
    return _Batch(layout, chance, removal, strength, shared or Shared(), witness).run()


def shapes(layout: Layout) -> dict[str, tuple[int, int]]:
    """What is recorded of every future: periods and rows, by name."""
    plan, work = layout.plan, layout.work
    rows = (
        dict.fromkeys(BY_LANE, len(work.lane))
        | dict.fromkeys(BY_WAITING_LANE, len(work.waits))
        | dict.fromkeys(BY_POOL, len(layout.scenario.pools))
        | dict.fromkeys(BY_SEGMENT, len(plan.segments))
    )
    periods = plan.horizon.periods
    years = len(periods.year_ends) + 1
    found = {name: (periods.count, n) for name, n in rows.items()}
    return found | {name: (years, len(plan.segments)) for name in FROZEN}


def size_of_a_future(layout: Layout) -> int:
    """Bytes that the record of one future takes."""
    return _BYTES * sum(count * rows for count, rows in shapes(layout).values())


@dataclass(frozen=True)
class Pass:
    """Expected values, and what lies behind them.

    Attributes
    ----------
    record
        As of `run_batch`.
    desks
        The pools at work.
    joined, left
        People who took a seat and who left one, shape (periods, pools, 1).
    gone
        What is gone, if anything.
    """

    record: Record
    desks: list[Desk]
    joined: FloatArray
    left: FloatArray
    gone: Gone | None


def expected_pass(layout: Layout, removal: Removal | None = None) -> Pass:
    """One pass without luck, whose parts can be looked at."""
    batch = _Batch(layout, Expected(), removal, 1.0, Shared(), None)
    return Pass(batch.run(), batch.desks, batch.joined, batch.left, batch.gone)


class _Batch:
    def __init__(
        self, layout: Layout, chance: Chance, removal: Removal | None, strength: float,
        shared: Shared, witness: Witness | None,
    ) -> None:  # fmt: skip
        plan = layout.plan
        self.layout, self.chance, self.strength = layout, chance, strength
        self.witness = witness
        self.periods = plan.horizon.periods
        backlog = self._backlog()
        scenario, territories = layout.scenario, layout.territories
        count = len(territories)
        stretches = layout.stretches
        self.gone = Gone(scenario, layout.work, removal, chance, stretches) if removal else None
        self.desks = [
            Desk(
                scenario, i, layout.work, count, chance, backlog, stretches, self._seats(i, shared)
            )
            for i in range(len(scenario.pools))
        ]
        self._by_segment = territories.by_segment(len(plan.segments))
        shocks = draw_shocks(plan, chance, stretches)
        self.demand = Demand(plan, layout.work, layout.classes, layout.calendar, chance, shocks)
        self.influence = Influence(
            plan, layout.effects, count, layout.classes, layout.past, chance, strength
        )
        self.faces = Faces(scenario, territories, chance)
        self.customers = Customers(
            scenario, territories, layout.classes, layout.retention, chance, shocks, stretches,
            shared.arrivals,
        )  # fmt: skip
        shared.arrivals = self.customers.arrivals
        self._values_customers = shared.lifetimes and has_lifetimes(plan)
        self.parts: list[Turning] = [
            *self.desks, self.demand, self.influence, self.faces, self.customers,
            *([self.gone] if self.gone else []),
        ]  # fmt: skip
        self.record = self._empty()
        shape = (self.periods.count, len(self.desks), chance.trials)
        self.joined, self.left, self.due = np.empty(shape), np.empty(shape), np.empty(shape)

    def _seats(self, index: int, shared: Shared) -> Seats:
        """The seats of a pool, some of them cut."""
        seats = shared.seats(self.layout, index, self.chance)
        return self.gone.seats(index, seats) if self.gone else seats

    def _backlog(self) -> FloatArray:
        """Hours late when the plan begins, by work lane."""
        plan, work = self.layout.plan, self.layout.work
        tasks = list(plan.tasks.items())
        drawn = self.chance.inputs(
            [(f"tasks.{name}.backlog", task.backlog) for name, task in tasks]
        )
        of_lane = np.array([work.lanes[i].task_index for i in work.lane], dtype=np.int64)
        return drawn[of_lane] * self.layout.backlog_part[:, None]

    def _empty(self) -> Record:
        trials = self.chance.trials
        return {name: np.empty((*shape, trials)) for name, shape in shapes(self.layout).items()}

    def run(self) -> Record:
        self._freeze(0)
        years = {end: year for year, end in enumerate(self.periods.year_ends.tolist(), 1)}
        turns = self.layout.stretches.turns
        for t in range(self.periods.count):
            if t in turns:
                for part in self.parts:
                    part.turn_to(turns[t])
            self._start(t)
            self._work(t)
            factors = self.faces.felt(self.influence.factors(t))
            moves = self.customers.decide(t, factors)
            self._finish(t, moves)
            if t in years:
                self._freeze(years[t])
        for r, desk in enumerate(self.desks):
            self._settle(r, desk)
        self.record |= self._global_inputs()
        if self.gone:
            self.record |= self.gone.records()
        if self._values_customers:
            self.record["lifetime"] = self._lifetime()[None]
        return self.record

    def _lifetime(self) -> FloatArray:
        """Value of a customer for a unit of yearly revenue, shape (segments, trials)."""
        first = self.gone.removal.start if self.gone else 0
        return Lifetimes(self.layout, self.chance, self.strength).per_revenue(self.record, first)

    def _freeze(self, year: int) -> None:
        for name, values in zip(FROZEN, self.customers.opening(), strict=True):
            self.record[name][year] = self._by_segment(values)

    def _start(self, t: int) -> None:
        """New accounts start."""
        for name, values in zip(("new_accounts", "new_arr"), self.customers.join(t), strict=True):
            self.record[name][t] = self._by_segment(values)
        revenue = self._by_segment(self.customers.revenue)
        self.record["revenue"][t] = revenue * self.periods.years_each

    def _work(self, t: int) -> None:
        """Seats change, work falls due, roles spend their hours, coverage is remembered."""
        record = self.record
        due, done = record["due_hours"][t], record["done_hours"][t]
        team = [desk.staff(t) for desk in self.desks]
        self.faces.remember(team)
        due[:] = self.demand.hours(t, self.customers.number, team)
        gone = self.gone if self.gone and self.gone.is_on(t) else None
        given_up = self._give_up(gone) if gone and t == gone.removal.start else 0.0
        wanted = gone.to_serve(due) if gone else due
        for r, (desk, staff) in enumerate(zip(self.desks, team, strict=True)):
            record["headcount"][t, r], record["ramped_fte"][t, r] = staff.filled, staff.ramped
            record["vacancies"][t, r], self.joined[t, r] = staff.vacant, staff.joined
            self.left[t, r] = staff.left
            if desk.lanes.start == desk.lanes.stop:
                record["wanted_hours"][t, r] = self.due[t, r] = 0.0
                continue
            mine = due[desk.lanes]
            served = desk.serve(wanted[desk.lanes], desk.capacity(t, staff))
            done[desk.lanes], record["dropped_hours"][t, desk.waits] = served[:2]
            record["wanted_hours"][t, r], self.due[t, r] = served[2], mine.sum(axis=0)
        if gone:
            others = gone.done_by_others(t, due)
            done += others
            late = self.layout.work.waits
            record["dropped_hours"][t] += (due - wanted - others)[late] + given_up
        dropped = due - done
        dropped[self.layout.work.waits] = record["dropped_hours"][t]
        self.influence.remember(done, dropped)
        if self.witness:
            self.witness.see(t, team, self.customers)

    def _give_up(self, gone: Gone) -> FloatArray:
        """Waiting work that nobody will do any more, by work lane that may wait."""
        return np.concatenate([desk.give_up(gone.stopped) for desk in self.desks])

    def _finish(self, t: int, moves: Moves) -> None:
        """Waiting work of the lost goes; the books are written."""
        record = self.record
        for desk in self.desks:
            cancelled = desk.cancel(moves.churned_accounts, moves.accounts)
            record["cancelled_hours"][t, desk.waits] = cancelled
            record["backlog_hours"][t, desk.waits] = desk.waiting
        record["accounts"][t] = self._by_segment(self.customers.accounts)
        record["arr"][t] = self._by_segment(self.customers.revenue)
        for name in ("churned_accounts", "churned_arr", "contraction_arr", "expansion_arr"):
            record[name][t] = self._by_segment(getattr(moves, name))

    def _settle(self, r: int, desk: Desk) -> None:
        """What follows of the people of a pool, for all periods at once."""
        record = self.record
        capacity, available = desk.all_hours(record["ramped_fte"][:, r])
        record["capacity_hours"][:, r], record["available_hours"][:, r] = capacity, available
        record["required_fte"][:, r] = _people(self.due[:, r], desk.time.customer)
        for line, cost in desk.costs(record["headcount"][:, r], self.joined[:, r]).items():
            record[f"cost_{line}"][:, r] = cost

    def _global_inputs(self) -> Record:
        """Inputs that money is computed from afterwards, shape (periods or 1, rows, trials)."""
        plan = self.layout.plan
        finance = plan.finance
        margin = finance.gross_margin or Estimate.fixed(np.nan)
        named = [("finance.gross_margin", margin), ("finance.platform", finance.platform)]
        targets = [
            (f"team.{n}.coverage_target", role.coverage_target) for n, role in plan.team.items()
        ]
        return {
            "finance": self._by_period(named),
            "coverage_target": self._by_period(targets),
            "opening_backlog": self._backlog()[None],
        }

    def _by_period(self, named: list[Named]) -> FloatArray:
        """Inputs of shape (periods or 1, rows, trials)."""
        return by_period(self.chance, named, self.layout.stretches).swapaxes(0, 1)


def _people(hours: FloatArray, customer: FloatArray) -> FloatArray:
    """Ramped people that some hours take; none where there are none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hours > 0, hours / customer, 0.0)
