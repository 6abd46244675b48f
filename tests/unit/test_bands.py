"""Bands of what new accounts pay: shares and moments against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from capacity.engine.bands import Bands, bands_of_each
from capacity.estimates import Estimate, Form

LOGNORMAL = Estimate(Form.QUANTILES, (10_000.0, 30_000.0, 90_000.0))
SIGMA = math.log(3) / stats.norm.ppf(0.9)


def build_bands(estimate: Estimate, bounds: np.ndarray) -> Bands:
    (found,) = bands_of_each([estimate], bounds)
    return found


def below(bound: float, power: int) -> float:
    """E[X^n; X < b] of the lognormal."""
    z = math.log(bound / 30_000) / SIGMA
    return 30_000**power * math.exp((power * SIGMA) ** 2 / 2) * stats.norm.cdf(z - power * SIGMA)


def test_bands_of_a_lognormal_have_its_partial_moments() -> None:
    found = build_bands(LOGNORMAL, np.array([50_000.0, 20_000.0]))
    edges = [20_000.0, 50_000.0, np.inf]
    zeroth, first, second = (np.diff([0.0, *(below(b, n) for b in edges)]) for n in (0, 1, 2))
    assert found.probability == pytest.approx(zeroth, abs=1e-9)
    assert found.mean == pytest.approx(first / zeroth, rel=1e-7)
    variance = second / zeroth - (first / zeroth) ** 2
    assert found.variance == pytest.approx(variance, rel=1e-5)


@pytest.mark.parametrize(
    ("estimate", "law"),
    [
        (Estimate(Form.PERT, (0.0, 20.0, 100.0)), stats.beta(1.8, 4.2, scale=100)),
        (Estimate(Form.MOMENTS, (40.0, 30.0)), stats.gamma(16 / 9, scale=22.5)),
    ],
    ids=["pert", "gamma"],
)
def test_other_forms_agree_with_their_densities(estimate, law) -> None:
    found = build_bands(estimate, np.array([35.0]))
    share = law.cdf(35)
    mean = integrate.quad(lambda x: x * law.pdf(x), 0, 35)[0] / share
    assert found.probability == pytest.approx([share, 1 - share], abs=2e-6)
    assert found.mean[0] == pytest.approx(mean, rel=2e-5)
    assert found.probability @ found.mean == pytest.approx(estimate.mean)


def test_what_nobody_pays_is_no_band() -> None:
    """PERT lies between its ends; a known amount lies on its bound and nowhere else."""
    pert = Estimate(Form.PERT, (10.0, 20.0, 30.0))
    assert len(build_bands(pert, np.array([5.0, 40.0])).probability) == 1
    assert len(build_bands(pert, np.zeros(0)).probability) == 1
    known = build_bands(Estimate.fixed(7.0), np.array([7.0, 9.0]))
    assert (known.probability.tolist(), known.mean.tolist()) == ([1.0], [7.0])
    assert known.amount.tolist() == [7.0]


def test_every_amount_has_its_band() -> None:
    found = build_bands(LOGNORMAL, np.array([20_000.0, 50_000.0]))
    assert found.of(np.array([1.0, 19_999.99, 20_001.0, 60_000.0])).tolist() == [0, 0, 1, 2]
    on = build_bands(Estimate.fixed(7.0), np.array([7.0]))
    assert on.of(np.array([7.0])).tolist() == [0]


def test_bands_of_several_are_those_that_any_reaches() -> None:
    low, high = Estimate(Form.PERT, (0.0, 5.0, 10.0)), Estimate(Form.PERT, (20.0, 25.0, 30.0))
    one, other = bands_of_each([low, high], np.array([15.0]))
    assert (one.probability.tolist(), other.probability.tolist()) == ([1, 0], [0, 1])
    assert one.mean[0] == pytest.approx(5)
    assert other.mean[1] == pytest.approx(25)
