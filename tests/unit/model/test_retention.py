"""Coverage to hazard to churn, growth and contraction."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.model.retention import (
    face_factor,
    growth,
    half_life_factor,
    hazard,
    kept_at_renewal,
    loss_probability,
    relative_factor,
    shortfall,
)

QS = np.array([0.0, 0.01, 0.1, 0.5, 0.99])


def a(*values: float) -> np.ndarray:
    return np.array(values)


def test_hazard_and_churn_are_one_number_said_twice() -> None:
    assert 1 - np.exp(-hazard(QS)) == pytest.approx(QS)
    assert loss_probability(hazard(QS), a(1.0), a(1.0)) == pytest.approx(QS)


def test_certain_churn_has_a_finite_hazard_that_loses_all() -> None:
    assert np.isfinite(hazard(a(1.0))).all()
    assert loss_probability(hazard(a(1.0)), a(0.5), a(1.0)) == pytest.approx(1)


@pytest.mark.parametrize("months", [1, 6, 12, 24, 36])
def test_the_hazard_of_a_term_compounds(months: int) -> None:
    found = loss_probability(hazard(a(0.1)) * months / 12, a(0.6), a(1.0))
    assert found == pytest.approx(1 - 0.9 ** (months / 12))


def test_half_as_much_hazard_again_loses_15_in_a_hundred_where_10_were_lost() -> None:
    assert loss_probability(hazard(a(0.1)), a(1.0), a(1.5)) == pytest.approx(1 - 0.9**1.5)
    assert pytest.approx(0.1462, abs=5e-5) == 1 - 0.9**1.5


def test_only_the_addressable_share_moves() -> None:
    found = loss_probability(hazard(a(0.1)), a(0.4), a(2.0))
    assert found == pytest.approx(1 - 0.9 ** (0.6 + 0.4 * 2))
    assert loss_probability(hazard(a(0.1)), a(0.0), a(9.0)) == pytest.approx(0.1)


def test_small_chances_keep_their_digits() -> None:
    assert loss_probability(a(1e-12), a(1.0), a(1.0)) == pytest.approx(1e-12, rel=1e-9)


@pytest.mark.parametrize(("months", "left"), [(0, 1), (6, 0.5), (12, 0.25), (1, 2 ** (-1 / 6))])
def test_a_memory_halves_with_each_half_life(months: float, left: float) -> None:
    assert half_life_factor(months / 12, a(6.0)) == pytest.approx(left)


def test_without_a_half_life_nothing_is_remembered() -> None:
    assert half_life_factor(1 / 12, a(0.0)).tolist() == [0]


def test_the_shortfall_is_what_lacks_of_the_enough() -> None:
    coverage = a(0.0, 0.4, 0.8, 1.0)
    assert shortfall(coverage, a(1.0)) == pytest.approx(a(1.0, 0.6, 0.2, 0.0))
    assert shortfall(coverage, a(0.8)) == pytest.approx(a(1.0, 0.5, 0.0, 0.0))


def test_what_lacked_already_is_in_todays_churn() -> None:
    assert relative_factor(a(1.5), a(0.3), a(0.3)) == pytest.approx(1)
    assert relative_factor(a(1.5), a(1.0), a(0.0)) == pytest.approx(1.5)
    assert relative_factor(a(1.5), a(0.0), a(0.4)) == pytest.approx(1 / 1.2)
    assert relative_factor(a(0.8), a(0.5), a(0.25)) == pytest.approx(0.9 / 0.95)


def test_growth_compounds_to_the_year() -> None:
    assert growth(a(0.12), a(1.0), 1 / 12) ** 12 == pytest.approx(1.12)
    assert growth(a(0.12), a(0.5), 1.0) == pytest.approx(1.06)


def test_contraction_follows_the_length_of_the_term() -> None:
    assert kept_at_renewal(a(0.04), a(1.0), a(12)) == pytest.approx(0.96)
    assert kept_at_renewal(a(0.04), a(1.0), a(24)) == pytest.approx(0.96**2)
    assert kept_at_renewal(a(0.04), a(1.5), a(12)) == pytest.approx(1 - 0.04 * 1.5)


def test_nobody_keeps_less_than_nothing() -> None:
    assert kept_at_renewal(a(0.6), a(3.0), a(12)).tolist() == [0]


def test_faces_are_missed_in_proportion_up_to_all_of_them() -> None:
    memory = np.array([0.0, 0.25, 1.0, 1.7])
    assert face_factor(np.array([1.8]), memory) == pytest.approx([1, 1.2, 1.8, 1.8])
    assert face_factor(np.array([0.5]), memory) == pytest.approx([1, 0.875, 0.5, 0.5])
