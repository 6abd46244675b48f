"""Where a smooth function crosses nothing, if each of its values takes a simulation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

_FURTHEST = 5.0
"""How many times further than before a crossing is looked for at most."""
_PATIENCE = 2
"""Questions in vain after which the bracket is halved, or looked for much further on."""
_APART = 0.1
"""How far apart places are, as a share, by which others further on are foreseen."""


class _Curve:
    """What is known of the function, on the scale on which it is about linear."""

    def __init__(
        self, value: Callable[[float], float], known: Iterable[float], steepness: float
    ) -> None:
        self._value, self._steepness = value, steepness
        self.at = {place: value(place) for place in {0.0, *known}}

    def ask(self, place: float) -> None:
        """Find the function at a place."""
        self.at[place] = self._value(place)

    @property
    def places(self) -> list[float]:
        """All that are known."""
        return sorted(self.at)

    @property
    def bracket(self) -> tuple[float, float | None]:
        """The last place before the first change of sign, and the place after it."""
        places = self.places
        for before, after in pairwise(places):
            if self.at[after] * self.at[0.0] <= 0:
                return before, after
        return places[-1], None

    @property
    def nearest(self) -> float:
        """The place whose value is next to nothing."""
        return min(self.at, key=lambda place: abs(self.at[place]))

    def foreseen(self, apart: float) -> float | None:
        """Where it crosses nothing, by the values next to nothing; None where it does not.

        The place as a function of the value, by the polynomial through three of them, else two.
        These are so far apart, or further, that they tell a slope.
        """
        near = self._telling(apart)
        for count in (3, 2):
            chosen = sorted(near[:count])
            values = [self.at[place] for place in chosen]
            rises = np.diff(values) * -math.copysign(1.0, self.at[0.0])
            if len(chosen) == count and (rises > 0).all():
                bent = [math.expm1(self._steepness * place) for place in chosen]
                return self._straight(_lagrange(values, bent))
        return None

    def _telling(self, apart: float) -> list[float]:
        chosen: list[float] = []
        for place in sorted(self.at, key=lambda place: abs(self.at[place])):
            if all(abs(place - p) >= apart for p in chosen):
                chosen.append(place)
        return chosen

    def beyond(self, tolerance: float) -> float:
        """On the other side of what lies within a tolerance of the place next to nothing."""
        known = self.nearest
        return known + tolerance if known <= self.bracket[0] else known - tolerance

    def halfway(self, before: float, after: float) -> float:
        """The place in the middle."""
        a, b = (math.expm1(self._steepness * place) for place in (before, after))
        return self._straight((a + b) / 2)

    def _straight(self, bent: float) -> float:
        return math.log1p(max(bent, 0.0)) / self._steepness


def crossing(
    value: Callable[[float], float],
    known: Iterable[float],
    most: float,
    steepness: float,
    tolerance: float,
) -> float | None:
    """The first place from 0 on at which a function changes its sign.

    A curve through what is known foresees the place; the function is asked for there, until its
    sign is known to change next to it. So what one search has found serves the next one. Where
    the curve is no good the bracket is halved.

    Parameters
    ----------
    value
        The function, which is about linear in exp(steepness · place).
    known
        Places at which its value costs nothing.
    most
        The largest place that is looked at.
    steepness
        Above 0.
    tolerance
        How near the place is found.

    Returns
    -------
    float or None
        None where it does not change its sign.
    """
    curve = _Curve(value, (place for place in known if place <= most), steepness)
    if curve.at[0.0] == 0:
        return 0.0
    width, slow = math.inf, 0
    while True:
        before, after = curve.bracket
        place = curve.foreseen(_APART * before if after is None else tolerance)
        if after is None:
            if before >= most:
                return None
            end = otherwise = min(max(1.0, _FURTHEST * before), most)
            slow += 1
        else:
            if after - before <= 2 * tolerance:
                return min(max(before if place is None else place, before), after)
            end, otherwise = after, curve.halfway(before, after)
            slow = 0 if after - before <= width / 2 else slow + 1
            width = width if slow else after - before
        if place is not None and abs(place - curve.nearest) < tolerance:
            place = curve.beyond(tolerance)
        fits = place is not None and before < place < end and slow <= _PATIENCE
        curve.ask(place if fits and place else otherwise)


def _lagrange(values: list[float], places: list[float]) -> float:
    """The place of the value 0, by the polynomial through some values and their places."""
    total = 0.0
    for value, place in zip(values, places, strict=True):
        total += place * math.prod(v / (v - value) for v in values if v != value)
    return total
