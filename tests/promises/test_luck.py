"""Luck belongs to things: what is added or taken away leaves everybody else's as it was."""

from __future__ import annotations

import numpy as np
import pytest
from uncertain_plan import PLAN, rows

import capacity

NEW = "NEW-001,small,5000.0,2024-03-10,2027-06-01,,"
OF_LUCK = (
    "accounts", "new_accounts", "churned_accounts", "headcount", "vacancies", "ramped_fte",
    "capacity_hours", "available_hours", "cost_salaries", "cost_hiring",
)  # fmt: skip
"""Metrics that hours done by others cannot touch while feedback is off."""
OF_COST = ("cost_to_serve", "cost_share_of_revenue")
OF_OTHERS = ("coverage", *OF_COST)
"""Metrics of segments that follow from the hours that are left for them."""


def simulate(plan):
    return capacity.simulate(plan, trials=1000, seed=3)


@pytest.fixture(scope="module")
def apart(world, everything):
    """Everything while work and people do not feel coverage."""
    return everything(simulate(world(set={"simulation.feedback": "off"})))


def untouched(a, b, chosen) -> int:
    """Assert that the chosen numbers agree in every trial: counts and hours to the bit."""
    keys = [key for key in a if key in b and chosen(key)]
    for key in keys:
        if "arr" in key[0] or key[0] == "revenue":
            np.testing.assert_allclose(a[key], b[key], rtol=1e-12, atol=1e-6, err_msg=str(key))
        else:
            assert np.array_equal(a[key], b[key], equal_nan=True), key
    return len(keys)


def test_an_account_more_leaves_all_others_their_fate(world, everything, apart) -> None:
    off = {"simulation.feedback": "off"}
    more = everything(simulate(world([*rows(), NEW], set=off)))

    def of_others(key):
        name, segment, role, _, task = key
        if name == "due_hours":
            return segment == "big" or task == "webinar"
        return name in OF_LUCK if role else segment == "big" and name not in OF_OTHERS

    assert untouched(apart, more, of_others) > 20
    gain = more["accounts", "small", "", "", ""] - apart["accounts", "small", "", "", ""]
    assert set(np.unique(gain)) == {0, 1}
    assert (gain[:4] == 1).all()
    assert (np.diff(gain, axis=0) <= 0).all()
    lost = (
        more["churned_accounts", "small", "", "", ""]
        - apart["churned_accounts", "small", "", "", ""]
    )
    assert set(np.unique(lost[4])) == {0, 1}
    assert (np.delete(lost, 4, axis=0) == 0).all()
    arrived = "new_accounts", "small", "", "", ""
    assert (more[arrived] == apart[arrived]).all()


def test_an_account_less_takes_its_own_revenue_and_no_other(world, everything) -> None:
    off = {"simulation.feedback": "off", "segments.small.expansion": 0, "segments.small.churn": 0.2}
    more = everything(simulate(world([*rows(), NEW], set=off)))
    less = everything(simulate(world(set=off)))
    key = ("arr", "small", "", "", "")
    gain = more[key] - less[key]
    accounts = more["accounts", "small", "", "", ""] - less["accounts", "small", "", "", ""]
    np.testing.assert_allclose(gain, 5000 * accounts, atol=1e-6)


def test_a_task_more_with_ample_hours_changes_nothing_but_itself(world, everything) -> None:
    ample = {"team.csm.headcount": 40, "team.csm.attrition": 0}
    extra = {"role": "csm", "rate": 3, "hours": {"mean": 1, "sd": 1}, "share": 0.5}
    before = everything(simulate(world(set=ample)))
    after = everything(simulate(world(set={**ample, "tasks.extra": extra})))
    totals = ("due_hours", "done_hours", "required_fte", "load", "utilization", "coverage")

    def others(key):
        name, segment, role, _, task = key
        shared = name == "cost_to_serve" or (segment and name in OF_COST)
        return not shared and (task or not role or name not in totals)

    assert untouched(before, after, others) > 100
    assert after["due_hours", "", "csm", "", "extra"].sum() > 0


def test_a_seat_more_in_another_role_changes_nothing_elsewhere(world, everything, apart) -> None:
    off = {"simulation.feedback": "off"}
    after = everything(simulate(world(set={**off, "team.trainer.headcount": 3})))

    def elsewhere(key):
        name, _, role, _, task = key
        shared = name == "coverage" and task in ("onboarding", "course")
        money = name.startswith(("cost_", "team_cost", "cost_share"))
        return role != "trainer" and not shared and (role or not money)

    assert untouched(apart, after, elsewhere) > 100


def test_a_hire_leaves_the_other_seats_their_luck(world, everything) -> None:
    plain = {"simulation.feedback": "off", "team.csm.overloaded_attrition": 1}
    before = everything(simulate(world(set=plain)))
    after = everything(simulate(world(set={**plain, "team.csm.hires": {"2027-05": 2}})))
    heads = ("headcount", "", "csm", "", "")
    gain = after[heads] - before[heads]
    assert set(np.unique(gain)) == {0, 1}
    assert (gain[:4] == 0).all()
    assert (gain[4] == 1).all()


def test_a_segment_more_changes_nothing_in_the_others(world, everything, apart) -> None:
    text = PLAN.replace(
        "tasks:\n",
        "  tiny: {churn: 30%, addressable: 10%, new_accounts: {per_year: 50, arr: 10}}\ntasks:\n",
    )
    lines = [*rows(), "T-1,tiny,10,2025-01-01,2027-04-01,,"]
    after = everything(simulate(world(lines, set={"simulation.feedback": "off"}, text=text)))

    def others(key):
        name, segment, role, _, _ = key
        return bool(segment) and (name == "due_hours" or (not role and name not in OF_OTHERS))

    assert untouched(apart, after, others) > 20


def test_a_longer_plan_begins_like_the_shorter(world, everything) -> None:
    short = everything(simulate(world()))
    long = everything(simulate(world(set={"horizon.months": 24})))
    first = {key: v[:12] for key, v in long.items() if len(v) == 24}
    keys = [key for key in short if key in first]
    assert len(keys) > 100
    for key in keys:
        np.testing.assert_allclose(first[key], short[key], rtol=1e-9, atol=1e-9, err_msg=str(key))


def test_an_uncertain_number_elsewhere_changes_nothing_here(world, everything, apart) -> None:
    uncertain = {"mean": 70_000, "sd": 9000}
    settings = {"simulation.feedback": "off", "team.trainer.salary": uncertain}
    after = everything(simulate(world(set=settings)))
    assert untouched(apart, after, lambda key: "cost" not in key[0] and "gross" not in key[0]) > 100


def test_a_name_decides_luck_not_a_place(world, everything) -> None:
    """Swapping the names of two alike accounts swaps their fates."""
    lines = [
        f"{name},small,{arr},2024-05-05,2027-05-05,," for name, arr in (("A", 100), ("B", 200))
    ]
    swapped = [
        line.replace("100", "300").replace("200", "100").replace("300", "200") for line in lines
    ]
    off = {"simulation.feedback": "off", "segments.small.expansion": 0}
    off["segments.small.new_accounts"] = {"by_month": {"2027-12": 1}, "arr": 1}
    a = everything(simulate(world(lines, set=off)))
    b = everything(simulate(world(swapped, set=off)))
    key = ("churned_arr", "small", "", "", "")
    lost, other = a[key][4], b[key][4]
    assert set(np.unique(lost)) == {0, 100, 200, 300}
    assert (lost + other == 300 * np.isin(lost, (100, 200)) + 600 * (lost == 300)).all()
