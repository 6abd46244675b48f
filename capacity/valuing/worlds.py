"""Worlds with and without: what is left of a simulation when only money and customers count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import Record, Shared, run_batch
from capacity.engine.chance import Chance, Named
from capacity.engine.copulas import Copula
from capacity.engine.drawn import Drawn
from capacity.engine.expected import Expected
from capacity.engine.layout import Layout
from capacity.engine.lifetime import usual_revenue
from capacity.engine.removal import Removal
from capacity.engine.roles import COSTS
from capacity.executing import each
from capacity.rng import BATCH, BLOCK, KeptLuck
from capacity.simulation import Progress


@dataclass(frozen=True)
class World:
    """Money and customers of all futures; the last axis are the trials.

    Attributes
    ----------
    gross_profit
        By segment, shape (periods, segments, trials).
    revenue
        Of all segments, shape (periods, trials).
    cost
        Of the team, what others do in its place included, shape (periods, trials).
    arr, accounts
        At the end of each period, shape (periods, segments, trials).
    frozen_accounts, frozen_arr, frozen_kept_arr
        Of the opening book, before the first period and after each year, shape (years + 1,
        segments, trials).
    per_revenue
        Value of a customer who pays 1 a year, at the coverage from the removal on, shape
        (1, segments, trials); (0, segments, trials) where nobody asked.
    """

    gross_profit: FloatArray
    revenue: FloatArray
    cost: FloatArray
    arr: FloatArray
    accounts: FloatArray
    frozen_accounts: FloatArray
    frozen_arr: FloatArray
    frozen_kept_arr: FloatArray
    per_revenue: FloatArray

    @cached_property
    def total_arr(self) -> FloatArray:
        """Of all segments, shape (periods, trials)."""
        return self.arr.sum(axis=1)

    def first(self, trials: int) -> World:
        """The same of the first futures alone."""
        return World(*(getattr(self, field.name)[..., :trials] for field in fields(self)))


@dataclass(frozen=True)
class Futures:
    """Which futures are looked at, and where they are computed; 0 trials are expected values."""

    seed: int
    trials: int
    executor: Executor | None = None
    copulas: tuple[Copula, ...] = ()

    def fewer(self, trials: int) -> Futures:
        """Only the first of them."""
        return replace(self, trials=min(self.trials, trials))

    @property
    def batches(self) -> list[range]:
        """Blocks that are computed together; none for expected values."""
        whole = -(-self.trials // BATCH) * BATCH
        return [range(b // BLOCK, (b + BATCH) // BLOCK) for b in range(0, whole, BATCH)]

    @property
    def few(self) -> range | None:
        """Their blocks, of so few that they are computed at once; none for expected values."""
        return range(-(-self.trials // BLOCK)) if self.trials else None

    def inputs(self, named: Sequence[Named]) -> FloatArray:
        """Uncertain inputs in these futures, shape (inputs, trials)."""
        width = max(self.trials, 1)
        all_: list[range | None] = [*self.batches] or [None]
        drawn = [chance_of(self.seed, blocks, self.copulas).inputs(named) for blocks in all_]
        wide = [np.broadcast_to(d, (len(named), BATCH if self.trials else 1)) for d in drawn]
        return np.concatenate(wide, axis=1)[:, :width]


class Bench:
    """One batch of futures, ready for any world; what these have in common is found once."""

    def __init__(
        self, layout: Layout, seed: int, blocks: range | None, *, lifetimes: bool = True
    ) -> None:
        self._layout, self._shared = layout, Shared(lifetimes=lifetimes)
        self._chance = chance_of(seed, blocks, layout.copulas)
        self._whole: dict[tuple[float, int | None], World] = {}

    def world(
        self, removal: Removal | None, strength: float = 1.0, until: int | None = None
    ) -> World:
        """The futures in a world; None is the plan as it is.

        Parameters
        ----------
        strength
            Power to which the effects are raised.
        until
            So many periods, the first ones; all of them where nothing is said.
        """
        if removal is None and (strength, until) in self._whole:
            return self._whole[strength, until]
        record = run_batch(self._layout, self._chance, removal, strength, self._shared, until=until)
        world = distilled(self._layout, record)
        if removal is None:
            self._whole[strength, until] = world
        return world


def worlds(
    layout: Layout,
    removals: Sequence[Removal | None],
    futures: Futures,
    progress: Progress | None = None,
) -> list[World]:
    """The same futures in several worlds; None is the plan as it is."""
    parts: list[list[World]] = [[] for _ in removals]
    one = partial(_batch, layout, tuple(removals), futures.seed)
    batches: list[range | None] = [*futures.batches] or [None]
    for done, found in enumerate(each(futures.executor, one, batches), 1):
        for part, world in zip(parts, found, strict=True):
            part.append(world)
        if progress:
            progress(done, len(batches))
    return [_joined(part).first(max(futures.trials, 1)) for part in parts]


def chance_of(seed: int, blocks: range | None, copulas: tuple[Copula, ...]) -> Chance:
    """The luck of some blocks, kept for several worlds; means of none."""
    return Expected() if blocks is None else Drawn(KeptLuck(seed, blocks), copulas)


def _batch(
    layout: Layout, removals: Sequence[Removal | None], seed: int, blocks: range | None
) -> list[World]:
    """One batch in all worlds; a function of its arguments alone."""
    bench = Bench(layout, seed, blocks)
    return [bench.world(removal) for removal in removals]


def _joined(parts: Sequence[World]) -> World:
    def all_of() -> Iterator[FloatArray]:
        for field in fields(World):
            yield np.concatenate([getattr(part, field.name) for part in parts], axis=-1)

    return World(*all_of())


def distilled(layout: Layout, record: Record) -> World:
    """Money and customers of a batch."""
    margin, none = record["finance"][:, 0], record["arr"][:0]
    return World(
        gross_profit=record["revenue"] * margin[:, None],
        revenue=record["revenue"].sum(axis=1),
        cost=cost_of(layout, record),
        arr=record["arr"],
        accounts=record["accounts"],
        frozen_accounts=record["frozen_accounts"],
        frozen_arr=record["frozen_arr"],
        frozen_kept_arr=record["frozen_kept_arr"],
        per_revenue=record.get("lifetime", none),
    )


def cost_of(layout: Layout, record: Record) -> FloatArray:
    """Cost of the team in each period, shape (periods, trials)."""
    people = np.sum([record[f"cost_{line}"].sum(axis=1) for line in COSTS], axis=0)
    platform = record["finance"][:, 1] * layout.plan.horizon.periods.years_each
    if "platform_kept" not in record:
        return people + platform
    cut, others = record["cost_severance"].sum(axis=1), record["cost_absorbed"][:, 0]
    return people + cut + others + platform * record["platform_kept"][:, 0]


def lifetime_values(layout: Layout, world: World) -> FloatArray:
    """Value of a customer with the usual revenue of its segment, shape (segments, trials)."""
    value: FloatArray = world.per_revenue[0] * usual_revenue(layout.scenario)
    return value
