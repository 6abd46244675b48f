"""What a team lacks if nobody is hired, and what one more seat gives and costs: by simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import FloatArray
from capacity.calendar import month_label
from capacity.engine.batch import Record
from capacity.engine.drawn import Drawn
from capacity.engine.layout import Layout
from capacity.engine.people import seats_of
from capacity.engine.planned_seats import heads_of
from capacity.engine.roles import Desk
from capacity.errors import QuestionError
from capacity.hiring.foresight import FORESEEN, Foresight
from capacity.hiring.hires import Hires, pool_name
from capacity.hiring.program import Heads, Need, Program
from capacity.hiring.request import MOST_SEATS, Request
from capacity.hiring.trying import Bench, counting, follows_seats, hours_that_count, targets_of
from capacity.rng import BLOCK, Luck
from capacity.scenario.parts import BySegment
from capacity.scenario.pool import Pool

_PROBE = 10
"""Blocks of futures in which the cost and the hours of one seat are looked at."""
_HIGH, _MIDDLE = 0.99, 0.5
_ANY = 10**9
"""Seats that no plan adds."""
_LEAST, _DUST = 0.01, 1e-6
"""A step of the level raises a need by this part of the work at least."""


@dataclass(frozen=True)
class Programs:
    """Two programs of the same need, and what can be foreseen by them.

    Attributes
    ----------
    first
        With people who leave and are replaced: its answer is the first plan.
    bound
        With people who stay, and are as good as their ramp ever lets them be: no plan gets more
        hours out of a seat.
    foresight
        What the first program says of single futures.
    """

    first: Program
    bound: Program
    foresight: Foresight


def programs_of(bench: Bench) -> Programs:
    """The programs of a request, from the futures in which nobody is hired."""
    layout, request = bench.layout, bench.request
    chance = Drawn(Luck(bench.seed, range(min(_PROBE, bench.trials // BLOCK))), layout.copulas)
    months = np.array(request.months, dtype=np.int64)
    cost = np.zeros((len(request.pools), len(months)))
    periods = layout.plan.horizon.periods.count
    hours, most = np.zeros((*cost.shape, periods)), np.zeros((*cost.shape, periods))
    for row, index in enumerate(request.pools):
        pool = layout.scenario.pools[index]
        desk = _desk(layout, index, chance)
        usual = desk.time.customer.mean(axis=1)
        for column, month in enumerate(request.months):
            cost[row, column], hours[row, column] = _seat(layout, pool, month, desk, chance)
            most[row, column] = _ramped(layout, pool, month, chance) * usual
    free = None if request.free is None else np.array(request.free, dtype=np.int64)
    money = None if request.budget is None else max(request.budget - bench.cost(Hires()), 0.0)
    starts = np.array([layout.plan.horizon.periods.of_month(m) for m in months], dtype=np.int64)
    needs, lacking = _needs(bench)
    heads = [_heads(layout, request, i, chance) for i in _following(layout)]
    bound = Program(cost, most, starts, needs, MOST_SEATS, free, money, heads)
    present = (periods - starts) / periods
    first = replace(bound, hours=hours, cost=np.where(cost > 0, cost, present))
    return Programs(first, bound, Foresight(first, lacking))


def check_crowds(layout: Layout, request: Request, program: Program) -> None:
    """Refuse to look for more people than are added to a pool in a month.

    Raises
    ------
    QuestionError
        Where the work takes more, whatever they cost and however many may be hired.
    """
    level, free = np.zeros(len(request.pools)), replace(program, free=None, money=None)
    if program.cheapest(level) is not None or free.cheapest(level) is not None:
        return
    found = replace(free, most=_ANY).cheapest(level)
    if found is not None:
        row, column = np.unravel_index(int(found[0].argmax()), found[0].shape)
        name = pool_name(layout.scenario, request.pools[row])
        raise QuestionError(
            f"{name}: the work takes about {found[0].max():,} more people who start in "
            f"{month_label(request.months[column])}, and a plan adds {MOST_SEATS:,} to a pool in a "
            "month at most. Write those who are certain under headcount or hires, and ask for the "
            "rest"
        )


# --- one seat ------------------------------------------------------------------------------------


def _desk(layout: Layout, index: int, chance: Drawn) -> Desk:
    """A pool as it is, to ask for its time and its pay."""
    none = np.zeros((len(layout.work.lane), 1))
    count = len(layout.territories)
    return Desk(layout.scenario, index, layout.work, count, chance, none, layout.stretches)


def _seat(
    layout: Layout, pool: Pool, month: int, desk: Desk, chance: Drawn
) -> tuple[float, FloatArray]:
    """Expected cost of a seat that is added in a month, and its customer hours by period."""
    alone = {"headcount": BySegment({}, 0), "people": None, "hires": BySegment({}, {month: 1})}
    role = pool.role.model_copy(update=alone)
    scenario = replace(layout.scenario, rosters={})
    seats = seats_of(scenario, replace(pool, role=role), chance, layout.stretches)
    usual, turns, staff = np.ones(chance.trials), layout.stretches.turns, []
    for t in range(layout.plan.horizon.periods.count):
        if t in turns:
            seats.turn_to(turns[t])
        staff.append(seats.step(t, usual))
    filled, joined = np.stack([s.filled for s in staff]), np.stack([s.joined for s in staff])
    lines = desk.costs(filled, joined).values()
    hours = np.stack([s.ramped for s in staff]) * desk.time.customer
    return float(sum(line.sum(axis=0).mean() for line in lines)), hours.mean(axis=1)


def _ramped(layout: Layout, pool: Pool, month: int, chance: Drawn) -> FloatArray:
    """Ramped people that one seat is worth at most, by period, if nobody ever leaves it."""
    periods = layout.plan.horizon.periods
    days = layout.stretches.days
    ramps = (periods.by_tenure(chance.inputs(pool.ramp, day)) for day in days)
    output = np.max([ramp.max(axis=1, initial=0.0) for ramp in ramps], axis=0)
    best = np.append(np.maximum.accumulate(output), 1.0)
    tenure = np.arange(periods.count) - periods.of_month(month)
    return np.where(tenure >= 0, best[np.clip(tenure, 0, len(best) - 1)], 0.0)


def _following(layout: Layout) -> list[int]:
    """The pools that follow from the seats of other roles."""
    return [i for i, pool in enumerate(layout.scenario.pools) if pool.role.per is not None]


def _heads(layout: Layout, request: Request, index: int, chance: Drawn) -> Heads:
    scenario, periods = layout.scenario, layout.plan.horizon.periods.count
    per = scenario.pools[index].role.per
    assert per is not None
    desk, shape = _desk(layout, index, chance), (periods, chance.trials)
    pay = sum(line.mean(axis=1) for line in desk.costs(np.ones(shape), np.zeros(shape)).values())
    joining = sum(line[0].mean() for line in desk.costs(np.zeros(shape), np.ones(shape)).values())
    seats = [[heads_of(scenario, role, t) / n for role, n in per.items()] for t in range(periods)]
    names = [scenario.pools[pool].name for pool in request.pools]
    return Heads(
        each=np.array([1 / per[name] if name in per else 0.0 for name in names]),
        planned=np.array(seats).sum(axis=1),
        heads=np.array([heads_of(scenario, scenario.pools[index].name, t) for t in range(periods)],
                       dtype=np.float64),
        cost=np.broadcast_to(pay, (periods,)).astype(np.float64),
        joining=float(joining),
    )  # fmt: skip


# --- what is lacking -----------------------------------------------------------------------------


def _needs(bench: Bench) -> tuple[list[Need], list[FloatArray]]:
    """What each pool lacks in windows of all kinds, at the confidence that is asked for.

    Returns
    -------
    tuple
        The needs; and for each pool what is lacking in its windows, in the order of its needs, in
        some futures, shape (windows, trials).
    """
    layout, request = bench.layout, bench.request
    record, chance = bench.nobody()
    targets = targets_of(layout, record, request)
    needs: list[Need] = []
    lacking = []
    for row, pool in enumerate(request.pools):
        desk = _desk(layout, pool, chance)
        time, usual = desk.time.customer, desk.time.customer.mean(axis=1, keepdims=True)
        people = np.divide(time, usual, out=np.ones_like(time), where=usual > 0).max(axis=0)
        more = 1 + chance.inputs([layout.scenario.pools[pool].named("overtime")])[0]
        work = _Work(layout, request, record, pool)
        target = np.broadcast_to(targets[:, row], (len(record["arr"]), targets.shape[2]))
        found = []
        for first, last in windows(request.by, layout.plan.horizon.periods.count, work.longest):
            wanted = target[first : last + 1].min(axis=0) * work.due(first, last)
            if first == last:
                wanted = np.maximum(wanted, work.at_once(first, target[first]))
            hours = (wanted - more * work.there(first, last)) / (more * people)
            wide = float(np.quantile(hours, _HIGH) - np.quantile(hours, _MIDDLE))
            least = _LEAST * float(work.due(first, last).mean())
            usually = float(np.quantile(hours, request.confidence, method="inverted_cdf"))
            needs.append(Need(row, first, last, usually, max(wide, least, _DUST)))
            found.append(hours[:FORESEEN].astype(np.float32))
        lacking.append(np.stack(found))
    return needs, lacking


def windows(by: int, count: int, longest: int) -> Iterator[tuple[int, int]]:
    """First and last period of windows from a period on: short ones, and ever longer ones.

    Parameters
    ----------
    by, count
        First period that counts, and the number of all periods.
    longest
        Periods that work may wait; windows up to one more are all there.
    """
    length = 1
    while length < count - by:
        for first in range(by, count - length + 1):
            yield first, first + length - 1
        length = length + 1 if length <= longest else 2 * length
    yield by, count - 1


class _Work:
    """Work that counts of a pool, and the hours that are there for it, in each future."""

    def __init__(self, layout: Layout, request: Request, record: Record, pool: int) -> None:
        due, work = record["due_hours"], layout.work
        shape = (len(due), due.shape[2])
        by_wait: dict[int, FloatArray] = {}
        self._tail = np.zeros(shape)
        for run, lanes in counting(layout, request, pool):
            day, part = layout.stretches.day(run.start), slice(run.start, run.stop)
            waits, order = work.patience[day][lanes], work.ranks[day][lanes]
            for wait in np.unique(waits).tolist():
                into = by_wait.setdefault(wait, np.zeros(shape))
                into[part] = due[part, lanes[waits == wait]].sum(axis=1)
            latest = order[waits > 0].max(initial=-np.inf)
            self._tail[part] = due[part, lanes[order > latest]].sum(axis=1)
        self.longest = max(by_wait)
        self._due = {wait: _running(hours) for wait, hours in by_wait.items()}
        self._all = hours_that_count(layout, request, pool, due)
        self._there = _running(record["capacity_hours"][:, pool])

    def due(self, first: int, last: int) -> FloatArray:
        """Hours that fall due within a window and cannot wait beyond it, shape (trials,)."""
        ends = {wait: max(last + 1 - wait, first) for wait in self._due}
        parts = [sums[ends[wait]] - sums[first] for wait, sums in self._due.items()]
        return np.asarray(np.sum(parts, axis=0))

    def at_once(self, period: int, target: FloatArray) -> FloatArray:
        """Hours that have to be worked in a period for its coverage, shape (trials,).

        What may wait is served before what comes last and may not, so that its waiting makes no
        room. Either all but the part that may be missed is done, or all that comes last is dropped,
        which has to be so little beside what is done.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            beside = np.where(target < 1, self._tail[period] / (1 - target), np.inf)
        enough = np.where(self._tail[period] > 0, np.minimum(self._all[period], beside), 0.0)
        return np.asarray(target * enough)

    def there(self, first: int, last: int) -> FloatArray:
        """Hours of the people who are there anyway, shape (trials,)."""
        hours: FloatArray = self._there[last + 1] - self._there[first]
        return hours


def _running(hours: FloatArray) -> FloatArray:
    """Sums up to each period, shape (periods + 1, trials)."""
    return np.concatenate([np.zeros((1, hours.shape[1])), np.cumsum(hours, axis=0)])


# --- whether the bound is one --------------------------------------------------------------------


FEEDBACK, OVERLOAD, FOLLOWING, WAITING = "feedback", "overload", "following", "waiting"
TURNING = "turning"
"""Why the program's bound is none: what hires change that it takes for given."""


def loose_ends(layout: Layout, request: Request) -> tuple[str, ...]:
    """Why the program's bound does not hold for the futures themselves; nothing where it does.

    Work must fall due whoever is hired: no feedback, no hand-overs, no fixed work that pools share,
    no waiting work that goes with the accounts that are lost, and no attrition that hires could
    change. It must count, and be able to wait, as when it fell due.
    """
    plan, work = layout.plan, layout.work
    lanes = {
        lane
        for pool in request.pools
        for _, some in counting(layout, request, pool)
        for lane in some.tolist()
    }
    waiting = work.longest_wait(np.array(sorted(lanes), dtype=np.int64)) > 0
    overload = any(
        layout.scenario.pools[pool].role.overloaded_attrition.mean != 1 for pool in request.pools
    )
    feedback = plan.simulation.feedback
    departures = any(pool.role.departure for pool in layout.scenario.pools)
    found = {
        FEEDBACK: feedback and plan.has_retention and (departures or bool(layout.effects.pairs)),
        OVERLOAD: feedback and overload,
        FOLLOWING: follows_seats(layout),
        WAITING: waiting and plan.has_retention,
        TURNING: waiting and work.turns,
    }
    return tuple(name for name, is_so in found.items() if is_so)
