"""Plans of hires against counts by hand, and against every plan that there is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

import capacity
from capacity.calendar import month_label, month_number

FIRST = month_number(2027, 2)
LENGTH = 4
FIXED = """\
name: The same work in every month
horizon: {{start: 2027-02, months: 6}}
segments: {{smb: {{accounts: 1}}}}
tasks: {{work: {{role: csm, fixed: {hours} hours per month, {more}}}}}
team: {{csm: {{headcount: 1, salary: 60_000{team}}}}}
"""
UNCERTAIN = """\
name: Two roles
horizon: {start: 2027-02, months: 4}
segments: {smb: {accounts: %(accounts)d, churn: 10%%, new_accounts: {per_year: %(new)d}}}
tasks:
  call:
    {role: csm, rate: %(rate)d per year, hours: {p10: 1h, p50: 3h, p90: 8h}, priority: 1%(defer)s}
  check: {role: csm, every: month, hours: 2h, priority: 2}
  onboarding: {role: trainer, on: start, over: 2 months, hours: {low: 10h, likely: 20h, high: 40h}}
team:
  csm: {headcount: 1, salary: 100_000, hiring_cost: 10_000, attrition: 15%%, internal: 30%%,
    ramp: [40%%]}
  trainer: {headcount: 1, salary: 70_000, attrition: 10%%, internal: 30%%}
simulation: {feedback: off}
"""
CASES = [
    {"accounts": 8, "new": 40, "rate": 12, "defer": ""},  # a trainer in the end lets a csm wait
    {"accounts": 14, "new": 30, "rate": 12, "defer": ", defer: 1 month"},
    {"accounts": 18, "new": 50, "rate": 10, "defer": ""},
]
Plans = dict[tuple[int, ...], tuple[np.ndarray, float]]


def weekdays(periods: int) -> np.ndarray:
    months = np.datetime64("2027-02") + np.arange(periods + 1)
    days = months.astype("datetime64[D]")
    return np.busday_count(days[:-1], days[1:])


# --- by hand -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "coverage"), [(1000, 1.0), (1000, 0.9), (130, 1.0), (480, 0.95)])
def test_demand_over_hours_rounded_up(
    scenario: Callable[..., capacity.Scenario], hours: int, coverage: float
) -> None:
    """One role and no luck: people are work over hours; they come as late as the work allows."""
    plan = scenario(FIXED.format(hours=hours, more="", team=""))
    found = capacity.plan(plan, coverage, trials=200)
    needed = [math.ceil(coverage * hours / (8 * days) - 1e-9) for days in weekdays(6).tolist()]
    assert found.by == "2027-02"
    assert found.seats["csm"] == np.maximum.accumulate([1, *needed])[1:].tolist()
    assert (found.holds, found.confidence, found.confidence_error) == (True, 1.0, 0.0)
    assert found.is_bound
    assert found.cost == pytest.approx(5000 * sum(found.seats["csm"]))
    assert found.bound <= found.cost + 1e-6
    assert found.gap == pytest.approx(0, abs=1e-6)


def test_newcomers_start_early_enough_to_be_ramped(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """800 hours need 5 people at 20 weekdays. By April the ramp of two months is over."""
    text = FIXED.format(hours=800, more="", team=", ramp: [0%, 0%]")
    found = capacity.plan(scenario(text), 1.0, trials=200)
    assert found.by == "2027-04"
    assert [(start.month, start.count) for start in found.starts] == [("2027-02", 4)]
    assert found.holds
    late = capacity.plan(scenario(text), 1.0, by="2027-03", trials=200)
    assert not late.holds
    assert late.obstacle
    assert (late.obstacle.binding, late.obstacle.since) == (("ramp and time",), "2027-04")


def test_waiting_smooths_the_peak(scenario: Callable[..., capacity.Scenario]) -> None:
    """Half a year's work every half year: at once it takes six times the people."""
    text = """\
        name: One peak
        horizon: {start: 2027-02, months: 6}
        segments: {smb: {accounts: 100, completed_terms: 1}}
        tasks: {work: {role: csm, every: 6 months, aligned: fiscal, hours: 5h, defer: %s}}
        team: {csm: {headcount: 1, salary: 60_000}}
        """
    at_once = capacity.plan(scenario(text % "0 months"), 1.0, trials=200)
    later = capacity.plan(scenario(text % "2 months"), 1.0, trials=200)
    days = dict(zip(("02", "03", "04", "05", "06", "07"), weekdays(6).tolist(), strict=True))
    assert at_once.seats["csm"][-1] == math.ceil(500 / (8 * days["06"]))
    assert later.seats["csm"][-1] < at_once.seats["csm"][-1]


def test_heads_that_follow_cost_and_come_by_themselves(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    team = "}, manager: {per: {csm: 4}, salary: 120_000"
    found = capacity.plan(scenario(FIXED.format(hours=1000, more="", team=team)), 1.0, trials=200)
    heads = found.seats["csm"]
    assert found.seats["manager"] == [math.ceil(n / 4) for n in heads]
    assert found.cost == pytest.approx(5000 * sum(heads) + 10_000 * sum(found.seats["manager"]))
    assert {start.role for start in found.starts} == {"csm"}
    assert found.gap == pytest.approx(0, abs=1e-6)


def test_only_work_of_the_priorities_that_count(scenario: Callable[..., capacity.Scenario]) -> None:
    text = """\
        name: Two priorities
        horizon: {start: 2027-02, months: 3}
        segments: {smb: {accounts: 1}}
        tasks:
          first: {role: csm, fixed: 300 hours per month, priority: 1}
          second: {role: csm, fixed: 900 hours per month, priority: 2}
          third: {role: writer, fixed: 900 hours per month, priority: 3}
        team: {csm: {headcount: 1, salary: 60_000}, writer: {headcount: 1, salary: 50_000}}
        """
    plan = scenario(text)
    of = {p: capacity.plan(plan, 1.0, priority=p, trials=200).seats for p in (1, 2, 3)}
    assert [of[p]["csm"][0] for p in (1, 2, 3)] == [2, 8, 8]
    assert [of[p]["writer"][0] for p in (1, 2, 3)] == [1, 1, 6]


def test_each_pool_of_a_split_role_by_itself(scenario: Callable[..., capacity.Scenario]) -> None:
    text = """\
        name: Two pools
        horizon: {start: 2027-02, months: 3}
        segments:
          smb: {accounts: 10, completed_terms: 1}
          large: {accounts: 40, completed_terms: 1}
        tasks: {work: {role: csm, every: month, hours: 10h}}
        team:
          csm:
            split: segment
            headcount: {smb: 2, large: 1}
            hires: {default: {2027-03: 1}}
            salary: 60_000
        """
    plan = scenario(text)
    found = capacity.plan(plan, 1.0, trials=200)
    assert [(s.role, s.pool, s.month, s.count) for s in found.starts] == [
        ("csm", "large", "2027-02", 2)
    ]
    assert found.seats == {"csm (large)": [3, 4, 4], "csm (smb)": [2, 3, 3]}


# --- every plan ----------------------------------------------------------------------------------


def every_plan(plan: capacity.Scenario, role: str, by: int) -> Plans:
    """Up to three hires of a role in four months: the futures covered, and the team's cost."""
    found: Plans = {}
    for counts in itertools.product(range(4), repeat=LENGTH):
        if sum(counts) <= 3:
            hires = {month_label(FIRST + i): n for i, n in enumerate(counts) if n}
            result = capacity.simulate(
                plan.with_({f"team.{role}.hires": hires}) if hires else plan, 500
            )
            coverage = np.nan_to_num(result.array("coverage", role=role), nan=1.0)
            covered = np.all(coverage[by:] >= 0.95 - 1e-12, axis=0)
            found[counts] = covered, float(result.mean("team_cost", period=""))
    return found


@cache
def cases(
    which: int, load: Callable[..., capacity.Scenario]
) -> tuple[capacity.Scenario, Plans, Plans]:
    plan = load(UNCERTAIN % CASES[which])
    return plan, every_plan(plan, "csm", 0), every_plan(plan, "trainer", 0)


def best_of(csm: Plans, trainer: Plans, required: float) -> float:
    """The roles do not share work and nothing feels coverage, so plans of both come together."""
    nobody = (0,) * LENGTH
    return min(
        cost + more - csm[nobody][1]
        for covered, cost in csm.values()
        for also, more in trainer.values()
        if (covered & also).mean() >= required
    )


@pytest.mark.parametrize("which", range(len(CASES)))
def test_no_plan_of_up_to_three_hires_is_cheaper(
    scenario: Callable[..., capacity.Scenario], which: int
) -> None:
    plan, csm, trainer = cases(which, scenario)
    previous = 0.0
    for confidence in (0.6, 0.8, 0.9):
        found = capacity.plan(plan, confidence=confidence, by="2027-02", trials=500)
        assert found.holds
        required = found.manifest["confidence_of_search"]
        cost = float(capacity.simulate(found.scenario, 500).mean("team_cost", period=""))
        assert cost == pytest.approx(best_of(csm, trainer, required), rel=1e-9)
        assert cost >= previous
        previous = cost
        if found.is_bound:
            assert found.bound <= cost * 1.001  # what a seat costs is known from as many futures


@pytest.mark.parametrize(("which", "parts"), [(0, (0.5,)), (1, (0.9, 0.97)), (2, (0.2, 0.8))])
def test_within_a_budget_no_plan_covers_more_futures(
    scenario: Callable[..., capacity.Scenario], which: int, parts: tuple[float, ...]
) -> None:
    """Where the money does not reach: the odds of the best of all plans that it pays for."""
    plan, csm, trainer = cases(which, scenario)
    nobody = csm[(0,) * LENGTH][1]
    needed = best_of(csm, trainer, 0.97)
    for part in parts:
        budget = nobody + part * (needed - nobody)
        best = max(
            float((covered & also).mean())
            for covered, cost in csm.values()
            for also, more in trainer.values()
            if cost + more - nobody <= budget
        )
        found = capacity.plan(plan, confidence=0.97, by="2027-02", budget=budget, trials=500)
        assert not found.holds
        assert found.obstacle
        assert found.obstacle.binding == ("budget",)
        cost = float(capacity.simulate(found.scenario, 500).mean("team_cost", period=""))
        assert cost <= budget
        assert odds_of(found.scenario) == pytest.approx(best, abs=1e-12)


def test_where_time_lacks_the_plan_holds_as_early_as_any(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """One hire a month from March on: since when any plan holds, and the cheapest that does."""
    plan, _, _ = cases(2, scenario)
    csm, trainer = (late_plans(plan, role) for role in ("csm", "trainer"))
    both = [
        (cost + more, covered & also)
        for counts, covered, cost in csm
        for others, also, more in trainer
        if max(np.add(counts, others)) <= 1 and not counts[0] + others[0]
    ]
    limits = {"max_hires_per_month": 1, "freeze": ["2027-02"]}
    found = capacity.plan(plan, confidence=0.9, by="2027-02", trials=500, **limits)
    assert found.obstacle
    required = found.manifest["confidence_of_search"]
    assert 0.9 <= required < 0.95
    held = [[cost for cost, at in both if at[t].mean() >= required] for t in range(LENGTH)]
    assert not held[0]
    assert any(held)
    first = next(t for t in range(LENGTH) if held[t])
    assert found.obstacle.since == month_label(FIRST + first)
    cost = float(capacity.simulate(found.scenario, 500).mean("team_cost", period=""))
    nobody = float(capacity.simulate(plan, 500).mean("team_cost", period=""))
    assert cost + nobody == pytest.approx(min(held[first]), rel=1e-9)


def late_plans(
    plan: capacity.Scenario, role: str
) -> list[tuple[tuple[int, ...], np.ndarray, float]]:
    """At most one hire a month: the futures covered from each month on, and the team's cost."""
    found = []
    for counts in itertools.product(range(2), repeat=LENGTH):
        hires = {month_label(FIRST + i): n for i, n in enumerate(counts) if n}
        result = capacity.simulate(
            plan.with_({f"team.{role}.hires": hires}) if hires else plan, 500
        )
        is_done = np.nan_to_num(result.array("coverage", role=role), nan=1.0) >= 0.95 - 1e-12
        covered = np.array([is_done[t:].all(axis=0) for t in range(LENGTH)])
        found.append((counts, covered, float(result.mean("team_cost", period=""))))
    return found


def odds_of(plan: capacity.Scenario) -> float:
    """In which part of the futures of the search both roles are covered in every month."""
    result = capacity.simulate(plan, 500)
    both = np.stack([result.array("coverage", role=role) for role in ("csm", "trainer")])
    covered: np.ndarray = np.all(np.nan_to_num(both, nan=1.0) >= 0.95 - 1e-12, axis=(0, 1))
    return float(covered.mean())


# --- what costs more -----------------------------------------------------------------------------


def test_asking_for_more_never_costs_less(scenario: Callable[..., capacity.Scenario]) -> None:
    plan = scenario(UNCERTAIN % CASES[1])

    def cost(coverage: float, attrition: float = 0.15) -> float:
        """Seats times months: vacant ones are not paid, so that leavers would save money."""
        leaving = plan.with_({"team.csm.attrition": attrition})
        found = capacity.plan(leaving, coverage, 0.8, by="2027-02", trials=500)
        assert found.holds
        return sum(sum(seats) for seats in found.seats.values())

    by_coverage = [cost(c) for c in (0.7, 0.85, 0.95, 1.0)]
    assert by_coverage == sorted(by_coverage)
    assert by_coverage[0] < by_coverage[-1]
    by_attrition = [cost(0.95, a) for a in (0.0, 0.3, 0.6)]
    assert by_attrition == sorted(by_attrition)
    assert by_attrition[0] < by_attrition[-1]
