"""Luck of a week belongs to that week: to no month, and not to its place in the plan."""

from __future__ import annotations

import numpy as np

import capacity

PLAN = """
    name: calls
    horizon: {start: 2027-01-04, weeks: 20, step: week}
    segments: {customers: {accounts: 50, arr: 1000, churn: 20%, completed_terms: 3,
                           new_accounts: {per_year: 40, arr: {p10: 500, p50: 1000, p90: 3000}}}}
    tasks:
      call: {role: csm, rate: {low: 5, likely: 9, high: 20}, hours: {p10: 1h, p50: 2h, p90: 5h}}
    team:
      csm: {headcount: 2, hires: {2027-02: 2},
            slips: {low: 1 month, likely: 2 months, high: 4 months}}
"""
METRICS = ("new_accounts", "new_arr", "churned_accounts", "churned_arr")


def by_label(result: capacity.Result, metric: str, **about: str) -> dict[str, np.ndarray]:
    return dict(zip(result.periods, result.array(metric, **about), strict=True))


def test_another_start_meets_the_same_weeks(scenario) -> None:
    """With a book that does not depend on the start: signed accounts, and those to be won."""
    book = "id,segment,arr,start,renewal\n" + "".join(
        f"A{i},customers,{1000 + i},2025-0{1 + i % 6}-0{1 + i % 9},2027-0{1 + i % 6}-0{1 + i % 9}\n"
        for i in range(60)
    )
    text = PLAN.replace("accounts: 50, arr: 1000, ", "").replace(", completed_terms: 3", "")
    text = text.replace("    segments:", "    accounts: {file: book.csv}\n    segments:")
    early = scenario(text, book=book)
    late = scenario(text, set={"horizon.start": "2027-02-17", "horizon.weeks": 13}, book=book)
    a, b = (capacity.simulate(plan, trials=300) for plan in (early, late))
    assert b.periods == a.periods[6:19]
    for metric in ("new_accounts", "new_arr"):
        one, other = by_label(a, metric), by_label(b, metric)
        assert all(np.array_equal(one[week], other[week]) for week in b.periods)
        assert np.ptp(a.array(metric)) > 0
    # of the accounts whose term ends after the later start nobody knows of the earlier weeks
    one, other = by_label(a, "churned_arr"), by_label(b, "churned_arr")
    assert all(np.allclose(one[week], other[week]) for week in b.periods)
    assert sum(one[week].sum() for week in b.periods) > 0


def test_a_longer_plan_in_weeks_begins_like_the_shorter(scenario) -> None:
    a, b = (
        capacity.simulate(scenario(PLAN, set={"horizon.weeks": weeks}), trials=300)
        for weeks in (20, 40)
    )
    for metric in METRICS:
        assert np.array_equal(a.array(metric), b.array(metric)[:20]), metric
    for metric in ("due_hours", "headcount"):
        values = [r.array(metric, role="csm")[:20] for r in (a, b)]
        assert np.array_equal(*values), metric


def test_weeks_and_months_do_not_share_their_luck(scenario) -> None:
    """Of twenty weeks and twenty months no two go up and down together, beyond chance.

    Correlations of 300 pairs have a standard deviation of 0.058; none of 400 is five times that.
    """
    months = {"horizon": {"start": "2027-01", "step": "month", "months": 20}, "tasks.call.rate": 10}
    weeks = {"tasks.call.rate": 10}
    won = [
        capacity.simulate(scenario(PLAN, set=change), trials=300).array("new_accounts")
        for change in (weeks, months)
    ]
    between = np.corrcoef(np.vstack(won))[:20, 20:]
    assert np.abs(between).max() < 5 / np.sqrt(300)


def test_a_slip_belongs_to_the_hire_whatever_the_step(scenario) -> None:
    """The same draws of months, rounded to weeks and to months: never a month apart."""
    months = {"horizon": {"start": "2027-01", "step": "month", "months": 7}}
    a = capacity.simulate(scenario(PLAN, set={"horizon.weeks": 30}), trials=300)
    b = capacity.simulate(scenario(PLAN, set=months), trials=300)
    joined = [
        [(r.array("headcount", role="csm") >= heads).argmax(axis=0) for heads in (3, 4)]
        for r in (a, b)
    ]
    days = [
        r.scenario.plan.horizon.periods.first_days[np.array(found)]
        for r, found in zip((a, b), joined, strict=True)
    ]
    apart = (days[0] - days[1]).astype(int)
    assert np.abs(apart).max() <= 31
    assert np.ptp(joined[0]) > 8
