"""A run of more futures than memory holds: what it says, how exact, and that nothing else moved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import capacity
from capacity import simulation
from capacity.sketches import ERROR, SMALLEST
from capacity.statistics import QUANTILES

QUANTILE_COLUMNS = [f"p{round(100 * q):02d}" for q in QUANTILES]
NAMES = ["metric", "unit", "period", "segment", "role", "pool", "task"]
ASKED = {"trials": 2321, "seed": 9}


@pytest.fixture(scope="module")
def exact(world) -> capacity.Result:
    return capacity.simulate(world(), **ASKED)


@pytest.fixture(scope="module")
def summarised(world) -> capacity.Result:
    return capacity.simulate(world(), **ASKED, exact=False)


@pytest.fixture(scope="module")
def small(scenario) -> capacity.Scenario:
    return scenario({
        "name": "small",
        "horizon": {"start": "2027-01", "months": 12},
        "segments": {"s": {"accounts": 50, "arr": 9000, "churn": 0.2, "addressable": 0.5}},
        "tasks": {"a": {"role": "x", "rate": 2, "hours": {"mean": 2, "sd": 1}, "priority": 1}},
        "team": {"x": {"headcount": 3, "attrition": 0.3}},
    })  # fmt: skip


@pytest.mark.parametrize("by", [None, "quarter", "year"])
def test_every_row_is_that_of_the_exact_run_but_for_the_stated_error(exact, summarised, by) -> None:
    wanted, found = exact.table(by), summarised.table(by)
    assert found[NAMES].equals(wanted[NAMES])
    size = wanted["mean"].abs().to_numpy()
    for column in ("mean", "sd", "se"):
        a, b = found[column].to_numpy(), wanted[column].to_numpy()
        np.testing.assert_allclose(
            a, b, rtol=1e-9, atol=1e-9 * np.nanmax(size[np.isfinite(size)]) * 1e-6
        )
    a, b = (table[QUANTILE_COLUMNS].to_numpy() for table in (found, wanted))
    known = np.isfinite(b)
    np.testing.assert_array_equal(a[~known], b[~known])
    off = np.abs(a[known] - b[known])
    assert np.all(off <= ERROR * np.abs(b[known]) + SMALLEST)
    assert off.max() > 0  # it is a rounding, not a copy


def test_single_figures_are_those_of_the_table(exact, summarised) -> None:
    for keys in ({"role": "csm"}, {"role": "csm", "by": "year"}, {"role": "csm", "period": ""}):
        for q in (None, 0.9):
            a, b = (r.figures("required_fte", q, **keys) for r in (exact, summarised))
            assert a.keys() == b.keys()
            assert [*b.values()] == pytest.approx([*a.values()], rel=ERROR)
    assert summarised.mean("arr", period="") == pytest.approx(exact.mean("arr", period=""))
    errors = (r.error("arr", period="") for r in (exact, summarised))
    assert next(errors) == pytest.approx(next(errors))


def test_the_error_of_a_quantile_covers_that_between_blocks(exact, summarised) -> None:
    a, b = (r.errors("required_fte", 0.9, role="csm").values() for r in (exact, summarised))
    assert np.mean([*b]) > 0.7 * np.mean([*a])


def test_who_computes_and_how_many_at_a_time_plays_no_part(small, monkeypatch) -> None:
    table = capacity.simulate(small, **ASKED, exact=False).table()
    monkeypatch.setattr(simulation, "_AT_ONCE", 1)
    with ThreadPoolExecutor(3) as threads:
        found = capacity.simulate(small, **ASKED, exact=False, executor=threads)
    assert found.table().equals(table)


def test_up_to_the_bound_every_future_is_kept_and_beyond_it_none(world, exact, monkeypatch) -> None:
    size = exact.layout and sum(
        values.nbytes // values.shape[2] for values in exact.batches[0].values()
    )
    assert "summarised" not in exact.manifest
    monkeypatch.setattr(simulation, "KEPT", 0.9 * size * ASKED["trials"])
    found = capacity.simulate(world(), **ASKED)
    assert found.batches == ()
    about = found.manifest["summarised"]
    assert about["quantiles_within"] == ERROR
    assert about["bytes_not_kept"] == pytest.approx(size * ASKED["trials"], rel=0.05)
    assert capacity.simulate(world(), **ASKED, exact=True).batches


def test_the_report_says_that_quantiles_are_not_exact(summarised, exact) -> None:
    text = str(summarised).replace("\n", " ")
    assert "were summarised as they came: quantiles are within 0.0488 % of their value" in text
    assert "summarised" not in str(exact)
    assert [chart.name for chart in summarised.page.charts] == [
        chart.name for chart in exact.page.charts
    ]


def test_what_takes_every_future_is_refused_with_the_way_out(summarised) -> None:
    for ask in (
        lambda: summarised.array("arr"),
        lambda: summarised.by_label(summarised.catalogue.metrics[0]),
    ):
        with pytest.raises(capacity.QuestionError, match=r"not kept.*exact=True"):
            ask()
    with pytest.raises(capacity.QuestionError, match="no period '2031-01'"):
        summarised.mean("arr", period="2031-01")
    with pytest.raises(capacity.QuestionError, match="no metric is called `arrr`"):
        summarised.mean("arrr")


def test_a_precise_run_goes_over_to_summaries_when_it_outgrows_the_bound(
    small, monkeypatch
) -> None:
    asked = {"precision": 1e-6, "metric": "arr", "trials": 4500, "seed": 9}
    plain = capacity.simulate(small, trials=4500, seed=9, exact=False)
    monkeypatch.setattr(simulation, "KEPT", 2500 * simulation.size_of_a_future(plain.layout))
    calls: list[tuple[int, int]] = []
    found = capacity.simulate(small, **asked, progress=lambda *call: calls.append(call))
    assert found.trials == 4500
    assert found.manifest["precision"]["reached"] is False
    assert found.table().equals(plain.table())
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert [done == total for done, total in calls] == [False] * (len(calls) - 1) + [True]


def test_its_expected_values_are_those_of_no_luck(small: capacity.Scenario) -> None:
    """They are a pass of their own, and no mean of the futures that were summarised."""
    summarised, expected = (capacity.simulate(small, trials=n, exact=False) for n in (1000, 0))
    for metric in ("accounts", "arr", "revenue"):
        found = summarised.expected.array(metric)
        np.testing.assert_array_equal(found, expected.array(metric))
        assert not np.array_equal(found[:, 0], summarised.mean(metric))
