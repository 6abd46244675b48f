"""Scores of forecasts: closed forms, and what they say of a plan that is right and of others.

The futures of another seed are what happens if the plan is right: each is one history.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest
from replications import MOST_ERRORS
from scipy import stats

import capacity
from capacity.backtesting.figures import Figure
from capacity.backtesting.inputs import Explanation, explained
from capacity.backtesting.judging import Judged, Series
from capacity.backtesting.scores import (
    both_tails,
    crps_of,
    oddest,
    ranks,
    share_interval,
    tails,
)
from capacity.drivers.futures import Futures
from capacity.drivers.unknowns import Unknown, unknowns
from capacity.engine.layout import build_layout
from capacity.errors import Place
from capacity.estimates import Estimate, Form
from capacity.metrics import Key, Kind
from capacity.units import Shape

TRIALS, HISTORIES = 1000, 200

PLAN = """
    name: A year of calls
    horizon: {start: 2027-01, months: 6}
    segments:
      smb: {accounts: 400, arr: 1000, churn: {low: 15%, likely: 20%, high: 25%}}
      big: {accounts: 100, arr: 9000, churn: {low: 4%, likely: 6%, high: 8%}}
    tasks:
      call: {role: csm, every: month, hours: 1h, uncertainty: 7%}
      report: {role: csm, every: quarter, hours: 3h, uncertainty: 10%}
    team: {csm: {headcount: 7}}
    simulation: {seed: 3}
"""
FIGURES = (
    ("churned_accounts", {"segment": "smb"}),
    ("churned_accounts", {"segment": "big"}),
    ("due_hours", {"role": "csm", "task": "call"}),
    ("due_hours", {"role": "csm", "task": "report"}),
)


# --- closed forms ---------------------------------------------------------------------------------


def test_crps_of_normal_futures() -> None:
    """Of a normal forecast it is σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π): Gneiting & Raftery 2007."""
    values = 5 + 2 * stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    happened = np.array([-1.0, 4.0, 5.0, 8.5, 20.0])
    z = (happened - 5) / 2
    due = 2 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - np.pi**-0.5)
    np.testing.assert_allclose(crps_of(values, happened), due, atol=1e-3)


def test_crps_is_its_own_definition() -> None:
    """Both the mean over all pairs, and the integral of the squared distance of the steps."""
    luck = np.random.default_rng(1)
    values = luck.poisson(3, 60).astype(float)
    for happened in (0.0, 2.5, 3.0, 11.0):
        pairs = np.abs(values - happened).mean() - np.abs(values[:, None] - values).mean() / 2
        edges = np.unique(np.append(values, happened))
        below = (values[:, None] <= edges[:-1]).mean(axis=0)
        area = ((below - (edges[:-1] >= happened)) ** 2) @ np.diff(edges)
        found = crps_of(values, np.array([happened]))[0]
        assert found == pytest.approx(pairs, abs=1e-12)
        assert found == pytest.approx(area, abs=1e-12)


def test_crps_of_a_point_is_the_absolute_error() -> None:
    found = crps_of(np.full(50, 7.0), np.array([7.0, 4.0, 9.0]))
    np.testing.assert_allclose(found, [0, 3, 2])


def test_ranks_leave_room_beyond_the_futures() -> None:
    """What happened may lie beyond all of them: four places beside three futures."""
    values = np.array([1.0, 2.0, 2.0])
    for happened, due in ((0.0, 0.5), (1.0, 1.0), (1.5, 1.5), (2.0, 2.5), (3.0, 3.5)):
        found = ranks(values, np.append(happened, values), np.full(4, 0.5))
        assert found.tolist() == pytest.approx([due / 4, 0.5 / 3, 2 / 3, 2 / 3])


def test_ranks_of_counts_are_uniform() -> None:
    """Ties are parted by luck, so that even counts of 0 and 1 give every part alike."""
    luck = np.random.default_rng(2)
    values = luck.poisson(0.7, 500).astype(float)
    found = [
        ranks(values, luck.poisson(0.7, 1).astype(float), luck.random(1))[0] for _ in range(2000)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01
    of_futures = ranks(values, np.append(0.0, values), luck.random(501))[1:]
    assert stats.kstest(of_futures, "uniform").pvalue > 0.01


def test_tails_of_what_is_no_other_than_the_futures() -> None:
    """The odds of a score are uniform, and those of the oddest of dependent scores are, too."""
    luck = np.random.default_rng(3)
    common = luck.normal(size=(1, 4001))
    scores = common + luck.normal(size=(3, 4001))
    futures, histories = scores[:, :2000], scores[:, 2001:2501]
    found = []
    for history in histories.T:
        each = [both_tails(float(x), row) for x, row in zip(history, futures, strict=True)]
        found.append(oddest(np.stack(each)))
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert tails(9e9, futures[0])[0] == pytest.approx(1 / 2001)
    assert both_tails(-9e9, futures[0])[0] == pytest.approx(2 / 2001)


def test_the_interval_of_independent_values_is_clopper_and_pearsons() -> None:
    points, level = 40, 0.8
    hits = stats.binom.ppf((np.arange(100_000) + 0.5) / 100_000, points, level)
    low, high = share_interval(28, points, hits)
    due = stats.binomtest(28, points).proportion_ci(0.95, method="exact")
    assert (low, high) == pytest.approx((due.low, due.high), abs=2e-4)


def test_the_interval_of_values_that_are_all_one() -> None:
    """Months that hit or miss together are worth one coin."""
    hits = np.repeat([0.0, 40.0], [200, 800])
    low, high = share_interval(40, 40, hits)
    due = stats.binomtest(1, 1).proportion_ci(0.95, method="exact")
    assert (low, high) == pytest.approx((due.low, due.high), abs=1e-9)
    assert np.isnan(share_interval(40, 40, np.full(9, 40.0))).all()


# --- a plan that is right -------------------------------------------------------------------------


Scenarios = Callable[..., capacity.Scenario]


@pytest.fixture(scope="module")
def plan(scenario: Scenarios) -> capacity.Scenario:
    return scenario(PLAN)


def arrays(result: capacity.Result) -> list[np.ndarray]:
    return [result.array(name, **about) for name, about in FIGURES]


@pytest.fixture(scope="module")
def futures(plan: capacity.Scenario) -> list[np.ndarray]:
    return arrays(capacity.simulate(plan, trials=TRIALS))


def judged(futures: list[np.ndarray], happened: list[np.ndarray]) -> Judged:
    series = []
    for (name, about), values, found in zip(FIGURES, futures, happened, strict=True):
        figure = Figure(name, "hours", Kind.FLOW, Key(**about), "month")
        periods = [str(i) for i in range(len(found))]
        places = [Place("actuals.csv")] * len(found)
        series.append(Series(figure, periods, places, found, values, {}))
    return Judged(series, seed=0)


@pytest.fixture(scope="module")
def histories(plan: capacity.Scenario, futures: list[np.ndarray]) -> list[Judged]:
    """Other luck of the same plan."""
    truth = arrays(capacity.simulate(plan, trials=HISTORIES, seed=4))
    return [judged(futures, [row[:, i] for row in truth]) for i in range(HISTORIES)]


def alike(hits: np.ndarray, due: float) -> None:
    """A share of the histories is what it should be, within binomial error; of each month."""
    error = np.sqrt(due * (1 - due) / len(hits))
    assert (abs(np.mean(hits, axis=0) - due) < MOST_ERRORS * error).all(), np.mean(hits, axis=0)


def test_ranges_of_the_true_plan_hold(histories: list[Judged]) -> None:
    """In each month as often as they say; of counts as often as the futures say."""
    for i, level in enumerate((0.5, 0.8, 0.9)):
        hours = [[p.inside[i] for p in one.points if p.figure.key.task] for one in histories]
        alike(np.array(hours)[:, ::5], level)
        shares = [(one.coverage[i].inside, one.coverage[i].expected) for one in histories]
        inside, expected = np.array(shares).T
        error = inside.std(ddof=1) / np.sqrt(HISTORIES)
        assert abs(inside.mean() - expected[0]) < MOST_ERRORS * error
        assert expected[0] > level * 24


def test_the_true_plan_is_seldom_blamed(histories: list[Judged]) -> None:
    """Odds below 10 % come up in 10 % of the histories, of each score and of all together."""
    for odds in (
        [one.odds for one in histories],
        [one.coverage[1].odds for one in histories],
        [one.histogram.odds for one in histories],
    ):
        assert np.mean(np.array(odds) < 0.1) < 0.1 + MOST_ERRORS * np.sqrt(0.09 / HISTORIES)
    alike(np.array([one.odds for one in histories]) < 0.3, 0.3)


def test_what_is_left_open_of_the_true_share_holds_it(histories: list[Judged]) -> None:
    """The interval holds the share that is due in 95 % of the histories or more."""
    found = [one.coverage[1] for one in histories]
    held = [one.low <= one.expected / one.points <= one.high for one in found]
    assert np.mean(held) > 0.95 - MOST_ERRORS * np.sqrt(0.95 * 0.05 / HISTORIES)


def test_bias_and_crps_of_the_true_plan(histories: list[Judged]) -> None:
    for i in range(len(FIGURES)):
        scores = [one.scores[i] for one in histories]
        for found, due in (
            ([score.bias for score in scores], 0.0),
            ([score.crps for score in scores], scores[0].crps_expected),
        ):
            error = np.std(found, ddof=1) / np.sqrt(HISTORIES)
            assert abs(np.mean(found) - due) < MOST_ERRORS * error


# --- a plan that is wrong -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explain(plan: capacity.Scenario) -> Callable[[Judged], Explanation]:
    layout = build_layout(plan)
    inputs = unknowns(layout)
    luck = Futures(3, TRIALS, layout.copulas).uniforms([one.key for one in inputs])
    return lambda one: explained(inputs, luck, one.off, one.offs)


@pytest.mark.parametrize(
    ("change", "path", "due"),
    [
        ({"segments.smb.churn": "40%"}, "segments.smb.churn", 0.40),
        (
            {"tasks.call.hours": "1.3h", "tasks.call.uncertainty": 0},
            "tasks.call.uncertainty",
            1.3,
        ),
    ],
    ids=["churn doubled", "hours 30 % more"],
)
def test_a_wrong_plan_is_found_and_its_input_named(
    plan: capacity.Scenario,
    futures: list[np.ndarray],
    explain: Callable[[Judged], Explanation],
    change: dict[str, object],
    path: str,
    due: float,
) -> None:
    count = 20
    truth = arrays(capacity.simulate(plan.with_(change), trials=count, seed=6))
    every = [judged(futures, [row[:, i] for row in truth]) for i in range(count)]
    assert np.mean([one.odds < 0.05 for one in every]) >= 0.9
    found = [explain(one) for one in every]
    assert np.mean([why.odds < 0.05 for why in found]) >= 0.9
    firsts = [why.suspects[0] for why in found]
    assert np.mean([first.unknown.path == path for first in firsts]) >= 0.9
    freed = [first.freed for first in firsts if first.unknown.path == path]
    error = np.std(freed, ddof=1) / np.sqrt(len(freed))
    assert abs(np.mean(freed) - due) < 4 * error + 0.03 * due
    assert np.mean([first.share for first in firsts]) > 0.5


def test_a_single_month_is_explained_as_far_as_the_cause_goes(plan: capacity.Scenario) -> None:
    """Hours rise in proportion to those of a call, so the part of each month follows by hand."""
    due = capacity.simulate(plan, TRIALS, seed=3).array("due_hours", role="csm", task="call")
    expected = due.mean(axis=1)
    happened = expected * [1.3, 1.3, 1.3, 1.3, 2.0, 1.3]
    frame = pd.DataFrame({"period": plan.plan.horizon.periods.labels, "happened": happened})
    named = {"due_hours[csm, call]": "happened"}
    found = capacity.backtest(plan, frame, columns=named, trials=TRIALS, seed=3)
    assert found.cause
    assert found.cause.unknown.path == "tasks.call.uncertainty"
    more = found.cause.freed - 1
    rows = found.table()
    np.testing.assert_allclose(
        rows["explained"], more * expected / (happened - expected), rtol=0.03
    )
    assert rows["explained"].idxmin() == 4
    assert rows["explained"][4] < 0.5 < rows["explained"].drop(4).min()
    true = pd.DataFrame({"period": plan.plan.horizon.periods.labels, "happened": expected})
    held = capacity.backtest(plan, true, columns=named, trials=TRIALS, seed=3)
    assert held.cause is None
    assert held.table()["explained"].isna().all()


def test_a_true_plan_blames_no_input(
    histories: list[Judged], explain: Callable[[Judged], Explanation]
) -> None:
    alike(np.array([explain(one).odds < 0.2 for one in histories]), 0.2)


# --- inputs whose posterior is known --------------------------------------------------------------


def unknown(name: str, mean: float, sd: float) -> Unknown:
    estimate = Estimate(Form.MOMENTS, (mean, sd), Shape.REAL, f"{mean} ± {sd}")
    return Unknown(name, 0, estimate, is_factor=False, place=None, unit="")


def normal_world(inputs: int, trials: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Uniforms of inputs, and normals of luck, in an order of their own each."""
    luck = np.random.default_rng(8)
    even = (np.arange(trials) + 0.5) / trials
    found = np.stack([luck.permutation(even) for _ in range(inputs + 2)])
    return found[:inputs], stats.norm.ppf(found[inputs:])


def test_the_posterior_of_a_normal_input() -> None:
    """Figure 3 v + luck of sd 2, v ~ N(5, 1): the posterior is normal, too."""
    uniforms, luck = normal_world(1)
    one = unknown("v", 5, 1)
    offs = 3 * (one.quantile(uniforms[0]) - 5) + 2 * luck[0]
    why = explained([one], uniforms, np.array([4.0]), offs[None])
    (found,) = why.suspects
    mean, sd = 5 + 3 * 4 / (9 + 4), np.sqrt(4 / 13)
    z = stats.norm.ppf([0.1, 0.5, 0.9])
    assert found.after == pytest.approx(mean + sd * z, abs=0.03)
    assert found.freed == pytest.approx(5 + 4 / 3, abs=0.03)
    assert found.share == pytest.approx(1)
    assert found.beyond == pytest.approx(stats.norm.sf(4 / 3), abs=0.01)
    (less,) = explained([one], uniforms, np.array([-4.0]), offs[None]).suspects
    assert less.beyond == pytest.approx(found.beyond, abs=0.01)
    density = partial(stats.norm.pdf, scale=2)
    grid = np.linspace(-8, 8, 4001)
    prior = stats.norm.pdf(grid)
    likely = density(4 - 3 * grid)
    worth = (prior @ likely) ** 2 / ((prior @ likely**2) * prior.sum())
    assert why.effective == pytest.approx(20_000 * worth, rel=0.05)


def test_inputs_that_cannot_be_told_apart_and_one_that_can() -> None:
    """Two inputs move one figure, a third the other one; a fourth moves nothing."""
    uniforms, luck = normal_world(4)
    names = [unknown(name, 0, 1) for name in "abcd"]
    a, b, c, _ = (one.quantile(row) for one, row in zip(names, uniforms, strict=True))
    offs = np.stack([a + 0.5 * b + luck[0], c + luck[1]])
    why = explained(names, uniforms, np.array([5.0, 0.0]), offs)
    assert [one.unknown.path for one in why.suspects] == ["a", "b", "c"]
    assert [one.is_alike for one in why.suspects] == [True, True, False]
    assert why.unheard == 1
    assert why.odds < 0.01
    first, second, third = why.suspects
    assert (first.freed, second.freed) == pytest.approx((5, 10), rel=0.05)
    assert third.share < 0.01
    assert third.odds < 0.01


def test_figures_that_nothing_moves_explain_nothing() -> None:
    uniforms, _ = normal_world(1)
    why = explained([unknown("v", 0, 1)], uniforms, np.array([1.0]), np.zeros((1, 20_000)))
    assert (why.suspects, why.unheard, why.odds) == ((), 1, 1.0)
    none = explained(
        [], np.zeros((0, 50)), np.array([1.0]), np.random.default_rng(1).random((1, 50))
    )
    assert (none.suspects, none.unheard) == ((), 0)
