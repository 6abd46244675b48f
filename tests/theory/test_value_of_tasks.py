"""What each task is worth: shares that add up, harm that shows, cost that is all told."""

from __future__ import annotations

import numpy as np
import pytest

import capacity
from capacity.engine.layout import build_layout
from capacity.valuing import tasks as valuing
from capacity.valuing.tasks import task_values
from capacity.valuing.worlds import Futures

PLAN = """
name: four tasks
horizon: {start: 2027-01, months: 36}
segments:
  large: {accounts: 24, arr: 60_000, churn: 10%, addressable: 60%}
  small: {accounts: 96, arr: 6_000, churn: 20%, addressable: 50%}
tasks:
  care: {role: csm, every: month, hours: 2h, if_stopped: {churn: 1.5}, priority: 2}
  renewal: {role: csm, on: renewal, lead: 30 days, hours: 6h, if_stopped: {churn: 1.3}, priority: 1}
  survey: {role: csm, every: quarter, hours: 1h, if_stopped: {churn: 0.8}, priority: 1}
  report: {role: ops, segments: [large], every: month, hours: 1h}
team:
  csm: {headcount: 2, salary: 90_000, attrition: 10%}
  ops: {headcount: 1, salary: 60_000}
  boss: {headcount: 1, salary: 150_000}
finance: {gross_margin: 80%, discount_rate: 10%}
"""


@pytest.fixture(scope="module")
def layout(scenario):
    return build_layout(scenario(PLAN))


@pytest.fixture(scope="module")
def found(layout):
    return task_values(layout, 0, 36, Futures(1, 1000))


def share(found, task):
    return found.share[found.tasks.index(task)]


def test_the_shares_are_all_that_the_work_makes(found):
    assert found.exact
    assert found.simulations == 8  # with the report or without it is the same
    assert found.share.sum() == pytest.approx(found.total, rel=1e-12)
    assert found.by_segment.sum(axis=1) == pytest.approx(found.share, rel=1e-12)


def test_harm_is_worth_less_than_nothing_and_is_cut_first(found):
    assert share(found, "survey") < -4 * found.error[found.tasks.index("survey")]
    assert share(found, "care") > 0
    assert share(found, "renewal") > 0
    assert found.tasks[found.cut_first[0]] == "survey"


def test_work_without_effect_by_people_of_its_own_is_worth_nothing(found):
    k = found.tasks.index("report")
    assert found.share[k] == pytest.approx(0, abs=1e-9 * found.total)
    assert found.alone[k] == pytest.approx(0, abs=1e-9 * found.total)


def test_work_without_effect_costs_what_it_crowds_out(scenario):
    """The same report by the csm, and first of all: its hours are missing elsewhere."""
    crowded = scenario(
        PLAN,
        set={
            "tasks.report.role": "csm",
            "tasks.report.hours": "4h",
            "tasks.report.priority": 1,
            "team.csm.headcount": 1,
        },
    )
    found = task_values(build_layout(crowded), 0, 36, Futures(1, 1000))
    assert share(found, "report") < -4 * found.error[found.tasks.index("report")]


def test_alone_is_what_the_removal_of_the_task_loses(layout, found):
    for task in ("care", "survey"):
        worth = capacity.roi(layout.scenario, without=f"task:{task}", trials=1000, seed=1)
        k = found.tasks.index(task)
        assert found.alone[k] == pytest.approx(worth.mean("incremental_gross_profit"))


def test_cost_of_tasks_and_of_idle_hours_is_the_cost_of_those_who_work(layout, found):
    result = capacity.simulate(layout.scenario, trials=1000, seed=1)
    paid = sum(result.mean("team_cost", period="", role=role) for role in ("csm", "ops"))
    assert found.cost.sum() + found.idle == pytest.approx(paid)
    for k, task in enumerate(found.tasks):
        role = "ops" if task == "report" else "csm"
        done = result.mean("done_hours", period="", role=role, task=task)
        assert found.hours[k].sum() == pytest.approx(done)
    assert (found.cost[found.tasks.index("report")] > 0).tolist() == [True, False]


def test_sampled_orders_agree_with_all_coalitions(layout, found, monkeypatch):
    monkeypatch.setattr(valuing, "EXACT", 3)
    sampled = task_values(layout, 0, 36, Futures(1, 1000))
    assert not sampled.exact
    assert sampled.share.sum() == pytest.approx(found.total)
    assert (np.abs(sampled.share - found.share) <= 4 * sampled.error + 1e-6).all()


def test_expected_values_have_shares_too(layout):
    found = task_values(layout, 0, 36, Futures(0, 0))
    assert found.share.sum() == pytest.approx(found.total)
    assert np.isnan(found.error).all()


def test_the_rows_say_it_all(layout, found):
    worth = capacity.roi(layout.scenario, trials=300, tasks=True)
    table = worth.table()
    values = table[(table.metric == "task_value") & (table.segment == "")]
    assert values.task.tolist() == list(found.tasks)
    parts = table[(table.metric == "task_value") & (table.segment != "")]
    assert parts.groupby("task")["mean"].sum().sum() == pytest.approx(values["mean"].sum())
    assert (table.metric == "idle_cost").sum() == 1
    assert "cut these first" in str(worth)
