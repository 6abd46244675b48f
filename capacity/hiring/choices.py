"""What to hire in each pool by itself, more or less surely, and which of that goes together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, IntArray
from capacity.hiring.exchanges import Descent
from capacity.hiring.foresight import Foresight
from capacity.hiring.hires import Hires
from capacity.hiring.request import Request

_FAILING = (1.2, 1.0, 0.8, 0.65, 0.5, 0.35, 0.25, 0.15, 0.05)
"""How often a pool may fail by itself, as parts of how often the plan may."""
_KEPT = 100
"""Combinations that are kept from pool to pool."""


@dataclass(frozen=True)
class _Choice:
    """What to hire in some pools.

    Attributes
    ----------
    seats
        Shape (pools, months).
    cost
        What they cost.
    covered
        In which futures these pools should be covered.
    odds
        In which part of the futures, without what is foreseen too much.
    """

    seats: IntArray
    cost: float
    covered: BoolArray
    odds: float

    def with_(self, other: _Choice) -> _Choice:
        """What to hire in the pools of both; one fails where either does."""
        covered = self.covered & other.covered
        ahead = sum(float(one.covered.mean()) - one.odds for one in (self, other))
        odds = float(covered.mean()) - ahead
        return _Choice(self.seats + other.seats, self.cost + other.cost, covered, odds)


class Choices:
    """For each pool, the cheapest hires with which it should be covered this or that surely.

    Which futures two pools cover together follows from which each of them covers. So the cheapest
    combinations are found without looking at all of them.

    Parameters
    ----------
    plans
        Seats that go ever farther, from which the way leads down, each of shape (pools, months).
    """

    def __init__(self, foresight: Foresight, request: Request, plans: Sequence[IntArray]) -> None:
        self._foresight, self._request, self._plans = foresight, request, plans
        self._of_pool = [list(self._alone(row)) for row in foresight.rows]

    def _alone(self, row: int) -> Iterator[IntArray]:
        """Seats of a pool, surer and surer to cover its work."""
        foresight = self._foresight.alone(row)
        mine = [self._only(row, plan[row]) for plan in self._plans]
        for part in _FAILING:
            wanted = 1 - part * (1 - self._request.confidence)
            start = next((seats for seats in mine if foresight.odds(seats) >= wanted), None)
            if start is not None:
                yield Descent(foresight, self._request, wanted).end(start)

    def _only(self, row: int, mine: IntArray) -> IntArray:
        seats = np.zeros((len(self._foresight.rows), len(mine)), dtype=np.int64)
        seats[row] = mine
        return seats

    def together(self, wanted: float) -> Iterator[Hires]:
        """Combinations that should hold in such a part of the futures, cheapest first."""
        states = self._choices(0)
        for row in range(1, len(self._of_pool)):
            joined = [a.with_(b) for a in states for b in self._choices(row)]
            states = _worth_keeping(joined, wanted)
        for state in _worth_keeping(states, wanted):
            yield self._request.hires(state.seats)

    def _choices(self, row: int) -> list[_Choice]:
        """What to hire in a pool, with what is known by now: nobody, too, and what was tried."""
        foresight = self._foresight.alone(row)
        tried = [self._only(row, mine) for mine in foresight.learnt(row)]
        some = {seats.tobytes(): seats for seats in (*self._of_pool[row], *tried)}
        return [
            _Choice(x, foresight.program.price(x), foresight.covered(x), foresight.odds(x))
            for x in some.values()
        ]


def _worth_keeping(states: Sequence[_Choice], wanted: float) -> list[_Choice]:
    """Those that may hold, the cheapest few first; none that costs more and covers less."""
    kept, best = [], -1.0
    for state in sorted(states, key=lambda state: (state.cost, -state.odds)):
        if state.odds >= wanted and state.odds > best:
            kept.append(state)
            best = state.odds
    return kept[:_KEPT]
