"""The names of the arrays that the whole package passes around.

Axes have one order everywhere: what it is about first (accounts, lanes of work, seats), then the
period where there is one, the trial last. An axis of trials may have length 1: the same in all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def sums_by(group: IntArray, groups: int) -> FloatArray:
    """Matrix that sums rows by group, shape (groups, rows)."""
    return (np.arange(groups)[:, None] == group).astype(float)
