"""Lifetime value and cost to serve against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

PLAN = """
name: lifetimes
horizon: {start: 2027-01, months: 12}
segments:
  plain: {accounts: 12, arr: 10_000, churn: 10%, addressable: 50%, expansion: 12%, contraction: 3%,
          uplift: 2%}
  listed: {accounts: 12, arr: 20_000, churn: [30%, 20%, 10%], addressable: 50%}
  differing:
    {accounts: 12, arr: 5_000, churn: {sbg: {alpha: 0.704, beta: 1.182}}, addressable: 100%}
  monthly: {accounts: 12, arr: 1_200, churn: 40%, addressable: 50%, term: 1}
  long: {accounts: 12, arr: 90_000, churn: 10%, addressable: 50%, term: 24}
tasks: {talk: {role: csm, fixed: 50 hours per month, if_stopped: {churn: 1.5, expansion: 0.5}}}
team: {csm: {headcount: 1, salary: 100_000}}
finance: {gross_margin: 80%, discount_rate: 8%, clv_years: 5}
"""
YEARS = np.arange(5)
LATER = 0.8 / 1.08 ** (YEARS + 0.5)


def by_hand(arr, alive, growth=1.0):
    return arr * (LATER * np.array(alive) * growth**YEARS).sum()


@pytest.fixture(scope="module")
def result(scenario):
    return capacity.simulate(scenario(PLAN), trials=0)


def test_lifetime_value_of_each_kind_of_retention_curve(result):
    curves = {
        "plain": (10_000, 0.9**YEARS, 1.12 * 0.97 * 1.02),
        "listed": (20_000, [1, 0.7, 0.7 * 0.8, 0.7 * 0.8 * 0.9, 0.7 * 0.8 * 0.81], 1.0),
        "differing": (5_000, [1, 0.6267, 0.4738, 0.3880, 0.3321], 1.0),
        "monthly": (1_200, 0.6**YEARS, 1.0),
        "long": (90_000, [1, 1, 0.81, 0.81, 0.81**2], 1.0),
    }
    for segment, curve in curves.items():
        found = result.mean("clv", segment=segment)
        assert found == pytest.approx(by_hand(*curve), rel=1e-4), segment
    each = [result.mean("clv", segment=segment) for segment in curves]
    assert result.mean("clv") == pytest.approx(np.mean(each))


def test_lifetime_value_without_the_work(scenario):
    """HR 1.5 for good; of customers who differ 0.262 are left after four renewals (value 4)."""
    worth = capacity.roi(scenario(PLAN), trials=0)
    hazard = 0.5 + 0.5 * 1.5
    plain = by_hand(10_000, 0.9 ** (hazard * YEARS), 1.06 * 0.97 * 1.02)
    assert worth.mean("clv_without", segment="plain") == pytest.approx(plain)
    differing = by_hand(5_000, [1, 0.5375, 0.3880, 0.3107, 0.2625])
    assert worth.mean("clv_without", segment="differing") == pytest.approx(differing, rel=1e-4)
    full = capacity.simulate(scenario(PLAN), trials=0)
    assert worth.mean("clv_with", segment="long") == pytest.approx(full.mean("clv", segment="long"))


def test_how_a_customer_was_started_fades(scenario):
    """No onboarding: at the renewal of year n the shortfall is 2^(−(12n − 1)/6)."""
    text = PLAN.replace(
        "talk: {role: csm, fixed: 50 hours per month, if_stopped: {churn: 1.5, expansion: 0.5}}",
        "begin: {role: csm, on: start, hours: 2h, if_stopped: {churn: 3}, segments: [plain]}",
    ).replace("churn: 10%, addressable: 50%, exp", "churn: 10%, addressable: 50%, "
              "new_accounts: {per_year: 12}, exp")  # fmt: skip
    worth = capacity.roi(scenario(text), trials=0)
    short = 2.0 ** (-(12 * np.arange(1, 5) - 1) / 6)
    alive = np.cumprod([1, *0.9 ** (0.5 + 0.5 * (1 + 2 * short))])
    found = worth.mean("clv_without", segment="plain")
    assert found == pytest.approx(by_hand(10_000, alive, 1.12 * 0.97 * 1.02))


def test_lifetime_value_is_finite_with_growth_above_the_discount_rate(scenario):
    wild = scenario(PLAN, set={"segments.plain.expansion": "60%", "finance.clv_years": 40})
    assert np.isfinite(capacity.simulate(wild, trials=0).mean("clv", segment="plain"))


def test_feedback_off_leaves_the_lifetime_alone(scenario):
    off = scenario(PLAN, set={"simulation.feedback": False})
    worth = capacity.roi(off, trials=0)
    assert worth.mean("clv_without") == pytest.approx(worth.mean("clv_with"))


def test_a_plan_without_a_discount_rate_has_no_lifetime_value(scenario):
    plain = scenario(PLAN.replace("discount_rate: 8%, ", ""))
    with pytest.raises(capacity.QuestionError, match=r"no clv, .*`finance\.discount_rate`"):
        capacity.simulate(plain, trials=0).mean("clv")


def test_cost_to_serve_is_the_cost_of_hours_done(scenario):
    """Fixed work is for all five segments alike; what is idle serves nobody."""
    result = capacity.simulate(scenario(PLAN), trials=200)
    cost, hours = (result.array(n, period="", role="csm") for n in ("team_cost", "available_hours"))
    served = cost / hours * result.array("done_hours", period="", role="csm")
    assert result.array("cost_to_serve") == pytest.approx(served)
    for segment in result.scenario.plan.segments:
        assert result.array("cost_to_serve", segment=segment) == pytest.approx(served / 5)
        revenue = result.array("revenue", segment=segment).sum(axis=0)
        share = result.array("cost_share_of_revenue", segment=segment)
        assert share == pytest.approx(served / 5 / revenue)
    assert served.mean() < cost.mean() / 2


def test_pools_that_are_served_alike_are_one(scenario):
    """A segment in two territories: its value is that of either, not of both."""
    rows = "id,segment,arr,start,renewal,region\n" + "".join(
        f"{region}{i},plain,10000,2025-01-01,2028-01-01,{region}\n"
        for region in ("north", "south")
        for i in range(6)
    )
    begin, end = PLAN.index("segments:"), PLAN.index("  listed:")
    text = PLAN[:begin] + "accounts: {file: book.csv}\n" + PLAN[begin:end].replace(
        "accounts: 12, arr: 10_000, ", ""
    ) + PLAN[PLAN.index("tasks:") :]  # fmt: skip
    split = {"team.csm.split": "region", "team.csm.headcount": {"default": 1}}
    one, two = (scenario(text, set=settings, book=rows) for settings in ({}, split))
    a, b = (capacity.simulate(plan, trials=0).mean("clv", segment="plain") for plan in (one, two))
    assert a == pytest.approx(by_hand(10_000, 0.9**YEARS, 1.12 * 0.97 * 1.02))
    assert b == pytest.approx(a)
