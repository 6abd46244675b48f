"""People by name: when they come and go, how much of a week, where, and on leave or not."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.engine.layout import build_layout

PLAN = """
name: roster
horizon: {start: 2027-01, months: 18}
segments: {customers: {accounts: 60, churn: 10%, addressable: 50%}}
tasks:
  talk: {role: csm, every: month, hours: 20h, weight: 1}
  hand_over: {role: csm, on: departure, hours: 3h}
value: {if_stopped: {churn: 1.5}}
team: {csm: {people: roster.csv, salary: 60_000}}
"""
HEADER = "name,start,end,fte,location,leave_from,leave_to"
ATTRITION = {"attrition": "20%", "time_to_hire": "2 months"}
MONTHLY = 1 - 0.8 ** (1 / 12)
"""Chance to leave within a month at 20 % a year."""
WEEKDAYS = np.array([21, 20, 23, 22, 21, 22, 22, 22, 22, 21, 22, 23])
"""Mondays to Fridays of the months of 2027."""


@pytest.fixture
def simulate(scenario):
    def run(*rows, trials=0, header=HEADER, text=PLAN, **role):
        settings = {f"team.csm.{key}": value for key, value in role.items()}
        plan = scenario(text, set=settings, roster="\n".join([header, *rows, ""]))
        return capacity.simulate(plan, trials=trials, seed=6)

    return run


def of(result, metric, **about):
    return result.array(metric, role="csm", **about)


def all_numbers(result):
    keys = ("segment", "role", "pool", "task")
    table = result.table()[["metric", *keys]].drop_duplicates()
    return {
        (name, *key): result.array(name, **dict(zip(keys, key, strict=True)))
        for name, *key in table.itertuples(index=False)
    }


def same(a, b) -> None:
    a, b = all_numbers(a), all_numbers(b)
    assert a.keys() == b.keys()
    for key, values in a.items():
        np.testing.assert_allclose(values, b[key], rtol=1e-12, atol=1e-12, err_msg=str(key))


COMPLEX = {
    **ATTRITION, "ramp": ["20%", "60%"], "overloaded_attrition": 1.5, "holidays": "US",
    "pto_days": 20, "hiring_cost": 900, "hires": {"2027-03": 2}, "slips": "1 month",
    "departure": {"churn": 1.5}, "on_costs": "30%", "tools": 100, "internal": "20%",
}  # fmt: skip
ALIKE = [f"{name},,,,,," for name in "ABCDEFG"]


@pytest.mark.parametrize("settings", [{}, ATTRITION, COMPLEX, {**COMPLEX, "backfill": False}])
def test_full_time_people_are_a_headcount(scenario, simulate, settings) -> None:
    text = PLAN.replace("people: roster.csv", "headcount: 7")
    plan = scenario(text, set={f"team.csm.{key}": value for key, value in settings.items()})
    same(simulate(*ALIKE, **settings), capacity.simulate(plan, trials=0))


def test_people_who_start_within_the_plan_are_hires(simulate) -> None:
    settings = {**COMPLEX, "hires": {}, "slips": 0}
    signed = simulate(*ALIKE, "X,2027-03-01,,,,,", "Y,2027-03-17,,,,,", **settings)
    hired = simulate(*ALIKE, **{**settings, "hires": {"2027-03": 2}})
    same(signed, hired)


def test_a_half_time_person_gives_half_the_hours_for_half_the_pay(simulate) -> None:
    text = PLAN.replace("20h", "1h")
    whole, half = simulate("A,,,1,,,", text=text), simulate("A,,,50%,,,", text=text)
    for metric in ("capacity_hours", "available_hours", "ramped_fte", "cost_salaries"):
        assert of(half, metric) == pytest.approx(of(whole, metric) / 2)
    assert of(whole, "cost_salaries") == pytest.approx(5000)
    for result in (whole, half):
        assert (of(result, "headcount") == 1).all()
    assert of(half, "required_fte") == pytest.approx(of(whole, "required_fte"))


def test_part_of_a_week_adds_up(simulate) -> None:
    result = simulate("A,,,0.8,,,", "B,,,0.6,,,", "C,,,0,,,")
    assert of(result, "capacity_hours")[:12, 0] == pytest.approx(1.4 * 8 * WEEKDAYS)
    assert of(result, "headcount")[0, 0] == 3


@pytest.mark.parametrize("trials", [0, 100])
def test_a_leave_of_a_whole_month_takes_that_months_hours(simulate, trials) -> None:
    result = simulate("A,,,,,2027-03-01,2027-04-30", "B,,,,,,", trials=trials)
    hours = 16.0 * WEEKDAYS
    hours[2:4] /= 2
    for metric in ("capacity_hours", "available_hours"):
        assert of(result, metric)[:12] == pytest.approx(np.tile(hours[:, None], max(trials, 1)))
    for metric, usual in (("headcount", 2), ("ramped_fte", 2), ("cost_salaries", 10_000)):
        assert of(result, metric) == pytest.approx(usual)


def test_a_leave_takes_its_share_of_the_working_days(simulate) -> None:
    """10 to 21 May 2027 are 10 of 21 weekdays; with Whit Monday on the 17th, 9 of 20 in Germany."""
    plain = simulate("A,,,,,2027-05-10,2027-05-21")
    assert of(plain, "capacity_hours")[4, 0] == pytest.approx(8 * 21 * (1 - 10 / 21))
    closed = simulate("A,,,,DE,2027-05-10,2027-05-21")
    # Ascension and Whit Monday; the first of May is a Saturday
    assert of(closed, "capacity_hours")[4, 0] == pytest.approx(8 * 19 * (1 - 9 / 19))


def test_a_leave_may_be_open_to_one_side(simulate) -> None:
    until, since = simulate("A,,,,,,2027-03-31"), simulate("A,,,,,2027-03-01,")
    assert (of(until, "capacity_hours")[:, 0] == 0).tolist() == [True] * 3 + [False] * 15
    assert (of(since, "capacity_hours")[:, 0] == 0).tolist() == [False] * 2 + [True] * 16


def test_holidays_are_those_of_the_persons_place(simulate) -> None:
    """2027: Good Friday and Easter Monday in March, Ascension and Whit Monday in May (DE)."""
    result = simulate("A,,,,,,", "B,,,,DE,,")
    closed = np.zeros(12)
    closed[[0, 2, 4]] = 1, 2, 2
    assert of(result, "capacity_hours")[:12, 0] == pytest.approx(8 * (2 * WEEKDAYS - closed))
    both = simulate("A,,,,US,,", "B,,,,,,", holidays="DE")
    # Christmas of 2027 is kept on Friday the 24th, and New Year's Day of 2028 on the 31st
    american = np.array([2, 1, 0, 0, 1, 1, 1, 0, 1, 1, 2, 2])
    assert of(both, "capacity_hours")[:12, 0] == pytest.approx(
        8 * (2 * WEEKDAYS - closed - american)
    )
    # what the work takes is counted in people of the role's own calendar
    due = of(both, "due_hours")[2, 0]
    assert of(both, "required_fte")[2, 0] == pytest.approx(due / (8 * 21))


def test_leave_and_internal_time_are_the_roles(simulate) -> None:
    role = {"pto_days": 26, "sick_days": 0.1, "internal": "25%", "target_utilization": "80%"}
    result = simulate("A,,,0.5,,,", **role)
    available = 0.5 * (21 - 26.1 * 21 / 261) * 8 * 0.75
    assert of(result, "available_hours")[0, 0] == pytest.approx(available)
    assert of(result, "capacity_hours")[0, 0] == pytest.approx(available * 0.8)


@pytest.mark.parametrize(
    ("end", "last"),
    [("2027-03-31", 3), ("2027-03-30", 2), ("2027-03-01", 2), ("2027-02-28", 2), ("2027-01-10", 0)],
)
@pytest.mark.parametrize("trials", [0, 100])
def test_a_seat_is_closed_on_the_day_after_the_last(simulate, end, last, trials) -> None:
    """A month begun is a month that the seat is gone; nobody comes in its place."""
    result = simulate("A,,,,,,", f"B,,{end},,,,", trials=trials, time_to_hire="1 month")
    heads = of(result, "headcount")
    assert (heads == heads[:, :1]).all()
    assert heads[:, 0].tolist() == [2] * last + [1] * (18 - last)
    assert (of(result, "vacancies") == 0).all()
    hand_over = of(result, "due_hours", task="hand_over")
    assert np.flatnonzero(hand_over[:, 0]).tolist() == [last]
    share = result.array("accounts")[last - 1] / 2 if last else 30
    assert hand_over[last] == pytest.approx(3 * share)


@pytest.mark.parametrize("trials", [0, 100])
def test_people_ramp_by_the_months_since_their_start(simulate, trials) -> None:
    """A month begun counts, before the plan as in it."""
    ramp = ["10%", "30%", "60%"]
    rows = ("A,2026-11-15,,,,,", "B,2026-12-01,,,,,", "C,2027-01-01,,,,,", "D,2027-03-31,,0.5,,,")
    found = of(simulate(*rows, trials=trials, ramp=ramp), "ramped_fte")
    expected = [0.6 + 0.3 + 0.1, 1 + 0.6 + 0.3, 1 + 1 + 0.6 + 0.05, 3 + 0.15, 3 + 0.3, 3.5]
    assert found[:6] == pytest.approx(np.tile(np.array(expected)[:, None], max(trials, 1)))


def test_filling_a_seat_costs_where_somebody_joins_in_the_plan(simulate) -> None:
    rows = ("A,,,,,,", "B,2026-12-01,,,,,", "C,2027-02-01,,0.5,,,")
    cost = of(simulate(*rows, hiring_cost=800), "cost_hiring")[:, 0]
    assert cost.tolist() == [0, 800] + [0] * 16


def test_people_leave_by_attrition_like_others(simulate, moments_are) -> None:
    rows = [f"{name},,,0.5,,," for name in "ABCDEFGHIJ"]
    role = {"attrition": "20%", "backfill": False}
    drawn = simulate(*rows, trials=10_000, **role)
    for t in (0, 8, 17):
        kept = 0.8 ** ((t + 1) / 12)
        moments_are(of(drawn, "headcount")[t], 10 * kept, 10 * kept * (1 - kept))
        moments_are(of(drawn, "ramped_fte")[t], 5 * kept, 2.5 * kept * (1 - kept))


MIXED = [
    "A,,,,,,",
    "B,2026-12-01,,0.5,DE,,",
    "C,2027-04-15,2028-03-31,80%,,2027-06-10,2027-07-20",
    "D,,2027-09-30,,US,,",
    "E,2020-01-01,9999-12-31,,FR,2027-01-15,",
    "F,,2027-10-31,0.25,,,",
]
METRICS = (
    "headcount", "vacancies", "ramped_fte", "capacity_hours", "available_hours",
    "cost_salaries", "cost_hiring",
)  # fmt: skip


@pytest.mark.parametrize("backfill", [True, False])
def test_means_are_the_expected_values(simulate, mean_is, backfill) -> None:
    """What overload does not touch is linear in who is there."""
    role = {**COMPLEX, "overloaded_attrition": 1, "attrition": "50%", "backfill": backfill}
    expected = simulate(*MIXED, **role)
    drawn = simulate(*MIXED, trials=10_000, **role)
    for metric in METRICS:
        for found, value in zip(of(drawn, metric), of(expected, metric)[:, 0], strict=True):
            if np.ptp(found) > 1e-6:
                mean_is(found, value)
            else:
                assert found == pytest.approx(value)


def test_seats_are_filled_vacant_or_closed(simulate) -> None:
    role = {**COMPLEX, "attrition": "60%"}
    drawn = simulate(*MIXED, trials=1000, **role)
    seats = of(drawn, "headcount") + of(drawn, "vacancies")
    planned = np.array([5, 5, 5, 8, 8, 8, 8, 8, 8, 7, 6, 6, 6, 6, 6, 5, 5, 5])
    assert (seats == planned[:, None]).all()


def test_a_successor_has_the_hours_of_the_seat_and_the_calendar_of_the_role(simulate) -> None:
    """Everybody leaves in January, successors come in March: Easter is open, leave is over."""
    role = {"attrition": 0.999999999999, "time_to_hire": "2 months"}
    result = simulate("A,,,0.5,DE,2027-02-01,", trials=100, **role)
    hours = of(result, "capacity_hours")
    gone = of(result, "headcount")[0] == 0
    assert gone.mean() > 0.8
    there = of(result, "headcount")[2] == 1
    assert there[gone].all()
    assert hours[2, there] == pytest.approx(4 * 23)


def test_whoever_sits_there_leaves_a_seat_that_closes(simulate) -> None:
    """A successor keeps the end of the seat, and a search ends with it."""
    role = {"attrition": 0.999999999999, "time_to_hire": "3 months"}
    for trials in (0, 1000):
        result = simulate("A,,2027-05-31,,,,", trials=trials, **role)
        assert (of(result, "headcount")[5:] == 0).all()
        assert (of(result, "vacancies")[5:] == 0).all()
        assert of(result, "headcount")[3].mean() > 0.8


def test_ends_are_felt_as_departures(simulate) -> None:
    """One of two leaves in March: U is ½ then, and halves in each month."""
    rows = ("A,,,,,,", "B,,2027-02-28,,,,")
    felt = {"departure": {"churn": 3, "fades_over": "1 month"}}
    plain = simulate(*rows, **felt, text=PLAN.replace("weight: 1", "weight: 0.0001"))
    lost = plain.array("churned_accounts")[:12, 0] / 5
    memory = np.array([0, 0, *(0.5 ** np.arange(1, 11))])
    expected = 1 - np.exp(np.log(0.9) * (0.5 + 0.5 * (1 + 2 * memory)))
    assert lost[:2] == pytest.approx(expected[:2], rel=1e-3)
    without = simulate(*rows, text=PLAN.replace("weight: 1", "weight: 0.0001"))
    ratio = plain.array("churned_accounts")[:12, 0] / without.array("churned_accounts")[:12, 0]
    assert ratio[:3] == pytest.approx([1, 1, expected[2] / expected[0]], rel=1e-2)
    assert (ratio[2:] > 1).all()
    assert (np.diff(ratio[2:]) < 0).all()


def test_todays_team_is_who_is_there_when_the_plan_begins(scenario) -> None:
    """Filled, ramped, at their part of the week and their own calendar; leaves play no part."""
    rows = ["A,,,0.5,DE,,", "B,2026-12-01,,,,2027-01-01,", "C,2027-02-01,,,,,", "D,,2027-01-15,,,,"]
    plan = scenario(
        PLAN.replace("20h", "30h"),
        set={"team.csm.ramp": ["0%"]},
        roster="\n".join([HEADER, *rows, ""]),
    )
    closed = np.zeros(12)
    closed[[0, 2, 4]] = 1, 2, 2
    hours = (8 * (2.5 * WEEKDAYS - 0.5 * closed)).mean()
    layout = build_layout(plan)
    usual = layout.past.due.sum()
    assert layout.past.due[1] == pytest.approx(60 * 3 / 3 / 12)  # of three, one leaves
    assert layout.past.coverage[0] == pytest.approx(hours / usual)


def test_heads_that_follow_a_roster_follow_its_planned_seats(simulate) -> None:
    text = PLAN.replace("salary: 60_000}}", "salary: 60_000}, lead: {per: {csm: 2}}}")
    rows = ("A,,,,,,", "B,,,0.1,,,", "C,,2027-03-31,,,,", "D,2027-02-01,,,,,", "E,2027-02-01,,,,,")
    result = simulate(*rows, text=text, trials=100, attrition="60%", hires={"2027-06": 3})
    heads = result.array("headcount", role="lead")
    assert (heads == heads[:, :1]).all()
    assert heads[:, 0].tolist() == [2, 3, 3, 2, 2] + [4] * 13


@pytest.mark.parametrize("trials", [0, 300])
def test_one_file_may_serve_several_roles(scenario, simulate, trials) -> None:
    """Each role takes its own rows; their order plays no part."""
    rows = ["B,csm,0.5", "L,lead,1", "A,csm,1", "B,lead,0.5"]
    text = PLAN.replace("60_000}}", "60_000}, lead: {people: roster.csv, attrition: 9%}}")
    both = simulate(*rows, header="name,role,fte", text=text, trials=trials, **ATTRITION)
    alone = simulate("A,1", "B,0.5", header="name,fte", trials=trials, **ATTRITION)
    for metric in ("headcount", "ramped_fte", "capacity_hours"):
        assert np.array_equal(of(both, metric), of(alone, metric))
    stay = 0.91 ** (1 / 12) if trials == 0 else 1
    assert both.array("ramped_fte", role="lead")[0].max() == pytest.approx(1.5 * stay)
