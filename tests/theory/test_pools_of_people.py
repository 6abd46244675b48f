"""People by pool: their calendars, pay and leaves, the work of nobody, and who misses them."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

WEEKDAYS = np.array([21, 20, 23, 22, 21, 22, 22, 22, 22, 21, 22, 23])
"""Mondays to Fridays of the months of 2027."""
PLAN = """
name: people by pool
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv}
segments: {customers: {churn: 20%, addressable: 100%}}
tasks:
  talk: {role: csm, every: month, hours: 1h}
  hand_over: {role: csm, on: departure, hours: 3h}
team: {csm: {split: region, headcount: {AMER: 2, EMEA: 1}}}
"""
BOOK = {"AMER": 40, "EMEA": 10}
POOLS = tuple(BOOK)


@pytest.fixture
def simulate(scenario):
    def run(trials=0, text=PLAN, files=None, seats=None, book=BOOK, column="region", **role):
        rows = [f"id,segment,arr,start,renewal,{column}"]
        for pool, count in book.items():
            rows += [f"{pool}{i},customers,900,2025-01-01,2027-07-01,{pool}" for i in range(count)]
        settings = {f"team.csm.{key}": value for key, value in role.items()}
        settings |= {"team.csm.headcount": seats} if seats else {}
        plan = scenario(text, set=settings, book="\n".join([*rows, ""]), **(files or {}))
        return capacity.simulate(plan, trials=trials, seed=7)

    return run


def of(result, metric, pool="", **about):
    return result.array(metric, role="csm", pool=pool, **about)


# --- settings by pool ----------------------------------------------------------------------------


def test_holidays_are_those_of_the_pool(simulate) -> None:
    """Germany closes on New Year, Good Friday, Easter Monday, Ascension and Whit Monday 2027."""
    result = simulate(holidays={"AMER": "US", "EMEA": "DE"})
    closed = np.zeros(12)
    closed[[0, 2, 4]] = 1, 2, 2  # the holidays of autumn and winter fall on a weekend
    assert of(result, "capacity_hours", "EMEA")[:, 0] == pytest.approx(8 * (WEEKDAYS - closed))
    july = of(result, "capacity_hours", "AMER")[6, 0]
    assert july == pytest.approx(2 * 8 * (22 - 1))  # the Fourth is a Sunday, Monday is off
    whole = of(result, "capacity_hours")
    assert whole == pytest.approx(sum(of(result, "capacity_hours", pool) for pool in POOLS))


def test_leave_hours_and_internal_time_are_those_of_the_pool(simulate) -> None:
    """EMEA: a week of 35 hours, 30 days of leave, a quarter internal, nine tenths planned."""
    result = simulate(
        pto_days={"AMER": 0, "EMEA": 30},
        hours_per_week={"AMER": 40, "EMEA": 35},
        internal={"AMER": 0, "EMEA": "25%"},
        target_utilization={"AMER": "100%", "EMEA": "90%"},
    )
    assert of(result, "capacity_hours", "AMER")[:, 0] == pytest.approx(2 * 8 * WEEKDAYS)
    present = 7 * WEEKDAYS * (1 - 30 / 261)
    assert of(result, "available_hours", "EMEA")[:, 0] == pytest.approx(present * 0.75)
    assert of(result, "capacity_hours", "EMEA")[:, 0] == pytest.approx(present * 0.75 * 0.9)


def test_pay_is_that_of_the_pool(simulate) -> None:
    result = simulate(
        salary={"AMER": 120_000, "EMEA": 60_000},
        on_costs={"AMER": "10%", "EMEA": "40%"},
        bonus={"AMER": 12_000, "default": 0},
        hiring_cost={"default": 700},
        hires={"EMEA": {"2027-03": 2}},
    )
    assert of(result, "cost_salaries", "AMER")[:, 0] == pytest.approx(20_000)
    assert of(result, "cost_salaries", "EMEA")[:, 0] == pytest.approx([5000] * 2 + [15_000] * 10)
    assert of(result, "cost_on_costs")[:, 0] == pytest.approx([4000] * 2 + [8000] * 10)
    assert of(result, "cost_bonus")[:, 0] == pytest.approx(2000)
    assert of(result, "cost_hiring")[:, 0] == pytest.approx([0, 0, 1400] + [0] * 9)
    assert of(result, "team_cost") == pytest.approx(sum(of(result, "team_cost", p) for p in POOLS))
    assert result.array("team_cost") == pytest.approx(of(result, "team_cost"))


def test_ramp_is_that_of_the_pool(simulate) -> None:
    hires = {pool: {"2027-02": 1} for pool in POOLS}
    result = simulate(hires=hires, ramp={"AMER": ["50%"], "EMEA": ["0%", "20%"]})
    assert of(result, "ramped_fte", "AMER")[:4, 0] == pytest.approx([2, 2.5, 3, 3])
    assert of(result, "ramped_fte", "EMEA")[:4, 0] == pytest.approx([1, 1, 1.2, 2])


def test_attrition_and_searches_are_those_of_the_pool(simulate, mean_is) -> None:
    role = {"attrition": {"AMER": 0, "EMEA": "60%"}, "time_to_hire": {"default": "3 months"}}
    expected = simulate(**role)
    stay = 0.4 ** (1 / 12)
    assert of(expected, "headcount", "AMER")[:, 0] == pytest.approx(2)
    assert of(expected, "headcount", "EMEA")[:3, 0] == pytest.approx(stay ** np.arange(1, 4))
    drawn = simulate(10_000, **role)
    assert (of(drawn, "headcount", "AMER") == 2).all()
    for t in (0, 3, 11):
        mean_is(of(drawn, "headcount", "EMEA")[t], of(expected, "headcount", "EMEA")[t, 0])


def test_one_in_each_pool_by_default(simulate) -> None:
    text = PLAN.replace("{AMER: 2, EMEA: 1}", "{default: 1, C: 2}")
    result = simulate(text=text, book={"A": 3, "B": 4, "C": 5})
    heads = {pool: of(result, "headcount", pool)[0, 0] for pool in "ABC"}
    assert heads == {"A": 1, "B": 1, "C": 2}
    assert of(result, "headcount")[0, 0] == 4


def test_heads_that_follow_count_the_seats_of_all_pools(simulate) -> None:
    text = PLAN.rstrip()[:-1] + ", lead: {per: {csm: 2}}}\n"
    result = simulate(text=text, hires={"AMER": {"2027-04": 1}, "EMEA": {"2027-06": 1}})
    heads = result.array("headcount", role="lead")[:, 0]
    assert heads.tolist() == [2] * 5 + [3] * 7


# --- fixed work ----------------------------------------------------------------------------------

FIXED = PLAN.replace("every: month, hours: 1h", "fixed: 40 hours per month")


def test_fixed_hours_are_shared_by_planned_seats_as_hires_come(simulate) -> None:
    result = simulate(text=FIXED, hires={"EMEA": {"2027-03": 2, "2027-06": 3}})
    part = np.array([1 / 3] * 2 + [3 / 5] * 3 + [6 / 8] * 7)
    assert of(result, "due_hours", "EMEA")[:, 0] == pytest.approx(40 * part)
    assert of(result, "due_hours", "AMER")[:, 0] == pytest.approx(40 * (1 - part))
    assert of(result, "due_hours", task="talk")[:, 0] == pytest.approx(40)


def test_fixed_hours_of_nobody_lie_evenly(simulate) -> None:
    result = simulate(text=FIXED, seats={"AMER": 0, "EMEA": 0})
    for pool in POOLS:
        assert of(result, "due_hours", pool)[:, 0] == pytest.approx(20)


def test_fixed_hours_of_a_segment_belong_to_its_own_pool(scenario) -> None:
    """Where the role is split by segment; what is one for all is shared by those it is for."""
    text = """
    name: by segment
    horizon: {start: 2027-01, months: 2}
    segments: {big: {accounts: 1}, mid: {accounts: 1}, small: {accounts: 1}}
    tasks:
      each: {role: csm, fixed: {big: 10 hours per month, default: 40 hours per month}}
      few: {role: csm, segments: [big, mid], fixed: 30 hours per month}
    team: {csm: {split: segment, headcount: {big: 1, mid: 2, small: 5}}}
    """
    result = capacity.simulate(scenario(text), trials=0)
    due = [of(result, "due_hours", pool)[0, 0] for pool in ("big", "mid", "small")]
    assert due == pytest.approx([10 + 10, 40 + 20, 40])


def test_fixed_work_has_one_coverage_however_it_is_shared(simulate) -> None:
    """EMEA's third of the webinars is dropped; customers of both regions miss it alike."""
    text = FIXED.replace("40 hours", "480 hours").replace("per month}", "per month, WORTH}")
    text = text.replace("WORTH", "coverage_today: 100%, if_stopped: {churn: 2, fades_over: 0}")
    result = simulate(text=text, internal={"AMER": 0, "EMEA": "50%"}, seats={"AMER": 9, "EMEA": 3})
    hours = 8 * WEEKDAYS[5]
    lack = max(0, 120 - 1.5 * hours) / 480
    assert lack == 0
    result = simulate(text=text, internal={"AMER": 0, "EMEA": "90%"}, seats={"AMER": 9, "EMEA": 3})
    lack = (120 - 0.3 * hours) / 480
    assert result.array("accounts")[-1, 0] == pytest.approx(50 * 0.8 ** (1 + lack))


# --- who leaves, and who misses them -------------------------------------------------------------

ROSTER = "name,region,end\nAnn,AMER,2027-02-28\nBob,AMER,\nCid,EMEA,\n"
NAMED = PLAN.replace("headcount: {AMER: 2, EMEA: 1}", "people: roster.csv")


@pytest.mark.parametrize("trials", [0, 100])
def test_the_accounts_of_a_pool_are_handed_over_within_it(simulate, trials) -> None:
    """One of two in AMER leaves with February: half of its 40 accounts are handed over."""
    result = simulate(trials, NAMED, {"roster": ROSTER})
    found = of(result, "due_hours", task="hand_over")
    assert found == pytest.approx(np.where(np.arange(12) == 2, 60, 0)[:, None] + 0 * found)
    assert of(result, "due_hours", "AMER")[2] == pytest.approx(40 + 60)
    assert of(result, "due_hours", "EMEA")[2] == pytest.approx(10)


def test_only_customers_of_the_pool_miss_who_left(simulate) -> None:
    """Half of the faces, three months before the renewals, at a half-life of three months."""
    departure = {"churn": 3, "fades_over": "3 months"}
    result = simulate(0, NAMED, {"roster": ROSTER}, departure=departure)
    ratio = 1 + 2 * 0.5 * 0.5
    assert result.array("accounts")[-1, 0] == pytest.approx(40 * 0.8**ratio + 10 * 0.8)


def test_a_role_that_does_other_work_only_by_leaving_is_split_too(simulate) -> None:
    """Its people do nothing themselves; whose accounts are handed over hangs on their region."""
    text = NAMED.replace("talk: {role: csm", "talk: {role: lead")
    text = text.replace("hours: 3h", "steps: {meet: {hours: 3h, role: lead}}")
    text = text.replace("people: roster.csv}", "people: roster.csv}, lead: {headcount: 5}")
    result = simulate(0, text, {"roster": ROSTER})
    found = result.array("due_hours", role="lead", task="hand_over")[:, 0]
    assert found == pytest.approx(np.where(np.arange(12) == 2, 60, 0))


# --- rosters -------------------------------------------------------------------------------------


def test_a_roster_says_the_pool_of_each(simulate) -> None:
    result = simulate(0, NAMED, {"roster": ROSTER})
    assert of(result, "headcount", "AMER")[:, 0].tolist() == [2, 2] + [1] * 10
    assert of(result, "headcount", "EMEA")[:, 0].tolist() == [1] * 12


def test_a_file_for_each_pool_is_one_file_with_a_column(simulate) -> None:
    whole = simulate(200, NAMED, {"roster": ROSTER}, attrition="40%")
    parts = {"amer": "name,end\nAnn,2027-02-28\nBob,\n", "emea": "name,end\nCid,\n"}
    text = NAMED.replace("people: roster.csv", "people: {AMER: amer.csv, EMEA: emea.csv}")
    apart = simulate(200, text, parts, attrition="40%")
    for pool in ("", *POOLS):
        for metric in ("headcount", "done_hours", "dropped_hours", "required_fte"):
            assert np.array_equal(of(whole, metric, pool), of(apart, metric, pool))


def test_owners_are_people_by_name(simulate) -> None:
    """Without a column of owners a person's pool is their name; with one, what stands there."""
    book = {"Ann": 10, "Bob": 20}
    text = NAMED.replace("split: region", "split: owner")
    named = simulate(0, text, {"roster": "name,fte\nAnn,1\nBob,0.5\n"}, book=book, column="owner")
    hours = {name: of(named, "capacity_hours", name)[0, 0] for name in book}
    assert hours == pytest.approx({"Ann": 168, "Bob": 84})
    roster = "name,fte,owner\nAnn,1,Ann\nBob,0.5,Bob\nCid,1,Bob\n"
    helped = simulate(0, text, {"roster": roster}, book=book, column="owner")
    assert of(helped, "capacity_hours", "Bob")[0, 0] == pytest.approx(252)
