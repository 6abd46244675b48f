"""Sums of rows by group, and rows that are alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capacity.arrays import RowSums, distinct_rows, sums_at


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60), st.integers(7, 9))
def test_rows_are_summed_by_group(group: list[int], groups: int) -> None:
    values = np.arange(len(group) * 3.0).reshape(len(group), 3) + 1
    found = RowSums(np.array(group), groups)(values)
    for i in range(groups):
        assert found[i].tolist() == values[np.array(group) == i].sum(axis=0).tolist()


def test_groups_of_one_row_each_in_order_are_the_rows() -> None:
    values = np.ones((3, 2))
    assert RowSums(np.arange(3), 3)(values) is values


def test_single_values_are_added_where_they_belong() -> None:
    found = sums_at(np.array([0, 3, 3]), np.array([1.0, 2.0, 0.5]), (2, 2))
    assert found.tolist() == [[1.0, 0.0], [0.0, 2.5]]


def test_nothing_adds_up_to_zeros() -> None:
    none = sums_at(np.zeros(0, dtype=np.int64), np.zeros(0), (1, 2))
    assert none.tolist() == [[0.0, 0.0]]
    assert none.dtype == np.float64


rows = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([-3, 0, 1, 2, 9, 10**6, 10**15]), min_size=width, max_size=width),
        min_size=1,
        max_size=40,
    )
)


@given(rows)
def test_distinct_rows_are_those_of_numpy(written: list[list[int]]) -> None:
    values = np.array(written, dtype=np.int64)
    found, group = distinct_rows(values)
    expected, of_row = np.unique(values, axis=0, return_inverse=True)
    assert found.tolist() == expected.tolist()
    assert group.tolist() == of_row.ravel().tolist()


def test_no_rows_are_alike_where_there_are_none() -> None:
    found, group = distinct_rows(np.zeros((0, 3), dtype=np.int64))
    assert (found.shape, group.shape) == ((0, 3), (0,))
