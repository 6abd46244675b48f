"""Two lucks about one plan: one decides, the other tells, and what is told can be believed."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.hiring.confirming import Odds, Proposal, Settled, settled
from capacity.hiring.hires import Hires

GOAL, FUTURES, SEARCHED = 0.9, 10_000, 2_000
TRUE = np.arange(0.88, 0.94, 0.0015)
"""The odds of plans, the cheapest first; a plan is so many hires in one month."""


def plan(index: int) -> Hires:
    return Hires.of({(0, 0): index + 1})


class World:
    """Plans of known odds, and lucks that see each of them in a number of futures of their own.

    A luck is kind or unkind to all plans alike, since they share its futures.
    """

    def __init__(self, seed: int, true: np.ndarray = TRUE) -> None:
        self.true, self.draws = true, np.random.default_rng(seed)
        self.searched, self.decided = self.luck(SEARCHED), self.luck(FUTURES)
        self.asked: list[tuple[str, int]] = []
        self.told: list[Odds] = []

    def luck(self, futures: int) -> np.ndarray:
        off = self.draws.normal() * np.sqrt(self.true * (1 - self.true) / futures)
        return np.clip(self.true + off, 0, 1)

    def search(self, required: float) -> Proposal:
        reached = np.flatnonzero(self.searched >= required)
        index = int(reached[0]) if len(reached) else len(self.true) - 1
        return Proposal(plan(index), bool(len(reached)), True, float(self.searched[index]))

    def decide(self, hires: Hires) -> Odds:
        self.asked.append(("decide", hires.total - 1))
        return self.odds(self.decided, hires)

    def tell(self, hires: Hires) -> Odds:
        self.asked.append(("tell", hires.total - 1))
        self.told.append(self.odds(self.luck(FUTURES), hires))
        return self.told[-1]

    def odds(self, shares: np.ndarray, hires: Hires) -> Odds:
        share = float(shares[hires.total - 1])
        return Odds(share, float(np.sqrt(share * (1 - share) / FUTURES)))

    def settled(self) -> Settled:
        return settled(GOAL, self.search, self.decide, self.tell)


def test_what_is_told_reaches_the_goal_and_can_be_believed() -> None:
    """Of 1,000 questions: all reach it; the plans do so in truth, and what is told is hardly kind.

    Were the luck that decides to tell as well, the mean would be off by a third of its error.
    """
    off, true = [], []
    for seed in range(1000):
        world = World(seed)
        found = world.settled()
        assert found.holds
        last = world.told[-1]
        assert last.share >= GOAL
        true.append(TRUE[found.hires.total - 1])
        off.append((last.share - true[-1]) / last.error)
    assert np.mean(off) < 0.17 + 4 / np.sqrt(1000)
    assert np.mean(np.array(true) >= GOAL) > 0.95
    assert np.mean(true) < GOAL + 0.01  # nor is more bought than that takes


def test_no_plan_is_told_of_twice() -> None:
    for seed in range(300):
        world = World(seed)
        world.settled()
        told = [index for kind, index in world.asked if kind == "tell"]
        assert len(told) == len(set(told))


def test_each_search_asks_for_another_plan_and_a_surer_one() -> None:
    for seed in range(300):
        world = World(seed)
        world.settled()
        decided = [index for kind, index in world.asked if kind == "decide"]
        assert decided == sorted(set(decided))


@pytest.mark.parametrize("most", [0.89, 0.9, 0.902])
def test_at_the_edge_of_what_is_possible(most: float) -> None:
    """The surest plan is told of, and holds only if both lucks say so."""
    held = []
    for seed in range(300):
        world = World(seed, TRUE[most + 1e-9 >= TRUE])
        found = world.settled()
        index = found.hires.total - 1
        held.append(found.holds)
        if found.holds:
            assert world.asked[-1] == ("tell", index)
            assert world.told[-1].share >= GOAL
            assert world.decided[index] >= GOAL
        else:
            assert all(odds.share < GOAL for odds in world.told)
            assert found.is_near == bool((world.searched >= GOAL).any())
    assert (np.mean(held) < 0.01) == (most < GOAL)


def test_a_plan_without_luck_is_confirmed_at_once() -> None:
    certain = Odds(1.0, 0.0)
    found = settled(
        GOAL, lambda _: Proposal(plan(2), True, True, 1.0), lambda _: certain, lambda _: certain
    )
    assert found == Settled(plan(2), True, False, True, GOAL)


def test_a_plan_beyond_the_limits_never_holds() -> None:
    certain = Odds(1.0, 0.0)
    found = settled(
        GOAL, lambda _: Proposal(plan(2), False, False, 1.0), lambda _: certain, lambda _: certain
    )
    assert (found.holds, found.is_limited, found.is_near) == (False, True, False)
