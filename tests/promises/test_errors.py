"""The reported Monte Carlo errors are the spread over seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import capacity

SEEDS, TRIALS = 200, 1000

PLAN = """
    name: errors
    currency: USD
    horizon: {start: 2027-01, months: 12}
    segments:
      customers: {accounts: 40, arr: 1000, churn: {low: 5%, likely: 15%, high: 40%},
                  expansion: {low: 0%, likely: 5%, high: 15%}}
    tasks: {work: {role: csm, rate: {low: 1, likely: 2, high: 6}, hours: {mean: 9h, sd: 5h}}}
    team: {csm: {headcount: 1, attrition: 30%, internal: 40%}}
"""
MEANS = {
    "accounts": {},
    "arr": {},
    "due_hours": {"role": "csm"},
    "coverage": {"role": "csm"},
    "headcount": {"role": "csm"},
}


@pytest.fixture(scope="module")
def results(scenario) -> list[capacity.Result]:
    plan = scenario(PLAN)
    return [capacity.simulate(plan, trials=TRIALS, seed=seed) for seed in range(SEEDS)]


def assert_errors_hold(found: np.ndarray, errors: np.ndarray) -> None:
    """The variance over seeds against the mean squared error, by chi-square at 1 in 10,000."""
    ratio = found.var(ddof=1) / (errors**2).mean()
    low, high = stats.chi2.ppf([5e-5, 1 - 5e-5], SEEDS - 1) / (SEEDS - 1)
    assert low < ratio < high


@pytest.mark.parametrize("metric", MEANS)
def test_errors_of_means_are_the_spread_over_seeds(results, metric) -> None:
    keys = {"period": "2027-12", **MEANS[metric]}
    found = np.array([r.mean(metric, **keys) for r in results])
    errors = np.array([r.error(metric, **keys) for r in results])
    assert_errors_hold(found, errors)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_errors_of_quantiles_are_about_the_spread_over_seeds(results, q) -> None:
    """Blocks of 100 trials estimate a quantile a little less well than a tenth of 1,000 would."""
    keys = {"period": "2027-12", "role": "csm"}
    found = np.array([r.quantile("due_hours", q, **keys) for r in results])
    errors = np.array([r.error("due_hours", q, **keys) for r in results])
    assert 0.6 < found.var(ddof=1) / (errors**2).mean() < 1.4


def test_strata_make_means_more_exact_than_their_spread_suggests(results) -> None:
    """Uncertain inputs are dealt evenly, so that errors lie below sd/√n."""
    result = results[0]
    row = result.table(metric="due_hours").query("period == '2027-06' and task == ''").iloc[0]
    assert row["se"] < row["sd"] / np.sqrt(TRIALS)
    assert row["se"] == pytest.approx(result.error("due_hours", period="2027-06", role="csm"))
