"""Whatever the dates of accounts: work and renewals of a plan in weeks lie where their days do."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import capacity

some_books = settings(
    deadline=None,
    derandomize=True,
    max_examples=30,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
START, WEEKS = dt.date(2027, 1, 13), 75
FIRST = START - dt.timedelta(days=START.weekday())

PLAN: dict[str, Any] = {
    "name": "dates",
    "currency": "USD",
    "horizon": {"start": START.isoformat(), "weeks": WEEKS, "step": "week"},
    "accounts": {"file": "book.csv"},
    "segments": {"customers": {"churn": 0}},
    "tasks": {
        "review": {"role": "csm", "every": "2 months", "hours": 1},
        "plan": {"role": "csm", "every": "quarter", "hours": 1},
        "visit": {"role": "csm", "on": "renewal", "lead": "20 days", "over": "2 weeks", "hours": 2},
        "start": {"role": "csm", "on": "start", "over": "4 weeks", "hours": 4},
    },
    "team": {"csm": {"headcount": 1}},
}


def later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def week(day: dt.date) -> int:
    return (day - FIRST).days // 7


def counted(*weeks: int) -> np.ndarray:
    inside = [w for w in weeks if 0 <= w < WEEKS]
    return np.bincount(inside, minlength=WEEKS).astype(float)


terms = st.sampled_from([2, 3, 6, 12, 13, 24])
dates = st.tuples(
    st.dates(dt.date(2019, 1, 1), dt.date(2028, 4, 30)), terms, st.integers(1, 4), st.booleans()
)


def row(i: int, found: tuple[dt.date, int, int, bool]) -> tuple[str, dt.date, dt.date, int]:
    """An account; half of them start on one of the last days of a month."""
    start, term, completed, at_the_end = found
    if at_the_end:
        start = later(start.replace(day=1), 1) - dt.timedelta(days=start.day % 3 + 1)
    return f"A{i}", start, later(start, term * completed), term


@some_books
@given(
    found=st.lists(dates, min_size=1, max_size=12),
    resolution=st.sampled_from(["account", "cohort"]),
)
def test_work_lies_in_the_week_of_its_day(scenario, found, resolution) -> None:
    rows = [row(i, one) for i, one in enumerate(found)]
    book = "id,segment,arr,start,renewal,term\n" + "".join(
        f"{name},customers,100,{start},{renewal},{term}\n" for name, start, renewal, term in rows
    )
    plan = PLAN | {"simulation": {"resolution": resolution}}
    result = capacity.simulate(scenario(plan, book=book), trials=0)
    expected = {task: np.zeros(WEEKS) for task in PLAN["tasks"]}
    for _, start, renewal, term in rows:
        if week(start) >= WEEKS:
            continue
        expected["review"] += counted(*(week(later(start, 2 * n)) for n in range(1, 70)))
        expected["plan"] += counted(*(week(later(start, 3 * n)) for n in range(1, 50)))
        expected["start"] += counted(*(week(start) + n for n in range(4)))
        ends = [later(renewal, n * term) for n in range(70) if later(renewal, n * term) > START]
        last = [week(end - dt.timedelta(days=1)) for end in ends]
        visits = counted(*(w - 3 + n for w in last for n in (0, 1)))
        visits[: max(0, week(start))] = 0
        expected["visit"] += visits
    for task, hours in expected.items():
        due = result.array("due_hours", role="csm", task=task)[:, 0]
        assert due.tolist() == hours.tolist(), task


@some_books
@given(found=st.lists(dates, min_size=2, max_size=12))
def test_accounts_are_lost_in_the_week_of_their_last_day(scenario, found) -> None:
    rows = [row(i, one) for i, one in enumerate(found)]
    book = "id,segment,arr,start,renewal,term\n" + "".join(
        f"{name},customers,100,{start},{renewal},{term}\n" for name, start, renewal, term in rows
    )
    plan = PLAN | {"segments": {"customers": {"churn": 1}}}
    lost = capacity.simulate(scenario(plan, book=book), trials=100).array("churned_accounts")
    expected = np.zeros(WEEKS)
    for _, start, renewal, term in rows:
        end = next(end for n in range(70) if (end := later(renewal, n * term)) > START)
        expected += counted(week(end - dt.timedelta(days=1))) if week(start) < WEEKS else 0
    assert (lost == expected[:, None]).all()


def test_terms_that_first_end_in_one_week_may_end_in_two_a_month_later(scenario) -> None:
    """On Monday 1 March and Sunday 7 March; then on Thursday 1 April and Wednesday 7 April."""
    book = """\
        id,segment,arr,start,renewal,term
        early,customers,100,2026-03-02,2027-03-02,1
        late,customers,100,2026-03-08,2027-03-08,1
    """
    visit = {"role": "csm", "on": "renewal", "hours": 1}
    plan = scenario(PLAN | {"tasks": {"visit": visit}}, book=book)
    due = capacity.simulate(plan, trials=0).mean("due_hours", role="csm")
    assert due[["2027-W09", "2027-W13", "2027-W14"]].tolist() == [2, 1, 1]
    assert due["2027-W10":"2027-W12"].tolist() == [0, 0, 0]


def test_the_opening_book_started_on_or_before_the_start_within_its_week(scenario) -> None:
    """The plan begins on Wednesday 13 January; its first week on the 11th."""
    book = """\
        id,segment,arr,start,renewal
        before,customers,100,2027-01-12,2028-01-12
        that day,customers,200,2027-01-13,2028-01-13
        after,customers,400,2027-01-14,2028-01-14
        past,customers,800,2026-01-13,2027-01-13
    """
    plan = scenario(PLAN, book=book)
    result = capacity.simulate(plan, trials=0)
    assert result.mean("new_arr", period="2027-W02") == 400
    assert result.mean("new_arr", period="") == 400
    assert result.mean("arr", period="2027-W02") == 1500
    # a renewal date on the day of the start has been decided before it
    (warning,) = plan.warnings
    assert warning.text == (
        "2027-01-13 is not after the start of the plan, 2027-01-13: rolled forward by whole terms; "
        "this term ends in 2028-01"
    )
