"""The work of a plan laid open: what falls due, and the inputs that turn it into hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import Pass
from capacity.engine.lanes import Lane, Step
from capacity.engine.layout import Layout
from capacity.scenario.task import UNNAMED_STEP
from capacity.workings.inputs import HOURS, RATE, SHARE, Dated, Inputs, paths_below

OCCURRENCES, ACCOUNT_YEARS, YEARS = "occurrences", "account years", "years"
"""What `Line.number` counts: of a rate the years of the accounts there, of a fixed amount time."""
_FACTOR = "factor"


@dataclass(frozen=True)
class Line:
    """A task in a segment, as far as one pool does it.

    Attributes
    ----------
    pool
        Index of the pool.
    task, segment
        Their names; the segment is empty for work that is one for all.
    counted
        What `number` counts.
    number
        What falls due in each period before any of the inputs: seasons, events and what accounts
        are like are in it; shape (periods,).
    happens
        Inputs that say how much of it takes place; none where it all does, or where one of them
        is nothing in some period, which nothing could be multiplied up from.
    weights
        Inputs that the hours are multiplied by.
    steps
        Hours of each step of an occurrence; none where the amount is fixed.
    due
        The hours that fall due, shape (periods,).
    """

    pool: int
    task: str
    segment: str
    counted: str
    number: FloatArray
    happens: tuple[Dated, ...]
    weights: tuple[Dated, ...]
    steps: tuple[Dated, ...]
    due: FloatArray

    @property
    def share(self) -> FloatArray:
        """How much of it takes place: the product of `happens`, shape (periods,)."""
        return _product(self.happens, len(self.due))

    @property
    def each(self) -> FloatArray:
        """Hours of one, shape (periods,)."""
        weight = _product(self.weights, len(self.due))
        hours = np.sum([step.values for step in self.steps], axis=0) if self.steps else 1.0
        found: FloatArray = weight * hours
        return found


def _product(factors: tuple[Dated, ...], periods: int) -> FloatArray:
    found: FloatArray = np.prod([factor.values for factor in factors], axis=0) * np.ones(periods)
    return found


def lines(layout: Layout, passed: Pass, inputs: Inputs) -> tuple[Line, ...]:
    """The work of every pool, those of a pool together and sorted by priority."""
    by_work_lane: dict[int, list[Step]] = {i: [] for i in range(len(layout.work.lane))}
    for step, index in zip(layout.work.steps, layout.work.of_step.tolist(), strict=True):
        by_work_lane[index].append(step)
    own = _own_complexity(layout)
    return tuple(
        _line(layout, passed, index, steps, inputs, is_common=index not in own)
        for index, steps in by_work_lane.items()
    )


def _own_complexity(layout: Layout) -> set[int]:
    """Work lanes of which some accounts have a complexity of their own, or the work has none."""
    own = {s.lane for s in layout.calendar.strands if s.complexity is not None}
    lanes = layout.work.lanes
    without = {i for i, lane in enumerate(lanes) if lane.is_fixed or lane.segment is None}
    return {i for i, lane in enumerate(layout.work.lane.tolist()) if lane in own | without}


def _line(
    layout: Layout,
    passed: Pass,
    index: int,
    steps: list[Step],
    inputs: Inputs,
    *,
    is_common: bool,
) -> Line:
    lane = layout.work.lanes[layout.work.lane[index]]
    due = passed.record["due_hours"][:, index, 0]
    happens = tuple(_live([*_happening(layout, lane, int(layout.work.lane[index]), inputs)]))
    weights: tuple[Dated, ...] = ()
    if is_common:
        segment = lane.segment or ""
        of = layout.plan.segments[segment].complexity
        weights = tuple(_live([inputs.of(f"segments.{segment}.complexity", of, _FACTOR)]))
    hours = () if lane.is_fixed else tuple(_hours(lane, step, inputs) for step in steps)
    total = np.sum([step.values for step in hours], axis=0) if hours else np.ones(len(due))
    if not total.all():
        hours, total = (), np.ones(len(due))
    base = due / (total * _product(happens, len(due)) * _product(weights, len(due)))
    counted = YEARS if lane.is_fixed else ACCOUNT_YEARS if lane.work.rate else OCCURRENCES
    return Line(
        int(layout.work.pool[index]), lane.task, lane.segment or "", counted, base, happens,
        weights, hours, due,
    )  # fmt: skip


def _live(factors: list[Dated]) -> Iterator[Dated]:
    """Those of the factors that are never nothing."""
    return (factor for factor in factors if factor.values.all())


def _happening(layout: Layout, lane: Lane, index: int, inputs: Inputs) -> Iterator[Dated]:
    if lane.amount:
        path, amount = lane.amount
        yield inputs.of(path, amount, f"{HOURS} a year" if lane.is_fixed else RATE)
    if lane.is_fixed:
        return
    strands = layout.calendar.strands
    in_parts = any(strands[i].lane == index for i in layout.calendar.windows)
    share = inputs.of(*lane.share, SHARE)
    if share.is_constant or not in_parts:  # the coin of the first part holds for all of them
        yield share


def _hours(lane: Lane, step: Step, inputs: Inputs) -> Dated:
    segment, work = lane.segment or "", lane.work
    path = f"tasks.{lane.task}"
    if work.hours is not None:
        ways = paths_below(f"{path}.{UNNAMED_STEP}", (work.hours, segment))
    else:
        assert work.steps
        one = (work.steps.of(segment) or {})[step.name]
        ways = paths_below(f"{path}.steps", (work.steps, segment), step.name, (one.hours, segment))
    return inputs.of(ways, step.hours, HOURS)


def of_others(
    layout: Layout, passed: Pass, found: tuple[Line, ...], inputs: Inputs
) -> Iterator[Line]:
    """The part of the work of roles that are gone that others do in their place."""
    if not passed.gone:
        return
    removal, shares = passed.gone.removal, layout.plan.finance.absorbed
    on = np.arange(layout.plan.horizon.periods.count) >= removal.start
    for line in found:
        role = layout.scenario.pools[line.pool].name
        if role in removal.roles and line.task in shares:
            share = inputs.of(f"finance.absorbed.{line.task}", shares[line.task], SHARE)
            done = line.due * on * share.values
            yield replace(line, number=line.number * on, happens=(*line.happens, share), due=done)
