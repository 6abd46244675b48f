"""Rank correlations and normals: the literature's formulas, and matrices that can be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capacity.model.dependence import is_possible, mixing, normal_correlation


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.1, 0.3, 0.7, 0.99])
def test_in_large_samples_it_is_kruskals_formula(rho):
    assert normal_correlation(rho, 10**9) == pytest.approx(2 * math.sin(math.pi * rho / 6))


@pytest.mark.parametrize("rho", [-1, 0, 1])
def test_none_and_all_stay_what_they_are(rho):
    assert normal_correlation(rho, 100) == rho


@pytest.mark.parametrize("rho", [0.2, 0.6, -0.9])
def test_ranks_of_a_hundred_normals_have_the_correlation_on_average(rho):
    r = normal_correlation(rho, 100)
    one, other = np.random.default_rng(5).standard_normal((2, 20_000, 100))
    other = r * one + math.sqrt(1 - r * r) * other
    ranks = [stats.rankdata(x, axis=1) for x in (one, other)]
    found = 1 - 6 * ((ranks[0] - ranks[1]) ** 2).sum(axis=1) / (100 * (100**2 - 1))
    error = found.std() / math.sqrt(len(found))
    assert abs(found.mean() - rho) < 4 * error
    kruskal = 2 * math.sin(math.pi * rho / 6)
    assert 1e-3 < abs(r) - abs(kruskal) < 0.01


vectors = st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: math.hypot(*v) > 0.1)


@given(st.lists(vectors, min_size=1, max_size=6))
def test_mixing_gives_the_correlations_back(rows):
    """Angles between vectors are correlations, of rank 3 at most: often singular."""
    units = np.array([np.array(row) / math.hypot(*row) for row in rows])
    matrix = units @ units.T
    np.fill_diagonal(matrix, 1.0)
    assert is_possible(matrix)
    mix = mixing(matrix)
    np.testing.assert_allclose(mix @ mix.T, matrix, atol=2e-5)
    assert (np.triu(mix, 1) == 0).all()
    assert mix[0, 0] == 1


def test_what_contradicts_itself_is_impossible():
    assert not is_possible(np.array([[1, 0.9, 0], [0.9, 1, 0.9], [0, 0.9, 1]]))
    assert is_possible(np.array([[1, 0.7, 0], [0.7, 1, 0.7], [0, 0.7, 1]]))
    assert is_possible(np.ones((4, 4)))


def test_a_number_that_another_determines_gets_nothing_of_its_own():
    assert (mixing(np.ones((3, 3))) == [[1, 0, 0], [1, 0, 0], [1, 0, 0]]).all()
    assert (mixing(np.array([[1.0, -1.0], [-1.0, 1.0]])) == [[1, 0], [-1, 0]]).all()
