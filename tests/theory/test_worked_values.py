"""Values that can be worked out on paper, and that any implementation must reproduce."""

from __future__ import annotations

import numpy as np
import pytest

import capacity


def test_a_hundred_reviews_of_three_hours_are_300_a_quarter_and_1200_a_year(scenario) -> None:
    plan = scenario("""
        name: a QBR each quarter
        horizon: {start: 2027-01, months: 12}
        segments: {customers: {accounts: 100, completed_terms: 1}}
        tasks: {qbr: {role: csm, every: quarter, steps: {prepare: 1h, present: 1h, follow_up: 1h}}}
        team: {csm: {headcount: 1}}
    """)
    for trials in (0, 200):
        due = capacity.simulate(plan, trials=trials).array("due_hours", role="csm")
        assert (due.reshape(4, 3, -1).sum(axis=1) == 300).all()
        assert (due.sum(axis=0) == 1200).all()


def test_a_year_of_260_weekdays_leaves_1065_customer_hours(scenario) -> None:
    plan = scenario("""
        name: time waterfall
        horizon: {start: 2023-01, months: 12}
        segments: {customers: {accounts: 1}}
        tasks: {talk: {role: csm, fixed: 1 hour per month}}
        team:
          csm: {headcount: 1, hours_per_week: 40, pto_days: 20, sick_days: 5,
                internal: 33.33333333333333%, target_utilization: 85%}
    """)
    result = capacity.simulate(plan, trials=0)
    assert result.mean("available_hours", period="", role="csm") == pytest.approx(1253.3, abs=0.05)
    assert result.mean("capacity_hours", period="", role="csm") == pytest.approx(1065.3, abs=0.05)
    assert result.mean("available_hours", period="", role="csm") == pytest.approx(1880 * 2 / 3)


STOPPED = """
    name: the team is gone
    horizon: {start: 2027-01, months: 36}
    segments: {customers: {accounts: 120, churn: 10%, addressable: 100%, term: 12}}
    tasks: {work: {role: csm, fixed: 20 hours per month, coverage_today: 100%, weight: 1}}
    value: {if_stopped: {churn: 1.5, fades_over: 6 months}}
    team: {csm: {headcount: 0}}
"""


def observed_ratio(churned: np.ndarray, opening: float, term: int) -> np.ndarray:
    """Hazard ratio of each month, from who is lost of those whose term ends, at 10 % a year."""
    due = np.full(term, opening / term)
    ratios = []
    for t, lost in enumerate(churned):
        ratios.append(np.log(1 - lost / due[t % term]) / np.log(0.9))
        due[t % term] -= lost
    return np.array(ratios)


def test_the_memory_of_the_work_fades_to_the_known_shortfalls(scenario) -> None:
    churned = capacity.simulate(scenario(STOPPED), trials=0).array("churned_accounts")[:, 0]
    shortfall = (observed_ratio(churned, 120, 12) - 1) / (1.5 - 1)
    assert shortfall.reshape(3, 12).mean(axis=1) == pytest.approx([0.490, 0.872, 0.968], abs=5e-4)
    t = np.arange(36)
    assert shortfall == pytest.approx(1 - 2.0 ** (-(t + 1) / 6), abs=1e-9)


def test_half_as_much_hazard_again_loses_14_point_62_in_100(scenario) -> None:
    plan = scenario(STOPPED, set={"value.if_stopped.fades_over": 0, "horizon.months": 12})
    churned = capacity.simulate(plan, trials=0).array("churned_accounts")[:, 0]
    assert churned == pytest.approx(np.full(12, 10 * (1 - 0.9**1.5)))
    assert churned.sum() / 120 == pytest.approx(0.1462, abs=5e-5)


def test_a_newcomer_of_mean_ramp_45_delivers_725_of_a_thousand_in_the_first_year(scenario) -> None:
    plan = scenario("""
        name: ramp
        horizon: {start: 2027-01, months: 12}
        segments: {customers: {accounts: 1}}
        tasks: {talk: {role: csm, fixed: 1 hour per month}}
        team: {csm: {headcount: 0, hires: {2027-01: 1}, ramp: [10%, 25%, 40%, 50%, 65%, 80%]}}
    """)
    for trials in (0, 100):
        ramped = capacity.simulate(plan, trials=trials).array("ramped_fte", role="csm")
        assert ramped.mean(axis=0) == pytest.approx(0.725)
        assert (ramped[0] == 0.1).all()
        assert (ramped[6:] == 1).all()


BOOK = """
    name: one contract
    currency: USD
    horizon: {start: 2027-01, months: 24}
    accounts: {file: accounts.csv}
    segments: {customers: {churn: 100%}}
    tasks: {talk: {role: csm, fixed: 1 hour per month}}
    team: {csm: {headcount: 1}}
"""


@pytest.mark.parametrize("trials", [0, 100])
@pytest.mark.parametrize(
    ("dates", "months"),
    [
        ("2027-01-01,2028-01-01", 12),
        ("2026-07-15,2027-07-15", 7),
        ("2026-07-01,2027-07-01", 6),
        ("2026-01-02,2027-01-02", 1),
        ("2026-06-01,2028-06-01", 17),
    ],
)
def test_a_contract_pays_to_the_month_of_its_last_day(scenario, dates, months, trials) -> None:
    book = f"id,segment,arr,start,renewal\nACME,customers,12000,{dates}\n"
    result = capacity.simulate(scenario(BOOK, accounts=book), trials=trials)
    revenue = result.array("revenue")
    assert revenue[:months] == pytest.approx(1000)
    assert (revenue[months:] == 0).all()
    assert (result.array("churned_accounts")[months - 1] == 1).all()
    assert (result.array("accounts")[months - 1 :] == 0).all()


def test_a_contract_of_the_file_that_starts_in_the_plan_pays_from_then_on(scenario) -> None:
    book = "id,segment,arr,start,renewal\nACME,customers,12000,2027-03-01,2028-03-01\n"
    revenue = capacity.simulate(scenario(BOOK, accounts=book), trials=0).array("revenue")[:, 0]
    assert revenue.tolist() == [0] * 2 + [1000] * 12 + [0] * 10


@pytest.mark.parametrize(
    ("target", "today", "capacity_share"), [("100%", 0.8, 0.5), ("80%", 0.6, 0.3)]
)
def test_a_lasting_shortfall_is_measured_against_todays(
    scenario, target, today, capacity_share
) -> None:
    """With constant coverage C and C₀ in the past, HR = (1 + (r−1)x) / (1 + (r−1)x⁰) each month."""
    plan = scenario(f"""
        name: less than today
        horizon: {{start: 2027-01, months: 24}}
        segments: {{customers: {{accounts: 120, churn: 10%, addressable: 100%}}}}
        tasks:
          work: {{role: csm, fixed: {160 / capacity_share} hours per month, weight: 1,
                 coverage_today: {today}, enough: {target}}}
        value: {{if_stopped: {{churn: 1.5, fades_over: 4 months}}}}
        team: {{csm: {{headcount: 1, leave_seasonality: [1,1,1,1,1,1,1,1,1,1,1,1]}}}}
    """)
    result = capacity.simulate(plan, trials=0)
    done = result.array("done_hours", role="csm")[:, 0]
    due = result.array("due_hours", role="csm")[:, 0]
    fade = 2 ** (-1 / 4)
    wanted = due[0] / (1 - fade)
    kept, enough, ratios = today * wanted, float(target.strip("%")) / 100, []
    lack_today = max(0.0, enough - today) / enough
    for t in range(24):
        kept, wanted = fade * kept + done[t], fade * wanted + due[t]
        lack = max(0.0, enough - kept / wanted) / enough
        ratios.append((1 + 0.5 * lack) / (1 + 0.5 * lack_today))
    found = observed_ratio(result.array("churned_accounts")[:, 0], 120, 12)
    assert found == pytest.approx(np.array(ratios))


WEEKS = """
    name: by the week
    currency: USD
    horizon: {start: 2027-01-04, weeks: 60, step: week}
    accounts: {file: accounts.csv}
    segments: {customers: {churn: 0%}}
    tasks:
      qbr: {role: csm, every: quarter, hours: 3h}
      call: {role: csm, every: 2 weeks, hours: 1h}
      chat: {role: csm, every: 2 days, hours: 1h}
      mail: {role: csm, every: week, hours: 1h}
      board: {role: csm, every: quarter, aligned: fiscal, hours: 5h}
      renewal: {role: csm, on: renewal, lead: 90 days, over: 2 weeks, hours: 8h}
      welcome: {role: csm, on: start, over: 1 month, hours: 4h}
    team:
      csm: {headcount: 1, hires: {2027-03: 1}, ramp: [0%, 50%, 75%]}
"""
ACCOUNTS = """\
    id,segment,arr,start,renewal,term
    Old,customers,12000,2026-01-31,2027-07-31,6
    New,customers,12000,2027-03-10,2028-03-10,
"""


def weeks_of(result: capacity.Result, task: str) -> dict[str, float]:
    due = result.array("due_hours", role="csm", task=task)[:, 0]
    return {label: float(hours) for label, hours in zip(result.periods, due, strict=True) if hours}


def test_work_by_the_week_counted_by_hand(scenario) -> None:
    result = capacity.simulate(scenario(WEEKS, accounts=ACCOUNTS), trials=0)
    assert result.periods[0] == "2027-W01"
    assert result.periods[-1] == "2028-W08"
    # 31 January, 30 April, 31 July, 31 October, 31 January
    old = ["2027-W04", "2027-W17", "2027-W30", "2027-W43", "2028-W05"]
    new = ["2027-W23", "2027-W36", "2027-W49"]  # 10 June, September, December
    assert weeks_of(result, "qbr") == dict.fromkeys(sorted(old + new), 3.0)
    calls = weeks_of(result, "call")
    # of Old on Saturdays from 16 January on, of New on Wednesdays from 24 March on
    assert list(calls)[:7] == [f"2027-W{week:02d}" for week in (2, 4, 6, 8, 10, 12, 14)]
    assert list(calls.values()) == [1.0] * 5 + [2.0] * 25
    chats = weeks_of(result, "chat")
    assert list(chats.values()) == pytest.approx([3.5] * 9 + [7.0] * 51)
    # a week is no shorter than a period, so the week of the start is spared
    assert list(weeks_of(result, "mail").values()) == [1.0] * 10 + [2.0] * 50
    board = weeks_of(result, "board")
    assert board == {"2027-W13": 10, "2027-W26": 10, "2027-W39": 10, "2027-W52": 10}


def test_a_lead_of_90_days_is_13_weeks(scenario) -> None:
    """Terms of Old end on 30 July 2027, a Friday, and on 30 January 2028, a Sunday."""
    renewal = weeks_of(capacity.simulate(scenario(WEEKS, accounts=ACCOUNTS), trials=0), "renewal")
    # 13 before weeks 30 of 2027 and 4 of 2028, and, for New (9 March 2028), before week 10
    expected = ["2027-W17", "2027-W18", "2027-W43", "2027-W44", "2027-W49", "2027-W50"]
    assert renewal == dict.fromkeys(expected, 4.0)


def test_a_start_is_spread_over_the_weeks_of_a_month(scenario) -> None:
    welcome = weeks_of(capacity.simulate(scenario(WEEKS, accounts=ACCOUNTS), trials=0), "welcome")
    assert welcome == {f"2027-W{week}": 1.0 for week in (10, 11, 12, 13)}


@pytest.mark.parametrize("trials", [0, 100])
def test_a_ramp_by_months_goes_by_completed_months(scenario, trials) -> None:
    """1 March 2027 is a Monday; months of 4.35 weeks are over after 5, 9 and 14 weeks."""
    plan = scenario(WEEKS, accounts=ACCOUNTS)
    ramped = capacity.simulate(plan, trials=trials).array("ramped_fte", role="csm")
    expected = [1.0] * 8 + [1.0] * 5 + [1.5] * 4 + [1.75] * 5 + [2.0] * 38
    assert (ramped == np.array(expected)[:, None]).all()
