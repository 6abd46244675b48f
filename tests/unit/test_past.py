"""Plans beside each other that explain today's churn by different teams of today say so."""

from __future__ import annotations

import pytest

import capacity

PLAN = """
name: A few of ten
horizon: {start: 2027-01, months: 12}
segments: {all: {accounts: 60, arr: 9_000, churn: 20%, addressable: 60%}}
tasks: {care: {role: csm, every: month, hours: 6h, weight: 1}}
value: {if_stopped: {churn: 1.5, source: own judgement}}
team: {csm: {headcount: 1, salary: 90_000}}
"""
SAID = "Each plan explains today's churn by what its own team of today would do"


@pytest.fixture
def plan(scenario):
    return scenario(PLAN)


def notes(*plans):
    return " ".join(capacity.compare(plans, trials=0).versus[0].notes)


def test_another_headcount_is_another_past_and_keeps_no_customer(plan):
    """A person has 174 of the 360 hours that fall due in a month, 48 %; two have 97 %."""
    more = plan.with_({"team.csm.headcount": 2})
    here, there = (capacity.simulate(one, trials=0) for one in (plan, more))
    assert there.mean("arr", period="2027-12") == pytest.approx(
        here.mean("arr", period="2027-12"), rel=1e-3
    )
    assert f"{SAID}, which is 48 % to 97 % of care" in notes(plan, more)


def test_people_who_come_have_the_same_past_and_keep_customers(plan):
    more = plan.with_({"team.csm.hires": {"2027-01": 1}})
    here, there = (capacity.simulate(one, trials=0) for one in (plan, more))
    assert there.mean("arr", period="2027-12") > 1.01 * here.mean("arr", period="2027-12")
    assert SAID not in notes(plan, more)


def test_a_coverage_that_is_given_is_the_past_of_all(plan):
    one = plan.with_({"tasks.care.coverage_today": "50%"})
    assert SAID not in notes(one, one.with_({"team.csm.headcount": 2}))


def test_a_sweep_says_it_below_its_table(plan):
    found = capacity.grid(plan, {"team.csm.headcount": [1, 2]}, trials=0)
    assert SAID in " ".join(str(found).split())
    same = capacity.grid(plan, {"team.csm.salary": [80_000, 90_000]}, trials=0)
    assert same.past == ""
