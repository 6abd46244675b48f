"""Churn, growth and new accounts against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import capacity

PLAN = """
    name: accounts
    currency: USD
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 120, arr: 10_000, churn: 10%, term: 12}}
    tasks: {talk: {role: csm, fixed: 1 hour per month}}
    team: {csm: {headcount: 1}}
"""
CUSTOMERS = "segments.customers"


def simulate(scenario, trials, months=12, **settings):
    changes = {f"{CUSTOMERS}.{key}": value for key, value in settings.items()}
    plan = scenario(PLAN, set={"horizon.months": months, **changes})
    return capacity.simulate(plan, trials=trials, seed=1)


# --- churn ---------------------------------------------------------------------------------------


def test_churn_of_a_year_is_binomial(scenario, moments_are) -> None:
    lost = simulate(scenario, 10_000).array("churned_accounts")
    moments_are(lost.sum(axis=0), 120 * 0.1, 120 * 0.1 * 0.9)
    for month in lost:
        moments_are(month, 10 * 0.1, 10 * 0.1 * 0.9)


def test_churn_of_a_year_follows_the_binomial_distribution(scenario) -> None:
    lost = simulate(scenario, 10_000).array("churned_accounts").sum(axis=0).astype(int)
    found = np.bincount(np.clip(lost, 4, 20), minlength=21)[4:]
    expected = stats.binom.pmf(np.arange(4, 21), 120, 0.1)
    expected[0], expected[-1] = stats.binom.cdf(4, 120, 0.1), stats.binom.sf(19, 120, 0.1)
    assert stats.chisquare(found, expected * 10_000).pvalue > 1e-3


@pytest.mark.parametrize("term", [1, 6, 24, 36])
def test_a_term_carries_its_part_of_the_yearly_churn(scenario, mean_is, term) -> None:
    chance = 1 - 0.9 ** (term / 12)
    opening = {"months": 36, "term": term, "accounts": 10 * term}
    expected = simulate(scenario, 0, **opening)
    assert expected.array("churned_accounts")[:term] == pytest.approx(10 * chance)
    assert expected.array("accounts")[term - 1] == pytest.approx(10 * term * (1 - chance))
    drawn = simulate(scenario, 4000, **opening).array("churned_accounts")
    for month in drawn[:term]:
        mean_is(month, 10 * chance)


def test_survivors_are_at_risk_again_after_each_term(scenario, mean_is) -> None:
    for trials in (0, 5000):
        accounts = simulate(scenario, trials, months=36).array("accounts")[[11, 23, 35]]
        for year, found in enumerate(accounts, 1):
            if trials:
                mean_is(found, 120 * 0.9**year)
            else:
                assert found == pytest.approx(120 * 0.9**year)


def test_uncertain_churn_adds_its_variance(scenario, moments_are) -> None:
    """E[C] = N·E[q], Var[C] = N·E[q(1 − q)] + N²·Var[q]."""
    lost = simulate(scenario, 20_000, churn={"low": 0.04, "likely": 0.1, "high": 0.25})
    mean = (0.04 + 0.4 + 0.25) / 6
    variance = (mean - 0.04) * (0.25 - mean) / 7
    inner = 120 * (mean - variance - mean**2)
    total = lost.array("churned_accounts").sum(axis=0)
    moments_are(total, 120 * mean, inner + 120**2 * variance)


def test_uncertain_churn_is_one_number_for_all_months(scenario, moments_are) -> None:
    """Two halves of a year share q: Cov = N₁·N₂·Var[q]."""
    lost = simulate(scenario, 20_000, churn={"low": 0.04, "likely": 0.1, "high": 0.25})
    halves = lost.array("churned_accounts").reshape(2, 6, -1).sum(axis=1)
    mean = (0.04 + 0.4 + 0.25) / 6
    variance = (mean - 0.04) * (0.25 - mean) / 7
    spread = 2 * 60 * (mean - variance - mean**2)
    moments_are(halves[0] - halves[1], 0, spread)


def test_churn_by_renewal_follows_the_age_of_accounts(scenario) -> None:
    result = simulate(scenario, 0, months=48, churn=["20%", "10%", "5%"], completed_terms=0)
    accounts = result.array("accounts")[[11, 23, 35, 47], 0]
    assert accounts == pytest.approx(120 * np.cumprod([0.8, 0.9, 0.95, 0.95]))


def test_completed_terms_are_renewals_behind(scenario) -> None:
    result = simulate(scenario, 0, months=24, churn=["20%", "10%", "5%"], completed_terms=1)
    assert result.array("accounts")[[11, 23], 0] == pytest.approx(120 * np.cumprod([0.9, 0.95]))


def test_an_accounts_own_churn_moves_with_its_segments(scenario) -> None:
    """At the trial's hazard H, an own hazard h is h·H/H(median)."""
    book = "id,segment,arr,start,renewal,churn\n" + "".join(
        f"A{i},customers,1,2026-01-01,2028-01-01,{c}\n" for i, c in enumerate(["30%", "", "0%"])
    )
    plan = scenario(
        """
        name: own churn
        horizon: {start: 2027-01, months: 12}
        accounts: {file: book.csv}
        segments: {customers: {churn: {low: 5%, likely: 10%, high: 30%}}}
        tasks: {talk: {role: csm, fixed: 1 hour per month}}
        team: {csm: {headcount: 1}}
        """,
        book=book,
    )
    lost = capacity.simulate(plan, trials=0).array("churned_accounts")[-1, 0]
    true = stats.beta(1 + 4 * 0.05 / 0.25, 5 - 4 * 0.05 / 0.25, loc=0.05, scale=0.25)
    moved = np.log(1 - true.mean()) / np.log(1 - true.median())
    assert lost == pytest.approx(1 - 0.7**moved + true.mean(), abs=1e-6)


# --- growth --------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", [0, 100])
def test_expansion_compounds_month_by_month(scenario, trials) -> None:
    result = simulate(scenario, trials, months=24, churn="0%", expansion="12%")
    t = np.arange(24)[:, None]
    expected = np.broadcast_to(1.2e6 * 1.12 ** ((t + 1) / 12), (24, max(trials, 1)))
    assert result.array("arr") == pytest.approx(expected)
    opening = 1.2e6 * 1.12 ** (t / 12)
    assert result.array("revenue") == pytest.approx(np.broadcast_to(opening / 12, expected.shape))
    assert result.array("expansion_arr") == pytest.approx(expected - opening)


@pytest.mark.parametrize("trials", [0, 100])
@pytest.mark.parametrize("term", [6, 12, 24])
def test_renewals_contract_and_rise_by_the_length_of_the_term(scenario, term, trials) -> None:
    result = simulate(
        scenario, trials, months=24, churn="0%", contraction="4%", uplift="3%", term=term
    )
    kept, rise = 0.96 ** (term / 12), 1.03 ** (term / 12)
    if term != 24:
        for year in (1, 2):
            expected = 1.2e6 * (0.96 * 1.03) ** year
            assert result.array("arr")[12 * year - 1] == pytest.approx(expected)
    assert result.array("contraction_arr")[:term].sum(axis=0) == pytest.approx(1.2e6 * (1 - kept))
    assert result.array("expansion_arr")[:term].sum(axis=0) == pytest.approx(
        1.2e6 * kept * (rise - 1)
    )


RETAINED = {"contraction": "4%", "uplift": "3%", "expansion": "12%"}


def test_retention_of_the_opening_book_has_closed_forms(scenario, mean_is) -> None:
    expected = simulate(scenario, 0, months=24, **RETAINED)
    drawn = simulate(scenario, 5000, months=24, **RETAINED)
    for year in (1, 2):
        closed = {
            "logo_retention": 0.9**year,
            "grr": (0.9 * 0.96) ** year,
            "nrr": (0.9 * 0.96 * 1.03 * 1.12) ** year,
        }
        for name, value in closed.items():
            label = f"{12 * year}m"
            assert expected.mean(name, period=label) == pytest.approx(value)
            mean_is(drawn.array(name, period=label), value)


def test_retention_over_part_of_a_term_counts_those_who_renew(scenario) -> None:
    result = simulate(scenario, 0, months=12, term=24, contraction="4%")
    half = (1 + 0.9**2) / 2
    assert result.mean("logo_retention", period="12m") == pytest.approx(half)
    assert result.mean("grr", period="12m") == pytest.approx((1 + 0.9**2 * 0.96**2) / 2)


def test_retention_is_of_the_opening_book_alone(scenario) -> None:
    new = {"new_accounts.per_year": 600, **RETAINED}
    found = simulate(scenario, 0, **new)
    without = simulate(scenario, 0, **RETAINED)
    for name in ("grr", "nrr", "logo_retention"):
        assert found.mean(name, period="12m") == pytest.approx(without.mean(name, period="12m"))


def test_revenue_lost_is_that_of_the_lost(scenario, moments_are) -> None:
    """Accounts of unequal revenue: E = q·Σr, Var = q(1 − q)·Σr²."""
    arr = {"p10": 1500, "p50": 9000, "p90": 54_000}
    result = simulate(scenario, 10_000, arr=arr)
    each = result.scenario.book.arr
    sigma = np.log(6) / stats.norm.ppf(0.9)
    assert each.sum() == pytest.approx(120 * 9000 * np.exp(sigma**2 / 2))
    lost = result.array("churned_arr").sum(axis=0)
    moments_are(lost, 0.1 * each.sum(), 0.09 * (each**2).sum())


# --- new accounts --------------------------------------------------------------------------------

WEIGHTS = [2, 1, 1, 0, 0.5, 1.5, 1, 1, 1, 0.2, 0.8, 2]


def test_new_accounts_are_poisson_by_the_season(scenario, moments_are) -> None:
    new = {"new_accounts.per_year": 30, "new_accounts.seasonality": WEIGHTS}
    won = simulate(scenario, 10_000, **new).array("new_accounts")
    for month, weight in zip(won, WEIGHTS, strict=True):
        if weight:
            moments_are(month, 30 / 12 * weight, 30 / 12 * weight)
        else:
            assert (month == 0).all()
    moments_are(won.sum(axis=0), 30, 30)


def test_revenue_of_new_accounts_is_compound_poisson(scenario, moments_are) -> None:
    new = {"new_accounts.per_year": 36, "new_accounts.arr": {"mean": 8000, "sd": 6000}}
    won = simulate(scenario, 20_000, **new).array("new_arr")
    moments_are(won.sum(axis=0), 36 * 8000, 36 * (8000**2 + 6000**2))


def test_an_uncertain_rate_adds_its_variance_to_new_accounts(scenario, moments_are) -> None:
    new = {"new_accounts.per_year": {"mean": 30, "sd": 10}}
    won = simulate(scenario, 10_000, **new).array("new_accounts")
    moments_are(won.sum(axis=0), 30, 30 + 100)


@pytest.mark.parametrize("trials", [0, 100])
@pytest.mark.parametrize("weights", [[1] * 12, WEIGHTS])
def test_exact_new_accounts_follow_the_running_total(scenario, weights, trials) -> None:
    new = {"per_year": 7, "fixed": True, "seasonality": weights}
    won = simulate(scenario, trials, months=36, new_accounts=new).array("new_accounts")
    running = np.cumsum(np.tile(np.array(weights) * 12 / sum(weights), 3)) * 7 / 12
    assert (np.cumsum(won, axis=0) == np.floor(running + 1e-9)[:, None]).all()


@pytest.mark.parametrize("trials", [0, 100])
def test_bookings_of_sales_are_exact(scenario, trials) -> None:
    new = {"by_month": {"2027-02": 5, "2027-12": 12}}
    won = simulate(scenario, trials, new_accounts=new).array("new_accounts")
    assert (won[:, 0] == [0, 5, *[0] * 9, 12]).all()
    assert (won == won[:, :1]).all()


def test_new_accounts_renew_a_term_after_their_first_day(scenario, mean_is) -> None:
    new = {"by_month": {"2027-02": 40}, "term": 6}
    settings = {"accounts": 0, "new_accounts": new, "churn": "19%"}
    lost = simulate(scenario, 0, months=24, **settings).array("churned_accounts")[:, 0]
    kept = 0.81**0.5
    expected = np.zeros(24)
    expected[[6, 12, 18]] = 40 * (1 - kept) * kept ** np.arange(3)
    assert lost == pytest.approx(expected)
    drawn = simulate(scenario, 4000, months=24, **settings).array("churned_accounts")
    for t in (6, 12, 18):
        mean_is(drawn[t], expected[t])
    assert (drawn[expected == 0] == 0).all()


def test_new_accounts_grow_from_the_month_they_start(scenario) -> None:
    new = {"by_month": {"2027-03": 10}, "arr": 6000}
    settings = {"accounts": 0, "new_accounts": new, "churn": "0%", "expansion": "12%"}
    arr = simulate(scenario, 0, **settings).array("arr")[:, 0]
    assert arr[:2].tolist() == [0, 0]
    assert arr[2:] == pytest.approx(60_000 * 1.12 ** (np.arange(1, 11) / 12))


# --- expected values -----------------------------------------------------------------------------


def test_a_linear_model_has_the_mean_of_its_expected_values(scenario, mean_is) -> None:
    """Every input enters once a year and linearly, so that the mean is that of the means."""
    settings = {
        "churn": {"low": 0.05, "likely": 0.1, "high": 0.2},
        "contraction": {"mean": 0.05, "sd": 0.02},
        "new_accounts.per_year": {"low": 10, "likely": 30, "high": 40},
        "new_accounts.arr": {"p10": 4000, "p50": 9000, "p90": 30_000},
    }
    expected, drawn = simulate(scenario, 0, **settings), simulate(scenario, 10_000, **settings)
    for name in ("accounts", "churned_accounts", "new_accounts", "arr", "new_arr", "churned_arr"):
        for of_month, value in zip(drawn.array(name), expected.array(name)[:, 0], strict=True):
            mean_is(of_month, value)
