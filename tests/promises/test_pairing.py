"""Two worlds with the same luck differ only by what was changed, and in the right direction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from uncertain_plan import rows

import capacity

OFF = {"simulation.feedback": "off"}
MONEY = (
    "arr",
    "new_arr",
    "expansion_arr",
    "contraction_arr",
    "churned_arr",
    "revenue",
    "gross_profit",
)
RATIOS = ("grr", "nrr")


def simulate(plan, trials=1000):
    return capacity.simulate(plan, trials=trials, seed=6)


@pytest.mark.parametrize("factor", [2.0, 0.125, 3.7])
def test_scaling_revenue_scales_money_and_nothing_else(world, everything, factor) -> None:
    arr = {"p10": 50_000 * factor, "p50": 90_000 * factor, "p90": 200_000 * factor}
    scaled = {
        "segments.big.new_accounts.arr": arr,
        "segments.small.new_accounts.arr": 6000 * factor,
    }
    a = everything(simulate(world()))
    b = everything(simulate(world(rows(factor=factor), set=scaled)))
    assert a.keys() == b.keys()
    for key, values in a.items():
        expected = values * factor if key[0] in MONEY else values
        if key[0] == "cost_share_of_revenue":
            expected = values / factor
        if key[0] in (*MONEY, *RATIOS, "cost_share_of_revenue"):
            np.testing.assert_allclose(b[key], expected, rtol=1e-9, atol=1e-6, err_msg=str(key))
        else:
            assert np.array_equal(b[key], expected, equal_nan=True), key


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("10%", "14%"),
        ({"low": 0.05, "likely": 0.1, "high": 0.2}, {"low": 0.06, "likely": 0.1, "high": 0.25}),
        (["20%", "10%"], ["20%", "11%"]),
    ],
)
def test_higher_churn_never_keeps_more_accounts(world, low, high) -> None:
    lines = rows(with_own=False)
    few, many = (
        simulate(world(lines, set={**OFF, "segments.big.churn": churn, "horizon.months": 24}))
        for churn in (low, high)
    )
    for metric in ("accounts", "arr", "revenue"):
        a, b = few.array(metric, segment="big"), many.array(metric, segment="big")
        assert (b <= a * (1 + 1e-12)).all()
        assert (b < a).any()
        assert np.array_equal(
            few.array(metric, segment="small"), many.array(metric, segment="small")
        )


def test_accounts_lost_in_the_better_world_are_lost_in_the_worse(world) -> None:
    """An account alone: its fate can only turn one way."""
    for name in ("A", "B", "C"):
        line = [f"{name},big,1000,2024-05-05,2027-05-05,,"]
        none = {**OFF, "segments.big.new_accounts.per_year": 0, "segments.big.expansion": 0}
        better = simulate(world(line, set={**none, "segments.big.churn": 0.1}))
        worse = simulate(world(line, set={**none, "segments.big.churn": 0.3}))
        a = better.array("churned_accounts", segment="big")[4].astype(bool)
        b = worse.array("churned_accounts", segment="big")[4].astype(bool)
        assert (b | ~a).all()
        assert 0 < a.sum() < b.sum()


def test_worse_effects_of_the_work_never_keep_more_accounts(world) -> None:
    """Nobody works, and everybody feels it the more, the more the work was worth."""
    base = {"team.csm.headcount": 0, "team.csm.hires": {}}
    today = {f"tasks.{t}.coverage_today": 1 for t in ("review", "trouble", "webinar", "renewal")}
    kept = [
        simulate(world(set={**base, **today, "value.if_stopped.churn": r})).array("accounts")
        for r in (1.0, 1.3, 2.0)
    ]
    assert (kept[1] <= kept[0]).all()
    assert (kept[2] <= kept[1]).all()
    assert (kept[2] < kept[0]).any()


@pytest.mark.parametrize("defer", ["0 months", "2 months"])
@pytest.mark.parametrize("attrition", ["0%", "30%"])
def test_more_seats_never_lower_coverage(world, defer, attrition) -> None:
    """A seat more has luck of its own, and can only add hours.

    Less is dropped in each period, and what is dropped although hours were scarce shows that all
    hours were spent, so that no more was done with fewer.
    """
    settings = {**OFF, "tasks.trouble.defer": defer, "team.csm.attrition": attrition}
    settings["team.csm.overloaded_attrition"] = 1
    found = [simulate(world(set={**settings, "team.csm.headcount": n})) for n in (0, 1, 2, 4)]
    for fewer, more in pairwise(found):
        a, b = fewer.array("coverage", role="csm"), more.array("coverage", role="csm")
        assert (np.nan_to_num(b, nan=1.0) >= np.nan_to_num(a, nan=1.0) - 1e-9).all()
        assert np.nanmean(b) > np.nanmean(a)
        dropped = [r.array("dropped_hours", role="csm") for r in (fewer, more)]
        assert (dropped[1] <= dropped[0] + 1e-6).all()
        hours = [r.array("capacity_hours", role="csm") for r in (fewer, more)]
        assert (hours[1] >= hours[0]).all()


def test_feedback_off_cuts_accounts_off_from_the_team(world) -> None:
    rich, poor = (simulate(world(set={**OFF, "team.csm.headcount": n})) for n in (9, 0))
    for metric in ("accounts", "arr", "churned_arr", "expansion_arr", "due_hours"):
        keys = {"role": "csm"} if metric == "due_hours" else {}
        assert np.array_equal(rich.array(metric, **keys), poor.array(metric, **keys))


def test_a_team_that_covers_as_today_keeps_accounts_as_without_feedback(world) -> None:
    """Where all that is due is always done, and always was, no factor moves."""
    ample = {"team.csm.headcount": 60, "team.trainer.headcount": 20}
    on, off = (simulate(world(set={**ample, "simulation.feedback": f}), 500) for f in ("on", "off"))
    assert np.array_equal(on.array("accounts"), off.array("accounts"))
    np.testing.assert_allclose(on.array("arr"), off.array("arr"), rtol=1e-12)


def test_paired_differences_are_far_more_exact_than_unpaired(world) -> None:
    low = simulate(world(set=OFF)).array("accounts")[-1]
    settings = {**OFF, "segments.big.churn": {"low": 0.06, "likely": 0.11, "high": 0.21}}
    high = simulate(world(set=settings)).array("accounts")[-1]
    assert (low - high).var() < 0.1 * (low.var() + high.var())
