"""Which futures a plan should cover, from what is lacking in them: to propose, never to judge."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.hiring.program import Program

FORESEEN = 2_000
"""Futures that are looked at, at most."""
_DUST = 1e-3
"""Hours that nobody misses; what is lacking is kept in single precision."""


class Foresight:
    """Holds what seats usually give against what is lacking in single futures.

    Nobody reacts to anything here, and a newcomer gives what newcomers give on average. So it is
    off by a little, at plans that are alike by about the same, which is learnt from the plans that
    are tried. It takes a thousandth of the time of a simulation.

    Parameters
    ----------
    program
        What seats give and cost.
    lacking
        Hours lacking where nobody is hired, in the windows of each pool's needs, each of shape
        (windows, trials).

    Attributes
    ----------
    rows
        The pools that count: all of them.
    """

    def __init__(self, program: Program, lacking: Sequence[FloatArray]) -> None:
        self.program = program
        self._lacking = lacking
        self._given = [
            np.array([program.given(need) for need in program.needs if need.pool == row]).T
            for row in range(len(lacking))
        ]
        self._foreseen: dict[tuple[int, bytes], BoolArray] = {}
        self._learnt: dict[tuple[int, bytes], BoolArray] = {}
        self._ahead: list[list[float]] = [[] for _ in lacking]
        self.rows: Sequence[int] = range(len(lacking))

    def alone(self, row: int) -> Foresight:
        """The same where one pool counts and the others do not matter."""
        other = copy.copy(self)
        other.rows = [row]
        return other

    def learn(self, seats: IntArray, covered: BoolArray) -> None:
        """Take what came of a plan in the first futures, shape (pools, trials), for known."""
        for row, mine in enumerate(seats):
            foreseen = self._of_pool(row, mine)
            found = np.concatenate([covered[row], foreseen[covered.shape[1] :]])[: len(foreseen)]
            if mine.any():
                seen = foreseen[: covered.shape[1]]
                self._ahead[row].append(float(seen.mean() - found[: len(seen)].mean()))
            self._learnt[row, mine.tobytes()] = found

    def learnt(self, row: int) -> Iterator[IntArray]:
        """Seats of a pool of which it is known what comes, shape (months,)."""
        for known, seats in self._learnt:
            if known == row:
                yield np.frombuffer(seats, dtype=np.int64)

    def covered(self, seats: IntArray) -> BoolArray:
        """In which futures all pools that count should be covered, shape (trials,).

        Parameters
        ----------
        seats
            Seats to add, shape (pools, months).
        """
        found = [
            self._learnt.get((row, seats[row].tobytes()), self._of_pool(row, seats[row]))
            for row in self.rows
        ]
        return np.logical_and.reduce(found)

    def ahead(self, seats: IntArray) -> float:
        """Part of the futures by which that is usually too much."""
        return sum(
            float(np.mean(self._ahead[row]))
            for row in self.rows
            if self._ahead[row] and (row, seats[row].tobytes()) not in self._learnt
        )

    def odds(self, seats: IntArray) -> float:
        """Part of the futures in which all pools that count should be covered."""
        return float(self.covered(seats).mean()) - self.ahead(seats)

    def _of_pool(self, row: int, seats: IntArray) -> BoolArray:
        key = row, seats.tobytes()
        if key not in self._foreseen:
            given = (seats @ self._given[row])[:, None]
            self._foreseen[key] = np.all(self._lacking[row] <= given + _DUST, axis=0)
        return self._foreseen[key]
