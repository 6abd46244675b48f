"""An expectation speaks of the figure that the table holds, and is held against it rightly."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import capacity
from capacity.catalogue import Catalogue
from capacity.engine.layout import build_layout
from capacity.expectations import ABSENT
from capacity.scenario.expecting import UNITS

ROOT = Path(__file__).resolve().parents[2]

PLAN = """\
name: Expected
horizon: {start: 2027-01, months: 24}
segments:
  smb: {accounts: 60, arr: 12_000, churn: 12%, new_accounts: {per_year: 24}}
  enterprise: {accounts: 12, arr: 90_000, churn: 5%}
tasks:
  qbr: {role: csm, every: quarter, hours: {p10: 1h, p50: 2h, p90: 5h}, priority: 1}
  onboarding: {role: onboarding, on: start, hours: 4h}
team:
  csm: {headcount: 1, attrition: 20%, salary: 95k, hours_per_week: {low: 8, likely: 10, high: 15}}
  onboarding: {headcount: 1, salary: 80_000}
"""
KNOWN = """\
name: A hundred accounts
horizon: {start: 2027-01, months: 12}
segments: {smb: {accounts: 100}}
tasks: {qbr: {role: csm, every: quarter, hours: 3h}}
team: {csm: {headcount: 1, salary: 90_000}}
"""


@pytest.fixture(scope="module")
def plan(scenario):
    return scenario(PLAN)


@pytest.fixture(scope="module")
def result(plan):
    return capacity.simulate(plan, trials=1000, seed=3)


def outcome(plan, text, trials=1000):
    """What came of one expectation, with the luck of `result`."""
    expected = plan.with_({"expect": [text]})
    (found,) = capacity.simulate(expected, trials=trials, seed=3).expectations
    return found


@pytest.mark.parametrize(
    ("text", "metric", "q", "keys"),
    [
        ("team_cost <= 1M", "team_cost", None, {"period": ""}),
        ("team_cost[csm] <= 1M", "team_cost", None, {"period": "", "role": "csm"}),
        ("arr >= 1M", "arr", None, {"period": "2028-12"}),
        ("arr[smb]:p10 >= 1M", "arr", 0.1, {"period": "2028-12", "segment": "smb"}),
        ("coverage[csm] >= 90%", "coverage", None, {"period": "", "role": "csm"}),
        ("coverage[task=onboarding] >= 9%", "coverage", None, {"period": "", "task": "onboarding"}),
        ("coverage[qbr, smb, 2027-06] >= 9%", "coverage", None,
         {"period": "2027-06", "task": "qbr", "segment": "smb"}),
        ("required_fte[2027-06, csm]:p90 < 9", "required_fte", 0.9,
         {"period": "2027-06", "role": "csm"}),
        ("due_hours[csm, FY27-Q2] < 1000h", "due_hours", None,
         {"period": "FY27-Q2", "by": "quarter", "role": "csm"}),
        ("revenue[FY28] > 1M", "revenue", None, {"period": "FY28", "by": "year"}),
        ("grr > 80%", "grr", None, {"period": ""}),
        ("grr[24m, enterprise]:p10 > 80%", "grr", 0.1, {"period": "24m", "segment": "enterprise"}),
        ("p_covered[csm] > 50%", "p_covered", None, {"period": "", "role": "csm"}),
    ],
)  # fmt: skip
def test_the_figure_is_the_one_that_the_result_gives(plan, result, text, metric, q, keys):
    found = outcome(plan, text)
    wanted = result.mean(metric, **keys) if q is None else result.quantile(metric, q, **keys)
    assert found.figure == wanted
    assert found.error == result.error(metric, q, **keys)
    assert found.period == keys["period"]
    assert found.holds == (wanted < found.bound if "<" in text else wanted > found.bound)


@pytest.mark.parametrize(("sign", "worst"), [("<=", max), (">=", min)])
def test_an_average_without_a_period_is_the_worst_of_all_periods(plan, result, sign, worst):
    found = outcome(plan, f"required_fte[csm]:p90 {sign} 2")
    by_month = result.figures("required_fte", 0.9, role="csm")
    assert found.period == worst(by_month, key=by_month.__getitem__)
    assert found.figure == by_month[found.period]


def test_hours_that_are_known_are_kept_exactly(scenario):
    """100 accounts and a QBR of 3 h each quarter are 1,200 h a year, whatever the luck."""
    plan = scenario(KNOWN)
    found = outcome(plan, "due_hours[csm] <= 1200h")
    assert (found.figure, found.error) == (pytest.approx(1200), 0)
    assert (found.holds, found.is_sure) == (True, True)
    assert outcome(plan, "due_hours[csm] >= 1200h").holds
    assert not outcome(plan, "due_hours[csm] < 1200h").holds
    assert not outcome(plan, "due_hours[csm] >= 1200.01h").holds


@pytest.mark.parametrize(("errors", "is_sure"), [(-3, True), (-1, False), (1, False), (3, True)])
def test_two_standard_errors_make_it_sure(plan, result, errors, is_sure):
    mean, error = result.mean("arr", period="2028-12"), result.error("arr", period="2028-12")
    assert error > 0
    found = outcome(plan, f"arr >= {mean + errors * error!r}")
    assert found.holds == (errors < 0)
    assert found.is_sure == is_sure


def test_without_luck_there_are_means_and_no_odds(plan):
    assert outcome(plan, "team_cost <= 1M", trials=0).holds
    for text in ("p_covered[csm] >= 0%", "required_fte[csm]:p90 <= 99"):
        found = outcome(plan, text, trials=0)
        assert found.holds is None
        assert math.isnan(found.figure)


def test_a_share_of_nothing_keeps_no_bound(scenario):
    """No account starts, so nothing is ever decided about its onboarding."""
    text = KNOWN.replace("every: quarter", "on: start")
    found = outcome(scenario(text), "coverage[task=qbr] >= 0%")
    assert found.holds is None


def test_expectations_move_no_number(plan, result):
    expected = plan.with_({"expect": ["team_cost <= 1M", "arr >= 1M"]})
    other = capacity.simulate(expected, trials=1000, seed=3)
    assert other.table().equals(result.table())
    assert result.expectations == ()


def refused(plan, text):
    with pytest.raises(capacity.InputError) as caught:
        capacity.simulate(plan.with_({"expect": [text]}), trials=0)
    (mistake,) = caught.value.mistakes
    assert mistake.path == "expect.0"
    return mistake.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p_coverd[csm] >= 80%", "no metric is called `p_coverd`. Did you mean `p_covered`?"),
        ("p_covered[cms] >= 80%", "knows no `cms`. Did you mean `csm`? Known: "),
        ("p_covered[role=smb] >= 80%", "knows no role `smb`"),
        ("p_covered >= 80%", "Write p_covered[csm], p_covered[onboarding]"),
        ("due_hours[qbr] < 5h", "not known of `qbr` alone. Write due_hours[csm, qbr]"),
        (
            "coverage[onboarding] > 5%",
            "Write coverage[role=onboarding] or coverage[task=onboarding]",
        ),
        ("arr[2029-01] > 5", "arr knows no `2029-01`"),
        ("grr[2027-06] > 50%", "grr knows no `2027-06`. Known: 12m, 24m"),
        ("arr[2027-01, FY27] > 5", "names 2027-01 and FY27. Write one period"),
        ("p_covered[csm] >= 80", "is a share, which 80 is not. Write it in percent"),
        ("load[csm] <= 110h", "is a share, which 110h is not"),
        ("p_covered[csm] >= 180%", "lies between 0% and 100%, so 180% decides nothing"),
        ("team_cost <= 80%", "is in USD, which 80% is not. Write it as in 1.9M"),
        ("headcount[csm] >= 8 USD", "is in people, which 8 USD is not. Write it as in 12"),
        ("due_hours[csm] <= 5 USD", "is in hours, which 5 USD is not. Write it as in 300h"),
        ("gross_profit > 1M", "takes revenue and `finance.gross_margin`"),
    ],
)
def test_what_the_plan_does_not_have_is_said_before_anything_is_simulated(plan, text, words):
    assert words in refused(plan, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arr > 5", "this plan has no arr, which takes revenue. Write"),
        ("grr > 5%", "this plan has no grr, which takes revenue, `churn`, and a plan of 12 months"),
        ("logo_retention > 5%", "takes `churn`, and a plan of 12 months"),
    ],
)
def test_metrics_of_money_in_a_plan_without_any(scenario, text, words):
    assert words in refused(scenario(KNOWN), text)


def test_weeks_are_periods_and_so_are_their_months(scenario):
    plan = scenario(KNOWN.replace("months: 12", "months: 12, step: week"))
    result = capacity.simulate(plan, trials=300, seed=3)
    assert outcome(plan, "due_hours[csm, 2027-W13] < 1h", 300).period == "2027-W13"
    found = outcome(plan, "due_hours[csm, 2027-03] < 1h", 300)
    assert found.figure == result.mean("due_hours", period="2027-03", by="month", role="csm")


def units_of(plan):
    layout = build_layout(plan)
    metrics = Catalogue(plan, layout.work, (), 1).metrics
    return {m.name: "money" if m.unit == plan.plan.currency else m.unit for m in metrics}


def test_expectations_know_each_metric_and_its_unit(scenario):
    """The base plan has all of them; one without money, churn and a year lacks those it is told."""
    assert units_of(capacity.load(ROOT / "scenarios" / "base.yaml")) == UNITS
    few = units_of(scenario(KNOWN))
    assert few.keys() < UNITS.keys()
    assert UNITS.keys() - few.keys() == ABSENT.keys()
