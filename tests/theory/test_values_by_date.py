"""Numbers that change in time, against figures by hand and against the plans that they join."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.engine.layout import build_layout

PLAN = """
    name: by date
    currency: USD
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 120, arr: 12_000, churn: 10%, completed_terms: 1}}
    tasks: {review: {role: csm, every: quarter, hours: 3h}}
    team: {csm: {headcount: 10, salary: 120_000}}
    finance: {gross_margin: 80%, platform: 1_200}
"""
TRIALS = [0, 400]


def simulate(scenario, trials=0, seed=6, **settings):
    changes = {key.replace("__", "."): value for key, value in settings.items()}
    return capacity.simulate(scenario(PLAN, set=changes), trials=trials, seed=seed)


def are(found, expected) -> None:
    """Whether every future has the same values in each period."""
    wanted = np.broadcast_to(np.asarray(expected, dtype=float)[:, None], found.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def split_at(period, before, after, count=12):
    """Values of the periods of a plan of which one begins with another value."""
    return np.where(np.arange(count) < period, before, after)


# --- work ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", TRIALS)
def test_hours_hold_from_their_date_on(scenario, trials) -> None:
    """A third of 120 accounts each month."""
    found = simulate(
        scenario,
        trials,
        tasks__review__hours={"2027-01": "3h", "2027-05": "2h", "2027-11": "4h"},
        segments__customers__churn="0%",
    )
    hours = np.repeat([3, 2, 4], [4, 6, 2])
    are(found.array("due_hours", role="csm"), 40 * hours)


def test_a_period_has_the_value_of_its_first_day(scenario) -> None:
    found = simulate(
        scenario,
        tasks__review__hours={"2026-02": "9h", "2026-12-20": "3h", "2027-05-02": "2h"},
        segments__customers__churn="0%",
    )
    assert found.array("due_hours", role="csm")[:, 0] == pytest.approx(40 * split_at(5, 3, 2))


def test_weeks_have_the_values_of_their_mondays(scenario) -> None:
    """The first week begins in December, the plan on Friday: the value of that day counts."""
    found = simulate(
        scenario,
        horizon={"start": "2027-01-01", "step": "week", "weeks": 8},
        tasks__review={
            "role": "csm",
            "fixed": {"2027-01-01": "10 hours per year", "2027-01-11": "20 hours per year",
                      "2027-02-02": "30 hours per year"},
        },
    )  # fmt: skip
    yearly = np.repeat([10, 20, 30], [2, 4, 2])
    due = found.mean("due_hours", role="csm")
    assert list(due.index) == ["2026-W53", *(f"2027-W0{n}" for n in range(1, 8))]
    assert due.to_numpy() == pytest.approx(yearly * 7 / 365.25)


@pytest.mark.parametrize(
    ("work", "before", "after"),
    [
        ({"rate": {"2027-01": "1 per year", "2027-07": "3 per year"}, "hours": 2}, 20, 60),
        ({"fixed": {"2027-01": "20 hours per month", "2027-07": "5 hours per month"}}, 20, 5),
        ({"every": "quarter", "hours": 3, "share": {"2027-01": 1, "2027-07": 0.5}}, 120, 60),
        ({"every": "quarter", "steps": {"a": {"hours": {"2027-01": 1, "2027-07": 2}}, "b": 1}},
         80, 120),
        ({"every": "quarter", "hours": {"customers": {"2027-01": 1, "2027-07": 2}}}, 40, 80),
    ],
    ids=["rate", "fixed", "share", "step", "segment"],
)  # fmt: skip
def test_all_that_makes_hours_changes(scenario, mean_is, work, before, after) -> None:
    task = {"role": "csm", **work}
    plan = scenario(PLAN, set={"tasks.review": task, "segments.customers.churn": 0})
    expected = capacity.simulate(plan, trials=0).array("due_hours", role="csm")[:, 0]
    assert expected == pytest.approx(split_at(6, before, after))
    drawn = capacity.simulate(plan, trials=4000, seed=2).array("due_hours", role="csm")
    for month in (5, 6):
        if np.ptp(drawn[month]) > 0:
            mean_is(drawn[month], expected[month])
        else:
            assert drawn[month] == pytest.approx(expected[month])


def test_complexity_and_what_an_event_does_to_hours_change(scenario) -> None:
    """In expectation 1 + p(f − 1), with the chance of the day on which the event begins."""
    found = simulate(
        scenario,
        segments__customers__churn=0,
        segments__customers__complexity={"2027-01": 1, "2027-04": 2},
        events__rush={
            "probability": {"2027-01": 0.9, "2027-06": 0.5, "2027-07": 0.1},
            "start": "2027-06",
            "months": 4,
            "hours": {"2027-01": 3, "2027-08": 2},
        },
    )
    moved = np.array([1, 1, 1, 1, 1, 2, 2, 1.5, 1.5, 1, 1, 1])
    due = found.array("due_hours", role="csm")[:, 0]
    assert due == pytest.approx(120 * split_at(3, 1, 2) * moved)


def test_the_spread_of_an_average_duration_changes_and_its_luck_stays(scenario) -> None:
    spread = {"2027-01": "20%", "2027-07": "0%", "2027-10": "20%"}
    due = simulate(
        scenario, 500, tasks__review__uncertainty=spread, segments__customers__churn=0
    ).array("due_hours", role="csm")
    np.testing.assert_array_equal(due[0], due[9])
    assert due[6] == pytest.approx(120)
    assert due[0].std() / 120 == pytest.approx(0.2, rel=0.1)


# --- people and money ----------------------------------------------------------------------------


@pytest.mark.parametrize("trials", TRIALS)
def test_pay_by_month_by_hand(scenario, trials) -> None:
    """A rise in April, social charges in July, the yearly rise on top in the second year."""
    found = simulate(
        scenario,
        trials,
        horizon__months=15,
        team__csm__salary={"2027-01": 105_000, "2027-04": 109_000},
        team__csm__on_costs={"2027-01": "20%", "2027-07": "30%"},
        team__csm__bonus={"2027-01": 1200, "2027-12": 2400},
        team__csm__tools={"2027-01": 0, "2028-01": 600},
        team__csm__raise={"2027-01": "2%", "2027-09": "3%"},
        finance__platform={"2027-01": 1200, "2027-02": 2400},
    )
    monthly = 10 / 12
    salary = monthly * np.repeat([105_000, 109_000, 109_000 * 1.03], [3, 9, 3])
    paid = {
        "salaries": salary,
        "on_costs": salary * np.repeat([0.2, 0.3], [6, 9]),
        "bonus": monthly * np.repeat([1200, 2400], [11, 4]),
        "tools": monthly * np.repeat([0, 600], [12, 3]),
    }
    for line, cost in paid.items():
        are(found.array(f"cost_{line}", role="csm"), cost)
    platform = np.repeat([100, 200], [1, 14])
    assert found.array("cost_platform").mean(axis=1) == pytest.approx(platform)
    total = sum(paid.values()) + platform
    assert found.array("team_cost").mean(axis=1) == pytest.approx(total)


def test_each_yearly_rise_is_that_of_its_day(scenario) -> None:
    found = simulate(
        scenario, horizon__months=37, team__csm__raise={"2027-01": "2%", "2029-01": "5%"}
    )
    years = np.repeat([1, 1.02, 1.02 * 1.05, 1.02 * 1.05**2], [12, 12, 12, 1])
    assert found.array("cost_salaries", role="csm")[:, 0] == pytest.approx(100_000 * years)


def test_the_hours_of_a_person_change(scenario) -> None:
    """21 weekdays in January, 22 in July: 40 hours a week, then 32 with a quarter internal."""
    found = simulate(
        scenario,
        team__csm__hours_per_week={"2027-01": 40, "2027-07": 32},
        team__csm__internal={"2027-01": 0, "2027-07": "25%"},
        team__csm__target_utilization={"2027-01": 0.8, "2027-07": 0.9},
    )
    capacity_hours = found.array("capacity_hours", role="csm")[:, 0]
    assert capacity_hours[0] == pytest.approx(10 * 21 * 8 * 0.8)
    assert capacity_hours[6] == pytest.approx(10 * 22 * 6.4 * 0.75 * 0.9)
    assert found.array("required_fte", role="csm")[6] == pytest.approx(
        found.array("due_hours", role="csm")[6] / (22 * 6.4 * 0.75 * 0.9)
    )


@pytest.mark.parametrize("trials", [0, 10_000])
@pytest.mark.parametrize("overload", [1, 1.0001])
def test_who_is_left_has_borne_the_attrition_of_every_month(
    scenario, moments_are, trials, overload
) -> None:
    """Nobody leaves in the first quarter, then at 20 % a year, then at 60 %."""
    heads = simulate(
        scenario,
        trials,
        team__csm__attrition={"2027-01": 0, "2027-04": "20%", "2027-10": "60%"},
        team__csm__backfill=False,
        team__csm__overloaded_attrition=overload,
    ).array("headcount", role="csm")
    months = np.arange(12) + 1
    kept = 0.8 ** (np.clip(months - 3, 0, 6) / 12) * 0.4 ** (np.clip(months - 9, 0, 3) / 12)
    assert (heads[2] == 10).all()
    for t in (4, 8, 11):
        if trials:
            moments_are(heads[t], 10 * kept[t], 10 * kept[t] * (1 - kept[t]))
        else:
            assert heads[t] == pytest.approx(10 * kept[t])


@pytest.mark.parametrize("trials", [0, 10_000])
@pytest.mark.parametrize("people", ["by number", "by name"])
def test_a_search_takes_as_long_as_on_the_day_it_begins(scenario, mean_is, trials, people) -> None:
    """A seat vacated in month t comes back t + 3 months later, from June on after one month."""
    role = {
        "attrition": "30%",
        "time_to_hire": {"2027-01": "3 months", "2027-06": "1 month"},
        "hiring_cost": {"2027-01": 1000, "2027-08": 2000},
    }
    files = {}
    if people == "by name":
        role["people"] = "people.csv"
        files["people"] = "name\n" + "\n".join(f"P{i}" for i in range(10)) + "\n"
    else:
        role["headcount"] = 10
    plan = scenario(PLAN.replace("{headcount: 10, salary: 120_000}", "{ROLE}").replace(
        "{ROLE}", str(role).replace("'", "")), **files)  # fmt: skip
    chance, seats, left, joined = 1 - 0.7 ** (1 / 12), 10.0, [], []
    for t in range(12):
        left.append(seats * chance)
        back = [t - 3] if t - 3 < 5 else []
        back += [t - 1] if t - 1 >= 5 else []
        joined.append(sum(left[month] for month in back if month >= 0))
        seats += joined[-1] - left[-1]
    cost = np.array(joined) * split_at(7, 1000, 2000)
    found = capacity.simulate(plan, trials=trials, seed=3)
    hiring = found.array("cost_hiring", role="csm")
    for t in range(12):
        if not trials or joined[t] == 0:
            assert hiring[t] == pytest.approx(cost[t])
        else:
            mean_is(hiring[t], cost[t])
    if not trials:
        vacant = np.cumsum(left) - np.cumsum(joined)
        assert found.array("vacancies", role="csm")[:, 0] == pytest.approx(vacant)


@pytest.mark.parametrize("trials", TRIALS)
def test_hires_are_late_by_what_is_said_of_their_month_and_ramp_by_the_month_they_are_in(
    scenario, trials
) -> None:
    found = simulate(
        scenario,
        trials,
        team__csm__hires={"2027-02": 1, "2027-04": 1},
        team__csm__slips={"2027-01": "3 months", "2027-04": "1 month"},
        team__csm__ramp=[0, {"2027-01": 0.5, "2027-06": 0.2}, 0.8],
    )
    are(found.array("headcount", role="csm"), [10] * 4 + [12] * 8)
    are(found.array("ramped_fte", role="csm"), [10] * 5 + [10 + 2 * 0.2, 10 + 2 * 0.8] + [12] * 5)


@pytest.mark.parametrize("trials", TRIALS)
def test_gross_profit_takes_the_margin_of_its_month(scenario, trials) -> None:
    found = simulate(scenario, trials, finance__gross_margin={"2027-01": "80%", "2027-04": "75%"})
    margin = split_at(3, 0.8, 0.75)[:, None]
    np.testing.assert_array_equal(found.array("gross_profit"), found.array("revenue") * margin)


def test_the_target_of_coverage_is_that_of_the_month(scenario) -> None:
    """Half of the work of a quarter is done, which is enough only while half is the target."""
    half = {"headcount": 1, "hours_per_week": {"2027-01": 40, "2027-05": 0.001}}
    for later, covered in (("0%", 1.0), ("50%", 0.0)):
        target = {"2027-01": "50%", "2027-05": later}
        found = simulate(
            scenario, team__csm=half | {"coverage_target": target}, tasks__review__hours="3h"
        )
        assert found.mean("p_covered", role="csm") == covered


# --- accounts ------------------------------------------------------------------------------------


def test_the_churn_of_a_term_is_that_of_the_month_in_which_it_ends(scenario, moments_are) -> None:
    """Ten of 120 terms end each month: 10 % are lost, from July on 40 %."""
    churn = {"2027-01": "10%", "2027-07": "40%"}
    lost = split_at(6, 0.1, 0.4)
    expected = simulate(scenario, segments__customers__churn=churn)
    assert expected.array("churned_accounts")[:, 0] == pytest.approx(10 * lost)
    drawn = simulate(scenario, 10_000, segments__customers__churn=churn)
    for t in (5, 6):
        moments_are(drawn.array("churned_accounts")[t], 10 * lost[t], 10 * lost[t] * (1 - lost[t]))


def test_accounts_left_are_the_product_over_their_decisions(scenario) -> None:
    """Terms of three months: each account decides four times a year, at the churn of the day."""
    found = simulate(
        scenario,
        segments__customers__term=3,
        segments__customers__churn=[{"2027-01": "10%", "2027-07": "20%", "2027-09": "50%"}, "30%"],
        segments__customers__completed_terms=0,
    )
    first = np.array([0.9] * 6 + [0.8] * 2 + [0.5] * 4)
    left = 0.0
    for group in range(3):
        kept = 40.0
        for turn, month in enumerate(range(group, 12, 3)):
            kept *= (first[month] if turn == 0 else 0.7) ** 0.25
        left += kept
    assert found.array("accounts")[-1, 0] == pytest.approx(left)


def test_growth_contraction_and_price_rises_are_those_of_their_month(scenario) -> None:
    """Terms end once a year: with ten accounts each month, of 12,000 each."""
    found = simulate(
        scenario,
        segments__customers__churn=0,
        segments__customers__contraction={"2027-01": "10%", "2027-04": "20%"},
        segments__customers__uplift={"2027-01": 0, "2027-10": "5%"},
        segments__customers__expansion={"2027-01": 0, "2027-07": "12%"},
    )
    arr = np.full(12, 120_000.0)
    cut, grown = split_at(3, 0.1, 0.2), split_at(6, 0, 0.12)
    for t in range(12):
        assert found.array("contraction_arr")[t] == pytest.approx(arr[t] * cut[t])
        arr[t] *= (1 - cut[t]) * (1.05 if t >= 9 else 1)
        arr *= (1 + grown[t]) ** (1 / 12)
        assert found.array("arr")[t] == pytest.approx(arr.sum())


@pytest.mark.parametrize("resolution", ["account", "cohort"])
@pytest.mark.parametrize("trials", [0, 10_000])
def test_accounts_are_won_at_the_rate_and_pay_the_price_of_their_month(
    scenario, moments_are, trials, resolution
) -> None:
    found = simulate(
        scenario,
        trials,
        simulation__resolution=resolution,
        segments__customers__new_accounts={
            "per_year": {"2027-01": 24, "2027-07": 60},
            "arr": {"2027-01": 1000, "2027-04": {"mean": 3000, "sd": 900}},
        },
    )
    number, arr = (found.array(metric) for metric in ("new_accounts", "new_arr"))
    for t, rate, pay, spread in ((1, 2, 1000, 0), (4, 2, 3000, 900), (8, 5, 3000, 900)):
        if trials:
            moments_are(number[t], rate, rate)
            moments_are(arr[t], rate * pay, rate * (pay**2 + spread**2))
        else:
            assert (number[t], arr[t]) == (pytest.approx(rate), pytest.approx(rate * pay))


def test_accounts_that_are_counted_differ_as_much_as_is_said_of_their_month(scenario) -> None:
    """What those pay who are lost of a cohort is spread like what was said when they came."""
    new = {"per_year": 60, "arr": {"2027-01": 1000, "2027-04": {"mean": 3000, "sd": 900}}}
    settings = {
        "simulation.resolution": "cohort",
        "segments.customers.term": 3,
        "segments.customers.new_accounts": new,
    }
    layout = build_layout(scenario(PLAN, set=settings))
    cohorts, classes = layout.retention.cohorts, layout.classes
    won = classes.is_new[cohorts.of_class]
    joined = classes.joins[cohorts.of_class[won]]
    assert set(joined.tolist()) == set(range(10))  # the others renew after the plan
    np.testing.assert_allclose(cohorts.spread[won], np.where(joined < 3, 0, 900))


def test_exact_numbers_of_new_accounts_pass_whole_ones_at_their_rates(scenario) -> None:
    found = simulate(
        scenario,
        trials=100,
        segments__customers__new_accounts={
            "per_year": {"2027-01": 6, "2027-05": 18},
            "fixed": True,
        },
    )
    expected = [0, 1, 0, 1, 1, 2, 1, 2, 1, 2, 1, 2]
    assert (found.array("new_accounts") == np.array(expected)[:, None]).all()


def test_an_accounts_own_churn_moves_with_that_of_its_segment(scenario) -> None:
    """Hazards are proportional: −ln(1 − 0.2) doubles where the segment's does."""
    accounts = "id,segment,arr,start,renewal,churn\n" + "".join(
        f"A{i},customers,100,2020-01-01,2027-{i + 2:02d}-01,0.2\n" for i in range(11)
    )
    plan = PLAN.replace("accounts: 120, arr: 12_000, churn: 10%, completed_terms: 1",
                        "churn: {2027-01: 10%, 2027-07: 19%}")  # fmt: skip
    plan = plan.replace("tasks:", "accounts: {file: book.csv}\n    tasks:")
    found = capacity.simulate(scenario(plan, book=accounts), trials=0)
    lost = split_at(6, 0.2, 1 - 0.8**2, 11)  # 0.9² = 1 − 0.19
    assert found.array("churned_accounts")[:11, 0] == pytest.approx(lost)


# --- effects -------------------------------------------------------------------------------------

STOPPED = """
    name: nothing is done
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 120, arr: 1, churn: 10%, addressable: ADDRESSABLE}}
    tasks:
      review:
        role: csm
        every: quarter
        hours: 3h
        coverage_today: 100%
        enough: ENOUGH
        if_stopped: {churn: CHURN, fades_over: 0}
    team: {csm: {headcount: 0}}
"""


@pytest.mark.parametrize(
    ("settings", "ratio"),
    [
        ({"CHURN": "{2027-01: 1.5, 2027-07: 2}"}, (1.5, 2)),
        ({"ADDRESSABLE": "{2027-01: 100%, 2027-07: 40%}"}, (1.5, 1.2)),
    ],
    ids=["churn", "addressable"],
)
def test_an_effect_is_that_of_the_month_in_which_terms_end(scenario, settings, ratio) -> None:
    """Nothing is remembered and nothing is done: p = 1 − (1 − q)^(1 − a + a·r)."""
    text = STOPPED
    for name, value in (
        {"ADDRESSABLE": "100%", "ENOUGH": "100%", "CHURN": "1.5"} | settings
    ).items():
        text = text.replace(name, value)
    found = capacity.simulate(scenario(text), trials=0).array("churned_accounts")[:, 0]
    assert found == pytest.approx(10 * (1 - 0.9 ** split_at(6, *ratio)))


def test_a_memory_fades_as_fast_as_is_said_of_the_month(scenario) -> None:
    """Constant work, all of it dropped: C falls by 2^(−1/3) a month, from July on by 2^(−1/12)."""
    text = STOPPED.replace("ADDRESSABLE", "100%").replace("ENOUGH", "100%").replace("CHURN", "1.5")
    fades = "{2027-01: 3 months, 2027-07: 12 months}"
    usual = {"tasks.review.every": "month", "segments.customers.completed_terms": 1}
    plan = scenario(text.replace("fades_over: 0", f"fades_over: {fades}"), set=usual)
    left = 120.0
    fade = 2 ** (-1 / split_at(6, 3.0, 12.0))
    wanted = 360 / (1 - fade[0])
    done = wanted
    found = capacity.simulate(plan, trials=0).array("churned_accounts")[:, 0]
    for t in range(12):
        due = 3 * left
        done, wanted = fade[t] * done, fade[t] * wanted + due
        lost = 10 * (1 - 0.9 ** (1 + 0.5 * (1 - done / wanted)))
        assert found[t] == pytest.approx(lost)
        left -= lost


# --- settings that are decided once, by two tasks ------------------------------------------------

EARLY, LATE = {"2027-01": "100%", "2027-07": "0%"}, {"2027-01": "0%", "2027-07": "100%"}
"""Shares of a task that stops in July, and of the one that takes its place."""


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [("every", "month", "quarter"), ("priority", 1, 3), ("every", "2 weeks", "year")],
)
@pytest.mark.parametrize("trials", TRIALS)
def test_two_tasks_are_one_whose_setting_changes(scenario, trials, key, before, after) -> None:
    """In each month the hours are those of the plan that has had its setting all along.

    Nobody leaves and nothing waits, so no month knows of the others; the team is overloaded, and
    other work stands between.
    """
    calm = {"segments.customers.churn": "0%", "team.csm.headcount": 1}
    calm["tasks.other"] = {"role": "csm", "every": "month", "hours": "1h", "priority": 2}
    review = {"role": "csm", "every": "month", "hours": "2h", "priority": 1}

    def hours(**tasks):
        """Hours done of the reviews and of the other work, by period."""
        named = {f"tasks.{name}": {**review, **task} for name, task in tasks.items()}
        result = capacity.simulate(scenario(PLAN, calm | named), trials=trials)
        done = [result.array("done_hours", role="csm", task=name) for name in (*tasks, "other")]
        return np.sum(done[:-1], axis=0), done[-1]

    plain = [hours(review={key: value, "share": "100%"}) for value in (before, after)]
    found = hours(review={key: before, "share": EARLY}, later={key: after, "share": LATE})
    for one, first, second in zip(found, *plain, strict=True):
        np.testing.assert_allclose(one[:6], first[:6])
        np.testing.assert_allclose(one[6:], second[6:])
