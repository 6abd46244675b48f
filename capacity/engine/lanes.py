"""The lanes in which work runs: task × segment × pools, then by the pool that does it.

A *demand lane* is a task in a segment, of the accounts that need it and that the same pools
serve; occurrences fall due there. Its steps turn occurrences into hours, which collect in *work
lanes*, one for each pool that has a part. A role that is split adds lanes, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray, IntArray, RowSums
from capacity.engine.dealing import Values
from capacity.engine.stretches import Stretches
from capacity.engine.territories import Territories
from capacity.estimates import Estimate
from capacity.loading import Scenario
from capacity.model.dispatch import Priorities
from capacity.periods import Periods
from capacity.rng import KeyArray, keys
from capacity.scenario.dated import ByDate
from capacity.scenario.document import Plan
from capacity.scenario.pool import SEGMENT
from capacity.scenario.task import UNNAMED_STEP, Task
from capacity.units import Span


@dataclass(frozen=True)
class Lane:
    """A task in a segment, of the accounts that the same pools serve.

    Attributes
    ----------
    task, segment
        Their names; the segment is None for work that is one for all.
    work
        The settings of the task.
    pools
        Index of the pool of each role that has a part.
    luck
        What tells its luck from that of the other pools.
    territories
        Whose accounts make the work; none for fixed amounts.
    needed_by
        Segments for whose accounts it is done; none where nobody could meet a fixed amount's
        `where`, which then has no hours.
    """

    task: str
    segment: str | None
    work: Task
    task_index: int
    periods: Periods
    pools: Mapping[str, int]
    luck: tuple[str, ...]
    territories: tuple[int, ...]
    needed_by: tuple[str, ...]

    @cached_property
    def spreads(self) -> tuple[int, ...]:
        """Numbers of periods over which an occurrence is spread at some time, ascending."""
        return tuple(sorted({self.parts(day) for day in self.work.event_days}))

    def parts(self, day: dt.date | None) -> int:
        """Number of periods over which an occurrence is spread whose event is on a day."""
        return self.work.parts(self.periods, day)

    def lead(self, day: dt.date | None) -> int:
        """Periods between falling due and a renewal that is decided on a day."""
        return self.work.lead_periods(self.periods, day)

    def at_events(self, setting: Callable[[dt.date | None], int], event: IntArray) -> IntArray:
        """The `parts` or the `lead` of events in some periods, in the plan or out of it."""
        out = np.full(event.shape, setting(None))
        for day in self.work.event_days:
            if day is not None:
                out[event >= self.periods.first_from(day)] = setting(day)
        return out

    @property
    def amount(self) -> tuple[str, Estimate] | None:
        """Path and value of the rate or the fixed hours; None where accounts' dates decide."""
        setting, key = (self.work.rate, "rate") if self.work.rate else (self.work.fixed, "fixed")
        found = setting.of(self.segment or "") if setting else None
        if setting is None or found is None:
            return None
        part = f".{self.segment}" if self.segment in setting.values else ""
        return f"tasks.{self.task}.{key}{part}", found

    @property
    def share(self) -> tuple[str, Estimate]:
        """Path and value of the share of occurrences that happen."""
        part = f".{self.segment}" if self.segment in self.work.share.values else ""
        return f"tasks.{self.task}.share{part}", self.work.share.of(
            self.segment or ""
        ) or Estimate.fixed(1)

    @property
    def is_fixed(self) -> bool:
        """Whether the hours do not depend on accounts."""
        return self.work.fixed is not None

    @property
    def has_coins(self) -> bool:
        """Whether only a share of the occurrences happens, one coin each."""
        shares = self.share[1].versions
        return self.work.rate is None and any(s.uncertain or s.mean < 1 for s in shares)

    @property
    def every(self) -> ByDate[Span] | None:
        """The interval at which it falls due; None where something else decides."""
        return self.work.every.of(self.segment or "") if self.work.every else None

    def rank(self, day: dt.date | None) -> float:
        """In which turn it is served, in a period of a day's values; infinity for the last."""
        priority = self.work.priority.of(self.segment or "")
        return math.inf if priority is None else priority.on(day)

    def patience(self, day: dt.date | None) -> int:
        """Periods that its hours may wait, in a period of a day's values."""
        return self.work.deferrable(self.segment, self.periods, day)

    def weight(self, day: dt.date | None) -> float:
        """Occurrences that one account's falling due stands for, in a period of a day's values.

        Where they are spread now over more periods and now over fewer, `due` counts their parts.
        """
        if self.work.on is not None:
            return 1 / self.spreads[0] if len(self.spreads) == 1 else 1.0
        span = self.every.on(day) if self.every else None
        if span is None or self.work.aligned == "fiscal" or not self.periods.is_shorter(span):
            return 1.0
        return self.periods.years_each / span.years


@dataclass(frozen=True)
class Step:
    """Hours of a named part of a lane's work, done by one pool."""

    lane: int
    name: str
    pool: int
    hours: Estimate


@dataclass(frozen=True)
class Work:
    """All lanes of a plan.

    Attributes
    ----------
    lanes
        Demand lanes; those of a segment are neighbours, those for all segments come last.
    steps
        Parts of the lanes, sorted by work lane.
    pool, lane
        Of each work lane: index of the pool and of the demand lane. Sorted by pool, and by the
        priority with which the plan begins.
    ranks, patience
        By the first day of each stretch of the plan, None for its beginning: the priority of each
        work lane, infinity for the last; and the periods that its hours may wait.
    of_step
        Work lane of each step.
    waits
        Work lanes of which hours may wait, at some time, for another period.
    """

    lanes: list[Lane]
    steps: list[Step]
    pool: IntArray
    lane: IntArray
    ranks: Mapping[dt.date | None, FloatArray]
    patience: Mapping[dt.date | None, IntArray]
    of_step: IntArray
    waits: IntArray

    @cached_property
    def step_sums(self) -> RowSums:
        """Sums the steps of each work lane."""
        return RowSums(self.of_step, len(self.lane))

    @cached_property
    def step_keys(self) -> KeyArray:
        """Luck of the hours of each step."""
        lanes = (self.lanes[step.lane] for step in self.steps)
        return keys(
            ("hours", lane.task, step.name, lane.segment or "", *lane.luck)
            for lane, step in zip(lanes, self.steps, strict=True)
        )

    @property
    def as_begun(self) -> Work:
        """The same, falling due for good as it does when the plan begins; itself if it does."""
        lanes = [replace(lane, work=lane.work.as_begun) for lane in self.lanes]
        pairs = zip(lanes, self.lanes, strict=True)
        is_same = all(lane.work is was.work for lane, was in pairs)
        return self if is_same else replace(self, lanes=lanes)

    @cached_property
    def orders(self) -> list[FloatArray]:
        """The different `ranks` that there are at some time."""
        return list({ranks.tobytes(): ranks for ranks in self.ranks.values()}.values())

    @property
    def turns(self) -> bool:
        """Whether the order in which work is served, or how long it may wait, ever changes."""
        waits = {patience.tobytes() for patience in self.patience.values()}
        return len(self.orders) > 1 or len(waits) > 1

    def of_pool(self, pool: int) -> slice:
        """The work lanes of a pool."""
        first, last = np.searchsorted(self.pool, [pool, pool + 1])
        return slice(int(first), int(last))

    def priorities(self, pool: int, day: dt.date | None = None) -> Priorities:
        """The order in which a pool serves its lanes from a day on."""
        return Priorities.of(self.ranks[day][self.of_pool(pool)])

    def longest_wait(self, lanes: slice | IntArray) -> int:
        """Periods that hours of some work lanes may wait at most, at any time."""
        return max(int(waits[lanes].max(initial=0)) for waits in self.patience.values())


def build_work(scenario: Scenario, territories: Territories, stretches: Stretches) -> Work:
    """Lay out the lanes of a plan."""
    lanes = [*_of_accounts(scenario, territories), *_of_everybody(scenario, territories)]
    steps = [step for i, lane in enumerate(lanes) for step in _steps(i, lane)]
    found: dict[tuple[int, float, int, int], int] = {}
    for step in steps:
        lane = lanes[step.lane]
        found[step.pool, lane.rank(None), lane.task_index, step.lane] = 0
    order = sorted(found)
    place = {(pool, lane): i for i, (pool, _, _, lane) in enumerate(order)}
    steps.sort(key=lambda s: place[s.pool, s.lane])
    of_lane = [lanes[i] for _, _, _, i in order]
    days = stretches.days
    patience = {day: np.array([x.patience(day) for x in of_lane], dtype=np.int64) for day in days}
    wait = np.max([*patience.values()], axis=0)
    late = np.array([lane.work.backlog.mean > 0 for lane in of_lane], dtype=bool)
    return Work(
        lanes=lanes,
        steps=steps,
        pool=np.array([pool for pool, _, _, _ in order], dtype=np.int64),
        lane=np.array([lane for _, _, _, lane in order], dtype=np.int64),
        ranks={day: np.array([x.rank(day) for x in of_lane], dtype=np.float64) for day in days},
        patience=patience,
        waits=np.flatnonzero((wait > 0) | late),
        of_step=np.array([place[s.pool, s.lane] for s in steps], dtype=np.int64),
    )


def _of_accounts(scenario: Scenario, territories: Territories) -> Iterator[Lane]:
    """Lanes of the tasks of each segment, apart where other pools serve the accounts."""
    plan, periods = scenario.plan, scenario.plan.horizon.periods
    for s, segment in enumerate(plan.segments):
        for k, (name, task) in enumerate(plan.tasks.items()):
            if segment not in plan.segments_of(task) or _is_one(task):
                continue
            if task.fixed is not None:
                yield from _fixed(scenario, territories, name, segment)
                continue
            needed = task.roles_in(segment) | ({task.role} if task.on == "departure" else set())
            roles = [role for role in plan.team if role in needed]
            splits = {plan.team[role].split for role in roles}
            parts: dict[Values, list[int]] = {}
            for t in territories.needing(s, name):
                values = tuple(v for v in territories.values[t] if v[0] in splits)
                parts.setdefault(values, []).append(t)
            for values, inside in parts.items():
                pools = {role: _pool_index(scenario, role, dict(values)) for role in roles}
                luck = _luck(scenario, pools.values(), values)
                whose = tuple(inside), (segment,)
                yield Lane(name, segment, task, k, periods, pools, luck, *whose)
            if segment == plan.segments_of(task)[0] and not _is_needed(plan, territories, name):
                pools = _any_pools(scenario, roles)
                yield Lane(name, segment, task, k, periods, pools, (), (), (segment,))


def _of_everybody(scenario: Scenario, territories: Territories) -> Iterator[Lane]:
    """Lanes of the tasks that are one for all segments."""
    for name, task in scenario.plan.tasks.items():
        if _is_one(task):
            yield from _fixed(scenario, territories, name, None)


def _fixed(
    scenario: Scenario, territories: Territories, name: str, segment: str | None
) -> Iterator[Lane]:
    """Lanes of a fixed amount, one for each pool of its role, or for those that it is for."""
    plan, periods = scenario.plan, scenario.plan.horizon.periods
    task, place = plan.tasks[name], list(plan.tasks).index(name)
    segments = [segment] if segment else plan.segments_of(task)
    needed_by, values = tuple(segments), None
    if task.where:
        needed_by, values = _those_who_need(plan, territories, name, segments)
    for i, pool in enumerate(scenario.pools):
        if pool.name != task.role or (pool.role.split == SEGMENT and pool.value not in segments):
            continue
        if pool.role.split is None or not values or pool.value in values:
            luck, whose = () if pool.alone else (pool.value,), ((), needed_by)
            yield Lane(name, segment, task, place, periods, {task.role: i}, luck, *whose)


def _those_who_need(
    plan: Plan, territories: Territories, name: str, segments: list[str]
) -> tuple[tuple[str, ...], set[str]]:
    """Segments with accounts, there or to be won, that need a task; and their values of its role.

    The values are of the column by which the role is split, so they name its pools.
    """
    found = {
        segment: needing
        for s, segment in enumerate(plan.segments)
        if segment in segments and (needing := territories.needing(s, name))
    }
    split = plan.team[plan.tasks[name].role].split
    every = (dict(territories.values[t]) for needing in found.values() for t in needing)
    return tuple(found), {values[split] for values in every if split}


def _is_needed(plan: Plan, territories: Territories, name: str) -> bool:
    """Whether there are, or may be won, accounts that need a task; what nobody needs is 0 hours."""
    segments = plan.segments_of(plan.tasks[name])
    return any(
        territories.needing(s, name) for s, other in enumerate(plan.segments) if other in segments
    )


def _any_pools(scenario: Scenario, roles: list[str]) -> dict[str, int]:
    """A pool of each role."""
    return {pool.name: i for i, pool in enumerate(scenario.pools) if pool.name in roles}


def _pool_index(scenario: Scenario, role: str, values: Mapping[str, str]) -> int:
    """The pool of a role that serves accounts of some values."""
    split = scenario.plan.team[role].split
    value = values[split] if split else ""
    return next(i for i, p in enumerate(scenario.pools) if (p.name, p.value) == (role, value))


def _luck(scenario: Scenario, pools: Iterable[int], values: Values) -> tuple[str, ...]:
    """The values that tell apart the luck of lanes: those of roles with several pools."""
    several = {p.role.split for i in pools if not (p := scenario.pools[i]).alone}
    return tuple(value for column, value in values if column in several)


def _is_one(task: Task) -> bool:
    """Whether the work is one for all segments: a fixed amount that is not given by segment."""
    return task.fixed is not None and not task.fixed.values


def _steps(index: int, lane: Lane) -> list[Step]:
    if lane.is_fixed:
        return [Step(index, UNNAMED_STEP, lane.pools[lane.work.role], Estimate.fixed(1.0))]
    steps = lane.work.steps_of(lane.segment or "")
    return [Step(index, name, lane.pools[role], hours) for name, (role, hours) in steps.items()]


def lane_parts(plan: Plan, work: Work) -> FloatArray:
    """Part of the hours of each work lane that is for each segment, shape (lanes, segments).

    Work that is one for several segments is for all of them alike that have accounts who need it.
    """
    out = np.zeros((len(work.lane), len(plan.segments)))
    names = list(plan.segments)
    for i, index in enumerate(work.lane.tolist()):
        lane = work.lanes[index]
        if lane.needed_by:
            out[i, [names.index(name) for name in lane.needed_by]] = 1 / len(lane.needed_by)
    return out
