"""People who come and go alike in every world of the same futures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from capacity.arrays import FloatArray
from capacity.engine.seats import Seats, Staff


class SamePeople:
    """Seats of which each period is found once, by the first world that comes to it.

    Worlds pass through their periods one after the other. One that goes on where all before it
    ended has passed through the known periods with seats of its own, so that it can.

    Parameters
    ----------
    seats
        Makes the seats, where they are still needed.
    known
        The periods that are found, in order; they are left to the next world.
    """

    def __init__(self, seats: Callable[[], Seats], known: list[Staff], periods: int) -> None:
        self._known = known
        self._seats = seats() if len(known) < periods else None

    def turn_to(self, day: dt.date | None) -> None:
        """Read the inputs of a day."""
        if self._seats:
            self._seats.turn_to(day)

    def step(self, period: int, overload: FloatArray) -> Staff:
        """Vacate, fill and hire; `overload` moves nobody."""
        if self._seats:
            found = self._seats.step(period, overload)
            self._known.extend([found] if period == len(self._known) else [])
        return self._known[period]
