"""Luck belongs to people by name: who else is in the roster, and in which line, plays no part."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

PLAN = """
name: people
horizon: {start: 2027-01, months: 12}
segments: {customers: {accounts: 40, churn: 10%, addressable: 50%}}
tasks: {talk: {role: csm, every: month, hours: {low: 1h, likely: 2h, high: 5h}}}
team:
  csm: {people: roster.csv, attrition: 40%, ramp: [20%, 60%], salary: 60_000,
        time_to_hire: {low: 1 month, likely: 2 months, high: 5 months}}
simulation: {feedback: off}
"""
HEADER = "name,start,end,fte,location,leave_from,leave_to"
ANN, BOB, CID = "Ann,,,,,,", "Bob,,2027-09-30,0.5,DE,2027-03-01,2027-04-10", "Cid,2027-05-01,,,,,"
METRICS = ("headcount", "vacancies", "ramped_fte", "capacity_hours", "cost_salaries")


@pytest.fixture
def people(scenario):
    def found(*rows, **settings):
        roster = "\n".join([HEADER, *rows, ""])
        settings = {f"team.csm.{key}": value for key, value in settings.items()}
        plan = scenario(PLAN, set=settings, roster=roster)
        result = capacity.simulate(plan, trials=1000, seed=8)
        return {metric: result.array(metric, role="csm") for metric in METRICS}

    return found


def test_a_person_more_leaves_all_others_their_luck(people) -> None:
    """What two have together is what each has alone, in every future."""
    apart = [people(row) for row in (ANN, BOB, CID)]
    together = people(ANN, BOB, CID)
    for metric, values in together.items():
        np.testing.assert_allclose(values, sum(a[metric] for a in apart), rtol=1e-12, atol=1e-12)
    assert 0.05 < (apart[0]["headcount"][-1] < 1).mean() < 0.9


def test_the_order_of_the_file_plays_no_part(people) -> None:
    a, b = people(ANN, BOB, CID), people(CID, ANN, BOB)
    assert all(np.array_equal(a[metric], b[metric]) for metric in METRICS)


def test_a_name_decides_and_nothing_else_that_is_known(people) -> None:
    """Half a week, a leave and a place elsewhere change what a person gives, not when they go."""
    plain = people("Bob,,,,,,")["headcount"]
    assert np.array_equal(people("Bob,,,0.3,DE,2027-02-01,2027-05-05")["headcount"], plain)
    assert not np.array_equal(people("Rob,,,,,,")["headcount"], plain)
    ended = people("Bob,,2027-06-30,,,,")["headcount"]
    assert np.array_equal(ended[:6], plain[:6])


def test_a_hire_leaves_the_people_their_luck(people) -> None:
    before, after = people(ANN, BOB), people(ANN, BOB, hires={"2027-04": 1})
    gain = after["headcount"] - before["headcount"]
    assert (gain[:3] == 0).all()
    assert (gain[3] == 1).all()
    assert set(np.unique(gain)) == {0, 1}


def test_hires_beside_a_roster_have_the_luck_of_hires_beside_a_headcount(people, scenario) -> None:
    hires = {"hires": {"2027-04": 2}, "slips": {"low": 0, "likely": "1 month", "high": "4 months"}}
    gain = people(ANN, **hires)["headcount"] - people(ANN)["headcount"]
    text = PLAN.replace("people: roster.csv", "headcount: 0")
    plan = scenario(text, set={f"team.csm.{key}": value for key, value in hires.items()})
    alone = capacity.simulate(plan, trials=1000, seed=8).array("headcount", role="csm")
    assert np.array_equal(gain, alone)


def test_the_same_people_on_any_number_of_processes(scenario) -> None:
    from concurrent.futures import ThreadPoolExecutor

    plan = scenario(PLAN, roster=f"{HEADER}\n{ANN}\n{BOB}\n{CID}\n")
    one = capacity.simulate(plan, trials=2000, seed=8)
    with ThreadPoolExecutor(2) as executor:
        two = capacity.simulate(plan, trials=2000, seed=8, executor=executor)
    for metric in METRICS:
        assert np.array_equal(one.array(metric, role="csm"), two.array(metric, role="csm"))
