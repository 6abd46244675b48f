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
TextArray = NDArray[np.object_]

_FEW = 4
_WIDE, _LARGEST = 10**6, 2**62
_ROOM, _SMALL = 4, 2**16


class RowSums:
    """Sums the rows of an array by group.

    Where groups have a few rows each, they are added row by row; large groups are summed by a
    matrix of zeros and ones. Both are several times faster than `numpy.add.reduceat`.

    Parameters
    ----------
    group
        Group of each row, shape (rows,).
    groups
        How many groups there are.

    Examples
    --------
    >>> import numpy as np
    >>> RowSums(np.array([0, 0, 1]), 2)(np.array([[1.0], [2.0], [3.0]])).ravel().tolist()
    [3.0, 3.0]
    """

    def __init__(self, group: IntArray, groups: int) -> None:
        size = np.bincount(group, minlength=groups)
        self._groups = groups
        self._is_identity = np.array_equal(group, np.arange(groups))
        self._matrix = None
        self._layers: list[tuple[IntArray, IntArray]] = []
        if size.max(initial=0) > _FEW:
            self._matrix = (np.arange(groups)[:, None] == group).astype(float)
            return
        order = np.argsort(group, kind="stable")
        first = np.cumsum(size) - size
        for turn in range(size.max(initial=0)):
            targets = np.flatnonzero(size > turn)
            self._layers.append((targets, order[first[targets] + turn]))

    def __call__(self, values: FloatArray) -> FloatArray:
        """Sums of shape (groups, trials); the values themselves where no group has two rows."""
        if self._is_identity:
            return values
        if self._matrix is not None:
            return self._matrix @ values
        out = np.zeros((self._groups, values.shape[1]))
        for targets, sources in self._layers:
            out[targets] += values[sources]
        return out


def sums_at(place: IntArray, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Sums of single values by where they belong, as an index into the flat array."""
    total = np.bincount(place, values, shape[0] * shape[1])
    return total.reshape(shape).astype(np.float64, copy=False)


def distinct_rows(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Distinct rows in lexicographic order, and which of them each row is.

    As `numpy.unique` by rows, which sorts a million rows of ten numbers in seconds. Here the
    columns are joined to one number first. Where such numbers are few, nothing needs sorting.
    Fastest where each column lies in one piece, as in the transpose of an array of columns.
    """
    code = np.zeros(len(rows), dtype=np.int64)
    size = 1
    for column in rows.T:
        low = column.min(initial=0)
        width = int(column.max(initial=0)) - int(low) + 1
        place = column - low
        if width > _WIDE:
            values, place = np.unique(column, return_inverse=True)
            width = len(values)
        if size * width >= _LARGEST:
            known, code = np.unique(code, return_inverse=True)
            size = len(known)
        code = code * width + place
        size *= width
    if size > max(_ROOM * len(rows), _SMALL):
        _, first, group = np.unique(code, return_index=True, return_inverse=True)
        return rows[first], group
    there = np.zeros(size, dtype=bool)
    there[code] = True
    group = (np.cumsum(there) - 1)[code]
    first = np.zeros(int(there.sum()), dtype=np.int64)
    first[group[::-1]] = np.arange(len(rows))[::-1]
    return rows[first], group
