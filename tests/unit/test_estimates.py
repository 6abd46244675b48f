"""Means, variances and quantiles of every form of a number, against SciPy's distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from capacity.estimates import Estimate, Form
from capacity.units import Shape

GRID = np.concatenate(
    [np.logspace(-6, -1.01, 60), np.linspace(0.1, 0.9, 81), 1 - np.logspace(-6, -1.01, 60)]
)
Z90 = stats.norm.ppf(0.9)

PERTS = [
    (0, 1, 2),
    (1, 1, 5),
    (2, 7, 7),
    (0.04, 0.06, 0.09),
    (-3, 0, 10),
    (0, 0.001, 1),
    (5, 5.5, 1000),
]
POSITIVE = [(1, 3, 12), (80_000, 150_000, 320_000), (0.9, 1, 1.05), (1, 1, 4), (1, 4, 4)]
SHARES = [(0.02, 0.05, 0.2), (0.5, 0.8, 0.95), (0.1, 0.1, 0.3), (0.4, 0.5, 0.52)]
REALS = [(-0.05, 0.01, 0.02), (-2, 0, 2), (0, 0, 1)]


def pert(low: float, likely: float, high: float) -> Estimate:
    return Estimate(Form.PERT, (low, likely, high))


def quantiles(values: tuple[float, ...], shape: Shape) -> Estimate:
    return Estimate(Form.QUANTILES, values, shape)


def moments(mean: float, sd: float, shape: Shape) -> Estimate:
    return Estimate(Form.MOMENTS, (mean, sd), shape)


def beta_of(low: float, likely: float, high: float) -> stats.rv_continuous:
    mean = (low + 4 * likely + high) / 6
    a = 6 * (mean - low) / (high - low)
    return stats.beta(a, 6 - a, loc=low, scale=high - low)


def by_integration(estimate: Estimate) -> tuple[float, float]:
    """Mean and variance from the quantile function over normal scores, piecewise smooth at 0."""

    def moment(n: int) -> float:
        def integrand(z: float) -> float:
            return float(estimate.quantile(np.array([stats.norm.cdf(z)]))[0]) ** n * stats.norm.pdf(
                z
            )

        halves = [
            integrate.quad(integrand, *side, epsabs=0, epsrel=1e-9)[0] for side in ((-8, 0), (0, 8))
        ]
        return sum(halves)

    return moment(1), moment(2) - moment(1) ** 2


def test_a_fixed_number_has_no_spread() -> None:
    known = Estimate.fixed(7.0)
    assert (known.mean, known.variance, known.median, known.p90) == (7, 0, 7, 7)
    assert not known.uncertain
    assert (known.quantile(GRID) == 7).all()


@pytest.mark.parametrize("values", PERTS)
def test_pert_is_the_beta_with_a_sixth_of_low_likely_high(values: tuple[float, ...]) -> None:
    estimate, true = pert(*values), beta_of(*values)
    assert estimate.mean == pytest.approx(true.mean(), rel=1e-12)
    assert estimate.variance == pytest.approx(true.var(), rel=1e-12)
    width = values[2] - values[0]
    assert estimate.quantile(GRID) == pytest.approx(true.ppf(GRID), abs=2e-6 * width)


@pytest.mark.parametrize("likely", [0, 0.01, 0.3, 0.5, 0.77, 0.99, 1])
def test_pert_quantiles_are_exact_to_two_millionths_of_the_range(likely: float) -> None:
    u = (np.arange(5000) + 0.5) / 5000
    true = stats.beta.ppf(u, 1 + 4 * likely, 5 - 4 * likely)
    assert np.abs(pert(0, likely, 1).quantile(u) - true).max() < 2e-6


@pytest.mark.parametrize("values", POSITIVE)
def test_three_quantiles_of_a_positive_number_split_a_lognormal(values: tuple[float, ...]) -> None:
    p10, p50, p90 = values
    estimate = quantiles(values, Shape.POSITIVE)
    below, above = np.log(p50 / p10) / Z90, np.log(p90 / p50) / Z90
    z = stats.norm.ppf(GRID)
    expected = p50 * np.exp(np.where(z < 0, below, above) * z)
    assert estimate.quantile(GRID) == pytest.approx(expected, rel=1e-12)
    mean, variance = by_integration(estimate)
    assert estimate.mean == pytest.approx(mean, rel=1e-7)
    assert estimate.variance == pytest.approx(variance, rel=1e-6)


def test_equal_halves_are_scipys_lognormal() -> None:
    sigma = 0.7
    values = tuple(3 * np.exp(sigma * Z90 * np.array([-1, 0, 1])))
    estimate, true = quantiles(values, Shape.POSITIVE), stats.lognorm(sigma, scale=3)
    assert estimate.mean == pytest.approx(true.mean(), rel=1e-12)
    assert estimate.variance == pytest.approx(true.var(), rel=1e-10)
    assert estimate.quantile(GRID) == pytest.approx(true.ppf(GRID), rel=1e-10)


@pytest.mark.parametrize("values", SHARES)
def test_three_quantiles_of_a_share_split_a_normal_of_the_logit(values: tuple[float, ...]) -> None:
    estimate = quantiles(values, Shape.SHARE)
    z = stats.norm.ppf(GRID)
    p10, p50, p90 = np.log(np.array(values) / (1 - np.array(values)))
    logit = p50 + np.where(z < 0, p50 - p10, p90 - p50) / Z90 * z
    assert estimate.quantile(GRID) == pytest.approx(1 / (1 + np.exp(-logit)), rel=1e-10)
    mean, variance = by_integration(estimate)
    assert estimate.mean == pytest.approx(mean, rel=1e-5)
    assert estimate.variance == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize("values", REALS)
def test_three_quantiles_of_a_real_number_split_a_normal(values: tuple[float, ...]) -> None:
    p10, p50, p90 = values
    below, above = (p50 - p10) / Z90, (p90 - p50) / Z90
    estimate = quantiles(values, Shape.REAL)
    z = stats.norm.ppf(GRID)
    assert estimate.quantile(GRID) == pytest.approx(
        p50 + np.where(z < 0, below, above) * z, abs=1e-12
    )
    shift = (above - below) * stats.norm.pdf(0)
    variance = (below**2 + above**2) / 2 - shift**2
    assert estimate.mean == pytest.approx(p50 + shift, abs=1e-4 * (p90 - p10))
    assert estimate.variance == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        *((v, Shape.POSITIVE) for v in POSITIVE),
        *((v, Shape.SHARE) for v in SHARES),
        *((v, Shape.REAL) for v in REALS),
    ],
)
def test_quantiles_come_back_as_they_were_given(values: tuple[float, ...], shape: Shape) -> None:
    found = quantiles(values, shape).quantile(np.array([0.1, 0.5, 0.9]))
    assert found == pytest.approx(np.array(values), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("mean", "sd"), [(3, 0.5), (3, 3), (1, 4), (95_000, 9_000)])
def test_mean_and_sd_of_a_positive_number_make_a_gamma(mean: float, sd: float) -> None:
    estimate = moments(mean, sd, Shape.POSITIVE)
    true = stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    assert (estimate.mean, estimate.variance) == pytest.approx((mean, sd**2))
    assert estimate.quantile(GRID) == pytest.approx(true.ppf(GRID), rel=1e-8)


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.08, 0.02), (0.5, 0.05), (0.9, 0.05), (0.3, 0.4), (0.5, 0.01), (0.5, 0.001)]
)
def test_mean_and_sd_of_a_share_make_a_beta(mean: float, sd: float) -> None:
    estimate = moments(mean, sd, Shape.SHARE)
    size = mean * (1 - mean) / sd**2 - 1
    true = stats.beta(mean * size, (1 - mean) * size)
    assert (estimate.mean, estimate.variance) == pytest.approx((true.mean(), true.var()))
    assert estimate.quantile(GRID) == pytest.approx(true.ppf(GRID), abs=0.01 * sd)


@pytest.mark.parametrize(("mean", "sd"), [(0.01, 0.02), (-0.3, 0.1)])
def test_mean_and_sd_of_a_real_number_make_a_normal(mean: float, sd: float) -> None:
    estimate = moments(mean, sd, Shape.REAL)
    assert estimate.quantile(GRID) == pytest.approx(stats.norm(mean, sd).ppf(GRID), abs=1e-12)


EVERY_FORM = [
    *(pert(*v) for v in PERTS),
    *(quantiles(v, Shape.POSITIVE) for v in POSITIVE),
    *(quantiles(v, Shape.SHARE) for v in SHARES),
    *(quantiles(v, Shape.REAL) for v in REALS),
    moments(3, 1, Shape.POSITIVE),
    moments(0.1, 0.05, Shape.SHARE),
    moments(0, 1, Shape.REAL),
]


@pytest.mark.parametrize("estimate", EVERY_FORM)
def test_quantiles_rise_and_agree_with_the_moments(estimate: Estimate) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    x = estimate.quantile(u)
    assert (np.diff(x) >= 0).all()
    sd = np.sqrt(estimate.variance)
    assert x.mean() == pytest.approx(estimate.mean, abs=1e-3 * sd)
    assert x.std() == pytest.approx(sd, rel=5e-3)
    assert estimate.median == pytest.approx(estimate.quantile(np.array([0.5]))[0])
    assert estimate.p90 == pytest.approx(estimate.quantile(np.array([0.9]))[0])


@pytest.mark.parametrize(
    "estimate", [pert(2, 2, 2), quantiles((2, 2, 2), Shape.POSITIVE), moments(2, 0, Shape.POSITIVE)]
)
def test_a_form_without_spread_is_a_known_number(estimate: Estimate) -> None:
    assert not estimate.uncertain
    assert (estimate.mean, estimate.variance, estimate.median) == (2, 0, 2)


def test_the_shape_of_uniforms_is_kept() -> None:
    assert pert(0, 1, 2).quantile(np.full((3, 4), 0.3)).shape == (3, 4)


OBSERVED = [(1.0, 1.0, 4.0), (0.5, 2.0), (0.0, 0.0, 0.0, 8.0), tuple(np.arange(1.0, 98.0))]


@pytest.mark.parametrize("values", OBSERVED)
def test_observations_have_the_moments_of_what_was_observed(values: tuple[float, ...]) -> None:
    """Of resampling, so the variance divides by n."""
    estimate = Estimate(Form.SAMPLES, values)
    n = len(values)
    assert estimate.uncertain
    assert estimate.mean == pytest.approx(sum(values) / n, rel=1e-12)
    off = sum((value - estimate.mean) ** 2 for value in values)
    assert estimate.variance == pytest.approx(off / n, rel=1e-12)


@pytest.mark.parametrize("values", OBSERVED)
def test_quantiles_of_observations_invert_their_distribution(values: tuple[float, ...]) -> None:
    """NumPy's `inverted_cdf` is definition 1 of Hyndman & Fan."""
    estimate = Estimate(Form.SAMPLES, values)
    grid = np.concatenate([GRID, np.arange(1, 8) / 8])
    expected = np.quantile(np.array(values), grid, method="inverted_cdf")
    assert (estimate.quantile(grid) == expected).all()
    assert estimate.median == np.quantile(values, 0.5, method="inverted_cdf")


@pytest.mark.parametrize("values", OBSERVED)
def test_evenly_spread_uniforms_take_each_observation_alike(values: tuple[float, ...]) -> None:
    n = len(values)
    uniforms = (np.arange(10 * n) + 0.5) / (10 * n)
    assert (Estimate(Form.SAMPLES, values).quantile(uniforms) == np.repeat(values, 10)).all()


def test_observations_that_are_all_alike_are_known() -> None:
    estimate = Estimate(Form.SAMPLES, (3.0, 3.0, 3.0))
    assert not estimate.uncertain
    assert (estimate.mean, estimate.variance, estimate.median) == (3, 0, 3)
