"""Means, quantiles and errors of trials, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.rng import BLOCK
from capacity.statistics import (
    QUANTILES,
    correlations,
    differences,
    mean_error,
    odds,
    quantile_error,
    quantiles,
    summarise,
)

VALUES = np.random.default_rng(1).lognormal(size=(6, 1000))
HOLED = np.where(np.random.default_rng(2).random(VALUES.shape) < 0.3, np.nan, VALUES)
AT = np.array([0, 0.01, 0.05, 0.3, 0.5, 0.9, 0.999, 1])


@pytest.mark.parametrize("trials", [1, 2, 3, 10, 999, 1000])
def test_quantiles_are_numpys(trials: int) -> None:
    found = quantiles(VALUES[:, :trials], AT)
    assert found == pytest.approx(np.quantile(VALUES[:, :trials], AT, axis=1).T, rel=1e-13)


def test_quantiles_leave_out_what_is_not_known() -> None:
    assert quantiles(HOLED, AT) == pytest.approx(np.nanquantile(HOLED, AT, axis=1).T, rel=1e-13)


def test_quantiles_of_nothing_known_are_not_known() -> None:
    assert np.isnan(quantiles(np.full((2, 50), np.nan), AT)).all()


def test_quantiles_do_not_reorder_the_values() -> None:
    before = VALUES.copy()
    quantiles(VALUES, AT)
    assert (before == VALUES).all()


def test_a_summary_has_mean_sd_and_seven_quantiles() -> None:
    found = summarise(VALUES)
    assert found.mean == pytest.approx(VALUES.mean(axis=1))
    assert found.sd == pytest.approx(VALUES.std(axis=1, ddof=1))
    assert found.quantiles == pytest.approx(np.quantile(VALUES, QUANTILES, axis=1).T)


def test_a_summary_leaves_out_what_is_not_known() -> None:
    found = summarise(HOLED)
    assert found.mean == pytest.approx(np.nanmean(HOLED, axis=1))
    assert found.sd == pytest.approx(np.nanstd(HOLED, axis=1, ddof=1))
    assert np.isfinite(found.se).all()


def test_a_summary_of_nothing_known_is_not_known() -> None:
    found = summarise(np.full((1, 500), np.nan))
    for part in (found.mean, found.sd, found.se, found.quantiles):
        assert np.isnan(part).all()


def test_expected_values_have_a_mean_alone() -> None:
    found = summarise(np.array([[3.0], [np.nan]]))
    assert found.mean[0] == 3
    assert np.isnan(found.mean[1])
    for part in (found.sd, found.se, found.quantiles):
        assert np.isnan(part).all()


def test_the_error_of_a_mean_is_the_spread_of_the_block_means() -> None:
    means = VALUES.reshape(6, -1, BLOCK).mean(axis=2)
    expected = means.std(axis=1, ddof=1) / np.sqrt(means.shape[1])
    assert mean_error(VALUES) == pytest.approx(expected)


def test_a_block_that_is_not_whole_does_not_count_for_the_error() -> None:
    more = np.hstack([VALUES, VALUES[:, :50]])
    assert mean_error(more) == pytest.approx(mean_error(VALUES))


def test_below_ten_blocks_the_error_of_a_mean_is_that_of_independent_trials() -> None:
    few = HOLED[:, :950]
    known = (~np.isnan(few)).sum(axis=1)
    assert mean_error(few) == pytest.approx(np.nanstd(few, axis=1, ddof=1) / np.sqrt(known))
    assert np.isnan(mean_error(VALUES[:, :1])).all()


@pytest.mark.parametrize(("trials", "at"), [(100, 0.5), (300, 0.9), (900, 0.05)])
def test_below_ten_blocks_the_error_of_a_quantile_is_that_of_independent_trials(
    trials: int, at: float
) -> None:
    """√(p(1−p)/n) over the density at the quantile; for Exp(1) the density is 1 − p."""
    x = np.random.default_rng(5).exponential(size=(2000, trials))
    exact = np.sqrt(at * (1 - at) / trials) / (1 - at)
    found = quantile_error(x, at)
    assert found.mean() == pytest.approx(exact, rel=0.1)  # the quantile is curved that much
    assert np.quantile(x, at, axis=1).std() == pytest.approx(found.mean(), rel=0.15)


@pytest.mark.parametrize(("trials", "at"), [(1, 0.5), (9, 0.5), (49, 0.9), (99, 0.05)])
def test_where_hardly_a_trial_lies_beyond_a_quantile_its_error_is_not_known(
    trials: int, at: float
) -> None:
    assert np.isnan(quantile_error(VALUES[:, :trials], at)).all()
    assert np.isfinite(quantile_error(VALUES[:, : trials + 50], at)).all()


def test_the_error_of_a_quantile_is_the_spread_of_the_block_quantiles() -> None:
    of_blocks = np.quantile(VALUES.reshape(6, -1, BLOCK), 0.9, axis=2)
    expected = of_blocks.std(axis=1, ddof=1) / np.sqrt(of_blocks.shape[1])
    assert quantile_error(VALUES, 0.9) == pytest.approx(expected)


def test_a_constant_has_no_error() -> None:
    found = summarise(np.full((1, 500), 7.0))
    assert (found.sd[0], found.se[0]) == (0, 0)
    assert (found.quantiles == 7).all()


def test_the_error_is_that_of_independent_trials() -> None:
    """Of 400 rows of 2,000 normal trials the mean squared error is 1/2,000."""
    x = np.random.default_rng(3).normal(size=(400, 2000))
    assert (mean_error(x) ** 2).mean() * 2000 == pytest.approx(1, abs=4 * np.sqrt(2 / 19 / 400))


# --- two worlds with the same luck ---------------------------------------------------------------


def test_correlations_are_numpys() -> None:
    other = np.exp(0.5 * np.log(VALUES) + np.random.default_rng(3).normal(size=VALUES.shape))
    wanted = [np.corrcoef(a, b)[0, 1] for a, b in zip(VALUES, other, strict=True)]
    assert correlations(VALUES, other) == pytest.approx(wanted)
    assert correlations(VALUES, -2 * VALUES) == pytest.approx(np.full(6, -1))


def test_correlations_leave_out_what_is_not_known_in_one_of_both() -> None:
    known = ~np.isnan(HOLED)
    wanted = [
        np.corrcoef(h[k], v[k])[0, 1] for h, v, k in zip(HOLED, VALUES**2, known, strict=True)
    ]
    assert correlations(HOLED, VALUES**2) == pytest.approx(wanted)
    assert correlations(VALUES**2, HOLED) == pytest.approx(wanted)


def test_what_does_not_vary_is_not_correlated() -> None:
    assert np.isnan(correlations(np.ones((2, 50)), VALUES[:2, :50])).all()
    assert np.isnan(correlations(VALUES[:2, :1], VALUES[:2, :1])).all()


def test_equal_infinities_do_not_differ() -> None:
    a, b = np.array([[np.inf, np.inf, 1.0, np.nan]]), np.array([[np.inf, 1.0, 3.0, 1.0]])
    assert np.array_equal(differences(a, b), [[0, np.inf, -2, np.nan]], equal_nan=True)


def test_odds_count_ties_and_leave_out_what_is_not_known() -> None:
    new = np.array([[2.0, 1.0, 1.0, np.nan, np.inf], [1e7, 1e-10, 5.0, 4.0, 3.0]])
    old = np.array([[1.0, 1.0, 2.0, 0.0, np.inf], [1e7 + 1e-6, 0.0, 4.0, 5.0, 1.0]])
    higher, equal = odds(new, old)
    assert higher == pytest.approx([0.25, 0.4])
    assert equal == pytest.approx([0.5, 0.4])
    assert np.isnan(odds(new[:, :1], old[:, :1])).all()
