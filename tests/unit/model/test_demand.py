"""When work falls due, and how long it takes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.model.demand import due_every_days, due_every_months, due_in_parts, lognormal_hours


def rows(due: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(row).tolist() for row in due]


def firsts(start: str, months: int) -> np.ndarray:
    return (np.datetime64(start) + np.arange(months + 1)).astype("datetime64[D]")


def by_month(start: np.ndarray, months: int, periods: int) -> np.ndarray:
    """Work of accounts that start on the first of a month, in periods of a month."""
    begin = 2027 * 12
    return due_every_months(begin + start, np.ones_like(start), months, firsts("2027-01", periods))


def test_work_every_quarter_comes_three_months_after_the_start_and_so_on() -> None:
    due = by_month(np.array([0, 1, -1, -3, 20]), 3, 10)
    assert rows(due) == [[3, 6, 9], [4, 7], [2, 5, 8], [0, 3, 6, 9], []]


def test_work_every_month_spares_the_month_of_the_start() -> None:
    assert rows(by_month(np.array([2, -5]), 1, 5)) == [[3, 4], [0, 1, 2, 3, 4]]


def test_work_in_parts_comes_in_as_many_periods_as_there_are_parts() -> None:
    assert rows(due_in_parts(np.array([0, 4, -1, -3]), 3, 6)) == [[0, 1, 2], [4, 5], [0, 1], []]


def test_work_by_the_day_comes_in_the_period_that_holds_the_day() -> None:
    firsts = np.arange("2027-01", "2028-02", dtype="datetime64[M]").astype("datetime64[D]")
    starts = np.array(["2027-01-01", "2026-12-20", "2027-06-30"], dtype="datetime64[D]")
    found = rows(due_every_days(starts, 45.0, firsts))
    for start, periods in zip(starts, found, strict=True):
        days = start + np.arange(1, 40) * np.timedelta64(45, "D")
        inside = days[(days >= firsts[0]) & (days < firsts[-1])]
        assert (
            periods
            == (inside.astype("datetime64[M]") - firsts[0].astype("datetime64[M]"))
            .astype(int)
            .tolist()
        )


def test_hours_are_lognormal_with_the_given_moments() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    hours = lognormal_hours(np.array(30.0), np.array(0.25), stats.norm.ppf(u))
    sigma = np.sqrt(np.log(1.25))
    true = stats.lognorm(sigma, scale=30 * np.exp(-(sigma**2) / 2))
    assert hours == pytest.approx(true.ppf(u), rel=1e-9)
    assert (true.mean(), true.std()) == pytest.approx((30, 15))


def test_hours_without_variance_are_their_mean() -> None:
    assert lognormal_hours(
        np.array([3.0, 0.0]), np.array([0.0, 0.0]), np.array([2.0, -1.0])
    ).tolist() == [3, 0]
