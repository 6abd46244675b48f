"""The plain simulation against closed forms: a reference must be right too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from plain_numbers import Number, lognormal, span_months
from plain_scenario import coverage_derived, mean_due_hours, read_plan
from plain_simulation import Key, simulate_plainly


def scenario(**sections: Any) -> dict[str, Any]:
    """A small scenario; the sections given replace those here."""
    return {
        "name": "small",
        "horizon": {"start": "2023-01", "months": 12},
        "segments": {"all": {"accounts": 100, "arr": 1000, "churn": 0.0}},
        "tasks": {},
        "team": {"csm": {"headcount": 10}},
        **sections,
    }


def total(found: dict[Key, np.ndarray], metric: str, **keys: str) -> float:
    """The mean over trials of one number."""
    return float(mean_of(found, metric, "", **keys))


def mean_of(found: dict[Key, np.ndarray], metric: str, period: str, **keys: str) -> float:
    """The mean over trials of one number of a period."""
    key = (metric, period, keys.get("segment", ""), keys.get("role", ""), keys.get("task", ""))
    return float(np.mean(found[key]))


def series(found: dict[Key, np.ndarray], metric: str, **keys: str) -> list[float]:
    """The means of a metric in all periods."""
    tail = (keys.get("segment", ""), keys.get("role", ""), keys.get("task", ""))
    labels = sorted({key[1] for key in found if key[0] == metric and key[1] and key[2:] == tail})
    return [mean_of(found, metric, label, **keys) for label in labels]


def test_a_qbr_each_quarter_of_three_hours_asks_for_1200_hours_a_year() -> None:
    qbr = {
        "role": "csm",
        "every": "quarter",
        "aligned": "fiscal",
        "steps": {"prepare": 1, "present": 1, "follow_up": 1},
    }
    found = simulate_plainly(scenario(tasks={"qbr": qbr}), None, 1, 0)
    due = series(found, "due_hours", role="csm", task="qbr")
    assert due == pytest.approx([0, 0, 300] * 4)
    assert total(found, "due_hours", role="csm") == pytest.approx(1200)


def test_anniversaries_ask_for_as_much() -> None:
    book = {"accounts": 96, "arr": 1000, "churn": 0.0, "completed_terms": 1}
    qbr = {"role": "csm", "every": "quarter", "hours": 3}
    found = simulate_plainly(scenario(segments={"all": book}, tasks={"qbr": qbr}), None, 1, 0)
    assert series(found, "due_hours", role="csm", task="qbr") == pytest.approx([96] * 12)


def test_the_time_waterfall_of_a_year_of_260_days() -> None:
    team = {"csm": {"headcount": 1, "pto_days": 20, "sick_days": 5, "internal": 1 / 3}}
    team["csm"]["target_utilization"] = 0.85
    found = simulate_plainly(scenario(team=team), None, 1, 0)
    assert sum(series(found, "available_hours", role="csm")) == pytest.approx(1253.33, abs=0.01)
    assert sum(series(found, "capacity_hours", role="csm")) == pytest.approx(1065.33, abs=0.01)


def test_shortfall_at_renewals_once_the_work_has_stopped() -> None:
    tiny = 1e-7
    book = {"accounts": 96, "arr": 1000, "churn": 0.0, "addressable": 1, "contraction": tiny}
    task = {"role": "csm", "fixed": "20 hours per month", "coverage_today": 1.0}
    task["if_stopped"] = {"contraction": 2, "fades_over": "6 months"}
    found = simulate_plainly(
        scenario(
            horizon={"start": "2023-01", "months": 36},
            segments={"all": book},
            tasks={"care": task},
            team={"csm": {"headcount": 0}},
        ),
        None,
        1,
        0,
    )
    renewing = 96_000 / 12
    x = np.array(series(found, "contraction_arr")) / (renewing * tiny) - 1
    assert x.reshape(3, 12).mean(axis=1) == pytest.approx([0.490, 0.872, 0.968], abs=6e-4)


def test_a_hazard_ratio_of_one_and_a_half() -> None:
    book = {"accounts": 200, "arr": 1000, "churn": 0.1, "addressable": 1, "term": 12}
    task = {"role": "csm", "on": "renewal", "lead": "0 months", "hours": 1, "coverage_today": 1}
    task["if_stopped"] = {"churn": 1.5}
    found = simulate_plainly(
        scenario(segments={"all": book}, tasks={"renewal": task}, team={"csm": {"headcount": 0}}),
        None,
        300,
        0,
    )
    expected = 1 - 0.9**1.5
    lost = found["churned_accounts", "", "", "", ""]
    assert lost.mean() / 200 == pytest.approx(expected, abs=4 * lost.std() / 200 / math.sqrt(300))
    assert lost.std() == pytest.approx(math.sqrt(200 * expected * (1 - expected)), rel=0.15)


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_the_frail_leave_first(ratio: float) -> None:
    """Survival of Fader & Hardie's regular customers; 0.2625 at HR = 1.5 throughout."""
    sbg = {"sbg": {"alpha": 0.704, "beta": 1.182}}
    book = {"accounts": 500, "arr": 1, "churn": sbg, "addressable": 1, "completed_terms": 0}
    task = {"role": "csm", "fixed": "1 hours per month", "coverage_today": 1}
    task["if_stopped"] = {"churn": ratio, "fades_over": "1 day"}
    found = simulate_plainly(
        scenario(
            horizon={"start": "2023-01", "months": 4},
            segments={"all": book | {"term": 1}},
            tasks={"care": task},
            team={"csm": {"headcount": 0}},
        ),
        None,
        200,
        0,
    )
    expected = {1.0: [0.6267, 0.4738, 0.3880, 0.3321], 1.5: [0.5375, 0.3880, 0.3107, 0.2625]}
    left = np.array(series(found, "accounts")) / 500
    assert left == pytest.approx(expected[ratio], abs=4 * 0.5 / math.sqrt(500 * 200))


def test_a_ramp_makes_a_first_year_of_0_725() -> None:
    ramp = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    team = {"csm": {"headcount": 0, "hires": {"2023-01": 1}, "ramp": ramp}}
    found = simulate_plainly(scenario(team=team), None, 1, 0)
    assert np.mean(series(found, "ramped_fte", role="csm")) == pytest.approx(0.725)


def test_a_contract_of_twelve_months_pays_twelve_months() -> None:
    new = {"by_month": {"2023-01": 1}, "arr": 1200}
    segment = {"accounts": 0, "churn": 1 - 1e-12, "new_accounts": new}
    horizon = {"start": "2023-01", "months": 14}
    found = simulate_plainly(scenario(horizon=horizon, segments={"all": segment}), None, 1, 0)
    assert series(found, "revenue") == pytest.approx([100] * 12 + [0, 0])
    assert series(found, "accounts") == [1] * 11 + [0] * 3


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"low": 1, "likely": 2, "high": 5}, "positive"),
        ({"p10": 1, "p50": 3, "p90": 7}, "positive"),
        ({"p10": 0.05, "p50": 0.1, "p90": 0.3}, "share"),
        ({"p10": -0.01, "p50": 0.02, "p90": 0.06}, "any"),
        ({"mean": 3, "sd": 1}, "positive"),
        ({"mean": 0.2, "sd": 0.05}, "share"),
        ({"mean": 0.02, "sd": 0.03}, "any"),
    ],
)
def test_draws_quantiles_and_moments_tell_the_same_story(form: dict[str, float], kind: str) -> None:
    number, rng, n = Number(form, kind), np.random.default_rng(1), 20_000
    draws = np.array([number.draw(rng) for _ in range(n)])
    grid = np.array([number.quantile(u) for u in (np.arange(2000) + 0.5) / 2000])
    sd = math.sqrt(number.variance)
    assert draws.mean() == pytest.approx(number.mean, abs=4 * sd / math.sqrt(n))
    assert draws.var() == pytest.approx(number.variance, rel=0.1)
    assert grid.mean() == pytest.approx(number.mean, rel=2e-3)
    assert (draws <= number.quantile(0.1)).mean() == pytest.approx(0.1, abs=0.01)
    if "p10" in form:
        assert number.quantile(0.1) == pytest.approx(form["p10"], rel=1e-3, abs=1e-5)
        assert number.quantile(0.9) == pytest.approx(form["p90"], rel=1e-3)


def test_the_lognormal_has_the_moments_asked_for() -> None:
    rng = np.random.default_rng(2)
    draws = np.array([lognormal(rng, 10, 4) for _ in range(20_000)])
    assert draws.mean() == pytest.approx(10, abs=0.06)
    assert draws.std() == pytest.approx(2, rel=0.05)


def test_spans() -> None:
    assert span_months("90 days") == pytest.approx(2.957, abs=1e-3)
    assert span_months("quarter") == 3
    assert span_months("6 weeks") == pytest.approx(1.380, abs=1e-3)


def busy() -> dict[str, Any]:
    """A scenario in which most things happen."""
    return scenario(
        segments={
            "a": {
                "accounts": 25,
                "arr": {"p10": 500, "p50": 1000, "p90": 4000},
                "churn": [0.3, 0.2],
                "addressable": 0.8,
                "contraction": 0.05,
                "expansion": 0.1,
                "uplift": 0.03,
                "new_accounts": {"per_year": 20},
            },
        },
        tasks={
            "start": {"role": "csm", "on": "start", "over": "2 months", "hours": 6},
            "call": {"role": "csm", "every": "month", "hours": 2, "defer": "2 months"},
            "help": {"role": "csm", "rate": 3, "hours": {"mean": 3, "sd": 2}, "priority": 1},
            "mail": {"role": "csm", "every": "2 weeks", "share": 0.5, "hours": 1},
        },
        team={
            "csm": {
                "headcount": 2,
                "internal": 0.6,
                "attrition": 0.3,
                "ramp": [0.1, 0.5],
                "salary": 1000,
            }
        },
    )


def test_hours_and_arr_balance_in_every_trial() -> None:
    found = simulate_plainly(busy(), None, 30, 3)
    role = ("", "csm", "")
    hours = {m: found[f"{m}_hours", "", *role] for m in ("due", "done", "dropped", "cancelled")}
    waiting = found["backlog_hours", "2023-12", *role]
    ended = hours["done"] + hours["dropped"] + hours["cancelled"] + waiting
    assert ended == pytest.approx(hours["due"])
    assert hours["cancelled"].mean() > 0
    flows = {
        metric: found[f"{metric}_arr", "", "", "", ""]
        for metric in ("new", "expansion", "contraction", "churned")
    }
    opening = sum(account.arr for account in read_plan(busy()).accounts)
    closing = opening + flows["new"] + flows["expansion"] - flows["contraction"] - flows["churned"]
    assert closing == pytest.approx(found["arr", "2023-12", "", "", ""])


def test_mean_due_hours_are_what_falls_due_when_nobody_churns() -> None:
    plain = busy()
    plain["segments"]["a"]["churn"] = 0.0
    found = simulate_plainly(plain, None, 400, 4)
    for lane, expected in mean_due_hours(read_plan(plain)).items():
        due = found["due_hours", "", "", "csm", lane.task] / 12
        assert due.mean() == pytest.approx(expected, abs=4 * due.std() / math.sqrt(400) + 1e-9)


def test_todays_coverage_goes_by_priority() -> None:
    plan = read_plan(busy())
    due = mean_due_hours(plan)
    coverage = coverage_derived(plan, due)
    assert coverage["help", "a"] == 1
    assert coverage["call", "a"] == pytest.approx(coverage["mail", "a"])
    assert 0 < coverage["start", "a"] < 1


def test_attrition_leaves_vacancies_of_the_length_of_a_search() -> None:
    team = {"csm": {"headcount": 10, "attrition": 0.2, "time_to_hire": "3 months"}}
    horizon = {"start": "2023-01", "months": 60}
    found = simulate_plainly(scenario(horizon=horizon, team=team), None, 200, 5)
    monthly = 1 - 0.8 ** (1 / 12)
    # a seat's life: filled for a geometric time, then vacant for three periods
    expected = 10 * 3 / (3 + 1 / monthly)
    late = [found["vacancies", f"{year}-06", "", "csm", ""].mean() for year in (2025, 2026, 2027)]
    assert np.mean(late) == pytest.approx(expected, abs=0.12)
