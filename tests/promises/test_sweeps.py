"""A sweep is what single runs give, for every combination, with the same luck."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import capacity
from capacity.cli.grids import read_sweeps
from capacity.sweeping import MOST
from capacity.table import COLUMNS

PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 60, arr: 12_000, churn: 10%, new_accounts: {per_year: 12}}
  enterprise: {accounts: 5, arr: 90_000, churn: 5%}
tasks:
  qbr: {role: csm, every: quarter, hours: {p10: 1h, p50: 2h, p90: 5h}, priority: 1}
  training: {role: trainer, on: start, hours: 4h}
team:
  csm:
    headcount: 1
    attrition: 20%
    salary: 95_000
    hours_per_week: {low: 8, likely: 10, high: 15}
  trainer: {headcount: 1}
"""
WITHOUT_MONEY = """\
name: Work alone
horizon: {start: 2027-02, months: 6}
segments: {smb: {accounts: 60}}
tasks: {qbr: {role: csm, every: quarter, hours: 2h}}
team: {csm: {headcount: 1}}
"""


@pytest.fixture(scope="module")
def plan(scenario):
    return scenario(PLAN)


@pytest.fixture(scope="module")
def grid(plan):
    values = {"team.csm.headcount": [1, 2, 3], "tasks.qbr.every": ["month", "quarter"]}
    return capacity.sweep(plan, values, trials=300, seed=4)


def test_there_is_a_row_for_each_combination_and_headline_figure(grid):
    assert list(grid.columns) == ["team.csm.headcount", "tasks.qbr.every", *COLUMNS]
    each = grid.groupby(["team.csm.headcount", "tasks.qbr.every"], sort=False)
    assert list(each.groups) == [(n, every) for n in (1, 2, 3) for every in ("month", "quarter")]
    for _, rows in each:
        assert list(zip(rows["metric"], rows["role"], strict=True)) == [
            ("p_covered", "csm"),
            ("p_covered", "trainer"),
            ("required_fte", "csm"),
            ("required_fte", "trainer"),
            ("dropped_hours", "csm"),
            ("dropped_hours", "trainer"),
            ("team_cost", ""),
            ("arr", ""),
            ("grr", ""),
            ("nrr", ""),
        ]


def test_a_row_is_that_of_a_run_of_its_own(plan, grid):
    """To the bit: the combinations have the luck that the scenario alone has."""
    for (heads, every), rows in grid.groupby(["team.csm.headcount", "tasks.qbr.every"]):
        alone = plan.with_({"team.csm.headcount": heads, "tasks.qbr.every": every})
        table = capacity.simulate(alone, trials=300, seed=4).table()
        merged = rows[list(COLUMNS)].merge(table, how="inner")
        assert len(merged) == len(rows) == 10


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, capacity.Workers])
def test_combinations_on_an_executor_are_the_same(plan, kind):
    values = {"team.csm.headcount": [1, 2], "tasks.qbr.every": ["month", {"default": "quarter"}]}
    how = {"trials": 300, "seed": 4}
    heard: list[tuple[int, int]] = []
    with kind(2) as executor:
        found = capacity.grid(
            plan, values, progress=lambda *x: heard.append(x), executor=executor, **how
        )
    alone = capacity.grid(plan, values, **how)
    assert found.rows == alone.rows
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {**found.manifest, "seconds": 0} == {**alone.manifest, "seconds": 0}


def test_figures_speak_of_the_plan_its_end_or_its_peak(plan, grid):
    assert set(grid[grid["metric"] == "arr"]["period"]) == {"2028-01"}
    assert set(grid[grid["metric"].isin(["team_cost", "p_covered", "grr"])]["period"]) == {""}
    result = capacity.simulate(plan.with_({"tasks.qbr.every": "quarter"}), trials=300, seed=4)
    middle = result.quantile("required_fte", 0.5, role="csm")
    needed = grid[(grid["metric"] == "required_fte") & (grid["role"] == "csm")]
    assert set(needed[needed["tasks.qbr.every"] == "quarter"]["period"]) == {middle.idxmax()}


def test_a_stock_is_that_of_the_end_even_where_it_was_higher_before(scenario):
    """Half of the seats a year are left and stay empty: after half a year sqrt(1/2) are filled."""
    plan = scenario(WITHOUT_MONEY, set={"team.csm.attrition": "50%", "team.csm.backfill": False})
    table = capacity.sweep(plan, {"team.csm.headcount": [1, 8]}, ["headcount"], trials=0)
    assert set(table["period"]) == {"2027-07"}
    assert table["mean"].tolist() == pytest.approx([0.5**0.5, 8 * 0.5**0.5])


def test_more_people_never_cover_less(grid):
    """In each future by itself, so without any tolerance."""
    covered = grid[(grid["metric"] == "p_covered") & (grid["role"] == "csm")]
    for _, rows in covered.groupby("tasks.qbr.every"):
        assert rows["mean"].is_monotonic_increasing
    assert covered["mean"].nunique() > 2


def test_what_the_values_do_not_touch_does_not_move(grid):
    """Churn feels no coverage in this plan: revenue is the same to the bit in each combination."""
    for metric in ("arr", "grr", "nrr"):
        assert grid[grid["metric"] == metric]["mean"].nunique() == 1
    trainer = grid[(grid["role"] == "trainer") & (grid["metric"] == "required_fte")]
    assert trainer["p90"].nunique() == 1


def test_other_metrics_may_be_asked_for(plan):
    metrics = ["due_hours[qbr]", "due_hours", "grr[smb]", "accounts", "required_fte[csm]:p90"]
    with pytest.raises(capacity.QuestionError, match="due_hours is not known for 'qbr'"):
        capacity.sweep(plan, {"team.csm.headcount": [1]}, metrics, trials=0)
    table = capacity.sweep(plan, {"team.csm.headcount": [1]}, metrics[1:], trials=0)
    assert list(table["metric"]) == [
        "due_hours", "due_hours", "grr", "accounts", "required_fte"
    ]  # fmt: skip
    assert list(table["role"]) == ["csm", "trainer", "", "", "csm"]
    assert list(table["segment"]) == ["", "", "smb", "", ""]


def test_one_metric_needs_no_list(plan):
    values = {"team.csm.headcount": [1, 2]}
    one = capacity.sweep(plan, values, "arr[smb]", trials=0)
    assert one.equals(capacity.sweep(plan, values, ["arr[smb]"], trials=0))
    assert set(one["metric"]) == {"arr"}


def test_expected_values_are_a_closed_form(scenario):
    """60 accounts, 2 h a quarter: 240 h in half a year; twice as often, twice as much."""
    plan = scenario(WITHOUT_MONEY)
    values = {"tasks.qbr.every": ["month", "quarter"], "tasks.qbr.hours": ["1h", "2h"]}
    table = capacity.sweep(plan, values, ["due_hours"], trials=0)
    assert table["mean"].tolist() == pytest.approx([360, 720, 120, 240])
    assert table["p90"].isna().all()


def test_a_plan_without_money_has_no_figures_of_money(scenario):
    table = capacity.sweep(scenario(WITHOUT_MONEY), {"team.csm.headcount": [1]}, trials=0)
    assert list(table["metric"]) == ["p_covered", "required_fte", "dropped_hours", "team_cost"]


@pytest.mark.parametrize(
    "values", [np.arange(1, 3), np.array([1.0, 2.0]), range(1, 3), (1, 2), ["1", "2"]], ids=repr
)
def test_values_of_any_kind_of_list(plan, values):
    table = capacity.sweep(plan, {"team.csm.headcount": values}, ["team_cost"], trials=0)
    assert table["mean"].tolist() == pytest.approx([95_000, 190_000], rel=0.2)
    assert table["mean"].iloc[1] > table["mean"].iloc[0]


def test_settings_of_several_lines_and_mappings_can_be_grid(plan):
    hires = [{"2027-03": 1}, {"2027-03": 2, "2027-06": 1}]
    table = capacity.sweep(plan, {"team.csm.hires": hires}, ["headcount[csm]"], trials=0)
    assert table["team.csm.hires"].tolist() == hires
    assert table["mean"].iloc[1] - table["mean"].iloc[0] == pytest.approx(2, abs=0.3)


def test_what_was_set_before_stays(scenario):
    plan = scenario(PLAN, set={"tasks.qbr.every": "month"})
    months = capacity.sweep(plan, {"team.csm.headcount": [1]}, ["due_hours[csm]"], trials=0)
    quarters = capacity.sweep(plan, {"tasks.qbr.every": ["quarter"]}, ["due_hours[csm]"], trials=0)
    assert months["mean"].iloc[0] > 2.5 * quarters["mean"].iloc[0]


def test_the_manifest_says_what_was_grid(plan):
    values = {"team.csm.headcount": [1, 2]}
    found = capacity.grid(plan.with_({"name": "Swept"}), values, trials=100, seed=9)
    assert found.manifest["sweep"] == values
    assert found.manifest["set"] == {"name": "Swept"}
    assert (found.manifest["seed"], found.manifest["trials"]) == (9, 100)
    assert found.manifest["files"] == plan.files


def test_doubts_of_a_combination_are_kept(plan):
    values = {"team.csm.target_utilization": ["85%", "100%"]}
    assert plan.warnings == ()
    (warning,) = capacity.grid(plan, values, trials=0).warnings
    assert "100% leaves no reserve" in str(warning)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "a sweep needs values"),
        ({"team.csm.headcount": []}, "sweep team.csm.headcount: no list of values"),
        ({"team.csm.headcount": "6:14"}, "sweep team.csm.headcount: no list of values"),
        ({"team.csm.headcount": {"a": 1}}, "sweep team.csm.headcount: no list of values"),
        ({"team.csm.headcount": [1, 2, 1]}, "1 is there twice"),
        ({"team.csm.headcount": range(MOST + 1)}, "has 1,001 combinations. Give fewer"),
        ({"a": range(40), "b": range(30)}, "has 1,200 combinations. Give fewer"),
    ],
)
def test_what_is_no_grid_is_refused(plan, values, words):
    with pytest.raises(capacity.QuestionError, match=words):
        capacity.sweep(plan, values)


def test_an_unknown_metric_is_told_before_much_is_done(plan):
    with pytest.raises(capacity.QuestionError, match="Did you mean `arr`"):
        capacity.sweep(plan, {"team.csm.headcount": [1]}, ["aar"], trials=0)
    with pytest.raises(capacity.QuestionError, match="is not a figure"):
        capacity.sweep(plan, {"team.csm.headcount": [1]}, ["arr:p100"], trials=0)


def test_mistakes_of_all_combinations_are_told_at_once(plan):
    values = {"team.csm.headcount": [1, -2, "x"], "tasks.qbr.every": ["month", "fortnite"]}
    with pytest.raises(capacity.InputError) as caught:
        capacity.sweep(plan, values)
    assert sorted(str(mistake).split(". ")[0] for mistake in caught.value.mistakes) == [
        "set tasks.qbr.every: tasks.qbr.every: 'fortnite' is not a span of time",
        "set team.csm.headcount: team.csm.headcount: 'x' is not a number",
        "set team.csm.headcount: team.csm.headcount: -2 is outside of its range",
    ]


# --- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("6:9", [6, 7, 8, 9]),
        ("6:14:4", [6, 10, 14]),
        ("6:13:4", [6, 10]),
        ("0.1:0.3:0.1", [0.1, 0.2, 0.3]),
        ("-1:1", [-1, 0, 1]),
        ("10%:20%:5%", ["10%", "15%", "20%"]),
        ("1h:2h:0.5h", ["1h", "1.5h", "2h"]),
        ("95_000:105_000:5_000", [95_000, 100_000, 105_000]),
        ("7", [7]),
        ("month,quarter", ["month", "quarter"]),
        ("month, 6 months ,", ["month", "6 months"]),
        ("{low: 1h, likely: 2h, high: 3h},2h", [{"low": "1h", "likely": "2h", "high": "3h"}, "2h"]),
        ("'NO',true", ["NO", True]),
    ],
)
def test_ranges_and_lists(text, values):
    found = read_sweeps([f"a.b={text}"])
    assert found == {"a.b": values}
    assert [type(value) for value in found["a.b"]] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["a.b"], "--sweep a.b: no values. Write --sweep team.csm.headcount=6:14"),
        (["=1,2"], "--sweep =1,2: no values"),
        (["a="], "--sweep a=: no values"),
        (["a=9:6"], "--sweep a=9:6: goes nowhere. Write the smaller number first"),
        (["a=6:9:0"], "--sweep a=6:9:0: the step is 0. Write one above 0"),
        (["a=6:9:-1"], "--sweep a=6:9:-1: the step is -1. Write one above 0"),
        (["a=10%:20"], "--sweep a=10%:20: units differ. Write them alike, as in 10%:20%:5%"),
        (["a=1h:2h:5m"], "units differ"),
        (["a=1:1000000000000"], "1,000,000,000,000 values. 1,000 are the most"),
        (["a=1,2", "a=3"], "--sweep a=3: a is swept already"),
        (["a=[1,2"], "--sweep a=[1,2: not YAML"),
        (["a=1,,2"], "--sweep a=1,,2: not YAML"),
    ],
)
def test_what_is_no_range_and_no_list(pairs, words):
    with pytest.raises(capacity.QuestionError) as caught:
        read_sweeps(pairs)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
