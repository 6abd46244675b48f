"""The arithmetic of a number is that of a planner with a pencil, and ends where it was written."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import capacity
from capacity.engine.layout import build_layout
from capacity.errors import QuestionError
from capacity.explaining.explainer import Explainer
from capacity.explaining.term import Operation, Term, combine
from capacity.metrics import Kind

ROOT = Path(__file__).resolve().parents[2]

BY_HAND = """\
    name: by hand
    horizon: {start: 2027-03, months: 3}
    segments:
      smb:
        accounts: 112
    tasks:
      qbr: {role: csm, every: month, hours: 3h}
    team:
      csm:
        headcount: 9
        hours_per_week: 40
        internal: 20%
        target_utilization: 85%
"""


@pytest.fixture(scope="module")
def by_hand(scenario) -> capacity.Result:
    return capacity.simulate(scenario(BY_HAND), trials=0)


def leaves(term: Term) -> dict[str, Term]:
    return {part.path: part for part in term.walk() if part.path}


def test_required_people_as_with_a_pencil(by_hand: capacity.Result) -> None:
    """112 QBRs × 3 h = 336 h; 23 days × 8 h × 80 % × 85 % = 125.12 h a person."""
    term = by_hand.explain("required_fte", role="csm", period="2027-03").term
    assert term.operation is Operation.QUOTIENT
    due, person = term.parts
    assert [part.value for part in due.parts] == [112, 3]
    assert due.value == 336
    assert person.value == pytest.approx(23 * 8 * 0.8 * 0.85, rel=1e-12)
    assert term.value == pytest.approx(336 / 125.12, rel=1e-12)


def test_inputs_are_where_they_were_written(by_hand: capacity.Result) -> None:
    found = leaves(by_hand.explain("required_fte[csm, 2027-03]").term)
    lines = BY_HAND.splitlines()
    for path, word in {
        "tasks.qbr.hours": "hours: 3h",
        "team.csm.hours_per_week": "hours_per_week",
        "team.csm.internal": "internal",
        "team.csm.target_utilization": "target_utilization",
    }.items():
        place = found[path].place
        assert place is not None, path
        assert word in lines[place.line - 1]
    assert found["team.csm.pto_days"].place is None  # nobody wrote it


def test_values_by_date_stand_where_the_one_that_holds_was_written(scenario) -> None:
    plan = scenario(BY_HAND.replace("hours: 3h", "hours: {2027-03: 3h, 2027-04: 2h}"))
    result = capacity.simulate(plan, trials=0)
    first, second = (
        leaves(result.explain("due_hours", role="csm", period=p).term)["tasks.qbr.hours"]
        for p in ("2027-03", "2027-04")
    )
    assert (first.value, second.value) == (3, 2)
    assert first.place is not None
    assert second.place is not None
    assert first.place.column < second.place.column


def test_the_lost_are_those_who_decide_times_their_chance(scenario) -> None:
    """Model, value 5: at a hazard ratio of 1 the chance of a year is the churn of a year."""
    plan = scenario(
        """\
        name: churn
        horizon: {start: 2027-01, months: 24}
        segments:
          smb: {accounts: 120, churn: 10%, new_accounts: {per_year: 24}}
        tasks:
          call: {role: csm, every: month, hours: 1h}
        team:
          csm: {headcount: 5}
        """
    )
    result = capacity.simulate(plan, trials=0)
    early = result.explain("churned_accounts", period="2027-03").term
    late = result.explain("churned_accounts", period="2028-03").term
    assert early.operation is Operation.PRODUCT
    number, chance = early.parts
    assert (number.value, chance.value) == (10, pytest.approx(0.1, rel=1e-12))
    assert leaves(chance)["segments.smb.churn"].value == 0.1
    assert late.value == pytest.approx((10 * 0.9 + 2) * 0.1, rel=1e-12)  # two were won a year ago


def test_longer_periods_are_summed_averaged_or_formed_anew() -> None:
    result = capacity.simulate(capacity.load(ROOT / "scenarios/base.yaml"), trials=0)
    for metric, keys in {
        "due_hours": {"role": "csm"},
        "headcount": {"role": "csm"},
        "required_fte": {"role": "csm"},
        "coverage": {"role": "csm"},
    }.items():
        found = result.explain(metric, period="FY27-Q1", **keys)
        assert found.value == pytest.approx(
            result.mean(metric, period="FY27-Q1", by="quarter", **keys), rel=1e-9
        )


@pytest.mark.parametrize("file", ["base.yaml", "seed_example.yaml"])
def test_every_metric_in_every_period_of_the_scenarios(file: str) -> None:
    scenario = capacity.load(ROOT / "scenarios" / file)
    result = capacity.simulate(scenario, trials=0)
    explainer, asked = Explainer(build_layout(scenario)), 0
    for metric in result.catalogue.metrics:
        about = {k: getattr(metric.key, k) for k in ("segment", "role", "pool", "task")}
        whole = metric.kind is Kind.WHOLE
        for period in metric.periods if whole else [*result.periods, ""]:
            term = explainer.explain(metric, period)
            figure = result.mean(metric.name, period=period, **about)
            assert term.value == pytest.approx(figure, rel=1e-9, abs=1e-9, nan_ok=True)
            for part in term.walk():
                assert part.value == pytest.approx(part.combined, rel=1e-9, abs=1e-9, nan_ok=True)
            asked += 1
    assert asked > 30


def test_what_operations_make() -> None:
    assert combine(Operation.SUM, []) == 0
    assert combine(Operation.PRODUCT, [2, 3, 4]) == 24
    assert combine(Operation.DIFFERENCE, [9, 2, 3]) == 4
    assert combine(Operation.QUOTIENT, [1, 4]) == 0.25
    assert combine(Operation.QUOTIENT, [1, 0]) == math.inf
    assert math.isnan(combine(Operation.QUOTIENT, [0, 0]))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("required_fte[cms]", "required_fte knows no `cms`. Did you mean `csm`?"),
        ("required", "no metric is called `required`. Did you mean"),
        ("required_fte[csm]:p90", "a quantile is no arithmetic of inputs"),
        ("required_fte[csm, 2031-01]", "knows no `2031-01`"),
    ],
)
def test_what_cannot_be_explained(by_hand: capacity.Result, asked: str, words: str) -> None:
    with pytest.raises(QuestionError) as found:
        by_hand.explain(asked)
    assert words in str(found.value)


def test_told_on_eighty_columns(by_hand: capacity.Result) -> None:
    text = str(by_hand.explain("required_fte[csm, 2027-03]"))
    assert "2.69 = 336 h due ÷ 125 h for customers, per person" in text
    assert "336 h = 112 accounts due × 3 h each" in text
    assert "plan.yaml:7: tasks.qbr.hours: 3 h" in text
    assert all(len(line) <= 80 or "plan.yaml" in line for line in text.splitlines())


def test_rows_hold_the_whole_tree(by_hand: capacity.Result) -> None:
    found = by_hand.explain("required_fte[csm, 2027-03]")
    rows = found.rows()
    assert len(rows) == len([*found.term.walk()])
    assert [row["depth"] for row in rows[:3]] == [0, 1, 2]
    assert json.loads(json.dumps(found.term.row()))["parts"][0]["value"] == 336
