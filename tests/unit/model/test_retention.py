"""Coverage to hazard to churn, growth and contraction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from capacity.model.retention import (
    face_factor,
    growth,
    half_life_factor,
    hazard,
    kept_at_renewal,
    log_surviving,
    loss_probability,
    relative_factor,
    revenue_lost,
    shortfall,
    strain,
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


def test_the_strain_of_a_usual_renewal_is_one() -> None:
    assert strain(a(0.0, 0.3, 1.0), a(1.0)) == pytest.approx(1)
    assert strain(a(0.0, 0.3, 1.0), a(2.0)) == pytest.approx(a(1.0, 1.3, 2.0))


SHAPES = [(0.704, 1.182), (0.05, 0.1), (0.3, 20.0), (5.0, 0.2), (200.0, 900.0), (1e4, 1e4)]


@pytest.mark.parametrize(("alpha", "beta"), SHAPES)
@pytest.mark.parametrize("borne", [0.0, 0.1, 0.7, 1.0, 1.5, 6.0, 40.0])
def test_who_survives_is_the_mean_over_all_chances(alpha: float, beta: float, borne: float) -> None:
    """E[(1 − θ)^C] over Beta(α, β), by the trapezoid rule over the logit of θ."""
    x = np.linspace(-600, 600, 4_000_001)
    kept = -np.logaddexp(0, x)
    density = np.exp(alpha * (x + kept) + beta * kept - special.betaln(alpha, beta))
    expected = (density * np.exp(borne * kept)).sum() * (x[1] - x[0])
    found = np.exp(log_surviving(a(alpha), a(beta), a(borne)))
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("alpha", "beta"), SHAPES)
def test_survival_of_whole_renewals_is_a_product(alpha: float, beta: float) -> None:
    i = np.arange(30)
    expected = np.cumprod((beta + i) / (alpha + beta + i))
    found = np.exp(log_surviving(a(alpha), a(beta), i + 1.0))
    assert found == pytest.approx(expected, rel=1e-9)


def test_what_was_borne_makes_the_rest_harder() -> None:
    """Two renewals in a row are one after the other, the second by the better part."""
    both = log_surviving(a(0.7), a(1.2), a(3.5))
    first, second = log_surviving(a(0.7), a(1.2), a(1.5)), log_surviving(a(0.7), a(2.7), a(2.0))
    assert both == pytest.approx(first + second)


def test_shapes_that_a_draw_takes_to_nothing_stay_finite() -> None:
    none = np.finfo(float).tiny
    found = log_surviving(a(0.0, none, 0.7, 0.7, 0.0), a(1.0, 1.0, 0.0, none, 0.0), a(2.0))
    assert np.isfinite(found).all()
    assert np.exp(found) == pytest.approx(a(1, 1, 0, 0, 1))


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


@pytest.mark.parametrize(("number", "lost"), [(12, 1), (12, 5), (12, 11), (400, 37)])
def test_the_revenue_lost_has_the_moments_of_a_sample_without_replacement(
    number: int, lost: int
) -> None:
    rng = np.random.default_rng(3)
    arr = 100 * np.exp(rng.normal(0, 0.3, number))
    draws = 20_000
    truth = np.array([rng.choice(arr, lost, replace=False).sum() for _ in range(draws)])
    shape = (1, draws)
    found = revenue_lost(
        np.full(shape, float(lost)), np.full(shape, float(number)), np.full(shape, arr.sum()),
        np.array([[arr.std()]]), rng.normal(size=shape),
    )[0]  # fmt: skip
    error = truth.std() / np.sqrt(draws)
    assert abs(found.mean() - truth.mean()) < 6 * error
    assert found.std() == pytest.approx(truth.std(), rel=0.03)


def test_all_accounts_take_all_revenue_and_none_takes_nothing() -> None:
    number, arr = a(5.0, 5.0, 0.0), a(700.0, 700.0, 0.0)
    found = revenue_lost(a(5.0, 0.0, 0.0), number, arr, a(90.0), a(3.0, 3.0, 3.0))
    assert found.tolist() == [700.0, 0.0, 0.0]


def test_the_revenue_lost_lies_between_nothing_and_all() -> None:
    number, arr = a(5.0, 5.0), a(700.0, 700.0)
    found = revenue_lost(a(4.0, 1.0), number, arr, a(500.0), a(9.0, -9.0))
    assert found.tolist() == [700.0, 0.0]


def test_faces_are_missed_in_proportion_up_to_all_of_them() -> None:
    memory = np.array([0.0, 0.25, 1.0, 1.7])
    assert face_factor(np.array([1.8]), memory) == pytest.approx([1, 1.2, 1.8, 1.8])
    assert face_factor(np.array([0.5]), memory) == pytest.approx([1, 0.875, 0.5, 0.5])
