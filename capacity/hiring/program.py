"""The hires of least cost for a known need: an integer linear program over pools and months.

Variables are the seats to add by pool and month, and the heads of roles that follow from them. A
need says how many hours, at least, newcomers have to work in a pool within a window of periods.
SciPy's HiGHS solves it (Huangfu & Hall 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import FloatArray, IntArray

LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""How far the needs are raised until a plan holds, in their spreads."""
_INFEASIBLE, _WORTH, _WHOLE = 2, 1e-6, 1e-6


@dataclass(frozen=True)
class Need:
    """What a pool lacks within some periods, if nobody is hired.

    Attributes
    ----------
    pool
        Row of the pool in the arrays of `Program`.
    first, last
        Periods of the window, both included.
    hours
        Hours lacking, at the quantile that is asked for.
    spread
        Hours by which a step of the level raises that.
    """

    pool: int
    first: int
    last: int
    hours: float
    spread: float


@dataclass(frozen=True)
class Heads:
    """A role that follows from the seats of others.

    Attributes
    ----------
    each
        Heads for each seat of a pool, shape (pools,).
    planned
        Seats over seats for each head, before anybody is added, shape (periods,).
    heads
        Heads before anybody is added, shape (periods,).
    cost
        Expected cost of one head, shape (periods,).
    joining
        Cost of filling a seat.
    """

    each: FloatArray
    planned: FloatArray
    heads: FloatArray
    cost: FloatArray
    joining: float


@dataclass(frozen=True)
class Program:
    """The hires that may be made, what they cost and what they give.

    Attributes
    ----------
    cost
        Expected cost over the plan of a seat that is added, shape (pools, months).
    hours
        Customer hours of that seat, shape (pools, months, periods).
    starts
        Period in which somebody of a month joins, shape (months,).
    needs
        What is lacking.
    free
        Seats that may be added in each month, over all pools, shape (months,); None for any.
    most
        Seats that may be added to a pool in a month.
    money
        What hires may cost altogether; None for any.
    heads
        Roles that follow.
    """

    cost: FloatArray
    hours: FloatArray
    starts: IntArray
    needs: Sequence[Need]
    most: int
    free: IntArray | None = None
    money: float | None = None
    heads: Sequence[Heads] = field(default=())
    _known: dict[bytes, tuple[IntArray, float] | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def _cells(self) -> int:
        return self.cost.size

    def given(self, need: Need) -> FloatArray:
        """Hours of a seat of each month within the window of a need, shape (months,)."""
        window = slice(need.first, need.last + 1)
        hours: FloatArray = self.hours[need.pool, :, window].sum(axis=1)
        return hours

    def price(self, seats: IntArray) -> float:
        """Expected cost of some seats, and of the heads that follow from them.

        Parameters
        ----------
        seats
            Shape (pools, months).
        """
        total = float((self.cost * seats).sum())
        for role in self.heads:
            added = role.each @ seats @ (self.starts[:, None] <= np.arange(len(role.cost)))
            heads = np.maximum(np.ceil(role.planned + added - _WHOLE), role.heads)
            more = heads - role.heads
            total += float(role.cost @ more) + role.joining * float(more[-1])
        return total

    def cheapest(self, levels: FloatArray) -> tuple[IntArray, float] | None:
        """Seats of least cost that meet all needs, raised by so many spreads.

        Parameters
        ----------
        levels
            By pool, shape (pools,); minus infinity for a pool whose needs do not count.

        Returns
        -------
        tuple or None
            Seats, shape (pools, months), and a bound: no seats that do it cost less. None where
            there are none.
        """
        key = levels.tobytes()
        if key not in self._known:
            wanted = [need.hours + float(levels[need.pool]) * need.spread for need in self.needs]
            rows = [self._given(need) for need in self.needs]
            found = self._solve(self._costs(), rows, wanted)
            self._known[key] = None if found is None else (self._seats(found[0]), found[1])
        return self._known[key]

    def strongest(self, level: float, seats: int | None = None) -> IntArray:
        """Seats that go as far as the limits let them go towards a level, over all needs.

        Each need counts until it is met at that level. Of several that go as far, the cheaper ones.
        """
        slack = len(self.needs)
        rows = [self._given(need) for need in self.needs]
        wanted = [need.hours + level * need.spread for need in self.needs]
        lacking = np.diag([need.spread for need in self.needs]).reshape(slack, slack)
        costs = self._costs()
        worth = costs / max(float(np.abs(costs).sum()), 1.0) * _WORTH
        found = self._solve(worth, rows, wanted, lacking, seats, self._useful(wanted))
        assert found is not None  # whatever is lacking may be lacking
        return self._seats(found[0])

    def _useful(self, wanted: Sequence[float]) -> FloatArray:
        """Seats of a pool and month of which no more help: they alone meet each need."""
        most = np.zeros_like(self.cost)
        for need, hours in zip(self.needs, wanted, strict=True):
            given = self.given(need)
            enough = np.divide(hours, given, out=np.zeros_like(given), where=given > _WHOLE)
            most[need.pool] = np.maximum(most[need.pool], np.ceil(enough))
        return np.minimum(most, self.most)

    # --- the matrix: seats by pool and month, then heads by role and period, then what lacks ------

    def _costs(self) -> FloatArray:
        of_heads = []
        for role in self.heads:
            cost = role.cost.copy()
            cost[-1] += role.joining  # who is there at the end was hired once
            of_heads.append(cost)
        return np.concatenate([self.cost.ravel(), *of_heads])

    def _given(self, need: Need) -> FloatArray:
        """The same of seats of all pools, as a row of the matrix."""
        row = np.zeros_like(self.cost)
        row[need.pool] = self.given(need)
        return self._wide(row)

    def _wide(self, seats: FloatArray) -> FloatArray:
        return np.concatenate([seats.ravel(), np.zeros(self._heads)])

    @property
    def _heads(self) -> int:
        return sum(len(role.cost) for role in self.heads)

    def _limits(self, seats: int | None) -> tuple[list[FloatArray], list[float]]:
        """Rows that stay at or below a number."""
        rows, most = [], []
        if self.free is not None:
            for month, free in enumerate(self.free.tolist()):
                row = np.zeros_like(self.cost)
                row[:, month] = 1.0
                rows.append(self._wide(row))
                most.append(float(free))
        if self.money is not None:
            planned = sum(
                float(role.cost @ role.heads) + role.joining * float(role.heads[-1])
                for role in self.heads
            )
            rows.append(self._costs())
            most.append(self.money + planned)
        if seats is not None:
            rows.append(self._wide(np.ones_like(self.cost)))
            most.append(float(seats))
        return rows, most

    def _following(self) -> tuple[list[FloatArray], list[float]]:
        """Heads of the roles that follow are at least what the seats ask for."""
        rows, least, first = [], [], self._cells
        for role in self.heads:
            for t in range(len(role.cost)):
                row = self._wide(-role.each[:, None] * (self.starts <= t))
                row[first + t] = 1.0
                rows.append(row)
                least.append(float(role.planned[t]) - _WHOLE)
            first += len(role.cost)
        return rows, least

    def _solve(
        self, costs: FloatArray, given: list[FloatArray], wanted: list[float],
        lacking: FloatArray | None = None, seats: int | None = None,
        useful: FloatArray | None = None,
    ) -> tuple[FloatArray, float] | None:  # fmt: skip
        from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import

        width = len(costs)
        lacks = np.zeros((len(given), 0)) if lacking is None else lacking
        extra = lacks.shape[1]
        following, least = self._following()
        limits, most = self._limits(seats)
        rows = np.array([*given, *following, *limits]).reshape(-1, width)
        right = np.zeros((len(rows), extra))
        right[: len(given)] = lacks
        low = np.array([*wanted, *least, *[-np.inf] * len(most)])
        high = np.array([*[np.inf] * (len(wanted) + len(least)), *most])
        heads = np.concatenate([role.heads for role in self.heads]) if self.heads else np.zeros(0)
        most_seats = np.full(self.cost.shape, self.most) if useful is None else useful
        bounds = Bounds(
            np.concatenate([np.zeros(self._cells), heads, np.zeros(extra)]),
            np.concatenate([most_seats.ravel(), np.full(len(heads) + extra, np.inf)]),
        )
        whole = np.concatenate([np.ones(width), np.zeros(extra)])
        found = milp(
            np.concatenate([costs, np.ones(extra)]),
            integrality=whole,
            bounds=bounds,
            constraints=LinearConstraint(np.hstack([rows, right]), low, high) if len(rows) else (),
        )
        if found.status == _INFEASIBLE:
            return None
        assert found.x is not None, found.message
        planned = float(costs[self._cells :] @ heads) if lacking is None else 0.0
        return found.x, float(found.mip_dual_bound) - planned

    def _seats(self, found: FloatArray) -> IntArray:
        return np.round(found[: self._cells]).astype(np.int64).reshape(self.cost.shape)
