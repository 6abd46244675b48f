"""Whether a plan holds on luck that did not choose it: one luck decides, another one tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from capacity.hiring.hires import Hires

_ROUNDS = 8
"""Searches, each of which asks for more than the one before, at most."""
_LEAST = 1e-6
"""Part of the futures by which a search has to go beyond a plan that did not hold."""


@dataclass(frozen=True)
class Odds:
    """In which part of some futures a plan covers the work, with its standard error."""

    share: float
    error: float


@dataclass(frozen=True)
class Proposal:
    """What a search came to.

    Attributes
    ----------
    hires
        The cheapest plan that holds on the futures of the search; where none does, the one that
        goes farthest.
    holds
        Whether it does.
    is_allowed
        Whether it keeps to the limits.
    share
        Part of these futures in which it covers the work.
    """

    hires: Hires
    holds: bool
    is_allowed: bool
    share: float


@dataclass(frozen=True)
class Settled:
    """The plan that was settled on.

    Attributes
    ----------
    hires
        The plan.
    holds
        Whether it reaches the goal on the luck that was asked last.
    is_limited
        Whether the last search found no plan that holds on its own futures.
    is_near
        Whether a search did, so that this plan is at the edge of the goal.
    required
        What the last search asked for.
    """

    hires: Hires
    holds: bool
    is_limited: bool
    is_near: bool
    required: float


def settled(
    goal: float,
    search: Callable[[float], Proposal],
    decide: Callable[[Hires], Odds],
    tell: Callable[[Hires], Odds],
) -> Settled:
    """The cheapest plan that a search finds and that fresh luck confirms.

    A plan that was chosen on some futures holds less often on others. So a first luck decides: it
    has to show the plan a standard error beyond the goal, or the search asks for more. What is told
    comes from a second luck, which has chosen nothing. Where that falls below the goal all the same
    the search goes on, and of the next plan a luck of its own will tell.

    Where no search gets that far, the surest plan has to reach the goal on both.

    Parameters
    ----------
    goal
        Part of the futures in which the plan has to hold.
    search
        What a search comes to that asks for such a part of its own futures.
    decide
        The odds of a plan on the first luck.
    tell
        Its odds on a luck that nobody has seen yet, another one at each call.
    """
    judged = _Judged(goal, decide, tell)
    required, is_near = goal, False
    for _ in range(_ROUNDS):
        found = search(required)
        is_near |= found.holds
        if found.is_allowed and judged.is_sure(found.hires):
            return Settled(
                found.hires,
                holds=True,
                is_limited=not found.holds,
                is_near=is_near,
                required=required,
            )
        if not found.holds or found.share >= 1:
            break  # no search goes farther
        required = max(1 - (1 - required) * judged.rest, found.share + _LEAST)
    hires, holds = judged.surest() or (found.hires, False)
    return Settled(hires, holds, not found.holds, is_near, required)


class _Judged:
    """What both lucks say of the plans that searches have come to."""

    def __init__(
        self, goal: float, decide: Callable[[Hires], Odds], tell: Callable[[Hires], Odds]
    ) -> None:
        self._goal, self._decide, self._tell = goal, decide, tell
        self._decided: dict[Hires, float] = {}
        self._told: list[Hires] = []
        self.rest = 1.0
        """Part of the failures of the last plan that may stay."""

    def is_sure(self, hires: Hires) -> bool:
        """Whether a plan is clearly beyond the goal on one luck, and reaches it on another."""
        odds = self._decide(hires)
        self._decided[hires] = odds.share
        if odds.share - odds.error >= self._goal and hires not in self._told:
            odds = self._tell(hires)
            self._told.append(hires)
            if odds.share >= self._goal:
                return True
        self.rest = (1 - self._goal) / max(1 - odds.share + odds.error, 1 - self._goal)
        return False

    def surest(self) -> tuple[Hires, bool] | None:
        """The plan that goes farthest, and whether it reaches the goal on both lucks."""
        untold = {hires: odds for hires, odds in self._decided.items() if hires not in self._told}
        best = max(untold, key=lambda hires: untold[hires], default=None)
        if best is not None and untold[best] >= self._goal:
            return best, self._tell(best).share >= self._goal
        if self._told:
            return self._told[-1], False
        return None if best is None else (best, False)
