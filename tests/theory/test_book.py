"""Books from counts: revenue at quantiles, terms dealt back and forth, ages by retention."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import capacity

PLAN = """
    name: book
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 31, arr: {low: 1000, likely: 4000, high: 20_000}, churn: 100%}}
    tasks: {talk: {role: csm, fixed: 1 hour per month}}
    team: {csm: {headcount: 1}}
"""


def revenues(count: int) -> np.ndarray:
    """Quantiles (i + ½)/N, rescaled to the mean, largest first."""
    mean = (1000 + 16_000 + 20_000) / 6
    a = 6 * (mean - 1000) / 19_000
    at = stats.beta(a, 6 - a, 1000, 19_000).ppf((np.arange(count) + 0.5) / count)[::-1]
    return at * mean / at.mean()


@pytest.mark.parametrize("term", [12, 6])
@pytest.mark.parametrize("count", [5, 31, 240])
def test_terms_are_dealt_back_and_forth_from_the_largest_on(scenario, count, term) -> None:
    """With certain churn each month loses what was dealt to it."""
    settings = {"segments.customers.accounts": count, "segments.customers.term": term}
    result = capacity.simulate(scenario(PLAN, set=settings), trials=0)
    forth = list(range(term))
    months = np.tile(forth + forth[::-1], count)[:count]
    dealt = np.bincount(months, revenues(count), minlength=12)
    assert result.array("churned_arr")[:, 0] == pytest.approx(dealt, rel=1e-5)
    number = np.bincount(months, minlength=12)
    assert result.array("churned_accounts")[:, 0].tolist() == number.tolist()


def test_ages_follow_the_segments_own_retention(scenario) -> None:
    """Account i has completed the smallest n with Σ_{m≤n} S_m > u_i·Σ_{m≤20} S_m."""
    churn = [0.3, 0.2, 0.1]
    settings = {"segments.customers.churn": churn, "segments.customers.accounts": 60}
    result = capacity.simulate(scenario(PLAN, set=settings), trials=0)
    survival = np.cumprod([1.0, 0.7, 0.8, *[0.9] * 18])
    reached = np.cumsum(survival)
    lost = 0.0
    for i in range(60):
        u = (i + 0.5) * 0.6180339887 % 1
        completed = next(n for n in range(21) if reached[n] > u * reached[-1])
        lost += churn[min(completed, 2)]
    assert result.array("churned_accounts").sum() == pytest.approx(lost)


def test_a_known_total_scales_every_revenue(scenario) -> None:
    text = """
        name: scaled
        horizon: {start: 2027-01, months: 1}
        accounts: {file: book.csv, scale_to: 1.2M}
        segments: {customers: {churn: 0%}}
        tasks: {talk: {role: csm, fixed: 1 hour per month}}
        team: {csm: {headcount: 1}}
    """
    book = "id,segment,arr,start,renewal\n"
    book += "".join(f"A{i},customers,{100 * i + 100},2026-01-01,2028-01-01\n" for i in range(3))
    result = capacity.simulate(scenario(text, book=book), trials=0)
    assert result.array("arr")[0, 0] == pytest.approx(1.2e6)
