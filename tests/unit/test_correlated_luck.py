"""Luck of things that move together: margins as they were, ranks as asked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.model.dependence import mixing, normal_correlation
from capacity.rng import BLOCK, Luck, keys

NAMES = keys(("input", f"path.{i}") for i in range(3))


def matrix(rho: list[list[float]]) -> np.ndarray:
    return mixing(
        np.array([[normal_correlation(x, BLOCK) if x != 1 else 1.0 for x in row] for row in rho])
    )


def pair(rho: float) -> np.ndarray:
    return matrix([[1, rho], [rho, 1]])


def test_nothing_in_common_changes_no_bit() -> None:
    luck = Luck(3, range(20))
    assert (luck.correlated(NAMES, np.eye(3)) == luck.stratified(NAMES)).all()


@pytest.mark.parametrize("rho", [-1, -0.6, 0.3, 0.95, 1])
def test_every_block_has_one_in_each_hundredth_and_the_first_its_own(rho: float) -> None:
    luck = Luck(3, range(20))
    u = luck.correlated(NAMES[:2], pair(rho))
    assert (u > 0).all()
    assert (u < 1).all()
    strata = np.sort(np.floor(u * BLOCK).reshape(2, -1, BLOCK), axis=2)
    assert (strata == np.arange(BLOCK)).all()
    assert (u[0] == luck.stratified(NAMES[:1])[0]).all()


def test_places_inside_of_the_strata_are_even() -> None:
    u = Luck(3, range(200)).correlated(
        NAMES, matrix([[1, 0.5, 0.3], [0.5, 1, -0.4], [0.3, -0.4, 1]])
    )
    for row in u * BLOCK % 1:
        assert stats.kstest(row, "uniform").pvalue > 0.01


def test_all_in_common_is_the_same_uniform_and_the_opposite_its_mirror() -> None:
    luck = Luck(3, range(20))
    one, other = luck.correlated(NAMES[:2], pair(1.0))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)
    one, other = luck.correlated(NAMES[:2], pair(-1.0))
    np.testing.assert_allclose(one, 1 - other, rtol=0, atol=1e-14)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.1, 0.5, 0.9])
def test_ranks_are_correlated_as_asked_for(rho: float) -> None:
    """The mean over blocks within four of its own standard errors."""
    one, other = Luck(11, range(2000)).correlated(NAMES[:2], pair(rho))
    found = 12 * ((one - 0.5) * (other - 0.5)).reshape(-1, BLOCK).mean(axis=1)
    assert abs(found.mean() - rho) < 4 * found.std() / np.sqrt(len(found))
    few = stats.spearmanr(one[:10_000], other[:10_000]).statistic
    assert abs(few - rho) < 4 * (1 - rho**2) / np.sqrt(10_000) + 1e-4


def test_three_at_once() -> None:
    wanted = np.array([[1, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 1]])
    u = Luck(5, range(1000)).correlated(NAMES, matrix(wanted.tolist()))
    found = stats.spearmanr(u, axis=1).statistic
    np.testing.assert_allclose(found, wanted, atol=4 / np.sqrt(100_000))


def test_the_joint_law_is_the_gaussian_copula() -> None:
    """Both above their upper tenth, as often as two normals with that correlation."""
    rho = 0.6
    u = Luck(5, range(4000)).correlated(NAMES[:2], pair(rho))
    r = 2 * np.sin(np.pi * rho / 6)
    for edge in (0.1, 0.5, 0.9):
        z = stats.norm.ppf(edge)
        both = (u < edge).all(axis=0).reshape(-1, BLOCK).mean(axis=1)
        expected = stats.multivariate_normal.cdf([z, z], cov=[[1, r], [r, 1]])
        assert abs(both.mean() - expected) < 4 * both.std() / np.sqrt(len(both)) + 5e-4


def test_bits_do_not_depend_on_how_many_blocks_are_drawn_together() -> None:
    mix = matrix([[1, 0.5, 0.3], [0.5, 1, -0.4], [0.3, -0.4, 1]])
    wide = Luck(3, range(30)).correlated(NAMES, mix)
    narrow = [Luck(3, range(i, i + 1)).correlated(NAMES, mix) for i in range(30)]
    assert (wide == np.hstack(narrow)).all()
