"""Sets of tasks that come to the same: a task without effect counts by what it crowds out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.layout import Layout
from capacity.engine.seats import feels_overload
from capacity.scenario.pool import Pool


@dataclass(frozen=True)
class Crowding:
    """Which tasks have no effect, and which others they take the hours from.

    A task without effect matters as far as it takes hours from one that has an effect: one that is
    served after it, or with it, by the same people.

    Attributes
    ----------
    takes_from
        Of each task without effect, a bit for each task that has one and lacks the hours.
    """

    takes_from: dict[int, int]

    def that_count(self, coalition: int) -> int:
        """The tasks of a coalition, a bit for each, less those that change nothing in it."""
        for task, others in self.takes_from.items():
            if not coalition & others:
                coalition &= ~(1 << task)
        return coalition


def crowding_of(layout: Layout) -> Crowding:
    """Find the tasks without effect, among those of people whom no load changes."""
    felt = {pair.lane.task_index for pair in layout.effects.pairs}
    takes_from = {task: 0 for task in range(len(layout.plan.tasks)) if task not in felt}
    for index, pool in enumerate(layout.scenario.pools):
        for ranks in layout.work.orders:
            served = list(_served(layout, index, ranks))
            for task, place in served:
                if task not in takes_from:
                    continue
                if _feels_load(layout, pool):
                    del takes_from[task]
                    continue
                for other, later in served:
                    if other in felt and later >= place:
                        takes_from[task] |= 1 << other
    return Crowding(takes_from)


def _served(layout: Layout, index: int, ranks: FloatArray) -> Iterator[tuple[int, float]]:
    """Tasks of the lanes of a pool, and how these rank."""
    work, part = layout.work, layout.work.of_pool(index)
    for lane, rank in zip(work.lane[part], ranks[part].tolist(), strict=True):
        yield work.lanes[lane].task_index, rank


def _feels_load(layout: Layout, pool: Pool) -> bool:
    """Whether the people of a pool work longer, or leave sooner, when there is much to do."""
    overtime = pool.role.overtime.versions
    works_longer = any(np.max(one.values) > 0 for one in overtime)
    return works_longer or feels_overload(layout.plan, pool)
