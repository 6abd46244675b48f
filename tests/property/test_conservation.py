"""Whatever the plan: nothing is lost or made, and every number can be meant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from random_plans import ROLES, most_seats, plans

import capacity

every_plan = settings(
    deadline=None,
    derandomize=True,
    max_examples=25,
    phases=[Phase.generate],  # making a failing plan smaller takes minutes
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
trials = pytest.mark.parametrize("trials", [0, 200])
ANY = {"coverage", "p_covered", "load", "required_fte", "utilization"}
"""Metrics of which NaN or infinity can mean something: nothing due, or nobody there."""
SHARES_OF_ROLES = {(r, m) for r in ROLES for m in ("coverage", "load", "utilization", "p_covered")}
"""What of a role is no sum over its pools."""


def close(a: np.ndarray, b: np.ndarray) -> None:
    scale = np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    assert (np.abs(a - b) <= 1e-6 * scale).all()


def to_the_cent(a: np.ndarray, b: np.ndarray) -> None:
    assert np.abs(a - b).max() < 0.005


def total(result: capacity.Result, metric: str) -> np.ndarray:
    """Hours of all working roles together, shape (periods, trials)."""
    known = set(result.table(metric="due_hours")["role"])
    return sum(result.array(metric, role=role) for role in ROLES if role in known)


@trials
@every_plan
@given(plan=plans())
def test_hours_are_done_dropped_cancelled_or_waiting(scenario, trials, plan) -> None:
    result = capacity.simulate(scenario(plan), trials=trials)
    late = sum(
        task.get("backlog", 0) for name, task in plan["tasks"].items() if _has_work(result, name)
    )
    due = late + np.cumsum(total(result, "due_hours"), axis=0)
    gone = sum(total(result, f"{kind}_hours") for kind in ("done", "dropped", "cancelled"))
    close(due, np.cumsum(gone, axis=0) + total(result, "backlog_hours"))


def _has_work(result: capacity.Result, task: str) -> bool:
    return task in set(result.table(metric="due_hours")["task"])


@trials
@every_plan
@given(plan=plans())
def test_no_more_is_done_than_there_are_hours(scenario, trials, plan) -> None:
    made = scenario(plan)
    result = capacity.simulate(made, trials=trials)
    for role in set(result.table(metric="load")["role"]):
        done = result.array("done_hours", role=role)
        overtime = made.plan.team[role].overtime.versions
        most = 1 + max(version.quantile(np.array([1 - 1e-9]))[0] for version in overtime)
        assert (done <= result.array("capacity_hours", role=role) * most + 1e-6).all()


@trials
@every_plan
@given(plan=plans())
def test_books_balance(scenario, trials, plan) -> None:
    made = scenario(plan)
    result = capacity.simulate(made, trials=trials)
    first = np.datetime64(plan["horizon"]["start"], "D")
    for i, segment in enumerate(plan["segments"]):
        book = made.book.arr[(made.book.segment == i) & (made.book.starts <= first)]
        read = {m: result.array(m, segment=segment) for m in (
            "accounts", "new_accounts", "churned_accounts",
            "arr", "new_arr", "expansion_arr", "contraction_arr", "churned_arr",
        )}  # fmt: skip
        accounts = len(book) + np.cumsum(read["new_accounts"] - read["churned_accounts"], axis=0)
        to_the_cent(read["accounts"], accounts)
        moved = (
            read["new_arr"] + read["expansion_arr"] - read["contraction_arr"] - read["churned_arr"]
        )
        to_the_cent(read["arr"], book.sum() + np.cumsum(moved, axis=0))
        opening = np.vstack([np.full((1, moved.shape[1]), book.sum()), read["arr"][:-1]])
        years = 7 / 365.25 if "step" in plan["horizon"] else 1 / 12
        close(result.array("revenue", segment=segment), (opening + read["new_arr"]) * years)


@trials
@every_plan
@given(plan=plans())
def test_totals_are_the_sums_of_their_segments(scenario, trials, plan) -> None:
    result = capacity.simulate(scenario(plan), trials=trials)
    for metric in ("accounts", "new_accounts", "churned_accounts", "arr", "revenue", "churned_arr"):
        parts = sum(result.array(metric, segment=segment) for segment in plan["segments"])
        close(result.array(metric), parts)
    roles = sum(result.array("team_cost", role=role) for role in plan["team"])
    platform = 1200 * (7 / 365.25 if "step" in plan["horizon"] else 1 / 12)
    close(result.array("team_cost"), roles + platform)


@trials
@every_plan
@given(plan=plans())
def test_totals_are_the_sums_of_their_pools(scenario, trials, plan) -> None:
    result = capacity.simulate(scenario(plan), trials=trials)
    table = result.table().query("pool != ''")
    for role, metric in {*zip(table["role"], table["metric"], strict=True)} - SHARES_OF_ROLES:
        pools = set(table.query("role == @role and metric == @metric")["pool"])
        parts = sum(result.array(metric, role=role, pool=pool) for pool in sorted(pools))
        whole = result.array(metric, role=role)
        known = np.isfinite(whole)
        assert np.array_equal(known, np.isfinite(parts)), metric
        close(whole[known], parts[known])


@trials
@every_plan
@given(plan=plans())
def test_every_number_can_be_meant(scenario, trials, plan) -> None:
    result = capacity.simulate(scenario(plan), trials=trials)
    table = result.table()
    no_money_left = {"grr", "nrr", "logo_retention", "cost_share_of_revenue"}
    for name in table["metric"].unique():
        for key in (
            table.query("metric == @name")[["segment", "role", "task"]].drop_duplicates().values
        ):
            values = result.array(name, **dict(zip(("segment", "role", "task"), key, strict=True)))
            if name not in ANY | no_money_left:
                assert np.isfinite(values).all(), (name, key)
            known = values[~np.isnan(values)]
            if name in ("coverage", "p_covered", "logo_retention"):
                assert ((known >= 0) & (known <= 1 + 1e-9)).all(), (name, key)
            if name != "expansion_arr" and not name.endswith("profit"):
                assert (known >= -1e-6).all(), (name, key)


@every_plan
@given(plan=plans())
def test_counts_of_people_and_accounts_are_whole(scenario, plan) -> None:
    result = capacity.simulate(scenario(plan), trials=200)
    for metric in ("accounts", "new_accounts", "churned_accounts"):
        values = result.array(metric)
        assert (values == np.rint(values)).all()
    for role in ROLES:
        heads = result.array("headcount", role=role)
        assert (heads == np.rint(heads)).all()
        assert heads.max() <= most_seats(plan["team"][role])
        assert (result.array("ramped_fte", role=role) <= heads + 1e-9).all()
