"""Seats that are vacated and filled, their hours and their cost, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import capacity

PLAN = """
    name: people
    horizon: {start: 2027-01, months: 18}
    segments: {customers: {accounts: 1}}
    tasks: {talk: {role: csm, fixed: 1 hour per month, priority: 1}}
    team: {csm: {headcount: 10}}
"""
MONTHLY = 1 - 0.8 ** (1 / 12)
"""Chance to leave within a month at 20 % a year."""


def simulate(scenario, trials, **role):
    settings = {f"team.csm.{key}": value for key, value in role.items()}
    return capacity.simulate(scenario(PLAN, set=settings), trials=trials, seed=5)


def filled(wait: np.ndarray, months: int = 18, seats: float = 10) -> tuple[np.ndarray, np.ndarray]:
    """Expected filled seats and newcomers, `wait[n]` the chance to stay vacant n months."""
    heads, left, joined = [], [], []
    for t in range(months):
        left.append(seats * MONTHLY)
        joined.append(sum(left[t - n] * p for n, p in enumerate(wait) if 0 < n <= t))
        seats += joined[-1] - left[-1]
        heads.append(seats)
    return np.array(heads), np.array(joined)


def test_seats_that_are_not_filled_again_decay(scenario, moments_are) -> None:
    """Each of ten seats is left after t + 1 months with chance 0.8^((t + 1)/12)."""
    for trials in (0, 10_000):
        heads = simulate(scenario, trials, attrition="20%", backfill=False).array(
            "headcount", role="csm"
        )
        for t in (0, 5, 11, 17):
            kept = 0.8 ** ((t + 1) / 12)
            if trials:
                moments_are(heads[t], 10 * kept, 10 * kept * (1 - kept))
            else:
                assert heads[t] == pytest.approx(10 * kept)


@pytest.mark.parametrize("wait", [1, 2, 3])
def test_vacancies_are_filled_after_the_time_to_hire(scenario, mean_is, wait) -> None:
    expected, joined = filled(np.eye(wait + 1)[wait])
    role = {"attrition": "20%", "time_to_hire": f"{wait} months", "hiring_cost": 1000}
    mean = simulate(scenario, 0, **role)
    assert mean.array("headcount", role="csm")[:, 0] == pytest.approx(expected)
    assert mean.array("vacancies", role="csm")[:, 0] == pytest.approx(10 - expected)
    assert mean.array("cost_hiring", role="csm")[:, 0] == pytest.approx(1000 * joined)
    drawn = simulate(scenario, 10_000, **role)
    heads, vacant = drawn.array("headcount", role="csm"), drawn.array("vacancies", role="csm")
    assert (heads + vacant == 10).all()
    for t in range(18):
        mean_is(heads[t], expected[t])
        if joined[t]:
            mean_is(drawn.array("cost_hiring", role="csm")[t], 1000 * joined[t])


def test_each_vacancy_draws_its_time_to_hire(scenario, mean_is) -> None:
    """PERT from 0 to 5 months, rounded to whole months, at least one."""
    true = stats.beta(1 + 4 * 2 / 5, 5 - 4 * 2 / 5, loc=0, scale=5)
    wait = np.diff(true.cdf(np.array([-1, -0.5, 1.5, 2.5, 3.5, 4.5, 9])))
    assert wait.sum() == pytest.approx(1)
    expected, _ = filled(wait)
    months = {"low": "0 months", "likely": "2 months", "high": "5 months"}
    drawn = simulate(scenario, 10_000, attrition="20%", time_to_hire=months)
    for found, value in zip(drawn.array("headcount", role="csm"), expected, strict=True):
        mean_is(found, value)


def test_uncertain_attrition_is_one_number_for_all_seats(scenario, moments_are) -> None:
    """After a year K of 10 seats are left, E[K] = 10(1 − E[a]), Var adds 100·Var[a]."""
    role = {"attrition": {"mean": 0.3, "sd": 0.1}, "backfill": False}
    left = simulate(scenario, 20_000, **role).array("headcount", role="csm", period="2027-12")
    moments_are(left, 7, 10 * (0.3 - 0.01 - 0.09) + 100 * 0.01)


def test_overload_raises_attrition_from_the_next_month_on(scenario, mean_is) -> None:
    role = {"attrition": "20%", "backfill": False, "overloaded_attrition": 1.5}
    plan = scenario(PLAN, set={
        "tasks.talk.fixed": "9000 hours per month", "horizon.months": 6,
        **{f"team.csm.{k}": v for k, v in role.items()},
    })  # fmt: skip
    years = (1 + 1.5 * np.arange(6)) / 12
    expected = capacity.simulate(plan, trials=0).array("headcount", role="csm")[:, 0]
    assert expected == pytest.approx(10 * 0.8**years)
    drawn = capacity.simulate(plan, trials=10_000).array("headcount", role="csm")
    for found, value in zip(drawn, expected, strict=True):
        mean_is(found, value)


@pytest.mark.parametrize("trials", [0, 100])
def test_planned_hires_join_in_their_month_and_ramp(scenario, trials) -> None:
    role = {"hires": {"2027-03": 2, "2027-05": 1}, "ramp": [0.0, 0.5]}
    result = simulate(scenario, trials, **role)
    heads = result.array("headcount", role="csm")
    assert heads[:, 0].tolist() == [10, 10, 12, 12, *[13] * 14]
    ramped = result.array("ramped_fte", role="csm")
    assert ramped[:8, 0].tolist() == [10, 10, 10, 11, 12, 12.5, 13, 13]
    assert (ramped == ramped[:, :1]).all()


def test_a_hire_that_slips_joins_later(scenario, mean_is) -> None:
    slips = {"low": "0 months", "likely": "1 month", "high": "4 months"}
    role = {"hires": {"2027-03": 1}, "slips": slips}
    heads = simulate(scenario, 10_000, **role).array("headcount", role="csm") - 10
    true = stats.beta(2, 4, loc=0, scale=4)
    for late in range(4):
        mean_is(heads[2 + late], true.cdf(late + 0.5))
    assert (heads[:2] == 0).all()
    assert (heads[6:] == 1).all()


def test_newcomers_of_a_vacancy_ramp_from_the_start(scenario, mean_is) -> None:
    """Expected output = Σ over past joiners who stayed, at their month's share."""
    ramp = np.array([0.1, 0.4, 0.8])
    expected_heads, joined = filled(np.array([0, 0, 1.0]))
    stay = 1 - MONTHLY
    lost = [
        sum(joined[t - k] * stay**k * (1 - ramp[k]) for k in range(3) if t - k >= 0)
        for t in range(18)
    ]
    role = {"attrition": "20%", "time_to_hire": "2 months", "ramp": ramp.tolist()}
    expected = simulate(scenario, 0, **role).array("ramped_fte", role="csm")[:, 0]
    assert expected == pytest.approx(expected_heads - np.array(lost))
    drawn = simulate(scenario, 10_000, **role).array("ramped_fte", role="csm")
    for found, value in zip(drawn, expected, strict=True):
        mean_is(found, value)


def test_capacity_is_ramped_people_times_their_hours(scenario) -> None:
    role = {"holidays": "US", "pto_days": 20, "sick_days": 5, "internal": "30%",
            "target_utilization": "80%"}  # fmt: skip
    result = simulate(scenario, 0, **role)
    # January 2027: 21 weekdays, two holidays, 25 days of leave over 261 weekdays of the year
    present = (21 - 2 - 25 * 21 / 261) * 8
    assert result.mean("available_hours", period="2027-01", role="csm") == pytest.approx(
        7 * present
    )
    assert result.mean("capacity_hours", period="2027-01", role="csm") == pytest.approx(
        5.6 * present
    )


def test_leave_follows_its_season(scenario) -> None:
    season = [0, 0, 0, 0, 0, 0, 6, 6, 0, 0, 0, 0]
    result = simulate(scenario, 0, pto_days=20, leave_seasonality=season)
    assert result.mean("available_hours", period="2027-06", role="csm") == 10 * 22 * 8
    assert result.mean("available_hours", period="2027-07", role="csm") == 10 * (22 - 10) * 8


def test_required_people_are_due_hours_over_a_persons_hours(scenario) -> None:
    plan = scenario(
        PLAN, set={"tasks.talk.fixed": "500 hours per month", "team.csm.internal": "30%"}
    )
    found = capacity.simulate(plan, trials=0)
    assert found.mean("required_fte", period="2027-01", role="csm") == pytest.approx(
        500 / (21 * 8 * 0.7)
    )
    assert found.mean("load", period="2027-01", role="csm") == pytest.approx(500 / (210 * 8 * 0.7))
    used = found.mean("utilization", period="2027-01", role="csm")
    assert used == pytest.approx(500 / (210 * 8 * 0.7))


def test_overtime_is_worked_where_there_is_more_work_than_hours(scenario) -> None:
    plan = scenario(
        PLAN, set={"tasks.talk.fixed": "2000 hours per month", "team.csm.overtime": "10%"}
    )
    found = capacity.simulate(plan, trials=0)
    done = found.array("done_hours", role="csm")[:, 0]
    hours = found.array("capacity_hours", role="csm")[:, 0]
    assert done == pytest.approx(np.minimum(hours * 1.1, 2000))
    assert found.mean("load", period="2027-02", role="csm") == pytest.approx(2000 / 1600)


def test_the_cost_of_a_seat_adds_up(scenario) -> None:
    role = {"salary": 60_000, "on_costs": "30%", "bonus": 6000, "tools": 1200, "raise": "5%"}
    plan = scenario(
        PLAN, set={"finance.platform": 24_000, **{f"team.csm.{k}": v for k, v in role.items()}}
    )
    cost = capacity.simulate(plan, trials=0).array("team_cost")[:, 0]
    assert cost[:12] == pytest.approx(10 * (60_000 * 1.3 + 7200) / 12 + 2000)
    assert cost[12:] == pytest.approx(10 * (63_000 * 1.3 + 7200) / 12 + 2000)


def test_heads_that_follow_other_roles_are_the_ceiling(scenario) -> None:
    plan = scenario(PLAN, set={
        "team.csm.hires": {"2027-04": 6, "2027-06": 1}, "team.csm.attrition": "50%",
        "team.manager": {"per": {"csm": 8}, "salary": 120_000},
    })  # fmt: skip
    result = capacity.simulate(plan, trials=100)
    heads = result.array("headcount", role="manager")
    assert (heads == heads[:, :1]).all()
    assert heads[:, 0].tolist() == [2] * 5 + [3] * 13
    assert result.array("team_cost", role="manager")[0, 0] == pytest.approx(20_000)


def test_overload_is_each_futures_own(scenario, mean_is) -> None:
    """Half of the futures have more work than hours: 10·0.8^(1/12), then 1.5 or once the hazard."""
    fixed = {"low": "1000 hours per month", "likely": "1600 hours per month",
             "high": "2200 hours per month"}  # fmt: skip
    role = {
        "attrition": "20%",
        "backfill": False,
        "overloaded_attrition": 1.5,
        "hours_per_week": 40,
    }
    plan = scenario(PLAN, set={
        "tasks.talk.fixed": fixed, "horizon.months": 2,
        **{f"team.csm.{k}": v for k, v in role.items()},
    })  # fmt: skip
    result = capacity.simulate(plan, trials=20_000)
    heads, load = (result.array(m, role="csm") for m in ("headcount", "load"))
    busy = load[0] > 1
    assert 0.3 < busy.mean() < 0.7
    for over, factor in ((busy, 1.5), (~busy, 1.0)):
        stay = 0.8 ** (factor / 12)
        left = (heads[1] - heads[0] * stay)[over]
        assert abs(left.mean()) < 4 * left.std() / np.sqrt(len(left))


@pytest.mark.parametrize("trials", [0, 300])
def test_feedback_off_holds_the_overloads_factor_at_one(scenario, trials) -> None:
    settings = {"tasks.talk.fixed": "9000 hours per month", "team.csm.attrition": "20%",
                "simulation.feedback": "off"}  # fmt: skip
    with_it = scenario(PLAN, set={**settings, "team.csm.overloaded_attrition": 3})
    a, b = (
        capacity.simulate(plan, trials=trials).array("headcount", role="csm")
        for plan in (with_it, scenario(PLAN, set=settings))
    )
    assert (a == b).all()


def test_just_enough_hours_are_no_overload(scenario) -> None:
    """Ten people of 20 days of 8 hours have the 1,600 that February wants."""
    settings = {"tasks.talk.fixed": "1600 hours per month", "horizon.start": "2027-02",
                "horizon.months": 2, "team.csm.overloaded_attrition": 9}  # fmt: skip
    full = capacity.simulate(scenario(PLAN, set=settings), trials=0)
    assert full.array("load", role="csm")[0] == 1
    settings |= {"team.csm.attrition": 1e-9, "team.csm.backfill": False}
    heads = capacity.simulate(scenario(PLAN, set=settings), trials=0).array("headcount", role="csm")
    later = 1 - heads[1] / heads[0]
    assert later == pytest.approx(9e-9 / 12, rel=1e-3)  # a hair less than ten: overloaded
    settings |= {"tasks.talk.fixed": "1599 hours per month"}
    heads = capacity.simulate(scenario(PLAN, set=settings), trials=0).array("headcount", role="csm")
    assert 1 - heads[1] / heads[0] == pytest.approx(1e-9 / 12, rel=1e-3)


def test_seasons_of_leave_add_up_to_the_years_leave(scenario) -> None:
    """Whatever the weights, they are scaled to the year; sick days follow the same seasons."""
    season = [3, 1, 0, 1, 2, 0, 5, 4, 1, 0, 1, 2]
    usual = simulate(scenario, 0, pto_days=18, sick_days=6).array("available_hours", role="csm")
    found = simulate(scenario, 0, pto_days=18, sick_days=6, leave_seasonality=season)
    hours = found.array("available_hours", role="csm")
    assert hours[:12].sum() == pytest.approx(usual[:12].sum())
    days = 10 * 22 - hours[6, 0] / 8
    assert days == pytest.approx(10 * 24 * 5 / sum(season))


def test_more_leave_than_days_leaves_no_hours(scenario) -> None:
    season = [0, 1] + [0] * 10
    result = simulate(scenario, 100, pto_days=24, leave_seasonality=season)
    assert (result.array("available_hours", role="csm")[1] == 0).all()
    assert (result.array("load", role="csm")[1] == np.inf).all()
