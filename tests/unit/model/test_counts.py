"""Counts are exactly SciPy's inverse distribution functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from capacity.model.counts import binomial_quantile, poisson_quantile

U = np.concatenate(
    [
        np.array([2.0**-33, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3]),
        (np.arange(400) + 0.5) / 400,
        1 - np.array([1e-3, 1e-4, 1e-5, 1e-7, 1e-9, 2.0**-33]),
    ]
)
MEANS = np.concatenate(
    [
        np.linspace(0.001, 14, 71),
        np.array([11.999, 12, 12.001, 20, 33.3, 75, 150, 400, 1234.5, 1e4, 2.5e5]),
    ]
)
SIZES = np.array([1, 2, 3, 7, 12, 13, 25, 60, 120, 333, 1000, 5000, 100_000])
SHARES = np.array([1e-4, 0.003, 0.02, 0.1, 0.25, 0.4, 0.5, 0.500001, 0.63, 0.8, 0.97, 0.9995])


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_counts_are_scipys(mean: float) -> None:
    assert (poisson_quantile(U, np.array(mean)) == stats.poisson.ppf(U, mean)).all()


def upper_tail(u: np.ndarray, n: int, p: float) -> np.ndarray:
    """Where a share is above one half, coins that fall the other way are counted."""
    return stats.binom.ppf(u, n, p) if p <= 0.5 else n - stats.binom.ppf(1 - u, n, 1 - p)


@pytest.mark.parametrize("size", SIZES)
def test_binomial_counts_are_scipys(size: int) -> None:
    for share in SHARES:
        found = binomial_quantile(U, np.array(float(size)), np.array(share))
        assert (found == upper_tail(U, size, share)).all(), share


def test_nothing_happens_without_a_chance() -> None:
    assert (poisson_quantile(U, np.array(0.0)) == 0).all()
    assert (binomial_quantile(U, np.array(9.0), np.array(0.0)) == 0).all()
    assert (binomial_quantile(U, np.array(0.0), np.array(0.4)) == 0).all()


def test_what_is_certain_happens_always() -> None:
    assert (binomial_quantile(U, np.array(9.0), np.array(1.0)) == 9).all()
    assert (binomial_quantile(U, np.array(900.0), np.array(1.0)) == 900).all()


def test_shapes_broadcast() -> None:
    mean = MEANS[:, None]
    assert (poisson_quantile(U, mean) == stats.poisson.ppf(U, mean)).all()
    size, share = SIZES[:7, None].astype(float), np.linspace(0.01, 0.5, len(U))
    assert (binomial_quantile(U, size, share) == stats.binom.ppf(U, size, share)).all()


luck = st.integers(0, 2**32 - 1).map(lambda k: (k + 0.5) * 2.0**-32)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(u=luck, mean=st.floats(0, 5000))
def test_any_poisson_count_is_scipys(u: float, mean: float) -> None:
    assert poisson_quantile(np.array([u]), np.array([mean]))[0] == stats.poisson.ppf(u, mean)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(u=luck, size=st.integers(0, 20_000), share=st.floats(1e-6, 0.5))
def test_any_binomial_count_is_scipys(u: float, size: int, share: float) -> None:
    found = binomial_quantile(np.array([u]), np.array([float(size)]), np.array([share]))[0]
    assert found == stats.binom.ppf(u, size, share) or size == 0


@settings(deadline=None, derandomize=True, max_examples=100)
@given(u=luck, low=st.floats(0, 300), more=st.floats(0, 50))
def test_the_same_luck_never_gives_fewer_where_more_are_expected(
    u: float, low: float, more: float
) -> None:
    a, b = poisson_quantile(np.array([u, u]), np.array([low, low + more]))
    assert a <= b


@settings(deadline=None, derandomize=True, max_examples=100)
@given(u=luck, size=st.integers(1, 500), share=st.floats(0, 1), more=st.floats(0, 1))
def test_the_same_luck_never_gives_fewer_at_a_higher_share(
    u: float, size: int, share: float, more: float
) -> None:
    n = np.full(2, float(size))
    shares = np.array([share, share + (1 - share) * more])
    a, b = binomial_quantile(np.full(2, u), n, shares)
    assert a <= b
    assert 0 <= b <= size
