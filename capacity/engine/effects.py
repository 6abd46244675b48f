"""Which task matters in which segment, and what went before the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray, RowSums
from capacity.engine.chance import Named
from capacity.engine.lanes import Lane, Work
from capacity.estimates import Estimate
from capacity.scenario.document import Plan
from capacity.scenario.segment import Effect

KINDS = ("churn", "expansion", "contraction")
CHURN, EXPANSION, CONTRACTION = range(3)


@dataclass(frozen=True)
class Pair:
    """A task that matters in a segment.

    Attributes
    ----------
    cell
        Where its coverage is recorded.
    effect, path
        The effect, and where in the scenario it stands.
    part
        The exponent that the task's weight gives it, 1 for an effect of its own.
    """

    lane: Lane
    segment: int
    cell: int
    effect: Effect
    path: str
    part: float

    def named(self, kind: str) -> Named:
        """Path and value of an effect; 1 where nothing is said."""
        return f"{self.path}.{kind}", getattr(self.effect, kind) or Estimate.fixed(1.0)


@dataclass(frozen=True)
class Effects:
    """All pairs of a plan, sorted by segment within each kind of trigger.

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


def build_effects(plan: Plan, work: Work) -> Effects:
    """Find the pairs of tasks and segments that matter."""
    cell_of, cells = _cells(work)
    groups: dict[str, list[Pair]] = {"lasting": [], "starting": [], "renewing": []}
    kinds = {None: "lasting", "start": "starting", "renewal": "renewing"}  # others have no effect
    for s, segment in enumerate(plan.segments):
        shared = plan.shared_effect(segment)
        own = plan.segments[segment].if_stopped is not None
        path = f"segments.{segment}.if_stopped" if own else "value.if_stopped"
        here = [(i, lane) for i, lane in enumerate(work.lanes) if _applies(plan, lane, segment)]
        total = sum(lane.work.weight or 0.0 for _, lane in here)
        for i, lane in here:
            if lane.work.on not in kinds:
                continue
            found = groups[kinds[lane.work.on]]
            if lane.work.if_stopped:
                effect_path = f"tasks.{lane.task}.if_stopped"
                found.append(Pair(lane, s, cell_of[i], lane.work.if_stopped, effect_path, 1.0))
            elif shared and lane.work.weight:
                part = lane.work.weight / total
                found.append(Pair(lane, s, cell_of[i], shared, path, part))
    return Effects(**groups, cells=cells)


def _applies(plan: Plan, lane: Lane, segment: str) -> bool:
    return lane.segment == segment if lane.segment else segment in plan.segments_of(lane.work)


def _cells(work: Work) -> tuple[IntArray, RowSums]:
    """Cell of each demand lane: its own, or one for all lanes of a fixed task."""
    names = [lane.task if lane.is_fixed else (lane.task, lane.segment) for lane in work.lanes]
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
