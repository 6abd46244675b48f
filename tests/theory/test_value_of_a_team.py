"""The value of a team against closed forms, and laws that it must keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

import capacity

PLAN = """
name: one task
horizon: {start: 2027-01, months: 36}
segments:
  all: {accounts: 120, arr: 12_000, churn: 12%, addressable: 70%, completed_terms: 1}
tasks:
  care: {role: csm, fixed: 60 hours per month, if_stopped: {churn: 1.6, fades_over: 9 months}}
team: {csm: {headcount: 2, salary: 40_000, on_costs: 20%}}
finance: {gross_margin: 80%, discount_rate: 10%, platform: 6_000}
"""
COST = (2 * 40_000 * 1.2 + 6_000) / 12
GROUP = 120 * 12_000 / 12
"""Yearly revenue of the accounts that renew in the same month."""


def gains(r, periods=36, q=0.12, a=0.7, half_life=9.0, margin=0.8):
    """Gross profit of each month that would be lost, by hand.

    A twelfth of the book renews at the end of month m, m + 12 and so on. Of fixed work nothing is
    done any more, so after month t the shortfall is 1 − λ^(t + 1), with λ = 2^(−1/half-life).
    """
    out = np.zeros(periods)
    hazard = -np.log(1 - q)
    for m in range(12):
        with_, without = 1.0, 1.0
        for t in range(periods):
            out[t] += margin * GROUP / 12 * (with_ - without)
            if t % 12 == m:
                short = 1 - 2 ** (-(t + 1) / half_life)
                with_ *= 1 - q
                without *= np.exp(-hazard * (1 - a + a * (1 + (r - 1) * short)))
    return out


def present(flows, d=0.10):
    """Each at the end of its month."""
    return float((flows / (1 + d) ** (np.arange(1, len(flows) + 1) / 12)).sum())


@pytest.fixture(scope="module")
def plan(scenario):
    return scenario(PLAN)


@pytest.fixture(scope="module")
def worth(plan):
    return capacity.roi(plan, trials=0)


def test_the_closed_form_of_one_task(worth):
    for months in (12, 24, 36):
        gain, label = gains(1.6, months), f"{months}m"
        cost = COST * months
        assert worth.mean("incremental_gross_profit", label) == pytest.approx(gain.sum())
        assert worth.mean("incremental_cost", label) == pytest.approx(cost)
        assert worth.mean("roi", label) == pytest.approx((gain.sum() - cost) / cost)
        assert worth.mean("npv", label) == pytest.approx(present(gain - COST))


def test_the_closed_form_of_break_even(worth):
    for months in (12, 24, 36):
        r = brentq(lambda x, n=months: present(gains(x, n) - COST), 1, 90)
        found = worth.break_even[f"{months}m", "cash"]
        assert found.answer == "at"
        assert found.hazard_ratio == pytest.approx(r, abs=0.01 if months == 12 else 0.002)
    kept = 0.88 ** (1 - 0.7 + 0.7 * worth.headline.hazard_ratio)
    assert worth.headline.grr_points == pytest.approx(0.88 - kept)


def test_break_even_is_asked_for_like_any_other_figure(worth):
    table = worth.table().set_index(["metric", "period"])
    for period, basis in worth.break_even:
        found = worth.break_even[period, basis]
        metric = "break_even_hazard_ratio" + ("" if basis == "cash" else "_in_value")
        assert (metric, period) in table.index
        assert worth.mean(metric, period) == pytest.approx(found.hazard_ratio, nan_ok=True)
        assert worth.error(metric, period) == pytest.approx(found.error, nan_ok=True)
    with pytest.raises(capacity.QuestionError, match="one number over all futures"):
        worth.quantile("break_even_hazard_ratio", 0.9)
    for metric in ("break_even_hazard_ratio", "irr", "payback_period"):
        with pytest.raises(capacity.QuestionError, match=f"{metric} has no period '13m'"):
            worth.mean(metric, "13m")


def test_a_team_that_costs_more_than_all_customers_pay_never_pays(scenario):
    dear = capacity.roi(scenario(PLAN, set={"team.csm.salary": 900_000}), trials=0)
    assert {found.answer for found in dear.break_even.values()} == {"never pays"}
    assert np.isnan(dear.headline.hazard_ratio)


def test_break_even_is_where_the_value_is_nothing(plan, worth):
    at = plan.with_({"tasks.care.if_stopped.churn": worth.headline.hazard_ratio})
    again = capacity.roi(at, trials=0)
    assert again.mean("npv") == pytest.approx(0, abs=0.002 * again.mean("incremental_cost"))
    assert again.headline.hazard_ratio == pytest.approx(worth.headline.hazard_ratio, abs=0.002)


def test_break_even_in_value_counts_the_revenue_that_is_left(scenario, worth):
    """Cash and value are two answers; a multiple of nothing gives the first."""
    valued = capacity.roi(scenario(PLAN, set={"finance.arr_multiple": 4}), trials=0)
    assert valued.headline.hazard_ratio == pytest.approx(worth.headline.hazard_ratio)
    found = valued.break_even["", "value"].hazard_ratio

    def value(r):
        more = 12 * (gains(r, 37) / 0.8)[-1]  # what is paid in the month after the last
        return present(gains(r) - COST) + 4 * more / 1.1**3

    assert found == pytest.approx(brentq(value, 1, 60), abs=0.002)
    assert found < worth.headline.hazard_ratio


def test_run_off_goes_on_by_the_retention_curve_without(worth):
    more = worth.mean("arr_saved")
    left = np.exp(np.log(0.88) * (0.3 + 0.7 * 1.6)) ** np.arange(5)
    each = 0.8 * (left / 1.1 ** (np.arange(5) + 0.5)).sum()
    # over 36 months from the start nothing was done, so the shortfall for good is all
    assert worth.mean("run_off") == pytest.approx(more * each)
    off = worth.mean("run_off") / 1.1**3
    assert worth.mean("npv_with_run_off") == pytest.approx(worth.mean("npv") + off)
    net = worth.mean("incremental_gross_profit") - worth.mean("incremental_cost")
    roi = (net + worth.mean("run_off")) / worth.mean("incremental_cost")
    assert worth.mean("roi_with_run_off") == pytest.approx(roi)


def test_monthly_work_of_accounts_that_leave(scenario):
    """The same with work for each account: who is lost asks for nothing, and it is not missed."""
    by_account = PLAN.replace("fixed: 60 hours per month", "every: month, hours: 30m")
    worth = capacity.roi(scenario(by_account), trials=0)
    groups, fade = np.full(12, 10.0), 2 ** (-1 / 9)
    done, wanted = [60 / (1 - fade)] * 2
    saved = []
    for t in range(36):
        done, wanted = fade * done, fade * wanted + groups.sum() / 2
        hazard = -np.log(0.88) * (0.3 + 0.7 * (1 + 0.6 * (1 - done / wanted)))
        groups[t % 12] *= np.exp(-hazard)
        full = 10 * (0.88 ** (np.arange(12) <= t % 12) * 0.88 ** (t // 12)).sum()
        saved.append(full - groups.sum())
    found = [worth.mean("accounts_saved", p) for p in worth.scenario.plan.horizon.periods.labels]
    assert found == pytest.approx(saved)


def test_shortfall_of_a_team_that_is_gone_fades_in_over_three_years(scenario):
    """Value 3 of the model: with half-life of six months 0.490, 0.872, 0.968 at the renewals."""
    text = PLAN.replace("9 months", "6 months").replace("addressable: 70%", "addressable: 100%")
    worth = capacity.roi(scenario(text.replace("12%", "0.01%")), trials=0)
    lost = [
        worth.mean("churn_without", f"{12 * y}m") - worth.mean("churn_with", f"{12 * y}m")
        for y in (1, 2, 3)
    ]
    felt = np.diff(lost, prepend=0.0) / 0.0001 / 0.6
    assert felt == pytest.approx([0.490, 0.872, 0.968], abs=0.001)


# --- laws -----------------------------------------------------------------------------------------


def test_without_any_effect_only_cost_is_left(scenario):
    for effect in ({"churn": 1}, {"churn": 1, "expansion": 1, "contraction": 1}):
        worth = capacity.roi(scenario(PLAN, set={"tasks.care.if_stopped": effect}), trials=500)
        assert worth.mean("roi") == pytest.approx(-1)
        assert worth.array("roi") == pytest.approx(np.full(500, -1.0))
        assert worth.odds("npv") == 0
        assert worth.mean("clv_with") == worth.mean("clv_without")


def test_twice_the_cost_halves_what_a_unit_of_it_brings(scenario, worth):
    twice = {"team.csm.salary": 80_000, "finance.platform": 12_000}
    dear = capacity.roi(scenario(PLAN, set=twice), trials=0)
    for months in ("12m", "24m", "36m"):
        assert 1 + dear.mean("roi", months) == pytest.approx((1 + worth.mean("roi", months)) / 2)


def test_the_currency_does_not_matter(scenario):
    """The same plan in cents: returns stay, amounts are 100 times as large."""
    cents = {
        "currency": "EUR",
        "segments.all.arr": 1_200_000,
        "team.csm.salary": 4_000_000,
        "finance.platform": 600_000,
    }
    a, b = (capacity.roi(scenario(PLAN, set=s), trials=200) for s in ({}, cents))
    for metric in ("roi", "roi_with_run_off", "irr", "payback_period", "grr_without"):
        period = "36m"
        assert a.mean(metric, period) == pytest.approx(b.mean(metric, period), nan_ok=True)
    assert b.array("npv") == pytest.approx(100 * a.array("npv"))
    assert b.headline.hazard_ratio == pytest.approx(a.headline.hazard_ratio, abs=0.002)


def test_work_that_does_harm_is_worth_less_than_nothing(scenario):
    worth = capacity.roi(
        scenario(PLAN, set={"tasks.care.if_stopped.churn": 0.8}), trials=500, without="task:care"
    )
    assert worth.mean("incremental_gross_profit") < 0
    assert (worth.array("accounts_saved") <= 0).all()
    assert worth.mean("incremental_cost") == 0
    assert np.isnan(worth.mean("roi"))
    assert (worth.headline.hazard_ratio, worth.headline.p_exceeded) == (1.0, 0.0)
    team = capacity.roi(scenario(PLAN, set={"tasks.care.if_stopped.churn": 0.8}), trials=0)
    assert team.headline.answer == "never pays"


def test_what_costs_nothing_and_spares_nothing_always_pays(scenario):
    free = scenario(PLAN, set={"team.csm.severance": 5_000_000, "team.csm.salary": 1})
    assert capacity.roi(free, trials=0).headline.answer == "always pays"


def test_without_a_word_on_what_the_work_does_one_factor_is_looked_for(scenario, worth):
    """The same task, so the same factor; a half-life of 6 months is the default."""
    silent = PLAN.replace(", if_stopped: {churn: 1.6, fades_over: 9 months}", "")
    found = capacity.roi(scenario(silent), trials=500).headline
    r = brentq(lambda x: present(gains(x, half_life=6.0) - COST), 1, 60)
    assert abs(found.hazard_ratio - r) < 0.002 + 4 * found.error
    assert found.error > 0
    assert np.isnan(found.p_exceeded)


def test_the_odds_are_those_of_what_is_believed(scenario, worth):
    """A factor above break-even with a chance of 30 %: a normal quantile of the logarithm."""
    r = worth.headline.hazard_ratio
    p50 = r / np.exp(0.5244 * 0.2)  # the upper 30 % of a lognormal with sigma 0.2 lie above r
    p90 = p50 * np.exp(1.2816 * 0.2)
    believed = {"p10": p50**2 / p90, "p50": p50, "p90": p90}
    found = capacity.roi(
        scenario(PLAN, set={"tasks.care.if_stopped.churn": believed}), trials=2000
    ).headline
    assert abs(found.hazard_ratio - r) < 0.002 + 4 * found.error
    above = 1 - norm.cdf(np.log(found.hazard_ratio / p50) / 0.2)
    assert found.p_exceeded == pytest.approx(above, abs=0.005)


def test_the_expected_return_is_a_ratio_of_means(scenario):
    plan = scenario(PLAN, set={"team.csm.attrition": 0.3})
    worth = capacity.roi(plan, trials=1000)
    cost = worth.array("incremental_cost")
    net = worth.array("incremental_gross_profit") - cost
    assert worth.mean("roi") == pytest.approx(net.mean() / cost.mean())
    assert worth.array("roi") == pytest.approx(net / cost.mean())
    assert cost.std() > 0


def test_a_part_of_a_task_counts_in_proportion_to_its_hours(scenario):
    """Three of four hours are those of cs; the segments weigh by their revenue."""
    big = "  big: {accounts: 12, arr: 360_000, churn: 5%, addressable: 40%}\n  all:"
    steps = "every: month, steps: {a: 3h, b: {hours: 1h, role: ops}}"
    plan = PLAN.replace("fixed: 60 hours per month", steps).replace("  all:", big)
    team = {
        "team.ops": {"headcount": 4, "department": "services"},
        "team.csm.headcount": 4,
        "tasks.care.segments": ["all"],
        "tasks.talk": {"role": "csm", "segments": ["big"], "every": "month", "hours": "1h",
                       "if_stopped": {"churn": 1.2}},
    }  # fmt: skip
    found = capacity.roi(scenario(plan, set=team), trials=0).headline
    part, whole = 1 + (1.6**found.strength - 1) * 0.75, 1.2**found.strength
    assert found.by_segment == pytest.approx({"all": part, "big": whole})
    assert found.hazard_ratio == pytest.approx(0.25 * part + 0.75 * whole)
    task = capacity.roi(scenario(plan, set=team), without="task:care", trials=0).headline
    assert task.hazard_ratio == 1  # no cost is saved, so any good that it does is for free
    assert task.by_segment == {"all": 1, "big": 1}


def test_work_that_is_for_growth_alone_has_no_factor_on_churn(scenario):
    settings = {"segments.all.expansion": "20%", "team.csm.salary": 10_000}
    text = PLAN.replace("churn: 1.6, fades_over: 9 months", "expansion: 0.5, fades_over: 9 months")
    worth = capacity.roi(scenario(text, set=settings), trials=0)
    found = worth.headline
    assert found.answer == "at"
    assert np.isnan(found.hazard_ratio)
    assert found.grr_points == 0
    stronger = {**settings, "tasks.care.if_stopped.expansion": 0.5**found.strength}
    again = capacity.roi(scenario(text, set=stronger), trials=0)
    assert again.mean("npv") == pytest.approx(0, abs=0.003 * again.mean("incremental_cost"))
    assert "pays if what is said of growth" in str(worth)


def test_what_the_scenario_itself_says_stands_beside_break_even(worth):
    """One task with a factor of 1.6 for good, and q = 12 %, of which 70 % can be moved."""
    assert worth.headline.believed == pytest.approx(1.6)
    assert worth.headline.believed_points == pytest.approx(0.88 - 0.88 ** (0.3 + 0.7 * 1.6))


def test_points_of_grr_count_what_customers_cut_as_well_as_who_leaves(scenario):
    """A customer who renews cuts 5 %, twice that without the work."""
    settings = {
        "segments.all.contraction": "5%",
        "tasks.care.if_stopped": {"churn": 1.6, "contraction": 2.0},
    }
    found = capacity.roi(scenario(PLAN, set=settings), trials=0).headline
    without = 0.88 ** (0.3 + 0.7 * 1.6) * (1 - 2 * 0.05)
    assert found.believed_points == pytest.approx(0.88 * 0.95 - without)


def test_cost_as_a_share_of_the_revenue_that_is_there_with_the_team(worth):
    paid = np.zeros(36)
    for t in range(36):
        renewed = [len(range(m, t, 12)) for m in range(12)]
        paid[t] = GROUP / 12 * (0.88 ** np.array(renewed)).sum()
    for months in (12, 36):
        part = COST * months / paid[:months].sum()
        assert worth.mean("cost_share_of_revenue", f"{months}m") == pytest.approx(part)


def test_more_futures_make_break_even_more_exact(scenario):
    """It is looked for in 500, which all of them set right: without, the error would stay."""
    churn = {"low": 1.2, "likely": 1.8, "high": 4.0}
    plan = scenario(PLAN, set={"tasks.care.if_stopped.churn": churn, "team.csm.salary": 20_000})
    few, many = (capacity.roi(plan, trials=trials).headline for trials in (500, 6000))
    assert many.error < few.error / 1.5
    assert abs(many.hazard_ratio - few.hazard_ratio) < 4 * few.error
    level = capacity.roi(plan, trials=6000)
    believed = level.headline.strength
    assert (level.mean("npv") > 0) == (believed < 1)
