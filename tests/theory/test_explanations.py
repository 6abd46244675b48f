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


def test_a_calendar_of_holidays_is_said_as_it_was_written(scenario) -> None:
    """It is not the number of holidays of some month."""
    text = BY_HAND.replace("hours_per_week: 40", "hours_per_week: 40\n        holidays: US")
    found = capacity.simulate(scenario(text), trials=0).explain("required_fte", role="csm")
    assert any(line.endswith(": team.csm.holidays: US") for line in str(found).splitlines())


def test_values_by_date_stand_where_the_one_that_holds_was_written(scenario) -> None:
    plan = scenario(BY_HAND.replace("hours: 3h", "hours: {2027-03: 3h, 2027-04: 2h}"))
    result = capacity.simulate(plan, trials=0)
    first, second = (
        leaves(result.explain("due_hours", role="csm", period=p).term)[f"tasks.qbr.hours.{p}"]
        for p in ("2027-03", "2027-04")
    )
    assert (first.value, second.value) == (3, 2)
    assert first.place is not None
    assert second.place is not None
    assert first.place.column < second.place.column


def test_revenue_of_the_beginning_goes_down_to_what_each_pays(scenario) -> None:
    """12 accounts × what each pays; and the churn that holds then is named by its date."""
    pays = "arr: {p10: 500, p50: 1_000, p90: 3_000}, churn: {2027-03: 10%, 2027-04: 20%}"
    text = BY_HAND.replace("smb:\n        accounts: 112", f"smb: {{accounts: 12, {pays}}}")
    found = capacity.simulate(scenario(text), trials=0)
    inputs = leaves(found.explain("arr[smb, 2027-04]").term)
    each = inputs["segments.smb.arr"].value
    assert inputs["segments.smb.accounts"].value == 12
    assert 1000 < each < 3000
    assert {path: inputs[path].value for path in inputs if "churn" in path} == pytest.approx(
        {"segments.smb.churn.2027-03": 0.1, "segments.smb.churn.2027-04": 0.2}
    )
    first = found.explain("arr[smb, 2027-03]").term
    opening = next(part for part in first.walk() if part.label.endswith("when the plan begins"))
    assert opening.operation is Operation.PRODUCT
    assert opening.value == pytest.approx(12 * each, rel=1e-12)


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


def wrong_in(term: Term, proved: dict[int, Term]) -> list[Term]:
    """Numbers that their parts do not make; parts that several numbers share are seen once."""
    if id(term) in proved:
        return []
    proved[id(term)] = term
    found = [wrong for part in term.parts for wrong in wrong_in(part, proved)]
    one, other = term.value, term.combined
    same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or (
        math.isnan(one) and math.isnan(other)
    )
    return found if same else [term, *found]


@pytest.mark.parametrize("file", ["base.yaml", "seed_example.yaml"])
def test_every_metric_in_every_period_of_the_scenarios(file: str) -> None:
    scenario = capacity.load(ROOT / "scenarios" / file)
    result = capacity.simulate(scenario, trials=0)
    explainer, asked, proved = Explainer(build_layout(scenario)), 0, {}
    for metric in result.catalogue.metrics:
        about = {k: getattr(metric.key, k) for k in ("segment", "role", "pool", "task")}
        whole = metric.kind is Kind.WHOLE
        for period in metric.periods if whole else [*result.periods, ""]:
            term = explainer.explain(metric, period)
            figure = result.mean(metric.name, period=period, **about)
            assert term.value == pytest.approx(figure, rel=1e-9, abs=1e-9, nan_ok=True)
            assert not wrong_in(term, proved)
            asked += 1
    assert asked > 30


def test_what_operations_make() -> None:
    assert combine(Operation.SUM, []) == 0
    assert combine(Operation.PRODUCT, [2, 3, 4]) == 24
    assert combine(Operation.DIFFERENCE, [9, 2, 3]) == 4
    assert combine(Operation.QUOTIENT, [1, 4]) == 0.25
    assert combine(Operation.QUOTIENT, [1, 0]) == math.inf
    assert math.isnan(combine(Operation.QUOTIENT, [0, 0]))


EVERYTHING = """\
    name: everything
    horizon: {start: 2027-01, months: 12}
    segments:
      smb:
        accounts: 40
        arr: 10_000
        churn: 10%
        addressable: 50%
        contraction: 3%
        expansion: 5%
        new_accounts: {per_year: 12, arr: 9_000}
    tasks:
      qbr: {role: csm, every: quarter, hours: 40h, weight: 1}
      hand: {role: csm, on: departure, hours: 2h}
    team:
      csm:
        headcount: 1
        hires: {2027-03: 1}
        attrition: 20%
        time_to_hire: 2 months
        salary: 80_000
        coverage_target: 90%
        overtime: 10%
        departure: {churn: 1.2}
    value: {if_stopped: {churn: 1.3, fades_over: 6 months}}
    events:
      outage: {probability: 30%, start: 2027-04, months: 2, churn: 1.5, hours: 1.4}
    finance: {gross_margin: 80%, discount_rate: 10%}
    """
PEOPLE = {"team.csm.headcount", "team.csm.hires.2027-03", "team.csm.attrition"}
LOST = {"segments.smb.churn", "segments.smb.addressable", "value.if_stopped.churn",
        "value.if_stopped.fades_over", "team.csm.departure.churn", "events.outage.probability",
        "events.outage.churn", "tasks.qbr.hours", *PEOPLE}  # fmt: skip
SEEN = {
    "grr": {"segments.smb.arr", "segments.smb.contraction", *LOST},
    "nrr": {"segments.smb.arr", "segments.smb.expansion", *LOST},
    "logo_retention": {"segments.smb.accounts", *LOST},
    "clv": {"segments.smb.arr", "finance.gross_margin", "finance.discount_rate",
            "segments.smb.expansion", *LOST},
    "coverage[csm, 2027-06]": {"tasks.qbr.hours", "tasks.hand.hours", "segments.smb.accounts",
                               "team.csm.overtime", "events.outage.churn", *PEOPLE},
    "p_covered[csm]": {"team.csm.coverage_target", "events.outage.hours", *PEOPLE},
    "cost_to_serve": {"team.csm.salary", "tasks.hand.hours", "events.outage.hours", *PEOPLE},
    "due_hours[csm, 2027-05]": {"events.outage.probability", "events.outage.hours",
                                "tasks.hand.hours", *PEOPLE},
    "dropped_hours[csm, 2027-05]": {"team.csm.overtime", "tasks.qbr.hours", *PEOPLE},
    "headcount[csm, 2027-06]": {"team.csm.time_to_hire", *PEOPLE},
    "churned_arr[2027-09]": {"segments.smb.new_accounts.per_year", *LOST} - {"events.outage.hours"},
    "arr[2027-09]": {"segments.smb.arr", "segments.smb.new_accounts.arr",
                     "segments.smb.expansion", "segments.smb.contraction"},
}  # fmt: skip
"""Inputs that a figure hangs on, each of which moves it in the engine."""


@pytest.mark.parametrize("asked", SEEN)
def test_figures_go_down_to_the_inputs_with_their_lines(scenario, asked: str) -> None:
    result = capacity.simulate(scenario(EVERYTHING), trials=0)
    found = leaves(result.explain(asked).term)
    assert not SEEN[asked] - set(found)
    lines = EVERYTHING.splitlines()
    for path in SEEN[asked]:
        place = found[path].place
        assert place is not None, path
        words = path.split(".")
        assert words[-1] in lines[place.line - 1] or words[-2] in lines[place.line - 1]


THROUGH_THE_PAST = {"coverage[csm, 2027-06]": {"events.outage.hours"}}
"""Inputs that act on accounts alone, by what was done for them in months before."""


@pytest.mark.parametrize("asked", ["clv", "coverage[csm, 2027-06]", "cost_to_serve"])
def test_what_moves_a_figure_is_named(scenario, asked: str) -> None:
    """Numbers of the plan one after the other: what moves the figure stands among its inputs."""
    plan = scenario(EVERYTHING)
    usual = capacity.simulate(plan, trials=0)
    found = usual.explain(asked)
    named = {part.path for part in found.inputs}
    moved = []
    for path, value in {
        "segments.smb.churn": "20%", "segments.smb.contraction": "9%", "segments.smb.arr": 20_000,
        "segments.smb.accounts": 44, "segments.smb.expansion": "9%", "tasks.qbr.hours": "50h",
        "tasks.hand.hours": "9h", "team.csm.headcount": 2, "team.csm.attrition": "60%",
        "team.csm.salary": 99_000, "events.outage.probability": "90%", "events.outage.hours": 3,
        "events.outage.churn": 3, "value.if_stopped.churn": 1.9, "team.csm.departure.churn": 2,
        "finance.gross_margin": "70%", "finance.discount_rate": "20%", "team.csm.overtime": "50%",
        "segments.smb.new_accounts.per_year": 60, "team.csm.time_to_hire": "9 months",
    }.items():  # fmt: skip
        other = capacity.simulate(plan.with_({path: value}), trials=0).explain(asked)
        if not math.isclose(other.value, found.value, rel_tol=1e-6):
            moved.append(path)
    assert len(moved) >= 5
    assert set(moved) - named <= THROUGH_THE_PAST.get(asked, set())


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


def test_what_rests_on_inputs_names_each_once(scenario) -> None:
    text = str(capacity.simulate(scenario(EVERYTHING), trials=0).explain("due_hours[csm, 2027-06]"))
    said = " ".join(text.split())
    assert said.count("there when the plan begins 1 person, hired in 2027-03 1 seat") == 1
    assert all(len(line) <= 80 or "plan.yaml" in line for line in text.splitlines())


def test_the_page_has_the_arithmetic_and_the_inputs(by_hand: capacity.Result) -> None:
    found = by_hand.explain("required_fte[csm, 2027-03]")
    arithmetic, inputs = found.page.tables
    assert arithmetic.rows[0] == (
        "required FTE of csm", "2.69", "336 h due ÷ 125 h for customers, per person"
    )  # fmt: skip
    assert ("tasks.qbr.hours", "3 h") in [row[:2] for row in inputs.rows]
    assert found.page.headline[0] in " ".join(str(found).split())
    assert not found.page.charts  # there is no sum to show


def test_the_chart_shows_the_parts_of_a_sum() -> None:
    result = capacity.simulate(capacity.load(ROOT / "scenarios/base.yaml"), trials=0)
    found = result.explain("required_fte[csm, 2027-03]")
    due = found.term.parts[0]
    bars = found.chart("parts").spec["data"]["values"]
    assert sum(bar["value"] for bar in bars) == pytest.approx(due.value)
    assert [bar["value"] for bar in bars] == sorted((b["value"] for b in bars), reverse=True)
    assert found.chart("parts").finding == (
        "check_in, mid_market is the largest part of 477 h due: 18 %"
    )


def test_rows_hold_the_whole_tree(by_hand: capacity.Result) -> None:
    found = by_hand.explain("required_fte[csm, 2027-03]")
    rows = found.rows()
    assert len(rows) == len([*found.term.walk()])
    assert [row["depth"] for row in rows[:3]] == [0, 1, 2]
    assert json.loads(json.dumps(found.term.row()))["parts"][0]["value"] == 336


def test_seats_rest_on_the_hires_that_have_started_and_on_no_others(scenario) -> None:
    """October begins in week 39, which belongs to September; what was hired before is there."""
    plan = scenario("""
        name: weeks
        horizon: {start: 2027-09-06, step: week, weeks: 8}
        segments: {smb: {accounts: 10}}
        tasks: {qbr: {role: csm, every: month, hours: 3h}}
        team: {csm: {headcount: 2, hires: {2027-08: 1, 2027-10: 1, 2027-11: 1}}}
    """)
    result = capacity.simulate(plan, trials=0)
    for period, seats, hires in (("2027-W38", 2, set()), ("2027-W39", 3, {"2027-10"})):
        found = result.explain("headcount", role="csm", period=period)
        named = {path.rpartition(".")[2] for path in leaves(found.term) if ".hires." in path}
        assert (found.value, named) == (seats, hires)
