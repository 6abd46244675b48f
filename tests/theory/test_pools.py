"""Roles split into pools: hours are not shared between them, and nor is what accounts feel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import capacity

HEADER = "id,segment,arr,start,renewal,region,owner"
WEEKDAYS = np.array([21, 20, 23, 22, 21, 22, 22, 22, 22, 21, 22, 23])
"""Mondays to Fridays of the months of 2027."""
HOURS = 8 * WEEKDAYS
PLAN = """
name: pools
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv}
segments: {customers: {churn: 20%, addressable: 100%}}
tasks: {talk: {role: csm, every: month, hours: 10h}}
team: {csm: {split: region, headcount: {AMER: 1, EMEA: 1}}}
"""
FELT = {
    "tasks.talk.if_stopped": {"churn": 2, "fades_over": 0},
    "tasks.talk.coverage_today": "100%",
}
"""Shortfall is that of the month alone; with nothing done the hazard doubles."""


def accounts(count, region="AMER", owner="Ann", segment="customers", renewal="2027-07-01"):
    """Rows of accounts that are alike."""
    names = (f"{segment}-{region}-{owner}-{renewal}-{i}" for i in range(count))
    return [f"{name},{segment},1000,2025-01-01,{renewal},{region},{owner}" for name in names]


def book(*rows):
    return "\n".join([HEADER, *itertools.chain(*rows), ""])


@pytest.fixture
def simulate(scenario):
    def run(*rows, text=PLAN, trials=0, roster="", **settings):
        settings = {key.replace("__", "."): value for key, value in settings.items()}
        plan = scenario(text, set=settings, book=book(*rows), roster=roster)
        return capacity.simulate(plan, trials=trials, seed=5)

    return run


def everything(result):
    keys = ("segment", "role", "pool", "task")
    table = result.table()[["metric", *keys]].drop_duplicates()
    return {
        (name, *key): result.array(name, **dict(zip(keys, key, strict=True)))
        for name, *key in table.itertuples(index=False)
    }


# --- one pool is no split ------------------------------------------------------------------------

RICH = """
name: one pool
horizon: {start: 2027-01, months: 14}
accounts: {file: book.csv}
segments:
  customers: {churn: {mean: 20%, sd: 4%}, addressable: 60%, expansion: 5%, contraction: 2%,
              new_accounts: {per_year: 20, arr: {p10: 500, p50: 1000, p90: 3000}, term: 6}}
  others: {churn: {sbg: {alpha: 1, beta: 4}}, addressable: 60%, new_accounts: {per_year: 30, arr: 100}}
tasks:
  start: {role: csm, on: start, over: 3 months, share: 70%, hours: {mean: 4h, sd: 2h}, weight: 2}
  renewal: {role: csm, on: renewal, lead: 60 days, hours: 3h, weight: 1, priority: 1}
  review: {role: csm, every: 2 months, share: 80%, weight: 1, defer: 2 months, backlog: 90h,
           steps: {show: {low: 2h, likely: 3h, high: 9h}, teach: {hours: 2h, role: trainer}}}
  trouble: {role: csm, rate: 2 per year, hours: {p10: 1h, p50: 3h, p90: 12h}, weight: 1}
  webinar: {role: csm, fixed: 30 hours per month, weight: 1}
  hand_over: {role: csm, on: departure, hours: 2h}
value: {if_stopped: {churn: {low: 1, likely: 1.5, high: 2}, expansion: 0.8}}
team:
  csm: {headcount: 2, hires: {2027-03: 1}, slips: 1 month, attrition: 40%, ramp: [20%, 60%],
        overloaded_attrition: 2, time_to_hire: {low: 1 month, likely: 2 months, high: 5 months},
        departure: {churn: 1.5}, holidays: US, pto_days: {mean: 20, sd: 3}, salary: 90_000,
        on_costs: 20%, hiring_cost: 900, raise: 3%, overtime: 5%}
  trainer: {headcount: 1, attrition: 10%}
  manager: {per: {csm: 2}, salary: 120_000}
finance: {gross_margin: 70%}
"""  # noqa: E501
ONE = [
    *accounts(30), *accounts(30, renewal="2027-03-01"),
    *accounts(60, segment="others", renewal="2027-05-01"),
]  # fmt: skip
PEOPLE = """name,start,end,fte,location,leave_from,leave_to,region
Ann,,,,,,,AMER
Bob,,2027-09-30,0.5,DE,2027-03-01,2027-04-10,AMER
Cid,2027-05-01,,,,,,AMER
"""
SEATS = {"headcount": {"AMER": 2}, "hires": {"AMER": {"2027-03": 1}}}


@pytest.mark.parametrize("resolution", ["auto", "cohort", "account"])
@pytest.mark.parametrize("trials", [0, 300])
@pytest.mark.parametrize("people", [False, True])
def test_one_pool_is_no_split_to_the_bit(simulate, people, trials, resolution) -> None:
    text, split = RICH, {"split": "region", **SEATS}
    if people:
        text = RICH.replace("csm: {headcount: 2", "csm: {people: roster.csv")
        del split["headcount"]
    settings = {f"team__csm__{key}": value for key, value in split.items()}
    common = {"trials": trials, "roster": PEOPLE, "simulation__resolution": resolution}
    # all accounts are exchangeable in twos or more, so `cohort` counts every one of them
    plain = everything(simulate(ONE, text=text, **common))
    found = everything(simulate(ONE, text=text, **common, **settings))
    assert {key[3] for key in found} == {"", "AMER"}
    for key, values in found.items():
        whole = plain[key[0], key[1], key[2], "", key[4]]
        assert np.array_equal(values, whole, equal_nan=True), key
    assert {key for key in found if not key[3]} == set(plain)


# --- pools that know nothing of each other -------------------------------------------------------

APART = RICH.replace("defer: 2 months, backlog: 90h", "defer: 2 months")
APART = APART.replace("30 hours per month, weight: 1", "0 hours per month")
NORTH = [*accounts(40), *accounts(20, segment="others", renewal="2027-05-01")]
SOUTH = [*accounts(25, "EMEA"), *accounts(60, "EMEA", segment="others", renewal="2027-04-01")]
ADDED = (
    "due_hours", "done_hours", "dropped_hours", "cancelled_hours", "backlog_hours", "headcount",
    "vacancies", "ramped_fte", "capacity_hours", "required_fte", "cost_salaries", "cost_hiring",
)  # fmt: skip


def test_a_split_team_is_teams_that_never_met(simulate) -> None:
    """By expected values: each pool as in a plan of its own, the book as both together."""
    text = APART.replace("trainer: {headcount: 1, attrition: 10%}", "trainer: {headcount: 9}")
    won = {"segments__customers__new_accounts__per_year": 26}, {}
    won[0]["segments__others__new_accounts__per_year"] = 32
    both = simulate(
        NORTH, SOUTH, text=text, **won[0], team__csm__split="region",
        team__csm__headcount={"AMER": 2, "EMEA": 1}, team__csm__hires={"EMEA": {"2027-03": 1}},
    )  # fmt: skip
    north = simulate(
        NORTH, text=text, team__csm__hires={}, segments__customers__new_accounts__per_year=16,
        segments__others__new_accounts__per_year=8,
    )  # fmt: skip
    south = simulate(
        SOUTH, text=text, team__csm__headcount=1, segments__customers__new_accounts__per_year=10,
        segments__others__new_accounts__per_year=24,
    )  # fmt: skip
    for metric in (*ADDED, "coverage", "load", "utilization"):
        for pool, alone in (("AMER", north), ("EMEA", south)):
            values = both.array(metric, role="csm", pool=pool)
            assert values == pytest.approx(alone.array(metric, role="csm"), nan_ok=True), metric
    for metric in ("accounts", "churned_accounts", "arr", "expansion_arr", "contraction_arr"):
        for segment in ("customers", "others"):
            apart = sum(part.array(metric, segment=segment) for part in (north, south))
            assert both.array(metric, segment=segment) == pytest.approx(apart)
    assert both.array("dropped_hours", role="csm", pool="EMEA").sum() > 100


def test_a_split_team_is_teams_that_never_met_in_every_future(simulate) -> None:
    """People and accounts have luck by name, so what is drawn of them is the same."""
    text = PLAN.replace("hours: 10h", "hours: 10h, defer: 1 month, if_stopped: {churn: 3}")
    seats = "headcount: {AMER: 1, EMEA: 1}"
    text = text.replace(seats, "people: roster.csv, attrition: 50%, departure: {churn: 2}")
    people = {"AMER": "name,region\nAnn,AMER\nBob,AMER\n", "EMEA": "name,region\nCid,EMEA\n"}
    rows = {"AMER": accounts(20), "EMEA": accounts(30, "EMEA", renewal="2027-06-01")}
    whole = people["AMER"] + "Cid,EMEA\n"
    both = simulate(rows["AMER"], rows["EMEA"], text=text, roster=whole, trials=500)
    plain = text.replace("split: region, ", "")
    alone = [simulate(rows[r], text=plain, roster=people[r], trials=500) for r in people]
    for metric in ADDED:
        parts = [part.array(metric, role="csm") for part in alone]
        pools = [both.array(metric, role="csm", pool=pool) for pool in people]
        np.testing.assert_allclose(pools, parts, rtol=1e-12, atol=1e-9, err_msg=metric)
    for metric in ("accounts", "churned_accounts"):
        assert (both.array(metric) == sum(part.array(metric) for part in alone)).all()
    assert np.ptp(both.array("accounts")[-1]) > 5


def test_another_segments_pool_may_starve_unfelt(simulate) -> None:
    """Split by segment, the numbers of one segment do not know how many serve the other.

    Fixed work is left out: it has one coverage for all of its segments.
    """
    text = APART.replace("trainer: {headcount: 1", "trainer: {headcount: 9")
    settings = {
        "text": text,
        "trials": 300,
        "team__csm__split": "segment",
        "team__csm__hires": {},
    }

    def run(seats):
        headcount = {"customers": seats, "others": 2}
        return everything(simulate(ONE, **settings, team__csm__headcount=headcount))

    rich, poor = run(6), run(1)
    of_others = [key for key in rich if key[1] == "others" or key[3] == "others"]
    assert len(of_others) > 50
    for key in of_others:
        assert np.array_equal(rich[key], poor[key], equal_nan=True), key
    key = "coverage", "", "csm", "customers", ""
    assert poor[key].mean() < rich[key].mean() - 0.2


# --- closed forms --------------------------------------------------------------------------------


def test_accounts_that_are_served_do_not_feel_that_others_are_not(simulate) -> None:
    """N_a·(1 − q) + N_e·(1 − q)^r are left where nobody serves EMEA."""
    rows = accounts(12), accounts(8, "EMEA")
    seats = {"AMER": 5, "EMEA": 0}
    result = simulate(*rows, **FELT, team__csm__headcount=seats)
    assert result.array("accounts")[-1, 0] == pytest.approx(12 * 0.8 + 8 * 0.8**2)
    assert result.array("coverage", role="csm", pool="AMER") == pytest.approx(1)
    assert result.array("coverage", role="csm", pool="EMEA") == pytest.approx(0)
    shared = simulate(
        *rows, **FELT, text=PLAN.replace("split: region, ", ""), team__csm__headcount=1
    )
    due = 10 * np.where(np.arange(12) < 6, 20, shared.array("accounts")[-1, 0])[5]
    ratio = 1 + 1 - HOURS[5] / due
    assert shared.array("accounts")[-1, 0] == pytest.approx(20 * 0.8**ratio)


def test_in_the_futures_it_is_the_same_on_average(simulate, mean_is) -> None:
    rows = accounts(120), accounts(80, "EMEA")
    seats = {"AMER": 50, "EMEA": 0}
    for resolution in ("account", "cohort"):
        result = simulate(
            *rows, **FELT, team__csm__headcount=seats, trials=10_000,
            simulation__resolution=resolution,
        )  # fmt: skip
        mean_is(result.array("accounts")[-1], 120 * 0.8 + 80 * 0.8**2)


def test_coverage_of_a_pool_is_its_hours_over_its_work(simulate) -> None:
    """One person each for 100 and 300 hours; together two people would have had enough for 66 %."""
    result = simulate(accounts(10), accounts(30, "EMEA"), segments__customers__churn="0.0001%")
    here = {
        pool: result.array("coverage", role="csm", pool=pool)[:, 0] for pool in ("AMER", "EMEA")
    }
    assert here["AMER"] == pytest.approx(1)
    assert here["EMEA"] == pytest.approx(HOURS / 300, rel=1e-5)
    assert result.array("coverage", role="csm")[:, 0] == pytest.approx(
        (100 + HOURS) / 400, rel=1e-5
    )
    assert result.array("coverage", task="talk")[:, 0] == pytest.approx(
        (100 + HOURS) / 400, rel=1e-5
    )
    assert result.mean("p_covered", role="csm", pool="AMER") == 1
    assert result.mean("p_covered", role="csm", pool="EMEA") == 0
    load = result.array("load", role="csm", pool="EMEA")[:, 0]
    assert load == pytest.approx(300 / HOURS, rel=1e-5)


def test_required_people_of_a_role_are_those_of_its_pools(simulate) -> None:
    """Where a person has half the hours, the same work takes two of them."""
    week = {"AMER": 40, "EMEA": 20}
    result = simulate(accounts(10), accounts(10, "EMEA"), team__csm__hours_per_week=week)
    here = [result.array("required_fte", role="csm", pool=pool)[0, 0] for pool in week]
    assert here == pytest.approx([100 / HOURS[0], 200 / HOURS[0]])
    assert result.array("required_fte", role="csm")[0, 0] == pytest.approx(300 / HOURS[0])


def test_two_columns_make_lanes_of_both(simulate) -> None:
    """csm by region does two hours, trainer by owner one; Bob's accounts get no training."""
    text = PLAN.replace("hours: 10h", "steps: {meet: 2h, teach: {hours: 1h, role: trainer}}")
    trainer = {"split": "owner", "headcount": {"Ann": 1, "Bob": 0}}
    rows = accounts(3), accounts(5, owner="Bob"), accounts(7, "EMEA", "Bob")
    result = simulate(*rows, text=text, team__trainer=trainer, **FELT)
    due = {("csm", "AMER"): 16, ("csm", "EMEA"): 14, ("trainer", "Ann"): 3, ("trainer", "Bob"): 12}
    for (role, pool), hours in due.items():
        assert result.array("due_hours", role=role, pool=pool)[0, 0] == pytest.approx(hours)
    assert result.array("coverage", task="talk")[0, 0] == pytest.approx(33 / 45)
    left = result.array("accounts")[-1, 0]
    assert left == pytest.approx(3 * 0.8 + 12 * 0.8 ** (1 + 1 / 3))


def test_a_role_that_is_not_split_serves_all_pools_alike(simulate) -> None:
    """An hour short in both regions, in proportion; hours are hours of one trainer."""
    text = PLAN.replace("hours: 10h", "steps: {meet: 1h, teach: {hours: 9h, role: trainer}}")
    text = text.replace("EMEA: 1}}}", "EMEA: 0}}, trainer: {headcount: 1}}")
    result = simulate(accounts(10), accounts(30, "EMEA"), text=text, **FELT)
    share = HOURS[0] / 360
    assert result.array("coverage", role="trainer")[0, 0] == pytest.approx(share)
    assert result.array("coverage", task="talk")[0, 0] == pytest.approx((10 + 360 * share) / 400)
    share = HOURS[5] / 360
    lack = {10: 1 - (10 + 90 * share) / 100, 30: 1 - 9 / 10 * share}
    left = sum(n * 0.8 ** (1 + x) for n, x in lack.items())
    assert result.array("accounts")[-1, 0] == pytest.approx(left)


def test_priorities_hold_within_a_pool_alone(simulate) -> None:
    """EMEA's second task is dropped though AMER has hours for it."""
    tasks = {
        "talk": {"role": "csm", "every": "month", "hours": "10h", "priority": 1},
        "extra": {"role": "csm", "every": "month", "hours": "5h", "priority": 2},
    }
    churn = {"segments__customers__churn": "0.0001%"}
    result = simulate(accounts(10), accounts(16, "EMEA"), tasks=tasks, **churn)
    extra = result.array("done_hours", role="csm", task="extra")[:, 0]
    assert extra == pytest.approx(50 + np.minimum(HOURS - 160, 80), rel=1e-4)
    talk = result.array("dropped_hours", role="csm", task="talk")[:, 0]
    assert talk == pytest.approx(np.zeros(12), abs=1e-6)


def test_waiting_work_goes_with_the_accounts_of_its_own_pool(simulate) -> None:
    """EMEA's terms end in March and AMER's in June: a fifth of what waits there goes with them."""
    rows = accounts(10, renewal="2027-07-01"), accounts(10, "EMEA", renewal="2027-04-01")
    seats = {"AMER": 0, "EMEA": 0}
    result = simulate(*rows, team__csm__headcount=seats, tasks__talk__defer="11 months")
    gone = {p: result.array("cancelled_hours", role="csm", pool=p)[:, 0] for p in seats}
    assert gone["EMEA"] == pytest.approx(np.where(np.arange(12) == 2, 0.2 * 300, 0))
    assert gone["AMER"] == pytest.approx(np.where(np.arange(12) == 5, 0.2 * 600, 0))


def test_a_split_by_segment_needs_no_file(scenario) -> None:
    text = """
    name: by segment
    horizon: {start: 2027-01, months: 12}
    segments: {large: {accounts: 10}, small: {accounts: 30}}
    tasks: {talk: {role: csm, every: month, hours: {large: 4h, small: 10h}}}
    team: {csm: {split: segment, headcount: {default: 1}, salary: {large: 90_000, small: 60_000}}}
    """
    result = capacity.simulate(scenario(text), trials=0)
    assert result.array("due_hours", role="csm", pool="large")[0, 0] == 40
    cover = result.array("coverage", role="csm", pool="small")[:, 0]
    assert cover == pytest.approx(HOURS / 300)
    pay = result.array("cost_salaries", role="csm")[0, 0]
    assert pay == pytest.approx(150_000 / 12)
