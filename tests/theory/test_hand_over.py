"""Work that falls due when people leave: the accounts that they held are handed over."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.engine.layout import build_layout

MONTHLY = 1 - 0.7 ** (1 / 12)
"""Chance to leave within a month at 30 % a year."""
PLAN = """
name: hand-over
horizon: {start: 2027-01, months: 12}
segments:
  large: {accounts: 40}
  small: {accounts: 160, complexity: 0.5}
tasks:
  hand_over: {role: csm, on: departure, hours: 3h}
team:
  csm: {headcount: 8, attrition: 30%, time_to_hire: 2 months}
  lead: {headcount: 1}
"""
HELD = 40 * 3 + 160 * 3 * 0.5
"""Hours that it takes to hand over all accounts."""


def simulate(scenario, trials=0, **settings):
    plan = scenario(PLAN, set={key.replace("__", "."): value for key, value in settings.items()})
    return capacity.simulate(plan, trials=trials, seed=4)


def due(result: capacity.Result, **about: str) -> np.ndarray:
    return result.array("due_hours", role=about.pop("role", "csm"), task="hand_over", **about)


def test_expected_hours_are_the_hazard_times_the_accounts_times_the_hours(scenario) -> None:
    """The share of people that leaves is the same every month, however many there are."""
    found = due(simulate(scenario))[:, 0]
    assert found == pytest.approx(np.full(12, MONTHLY * HELD))


def test_hours_of_a_segment_are_those_of_its_accounts(scenario) -> None:
    result = simulate(scenario)
    for segment, hours in (("large", 120), ("small", 240)):
        assert due(result, segment=segment) == pytest.approx(MONTHLY * hours)


def test_mean_hours_are_the_expected_ones(scenario, mean_is) -> None:
    drawn = due(simulate(scenario, 10_000))
    for t in range(12):
        mean_is(drawn[t], MONTHLY * HELD)


def test_in_each_future_the_seats_vacated_decide(scenario) -> None:
    """Without backfill every seat that is gone was vacated in its month."""
    result = simulate(scenario, 1000, team__csm__backfill=False)
    heads = np.vstack([np.full((1, 1000), 8.0), result.array("headcount", role="csm")])
    left, before = heads[:-1] - heads[1:], heads[:-1]
    part = np.divide(left, before, out=np.zeros_like(left), where=before > 0)
    assert part.max() > 0.3
    np.testing.assert_allclose(due(result), part * HELD, rtol=1e-12, atol=1e-9)


def test_hires_of_the_same_month_hold_no_accounts_yet(scenario) -> None:
    """One person leaves for certain, nine join: the one held all the accounts."""
    settings = {"headcount": 1, "attrition": 0.999999999999, "hires": {"2027-01": 9}}
    result = simulate(scenario, **{f"team__csm__{key}": value for key, value in settings.items()})
    chance = 1 - 1e-12 ** (1 / 12)
    assert due(result)[:2, 0] == pytest.approx(HELD * chance, rel=1e-4)


def test_nobody_there_nobody_leaves(scenario) -> None:
    for trials in (0, 100):
        result = simulate(scenario, trials, team__csm__headcount=0)
        assert (due(result) == 0).all()


def test_lost_accounts_are_not_handed_over(scenario) -> None:
    churn = {"segments__large__churn": "20%", "segments__small__churn": "50%"}
    result = simulate(scenario, 100, team__csm__backfill=False, **churn)
    heads = np.vstack([np.full((1, 100), 8.0), result.array("headcount", role="csm")])
    part = np.divide(heads[:-1] - heads[1:], heads[:-1], where=heads[:-1] > 0, out=0 * heads[1:])
    book = np.full((1, 100), 160.0)
    alive = np.vstack([book, result.array("accounts", segment="small")[:-1]])
    np.testing.assert_allclose(due(result, segment="small"), part * alive * 1.5, atol=1e-9)


def test_a_share_of_the_accounts_needs_it(scenario, mean_is) -> None:
    expected = due(simulate(scenario, tasks__hand_over__share="60%"))
    assert expected == pytest.approx(0.6 * MONTHLY * HELD)
    drawn = due(simulate(scenario, 10_000, tasks__hand_over__share="60%"))
    mean_is(drawn[5], 0.6 * MONTHLY * HELD)


def test_hours_vary_from_one_account_to_the_next(scenario, mean_is) -> None:
    """Given that one of eight left: 5 accounts of complexity 1 and 20 of ½, each of its own."""
    hours = {"mean": 3, "sd": 2}
    steady = simulate(scenario, 20_000, team__csm__backfill=False)
    varied = simulate(scenario, 20_000, team__csm__backfill=False, tasks__hand_over__hours=hours)
    one = steady.array("headcount", role="csm")[0] == 7
    spread = (due(varied)[0] - due(steady)[0])[one]
    assert len(spread) > 3000
    spread = spread[: len(spread) // 100 * 100]
    mean_is(spread, 0)
    mean_is(spread**2, 4 * (5 + 20 * 0.25))


def test_another_role_may_do_a_step_of_it(scenario) -> None:
    steps = {"brief": "1h", "meet": {"hours": "2h", "role": "lead"}}
    task = {"role": "csm", "on": "departure", "steps": steps}
    result = simulate(scenario, tasks__hand_over=task)
    assert due(result) == pytest.approx(MONTHLY * HELD / 3)
    assert due(result, role="lead") == pytest.approx(MONTHLY * HELD * 2 / 3)


def test_it_counts_as_required_people_and_is_served_like_all_work(scenario) -> None:
    """Two lots of priority: what is first is done, the rest waits a month and is dropped."""
    work = {"role": "csm", "fixed": "1280 hours per month", "priority": 1}
    settings = {"tasks__work": work, "tasks__hand_over__defer": "1 month", "horizon__months": 2}
    result = simulate(scenario, **settings, tasks__hand_over__backlog="5h")
    hours = 21 * 8, 20 * 8
    asked = 1280 + MONTHLY * HELD
    needed = result.array("required_fte", role="csm")[:, 0]
    assert needed == pytest.approx([asked / hours[0], asked / hours[1]])
    has = result.array("capacity_hours", role="csm")[:, 0]
    left = max(has[0] - 1280, 0)
    done = result.array("done_hours", role="csm", task="hand_over")[:, 0]
    assert done == pytest.approx([min(left, 5 + MONTHLY * HELD), max(has[1] - 1280, 0)])
    dropped = result.array("dropped_hours", role="csm", task="hand_over")[:, 0]
    assert dropped[0] == pytest.approx(max(5 - left, 0))


def test_the_past_had_its_departures_too(scenario) -> None:
    """Today's team did the usual work, and what usually leaves was handed over."""
    layout = build_layout(scenario(PLAN, set={"team.csm.hires": {"2027-04": 3}}))
    assert layout.past.due.sum() == pytest.approx(MONTHLY * HELD)
    later = {"team.csm.headcount": 0, "team.csm.hires": {"2027-04": 3}}
    layout = build_layout(scenario(PLAN, set=later))
    assert layout.past.due.sum() == pytest.approx(MONTHLY * HELD * 8 / 12)


def test_a_departure_leaves_no_shortfall(scenario) -> None:
    """The value of the team is shared by the other tasks alone."""
    text = PLAN.replace("{accounts: 40}", "{accounts: 40, churn: 10%, addressable: 50%}")
    text = text.replace("complexity: 0.5", "complexity: 0.5, churn: 10%, addressable: 50%")
    text += "value: {if_stopped: {churn: 1.5}}\n"
    care = {"role": "csm", "every": "month", "hours": "1h", "weight": 1}
    layout = build_layout(scenario(text, set={"tasks.care": care}))
    assert [pair.lane.task for pair in layout.effects.lasting] == ["care", "care"]
    assert not layout.effects.starting + layout.effects.renewing


def test_work_that_never_falls_due_is_doubted(scenario) -> None:
    (doubt,) = scenario(PLAN, set={"team.csm.attrition": 0}).warnings
    assert "nobody of csm leaves" in str(doubt)
