"""What a hiring plan promises: that it holds, that nothing can go, and that it says so exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import capacity
from capacity.calendar import month_number
from capacity.hiring.hires import Hires, with_hires
from capacity.hiring.variant import hired

FIRST = month_number(2027, 2)
PLAN = """\
name: Two roles that feel each other
horizon: {start: 2027-02, months: 6}
segments:
  smb: {accounts: 30, arr: 20_000, churn: 25%, addressable: 80%, expansion: 5%,
    new_accounts: {per_year: 40, arr: {p10: 10_000, p50: 20_000, p90: 40_000}}}
tasks:
  call: {role: csm, rate: 12 per year, hours: {p10: 1h, p50: 3h, p90: 8h}, priority: 1, weight: 2}
  check: {role: csm, every: month, hours: 2h, priority: 2, defer: 1 month, weight: 1}
  onboarding:
    role: csm
    on: start
    over: 2 months
    steps: {kickoff: 3h, training: {hours: {low: 6h, likely: 10h, high: 20h}, role: trainer}}
    priority: 1
    weight: 2
value: {if_stopped: {churn: 3, expansion: 0.5, fades_over: 2 months}}
team:
  csm: {headcount: 1, salary: 90_000, hiring_cost: 9_000, attrition: 20%, overloaded_attrition: 1.5,
    internal: 30%, ramp: [50%]}
  trainer: {headcount: 1, salary: 70_000, attrition: 10%, internal: 50%}
  manager: {per: {csm: 3}, salary: 120_000}
finance: {gross_margin: 80%, discount_rate: {low: 5%, likely: 10%, high: 20%}}
"""
SEARCHED = 500
SPLIT = {
    "segments.large": {"accounts": 5, "arr": 90_000, "churn": "10%", "addressable": "50%"},
    "team.csm.split": "segment",
    "team.csm.headcount": {"smb": 1, "large": 1},
    "team.csm.hires": {"default": {"2027-05": 1}},
}


@pytest.fixture(scope="module")
def plan(scenario: Callable[..., capacity.Scenario]) -> capacity.Scenario:
    return scenario(PLAN)


@pytest.fixture(scope="module")
def found(plan: capacity.Scenario) -> capacity.HiringPlan:
    return capacity.plan(plan, confidence=0.85, trials=2500, seed=3)


def tried(scenario: capacity.Scenario, by: int, trials: int, seed: int) -> tuple[float, float]:
    """In which part of the futures both roles are covered, and the team's cost, by `simulate`."""
    result = capacity.simulate(scenario, trials, seed)
    return odds_of(result, by), float(result.mean("team_cost", period=""))


def odds_of(result: capacity.Result, by: int) -> float:
    """In which part of the futures both roles are covered from a period on."""
    covered: list[np.ndarray] = []
    for role in ("csm", "trainer"):
        coverage = np.nan_to_num(result.array("coverage", role=role), nan=1.0)
        covered.append(np.all(coverage[by:] >= 0.95 - 1e-12, axis=0))
    return float(np.all(covered, axis=0).mean())


def test_the_plan_is_one_with_something_to_find(found: capacity.HiringPlan) -> None:
    assert found.holds
    assert found.hires.total >= 2
    assert found.manifest["trials_of_search"] == SEARCHED


@pytest.mark.parametrize(("confidence", "seed"), [(0.7, 0), (0.85, 3), (0.93, 1), (0.97, 2)])
def test_no_hire_can_go_or_come_later(
    plan: capacity.Scenario, confidence: float, seed: int
) -> None:
    """On the futures of the search, by the simulation of scenarios as they would be written."""
    found = capacity.plan(plan, confidence=confidence, by="2027-02", trials=SEARCHED, seed=seed)
    assert found.holds
    assert found.hires.total
    by, required = found.request.by, found.manifest["confidence_of_search"]
    odds, cost = tried(found.scenario, by, SEARCHED, seed)
    assert odds >= required
    for cell in found.hires:
        less = [found.hires.moved((cell, -1))]
        if cell[1] + 1 < FIRST + 6:
            less.append(found.hires.moved((cell, -1), ((cell[0], cell[1] + 1), 1)))
        for hires in less:
            odds, other = tried(hired(plan, hires, "a test"), by, SEARCHED, seed)
            assert odds < required or other > cost


def test_the_claim_holds_on_twenty_fresh_seeds(found: capacity.HiringPlan) -> None:
    trials = 400
    odds = [tried(found.scenario, found.request.by, trials, 1000 + i)[0] for i in range(20)]
    error = np.std(odds, ddof=1) / np.sqrt(len(odds))
    assert abs(np.mean(odds) - found.confidence) < 4 * np.hypot(error, found.confidence_error)
    assert np.mean(odds) > 0.85 - 3 * error


@pytest.mark.parametrize("seed", range(4))
def test_what_is_claimed_is_never_below_what_was_asked(plan: capacity.Scenario, seed: int) -> None:
    """And it stands on a luck that neither found the plan nor decided for it."""
    found = capacity.plan(plan, confidence=0.8, trials=500, seed=seed)
    assert found.holds == (found.confidence >= 0.8)
    about = found.manifest
    assert about["seed"] < about["decided_with_seed"] < about["confirmed_with_seed"]
    decided, _ = tried(found.scenario, found.request.by, 500, about["decided_with_seed"])
    assert decided - np.sqrt(decided * (1 - decided) / 500) >= 0.8


@pytest.mark.parametrize("seed", [2, 5, 6])
def test_the_money_that_would_do_does(plan: capacity.Scenario, seed: int) -> None:
    """Not only on the futures of the search: fresh luck confirms what it buys."""
    asked = {"confidence": 0.8, "trials": 500, "seed": seed}
    short = capacity.plan(plan, budget=150_000, **asked)
    assert short.obstacle
    assert short.obstacle.binding == ("budget",)
    assert capacity.plan(plan, budget=short.obstacle.budget, **asked).holds


def test_the_confirmed_odds_are_those_of_the_scenario(found: capacity.HiringPlan) -> None:
    seed = found.manifest["confirmed_with_seed"]
    assert seed > found.manifest["seed"]
    odds, cost = tried(found.scenario, found.request.by, 2500, seed)
    assert odds == pytest.approx(found.confidence, abs=1e-12)
    assert cost == pytest.approx(found.cost, rel=1e-12)


def test_from_the_first_month_on_it_is_p_covered(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    one = scenario(PLAN, {"tasks.onboarding.steps.training.role": "csm"})
    plan = capacity.plan(one, confidence=0.7, by="2027-02", trials=500)
    result = capacity.simulate(plan.scenario, 500, plan.manifest["confirmed_with_seed"])
    assert plan.confidence == pytest.approx(float(result.mean("p_covered", role="csm")), abs=1e-12)


def test_value_is_discounted_profit_less_cost_on_the_same_luck(
    plan: capacity.Scenario, found: capacity.HiringPlan
) -> None:
    fixed = plan.with_({"finance.discount_rate": 0.1})
    plan_of = capacity.plan(fixed, confidence=0.85, trials=500, seed=3)
    seed = plan_of.manifest["confirmed_with_seed"]

    def value(scenario: capacity.Scenario) -> np.ndarray:
        result = capacity.simulate(scenario, 500, seed)
        flow = result.array("gross_profit") - result.array("team_cost")
        return (flow * 1.1 ** (-np.arange(1, 7)[:, None] / 12)).sum(axis=0)

    gain = value(plan_of.scenario) - value(fixed)
    assert plan_of.value == pytest.approx(float(gain.mean()), rel=1e-9)
    assert found.value != pytest.approx(plan_of.value, rel=1e-6)


@pytest.mark.parametrize("settings", [{}, SPLIT])
def test_seats_added_at_once_are_those_that_are_written(
    scenario: Callable[..., capacity.Scenario], settings: dict[str, object]
) -> None:
    plan = scenario(PLAN, {"team.trainer.hires": {"2027-04": 1}, **settings})
    csm = max(i for i, pool in enumerate(plan.pools) if pool.name == "csm")
    trainer = next(i for i, pool in enumerate(plan.pools) if pool.name == "trainer")
    hires = Hires.of({(csm, FIRST + 1): 2, (csm, FIRST + 3): 1, (trainer, FIRST + 2): 1})
    fast, written = with_hires(plan, hires), hired(plan, hires, "a test")
    assert [dict(p.hires) for p in fast.pools] == [dict(p.hires) for p in written.pools]
    for name in ("team_cost", "arr"):
        values = [capacity.simulate(s, 200).array(name) for s in (fast, written)]
        assert np.array_equal(*values)
    assert fast.plan.team["trainer"].hires.of("") == {FIRST + 2: 2}


def test_the_same_question_gives_the_same_plan(
    plan: capacity.Scenario, found: capacity.HiringPlan
) -> None:
    again = capacity.plan(plan, confidence=0.85, trials=2500, seed=3)
    assert again.hires == found.hires
    assert again.rows() == found.rows()
    assert (again.confidence, again.cost, again.value) == (
        found.confidence, found.cost, found.value
    )  # fmt: skip


def test_the_frontier_runs_from_nobody_past_the_plan(found: capacity.HiringPlan) -> None:
    heads = [point.hires.total for point in found.frontier]
    assert heads == sorted(heads)
    assert heads[0] == 0
    assert found.frontier[0].value == 0
    assert max(heads) > found.hires.total
    assert any(point.hires == found.hires for point in found.frontier)
    assert found.best.value == max(point.value for point in found.frontier)
    assert min(point.regret for point in found.frontier) >= 0
    assert all(
        point.regret <= point.regret_p90 or point.regret_p90 == 0 for point in found.frontier
    )
    by_value = sorted(found.frontier, key=lambda point: point.value)
    regrets = [point.regret for point in by_value]
    assert regrets == sorted(regrets, reverse=True)  # mean regret differs as the means differ
    for point in found.frontier:  # with as many heads, none of the first ones covers more
        first = capacity.simulate(
            hired(found.base, found.hires.first(point.hires.total), "a test"), 400, 3
        )
        mine = capacity.simulate(hired(found.base, point.hires, "a test"), 400, 3)
        if 0 < point.hires.total < found.hires.total:
            assert odds_of(mine, found.request.by) >= odds_of(first, found.request.by)
    mine = next(point for point in found.frontier if point.hires == found.hires)
    more = {point.hires: point.value - mine.value for point in found.frontier}
    known = {one.hires: one.value for one in found.marginals if one.hires in more}
    assert known
    assert known == {hires: pytest.approx(more[hires]) for hires in known}


def test_no_plan_of_the_frontier_costs_more_and_is_no_surer(found: capacity.HiringPlan) -> None:
    """But hiring nobody, the plan itself, and those that pay best."""
    stay = [found.frontier[0], found.best, found.best_whole]
    for one in found.frontier:
        if one not in stay and one.hires != found.hires:
            behind = [
                other
                for other in found.frontier
                if other != one and other.cost <= one.cost and other.confidence >= one.confidence
            ]
            assert not behind
    assert len(set(found.names)) == len(found.names)


def test_all_figures_are_those_of_the_futures_that_confirmed(found: capacity.HiringPlan) -> None:
    result = found.result
    assert (result.trials, result.manifest["seed"]) == (2500, found.manifest["confirmed_with_seed"])
    assert float(result.mean("team_cost", period="")) == pytest.approx(found.cost, rel=1e-12)
    assert odds_of(result, found.request.by) == pytest.approx(found.confidence, abs=1e-12)
    assert result.manifest["search"]["trials_of_search"] == SEARCHED


def test_the_plan_that_pays_best_beats_its_neighbours(
    scenario: Callable[..., capacity.Scenario],
) -> None:
    """Where accounts pay a hundred times as much, more people pay; in the end one too many."""
    plan = scenario(PLAN, {"segments.smb.arr": 900_000, "horizon.months": 12})
    found = capacity.plan(plan, coverage=0.6, confidence=0.5, trials=500)
    best = found.best
    assert best.hires.total > 0
    assert best.value > 4 * best.value_error
    assert best.value >= max(point.value for point in found.frontier)


def test_requisitions_open_in_time(scenario: Callable[..., capacity.Scenario]) -> None:
    """Eight of ten vacancies are filled between the day and the start."""
    wait = "time_to_hire: {p10: 1 month, p50: 2 months, p90: 6 months}"
    text = PLAN.replace("ramp: [50%]", f"ramp: [50%], {wait}")
    plan = capacity.plan(scenario(text), confidence=0.85, trials=200)
    starts = [start for start in plan.starts if start.role == "csm"]
    assert starts
    of_ten_eight = 2 * (6 / 2) ** (0.841621 / 1.281552)
    for start in starts:
        month = np.datetime64(start.month).astype("datetime64[D]")
        days = int((month - np.datetime64(start.open_by)).astype(int))
        assert days == int(np.ceil(of_ten_eight * 365.25 / 12))
