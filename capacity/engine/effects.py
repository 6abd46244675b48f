"""Which task matters in which segment, and what went before the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import FloatArray, IntArray, RowSums
from capacity.engine.chance import Named
from capacity.engine.lanes import Lane, Work
from capacity.engine.territories import Territories
from capacity.estimates import Estimate
from capacity.scenario.dated import ByDate
from capacity.scenario.document import Plan
from capacity.scenario.segment import Effect
from capacity.scenario.task import Task

KINDS = ("churn", "expansion", "contraction")
CHURN, EXPANSION, CONTRACTION = range(3)


@dataclass(frozen=True)
class Pair:
    """A task that matters in a territory.

    Attributes
    ----------
    lane
        A lane of its work.
    cell
        Where its coverage is recorded.
    effect, path
        The effect, and where in the scenario it stands.
    part
        The exponent that the task's weight gives it, 1 for an effect of its own.
    strength
        By which every exponent is multiplied.
    """

    lane: Lane
    territory: int
    cell: int
    effect: Effect
    path: str
    part: ByDate[float]
    strength: float = 1.0

    def exponent(self, day: dt.date | None) -> float:
        """The power of the effect that the task has, in a period of a day's values."""
        return self.part.on(day) * self.strength

    def named(self, kind: str) -> Named:
        """Path and value of an effect; 1 where nothing is said."""
        return f"{self.path}.{kind}", getattr(self.effect, kind) or Estimate.fixed(1.0)


@dataclass(frozen=True)
class Effects:
    """All pairs of a plan, sorted by territory within each kind of trigger.

    Attributes
    ----------
    lasting
        Pairs of work that is remembered: `every`, `rate`, `fixed`.
    starting, renewing
        Pairs of work at the start of an account, and for a renewal.
    cells
        Sums the work lanes that count for a cell.
    """

    lasting: list[Pair]
    starting: list[Pair]
    renewing: list[Pair]
    cells: RowSums

    def __bool__(self) -> bool:
        return bool(self.lasting or self.starting or self.renewing)

    @property
    def pairs(self) -> list[Pair]:
        """All of them."""
        return [*self.lasting, *self.starting, *self.renewing]

    def raised(self, strength: float) -> Effects:
        """The same effects to a power, so that their logarithms are so many times as large."""
        if strength == 1:
            return self
        lasting, starting, renewing = (
            [replace(pair, strength=pair.strength * strength) for pair in group]
            for group in (self.lasting, self.starting, self.renewing)
        )
        return Effects(lasting, starting, renewing, self.cells)


def build_effects(plan: Plan, work: Work, territories: Territories) -> Effects:
    """Find the pairs of tasks and territories that matter."""
    cell_of, cells = _cells(work)
    groups: dict[str, list[Pair]] = {"lasting": [], "starting": [], "renewing": []}
    kinds = {None: "lasting", "start": "starting", "renewal": "renewing"}  # others have no effect
    segments = list(plan.segments)
    for t, segment in enumerate(segments[s] for s in territories.segment):
        shared = plan.shared_effect(segment)
        own = plan.segments[segment].if_stopped is not None
        path = f"segments.{segment}.if_stopped" if own else "value.if_stopped"
        here = _lanes_of(plan, work, segment, t, territories.without[t])
        parts = _parts([lane.work for _, lane in here])
        for i, lane in here:
            if lane.work.on not in kinds:
                continue
            found = groups[kinds[lane.work.on]]
            if lane.work.if_stopped:
                effect_path = f"tasks.{lane.task}.if_stopped"
                whole = ByDate(1.0)
                found.append(Pair(lane, t, cell_of[i], lane.work.if_stopped, effect_path, whole))
            elif shared and lane.work.weight and lane.work.has_weight:
                found.append(Pair(lane, t, cell_of[i], shared, path, parts(lane.work.weight)))
    return Effects(**groups, cells=cells)


def _parts(tasks: Sequence[Task]) -> Callable[[ByDate[float]], ByDate[float]]:
    """Turns the weight of one of some tasks into its part of their sum, by date where these are."""
    weights = [task.weight for task in tasks if task.weight]
    days = sorted({day for weight in weights for day, _ in weight.later})

    def part(weight: ByDate[float], day: dt.date | None) -> float:
        total = sum(other.on(day) for other in weights)
        return weight.on(day) / total if total > 0 else 0.0

    def of(weight: ByDate[float]) -> ByDate[float]:
        first = dt.date.min, part(weight, None)
        series = (first, *((day, part(weight, day)) for day in days)) if days else ()
        return ByDate(first[1], series, first[0] if days else None)

    return of


def _lanes_of(
    plan: Plan, work: Work, segment: str, territory: int, without: Collection[str]
) -> list[tuple[int, Lane]]:
    """The lanes of which the accounts of a territory feel the coverage, one for each task.

    There are tasks that its accounts do without.
    """
    found: dict[str, tuple[int, Lane]] = {}
    for i, lane in enumerate(work.lanes):
        if lane.is_fixed:
            inside = [lane.segment] if lane.segment else plan.segments_of(lane.work)
            applies = segment in inside and lane.task not in without
        else:
            applies = territory in lane.territories
        if applies:
            found.setdefault(lane.task, (i, lane))
    return list(found.values())


def _cells(work: Work) -> tuple[IntArray, RowSums]:
    """Cell of each demand lane: its own, or one for all lanes of a fixed task."""
    names = [lane.task if lane.is_fixed else i for i, lane in enumerate(work.lanes)]
    known = {name: i for i, name in enumerate(dict.fromkeys(names))}
    cell_of = np.array([known[name] for name in names], dtype=np.int64)
    return cell_of, RowSums(cell_of[work.lane], len(known))


@dataclass(frozen=True)
class Past:
    """What went before the plan, at mean inputs.

    Attributes
    ----------
    due
        Mean hours due in a period of each work lane.
    coverage
        Coverage that today's team achieves, by cell.
    """

    due: FloatArray
    coverage: FloatArray
