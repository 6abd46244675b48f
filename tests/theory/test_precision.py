"""Precise runs against a spread that is known: Poisson work of one hour a piece.

The mean of n futures of a Poisson count with mean m is off by 1/√(m·n) of itself, so a precision p
takes 1/(m·p²) futures.
"""

from __future__ import annotations

import numpy as np
import pytest

import capacity

PLAN = """
    name: precise
    horizon: {start: 2027-01, months: 1}
    segments: {customers: {accounts: 10}}
    tasks: {help: {role: csm, rate: 1 per month, hours: 1h}}
    team: {csm: {headcount: 1}}
"""
MEAN = 10
STEP = 1.7
"""The largest step from one look at the errors to the next, from 3,000 futures to 5,000."""
UNSURE = 1.5
"""Twenty blocks know a squared error to about a third; more blocks better."""


@pytest.fixture(scope="module")
def plan(scenario) -> capacity.Scenario:
    return scenario(PLAN)


@pytest.mark.parametrize("precision", [0.005, 0.0025, 0.00125])
def test_futures_grow_with_the_inverse_square_of_the_precision(plan, precision) -> None:
    result = capacity.simulate(plan, precision=precision, metric="due_hours", seed=3)
    wanted = 1 / MEAN / precision**2
    assert wanted / UNSURE < result.trials < wanted * UNSURE * STEP
    found = result.error("due_hours", role="csm", period="2027-01")
    assert found / result.mean("due_hours", role="csm", period="2027-01") <= precision


def test_the_least_number_of_futures_is_run_for_any_goal(plan) -> None:
    assert capacity.simulate(plan, precision=0.5, metric="due_hours").trials == 2000


def test_what_is_certain_takes_the_least_number_of_futures(scenario) -> None:
    certain = scenario(PLAN.replace("rate: 1 per month", "every: month"))
    result = capacity.simulate(certain, precision=1e-9)
    assert (result.trials, result.manifest["precision"]["error"]) == (2000, 0)


def test_precise_results_are_as_exact_as_they_say(plan) -> None:
    """Over many seeds the mean is off by about the precision, and not by more."""
    precision, seeds = 0.006, 100
    runs = [
        capacity.simulate(plan, precision=precision, metric="due_hours", seed=seed)
        for seed in range(seeds)
    ]
    off = np.array([r.mean("due_hours", role="csm", period="2027-01") for r in runs]) / MEAN - 1
    assert len({r.trials for r in runs}) > 1
    assert 0.6 * precision < np.sqrt((off**2).mean()) < 1.15 * precision


def test_a_quantile_is_as_exact_as_asked(scenario) -> None:
    smooth = scenario(PLAN.replace("hours: 1h", "hours: {p10: 30m, p50: 1h, p90: 2h}"))
    figures = {"metric": "due_hours[csm]:p90", "seed": 5}
    rough = capacity.simulate(smooth, precision=0.008, **figures)
    fine = capacity.simulate(smooth, precision=0.004, **figures)
    assert 4 / UNSURE / STEP < fine.trials / rough.trials < 4 * UNSURE * STEP
    for result, precision in ((rough, 0.008), (fine, 0.004)):
        keys = {"role": "csm", "period": "2027-01"}
        error = result.error("due_hours", 0.9, **keys) / result.quantile("due_hours", 0.9, **keys)
        assert error <= precision
