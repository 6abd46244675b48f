"""Factors of the market and of events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.model.market import event_factor, lognormal_factor


@pytest.mark.parametrize("spread", [0.01, 0.15, 1.0, 2.5])
def test_factors_are_lognormal_with_mean_one_and_the_spread(spread: float) -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    sigma = np.sqrt(np.log1p(spread**2))
    true = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
    assert (true.mean(), true.std()) == pytest.approx((1, spread))
    assert lognormal_factor(np.array(spread), stats.norm.ppf(u)) == pytest.approx(true.ppf(u))


def test_no_spread_moves_nothing() -> None:
    assert lognormal_factor(np.zeros(3), np.array([-9.0, 0.0, 5.0])).tolist() == [1, 1, 1]


def test_an_event_multiplies_where_it_happens_and_by_its_odds_on_average() -> None:
    happens = np.array([1.0, 0.0, 0.15])
    assert event_factor(happens, np.array(1.4)) == pytest.approx([1.4, 1, 1.06])
    assert event_factor(happens, np.array(0.0)).tolist() == [0, 1, 0.85]
