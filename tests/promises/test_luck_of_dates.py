"""What values by date leave as it was: everything else, and the luck."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capacity.engine.drawn import Drawn
from capacity.engine.layout import build_layout
from capacity.rng import Luck
from capacity.simulation import drawn_batch

PLAN = """
    name: by date
    currency: USD
    horizon: {start: 2027-01, months: 12}
    segments: {customers: {accounts: 120, arr: 12_000, churn: 10%, completed_terms: 1}}
    tasks: {review: {role: csm, every: quarter, hours: 3h}}
    team: {csm: {headcount: 10, salary: 120_000}}
    finance: {gross_margin: 80%, platform: 1_200}
"""
EVERYTHING = {
    "horizon.months": 18,
    "segments.customers.addressable": "60%",
    "segments.customers.churn": {"low": "5%", "likely": "9%", "high": "20%"},
    "segments.customers.expansion": {"mean": "10%", "sd": "2%"},
    "segments.customers.new_accounts": {"per_year": {"mean": 30, "sd": 5}, "arr": 9000},
    "tasks.review.hours": {"p10": "1h", "p50": "3h", "p90": "8h"},
    "tasks.review.share": {"mean": 0.7, "sd": 0.1},
    "tasks.review.defer": "2 months",
    "tasks.review.if_stopped": {"churn": {"low": 1, "likely": 1.3, "high": 2}},
    "tasks.start": {"role": "csm", "on": "start", "over": "3 months", "hours": 5, "share": "80%"},
    "team.csm.headcount": 1,
    "team.csm.attrition": "30%",
    "team.csm.ramp": ["0%", "50%"],
    "team.csm.departure": {"churn": 1.5},
    "team.csm.time_to_hire": {"p10": "1 month", "p50": "2 months", "p90": "5 months"},
    "market.churn_volatility": "20%",
    "events.slump": {"probability": "40%", "start": "2027-05", "months": 9, "churn": 1.4},
}


def record(plan):
    return drawn_batch(build_layout(plan), 5, range(4))


def is_same(first, second) -> None:
    assert first.keys() == second.keys()
    for name, values in first.items():
        wide = np.broadcast_shapes(values.shape, second[name].shape)
        one, other = (np.broadcast_to(array, wide) for array in (values, second[name]))
        np.testing.assert_array_equal(one, other, name)


OTHERS = {
    "segments.customers.churn": "30%",
    "segments.customers.addressable": "90%",
    "segments.customers.expansion": "30%",
    "segments.customers.new_accounts.per_year": 90,
    "segments.customers.new_accounts.arr": 50_000,
    "tasks.review.hours": "9h",
    "tasks.review.share": "20%",
    "tasks.review.if_stopped.churn": 3,
    "tasks.start.hours": "30h",
    "tasks.start.share": "10%",
    "team.csm.salary": 300_000,
    "team.csm.attrition": "70%",
    "team.csm.time_to_hire": "9 months",
    "team.csm.departure.churn": 3,
    "market.churn_volatility": "60%",
    "events.slump.probability": "90%",
    "events.slump.churn": 3,
    "finance.gross_margin": "30%",
}
"""Numbers of that plan, with another value of each."""


def written(scenario, path):
    return scenario(PLAN, set=EVERYTHING).marked.written(tuple(path.split(".")))


@pytest.mark.parametrize("path", OTHERS)
def test_a_series_of_equal_values_is_the_number_itself(scenario, path) -> None:
    """To the bit, although everything is read anew twice."""
    value = written(scenario, path)
    series = {"2026-05": value, "2027-04": value, "2028-02": value}
    same = scenario(PLAN, set=EVERYTHING | {path: series})
    assert len(build_layout(same).stretches.turns) == 2
    is_same(record(scenario(PLAN, set=EVERYTHING)), record(same))


@pytest.mark.parametrize(("path", "other"), OTHERS.items())
def test_nothing_changes_before_its_date(scenario, path, other) -> None:
    """A plan whose numbers change in month k is until then the plan without the change."""
    value = written(scenario, path)
    dated = record(scenario(PLAN, set=EVERYTHING | {path: {"2027-01": value, "2027-10": other}}))
    plain = record(scenario(PLAN, set=EVERYTHING))
    changed = False
    for name, values in plain.items():
        if len(values) == 18:
            np.testing.assert_array_equal(values[:9], dated[name][:9], name)
            changed |= not np.array_equal(values[9:], dated[name][9:])
        elif name == "finance":
            changed |= len(dated[name]) == 18 and not (dated[name][9:] == values).all()
    assert changed == (path != "events.slump.probability")  # that is asked when the event begins


def test_work_without_memory_is_that_of_two_plans_glued(scenario) -> None:
    """Hours, pay and wins of each month are those of the plan that says so throughout."""
    memoryless = {
        "segments.customers.churn": 0,
        "segments.customers.new_accounts": {"per_year": 50},
        "segments.customers.term": 36,
    }
    pairs = {
        "tasks.review.share": ("90%", {"low": "20%", "likely": "40%", "high": "50%"}),
        "team.csm.salary": ("90_000", {"mean": 99_000, "sd": 5000}),
        "segments.customers.new_accounts.per_year": ("50", {"mean": 20, "sd": 3}),
    }
    before, after = (memoryless | {p: pair[i] for p, pair in pairs.items()} for i in (0, 1))
    both = memoryless | {p: {"2027-01": a, "2027-06": b} for p, (a, b) in pairs.items()}
    first, second, glued = (record(scenario(PLAN, set=plan)) for plan in (before, after, both))
    for name in ("new_accounts", "new_arr", "cost_salaries"):
        np.testing.assert_array_equal(glued[name][:5], first[name][:5], name)
        np.testing.assert_array_equal(glued[name][5:], second[name][5:], name)


def test_the_values_of_a_series_share_their_luck(scenario) -> None:
    """Whoever has a high churn before July has a high one after it: rank correlation 1."""
    series = {"2027-01": {"low": "5%", "likely": "9%", "high": "20%"},
              "2027-07": {"mean": "30%", "sd": "5%"}, "2027-10": "7%"}  # fmt: skip
    plan = scenario(PLAN, set={"segments.customers.churn": series}).plan
    churn = plan.segments["customers"].yearly_churn[0]
    chance = Drawn(Luck(3, range(5)))
    days = [plan.horizon.periods.day(t) for t in (0, 6, 9)]
    now, then, last = (chance.inputs([("churn", churn)], day)[0] for day in days)
    assert stats.spearmanr(now, then).statistic == pytest.approx(1)
    for values, estimate in ((now, churn), (then, churn.later[0][1])):
        assert values.mean() == pytest.approx(estimate.mean, rel=0.01)
        assert values.std() == pytest.approx(estimate.variance**0.5, rel=0.05)
    assert last == 0.07
    np.testing.assert_array_equal(chance.inputs([("churn", churn)], days[0])[0], now)


def test_the_past_is_that_of_the_values_with_which_the_plan_begins(scenario) -> None:
    """What was usual, today's coverage and the book know nothing of what will change."""
    later = EVERYTHING | {
        path: {"2027-01": written(scenario, path), "2027-03": "80%"}
        for path in ("segments.customers.churn", "tasks.review.share")
    }
    later["tasks.review.hours"] = {"2027-01": written(scenario, "tasks.review.hours"), "2027-02": 9}
    later["segments.customers.new_accounts.per_year"] = {"2027-01": 30, "2027-02": 900}
    plain, dated = (build_layout(scenario(PLAN, set=plan)) for plan in (EVERYTHING, later))
    np.testing.assert_array_equal(plain.past.due, dated.past.due)
    np.testing.assert_array_equal(plain.past.coverage, dated.past.coverage)
    np.testing.assert_array_equal(plain.scenario.book.starts, dated.scenario.book.starts)
