"""Shares of variance, tipping points and the value of knowing where their true values are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from capacity.drivers.curves import Curves
from capacity.drivers.shares import first_order, rank_correlations, split
from capacity.rng import Luck, keys

TRIALS = 10_000
ERRORS = 4.0


def uniforms(count: int, seed: int = 1, trials: int = TRIALS) -> np.ndarray:
    """Latin hypercube draws, as those of the inputs of a plan."""
    luck = Luck(seed, range(trials // 100))
    return luck.stratified(keys(("input", i) for i in range(count)))


def noise(seed: int, trials: int = TRIALS) -> np.ndarray:
    return ndtri(Luck(seed, range(trials // 100)).uniforms(keys([("noise",)])))[0]


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def sobol_g(u: np.ndarray, a: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4 * u - 2) + a[:, None]) / (1 + a[:, None]), axis=0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ishigami(seed: int) -> None:
    """Ishigami & Homma (1990), a = 7, b = 0.1: 0.3139, 0.4424, 0; here with an idle input, too."""
    u = uniforms(4, seed)
    shares, errors = first_order(u, ishigami(u))
    assert (np.abs(shares - [0.3139, 0.4424, 0.0, 0.0]) < ERRORS * errors).all()
    assert (errors < 0.02).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sobol_g(seed: int) -> None:
    """Saltelli & Sobol' (1995): Vᵢ = 1/(3(1 + aᵢ)²), V = Π(1 + Vᵢ) − 1."""
    a = np.array([0, 1, 4.5, 9, 99, 99.0])
    parts = 1 / (3 * (1 + a) ** 2)
    u = uniforms(len(a), seed)
    shares, errors = first_order(u, sobol_g(u, a))
    assert (np.abs(shares - parts / (np.prod(1 + parts) - 1)) < ERRORS * errors).all()


def test_a_sum_and_luck() -> None:
    """Y = 2·Z₁ + Z₂ + 3·luck: of a variance of 14 the inputs have 4 and 1, luck 9."""
    u = uniforms(3)
    known = 2 * ndtri(u[0]) + ndtri(u[1])
    first, again = known + 3 * noise(5), known + 3 * noise(6)
    found = split(first, again)
    assert found.error < 0.02
    assert abs(found.unknown - 5 / 14) < ERRORS * found.error
    assert found.luck == pytest.approx(1 - found.unknown)
    assert found.variance == pytest.approx(14, rel=0.05)
    both = (first + again) / 2
    shares, errors = first_order(u, both)
    scale = both.var() / found.variance
    assert (np.abs(shares * scale - [4 / 14, 1 / 14, 0]) < ERRORS * errors * scale).all()


def test_errors_are_those_of_many_seeds() -> None:
    """The error that is told is about the spread from seed to seed."""
    found, errors = [], []
    for seed in range(40):
        u = uniforms(2, seed, 2000)
        known = ndtri(u[0])
        one = split(known + noise(100 + seed, 2000), known + noise(200 + seed, 2000))
        found.append(one.unknown)
        errors.append(one.error)
    assert np.mean(found) == pytest.approx(0.5, abs=ERRORS * np.std(found) / math.sqrt(40))
    assert 0.7 < np.std(found) / np.mean(errors) < 1.4


def test_what_never_differs_has_no_shares() -> None:
    u, same = uniforms(2), np.full(TRIALS, 3.0)
    assert split(same, same).variance == 0
    assert math.isnan(split(same, same).unknown)
    assert first_order(u, same)[0].tolist() == [0, 0]


def test_rank_correlations() -> None:
    u = uniforms(3)
    values = np.exp(5 * u[0])
    found = rank_correlations(u, values)
    assert found[0] == pytest.approx(1)
    assert rank_correlations(u, -values)[0] == pytest.approx(-1)
    assert abs(found[2]) < ERRORS / math.sqrt(TRIALS)


# --- tipping points and the value of knowing -----------------------------------------------------


def loss(mean: float, sd: float) -> float:
    """E[max(0, D)] − max(0, E[D]) for D normal: the unit normal loss (Raiffa & Schlaifer 1961)."""
    z = abs(mean) / sd
    return float(sd * (math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * ndtr(-z)))


@pytest.mark.parametrize("mean", [0.0, 0.5, -1.0, 2.0])
def test_knowing_one_of_two_normal_inputs(mean: float) -> None:
    u = uniforms(3)
    better = mean + 1.5 * ndtri(u[0]) + ndtri(u[1]) + 2 * noise(7)
    figures = np.stack([np.zeros(TRIALS), better])
    for row, sd in ((0, 1.5), (1, 1.0)):
        worth, error = Curves(u[row], figures).worth_knowing()
        assert error < 0.05
        assert abs(worth - loss(mean, sd)) < ERRORS * error + 0.002
    idle, error = Curves(u[2], figures).worth_knowing()
    assert 0 <= idle < ERRORS * error + 0.03


def test_the_same_by_nested_monte_carlo() -> None:
    """A curved case: D = u² + luck − 0.3; inside of each of 400 values of u, 400 futures."""
    u = uniforms(1)[0]
    figures = np.stack([np.zeros(TRIALS), u**2 - 0.3 + 0.2 * noise(3)])
    worth, error = Curves(u, figures).worth_knowing()
    outer = (np.arange(400) + 0.5) / 400
    inner = noise(11, 160_000).reshape(400, 400)
    means = (outer[:, None] ** 2 - 0.3 + 0.2 * inner).mean(axis=1)
    nested = np.maximum(means, 0).mean() - max(means.mean(), 0)
    assert abs(worth - nested) < ERRORS * error + 0.002
    exact = 2 / 3 * 0.3**1.5 + 1 / 3 - 0.3 - (1 / 3 - 0.3)
    assert worth == pytest.approx(exact, abs=ERRORS * error + 0.002)


@pytest.mark.parametrize(("luck", "mean"), [(0.0, 0.5), (2.0, 0.5), (2.0, -1.0)])
def test_the_error_of_a_worth_is_that_of_many_seeds(luck: float, mean: float) -> None:
    """Without any luck beside the input all of the error is that of its own sample.

    The spread of n seeds over their standard error is known to 1 ± 1/√(2n).
    """
    count, trials = 60, 2000
    found = np.array(
        [
            Curves(
                (u := uniforms(1, seed, trials)[0]),
                np.stack(
                    [np.zeros(trials), mean + 1.5 * ndtri(u) + luck * noise(900 + seed, trials)]
                ),
            ).worth_knowing()
            for seed in range(count)
        ]
    )
    told = math.sqrt((found[:, 1] ** 2).mean())
    spread = found[:, 0].std(ddof=1)
    assert abs(spread / told - 1) < ERRORS / math.sqrt(2 * count)
    assert abs(found[:, 0].mean() - loss(mean, 1.5)) < ERRORS * spread / math.sqrt(count) + 0.002


@pytest.mark.parametrize("sd", [0.0, 0.3, 1.5])
def test_a_tie_is_off_by_no_more_than_is_told(sd: float) -> None:
    """Of alternatives that are worth the same a worth is biased, by less than its error.

    Upwards where the input matters little, downwards where it matters: the best mean is by chance
    too large, and is taken off.
    """
    count, trials = 40, 1000
    found = []
    for seed in range(count):
        u = uniforms(1, seed, trials)[0]
        tied = sd * ndtri(u) + 2 * noise(900 + seed, trials)
        found.append(Curves(u, np.stack([np.zeros(trials), tied])).worth_knowing())
    worth, errors = np.array(found).T
    true = loss(0.0, sd) if sd else 0.0
    told = math.sqrt((errors**2).mean())
    chance = ERRORS * worth.std(ddof=1) / math.sqrt(count)
    assert abs(worth.mean() - true) < told + chance
    assert (worth - true > 2 * errors).mean() <= 0.2


def test_too_few_futures_tell_no_error() -> None:
    u = uniforms(1, 1, 100)
    curves = Curves(u[0], np.stack([np.zeros(100), ndtri(u[0])]))
    assert math.isnan(curves.worth_knowing()[1])
    assert curves.tipping(0.0) is None


def test_where_a_line_tips() -> None:
    """Y = Z − 1 crosses 0 at the quantile Φ(1), and lies above it with probability Φ(−1)."""
    u = uniforms(2)
    curves = Curves(u[0], (ndtri(u[0]) - 1 + noise(4))[None])
    found = curves.tipping(0.0)
    assert found is not None
    assert found.error < 0.01
    assert abs(found.odds - ndtr(-1)) < ERRORS * found.error
    assert abs(found.probability - ndtr(1)) < ERRORS * found.error
    assert Curves(u[1], (ndtri(u[0]) - 1 + noise(4))[None]).tipping(0.0) is None


def test_a_valley_is_left_on_both_sides() -> None:
    """Y = Z² − 1.5 is above 0 outside of ±√1.5, with probability 2·Φ(−√1.5)."""
    u = uniforms(1)
    found = Curves(u[0], (ndtri(u[0]) ** 2 - 1.5)[None]).tipping(0.0)
    assert found is not None
    assert found.odds == pytest.approx(2 * ndtr(-math.sqrt(1.5)), abs=0.002)
