"""The same plan in weeks and in months: what must agree, and each difference by its cause.

Where nothing but the length of the steps differs, a year of weeks is 364 of 365.25 days, so that
what runs evenly through time is 52·7/365.25 = 0.9966 of what it is in twelve months.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import capacity

Load = Callable[..., capacity.Scenario]
IN_WEEKS = {"horizon.step": "week"}
A_YEAR = 52 * 7 / 365.25
"""Of the year that twelve months are."""

PLAN = """
    name: in weeks and in months
    horizon: {start: 2027-01-04, weeks: 52, step: week}
    segments:
      customers:
        accounts: 120
        arr: 12_000
        churn: 12%
        addressable: 80%
        expansion: 6%
        contraction: 3%
        uplift: 2%
        completed_terms: 1
    tasks:
      call: {role: csm, rate: 6 per year, hours: 1h}
      care: {role: csm, fixed: 40 hours per month}
    team: {csm: {headcount: 1, salary: 60_000, on_costs: 25%, hiring_cost: 5000, attrition: 20%}}
    finance: {gross_margin: 75%, platform: 12_000}
"""
MONTHS = PLAN.replace("{start: 2027-01-04, weeks: 52, step: week}", "{start: 2027-01, months: 12}")


def expected(plan: capacity.Scenario, metric: str, **about: str) -> float:
    return float(capacity.simulate(plan, trials=0).mean(metric, period="", **about))


def both(scenario: Load, metric: str, change: tuple[str, str] = ("", ""), **about: str) -> tuple:
    """Expected over 52 weeks, and over twelve months."""
    texts = (PLAN.replace(*change), MONTHS.replace(*change)) if change[0] else (PLAN, MONTHS)
    return tuple(expected(scenario(text), metric, **about) for text in texts)


def test_work_that_runs_through_time_runs_through_364_days(scenario) -> None:
    change = ("churn: 12%", "churn: 0%")
    in_weeks, in_months = both(scenario, "due_hours", change, role="csm")
    assert in_months == pytest.approx(120 * 6 + 480)
    assert in_weeks == pytest.approx(A_YEAR * in_months)


def test_work_of_a_shrinking_book_differs_by_when_in_a_month_it_shrinks(scenario) -> None:
    """In months the lost make work to the end of their month, in weeks to the end of its last week.

    Terms end on the last day of a month, so weeks let them go 3 days later on average, of which
    one account in 8 lost makes less than a thousandth of the year's work.
    """
    in_weeks, in_months = both(scenario, "due_hours", role="csm", task="call")
    assert in_weeks == pytest.approx(A_YEAR * in_months, rel=1.5e-3)
    assert in_weeks != pytest.approx(A_YEAR * in_months, rel=1e-6)


def test_the_same_accounts_are_lost_in_a_year(scenario) -> None:
    """Nothing moves churn here, and each account renews once in either calendar.

    All twelve ends of months lie within the 52 weeks from 4 January but the last, 31 December 2027,
    a Friday: week 52 ends on 2 January 2028.
    """
    in_weeks, in_months = both(scenario, "churned_accounts")
    assert in_months == pytest.approx(120 * 0.12)
    assert in_weeks == pytest.approx(in_months)
    grr = both(scenario, "grr")
    assert grr[0] == pytest.approx(grr[1])
    assert grr[1] == pytest.approx(0.88 * 0.97)


def test_growth_compounds_over_the_days(scenario) -> None:
    """With nobody lost and nothing at renewals, ARR is (1 + g)^years."""
    still = {f"segments.customers.{x}": 0 for x in ("churn", "contraction", "uplift")}
    for text, ends in ((PLAN, np.arange(1, 53) * 7 / 365.25), (MONTHS, np.arange(1, 13) / 12)):
        arr = capacity.simulate(scenario(text, set=still), trials=0).array("arr")[:, 0]
        assert arr == pytest.approx(1.44e6 * 1.06**ends)


def test_salaries_are_paid_for_364_days(scenario) -> None:
    for line in ("cost_platform", "cost_salaries"):
        change = ("attrition: 20%", "attrition: 0%")
        in_weeks, in_months = both(scenario, line, change)
        assert in_weeks == pytest.approx(A_YEAR * in_months)


def test_people_leave_as_often_and_are_replaced_after_nine_weeks(scenario) -> None:
    """Two months are 8.70 weeks, rounded to 9: vacancies last 3.5 % longer than two months.

    A seat is vacated with chance p a period and then vacant for n periods; in the long run p·n/(1 +
    p·n) of it is vacant.
    """
    vacant = []
    for text, wait in ((PLAN.replace("weeks: 52", "weeks: 520"), 9),
                       (MONTHS.replace("months: 12", "months: 120"), 2)):  # fmt: skip
        plan = scenario(text)
        result = capacity.simulate(plan, trials=0)
        years = plan.plan.horizon.periods.years_each
        leaving = 1 - 0.8**years
        found = float(result.array("vacancies", role="csm")[-1, 0])
        assert found == pytest.approx(leaving * wait / (1 + leaving * wait), rel=1e-6)
        vacant.append(found)
    assert vacant[0] / vacant[1] == pytest.approx(9 * 7 / 365.25 / (2 / 12), rel=0.02)


def test_half_lives_are_those_of_time(scenario) -> None:
    """All work stops on the first day: what is left of it after a time is 2^(−time/half-life)."""
    care = "care: {role: csm, fixed: 40 hours per month, coverage_today: 100%, weight: 1}"
    tail = "    value: {if_stopped: {churn: 1.5, fades_over: 3 months}}\n"
    rises = []
    for text in (PLAN, MONTHS):
        stopped = text.replace("care: {role: csm, fixed: 40 hours per month}", care) + tail
        stopped = stopped.replace("addressable: 80%", "addressable: 100%")
        plan = scenario(stopped.replace("headcount: 1", "headcount: 0"))
        lost = capacity.simulate(plan, trials=0).array("churned_accounts")[:, 0]
        periods = plan.plan.horizon.periods
        t = np.flatnonzero(lost)
        ratio = np.log(1 - lost[t] / 10) / np.log(0.88)
        fading = 2.0 ** (-(t + 1) * periods.years_each * 12 / 3)
        assert ratio == pytest.approx(1 + 0.5 * (1 - fading))
        rises.append(ratio.mean() - 1)
    # the work of the week, or the month, of a renewal is felt at it: a month feels itself wholly,
    # and ends of months lie on average half a week before the end of their week
    assert rises[0] == pytest.approx(rises[1], rel=0.02)


def test_hours_of_people_are_those_of_the_days(scenario) -> None:
    """52 weeks have 260 Mondays to Fridays, 2027 has 261, New Year's Day among them."""
    in_weeks, in_months = both(
        scenario, "available_hours", ("attrition: 20%", "holidays: US"), role="csm"
    )
    assert in_months == pytest.approx((261 - 12) * 8)
    # both hold the holiday of New Year 2028, kept on 31 December; that of 2027 lies before week 1
    assert in_weeks == pytest.approx((260 - 11) * 8)


def test_leave_by_the_month_adds_up_to_a_year(scenario) -> None:
    weights = "[3, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1]"
    change = ("attrition: 20%", f"pto_days: 24, leave_seasonality: {weights}")
    in_weeks, in_months = both(scenario, "available_hours", change, role="csm")
    assert in_months == pytest.approx((261 - 24) * 8)
    assert in_weeks == pytest.approx((260 - 24) * 8)


def test_a_season_weighs_the_weeks_of_its_month(scenario) -> None:
    """January 2027 has four Thursdays, December five, the months between them 43."""
    weights = [2] + [1] * 10 + [0]
    new = {"segments.customers.new_accounts": {"per_year": 60, "seasonality": weights}}
    in_weeks, in_months = (
        capacity.simulate(scenario(text, set=new), trials=0).mean("new_accounts", period="")
        for text in (PLAN, MONTHS)
    )
    assert in_months == pytest.approx(60)
    assert in_weeks == pytest.approx(60 * (2 * 4 + 43) * 7 / 365.25)


def test_accounts_won_in_january_renew_a_year_later_to_the_day(scenario) -> None:
    """In months on 31 December, the last day of the plan; in weeks from 3 January on, after it."""
    new = {"segments.customers.new_accounts": {"per_year": 60, "fixed": True}}
    lost = [
        capacity.simulate(scenario(text, set=new), trials=0).mean("churned_accounts", period="")
        for text in (PLAN, MONTHS)
    ]
    assert lost[1] - lost[0] == pytest.approx(5 * 0.12)


@pytest.mark.parametrize("trials", [0, 2000])
def test_a_plan_with_everything_agrees_to_a_step(scenario, trials) -> None:
    """New accounts, hand-overs, an effect: a year's sums within two hundredths.

    What is left are the 364 days (0.3 %), renewals judged a few days later (0.2 %), vacancies of 9
    for 8.7 weeks, and starts on Mondays in place of the first of a month.
    """
    change = {
        "segments.customers.new_accounts": {"per_year": 60, "term": 24},
        "tasks.start": {"role": "csm", "on": "start", "over": "3 months", "hours": "6h",
                        "defer": "2 months", "weight": 1},
        "tasks.hand": {"role": "csm", "on": "departure", "hours": "1h", "defer": "2 months"},
        "value": {"if_stopped": {"churn": 1.5, "expansion": 0.5}},
        "team.csm.headcount": 9,
        "simulation.feedback": "on",
    }  # fmt: skip
    a, b = (capacity.simulate(scenario(text, set=change), trials=trials) for text in (PLAN, MONTHS))
    for metric, about in (
        ("due_hours", {"role": "csm"}),
        ("revenue", {}),
        ("team_cost", {}),
        ("churned_accounts", {}),
        ("new_accounts", {}),
        ("expansion_arr", {}),
    ):
        pair = [result.mean(metric, period="", **about) for result in (a, b)]
        spread = [result.error(metric, period="", **about) for result in (a, b)]
        off = 4 * np.hypot(*spread) if trials else 0.0
        assert pair[0] == pytest.approx(pair[1], rel=0.02, abs=off), metric
