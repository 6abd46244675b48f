"""What each task is worth, what it costs, and which one to cut first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import Record, run_batch
from capacity.engine.chance import Chance
from capacity.engine.copulas import Copula
from capacity.engine.drawn import Drawn
from capacity.engine.expected import Expected
from capacity.engine.lanes import lane_parts
from capacity.engine.layout import Layout
from capacity.engine.removal import Removal
from capacity.engine.roles import COSTS
from capacity.model.money import hour_cost
from capacity.model.shares import exact_shares, sampled_shares
from capacity.result import COLUMNS
from capacity.rng import BLOCK, KeyArray, Luck
from capacity.statistics import QUANTILES
from capacity.valuing.worlds import Futures

EXACT = 10
"""Tasks up to which every coalition is simulated."""
TRIALS = 1000
"""Futures in which coalitions are simulated, at most."""
ORDERS = 32
"""Orders that are sampled beyond; every second is the one before from the end."""


@dataclass(frozen=True)
class TaskValues:
    """The value of each task over the headline horizon; money is in the scenario's currency.

    Attributes
    ----------
    tasks, segments
        Their names.
    share, error
        Part of each task in the gross profit that all of the work makes (Shapley), and its Monte
        Carlo error, shape (tasks,).
    by_segment
        The same by the segment in which the profit is made, shape (tasks, segments).
    alone
        What is lost if that task alone is gone, shape (tasks,).
    hours, cost
        Hours done, and what they cost, by the segments whose work it is; shape (tasks, segments).
    idle
        Cost of hours of the roles with work that went into none.
    total
        What all of the work makes: the sum of the shares.
    simulations
        Coalitions that were simulated.
    exact
        Whether these were all.
    """

    tasks: tuple[str, ...]
    segments: tuple[str, ...]
    share: FloatArray
    error: FloatArray
    by_segment: FloatArray
    alone: FloatArray
    hours: FloatArray
    cost: FloatArray
    idle: float
    total: float
    simulations: int
    exact: bool

    @property
    def per_hour(self) -> FloatArray:
        """Share over hours done, NaN where none were; shape (tasks,)."""
        hours = self.hours.sum(axis=1)
        return np.divide(self.share, hours, out=np.full_like(hours, np.nan), where=hours > 0)

    @property
    def cut_first(self) -> list[int]:
        """The tasks by value of an hour, the least first; those without hours last."""
        return sorted(
            range(len(self.tasks)), key=lambda k: (np.isnan(self.per_hour[k]), self.per_hour[k])
        )

    def rows(self, currency: str) -> Iterator[dict[str, object]]:
        """The rows of the table."""
        for k, task in enumerate(self.tasks):
            figures = {
                "task_value": (currency, self.share[k], self.error[k]),
                "task_value_alone": (currency, self.alone[k], math.nan),
                "task_hours": ("hours", self.hours[k].sum(), math.nan),
                "task_cost": (currency, self.cost[k].sum(), math.nan),
                "task_value_per_hour": (currency, self.per_hour[k], math.nan),
            }
            for metric, (unit, mean, se) in figures.items():
                yield _row(metric, unit, float(mean), float(se), task=task)
            for s, segment in enumerate(self.segments):
                for metric, unit, of in (
                    ("task_value", currency, self.by_segment),
                    ("task_hours", "hours", self.hours),
                    ("task_cost", currency, self.cost),
                ):
                    yield _row(metric, unit, float(of[k, s]), math.nan, task=task, segment=segment)
        yield _row("idle_cost", currency, self.idle, math.nan)


def _row(metric: str, unit: str, mean: float, se: float, **about: str) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    unknown = [f"p{round(100 * q):02d}" for q in QUANTILES]
    return (
        row
        | dict.fromkeys(("sd", *unknown), math.nan)
        | {"metric": metric, "unit": unit, "mean": mean, "se": se, **about}
    )


class _Shared(Drawn):
    """Draws that are kept for the next coalition: normals are asked for again and again."""

    def __init__(self, luck: Luck, copulas: tuple[Copula, ...]) -> None:
        super().__init__(luck, copulas)
        self._normals: dict[bytes, FloatArray] = {}

    def normals(self, of: KeyArray) -> FloatArray:
        """By the inverse distribution function, once."""
        name = of.tobytes()
        if name not in self._normals:
            self._normals[name] = super().normals(of)
        return self._normals[name]


def task_values(layout: Layout, start: int, periods: int, futures: Futures) -> TaskValues:
    """Find the value of every task, on the same futures throughout.

    The value of a set of tasks is the gross profit of the first periods if only these are done
    from `start` on, by the same people, less that if none is.
    """
    few = futures.fewer(TRIALS)
    chance = _chance(few)
    tasks = tuple(layout.plan.tasks)

    @cache
    def worth(coalition: int) -> FloatArray:
        """Gross profit by segment and block, shape (segments, blocks)."""
        out = frozenset(name for k, name in enumerate(tasks) if not coalition >> k & 1)
        record = run_batch(layout, chance, Removal(start, tasks=out) if out else None)
        return _profit(record, periods)

    everything = (1 << len(tasks)) - 1
    exact = len(tasks) <= EXACT
    if exact:
        shares = exact_shares(len(tasks), worth)
        spread = np.zeros(len(tasks))
    else:
        found = sampled_shares(_orders(few.seed, len(tasks)), worth)
        shares = found.mean(axis=0)
        pairs = found.sum(axis=2).mean(axis=2).reshape(-1, 2, len(tasks)).mean(axis=1)
        spread = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    alone = [worth(everything) - worth(everything ^ 1 << k) for k in range(len(tasks))]
    hours, cost, idle = _effort(layout, run_batch(layout, chance), periods)
    by_block = shares.sum(axis=1)
    return TaskValues(
        tasks,
        tuple(layout.plan.segments),
        by_block.mean(axis=1),
        np.hypot(spread, _error(by_block)),
        shares.mean(axis=2),
        np.array([difference.sum(axis=0).mean() for difference in alone]),
        hours,
        cost,
        idle,
        float((worth(everything) - worth(0)).sum(axis=0).mean()),
        worth.cache_info().currsize,
        exact,
    )


def _chance(futures: Futures) -> Chance:
    if not futures.trials:
        return Expected()
    luck = Luck(futures.seed, range(max(1, futures.trials // BLOCK)))
    return _Shared(luck, futures.copulas)


def _orders(seed: int, players: int) -> list[list[int]]:
    """Orders of the players by luck of their own; each is followed by itself from the end."""
    draw = np.random.default_rng([seed, players])
    found: list[list[int]] = []
    for _ in range(ORDERS // 2):
        order = draw.permutation(players).tolist()
        found += [order, order[::-1]]
    return found


def _profit(record: Record, periods: int) -> FloatArray:
    """Gross profit over the first periods, shape (segments, blocks)."""
    margin = record["finance"][:, 0]
    profit = (record["revenue"] * margin[:, None])[:periods].sum(axis=0)
    size = min(BLOCK, profit.shape[1])
    found: FloatArray = profit.reshape(len(profit), -1, size).mean(axis=2)
    return found


def _error(by_block: FloatArray) -> FloatArray:
    """Standard error of means of blocks, shape (rows,); NaN of a single one."""
    count = by_block.shape[1]
    if count == 1:
        return np.full(len(by_block), np.nan)
    error: FloatArray = by_block.std(axis=1, ddof=1) / math.sqrt(count)
    return error


def _effort(layout: Layout, record: Record, periods: int) -> tuple[FloatArray, FloatArray, float]:
    """Mean hours and cost of each task by segment, and the cost of hours that went into none.

    An hour costs what its pool costs for an available hour.
    """
    plan, work = layout.plan, layout.work
    done = record["done_hours"][:periods].sum(axis=0)
    pools = np.sum([record[f"cost_{line}"][:periods].sum(axis=0) for line in COSTS], axis=0)
    paid = done * hour_cost(pools, record["available_hours"][:periods].sum(axis=0))[work.pool]
    parts, task = lane_parts(plan, work), [work.lanes[i].task_index for i in work.lane]
    hours, cost = np.zeros((2, len(plan.tasks), len(plan.segments)))
    np.add.at(hours, task, parts * done.mean(axis=1, keepdims=True))
    np.add.at(cost, task, parts * paid.mean(axis=1, keepdims=True))
    busy = np.unique(work.pool)
    return hours, cost, float(pools[busy].sum(axis=0).mean() - cost.sum())
