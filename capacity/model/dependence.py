"""Inputs that move together: a Gaussian copula with given rank correlations."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from capacity.arrays import FloatArray

_HALVINGS = 60
_NOTHING = 1e-10
"""Variance below which nothing is left of a number that others do not say already."""


@lru_cache(maxsize=4096)
def normal_correlation(rho: float, size: int) -> float:
    """Correlation of normals whose ranks are correlated by rho, on average over samples of a size.

    In samples of n the rank correlation of normals with correlation r is on average
    6/π · ((n − 2)·asin(r/2) + asin(r))/(n + 1) (Moran 1948); in large ones r = 2·sin(π·rho/6)
    (Kruskal 1958).
    """
    if abs(rho) in (0.0, 1.0):
        return rho
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        r = (low + high) / 2
        ranks = 6 / math.pi * ((size - 2) * math.asin(r / 2) + math.asin(r)) / (size + 1)
        low, high = (r, high) if ranks < abs(rho) else (low, r)
    return math.copysign((low + high) / 2, rho)


def is_possible(correlations: FloatArray) -> bool:
    """Whether numbers with these correlations exist: no eigenvalue lies below 0."""
    return float(np.linalg.eigvalsh(correlations)[0]) > -_NOTHING


def mixing(correlations: FloatArray) -> FloatArray:
    """How independent normals are mixed into correlated ones: the lower triangle of Cholesky.

    The first stays as it is. A number that those before it determine gets nothing of its own.

    Parameters
    ----------
    correlations
        Of normals, shape (inputs, inputs); no eigenvalue below 0.
    """
    count = len(correlations)
    mix = np.zeros((count, count))
    for i in range(count):
        for j in range(i):
            rest = correlations[i, j] - mix[i, :j] @ mix[j, :j]
            mix[i, j] = rest / mix[j, j] if mix[j, j] else 0.0
        left = 1.0 - mix[i, :i] @ mix[i, :i]
        mix[i, i] = math.sqrt(left) if left > _NOTHING else 0.0
    return mix
