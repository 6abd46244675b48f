"""A comparison is the difference of two runs with the same luck, future by future."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from uncertain_plan import csv, rows

import capacity
from capacity.catalogue import Catalogue
from capacity.comparison import compare
from capacity.pairing import PAIRED
from capacity.result import Result
from capacity.statistics import mean_error, quantiles
from capacity.table import COLUMNS

KEYS = ("segment", "role", "pool", "task")
ALL = ["metric", "period", *KEYS]


@pytest.fixture(scope="module")
def plans(world):
    """The uncertain plan, and the same with calls every other month and dearer people."""
    base = world()
    return base, base.with_({"tasks.review.hours": "5h", "team.csm.salary": 120_000})


@pytest.fixture(scope="module")
def comparison(plans):
    return compare(plans, trials=400, seed=3)


@pytest.fixture(scope="module")
def results(plans):
    return [capacity.simulate(plan, trials=400, seed=3) for plan in plans]


# --- with itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", [0, 1, 300])
def test_a_plan_compared_with_itself_differs_by_exactly_zero(world, trials) -> None:
    plan = world()
    table = compare([plan, plan], trials=trials).table()
    figures = table[list(COLUMNS[7:])]
    assert len(table) == len(capacity.simulate(plan, trials=trials).table())
    assert ((figures == 0) | figures.isna()).to_numpy().all()
    assert (table["mean"] == 0).sum() > 0.9 * len(table)
    known = table[table["p_equal"].notna()]
    assert (known["p_equal"] == 1).all()
    assert (known["p_higher"] == 0).all()
    assert len(known) > (0.9 * len(table) if trials > 1 else -1)


def test_what_the_change_does_not_touch_does_not_differ_in_any_future(comparison) -> None:
    table = comparison.table()
    trainer = table[(table["role"] == "trainer") & (table["metric"] == "headcount")]
    assert (trainer[["mean", "sd"]] == 0).all(axis=None)
    assert len(trainer) > 0
    assert (table[table["metric"] == "new_accounts"]["p_equal"] == 1).all()


# --- the table -----------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_result_and_the_columns_more(comparison, results) -> None:
    table = comparison.table()
    assert list(table.columns) == list(PAIRED)
    assert list(table.columns) == ["scenario", "baseline", *COLUMNS,
                                   "correlation", "p_higher", "p_equal"]  # fmt: skip
    assert table[ALL].equals(results[0].table()[ALL])


@pytest.mark.parametrize("by", [None, "quarter", "year"])
def test_figures_are_those_of_the_differences(plans, results, by) -> None:
    """Asked of the arrays of two runs, row by row."""
    table = compare(plans, trials=400, seed=3, by=by).table(by)
    seen = 0
    for (name, *key), found in table.groupby(["metric", *KEYS], sort=False):
        about = dict(zip(KEYS, key, strict=True))
        spans = {label: by if label else None for label in found["period"]}
        a, b = (
            np.vstack([r.array(name, period=p, by=span, **about) for p, span in spans.items()])
            for r in results
        )
        finite = (np.isfinite(a) & np.isfinite(b)).all(axis=1)
        if not finite.any():
            continue
        seen += 1
        off, a, b, here = b[finite] - a[finite], a[finite], b[finite], found[finite]
        assert here["mean"].to_numpy() == pytest.approx(off.mean(axis=1), abs=1e-9)
        assert here["se"].to_numpy() == pytest.approx(mean_error(off), abs=1e-9)
        assert here["p05"].to_numpy() == pytest.approx(quantiles(off, np.array([0.05]))[:, 0])
        assert here["p95"].to_numpy() == pytest.approx(np.quantile(off, 0.95, axis=1), abs=1e-9)
        near = np.isclose(a, b, rtol=1e-12, atol=1e-9)
        assert here["p_equal"].to_numpy() == pytest.approx(near.mean(axis=1))
        assert here["p_higher"].to_numpy() == pytest.approx(((b > a) & ~near).mean(axis=1))
        for x, y, r in zip(a, b, here["correlation"], strict=True):
            if x.std() > 1e-9 and y.std() > 1e-9:
                assert r == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
    assert seen > 50


def test_the_other_way_round_is_the_opposite(plans, comparison) -> None:
    back = compare(plans[::-1], trials=400, seed=3).table()
    table = comparison.table()
    assert back["mean"].to_numpy() == pytest.approx(-table["mean"].to_numpy(), nan_ok=True)
    assert back["p05"].to_numpy() == pytest.approx(-table["p95"].to_numpy(), nan_ok=True)
    assert back["p_higher"].to_numpy() == pytest.approx(
        1 - table["p_higher"].to_numpy() - table["p_equal"].to_numpy(), abs=1e-12, nan_ok=True
    )
    assert back["correlation"].to_numpy() == pytest.approx(
        table["correlation"].to_numpy(), nan_ok=True
    )


def test_other_spans_than_those_asked_for_are_the_same_as_if_they_had_been(plans) -> None:
    months = compare(plans, trials=200, seed=3)
    years = compare(plans, trials=200, seed=3, by="year")
    assert months.table(by="year").equals(years.table(by="year"))
    assert months.table(metric="arr").equals(years.table(metric="arr"))
    assert set(months.table(by="year", metric="arr")["period"]) != set(
        months.table(metric="arr")["period"]
    )


def test_each_of_several_is_compared_with_the_first(plans) -> None:
    third = plans[0].with_({"name": "Third", "team.csm.headcount": 1})
    many = compare([*plans, third], trials=200, seed=3)
    assert many.names == (plans[0].name, f"{plans[0].name} (2)", "Third")
    table = many.table()
    assert set(table["baseline"]) == {plans[0].name}
    for name, plan in zip(many.names[1:], (plans[1], third), strict=True):
        alone = compare([plans[0], plan], trials=200, seed=3).table()
        found = table[table["scenario"] == name].reset_index(drop=True)
        assert found.drop(columns="scenario").equals(alone.drop(columns="scenario"))


def test_one_seed_and_one_number_of_futures_for_all(world) -> None:
    """The baseline's, whatever the others say; and no precision adds any."""
    one = world(set={"simulation.seed": 5, "simulation.trials": 300})
    other = world(set={"simulation.seed": 6, "simulation.trials": 200,
                       "simulation.precision": "30%"})  # fmt: skip
    found = compare([one, other])
    assert (found.trials, found.seed) == (300, 5)
    assert (found.manifest["trials"], found.manifest["seed"]) == (300, 5)
    assert (found.table()["p_equal"].dropna() == 1).all()
    back = compare([other, one], seed=7)
    assert (back.trials, back.seed) == (200, 7)


def test_the_manifest_names_every_scenario_and_its_files(plans) -> None:
    about = compare(plans, trials=0).manifest
    assert [each["called"] for each in about["scenarios"]] == [
        plans[0].name,
        f"{plans[0].name} (2)",
    ]
    assert about["scenarios"][1]["set"] == dict(plans[1].settings)
    assert about["files"] == plans[0].files
    assert (about["trials"], about["seed"]) == (0, 0)


def test_expected_values_have_no_odds(plans) -> None:
    table = compare(plans, trials=0).table()
    (due,) = table.query("metric == 'due_hours' and period == '' and role == 'csm' and task == ''")[
        "mean"
    ]
    assert due > 0
    assert table[["sd", "se", "p50", "correlation", "p_higher", "p_equal"]].isna().all(axis=None)


# --- what cannot be compared ---------------------------------------------------------------------


def test_plans_of_other_lengths_share_their_periods_and_no_totals(world) -> None:
    year = world()
    more = year.with_({"horizon.months": 18})
    found = compare([year, more], trials=200)
    table = found.table()
    months = year.plan.horizon.periods.labels
    assert set(table[table["metric"] == "arr"]["period"]) == set(months)
    assert set(table[table["metric"] == "due_hours"]["period"]) == set(months)
    assert set(table[table["metric"] == "grr"]["period"]) == {"", "12m"}
    assert table[table["metric"].isin(["p_covered", "cost_share_of_revenue"])].empty
    assert (table[table["metric"] == "arr"]["p_equal"] == 1).all()
    assert any("Totals over the plan are not compared" in note for note in found.notes)
    told = {str(one.spot): one.spot.period for one in found.versus[0].headline}
    assert told["arr"] == months[-1]
    assert "team_cost" not in told
    with pytest.raises(capacity.QuestionError, match="team_cost cannot be compared"):
        found.waterfall("team_cost")


def test_a_quarter_that_one_plan_has_in_part_is_not_compared(world) -> None:
    short, long = world(set={"horizon.months": 11}), world(set={"horizon.months": 12})
    table = compare([short, long], trials=0).table(by="quarter")
    quarters = long.plan.horizon.periods.labels_by("quarter")
    assert set(table[table["metric"] == "revenue"]["period"]) == set(quarters[:9])
    assert len(set(quarters)) == 4


def test_other_fiscal_years_are_other_periods(world) -> None:
    """Their quarters have the same names and are others."""
    first = world().plan.horizon.fiscal_year_start
    other = world(set={"horizon.fiscal_year_start": first % 12 + 1})
    table = compare([world(), other], trials=0).table(by="quarter")
    assert set(table[table["metric"] == "revenue"]["period"]) == {""}


def test_another_start_shares_months_and_no_years(world) -> None:
    label = world().plan.horizon.periods.labels[2]
    found = compare([world(), world(set={"horizon.start": label})], trials=0)
    table = found.table()
    assert table[table["metric"].isin(["grr", "nrr", "logo_retention"])].empty
    assert label in set(table["period"])
    assert "" not in set(table["period"])


def test_weeks_and_months_are_compared_by_month(world) -> None:
    found = compare([world(), world(set={"horizon.step": "week"})], trials=0)
    table = found.table()
    assert set(table[table["metric"] == "due_hours"]["period"]) <= set(
        world().plan.horizon.periods.labels
    )
    assert len(table) > 100
    assert any("One plan is in months and one in weeks" in note for note in found.notes)


def test_money_of_two_currencies_is_not_compared(world) -> None:
    plan = world()
    found = compare([plan, plan.with_({"currency": "EUR"})], trials=0)
    table = found.table()
    metrics = set(capacity.simulate(world(), trials=0).table()["metric"])
    money = {"arr", "team_cost", "gross_profit", "revenue"}
    assert money <= metrics
    assert not money & set(table["metric"])
    assert {"grr", "due_hours", "accounts", "cost_share_of_revenue"} <= set(table["metric"])
    (note,) = found.notes
    assert note.startswith("Money is not compared")
    assert "USD" in note
    assert "EUR" in note


def test_other_books_are_compared_and_told(scenario, world) -> None:
    lines = rows()
    found = compare([world(lines), world(lines[:-3])], trials=200)
    table = found.table()
    (opening, *_) = table[(table["metric"] == "accounts") & (table["segment"] == "")]["mean"]
    assert opening < 0
    (note,) = (note for note in found.notes if note.startswith("The books differ"))
    assert f"{len(lines)} and {len(lines) - 3} accounts, of which {len(lines) - 3}" in note
    assert any("resolution: account" in note for note in found.notes)


def test_what_one_has_alone_is_named_and_has_no_rows(world) -> None:
    letter = {"role": "csm", "fixed": "10 hours per month"}
    found = compare([world(), world(set={"tasks.letter": letter})], trials=0)
    assert "letter" not in set(found.table()["task"])
    assert any(note.endswith("so not compared: task letter.") for note in found.notes)
    back = compare([world(set={"tasks.letter": letter}), world()], trials=0)
    assert "letter" not in set(back.table()["task"])
    assert any("Only in" in note and "task letter" in note for note in back.notes)


# --- questions without an answer -----------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1])
def test_a_comparison_needs_two(plans, count) -> None:
    with pytest.raises(capacity.QuestionError, match="needs two scenarios or more"):
        compare(plans[:count])


def test_unknown_spans_figures_and_scenarios_are_told(plans, comparison) -> None:
    with pytest.raises(capacity.QuestionError, match="by 'decade' is not known"):
        compare(plans, by="decade")
    with pytest.raises(capacity.QuestionError, match="by 'week' is not known"):
        comparison.table(by="week")
    with pytest.raises(capacity.QuestionError, match="Did you mean `arr`"):
        comparison.waterfall("aar")
    with pytest.raises(capacity.QuestionError, match="Leave the quantile out"):
        comparison.waterfall("arr:p90")
    with pytest.raises(capacity.QuestionError, match="is not a figure"):
        comparison.waterfall("arr[")
    with pytest.raises(capacity.QuestionError, match="no scenario is called 'x'"):
        comparison.waterfall("arr", "x")
    with pytest.raises(ValueError, match="trials is -1"):
        compare(plans, trials=-1)


# --- what is gained ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "metric", "times"),
    [("automate_qbr", "arr", 100), ("hire_ahead", "arr", 100), ("recession", "arr", 2),
     ("recession", "nrr", 2), ("automate_qbr", "dropped_hours", 4)],
)  # fmt: skip
def test_the_same_luck_makes_the_error_smaller(variant, metric, times) -> None:
    """Against two runs whose luck is not the same."""
    plans = [capacity.load(f"scenarios/{name}.yaml") for name in ("base", variant)]
    key = {"role": "csm"} if metric == "dropped_hours" else {}
    period = "2028-01" if metric == "arr" else ""
    apart = [
        capacity.simulate(plan, trials=1000, seed=seed).error(metric, period=period, **key)
        for plan, seed in zip(plans, (1, 2), strict=True)
    ]
    (told,) = (
        one
        for one in compare(plans, trials=1000, seed=1).versus[0].headline
        if one.spot.name == metric and one.spot.key.role == key.get("role", "")
    )
    assert math.hypot(*apart) > times * told.row["se"] > 0


def test_any_executor_gives_the_same(plans, comparison) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as threads:
        found = compare(plans, trials=400, seed=3, executor=threads)
    assert found.table().equals(comparison.table())


def test_progress_ends_when_all_is_done(plans) -> None:
    heard = []
    compare(plans, trials=1500, progress=lambda done, total: heard.append((done, total)))
    done, totals = zip(*heard, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}


def test_the_same_to_the_csv_reader(world) -> None:
    """Accounts in another order are the same plan."""
    lines = rows()
    again = capacity.compare([world(lines), world(lines[::-1])], trials=200)
    assert csv(lines) != csv(lines[::-1])
    assert (again.table()["p_equal"].dropna() == 1).all()
    assert again.versus[0].steps is None


def test_the_futures_of_two_plans_are_held_at_most(world) -> None:
    """While one is simulated the baseline's are there; none when all is done."""

    def alive() -> int:
        return sum(isinstance(thing, (Catalogue, Result)) for thing in gc.get_objects())

    base = world()
    longer = base.with_({"tasks.review.hours": "5h", "team.csm.salary": 120_000})
    gc.collect()
    gc.disable()
    try:
        before, during = alive(), []
        found = compare([base, longer, longer.with_({"team.csm.headcount": 2})], trials=100,
                        progress=lambda _done, _all: during.append(alive()))  # fmt: skip
        assert len(during) == 3 + 2 + 4
        assert max(during) - before == 2  # a result and its catalogue
        assert alive() == before
    finally:
        gc.enable()
    assert found.waterfall("team_cost").total.shape == (100,)
