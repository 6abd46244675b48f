"""Luck and `where`: a condition on one task leaves the draws of everything else alone."""

from __future__ import annotations

import numpy as np
import pytest
from uncertain_plan import PLAN, rows

import capacity

HEADER = "id,segment,arr,start,renewal,churn,complexity,region,seats"
EXTRA = "\ntasks:\n  extra: {role: helper, every: quarter, hours: {mean: 2, sd: 1}, where: WHERE}"
CONDITIONS = ("arr >= 20_000", "region == 'EMEA'", "seats > 5 and start < '2027-04-01'")
ONE_BY_ONE = ("due_hours", "done_hours", "backlog_hours")
SUMS = ("accounts", "arr", "new_accounts", "new_arr", "churned_accounts", "churned_arr")


@pytest.fixture(scope="module")
def run(scenario, everything):
    def simulated(text=PLAN, feedback="on", resolution="account", **settings):
        lines = [f"{row},{'EMEA' if i % 3 == 2 else 'AMER'},{i}" for i, row in enumerate(rows())]
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        settings |= {"simulation.feedback": feedback, "simulation.resolution": resolution}
        plan = scenario(text, set=settings, book="\n".join([HEADER, *lines, ""]))
        return everything(capacity.simulate(plan, trials=300, seed=3))

    return simulated


@pytest.fixture(scope="module")
def usual(run):
    return run(helped(""))


def helped(where: str) -> str:
    """The plan with a helper for all; with a condition it has some work, and no effect."""
    task = EXTRA.replace("WHERE", f'"{where}"') if where else "\ntasks:"
    return PLAN.replace("\ntasks:", task).replace("\nteam:", "\nteam:\n  helper: {headcount: 9}")


@pytest.mark.parametrize("where", CONDITIONS)
def test_a_task_for_some_without_an_effect_moves_nothing_else(run, usual, where) -> None:
    """Who comes and goes and what is due stay; sums over accounts differ by their order alone."""
    found = run(helped(where))
    assert any(key[4] == "extra" and values.any() for key, values in found.items())
    for key, values in usual.items():
        if key[2] == "helper" or (key[0] in ONE_BY_ONE and not key[2] and not key[4]):
            continue
        if key[0] in (*ONE_BY_ONE, *SUMS):
            np.testing.assert_allclose(found[key], values, rtol=1e-9, atol=1e-9, err_msg=str(key))
    counts = ("new_accounts", "", "", "", ""), ("churned_accounts", "", "", "", "")
    assert all(np.array_equal(found[key], usual[key]) for key in counts)


def test_another_condition_leaves_the_first_task_its_luck(run) -> None:
    """New accounts take after the same account of today, whatever else is asked about it."""
    text = helped("region == 'EMEA'")
    alone = run(text, feedback="off")
    other = text.replace("\ntasks:", EXTRA.replace("extra", "more").replace("WHERE", "seats > 20"))
    both = run(other, feedback="off")
    mine = [key for key in alone if key[0] == "due_hours" and key[4] == "extra"]
    assert any(alone[key].any() for key in mine)
    for key in mine:
        np.testing.assert_allclose(both[key], alone[key], rtol=1e-9)
    assert any(key[4] == "more" and values.any() for key, values in both.items())


def test_who_meets_more_keeps_what_fell_due_before(run) -> None:
    """A lower threshold adds visits of others; nobody is lost by it where nothing is felt."""
    few, many = (run(helped(f"arr >= {n}"), feedback="off") for n in (30_000, 10_000))
    for metric in ("accounts", "churned_accounts", "new_accounts"):
        assert np.array_equal(few[metric, "", "", "", ""], many[metric, "", "", "", ""])
    key = "due_hours", "", "helper", "", ""
    assert (many[key].mean(axis=1) >= few[key].mean(axis=1)).all()


def test_cohorts_of_accounts_that_need_other_work_are_apart(run) -> None:
    """What is counted together is lost together, so those who feel it must not be mixed."""
    effect = "hours: {mean: 2, sd: 1}, coverage_today: 100%, if_stopped: {churn: 3, fades_over: 0}"
    text = helped("arr >= 20_000").replace("hours: {mean: 2, sd: 1}", effect)
    text = text.replace("helper: {headcount: 9}", "helper: {headcount: 0}")
    by_name, counted = (run(text, resolution=way) for way in ("account", "cohort"))
    key = "churned_arr", "", "", "", ""
    errors = by_name[key].sum(axis=0).std() / np.sqrt(300) * np.sqrt(2)
    off = by_name[key].sum(axis=0).mean() - counted[key].sum(axis=0).mean()
    assert abs(off) < 4 * errors
