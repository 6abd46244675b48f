"""What each part of a whole is worth, where the parts help or hinder each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from capacity.arrays import FloatArray

Worth = Callable[[int], FloatArray]
"""Value of a coalition, a bit for each player that is in; any shape, the same for all."""


def exact_shares(players: int, worth: Worth) -> FloatArray:
    """Shapley shares (Shapley 1953) from the value of every coalition.

    A player's share is the mean of what it adds to those before it, over all orders in which they
    could come: Σ_S |S|!(n − |S| − 1)!/n! · (v(S ∪ k) − v(S)). They add up to v(all) − v(none).

    Returns
    -------
    FloatArray
        Shape (players, shape of a value).
    """
    n = players
    weight = [
        math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) for size in range(n)
    ]
    values = [worth(coalition) for coalition in range(1 << n)]
    shares = np.zeros((n, *values[0].shape))
    for coalition, value in enumerate(values):
        size = coalition.bit_count()
        for k in range(n):
            if not coalition >> k & 1:
                shares[k] += weight[size] * (values[coalition | 1 << k] - value)
    return shares


def coalitions_of(orders: Sequence[Sequence[int]]) -> set[int]:
    """The coalitions that come about in some orders, the empty one included."""
    return {sum(1 << k for k in order[:n]) for order in orders for n in range(len(order) + 1)}


def sampled_shares(orders: Sequence[Sequence[int]], worth: Worth) -> FloatArray:
    """What each player adds to those before it, in some of the orders.

    Returns
    -------
    FloatArray
        Shape (orders, players, shape of a value); in each order they add up to v(all) − v(none).
    """
    found = []
    for order in orders:
        coalition, before = 0, worth(0)
        added = np.zeros((len(order), *before.shape))
        for player in order:
            coalition |= 1 << player
            value = worth(coalition)
            added[player], before = value - before, value
        found.append(added)
    return np.stack(found)
