"""Laws that hold for every plan when two worlds meet the same luck."""

from __future__ import annotations

import copy
import csv
import re
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_plans import CONDITIONS, ROLES, plans

import capacity

some_plans = settings(
    deadline=None,
    derandomize=True,
    max_examples=12,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
HOURS = ("due_hours", "done_hours", "dropped_hours", "cancelled_hours", "backlog_hours")
MONEY = ("arr", "new_arr", "expansion_arr", "contraction_arr", "churned_arr", "revenue")
ALMOST = 1e-9


def times(number: Any, factor: float) -> Any:
    """A number of a scenario, in any of its forms or by date, times a factor."""
    if isinstance(number, dict):
        return {key: times(value, factor) for key, value in number.items()}
    return number * factor


def with_revenue(book: str, factor: float) -> str:
    """The text of a file of accounts in which all pay a multiple."""
    head, *rows = csv.reader(book.splitlines())
    arr = head.index("arr")
    rows = [[*row[:arr], str(float(row[arr]) * factor), *row[arr + 1 :]] for row in rows]
    return "".join(",".join(row) + "\n" for row in [head, *rows])


def with_amounts(where: Any, factor: float) -> Any:
    """A condition that asks for a multiple of every revenue; years are followed by a dash."""
    if not isinstance(where, str):
        return where
    amounts = re.compile(r"1e12|[0-9][0-9_]{3,}(?!-)")
    return amounts.sub(lambda m: repr(factor * float(m[0])), where.replace("'30k'", "30_000"))


def with_more_seats(role: dict[str, Any]) -> dict[str, Any]:
    """A role with a seat more; where it is split, with twice as many.

    A pool's part of fixed work hangs on its part of the seats, which stays as it is.
    """
    if "split" not in role:
        if "people" in role:
            return role | {"people": role["people"] + "Extra,,,,,,\n"}
        return role | {"headcount": role["headcount"] + 1}
    hires = role.get("hires", {})
    hires = {pool: {m: 2 * n for m, n in months.items()} for pool, months in hires.items()}
    role = role | ({"hires": hires} if hires else {})
    if "people" in role:
        _, *rows = role["people"].splitlines()
        return role | {"people": role["people"] + "".join(f"Extra {row}\n" for row in rows)}
    return role | {"headcount": {pool: 2 * n for pool, n in role["headcount"].items()}}


def without_feedback(plan: dict[str, Any]) -> dict[str, Any]:
    return plan | {"simulation": {"feedback": False}}


def working_roles(result: capacity.Result) -> list[str]:
    return sorted(set(result.table(metric="due_hours")["role"]))


@some_plans
@given(plan=plans())
def test_the_same_seed_gives_the_same_bits_and_more_trials_keep_them(scenario, plan) -> None:
    loaded = scenario(plan)
    few = capacity.simulate(loaded, trials=200, seed=3)
    more = capacity.simulate(loaded, trials=1100, seed=3)
    for metric in few.catalogue.metrics:
        a, b = metric.read(), more.catalogue.find(metric.name, metric.key)
        assert b is not None
        assert np.array_equal(a, b.read()[:, :200], equal_nan=True), (metric.name, metric.key)


@some_plans
@given(plan=plans(), factor=st.sampled_from([0.25, 2.0, 3.7]))
def test_scaling_every_revenue_scales_money_and_nothing_else(scenario, plan, factor) -> None:
    other = copy.deepcopy(plan)
    if "accounts" in other:
        other["accounts"] = with_revenue(other["accounts"], factor)
    for segment in other["segments"].values():
        if "arr" in segment:
            segment["arr"] = times(segment["arr"], factor)
        if "arr" in segment.get("new_accounts", {}):
            segment["new_accounts"]["arr"] = times(segment["new_accounts"]["arr"], factor)
    for task in other["tasks"].values():
        if "where" in task:
            task["where"] = with_amounts(task["where"], factor)
    a = capacity.simulate(scenario(plan), trials=200)
    b = capacity.simulate(scenario(other), trials=200)
    for name in MONEY:
        np.testing.assert_allclose(b.array(name), factor * a.array(name), rtol=1e-9, atol=1e-6)
    assert_no_less_alike(a, b)


def assert_no_less_alike(a: capacity.Result, b: capacity.Result) -> None:
    """Two plans that differ by amounts of money alone."""
    assert np.array_equal(a.array("accounts"), b.array("accounts"))
    for name in {"grr", "nrr", "logo_retention"} & {m.name for m in a.catalogue.metrics}:
        np.testing.assert_allclose(b.array(name), a.array(name), rtol=1e-9)
    for name in (*HOURS, "coverage", "headcount", "ramped_fte", "required_fte"):
        for role in working_roles(a):
            one, other = (result.array(name, role=role) for result in (a, b))
            assert np.array_equal(one, other, equal_nan=True), name


@some_plans
@given(plan=plans())
def test_higher_churn_never_raises_revenue_or_keeps_more_accounts(scenario, plan) -> None:
    low = without_feedback(copy.deepcopy(plan))
    for segment in low["segments"].values():
        segment["churn"] = 0.1
    high = copy.deepcopy(low)
    for segment in high["segments"].values():
        segment["churn"] = 0.25
    few = capacity.simulate(scenario(low), trials=200)
    many = capacity.simulate(scenario(high), trials=200)
    assert (many.array("accounts") <= few.array("accounts")).all()
    assert (many.array("arr") <= few.array("arr") * (1 + ALMOST) + 1e-6).all()


@some_plans
@given(plan=plans(), shapes=st.tuples(st.floats(0.05, 3), st.floats(0.05, 9)))
def test_more_frail_accounts_never_keep_more(scenario, plan, shapes) -> None:
    low, high = (without_feedback(copy.deepcopy(plan)) for _ in range(2))
    alpha, beta = shapes
    for better, worse in zip(low["segments"].values(), high["segments"].values(), strict=True):
        better["churn"] = {"sbg": {"alpha": alpha, "beta": beta}}
        worse["churn"] = {"sbg": {"alpha": 1.3 * alpha, "beta": beta}}
        if "accounts" in better:  # a book from a count has ages by its churn
            better["completed_terms"] = worse["completed_terms"] = 1
    few, many = (capacity.simulate(scenario(p), trials=200) for p in (low, high))
    assert (many.array("accounts") <= few.array("accounts")).all()
    assert (many.array("arr") <= few.array("arr") * (1 + ALMOST) + 1e-6).all()


@some_plans
@given(plan=plans())
def test_more_seats_never_lower_coverage(scenario, plan) -> None:
    fewer = without_feedback(copy.deepcopy(plan))
    for task in fewer["tasks"].values():
        if task.get("on") == "departure":  # more seats may be vacated, which is more work
            del task["on"]
            task["every"] = "month"
    more = copy.deepcopy(fewer)
    for name in ROLES:
        more["team"][name] = with_more_seats(more["team"][name])
    a = capacity.simulate(scenario(fewer), trials=200)
    b = capacity.simulate(scenario(more), trials=200)
    table = a.table(metric="coverage").query("role != '' and task == ''")
    for role, pool in {*zip(table["role"], table["pool"], strict=True)}:
        if not pool and "split" in fewer["team"].get(role, {}):
            continue  # a pool that catches up early has less to add to the whole later
        before, after = (x.array("coverage", role=role, pool=pool) for x in (a, b))
        both = np.isfinite(before) & np.isfinite(after)
        assert (after[both] >= before[both] - 1e-6).all(), (role, pool)


@some_plans
@given(plan=plans(), where=st.sampled_from(CONDITIONS))
def test_a_task_without_effect_in_a_role_of_its_own_moves_nothing(scenario, plan, where) -> None:
    """Whomever it is for."""
    other = copy.deepcopy(plan)
    other["team"]["librarian"] = {"headcount": 500}
    task = {"role": "librarian", "every": "month", "hours": 0.5, "where": where}
    other["tasks"]["newsletter"] = task
    a = capacity.simulate(scenario(plan), trials=200)
    b = capacity.simulate(scenario(other), trials=200)
    for name in ("accounts", "new_accounts", "churned_accounts"):
        assert np.array_equal(a.array(name), b.array(name)), name
    for role in working_roles(a):
        for name in (*HOURS, "headcount", "required_fte"):
            np.testing.assert_allclose(
                b.array(name, role=role), a.array(name, role=role), rtol=1e-9, atol=1e-9
            )
