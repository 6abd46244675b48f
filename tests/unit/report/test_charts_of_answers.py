"""Charts show the figures of their answers: each bar, dot and line against what the answer says."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capacity
from capacity.report.chart import Chart, chart_name, named_apart
from capacity.report.histogram import histogram
from capacity.report.palette import TASKS
from capacity.report.vega import short, told_apart

PLAN = """
name: A plan
currency: EUR
horizon: {start: 2027-02, months: 4}
segments:
  smb:
    accounts: 40
    arr: 20_000
    churn: {low: 5%, likely: 10%, high: 20%}
    addressable: 60%
    new_accounts: {per_year: 60, arr: 20_000}
tasks:
  check: {role: csm, every: month, hours: {p10: 2h, p50: 4h, p90: 8h}, priority: 1, weight: 2}
  onboarding: {role: trainer, on: start, hours: 30h, priority: 2, weight: 1}
team:
  csm: {headcount: 1, salary: 60_000, hires: {2027-03: 1}}
  trainer: {headcount: 1, salary: 48_000}
  manager: {per: {csm: 3}, salary: 90_000}
value: {if_stopped: {churn: 3, source: own judgement}}
finance: {gross_margin: 80%, discount_rate: 10%}
"""
Load = Callable[..., capacity.Scenario]


def values(chart: Chart) -> list[Mapping[str, Any]]:
    """What a chart draws."""
    return list(chart.spec["data"]["values"])


# --- histograms -----------------------------------------------------------------------------------

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300)


@given(NUMBERS)
def test_a_histogram_counts_every_value_once(numbers: Sequence[float]) -> None:
    bars = list(histogram(numbers, str))
    assert sum(bar["share"] for bar in bars) == pytest.approx(1)
    width = bars[0]["high"] - bars[0]["low"]
    for one, other in pairwise(bars):
        assert one["high"] == other["low"]
        assert other["high"] - other["low"] == pytest.approx(width, rel=1e-6)
    edges = [bar["low"] for bar in bars[1:]]  # of the bars between, which hold nothing else
    for one, bar in zip(edges, bars[1:-1], strict=False):
        inside = sum(one <= number < bar["high"] for number in numbers)
        assert bar["share"] == pytest.approx(inside / len(numbers))


@given(NUMBERS)
def test_one_edge_of_a_histogram_is_nothing(numbers: Sequence[float]) -> None:
    """So a bar is all gain or all loss, and those of gain add up to the odds of it."""
    bars = list(histogram(numbers, str))
    assert not any(bar["low"] < 0 < bar["high"] for bar in bars)
    if bars[0]["low"] < 0 < bars[-1]["high"]:
        gained = sum(bar["share"] for bar in bars if bar["low"] >= 0)
        assert gained == pytest.approx(sum(n >= 0 for n in numbers) / len(numbers))


def test_what_lies_far_out_is_counted_in_the_bars_at_the_ends() -> None:
    values = [-1e6, *(i / 1000 for i in range(998)), 1e6]
    bars = list(histogram(values, str))
    assert -0.1 <= bars[0]["low"] < bars[-1]["high"] <= 1.1
    assert sum(bar["share"] for bar in bars) == pytest.approx(1)
    assert bars[0]["about"].startswith("below ")
    assert " and more: " in bars[-1]["about"]


def test_a_histogram_of_what_is_not_known_is_empty() -> None:
    assert list(histogram([math.nan], str)) == []
    (bar,) = histogram([5.0, math.nan, 5.0], str)
    assert (bar["low"] <= 5 <= bar["high"], bar["share"]) == (True, 1.0)
    assert bar["about"].startswith("all")


# --- what is lost ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worth(scenario: Load) -> capacity.Roi:
    return capacity.roi(scenario(PLAN), trials=200, tasks=True)


def test_returns_by_horizon(worth: capacity.Roi) -> None:
    rows = values(worth.chart("roi"))
    found = {row["name"]: row for row in rows}
    assert list(found) == ["12 months", "24 months", "36 months", "… with run-off"]
    assert found["12 months"]["middle"] == worth.mean("roi", "12m")
    assert found["12 months"]["low"] == worth.quantile("roi", 0.1, "12m")
    assert found["… with run-off"]["middle"] == worth.mean("roi_with_run_off")
    for row in rows:
        assert row["kind"] == ("gain" if row["middle"] > 0 else "loss")


def test_break_even_is_a_line_through_all_horizons(worth: capacity.Roi) -> None:
    """As tall as all their rows, which lie 26 pixels from each other."""
    root = ET.fromstring(worth.chart("roi").drawing)
    lines = [one for one in root.iter() if one.get("stroke-dasharray") == "4,3"]
    tall = [abs(float(one.get("y2", "0")) - float(one.get("y1", "0"))) for one in lines]
    assert tall == [4 * 26]


def test_the_bars_right_of_break_even_are_the_odds(worth: capacity.Roi) -> None:
    chart = worth.chart("roi_distribution")
    gained = sum(row["share"] for row in values(chart) if row["kind"] == "gain")
    assert gained == pytest.approx(worth.odds("roi"))
    assert "pays within 36 months in" in chart.finding


def test_with_less_without_is_what_is_kept(worth: capacity.Roi) -> None:
    lines = {(row["shade"], row["period"]): row["middle"] for row in values(worth.chart("arr"))}
    kept = {row["period"]: row["middle"] for row in values(worth.chart("arr_saved"))}
    assert len(kept) == 36
    for period, saved in kept.items():
        assert lines[0, period] - lines[1, period] == pytest.approx(saved)
        assert saved == worth.mean("arr_saved", period)


def test_tasks_by_value(worth: capacity.Roi) -> None:
    rows = values(worth.chart("task_value"))
    assert worth.tasks is not None
    shares = dict(zip(worth.tasks.tasks, worth.tasks.share.tolist(), strict=True))
    assert {row["name"]: row["worth"] for row in rows} == shares
    assert [row["worth"] for row in rows] == sorted(shares.values(), reverse=True)


# --- a hiring plan --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hired(scenario: Load) -> capacity.HiringPlan:
    found = capacity.plan(scenario(PLAN), coverage=0.9, confidence=0.8, by="2027-03", trials=500)
    assert found.hires.total
    return found


def test_seats_by_month_are_those_of_before_and_those_of_the_plan(
    hired: capacity.HiringPlan,
) -> None:
    tops: dict[tuple[int, str], float] = {}
    added: dict[int, float] = {}
    started = 0
    for row in values(hired.chart("seats")):
        tops[row["panel"], row["period"]] = row["high"]
        if row["kind"] == "this plan adds":
            added[row["panel"]] = row["high"] - row["low"]
            started += int(row["starts"] or 0)
    panels = {panel for panel, _ in tops}
    pools = [spec["title"].strip() for spec in hired.chart("seats").spec["vconcat"]]
    assert len(pools) == len(panels)
    for panel, pool in enumerate(pools):
        assert [top for (at, _), top in tops.items() if at == panel] == hired.seats[pool]
    assert sum(added.values()) == started == hired.hires.total
    drawn = {
        (pools[row["panel"]], row["period"], int(row["starts"]))
        for row in values(hired.chart("seats"))
        if row["starts"]
    }
    assert drawn == {(start.role, start.month, start.count) for start in hired.starts}


def test_the_frontier_is_drawn_as_it_is(hired: capacity.HiringPlan) -> None:
    rows = values(hired.chart("odds"))
    wanted = [(row["team_cost"], row["confidence"]) for row in hired.rows()]
    assert [(row["team_cost"], row["confidence"]) for row in rows] == wanted
    assert [row["place"] for row in rows] == list(range(len(rows)))
    assert [row["kind"] for row in rows].count("this plan") == 1
    bars = values(hired.chart("value"))
    assert [row["worth"] for row in bars] == [p.value for p in hired.frontier if p.hires.total]
    (this,) = [row["name"] for row in hired.rows() if row["is_plan"]]
    assert [row["name"] for row in bars].count(f"{this} (this)") == 1


# --- a comparison ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(scenario: Load, tmp_path_factory: pytest.TempPathFactory) -> capacity.Comparison:
    folder = tmp_path_factory.mktemp("compared")
    (folder / "base.yaml").write_text(PLAN)
    (folder / "more.yaml").write_text("""
extends: base.yaml
name: More
changes:
  - {name: pay less, set: {team: {csm: {salary: 40_000}}}}
  - {name: hire a trainer, set: {team: {trainer: {headcount: 2}}}}
  - {name: call less often, set: {tasks: {check: {every: 2 months}}}}
""")
    names = [folder / "base.yaml", folder / "more.yaml"]
    return capacity.compare([capacity.load(name) for name in names], trials=200)


def test_odds_of_each_figure(compared: capacity.Comparison) -> None:
    (versus,) = compared.versus
    parts: dict[int, list[Mapping[str, Any]]] = {}
    for row in values(compared.chart("odds")):
        parts.setdefault(row["place"], []).append(row)
    assert len(parts) == len(versus.headline)
    for bars, told in zip(parts.values(), versus.headline, strict=True):
        assert [bar["kind"] for bar in bars] == ["better", "the same", "worse"]
        assert bars[-1]["finish"] == pytest.approx(1)
        assert bars[1]["finish"] - bars[1]["begin"] == pytest.approx(told.row["p_equal"])
        more = 0 if told.spot.name in ("p_covered", "gross_profit", "arr", "grr", "nrr") else 2
        part = bars[more]["finish"] - bars[more]["begin"]
        assert part == pytest.approx(told.row["p_higher"])


def test_a_waterfall_ends_at_the_difference(compared: capacity.Comparison) -> None:
    (versus,) = compared.versus
    drawn = [chart for chart in compared.page.charts if chart.name.startswith("waterfall_")]
    assert "waterfall_team_cost" in {chart.name for chart in drawn}
    by_name = {chart_name("waterfall", str(told.spot)): told for told in versus.headline}
    for chart in drawn:
        *steps, total = values(chart)
        names = ["pay less", "hire a trainer", "call less often"]
        assert [step["name"] for step in steps] == names
        assert steps[0]["begin"] == total["begin"] == 0
        for one, other in pairwise(steps):
            assert one["to"] == other["begin"]
        assert steps[-1]["to"] == pytest.approx(total["to"])
        told = by_name[chart.name]
        assert total["to"] == pytest.approx(told.new - told.old)


def test_several_plans_beside_each_other(compared: capacity.Comparison) -> None:
    base, more = compared.scenarios
    several = capacity.compare([base, more, base], trials=100)
    rows = values(several.chart("plans_team_cost"))
    costs = [
        capacity.simulate(one, trials=100).mean("team_cost", period="") for one in (base, more)
    ]
    assert [row["value"] for row in rows] == pytest.approx([*costs, costs[0]])
    assert [row["kind"] for row in rows] == ["total", "worse", "total"]
    names = [chart.name for chart in several.page.charts]
    assert len(set(names)) == len(names)
    assert {"odds", "odds_2"} <= set(names)
    assert len(several.page.headline) <= 3
    cheapest = "The team costs least with A plan and A plan (2): €"
    assert any(said.startswith(cheapest) for said in several.page.headline)


# --- work that is due -----------------------------------------------------------------------------


def test_tasks_without_a_colour_of_their_own_are_one(scenario: Load) -> None:
    names = [f"task {number}" for number in range(len(TASKS) + 4)]
    tasks = "".join(f"  {n}: {{role: csm, every: month, weight: 1, hours: {h}h}}\n" for h, n in
                    enumerate(names, 1))  # fmt: skip
    begin, end = PLAN.index("  check:"), PLAN.index("team:")
    plan = PLAN[:begin] + tasks + PLAN[end:].replace("trainer: {", "manager_of_none: {")
    result = capacity.simulate(scenario(plan), trials=0)
    rows = values(result.chart("due_hours"))
    assert {row["shade"] for row in rows} == set(range(len(TASKS) + 1))
    for period in result.periods:
        bars = [row["due"] for row in rows if row["period"] == period]
        assert len(bars) == len(TASKS) + 1
        assert sum(bars) == pytest.approx(result.mean("due_hours", period=period, role="csm"))


def test_of_one_period_there_is_something_to_see(scenario: Load) -> None:
    """A line through one point is none: dots stand for lines, and a bar for the band."""
    result = capacity.simulate(scenario(PLAN, set={"horizon.months": 1}), trials=100)
    for name, dots in (("required_fte", 4), ("arr", 1)):
        drawn = ET.fromstring(result.chart(name).drawing)
        marks = [one.get("class", "") for one in drawn.iter()]
        assert not any("mark-line" in mark or "mark-area" in mark for mark in marks)
        shown = [one for one in drawn.iter() if "mark-symbol role-mark" in one.get("class", "")]
        assert sum(len(list(one)) for one in shown) == dots


# --- a sweep --------------------------------------------------------------------------------------


def test_a_sweep_is_drawn_as_it_is(scenario: Load) -> None:
    swept = {"team.csm.headcount": [1, 2, 3], "tasks.check.every": ["month", "quarter"]}
    grid = capacity.grid(scenario(PLAN), swept, trials=100)
    rows = values(grid.chart("dropped_hours_csm"))
    wanted = [
        (str(row["team.csm.headcount"]), row["mean"])
        for row in grid.rows
        if (row["metric"], row["role"]) == ("dropped_hours", "csm")
    ]
    assert [(row["period"], row["middle"]) for row in rows] == wanted
    assert {row["line"] for row in rows} == {0, 1}
    assert "csm.headcount 1, check.every month" in grid.page.headline[0]


def test_a_sweep_in_which_nothing_changes_says_so(scenario: Load) -> None:
    grid = capacity.grid(scenario(PLAN), {"finance.discount_rate": ["10%", "11%"]}, trials=0)
    assert grid.page.charts == ()
    assert grid.page.headline == ("All combinations come to the same, as far as one would mind.",)


# --- pools ----------------------------------------------------------------------------------------


def test_many_pools_share_a_chart_of_small_panels(scenario: Load) -> None:
    """The tightest come first, and no more than can be read."""
    rows = "\n".join(f"A{i},smb,{10_000 + i},2026-01-01,2028-01-01,O{i % 15}" for i in range(60))
    book = f"id,segment,arr,start,renewal,owner\n{rows}\n"
    plan = """
        name: Pools
        horizon: {start: 2027-01, months: 3}
        accounts: {file: book.csv}
        segments: {smb: {churn: 5%}}
        tasks: {call: {role: csm, every: month, hours: 50h}}
        team: {csm: {split: owner, headcount: {O3: 1, default: 2}}}
    """
    result = capacity.simulate(scenario(plan, book=book), trials=100)
    chart = result.chart("required_fte_by_pool")
    titles = [panel["title"].strip() for panel in chart.spec["concat"]]
    assert len(titles) == 12
    assert titles[0] == "csm (O3)"
    assert "3 more pools are in the tables" in chart.reading
    first = [row for row in values(chart) if row["panel"] == 0]
    needs = result.quantile("required_fte", 0.5, role="csm", pool="O3")
    assert [row["need"] for row in first] == needs.tolist()


# --- names ----------------------------------------------------------------------------------------


@given(st.text(max_size=80))
def test_a_name_of_a_chart_can_be_that_of_a_file(text: str) -> None:
    name = chart_name("odds", text)
    assert name.startswith("odds")
    assert len(name) <= 40
    assert all(letter.isalnum() or letter == "_" for letter in name)


def test_names_that_begin_alike_are_told_apart() -> None:
    long = [f"Quarterly business review {number}" for number in (1, 2)]
    assert told_apart([*long, "check"], 14) == ["Quarterly b… 1", "Quarterly b… 2", "check"]
    assert told_apart(["a" * 30, "a" * 30], 14) == ["a" * 13 + "…"] * 2


def test_charts_of_one_name_are_told_apart() -> None:
    charts = [Chart(name, "f", "r", "a", {}) for name in ("a", "A", "b", "a")]
    assert [chart.name for chart in named_apart(charts)] == ["a", "A_2", "b", "a_3"]
    assert short("abc", 2) == "a…"


def test_expected_values_have_no_odds(compared: capacity.Comparison) -> None:
    """Neither of being covered nor of being better."""
    base, more = compared.scenarios
    several = capacity.compare([base, more, more], trials=0)
    swept = capacity.grid(base, {"team.csm.headcount": [1, 9]}, trials=0)
    for page in (several.page, swept.page):
        names = [chart.name for chart in page.charts]
        assert names
        assert not [name for name in names if "odds" in name or name.startswith(("p_", "plans_p"))]
