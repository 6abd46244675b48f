"""The loss of familiar faces: who left is remembered, and moves churn; against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

YEARLY = -np.log(0.9)
"""Hazard of 10 % churn a year."""
MONTHLY = 1 - 0.7 ** (1 / 12)
"""Chance to leave within a month at 30 % a year."""
PLAN = """
name: faces
horizon: {start: 2027-01, months: 36}
segments:
  known: {accounts: 120, churn: 10%, addressable: 60%}
  other: {accounts: 120, churn: 10%, addressable: 60%}
tasks:
  care: {role: csm, every: month, hours: 1h, segments: known}
  help: {role: desk, every: month, hours: 1h}
team:
  csm: {headcount: 10, attrition: 30%, departure: {churn: 1.8, fades_over: 4 months}}
  desk: {headcount: 4}
"""
FADE = 2 ** (-1 / 4)
"""What is left of a memory with a half-life of 4 months after a month."""


def loss(ratio: float | np.ndarray) -> np.ndarray:
    return 1 - np.exp(-YEARLY * (0.4 + 0.6 * np.asarray(ratio)))


def fading(left: np.ndarray, fade: float = FADE) -> np.ndarray:
    """U of each month, from the shares that leave in each."""
    months = np.arange(len(left))
    age = months[:, None] - months
    return np.where(age >= 0, fade ** np.maximum(age, 0), 0) @ left


def churned(scenario, trials=0, segment="known", **settings) -> np.ndarray:
    plan = scenario(PLAN, set={key.replace("__", "."): value for key, value in settings.items()})
    result = capacity.simulate(plan, trials=trials, seed=3)
    return result.array("churned_accounts", segment=segment)


def of_first_year(lost: np.ndarray) -> np.ndarray:
    """Chance of each month's ten accounts of the first year, which renew for the first time."""
    return lost[:12, 0] / 10


def test_churn_follows_the_memory_of_who_left(scenario) -> None:
    """A share of m leaves each month, so U = m(1 + λ + λ² + …)."""
    memory = fading(np.full(12, MONTHLY))
    assert of_first_year(churned(scenario)) == pytest.approx(loss(1 + 0.8 * memory))


def test_the_memory_settles_where_as_much_fades_as_is_added(scenario) -> None:
    """In the third year the ten a month have lost p₁, p₂; U is m/(1 − λ) by then."""
    lost = churned(scenario, team__csm__departure__fades_over="1 month")[:, 0]
    left = 10 - lost[:12] - lost[12:24]
    assert lost[35] / left[11] == pytest.approx(loss(1 + 0.8 * MONTHLY / (1 - 0.5)))


def test_more_than_everybody_cannot_be_missed(scenario) -> None:
    settings = {"team__csm__attrition": "99.9%", "team__csm__departure__fades_over": "10 years"}
    found = of_first_year(churned(scenario, **settings, team__csm__time_to_hire="1 month"))
    chance = 1 - 0.001 ** (1 / 12)
    memory = fading(np.full(12, chance), 2 ** (-1 / 120))
    assert memory[2] > 1
    assert found == pytest.approx(loss(1 + 0.8 * np.minimum(memory, 1)))


def test_a_memory_without_length_is_of_this_month_alone(scenario) -> None:
    found = of_first_year(churned(scenario, team__csm__departure__fades_over=0))
    assert found == pytest.approx(loss(1 + 0.8 * MONTHLY))


def test_only_those_who_were_served_feel_it(scenario) -> None:
    assert of_first_year(churned(scenario, segment="other")) == pytest.approx(loss(1))


def test_a_part_in_a_step_is_enough_to_be_known(scenario) -> None:
    steps = {"call": "1h", "note": {"hours": "10m", "role": "csm"}}
    task = {"role": "desk", "every": "year", "steps": steps, "segments": "other"}
    found = of_first_year(churned(scenario, segment="other", tasks__extra=task))
    assert found == pytest.approx(of_first_year(churned(scenario)))


def test_work_that_is_one_for_all_serves_all_of_its_segments(scenario) -> None:
    task = {"role": "csm", "fixed": "1 hour per month"}
    found = of_first_year(churned(scenario, segment="other", tasks__extra=task))
    assert found == pytest.approx(of_first_year(churned(scenario)))


def test_the_faces_of_several_roles_multiply(scenario) -> None:
    settings = {
        "team__desk__attrition": "50%",
        "team__desk__departure": {"churn": 1.5, "fades_over": 0},
    }
    memory, chance = fading(np.full(12, MONTHLY)), 1 - 0.5 ** (1 / 12)
    both = (1 + 0.8 * memory) * (1 + 0.5 * chance)
    assert of_first_year(churned(scenario, **settings)) == pytest.approx(loss(both))
    alone = of_first_year(churned(scenario, segment="other", **settings))
    assert alone == pytest.approx(loss(1 + 0.5 * chance))


def test_it_multiplies_what_the_work_does(scenario) -> None:
    """Work that stopped with a factor of 1.4, beside the faces."""
    task = {
        "role": "nobody",
        "fixed": "1 hour per month",
        "coverage_today": 1,
        "if_stopped": {"churn": 1.4, "fades_over": 0},
    }
    found = churned(scenario, tasks__stopped=task, team__nobody={"headcount": 0})
    memory = fading(np.full(12, MONTHLY))
    assert of_first_year(found) == pytest.approx(loss(1.4 * (1 + 0.8 * memory)))


@pytest.mark.parametrize("trials", [0, 300])
def test_feedback_off_holds_it_at_one(scenario, trials) -> None:
    off = {"simulation__feedback": "off"}
    with_it = churned(scenario, trials, **off)
    without = churned(scenario, trials, **off, team__csm__departure={"churn": 1})
    assert (with_it == without).all()


def test_nobody_leaves_and_nobody_is_missed(scenario) -> None:
    found = churned(scenario, 300, team__csm__attrition=0)
    without = churned(scenario, 300, team__csm__attrition=0, team__csm__departure={"churn": 1})
    assert (found == without).all()


def test_in_each_future_those_are_missed_who_left_in_it(scenario, mean_is) -> None:
    """One seat that is never filled again: U is λ^(months since), if somebody has left."""
    found = churned(scenario, 20_000, team__csm__headcount=1, team__csm__backfill=False)
    for t in range(12):
        since = np.arange(t + 1)
        chance = MONTHLY * (1 - MONTHLY) ** (t - since)
        expected = chance @ loss(1 + 0.8 * FADE**since) + (1 - chance.sum()) * loss(1)
        mean_is(found[t], 10 * expected)


def test_the_factor_may_be_uncertain(scenario, mean_is) -> None:
    """One factor for a whole future: the mean loss is the mean over its distribution."""
    settings = {
        "team__csm__departure": {"churn": {"p10": 1.2, "p50": 2, "p90": 6}, "fades_over": 0},
        "team__csm__attrition": 0.999999,
    }
    found = churned(scenario, 20_000, **settings, team__csm__time_to_hire="20 months")
    z = np.random.default_rng(1).standard_normal(1_000_000)
    spread = np.where(z < 0, np.log(2 / 1.2), np.log(6 / 2)) / 1.2815516
    chance = 1 - (1e-6) ** (1 / 12)
    expected = loss(1 + (2 * np.exp(spread * z) - 1) * chance).mean()
    mean_is(found[0], 10 * expected)


def test_a_departure_that_nobody_can_feel_is_doubted(scenario) -> None:
    plan = scenario(PLAN, set={"team.idle": {"headcount": 1, "departure": {"churn": 2}}})
    (doubt,) = plan.warnings
    assert "no task names idle, so no customer feels it when somebody leaves" in str(doubt)
