"""What is chosen from: what each alternative would give, and how often it is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.assumptions import Row
from capacity.statistics import mean_error, means


@dataclass(frozen=True)
class Alternative:
    """One of the things that can be chosen.

    Attributes
    ----------
    name
        The plan, or with and without something.
    mean
        What it is expected to give, or to cost.
    behind, behind_se
        How much less good that is than the best, 0 for the best itself; standard error.
    p_best
        Share of the futures in which none is better.
    """

    name: str
    mean: float
    behind: float
    behind_se: float
    p_best: float

    def row(self) -> Row:
        """For other programs."""
        return asdict(self)


def alternatives(
    names: Sequence[str], both: FloatArray, once: FloatArray, *, less_is_better: bool
) -> tuple[Alternative, ...]:
    """The alternatives, those that are best on average first.

    Parameters
    ----------
    both
        What each gives, the mean of two simulations with the same inputs, which has less of the
        luck; shape (alternatives, trials).
    once
        The same in a single one: a future has one luck, not two.
    """
    sign = -1.0 if less_is_better else 1.0
    gain = sign * both
    best = int(means(gain).argmax())
    behind = gain[best] - gain
    p_best = means((sign * once >= (sign * once).max(axis=0)).astype(float))
    rows = zip(names, means(both), means(behind), mean_error(behind), p_best, strict=True)
    found = [Alternative(name, *map(float, values)) for name, *values in rows]
    order = np.argsort([one.behind for one in found], kind="stable")
    return tuple(found[i] for i in order)
