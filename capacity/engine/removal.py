"""What is gone from a plan, and from when on: the world without a team, a role or a task."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import BoolArray, FloatArray
from capacity.book.roster import Roster
from capacity.engine.chance import Chance
from capacity.engine.lanes import Work
from capacity.engine.people import seats_of
from capacity.engine.seats import Seats, Staff
from capacity.engine.stretches import Stretches, by_period
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.periods import NEVER
from capacity.scenario.document import Plan
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.pool import Pool
from capacity.units import HALF, parse_share

CS = "cs"
"""The department whose roles are the Customer Success team."""
_KINDS = ("role", "task", "segment")
_HOW = "Write cs, role:NAME, task:NAME, segment:NAME or a share such as 20%"


@dataclass(frozen=True)
class Removal:
    """What is gone from a period on; the past, and what the work is worth, stay as they are.

    Attributes
    ----------
    start
        The first period without it.
    roles
        Roles of which everybody goes. Their work is not done, or in part by others.
    tasks, segments
        Work that is not done any more; the people stay and have their hours for other work.
    share
        Share of the seats of every role of Customer Success that is cut.
    """

    start: int = 0
    roles: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    share: float = 0.0


def team_roles(plan: Plan) -> frozenset[str]:
    """The roles of Customer Success."""
    return frozenset(name for name, role in plan.team.items() if role.department == CS)


def says_pay(plan: Plan, removal: Removal) -> bool:
    """Whether the plan says what people who are gone would be paid, be there any or not."""
    gone = [plan.team[name].salary for name in removal.roles or team_roles(plan)]
    said = (each for salary in gone for each in (salary.default, *salary.values.values()))
    return any(version.mean > 0 for each in said if each for version in each.versions)


def read_removal(plan: Plan, without: str, start: int = 0) -> Removal:
    """What ``cs``, ``role:csm``, ``task:qbr``, ``segment:smb`` or ``20%`` takes away.

    Raises
    ------
    QuestionError
        Where there is no such thing, or nothing would be gone.
    """
    if not isinstance(without, str):
        raise TypeError(f"without is {without!r}; it is one text, as 'task:qbr' or '20%'")
    if without == CS:
        roles = team_roles(plan)
        if not roles:
            raise QuestionError(f"--without {CS}: no role is of the department {CS}. {_HOW}")
        return Removal(start, roles=roles)
    kind, colon, name = without.partition(":")
    if not colon:
        return Removal(start, share=_read_share(without))
    known: dict[str, Collection[str]] = dict(
        zip(_KINDS, (plan.team, plan.tasks, plan.segments), strict=True)
    )
    if kind not in known:
        raise QuestionError(f"--without {without}: not known. {_HOW}")
    if name not in known[kind]:
        hint = nearest(name, list(known[kind]))
        names = ", ".join(known[kind])
        raise QuestionError(f"--without {without}: no such {kind}.{hint} Known: {names}")
    only = frozenset({name})
    if kind == "role":
        return Removal(start, roles=only)
    return Removal(start, tasks=only) if kind == "task" else Removal(start, segments=only)


def _read_share(text: str) -> float:
    try:
        found = parse_share(text)
    except ValueError:
        found = math.nan
    if not 0 < found <= 1:
        raise QuestionError(f"--without {text}: not known. {_HOW}")
    return found


def removed_lanes(plan: Plan, work: Work, removal: Removal, pools: list[str]) -> BoolArray:
    """Whether the team stops the work of each work lane; `pools` are the roles of the pools.

    Fixed work that is one for several segments goes when all of them go.
    """
    out = np.zeros(len(work.lane), dtype=bool)
    for i, (pool, index) in enumerate(zip(work.pool, work.lane, strict=True)):
        lane = work.lanes[index]
        segments = {lane.segment} if lane.segment else set(plan.segments_of(lane.work))
        out[i] = (
            pools[pool] in removal.roles
            or lane.task in removal.tasks
            or segments <= removal.segments
        )
    return out


# --- the people who are left ----------------------------------------------------------------------


def left_behind(scenario: Scenario, removal: Removal) -> Scenario:
    """The scenario with the seats that are left; read for its people alone."""
    pools, rosters = [], dict(scenario.rosters)
    for name in removal.roles & rosters.keys():
        rosters[name] = replace(rosters[name], joins=np.full_like(rosters[name].joins, NEVER))
    cut = seats_cut(scenario, removal)
    for i, pool in enumerate(scenario.pools):
        if pool.name in removal.roles:
            pools.append(_emptied(pool))
        elif cut[i]:
            pools.append(_cut_pool(scenario, pool, cut[i], removal.start, rosters))
        else:
            pools.append(pool)
    return replace(scenario, pools=tuple(pools), rosters=rosters)


def _emptied(pool: Pool) -> Pool:
    none = {"headcount": BySegment({}, 0), "hires": BySegment({}, {}), "per": None}
    return replace(pool, role=pool.role.model_copy(update=none))


def seats_cut(scenario: Scenario, removal: Removal) -> list[int]:
    """Seats to cut of each pool: the share of its role's, half up; derived heads follow."""
    found, before = [], dict.fromkeys(scenario.plan.team, 0)
    cs = team_roles(scenario.plan)
    for pool in scenario.pools:
        if not removal.share or pool.name not in cs or pool.role.per is not None:
            found.append(0)
            continue
        so_far = before[pool.name]
        before[pool.name] += _seats_there(scenario, pool, removal.start)
        upto = (math.floor(n * removal.share + HALF) for n in (before[pool.name], so_far))
        found.append(next(upto) - next(upto))
    return found


def _seats_there(scenario: Scenario, pool: Pool, period: int) -> int:
    """Seats that are planned by a period, hires of it included."""
    hired = sum(count for _, count in _hired_by(scenario, pool, period))
    roster = scenario.rosters.get(pool.name)
    people = roster.of(pool.value).seats(period) if roster else pool.headcount
    return people + hired


def _hired_by(scenario: Scenario, pool: Pool, period: int) -> list[tuple[int, int]]:
    """Hires within the plan up to a period: the month and how many, the last month first."""
    of_month = scenario.plan.horizon.periods.of_month
    return [
        (m, n) for m, n in sorted(pool.hires.items(), reverse=True) if 0 <= of_month(m) <= period
    ]


def _cut_pool(
    scenario: Scenario, pool: Pool, seats: int, start: int, rosters: dict[str, Roster]
) -> Pool:
    """A pool without its last-named seats: hires from the last on, then the others."""
    hires = dict(pool.hires)
    for month, count in _hired_by(scenario, pool, start):
        gone = min(count, seats)
        hires[month], seats = count - gone, seats - gone
    roster = rosters.get(pool.name)
    changed: dict[str, object] = {"hires": BySegment({}, hires)}
    if roster:
        rosters[pool.name] = _cut_people(roster, pool.value, seats, start)
    else:
        changed["headcount"] = BySegment({}, pool.headcount - seats)
    return replace(pool, role=pool.role.model_copy(update=changed))


def _cut_people(roster: Roster, pool: str, count: int, period: int) -> Roster:
    """A roster in which the last-named of those who are there never come."""
    there = (roster.joins <= period) & (roster.leaves > period)
    mine = np.array([name == pool for name in roster.pools], dtype=bool)
    rows = np.flatnonzero(there & mine)
    joins = roster.joins.copy()
    joins[rows[len(rows) - count :]] = NEVER
    return replace(roster, joins=joins)


class CutSeats:
    """Seats of which some are cut in a period: those of before, then those that are left.

    Seats have luck of their own, so those that are left pass their periods as if nothing was cut.

    Attributes
    ----------
    cut
        Filled seats that are cut, shape (trials,); known from the period on.
    """

    def __init__(self, all_: Seats, left: Seats, start: int, trials: int) -> None:
        self._all, self._left, self._start = all_, left, start
        self.cut = np.zeros(trials)

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        self._all.turn_to(day)
        self._left.turn_to(day)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire."""
        left = self._left.step(period, overload)
        if period > self._start:
            return left
        all_ = self._all.step(period, overload)
        if period < self._start:
            return all_
        self.cut = np.broadcast_to(all_.before - left.before, self.cut.shape)
        return left


# --- the removal in a batch -----------------------------------------------------------------------


class Gone:
    """A removal at work in a batch: seats that are cut, work that stops, what others still do."""

    def __init__(
        self, scenario: Scenario, work: Work, removal: Removal, chance: Chance, stretches: Stretches
    ) -> None:
        plan = scenario.plan
        self._stretches, self._work = stretches, work
        self.removal, self._chance, self._count = removal, chance, plan.horizon.periods.count
        self._scenario, self._left = scenario, left_behind(scenario, removal)
        self._seats: dict[int, CutSeats] = {}
        pools = [pool.name for pool in scenario.pools]
        self._lanes = removed_lanes(plan, work, removal, pools)
        self._kept = (~self._lanes)[:, None].astype(np.float64)
        self.turn_to(None)
        self.hours = np.zeros((self._count, 1, chance.trials))
        """Hours that others do, shape (periods, 1, trials)."""

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day: the share of the work of roles that are gone that others do."""
        shares, work = self._scenario.plan.finance.absorbed, self._work
        drawn = self._chance.inputs([(f"finance.absorbed.{t}", s) for t, s in shares.items()], day)
        self._of_others = np.zeros((len(work.lane), drawn.shape[1]))
        names = list(shares)
        for i, (pool, index) in enumerate(zip(work.pool, work.lane, strict=True)):
            task = work.lanes[index].task
            if self._scenario.pools[pool].name in self.removal.roles and task in shares:
                self._of_others[i] = drawn[names.index(task)]

    def seats(self, index: int, all_: Seats) -> Seats:
        """The seats of a pool, some of them cut; all of them where nobody goes."""
        pool = self._left.pools[index]
        if not (self.removal.roles or self.removal.share):
            return all_
        trials = self._chance.trials
        left = seats_of(self._left, pool, self._chance, self._stretches)
        self._seats[index] = CutSeats(all_, left, self.removal.start, trials)
        return self._seats[index]

    def is_on(self, period: int) -> bool:
        """Whether it is gone in a period."""
        return period >= self.removal.start

    def to_serve(self, due: FloatArray) -> FloatArray:
        """Of due hours those that the team that is left may do, by work lane."""
        return due * self._kept

    def done_by_others(self, period: int, due: FloatArray) -> FloatArray:
        """Hours that others do instead, by work lane."""
        found: FloatArray = due * self._of_others
        self.hours[period, 0] = found.sum(axis=0)
        return found

    @property
    def stopped(self) -> BoolArray:
        """Whether the work of each work lane stops."""
        return self._lanes

    def records(self) -> Mapping[str, FloatArray]:
        """What it costs and spares: severance by pool, work of others, and software.

        `platform_kept` is 1 where the software of the team is still paid for.
        """
        pools, start = self._scenario.pools, self.removal.start
        severance = np.zeros((self._count, len(pools), self._chance.trials))
        day = self._stretches.day(start)
        each = self._chance.inputs([pool.named("severance") for pool in pools], day)
        for index, seats in self._seats.items():
            severance[start, index] = seats.cut * each[index]
        kept = np.ones((self._count, 1, self._chance.trials))
        if team_roles(self._scenario.plan) <= self.removal.roles:
            kept[start:] = 0.0
        return {
            "cost_severance": severance,
            "cost_absorbed": self._paid_to_others(),
            "platform_kept": kept,
        }

    def _paid_to_others(self) -> FloatArray:
        """Cost of their hours, shape (periods, 1, trials)."""
        hour = self._scenario.plan.finance.absorbed_cost
        if hour is None:
            return np.zeros_like(self.hours)
        (an_hour,) = by_period(self._chance, [("finance.absorbed_cost", hour)], self._stretches)
        return self.hours * an_hour[:, None]
