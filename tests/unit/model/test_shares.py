"""Shapley shares of games whose shares are known."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.model.shares import exact_shares, sampled_shares


def game(values):
    return lambda coalition: np.array([values[coalition]], dtype=float)


def test_the_gloves_game():
    """One has a left glove, two have a right one; a pair is worth 1: ⅔, ⅙, ⅙ (Shapley 1953)."""
    values = [float(bool(c & 1) and bool(c & 6)) for c in range(8)]
    assert exact_shares(3, game(values))[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_who_adds_the_same_to_all_gets_that():
    values = [3.0 * bool(c & 1) + 5.0 * bool(c & 2) - 2.0 * bool(c & 4) for c in range(8)]
    assert exact_shares(3, game(values))[:, 0] == pytest.approx([3, 5, -2])


@given(st.lists(st.floats(-1e6, 1e6), min_size=16, max_size=16))
def test_shares_add_up_and_are_the_mean_over_all_orders(values):
    shares = exact_shares(4, game(values))[:, 0]
    size = max(map(abs, values)) + 1
    assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-9 * size)
    orders = list(permutations(range(4)))
    sampled = sampled_shares(orders, game(values))
    assert sampled.mean(axis=0)[:, 0] == pytest.approx(shares, abs=1e-9 * size)
    assert sampled.sum(axis=1)[:, 0] == pytest.approx(values[-1] - values[0], abs=1e-9 * size)
