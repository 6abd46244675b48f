"""What is kept of too many futures: counts of rounded values are exact, moments add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capacity.sketches import (
    DIGITS,
    ERROR,
    LARGEST,
    SMALLEST,
    Counts,
    Moments,
    Part,
    Sketched,
    buckets,
    value_of,
)
from capacity.statistics import mean_error, means, quantile_error, quantiles, summarise

AT = np.array([0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0])
SEVERAL = settings(deadline=None, derandomize=True, max_examples=40)
numbers = st.floats(allow_nan=True, allow_infinity=True, width=64) | st.sampled_from(
    [0.0, -0.0, 1.0, 3.0, 1e-9, -1e-9, 0.1, 1e6, -2.5e7, np.nan]
)


def rows(most: int = 40):
    return arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, most)), elements=numbers)


def rounded(values: np.ndarray) -> np.ndarray:
    """The nearest numbers of so many binary digits, by another way than the bits of a float."""
    part, exponent = np.frexp(values)
    near = np.ldexp(np.round(part * 2**DIGITS), exponent - DIGITS)
    near = np.where(np.abs(near) < SMALLEST, 0.0, near)
    return np.where(np.abs(near) >= LARGEST, np.copysign(np.inf, values), near)


def sketched(values: np.ndarray, batch: int = 1000) -> Sketched:
    part = Part.of([values], batch).added_up()
    return Sketched(*part.batches[0], part.counts[0], np.arange(len(values)))


# --- counts --------------------------------------------------------------------------------------


@SEVERAL
@given(rows())
def test_a_bucket_is_the_rounded_value(values) -> None:
    known = values[~np.isnan(values)]
    found, wanted = value_of(buckets(known)), rounded(known)
    ties = found != wanted  # halfway between two: either is as near
    assert np.all(np.abs(found[ties] - known[ties]) == np.abs(wanted[ties] - known[ties]))
    order = np.argsort(known, kind="stable")
    assert np.all(np.diff(buckets(known)[order]) >= 0)


@SEVERAL
@given(rows())
def test_quantiles_are_those_of_the_rounded_values(values) -> None:
    counts = Counts.of(values)
    near = np.where(np.isnan(values), np.nan, value_of(buckets(values)))
    wanted = quantiles(near, AT)
    found = np.array([counts.quantiles(row, AT) for row in range(len(values))])
    np.testing.assert_array_equal(found, wanted)


def test_whole_numbers_of_a_team_stay_whole() -> None:
    values = np.arange(2.0**DIGITS)[None]
    np.testing.assert_array_equal(Counts.of(values).row(0)[0], values[0])


@pytest.mark.parametrize("scale", [1e-4, 1.0, 4e9])
def test_the_stated_error_holds_and_is_no_larger_than_stated(scale) -> None:
    draws = np.random.default_rng(3)
    values = scale * draws.lognormal(0.0, 1.5, (3, 20_000))
    exact, found = quantiles(values, AT), sketched(values).quantiles(AT)
    off = np.abs(found / exact - 1).max()
    assert ERROR / 8 < off <= ERROR


@SEVERAL
@given(rows(), st.data())
def test_the_order_of_parts_plays_no_part_for_counts(values, data) -> None:
    cuts = data.draw(st.lists(st.integers(0, values.shape[1]), max_size=3).map(sorted))
    parts = [Counts.of(part) for part in np.split(values, cuts, axis=1) if part.size]
    parts = data.draw(st.permutations(parts))
    both = parts[0]
    for more in parts[1:]:
        both = both.and_(more)
    whole = Counts.of(values)
    for name in ("zeros", "low", "width", "number"):
        np.testing.assert_array_equal(getattr(both, name), getattr(whole, name))


# --- moments -------------------------------------------------------------------------------------


def test_moments_of_parts_are_those_of_the_whole() -> None:
    draws = np.random.default_rng(5)
    values = draws.normal(1e6, 1.0, (4, 5_230))  # a spread far smaller than the mean
    values[1, 7] = values[2, :3000] = np.nan
    values[3] = np.nan
    exact, found = summarise(values), sketched(values).summary()
    np.testing.assert_allclose(found.mean, exact.mean, rtol=1e-13)
    np.testing.assert_allclose(found.sd, exact.sd, rtol=1e-9)
    np.testing.assert_allclose(found.se, exact.se, rtol=1e-9)


def test_an_infinite_value_makes_the_mean_infinite_and_nothing_else_wrong() -> None:
    values = np.random.default_rng(6).random((2, 3000))
    values[0, 1234] = np.inf
    exact, found = summarise(values), sketched(values).summary()
    np.testing.assert_allclose(found.mean, exact.mean)
    np.testing.assert_allclose(found.se, exact.se)
    assert np.isnan(found.sd[0])
    assert np.isnan(exact.sd[0])
    np.testing.assert_allclose(found.quantiles, exact.quantiles, rtol=ERROR)


def test_moments_of_one_value_have_no_spread() -> None:
    one = Moments.of(np.array([[2.0]]))
    assert one.means().tolist() == [2.0]
    assert np.isnan(one.deviations()).all()


# --- errors --------------------------------------------------------------------------------------


def test_the_error_of_a_quantile_is_that_of_its_spread_over_repetitions() -> None:
    """400 runs of 4,000 independent values: their quantiles spread as one run says."""
    draws = np.random.default_rng(7).exponential(1.0, (400, 4_000))
    for at in (0.1, 0.5, 0.9):
        spread = quantiles(draws, np.array([at]))[:, 0].std(ddof=1)
        told = np.median(sketched(draws[:60]).quantile_error(at))
        assert told == pytest.approx(spread, rel=0.15)


def test_errors_of_means_are_those_between_blocks() -> None:
    values = np.random.default_rng(8).random((3, 7_000))
    np.testing.assert_allclose(sketched(values).mean_error(), mean_error(values), rtol=1e-12)
    np.testing.assert_allclose(sketched(values).means(), means(values), rtol=1e-14)


def test_what_does_not_vary_has_no_error() -> None:
    found = sketched(np.full((1, 2_000), 7.3))
    assert (
        found.quantile_error(0.9).tolist()
        == [0.0]
        == quantile_error(np.full((1, 200), 7.3), 0.9).tolist()
    )
