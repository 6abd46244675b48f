"""What work left undone does to churn and growth, against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

YEARLY = -np.log(0.9)
"""Hazard of 10 % churn a year."""


def churn(ratio: float | np.ndarray, addressable: float = 1.0, years: float = 1.0) -> np.ndarray:
    return 1 - np.exp(-YEARLY * years * (1 - addressable + addressable * np.asarray(ratio)))


def plan(tasks: str, *, months: int = 12, segment: str = "", value: str = "") -> str:
    return f"""
name: effects
currency: USD
horizon: {{start: 2027-01, months: {months}}}
segments:
  customers: {{accounts: 120, arr: 1000, churn: 10%, addressable: 100% {segment}}}
tasks:
{tasks}
value: {{if_stopped: {{churn: 1.5, fades_over: 0 {value}}}}}
team: {{csm: {{headcount: 0}}, other: {{headcount: 9}}}}
"""


def lost_in_year(scenario, text: str) -> float:
    return capacity.simulate(scenario(text), trials=0).array("churned_accounts").sum()


FIXED = "fixed: 9 hours per month, coverage_today: 100%"


def test_weights_share_the_teams_effect(scenario) -> None:
    """r_k = R^(w_k/Σw): a quarter of the weight undone leaves 1.5^(1/4)."""
    text = plan(f"""
  stopped: {{role: csm, {FIXED}, weight: 1}}
  kept: {{role: other, {FIXED}, weight: 3}}
  unweighted: {{role: csm, {FIXED}}}
""")
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(1.5**0.25))


def test_all_of_the_weight_undone_is_all_of_the_effect(scenario) -> None:
    text = plan(f"""
  a: {{role: csm, {FIXED}, weight: 1}}
  b: {{role: csm, {FIXED}, weight: 3}}
""")
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(1.5))


def test_an_effect_of_its_own_takes_no_part_in_the_sharing(scenario) -> None:
    text = plan(f"""
  own: {{role: csm, {FIXED}, if_stopped: {{churn: 2, fades_over: 0}}}}
  shared: {{role: csm, {FIXED}, weight: 1}}
  kept: {{role: other, {FIXED}, weight: 1}}
""")
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(2 * 1.5**0.5))


def test_only_the_addressable_hazard_moves(scenario) -> None:
    text = plan(f"  work: {{role: csm, {FIXED}, weight: 1}}").replace(
        "addressable: 100%", "addressable: 40%"
    )
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(1.5, 0.4))


def test_some_work_does_harm(scenario) -> None:
    text = plan(f"  work: {{role: csm, {FIXED}, weight: 1}}").replace("churn: 1.5", "churn: 0.7")
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(0.7))


def test_feedback_off_holds_all_factors_at_one(scenario) -> None:
    text = plan(f"  work: {{role: csm, {FIXED}, weight: 1}}", value=", expansion: 0.5")
    found = capacity.simulate(scenario(text, set={"simulation.feedback": "off"}), trials=0)
    assert found.array("churned_accounts").sum() == pytest.approx(12)


def test_a_segments_own_effect_stands_in_place_of_the_teams(scenario) -> None:
    text = plan(
        f"  work: {{role: csm, {FIXED}, weight: 1}}",
        segment=", if_stopped: {churn: 1.2, fades_over: 0}",
    )
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(1.2))


def test_growth_and_contraction_feel_the_work_too(scenario) -> None:
    text = plan(
        f"  work: {{role: csm, {FIXED}, weight: 1}}",
        segment=", expansion: 12%, contraction: 4%, uplift: 3%",
        value=", expansion: 0.5, contraction: 2",
    )
    result = capacity.simulate(scenario(text), trials=0)
    kept = 1 - churn(1.5)
    assert result.mean("grr", period="12m") == pytest.approx(kept * 0.92)
    assert result.mean("nrr", period="12m") == pytest.approx(kept * 0.92 * 1.03 * 1.06)


def test_work_for_a_renewal_counts_when_that_renewal_is_decided(scenario) -> None:
    """With a lead of three months the first three renewals had their work before the horizon."""
    text = plan("""
  renewal: {role: csm, on: renewal, lead: 3 months, hours: 2h, coverage_today: 80%, weight: 1}
""")
    found = capacity.simulate(scenario(text), trials=0).array("churned_accounts")[:, 0]
    after = (1 + 0.5 * 1.0) / (1 + 0.5 * 0.2)
    assert found[:3] == pytest.approx(10 * churn(1.0))
    assert found[3:] == pytest.approx(10 * churn(after))


def test_parts_of_the_work_for_a_renewal_count_alike(scenario) -> None:
    text = plan("""
  renewal: {role: csm, on: renewal, lead: 2 months, over: 3 months, hours: 3h,
            coverage_today: 100%, weight: 1}
""")
    found = capacity.simulate(scenario(text), trials=0).array("churned_accounts")[:, 0]
    lack = np.minimum(np.arange(12) + 1, 3) / 3
    assert found == pytest.approx(10 * churn(1 + 0.5 * lack))


@pytest.mark.parametrize("trials", [0, 100])
def test_work_for_a_renewal_slows_growth_in_the_month_it_is_decided(scenario, trials) -> None:
    text = plan(
        "  renewal: {role: csm, on: renewal, hours: 2h, coverage_today: 100%, weight: 1}",
        months=24,
        segment=", expansion: 12%",
        value=", expansion: 0.5",
    ).replace("churn: 10%", "churn: 0%")
    arr = capacity.simulate(scenario(text), trials=trials).array("arr")
    yearly = 1.12 ** (11 / 12) * 1.06 ** (1 / 12)
    assert arr[11] == pytest.approx(120_000 * yearly)
    assert arr[23] == pytest.approx(120_000 * yearly**2)
    first = 10_000 * 1.06 ** (1 / 12) + 110_000 * 1.12 ** (1 / 12)
    assert arr[0] == pytest.approx(first)


STARTING = """
  onboarding: {role: csm, on: start, over: 2 months, hours: 6h, coverage_today: 100%, weight: 1}
"""


def test_missed_work_at_the_start_fades_from_its_last_part_on(scenario) -> None:
    """Accounts of a 1-month term won in January feel each month what was missed at the start."""
    text = plan(
        STARTING,
        segment=", term: 1, new_accounts: {by_month: {2027-01: 50}}",
    ).replace("accounts: 120", "accounts: 0")
    text = text.replace("fades_over: 0", "fades_over: 3 months")
    found = capacity.simulate(scenario(text), trials=0)
    lost, left = found.array("churned_accounts")[:, 0], found.array("accounts")[:, 0]
    since = np.maximum(np.arange(12) - 1, 0)
    expected = churn(1 + 0.5 * 2.0 ** (-since / 3), years=1 / 12)
    assert lost / (left + lost) == pytest.approx(expected)


def test_work_at_the_start_is_no_longer_at_stake_for_older_accounts(scenario) -> None:
    assert lost_in_year(scenario, plan(STARTING)) == pytest.approx(12)


def test_its_weight_still_counts_in_the_sum(scenario) -> None:
    text = plan(STARTING + f"  work: {{role: csm, {FIXED}, weight: 1}}\n")
    assert lost_in_year(scenario, text) == pytest.approx(120 * churn(1.5**0.5))


def test_todays_coverage_follows_from_todays_team(scenario) -> None:
    """A person's 2,088 hours of 2027 on twice the work by priority: half of it is done today."""
    text = plan(f"""
  first: {{role: one, fixed: {2088 / 12 / 2} hours per month, priority: 1, weight: 1}}
  second: {{role: one, fixed: {2088 / 12} hours per month, priority: 2, weight: 1}}
""").replace("other: {headcount: 9}", "one: {headcount: 1}")
    stopped = scenario(text, set={"team.one.attrition": "100%", "team.one.backfill": False})
    found = capacity.simulate(stopped, trials=0)
    assert found.array("headcount", role="one").sum() == 0
    r = 1.5**0.5
    ratio = r * r / (1 + (r - 1) * 0.5)
    assert found.array("churned_accounts").sum() == pytest.approx(120 * churn(ratio))


def test_todays_churn_is_that_of_todays_coverage(scenario) -> None:
    """With a team that covers as it always did, the year loses what the segment says."""
    text = plan(f"  work: {{role: one, fixed: {2 * 2088 / 12} hours per month, weight: 1}}")
    text = text.replace("other: {headcount: 9}", "one: {headcount: 1}")
    text = text.replace("fades_over: 0", "fades_over: 60 months")
    assert lost_in_year(scenario, text) == pytest.approx(12, rel=2e-3)
