"""A task without effect matters by the hours that it takes from others, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.engine.layout import build_layout
from capacity.valuing import tasks
from capacity.valuing.crowding import crowding_of
from capacity.valuing.tasks import task_values
from capacity.valuing.worlds import Futures

PLAN = """
name: three tasks without effect
horizon: {start: 2027-01, months: 14}
segments:
  all: {accounts: 30, arr: {p10: 3_000, p50: 6_000, p90: 15_000}, churn: 20%, addressable: 50%}
tasks:
  report: {role: csm, every: month, hours: 2h, priority: 1}
  care: {role: csm, every: month, hours: {low: 1h, likely: 2h, high: 5h}, weight: 2, priority: 2}
  survey: {role: csm, every: quarter, hours: 3h, priority: 2, defer: 1 month}
  call: {role: csm, rate: 2 per year, hours: 3h, weight: 1, priority: 3}
  tidy: {role: csm, every: month, hours: 2h, priority: 4}
value: {if_stopped: {churn: 2}}
team: {csm: {headcount: 1, salary: 90_000}}
finance: {gross_margin: 80%, discount_rate: 10%}
"""
REPORT, CARE, SURVEY, CALL, TIDY = (1 << k for k in range(5))


@pytest.mark.parametrize(
    ("tasks_done", "that_count"),
    [
        (REPORT | SURVEY | TIDY, 0),
        (REPORT | CARE | TIDY, REPORT | CARE),
        (SURVEY | CARE | TIDY, SURVEY | CARE),
        (SURVEY | CALL | TIDY, SURVEY | CALL),
        (CARE | CALL | TIDY, CARE | CALL),
    ],
)
def test_what_is_served_before_or_with_a_task_takes_its_hours(scenario, tasks_done, that_count):
    assert crowding_of(build_layout(scenario(PLAN))).that_count(tasks_done) == that_count


LATER_FIRST = {"tasks.tidy.priority": {"2027-01": 4, "2027-09": 1}}


@pytest.mark.parametrize("settings", [{}, LATER_FIRST], ids=["last", "first from September on"])
def test_a_task_that_comes_first_at_some_time_takes_hours_then(scenario, settings):
    crowding = crowding_of(build_layout(scenario(PLAN, set=settings)))
    assert crowding.that_count(CALL | TIDY) == (CALL | TIDY if settings else CALL)
    assert crowding.that_count(REPORT | SURVEY | TIDY) == 0


@pytest.mark.parametrize("load", ["overtime", "overloaded_attrition"])
def test_people_whom_load_changes_feel_every_task(scenario, load):
    changed = {f"team.csm.{load}": 1.5 if load == "overloaded_attrition" else "10%"}
    layout = build_layout(scenario(PLAN, set=changed))
    assert crowding_of(layout).that_count(TIDY) == TIDY


@pytest.mark.parametrize(("settings", "simulations"), [({}, 13), (LATER_FIRST, 25)])
def test_what_is_left_out_changes_no_bit(scenario, monkeypatch, settings, simulations):
    """Every coalition simulated, against one of those that come to the same."""
    layout = build_layout(scenario(PLAN, set=settings))
    some = task_values(layout, 0, 14, Futures(3, 200))
    monkeypatch.setattr(tasks, "crowding_of", lambda _: _Nothing())
    all_ = task_values(layout, 0, 14, Futures(3, 200))
    assert (some.simulations, all_.simulations) == (simulations, 32)
    assert np.array_equal(some.by_segment, all_.by_segment)
    assert np.array_equal(some.alone, all_.alone)
    assert abs(all_.share[0]) > 0


class _Nothing:
    """Leaves nothing out."""

    @staticmethod
    def that_count(coalition: int) -> int:
        return coalition
