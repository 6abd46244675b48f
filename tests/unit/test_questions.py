"""Questions from Python that have no answer, and what is said of them."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import re
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import capacity
from capacity.errors import QuestionError


@pytest.fixture(scope="module")
def plan(scenario) -> capacity.Scenario:
    return scenario("""
        name: small
        horizon: {start: 2027-01, months: 3}
        segments: {smb: {accounts: 10, arr: 9_000, churn: 10%, addressable: 50%}}
        tasks: {qbr: {role: csm, every: quarter, hours: 2h}}
        team: {csm: {headcount: 1}, idle: {headcount: 1}}
    """)


@pytest.mark.parametrize("q", [1.9, -0.2, math.nan, None, "0.9"])
def test_a_quantile_is_of_a_probability(plan: capacity.Scenario, q: Any) -> None:
    result = capacity.simulate(plan, trials=100)
    asked = [result.quantile, *([result.error, result.errors] if q is not None else [])]
    for ask in asked:  # without a quantile an error is that of the mean
        with pytest.raises(QuestionError, match="Write a probability between 0 and 1"):
            ask("due_hours", q, role="csm")


def test_a_table_of_no_metric_is_refused_and_not_empty(plan: capacity.Scenario) -> None:
    compared = capacity.compare([plan, plan.with_({"team.csm.headcount": 2})], trials=0)
    for answer in (capacity.simulate(plan, trials=0), compared):
        assert not answer.table(metric="arr").empty
        with pytest.raises(QuestionError, match=r"no metric is called `ar`\. Did you mean `arr`"):
            answer.table(metric="ar")


def test_expected_values_have_no_quantiles(plan: capacity.Scenario) -> None:
    expected = capacity.simulate(plan, trials=0)
    assert expected.quantile("due_hours", 0.9, role="csm").isna().all()
    assert math.isnan(expected.quantile("due_hours", 0.9, role="csm", period="2027-01"))
    assert expected.mean("due_hours", role="csm", period="") == pytest.approx(20, rel=0.05)


def test_an_unknown_key_is_told_with_the_nearest(plan: capacity.Scenario) -> None:
    with pytest.raises(QuestionError, match=r"'rolle' is no key\. Did you mean `role`"):
        capacity.simulate(plan, trials=0).mean("due_hours", rolle="csm")


def test_an_unknown_key_or_span_is_never_left_out_unsaid(plan: capacity.Scenario) -> None:
    result = capacity.simulate(plan, trials=0)
    with pytest.raises(QuestionError, match=r"'rolle' is no key\. Did you mean `role`"):
        result.explain("due_hours", rolle="csm")
    for metric in ("team_cost", "cost_share_of_revenue"):
        for ask in (result.array, result.mean):
            with pytest.raises(QuestionError, match=r"by 'fortnight' is not known\. Write month"):
                ask(metric, period="", by="fortnight")


def test_hires_are_asked_for_in_whole_numbers_and_months(plan: capacity.Scenario) -> None:
    many: dict[str, Any] = {"priority": 1.5, "max_hires_per_month": "2", "freeze": "2027-13"}
    with pytest.raises(QuestionError) as told:
        capacity.plan(plan, **many, trials=100)
    assert str(told.value).splitlines() == [
        "freeze '2027-13' is not a month. Write it as 2027-02",
        "priority 1.5: is not a whole number. Write one as 2",
        "max_hires_per_month '2': is not a whole number. Write one as 2",
    ]


def test_a_path_is_no_scenario() -> None:
    path: Any = "plan.yaml"
    verbs: list[Callable[[], object]] = [
        lambda: capacity.simulate(path),
        lambda: capacity.plan(path),
        lambda: capacity.roi(path),
        lambda: capacity.compare([path, path]),
        lambda: capacity.sensitivity(path, "arr"),
    ]
    for verb in verbs:
        with pytest.raises(TypeError, match=r"type str; pass what capacity.load\(path\) returns"):
            verb()


def test_more_futures_than_anybody_waits_for(plan: capacity.Scenario) -> None:
    with pytest.raises(capacity.QuestionError, match=r"1,000,000,001 futures\. Ask for 1,000,000"):
        capacity.simulate(plan, trials=1_000_000_001)


def test_nobody_has_time_and_nothing_is_said_on_the_side(plan: capacity.Scenario) -> None:
    """What is endless has no error; a warning of NumPy would fail here."""
    idle = plan.with_({"team.csm.internal": "100%"})
    result = capacity.simulate(idle, trials=200)
    assert np.isinf(result.quantile("required_fte", 0.9, role="csm")).all()
    assert np.isnan(result.error("required_fte", 0.9, role="csm")).all()
    str(result)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("trials", 2.5, TypeError), ("trials", "100", TypeError), ("trials", True, TypeError),
     ("trials", -1, ValueError), ("seed", -1, ValueError), ("seed", 0.5, TypeError)],
)  # fmt: skip
def test_trials_and_seed_are_whole_numbers(
    plan: capacity.Scenario, name: str, value: Any, error: type[Exception]
) -> None:
    verbs: list[Callable[..., object]] = [
        capacity.simulate,
        capacity.plan,
        capacity.roi,
        lambda plan, **how: capacity.compare([plan, plan], **how),
        lambda plan, **how: capacity.sensitivity(plan, "arr", **how),
    ]
    for verb in verbs:
        with pytest.raises(error, match=f"{name} is "):
            verb(plan, **{name: value})


def test_a_role_without_work_has_no_odds(plan: capacity.Scenario) -> None:
    told = str(capacity.simulate(plan, trials=100))
    assert re.search(r"• csm: .*people\. Coverage of", told)
    assert not re.search(r"idle: .*people\.", told)


def test_expected_values_name_the_pool_that_is_short(scenario) -> None:
    """Of three heads two sit where a tenth of the work is."""
    split = scenario("""
        name: split
        horizon: {start: 2027-01, months: 3}
        segments:
          big: {accounts: 90, arr: 9_000, churn: 0%, addressable: 50%}
          small: {accounts: 10, arr: 9_000, churn: 0%, addressable: 50%}
        tasks: {call: {role: csm, every: month, hours: 2h}}
        team: {csm: {split: segment, headcount: {big: 1, small: 2}}}
    """)
    told = " ".join(str(capacity.simulate(split, trials=0)).split())
    assert re.search(r"csm: of its pools big is furthest short, in 2027-0\d: it needs 1\.\d", told)
    assert "against 1.0 ramped of 1.0 heads" in told
    assert "furthest short" not in str(capacity.simulate(split, trials=100))


@pytest.mark.parametrize("trials", [0, 100])
def test_what_is_dropped_is_a_part_of_what_there_was_to_do(scenario, trials: int) -> None:
    late = scenario("""
        name: late
        horizon: {start: 2027-01, months: 3}
        segments: {smb: {accounts: 10, arr: 9_000, churn: 0%, addressable: 50%}}
        tasks:
          old: {role: csm, fixed: 5 hours per month, backlog: 900h, defer: 1 month}
        team: {csm: {headcount: 1, salary: 0}}
    """)
    result = capacity.simulate(late, trials=trials)
    dropped = result.mean("dropped_hours", role="csm", period="")
    assert dropped > 15
    said = f"{100 * dropped / 915:.1f} % of all due and late hours"
    assert said in " ".join(str(result).split())


# --- what a team is worth ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worth(plan: capacity.Scenario) -> capacity.Roi:
    money = {"gross_margin": "80%", "discount_rate": "10%"}
    settings = {"finance": money, "segments.smb.if_stopped": {"churn": 1.5},
                "tasks.qbr.weight": 1, "team.csm.salary": 1_000}  # fmt: skip
    return capacity.roi(plan.with_(settings), without="task:qbr", trials=100)


@pytest.mark.parametrize("metric", ["npv", "irr", "payback_period"])
def test_worth_is_told_of_a_horizon_and_of_all_segments(worth: capacity.Roi, metric: str) -> None:
    with pytest.raises(QuestionError, match=rf"{metric} has no period '13m'\. Known: .*12m"):
        worth.mean(metric, "13m")
    with pytest.raises(QuestionError, match=rf"no metric is called '{metric}' by segment \(smb\)"):
        worth.mean(metric, segment="smb")
    with pytest.raises(QuestionError, match=r"no segment is called 'sme'\. Did you mean `smb`"):
        worth.mean("clv_with", segment="sme")


def test_a_quantile_of_worth_is_of_a_probability_and_of_futures(worth: capacity.Roi) -> None:
    with pytest.raises(QuestionError, match="Write a probability between 0 and 1"):
        worth.quantile("npv", 1.5)
    expected = capacity.roi(worth.scenario, without="task:qbr", trials=0)
    assert math.isnan(expected.quantile("npv", 0.5))
    assert math.isfinite(worth.quantile("npv", 0.5))


def test_a_month_is_shown_as_one_in_a_plan_of_weeks(worth: capacity.Roi) -> None:
    with pytest.raises(QuestionError, match=r"--from soon: is not a month\. Write it as 2027-01"):
        capacity.roi(worth.scenario.with_({"horizon.step": "week"}), start="soon")


# --- copies --------------------------------------------------------------------------------------


def test_an_answer_travels_whatever_it_was_asked_before(plan: capacity.Scenario) -> None:
    """As joblib sends it to another process: by pickle."""
    kept = capacity.simulate(plan, trials=100)
    short = capacity.simulate(plan, trials=100, exact=False)
    for result in (kept, short):
        asked = {"metric": "required_fte", "role": "csm", "period": "2027-03"}
        before = result.mean(**asked), result.quantile(q=0.9, **asked), str(result)
        for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
            assert (other.mean(**asked), other.quantile(q=0.9, **asked), str(other)) == before
    compared = capacity.compare([plan, plan.with_({"team.csm.headcount": 2})], trials=0)
    rows = compared.table(by="year")
    assert pickle.loads(pickle.dumps(compared)).table(by="year").equals(rows)


@pytest.mark.parametrize(
    "ask",
    [lambda r: (r.mean("arr"), r.quantile("arr", 0.9), r.error("arr")), str, lambda r: r.page,
     lambda r: r.table(), lambda r: (r.workings, r.expected, r.expectations)],
)  # fmt: skip
def test_the_futures_go_with_the_last_who_has_the_result(
    plan: capacity.Scenario, ask: Callable[[capacity.Result], object]
) -> None:
    """At once, and not when Python looks for circles: a sweep would hold those of many plans."""
    gc.disable()
    try:
        result = capacity.simulate(plan, trials=100)
        futures = weakref.ref(result.batches[0]["arr"])
        ask(result)
        assert futures() is not None
        del result
        assert futures() is None
    finally:
        gc.enable()
