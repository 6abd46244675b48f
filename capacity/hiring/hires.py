"""Seats that are added to a scenario, by pool and month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from capacity.calendar import month_label
from capacity.loading import Scenario
from capacity.scenario.parts import BySegment

Cell = tuple[int, int]
"""Index of a pool, and a month on the line of months."""
Steps = tuple[tuple[Cell, int], ...]
"""Seats more or fewer in some pools and months."""


@dataclass(frozen=True)
class Hires:
    """Seats to add; equal where they are the same seats.

    Attributes
    ----------
    counts
        Seats by pool and month, none of them 0, sorted by month and pool.
    """

    counts: tuple[tuple[Cell, int], ...] = ()

    @classmethod
    def of(cls, counts: Mapping[Cell, int]) -> Hires:
        """From seats by pool and month."""
        some = {cell: int(n) for cell, n in counts.items() if n}
        return cls(tuple(sorted(some.items(), key=lambda item: (item[0][1], item[0][0]))))

    def __iter__(self) -> Iterator[Cell]:
        """The pools and months in which anybody is hired, first months first."""
        return (cell for cell, _ in self.counts)

    @property
    def total(self) -> int:
        """All seats."""
        return sum(n for _, n in self.counts)

    @property
    def is_possible(self) -> bool:
        """Whether nobody is missing who would have to be taken away."""
        return all(n > 0 for _, n in self.counts)

    def of_month(self, month: int) -> int:
        """Seats of a month, over all pools."""
        return sum(n for cell, n in self.counts if cell[1] == month)

    def moved(self, *steps: tuple[Cell, int]) -> Hires:
        """The same with seats more or fewer in some pools and months."""
        counts = dict(self.counts)
        for cell, n in steps:
            counts[cell] = counts.get(cell, 0) + n
        return Hires.of(counts)

    def first(self, count: int) -> Hires:
        """The first so many seats."""
        left, found = count, {}
        for cell, n in self.counts:
            found[cell] = min(n, left)
            left -= found[cell]
        return Hires.of(found)


def by_pool(scenario: Scenario, hires: Hires) -> dict[int, dict[int, int]]:
    """All planned hires of the pools that get more of them: the scenario's own, and those added."""
    found: dict[int, dict[int, int]] = {}
    for (pool, month), n in hires.counts:
        counts = found.setdefault(pool, dict(scenario.pools[pool].hires))
        counts[month] = counts.get(month, 0) + n
    return found


def own_hires(scenario: Scenario, month: int) -> int:
    """Seats that the scenario itself plans to add in a month, in all pools."""
    return sum(pool.hires.get(month, 0) for pool in scenario.pools)


def with_hires(scenario: Scenario, hires: Hires) -> Scenario:
    """The scenario with more seats, without reading and judging all of its settings again."""
    added = by_pool(scenario, hires)
    if not added:
        return scenario
    team = dict(scenario.plan.team)
    for name in {scenario.pools[pool].name for pool in added}:
        own = [(i, pool) for i, pool in enumerate(scenario.pools) if pool.name == name]
        counts = {pool.value: added.get(i, dict(pool.hires)) for i, pool in own}
        whole = BySegment({}, counts[""]) if "" in counts else BySegment(counts, {})
        team[name] = team[name].model_copy(update={"hires": whole})
    plan = scenario.plan.model_copy(update={"team": team})
    pools = tuple(replace(pool, role=team[pool.name]) for pool in scenario.pools)
    return replace(scenario, plan=plan, pools=pools)


def pool_name(scenario: Scenario, pool: int) -> str:
    """``csm``, or ``csm (EMEA)`` where the role is split."""
    found = scenario.pools[pool]
    return f"{found.name} ({found.value})" if found.value else found.name


def in_words(scenario: Scenario, hires: Hires, month: int) -> str:
    """``hire 2 csm and 1 trainer in 2027-03``."""
    some = [f"{n} {pool_name(scenario, p)}" for (p, m), n in hires.counts if m == month]
    *others, last = some
    text = f"{', '.join(others)} and {last}" if others else last
    return f"hire {text} in {month_label(month)}"
