"""A cheaper plan that should hold, or a surer one, one or two hires away: what to try next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.hiring.foresight import Foresight
from capacity.hiring.hires import Hires
from capacity.hiring.request import Request

_FAR = 3
"""Open months by which a hire is moved, earlier or later."""
_LEEWAY = 0.03
"""Part of the futures by which two steps together may do better than the sum of both."""
_MOST_STEPS, _MOST_PAIRS = 300, 2_000
"""Steps that are combined, and combinations that are foreseen, at most."""
_MOST_RISING = 300
"""Likely ones of these of which the odds are foreseen exactly."""
_DUST = 1e-9
"""Part of the cost that is no saving."""


@dataclass(frozen=True)
class Descent:
    """The way down from a plan: cheaper ones that should hold, one after the other.

    From each it goes to the cheapest that is one or two steps away. In a step one hire goes, comes,
    or starts up to three open months earlier or later, in any pool. So two hires can be replaced by
    one, and what one pool loses another may win back for less money.

    Attributes
    ----------
    wanted
        Part of the futures in which all pools have to be covered by what is foreseen.
    failed
        Plans that are known not to hold, and are not set foot on.
    """

    foresight: Foresight
    request: Request
    wanted: float
    failed: frozenset[Hires] = frozenset()

    def cheapest(self, plans: Iterable[Hires]) -> Hires | None:
        """The cheapest of those that should hold in which the ways down from some plans end."""
        ends = {self.request.hires(seats): seats for seats in map(self._end, plans)}
        prices = {
            hires: self.foresight.program.price(seats)
            for hires, seats in ends.items()
            if self._is_allowed(hires) and self.foresight.odds(seats) >= self.wanted
        }
        return min(prices, key=lambda hires: prices[hires], default=None)

    def _end(self, hires: Hires) -> IntArray:
        return self.end(self.request.seats(hires))

    def end(self, seats: IntArray) -> IntArray:
        """Where the way down ends; the plan itself where it is the cheapest far and wide."""
        lower = self._lower(seats)
        while lower is not None:
            seats = lower
            lower = self._lower(seats)
        return seats

    def _lower(self, seats: IntArray) -> IntArray | None:
        """The cheapest plan that should hold, one or two steps away, if one is cheaper."""
        price = self.foresight.program.price(seats)
        for more in _changes(self.foresight, seats, self.wanted):
            other = seats + more
            if (
                other.min() >= 0
                and self.foresight.odds(other) >= self.wanted
                and self.foresight.program.price(other) < price * (1 - _DUST)
                and self._is_allowed(self.request.hires(other))
            ):
                return other
        return None

    def _is_allowed(self, hires: Hires) -> bool:
        return hires not in self.failed and self.request.allows(hires)


@dataclass(frozen=True)
class _Steps:
    """Steps away from a plan.

    Attributes
    ----------
    seats
        Seats to add, shape (steps, pools, months).
    cost
        What each adds to the cost, shape (steps,).
    odds
        What each adds to the odds that are foreseen, shape (steps,).
    """

    seats: IntArray
    cost: FloatArray
    odds: FloatArray


def rising(
    foresight: Foresight, seats: IntArray, money: float, is_allowed: Callable[[IntArray], bool]
) -> Iterator[IntArray]:
    """Plans that should cover more futures than some seats, the likeliest first.

    Each is one or two steps away and should cost no more than some money.

    Parameters
    ----------
    seats
        Seats to start from, shape (pools, months).
    money
        What hires may cost altogether.
    is_allowed
        Whether seats keep to the other limits.
    """
    steps, left = _steps(foresight, seats), money - foresight.program.price(seats)
    first, second = np.triu_indices(len(steps.cost), 1)
    odds = steps.odds[first] + steps.odds[second]
    fits = np.flatnonzero((steps.cost[first] + steps.cost[second] <= left) & (odds > -_LEEWAY))
    likely = fits[np.argsort(-odds[fits], kind="stable")[:_MOST_RISING]]
    others = (seats + steps.seats[first[i]] + steps.seats[second[i]] for i in likely.tolist())
    found = [one for one in others if one.min() >= 0 and is_allowed(one)]
    yield from sorted(found, key=lambda one: -foresight.odds(one))


def _changes(foresight: Foresight, seats: IntArray, wanted: float) -> Iterator[IntArray]:
    """Pairs of steps that save money and may hold, those that save most first."""
    now, steps = foresight.odds(seats), _steps(foresight, seats)
    cost = steps.cost[:, None] + steps.cost
    odds = now + steps.odds[:, None] + steps.odds + _LEEWAY
    first, second = np.nonzero(np.triu((odds >= wanted) & (cost < 0), 1))
    if len(first) > _MOST_PAIRS:  # the likeliest of them
        likely = np.argsort(-odds[first, second], kind="stable")[:_MOST_PAIRS]
        first, second = first[likely], second[likely]
    for i in np.argsort(cost[first, second], kind="stable").tolist():
        yield steps.seats[first[i]] + steps.seats[second[i]]


def _steps(foresight: Foresight, seats: IntArray) -> _Steps:
    """No step at all, and all that there are; of very many those that change least."""
    price, now = foresight.program.price(seats), foresight.odds(seats)
    steps = np.array([np.zeros_like(seats), *_ways(seats, foresight.rows)])
    cost = np.array([foresight.program.price(seats + step) - price for step in steps])
    if len(steps) > _MOST_STEPS:
        chosen = np.argsort(np.abs(cost), kind="stable")[:_MOST_STEPS]
        steps, cost = steps[chosen], cost[chosen]
    return _Steps(steps, cost, np.array([foresight.odds(seats + step) - now for step in steps]))


def _ways(seats: IntArray, rows: Sequence[int]) -> Iterator[IntArray]:
    """One hire fewer, earlier or later; one more, in the last month and in ever earlier ones."""
    months = seats.shape[1]
    there = (cell for cell in np.argwhere(seats > 0).tolist() if cell[0] in rows)
    for row, column in there:
        yield _way(seats, (row, column, -1))
        for to in range(max(column - _FAR, 0), min(column + _FAR + 1, months)):
            if to != column:
                yield _way(seats, (row, column, -1), (row, to, 1))
    back = 1
    while back <= months:
        for row in rows:
            yield _way(seats, (row, months - back, 1))
        back *= 2


def _way(seats: IntArray, *changes: tuple[int, int, int]) -> IntArray:
    way = np.zeros_like(seats)
    for row, column, n in changes:
        way[row, column] += n
    return way
