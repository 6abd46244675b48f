"""What each task is worth, what it costs, and which one to cut first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import Record, Shared, run_batch
from capacity.engine.lanes import lane_parts
from capacity.engine.layout import Layout
from capacity.engine.removal import Removal
from capacity.engine.roles import COSTS
from capacity.executing import each
from capacity.model.money import hour_cost
from capacity.model.shares import coalitions_of, exact_shares, sampled_shares
from capacity.rng import BLOCK
from capacity.simulation import Progress
from capacity.statistics import QUANTILES
from capacity.table import COLUMNS
from capacity.valuing.beliefs import says_effects
from capacity.valuing.crowding import crowding_of
from capacity.valuing.worlds import Futures, chance_of

EXACT = 10
"""Tasks up to which every coalition is simulated."""
TRIALS = 1000
"""Futures in which coalitions are simulated, at most."""
ORDERS = 32
"""Orders that are sampled beyond; every second is the one before from the end."""
_PARTS = 16
"""Parts in which an executor gets the coalitions."""


@dataclass(frozen=True)
class TaskValues:
    """The value of each task over the headline horizon; money is in the scenario's currency.

    Attributes
    ----------
    tasks, segments
        Their names.
    share, error
        Part of each task in the gross profit that all of the work makes (Shapley), and its Monte
        Carlo error, shape (tasks,). Of so few futures that their luck has no error yet, or of
        none, the error is that of the sampled orders alone.
    by_segment
        The same by the segment in which the profit is made, shape (tasks, segments).
    alone
        What is lost if that task alone is gone, shape (tasks,).
    hours, cost
        Hours done, and what they cost, by the segments whose work it is; shape (tasks, segments).
    idle
        Cost of hours of the roles with work that went into none.
    total
        What all of the work makes: the sum of the shares. These and their parts are NaN where the
        scenario does not say what any work does.
    simulations
        Coalitions that were simulated; of those that come to the same, one.
    exact
        Whether the value of every coalition is known; else orders were sampled.
    trials
        Futures in which they were; 0 for expected values.
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
    trials: int

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


def task_values(
    layout: Layout, start: int, periods: int, futures: Futures, progress: Progress | None = None
) -> TaskValues:
    """Find the value of every task, on the same futures throughout.

    The value of a set of tasks is the gross profit of the first periods if only these are done
    from `start` on, by the same people, less that if none is.
    """
    few = replace(futures.fewer(TRIALS), executor=None)
    bench = _Coalitions(layout, few, start, periods)
    tasks = tuple(layout.plan.tasks)
    count, everything = len(tasks), (1 << len(tasks)) - 1
    exact = count <= EXACT
    orders = [] if exact else _orders(futures.seed, count)
    wanted = set(range(1 << count)) if exact else set(coalitions_of(orders))
    wanted |= {everything ^ 1 << k for k in range(count)}
    crowding = crowding_of(layout)
    same = {coalition: crowding.that_count(coalition) for coalition in wanted}
    simulated = _profits(bench, sorted(set(same.values())), futures.executor, progress)
    found = {coalition: simulated[fewer] for coalition, fewer in same.items()}
    if exact:
        shares, spread = exact_shares(count, found.__getitem__), np.zeros(count)
    else:
        sampled = sampled_shares(orders, found.__getitem__)
        shares, spread = sampled.mean(axis=0), _spread(sampled)
    alone = [found[everything] - found[everything ^ 1 << k] for k in range(count)]
    hours, cost, idle = _effort(layout, bench.record(everything), periods)
    if not says_effects(layout.plan):
        shares, alone = np.full_like(shares, np.nan), [np.full_like(alone[0], np.nan)] * count
    by_block = shares.sum(axis=1)
    return TaskValues(
        tasks,
        tuple(layout.plan.segments),
        by_block.mean(axis=1),
        _both(spread, _error(by_block)) if not exact else _error(by_block),
        shares.mean(axis=2),
        np.array([difference.sum(axis=0).mean() for difference in alone]),
        hours,
        cost,
        idle,
        float((found[everything] - found[0]).sum(axis=0).mean())
        if says_effects(layout.plan)
        else math.nan,
        len(simulated),
        exact,
        few.trials,
    )


def _spread(sampled: FloatArray) -> FloatArray:
    """Standard error of shares that comes of the orders; an order and its reverse are a pair."""
    of_order = sampled.sum(axis=2).mean(axis=2)
    pairs = of_order.reshape(-1, 2, of_order.shape[1]).mean(axis=1)
    error: FloatArray = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    return error


def _both(of_orders: FloatArray, of_luck: FloatArray) -> FloatArray:
    """Errors of both together; of the orders alone where futures are too few to tell their own."""
    return np.hypot(of_orders, np.nan_to_num(of_luck))


def _profits(
    bench: _Coalitions, wanted: list[int], executor: Executor | None, progress: Progress | None
) -> dict[int, FloatArray]:
    """Gross profit of coalitions, by coalition."""
    parts = [wanted[i::_PARTS] for i in range(_PARTS)] if executor else [[c] for c in wanted]
    one = partial(_apart, bench) if executor else bench.profits
    found: dict[int, FloatArray] = {}
    for part in each(executor, one, parts):
        found |= part
        if progress:
            progress(len(found), len(wanted))
    return found


def _apart(bench: _Coalitions, coalitions: list[int]) -> dict[int, FloatArray]:
    """The same anew, since two threads must not find the same thing at once."""
    return replace(bench).profits(coalitions)


@dataclass
class _Coalitions:
    """Futures in which only some of the tasks are done; what these have in common is found once."""

    layout: Layout
    futures: Futures
    start: int
    periods: int

    def __post_init__(self) -> None:
        futures = self.futures
        self._chance = chance_of(futures.seed, futures.few, futures.copulas)
        self._shared = Shared(lifetimes=False)

    def record(self, coalition: int) -> Record:
        """What is found if only the tasks of a coalition are done, a bit for each."""
        names = enumerate(self.layout.plan.tasks)
        out = frozenset(name for k, name in names if not coalition >> k & 1)
        removal = Removal(self.start, tasks=out) if out else None
        return run_batch(self.layout, self._chance, removal, 1.0, self._shared)

    def profits(self, coalitions: list[int]) -> dict[int, FloatArray]:
        """Gross profit over the periods, by segment and block, shape (segments, blocks)."""
        return {c: _profit(self.record(c), self.periods) for c in coalitions}


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
