"""Accounts that differ in their chance to leave, against the shifted-beta-geometric on paper.

Fader & Hardie (2007): with θ ~ Beta(α, β) a share Π_{i<m} (β + i)/(α + β + i) survives m renewals.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

import capacity

ALPHA, BETA = 0.704, 1.182
"""Their "Regular" customers."""
REGULAR = [0.6267, 0.4738, 0.3880, 0.3321]
"""Who is left of them after 1, 2, 3, 4 renewals."""
PLAN = """
    name: frailty
    currency: USD
    horizon: {start: 2027-01, months: 48}
    segments:
      customers:
        {accounts: 1200, arr: 1000, completed_terms: 0, addressable: 100%,
         churn: {sbg: {alpha: 0.704, beta: 1.182}}}
    tasks: {work: {role: csm, fixed: 9 hours per month, coverage_today: 100%, weight: 1}}
    value: {if_stopped: {churn: 1, fades_over: 0}}
    team: {csm: {headcount: 0}}
"""
RESOLUTIONS = ("account", "cohort")


def simulate(scenario, trials, resolution="account", ratio=1.0, months=48, **settings):
    """The work was always done and never will be again, so that HR is what we like."""
    changes = {f"segments.customers.{key}": value for key, value in settings.items()}
    changes |= {"simulation.resolution": resolution, "horizon.months": months}
    plan = scenario(PLAN, set={"value.if_stopped.churn": ratio, **changes})
    return capacity.simulate(plan, trials=trials, seed=4)


def left(borne, behind=0, alpha=ALPHA, beta=BETA) -> float:
    """E[(1 − θ)^C] of θ ~ Beta(α, β + n), integrated over the quantiles of θ."""
    theta = stats.beta(alpha, beta + behind)
    ends = [0, *(10.0**-k for k in range(6, 0, -1)), *(1 - 10.0**-k for k in range(1, 7)), 1]
    return sum(
        integrate.quad(lambda u: (1 - theta.ppf(u)) ** borne, a, b)[0] for a, b in pairwise(ends)
    )


# --- survival ------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_regular_customers_survive_as_published(scenario, moments_are, resolution) -> None:
    expected = simulate(scenario, 0, resolution).array("accounts")[11::12, 0]
    assert expected / 1200 == pytest.approx(REGULAR, abs=5e-5)
    drawn = simulate(scenario, 4000, resolution).array("accounts")[11::12]
    for renewals, accounts in enumerate(drawn, 1):
        share = left(renewals)
        moments_are(accounts, 1200 * share, 1200 * share * (1 - share))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_at_half_as_much_hazard_again_the_frail_leave_first(scenario, mean_is, resolution) -> None:
    """0.262 are left after four renewals; a chance of 1.5 times as much hazard, 0.191."""
    expected = simulate(scenario, 0, resolution, ratio=1.5).array("accounts")[11::12, 0]
    assert expected[-1] / 1200 == pytest.approx(0.262, abs=5e-4)
    hardened = np.prod([(1 - ALPHA / (ALPHA + BETA + n)) ** 1.5 for n in range(4)])
    assert hardened == pytest.approx(0.191, abs=5e-4)
    drawn = simulate(scenario, 4000, resolution, ratio=1.5).array("accounts")[11::12]
    for renewals, accounts in enumerate(drawn, 1):
        share = left(1.5 * renewals)
        assert expected[renewals - 1] / 1200 == pytest.approx(share, abs=1e-6)
        mean_is(accounts, 1200 * share)


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_only_the_addressable_hazard_moves(scenario, resolution) -> None:
    found = simulate(scenario, 0, resolution, ratio=2.0, addressable="30%")
    for renewals, accounts in enumerate(found.array("accounts")[11::12, 0], 1):
        assert accounts / 1200 == pytest.approx(left(1.3 * renewals), abs=1e-6)


@pytest.mark.parametrize("behind", [0, 1, 3, 12])
def test_who_has_renewed_before_is_of_the_better_part(scenario, mean_is, behind) -> None:
    """α/(α + β + n) of those with n renewals behind them are lost at the next."""
    chance = ALPHA / (ALPHA + BETA + behind)
    for resolution in RESOLUTIONS:
        settings = {"resolution": resolution, "completed_terms": behind, "months": 12}
        expected = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
        assert expected == pytest.approx(np.full(12, 100 * chance))
        drawn = simulate(scenario, 2000, **settings).array("churned_accounts")
        mean_is(drawn.sum(axis=0), 1200 * chance)


def test_the_first_losses_are_binomial(scenario) -> None:
    for resolution in RESOLUTIONS:
        found = simulate(scenario, 10_000, resolution, months=1, accounts=240)
        lost = np.bincount(found.array("churned_accounts")[0].astype(int), minlength=21)
        chances = stats.binom.pmf(np.arange(21), 20, ALPHA / (ALPHA + BETA))
        common = chances > 1e-3
        expected = np.append(chances[common], chances[~common].sum()) * lost.sum()
        counted = np.append(lost[common], lost[~common].sum())
        assert stats.chisquare(counted, expected).pvalue > 1e-3


def test_a_loss_of_an_account_depends_on_the_years_before_only_by_who_is_left(scenario) -> None:
    """Of an account alone: survived three renewals, lost at the fourth, as often as on paper."""
    for resolution in RESOLUTIONS:
        settings = {"resolution": resolution, "accounts": 2, "term": 1, "months": 4}
        lost = simulate(scenario, 20_000, **settings).array("churned_accounts")
        shares = -np.diff([1.0, *REGULAR], append=0.0)
        expected = [20_000 * 2 * share for share in shares]
        found = [*lost.sum(axis=1), 40_000 - lost.sum()]
        assert stats.chisquare(found, expected, sum_check=False).pvalue > 1e-3


@pytest.mark.parametrize("term", [1, 6, 24])
def test_the_chance_is_one_of_a_renewal_whatever_the_term(scenario, term) -> None:
    found = simulate(scenario, 0, term=term, months=2 * term, accounts=1200)
    kept = found.array("accounts")[[term - 1, 2 * term - 1], 0] / 1200
    assert kept == pytest.approx(REGULAR[:2], abs=5e-5)


LATE = """
    name: the work for renewals ends
    horizon: {start: 2027-01, months: 36}
    segments:
      customers:
        {accounts: 1200, completed_terms: 0, addressable: 100%,
         churn: {sbg: {alpha: 0.704, beta: 1.182}}}
    tasks: {renewal: {role: csm, on: renewal, lead: 11 months, hours: 1h, coverage_today: 100%,
                      weight: 1}}
    value: {if_stopped: {churn: 2.5}}
    team: {csm: {headcount: 0}}
"""


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_what_was_borne_in_bad_times_and_good_adds_up(scenario, mean_is, resolution) -> None:
    """The first eleven months' renewals had their work before the plan, and never again."""
    plan = scenario(LATE, set={"simulation.resolution": resolution})
    kept = [1 - left(1), *(left(a) - left(b) for a, b in ((1, 3.5), (3.5, 6)))]
    for trials in (0, 4000):
        lost = capacity.simulate(plan, trials=trials).array("churned_accounts")
        for year, share in enumerate(kept):
            early = lost[12 * year : 12 * year + 11].sum(axis=0)
            if trials:
                mean_is(early, 1100 * share)
            else:
                assert early == pytest.approx(1100 * share, rel=1e-6)
        if not trials:
            assert lost[[11, 23], 0] == pytest.approx(
                [100 * (1 - left(2.5)), 100 * (left(2.5) - left(5))], rel=1e-6
            )


# --- accounts won, accounts of a file ------------------------------------------------------------


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_accounts_that_are_won_begin_with_the_whole_spread(scenario, mean_is, resolution) -> None:
    settings = {
        "resolution": resolution,
        "accounts": 0,
        "months": 26,
        "ratio": 1.5,
        "new_accounts": {"by_month": {"2027-02": 60}, "term": 6},
    }
    lost = simulate(scenario, 0, **settings).array("churned_accounts")[:, 0]
    expected = np.zeros(26)
    borne = 1.5 * np.arange(5)
    expected[[6, 12, 18, 24]] = -60 * np.diff([left(c) for c in borne])
    assert lost == pytest.approx(expected, rel=1e-6, abs=1e-12)
    drawn = simulate(scenario, 4000, **settings).array("churned_accounts")
    for t in (6, 12, 18, 24):
        mean_is(drawn[t], expected[t])
    assert (drawn[expected == 0] == 0).all()


FILE = """
    name: a file
    horizon: {start: 2027-01, months: 24}
    accounts: {file: book.csv}
    segments:
      customers: {churn: {sbg: {alpha: {low: 0.3, likely: 0.7, high: 2}, beta: 1.2}}}
    tasks: {talk: {role: csm, fixed: 1 hour per month}}
    team: {csm: {headcount: 1}}
"""


def book(*ages_and_churn) -> str:
    lines = ["id,segment,arr,start,renewal,churn"]
    for i, (age, churn) in enumerate(ages_and_churn):
        lines.append(f"A{i},customers,1,{2026 - age}-07-01,2027-07-01,{churn}")
    return "\n".join(lines)


def test_ages_come_from_the_file(scenario) -> None:
    text = book((0, ""), (4, ""))
    plan = scenario(FILE, set={"segments.customers.churn.sbg.alpha": 0.7}, book=text)
    lost = capacity.simulate(plan, trials=0).array("churned_accounts")[[5, 17], 0]
    kept = {0: 1.2 / 1.9, 4: 5.2 / 5.9}
    assert lost[0] == pytest.approx(2 - sum(kept.values()))
    later = {0: 2.2 / 2.9, 4: 6.2 / 6.9}
    assert lost[1] == pytest.approx(sum(kept[n] * (1 - later[n]) for n in (0, 4)))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_an_accounts_own_churn_takes_the_place_of_its_chance(scenario, mean_is, resolution) -> None:
    """A yearly churn of 30 % that nothing uncertain moves, whatever the age."""
    text = book(*[(n % 3, "30%") for n in range(60)])
    plan = scenario(FILE, set={"simulation.resolution": resolution}, book=text)
    expected = capacity.simulate(plan, trials=0).array("accounts")[[5, 17], 0]
    assert expected == pytest.approx([60 * 0.7, 60 * 0.49])
    drawn = capacity.simulate(plan, trials=4000).array("accounts")
    mean_is(drawn[5], 60 * 0.7)
    mean_is(drawn[17], 60 * 0.49)


# --- uncertain shapes ----------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_uncertain_shapes_are_one_for_all_accounts_of_a_future(
    scenario, moments_are, resolution
) -> None:
    """E[N] = N·E[S], Var[N] = N·E[S(1 − S)] + N²·Var[S], with S over the trials' α and β."""
    alpha, beta = {"low": 0.3, "likely": 0.7, "high": 2}, {"mean": 1.2, "sd": 0.4}
    settings = {"accounts": 120, "churn": {"sbg": {"alpha": alpha, "beta": beta}}}
    found = simulate(scenario, 20_000, resolution, months=24, ratio=1.5, **settings)
    alphas = 0.3 + 1.7 * stats.beta(1 + 4 * 0.4 / 1.7, 5 - 4 * 0.4 / 1.7).ppf(middles(400))
    betas = stats.gamma(9, scale=1.2 / 9).ppf(middles(400))[:, None]
    for year in (1, 2):
        share = left_of(1.5 * year, alphas, betas)
        mean, square = share.mean(), (share**2).mean()
        variance = 120 * (mean - square) + 120**2 * (square - mean**2)
        moments_are(found.array("accounts")[12 * year - 1], 120 * mean, variance)


def middles(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def left_of(borne, alpha, beta) -> np.ndarray:
    """B(α, β + C)/B(α, β), which `left` agrees with."""
    assert special.beta(ALPHA, BETA + 1.5) / special.beta(ALPHA, BETA) == pytest.approx(left(1.5))
    return special.beta(alpha, beta + borne) / special.beta(alpha, beta)


# --- books from counts ---------------------------------------------------------------------------


def test_ages_of_a_book_follow_the_spread(scenario) -> None:
    plan = scenario(PLAN.replace("completed_terms: 0, ", ""))
    kept = np.cumprod([1.0, *((BETA + i) / (ALPHA + BETA + i) for i in range(20))])
    reached = np.cumsum(kept)
    u = (np.arange(1200) + 0.5) * 0.6180339887 % 1
    expected = [next(n for n in range(21) if reached[n] > x * reached[-1]) for x in u]
    number = [int(id_.split()[-1]) - 1 for id_ in plan.book.ids]
    assert plan.book.completed.tolist() == [expected[i] for i in number]


def test_the_losses_of_a_years_renewals_are_those_of_its_ages(scenario) -> None:
    """Σ S_n·p_n / Σ S_n, which is (S_0 − S_21) / Σ S_n."""
    text = PLAN.replace("completed_terms: 0, ", "").replace("1200", "12_000")
    plan = scenario(text, set={"horizon.months": 12})
    lost = capacity.simulate(plan, trials=0).array("churned_accounts").sum()
    kept = np.cumprod([1.0, *((BETA + i) / (ALPHA + BETA + i) for i in range(21))])
    assert lost / 12_000 == pytest.approx((1 - kept[21]) / kept[:21].sum(), rel=2e-3)
