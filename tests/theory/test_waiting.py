"""Work that waits: how long, what is dropped when, and what goes with the accounts it was for."""

from __future__ import annotations

import numpy as np
import pytest

import capacity

PLAN = """
    name: waiting
    horizon: {start: 2027-01, months: 6}
    accounts: {file: book.csv}
    segments: {customers: {churn: 0%}}
    tasks: {work: {role: csm, on: start, hours: 12h}}
    team: {csm: {headcount: 0}}
"""
BOOK = "id,segment,arr,start,renewal\n"
FEBRUARY = BOOK + "A,customers,1,2027-02-01,2028-02-01\n"


def hours(scenario, settings, book=FEBRUARY, trials=0, **keys):
    result = capacity.simulate(scenario(PLAN, set=settings, book=book), trials=trials)
    kinds = ("due", "done", "dropped", "cancelled", "backlog")
    about = {"role": "csm", **keys}
    return {kind: result.array(f"{kind}_hours", **about)[:, 0].tolist() for kind in kinds}


@pytest.mark.parametrize("months", [0, 1, 2, 3])
def test_work_is_dropped_at_the_end_of_its_wait(scenario, months) -> None:
    found = hours(scenario, {"tasks.work.defer": f"{months} months"})
    dropped = np.zeros(6)
    dropped[1 + months] = 12
    waiting = np.zeros(6)
    waiting[1 : 1 + months] = 12
    assert found["due"] == [0, 12, 0, 0, 0, 0]
    assert found["dropped"] == dropped.tolist()
    assert found["backlog"] == waiting.tolist()


def test_work_waits_until_somebody_comes(scenario) -> None:
    settings = {"tasks.work.defer": "2 months", "team.csm.hires": {"2027-04": 1}}
    found = hours(scenario, settings)
    assert found["done"] == [0, 0, 0, 12, 0, 0]
    assert found["dropped"] == [0] * 6
    assert found["backlog"] == [0, 12, 12, 0, 0, 0]


@pytest.mark.parametrize(("months", "dropped_in"), [(0, 0), (1, 0), (2, 1), (4, 3)])
def test_a_backlog_waits_as_if_due_in_the_month_before(scenario, months, dropped_in) -> None:
    settings = {"tasks.work.defer": f"{months} months", "tasks.work.backlog": "40h"}
    book = BOOK + "A,customers,1,2020-02-01,2028-02-01\n"
    found = hours(scenario, settings, book)
    assert found["due"] == [0] * 6
    assert np.flatnonzero(found["dropped"]).tolist() == [dropped_in]
    assert found["dropped"][dropped_in] == pytest.approx(40)
    done = hours(scenario, {**settings, "team.csm.headcount": 1}, book)["done"]
    assert done == pytest.approx([40, 0, 0, 0, 0, 0])


def test_the_oldest_work_of_a_task_is_done_first(scenario) -> None:
    """12 hours of each month come, 8 are done: what is dropped is always two months old."""
    rows = "".join(f"A{m},customers,1,2027-{m:02d}-01,2028-01-01\n" for m in range(1, 7))
    weeks = {"team.csm.headcount": 1, "team.csm.internal": 0}
    found = hours(scenario, {**weeks, "tasks.work.defer": "1 month", "tasks.work.hours": "300h"},
                  BOOK + rows)  # fmt: skip
    days = np.array([21, 20, 23, 22, 21, 22]) * 8.0
    waiting, left = 0.0, []
    for month in range(6):
        dropped = max(0.0, waiting - days[month])
        left.append(dropped)
        waiting = 300 - max(0.0, days[month] - waiting)
    assert found["dropped"] == pytest.approx(left)


def test_waiting_work_goes_with_the_accounts_that_are_lost(scenario) -> None:
    """One of two accounts is lost at the end of March: half of what waits is cancelled."""
    book = "id,segment,arr,start,renewal,churn\n"
    book += "A,customers,1,2027-02-01,2027-04-01,100%\nB,customers,1,2027-02-01,2028-02-01,0%\n"
    settings = {"tasks.work.defer": "3 months", "segments.customers.churn": "10%"}
    for trials in (0, 100):
        found = hours(scenario, settings, book, trials)
        assert found["cancelled"] == pytest.approx([0, 0, 12, 0, 0, 0])
        assert found["backlog"] == pytest.approx([0, 24, 12, 12, 0, 0])
        assert found["dropped"] == pytest.approx([0, 0, 0, 0, 12, 0])


def test_work_for_all_does_not_go_with_an_account(scenario) -> None:
    settings = {"tasks.work": {"role": "csm", "fixed": "12 hours per month", "defer": "5 months"}}
    book = BOOK + "A,customers,1,2026-02-01,2027-02-01\n"
    found = hours(scenario, {**settings, "segments.customers.churn": "100%"}, book)
    assert found["cancelled"] == [0] * 6
    assert found["backlog"] == pytest.approx([12, 24, 36, 48, 60, 60])


def test_priorities_may_differ_by_segment(scenario) -> None:
    text = """
        name: by segment
        horizon: {start: 2027-01, months: 1}
        segments: {north: {accounts: 10}, south: {accounts: 10}}
        tasks:
          review: {role: csm, every: month, hours: 10h, priority: {north: 1, default: 3}}
          other: {role: csm, fixed: 50 hours per month, priority: 2}
        team: {csm: {headcount: 1}}
    """
    result = capacity.simulate(scenario(text), trials=0)
    done = [
        result.mean("done_hours", period="2027-01", role="csm", task="review", segment=segment)
        for segment in ("north", "south")
    ]
    assert done == pytest.approx([100, 168 - 150])
    assert result.mean("coverage", period="2027-01", task="review") == pytest.approx(118 / 200)
    assert result.mean("coverage", period="2027-01", role="csm") == pytest.approx(168 / 250)
    assert result.mean("p_covered", role="csm") == 0
