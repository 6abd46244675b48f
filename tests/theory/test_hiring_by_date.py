"""Hiring plans of scenarios whose numbers change by date, or whose work follows the seats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import capacity

DATED = """\
name: What changes in the year
horizon: {start: 2027-02, months: 8}
segments: {smb: {accounts: 90, arr: 20_000, churn: 25%, addressable: 80%}}
tasks: {check: {role: csm, every: month, hours: {p10: 2h, p50: 3h, p90: 4h}, weight: 1}}
value: {if_stopped: {churn: 4, fades_over: 1 month}}
team:
  csm:
    headcount: 1
    attrition: 10%
    salary: {2027-02: 90_000, 2027-06: 120_000}
    coverage_target: {2027-02: 40%, 2027-06: 95%}
finance:
  gross_margin: {2027-02: 80%, 2027-06: 20%}
  discount_rate: 10%
  platform: {2027-02: 0, 2027-05: 120_000}
"""
LEAVING = """\
name: Nobody is there yet
horizon: {start: 2027-02, months: 8}
segments: {smb: {accounts: 60, arr: 20_000, churn: 25%, addressable: 80%}}
tasks:
  check: {role: csm, every: month, hours: 3h, priority: 2, weight: 1}
  hand_over: {role: csm, on: departure, hours: 3h, priority: 1}
value: {if_stopped: {churn: 4, fades_over: 1 month}}
team: {csm: {headcount: 0, attrition: 60%, salary: 60_000}}
finance: {gross_margin: 80%, discount_rate: 10%}
"""
SHARED = """\
name: Pools share what is fixed
horizon: {start: 2027-02, months: 4}
segments:
  smb: {accounts: 60, completed_terms: 1}
  large: {accounts: 10, completed_terms: 1}
tasks:
  check: {role: csm, every: month, hours: {p10: 4h, p50: 5h, p90: 6h}}
  webinar: {role: csm, fixed: 320 hours per month}
team: {csm: {split: segment, headcount: {default: 1}, salary: 60_000}}
"""
TRIALS = 300


@pytest.fixture(params=[DATED, LEAVING], ids=["dated", "leaving"])
def found(
    scenario: Callable[..., capacity.Scenario], request: pytest.FixtureRequest
) -> capacity.HiringPlan:
    plan = capacity.plan(scenario(request.param), confidence=0.6, by="2027-02", trials=TRIALS)
    assert plan.hires.total
    return plan


def run(found: capacity.HiringPlan, scenario: capacity.Scenario) -> capacity.Result:
    return capacity.simulate(scenario, TRIALS, found.manifest["confirmed_with_seed"])


def test_a_run_of_the_plan_finds_the_same(found: capacity.HiringPlan) -> None:
    hired = run(found, found.scenario)
    assert found.confidence == pytest.approx(float(hired.mean("p_covered", role="csm")), abs=1e-12)
    assert found.cost == pytest.approx(float(hired.mean("team_cost", period="")), rel=1e-12)
    mine = next(point for point in found.frontier if point.hires == found.hires)
    arr = hired.array("arr")[-1, : found.manifest["trials_of_search"]].mean()
    assert mine.arr == pytest.approx(float(arr), rel=1e-12)


def test_the_targets_of_all_dates_count(scenario: Callable[..., capacity.Scenario]) -> None:
    """By the first target one is enough, by the second two."""
    lower = DATED.replace("{2027-02: 40%, 2027-06: 95%}", "40%")
    assert capacity.plan(scenario(lower), by="2027-02", trials=TRIALS).hires.total == 0
    dated = capacity.plan(scenario(DATED), by="2027-02", trials=TRIALS)
    assert dated.hires.total >= 1
    assert {start.month for start in dated.starts} <= {"2027-04", "2027-05", "2027-06"}


def test_worth_by_hand_with_and_without_the_years_after(found: capacity.HiringPlan) -> None:
    """Discounted profit less cost; then the revenue there is more, times what a unit brings."""
    hired, nobody = run(found, found.scenario), run(found, found.base)
    months = np.arange(1, 9)[:, None]

    def value(result: capacity.Result) -> np.ndarray:
        flow = result.array("gross_profit") - result.array("team_cost")
        return (flow * 1.1 ** (-months / 12)).sum(axis=0)

    gain = value(hired) - value(nobody)
    assert found.value == pytest.approx(float(gain.mean()), rel=1e-9)
    of_one = nobody.array("clv", period="")[0] / 20_000  # a customer of 20,000 who is new
    later = (hired.array("arr")[-1] - nobody.array("arr")[-1]) * of_one * 1.1 ** (-8 / 12)
    assert found.whole == pytest.approx(float((gain + later).mean()), rel=1e-9)
    assert found.whole > found.value
    mine = next(point for point in found.frontier if point.hires == found.hires)
    some = found.manifest["trials_of_search"]
    assert mine.whole == pytest.approx(float((gain + later)[:some].mean()), rel=1e-9)
    assert found.best_whole.whole == max(point.whole for point in found.frontier)
    more = next(one for one in found.marginals)
    point = next(point for point in found.frontier if point.hires == more.hires)
    assert more.whole == pytest.approx(point.whole - mine.whole, rel=1e-9)


def test_without_a_discount_rate_the_years_after_are_not_known(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    text = LEAVING.replace(", discount_rate: 10%", "")
    found = capacity.plan(scenario(text), confidence=0.6, by="2027-02", trials=TRIALS)
    assert np.isfinite(found.value)
    assert np.isnan(found.whole)
    assert found.best_whole is None
    assert "What they save later is not in it." in " ".join(str(found).split())


def test_fixed_work_moves_to_the_pool_that_hires(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """Each pool does the part of its seats, so hires take work over."""
    found = capacity.plan(scenario(SHARED), 1.0, by="2027-02", trials=TRIALS)
    assert found.holds
    assert found.hires.total
    assert not found.is_bound
    hired = run(found, found.scenario)
    covered = [hired.array("coverage", role="csm", pool=p) >= 1 - 1e-9 for p in ("smb", "large")]
    assert found.confidence == pytest.approx(float(np.all(covered, axis=(0, 1)).mean()), abs=1e-12)
    due = [hired.mean("due_hours", role="csm", pool=p, period="2027-02") for p in ("smb", "large")]
    seats = [found.seats[f"csm ({p})"][0] for p in ("smb", "large")]
    shared = [320 * n / sum(seats) for n in seats]
    assert due == pytest.approx([300 + shared[0], 50 + shared[1]], rel=0.05)


RANKS = """\
name: What comes first changes
horizon: {start: 2027-02, months: 10}
segments: {smb: {accounts: 1}}
tasks:
  a: {role: csm, fixed: 300 hours per month, priority: {2027-02: 1, 2027-07: 2}}
  b: {role: csm, fixed: 300 hours per month, priority: {2027-02: 2, 2027-07: 1}}
team: {csm: {headcount: 1, salary: 60_000}}
"""


def test_what_counts_is_what_comes_first_in_its_month(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """300 hours of the first priority in every month: two people, and four for all of it."""
    plan = scenario(RANKS)
    asked = {"confidence": 0.9, "by": "2027-02", "trials": TRIALS}
    assert capacity.plan(plan, priority=1, **asked).hires.total == 1
    assert capacity.plan(plan, **asked).hires.total == 3
    first = capacity.plan(plan.with_({"tasks.a.priority": 1}), priority=1, **asked)
    assert first.seats["csm"] == [2] * 5 + [4] * 5


def test_the_estimate_is_no_bound_where_patience_changes(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    asked = {"confidence": 0.9, "by": "2027-02", "trials": TRIALS}
    held = capacity.plan(scenario(RANKS), **asked)
    plan = scenario(RANKS, set={"tasks.b.defer": {"2027-02": "1 month", "2027-07": "2 months"}})
    found = capacity.plan(plan, **asked)
    assert (held.loose_ends, found.loose_ends) == ((), ("turning",))
    assert found.holds
