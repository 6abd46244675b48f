"""What a precise run is after: its goal, when it looks at its errors, which rows count."""

from __future__ import annotations

import math

import pytest

import capacity
from capacity.precision import FEWEST, MOST, Goal, goal_of, largest_error, rows_of
from capacity.scenario.figure import Figure, read_figure
from capacity.scenario.horizon import Simulation

PLAN = """
    name: precision
    horizon: {start: 2027-01, months: 12}
    segments:
      big: {accounts: 10, arr: 90_000, churn: 9%}
      small: {accounts: 40, arr: 900, churn: 20%}
    tasks:
      help: {role: csm, rate: 6, hours: 1h}
      nothing: {role: csm, rate: 0, hours: 1h}
      course: {role: trainer, every: quarter, hours: 1h, segments: [big]}
    team: {csm: {headcount: 1}, trainer: {headcount: 1}, boss: {headcount: 1}}
"""


@pytest.fixture(scope="module")
def result(scenario) -> capacity.Result:
    return capacity.simulate(scenario(PLAN), trials=400)


def settings(**given: object) -> Simulation:
    return Simulation.model_validate(given)


# --- the goal -----------------------------------------------------------------------------------


def test_without_a_precision_there_is_no_goal() -> None:
    assert goal_of(settings(), None, None, None) is None
    assert goal_of(settings(trials=500), 300, None, None) is None


def test_the_scenario_says_how_exact() -> None:
    plan = settings(precision="1%", metric="arr")
    assert goal_of(plan, None, None, None) == Goal(0.01, Figure("arr"), MOST)


def test_what_the_caller_asks_for_comes_first() -> None:
    plan = settings(precision="1%", metric="arr", trials=5000)
    assert goal_of(plan, None, 0.02, "grr:p10") == Goal(0.02, Figure("grr", q=0.1), 5000)
    assert goal_of(plan, 7000, None, None) == Goal(0.01, Figure("arr"), 7000)
    assert goal_of(settings(precision=0.01), 300_000, None, "arr").most == 300_000


def test_trials_that_nobody_wrote_are_no_bound() -> None:
    assert goal_of(settings(), None, 0.01, None) == Goal(0.01, None, MOST)
    assert goal_of(settings(trials=10_000), None, 0.01, None) == Goal(0.01, None, 10_000)


def test_expected_values_on_demand_let_the_precision_of_the_scenario_rest() -> None:
    assert goal_of(settings(precision=0.01), 0, None, None) is None


@pytest.mark.parametrize(
    ("given", "asked", "words"),
    [
        ({}, (0, 0.01, None), "a precision needs futures, but trials is 0"),
        ({"trials": 0}, (None, 0.01, None), "a precision needs futures"),
        ({"precision": 0.01}, (0, None, "arr"), "a precision needs futures"),
        ({}, (None, None, "arr"), "metric arr without a precision"),
        ({}, (0, None, "arr"), "metric arr without a precision"),
        ({}, (None, 0.01, "arr:q90"), "metric 'arr:q90' is not a figure"),
    ],
)
def test_what_cannot_be_asked_is_answered(given, asked, words) -> None:
    with pytest.raises(capacity.QuestionError, match=words):
        goal_of(settings(**given), *asked)


@pytest.mark.parametrize("precision", [0, -0.01, 1, 5, math.nan, math.inf])
def test_a_precision_that_is_none_is_refused(precision) -> None:
    with pytest.raises(ValueError, match="Write"):
        goal_of(settings(), None, precision, None)


# --- when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "counts"),
    [
        (MOST, [2000, 3000, 5000, 8000, 12_000, 18_000, 27_000, 41_000, 62_000, 93_000, MOST]),
        (5000, [2000, 3000, 5000]),
        (5001, [2000, 3000, 5000, 5001]),
        (FEWEST, [2000]),
        (150, [150]),
    ],
)
def test_the_errors_are_looked_at_after_half_as_many_again(most: int, counts: list[int]) -> None:
    assert list(Goal(0.01, None, most).counts()) == counts


@pytest.mark.parametrize(
    ("count", "error", "foreseen"),
    [
        (2000, 0.011, 3000),
        (2000, 0.02, 8000),
        (3000, 0.05, 93_000),
        (3000, 0.06, MOST),
        (2000, math.inf, MOST),
    ],
)
def test_the_end_is_foreseen_by_the_root_of_the_count(count, error, foreseen) -> None:
    assert Goal(0.01, None, MOST).forecast(count, error) == foreseen


def test_an_unknown_error_is_no_success() -> None:
    goal = Goal(0.01, None, MOST)
    assert [goal.is_reached(e) for e in (0.0, 0.01, 0.0101, math.inf, math.nan)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert goal.found(math.inf)["error"] is None


# --- which rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "abouts"),
    [
        ("arr", [{}]),
        ("arr[big]", [{"segment": "big"}]),
        ("team_cost", [{}]),
        ("team_cost[boss]", [{"role": "boss"}]),
        ("required_fte:p90", [{"role": "csm"}, {"role": "trainer"}]),
        ("headcount", [{"role": "csm"}, {"role": "trainer"}, {"role": "boss"}]),
        ("coverage", [{"role": "csm"}, {"role": "trainer"}]),
        ("coverage[course]", [{"task": "course"}]),
        ("p_covered[csm]", [{"role": "csm"}]),
    ],
)
def test_a_figure_speaks_of_its_key_the_total_or_every_role(result, text, abouts) -> None:
    rows = rows_of(result, read_figure(text))
    found = [{k: v for k, v in about.items() if v} for _, _, about in rows]
    assert found == abouts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "required_ftes",
            r"no metric is called `required_ftes`\. Did you mean `required_fte`",
        ),
        ("arr[bigg]", r"arr is not known for 'bigg'\. Did you mean `big`\? Known for: big, small"),
        ("required_fte[boss]", r"Known for: csm, trainer"),
        ("cost_platform[csm]", r"Known for: the total alone"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(result, text, words) -> None:
    with pytest.raises(capacity.QuestionError, match=words):
        rows_of(result, read_figure(text))


def test_every_month_must_be_that_exact(result) -> None:
    errors, figures = result.errors("arr", 0.1), result.figures("arr", 0.1)
    wanted = max(errors[month] / figures[month] for month in result.periods)
    assert largest_error(result, Figure("arr", q=0.1)) == pytest.approx(wanted)


def test_the_headline_is_people_at_the_peak_revenue_and_cost(result) -> None:
    def off(metric, q, **keys):
        return result.error(metric, q, **keys) / result.quantile(metric, q, **keys)

    middle = result.quantile("required_fte", 0.5, role="csm")
    peak = off("required_fte", 0.9, role="csm", period=middle.idxmax())
    closing = result.error("arr", period="2027-12") / result.mean("arr", period="2027-12")
    assert largest_error(result, None) == pytest.approx(max(peak, closing))


def test_what_is_not_defined_does_not_count(result) -> None:
    """Coverage of work that never comes; the revenue that nobody brings."""
    assert math.isnan(result.mean("coverage", period="", task="nothing"))
    assert largest_error(result, read_figure("coverage[nothing]")) == 0
    assert largest_error(result, read_figure("new_arr")) == 0


def test_a_figure_of_nothing_with_an_error_is_never_exact(scenario) -> None:
    """The p10 of rare work is 0 in nearly all blocks."""
    plan = scenario(PLAN, set={"tasks.help.rate": 0.5})
    result = capacity.simulate(plan, trials=1000)
    assert result.figures("due_hours", 0.1, role="csm", task="help")["2027-01"] == 0
    assert result.error("due_hours", 0.1, role="csm", task="help", period="2027-01") > 0
    assert largest_error(result, Figure("due_hours", "csm", 0.1)) == math.inf
