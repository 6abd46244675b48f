"""Hours from a log: published fits, pooling by its formula, and simulated truth that comes back."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from replications import nine_of_ten
from scipy import optimize, stats

from capacity import calibrate
from capacity.errors import QuestionError
from capacity.learning.families import FAMILIES, Observed, fitted
from capacity.learning.hours import Task, learn, observed
from capacity.learning.pooling import pool

NOTHING = np.zeros(0)


# --- published figures ---------------------------------------------------------------------------


def test_waltons(data: Path) -> None:
    """Survival with lives that were not over: the Weibull fit that libraries print."""
    with (data / "reference_survival" / "waltons_dataset.csv").open() as file:
        rows = list(csv.DictReader(file))
    months = np.array([float(row["T"]) for row in rows])
    over = np.array([row["E"] == "1" for row in rows])
    fit = fitted("weibull", Observed(months[over], longer=months[~over]))
    assert fit.scale == pytest.approx(55.733097, rel=1e-6)
    assert fit.shape == pytest.approx(3.450505, rel=2e-6)
    assert f"{fit.log_likelihood:.6f}" == "-672.062187"

    def slope(k: float) -> float:
        return (
            (months**k * np.log(months)).sum() / (months**k).sum()
            - 1 / k
            - np.log(months[over]).mean()
        )

    exact = optimize.brentq(slope, 1, 9)
    assert fit.shape == pytest.approx(exact, rel=1e-5)


def test_help_desk(data: Path, tmp_path: Path) -> None:
    """Durations of cases: the gamma fit wins, and the one case of no duration is told."""
    log = data / "helpdesk_italian" / "helpdesk_cases_derived.csv"
    with log.open() as file:
        rows = list(csv.DictReader(file))
    days = np.array([float(row["duration_days"]) for row in rows])
    fits = {family: fitted(family, Observed(days[days > 0])) for family in FAMILIES}
    assert min(fits, key=lambda family: fits[family].aic) == "gamma"
    assert f"{fits['gamma'].shape:.6f} {fits['gamma'].scale:.5f}" == "0.375074 23.46331"

    cases = tmp_path / "cases.csv"
    cases.write_text("\n".join(["task,hours", *(f"case,{d}" for d in days.tolist())]))
    found = calibrate.hours(cases)
    assert found.table("tasks")["form"].tolist() == ["gamma"]
    assert found.rejects.counts() == [("zero hours", 1, False)]
    hours = found.fragment["tasks"]["case"]["hours"]
    assert float(hours["mean"].removesuffix("h")) == pytest.approx(0.375074 * 23.46331, rel=1e-3)
    assert found.table("tasks")["rows"].tolist() == [3803]


# --- the fits ------------------------------------------------------------------------------------

KINDS = {
    "lognormal": stats.lognorm(0.8, scale=2),
    "gamma": stats.gamma(1.6, scale=1.5),
    "weibull": stats.weibull_min(1.4, scale=3),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_moments_are_those_of_scipy(family: str) -> None:
    fit = fitted(family, Observed(KINDS[family].rvs(50, random_state=5)))
    assert fit.mean == pytest.approx(fit.distribution.mean())
    assert fit.variation == pytest.approx(fit.distribution.std() / fit.distribution.mean())


def test_errors_of_a_lognormal_are_its_formula() -> None:
    """Var(ln mean) = s²/n + s⁴/(2n) for n exact values, s their logarithms' deviation."""
    hours = KINDS["lognormal"].rvs(300, random_state=6)
    fit = fitted("lognormal", Observed(hours))
    s = np.log(hours).std()
    assert fit.shape == pytest.approx(s)
    assert fit.covariance[0, 0] == pytest.approx(s**2 / 300 + s**4 / 600, rel=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_right_family_wins(family: str) -> None:
    data = Observed(KINDS[family].rvs(3000, random_state=7))
    fits = {name: fitted(name, data) for name in FAMILIES}
    assert min(fits, key=lambda name: fits[name].aic) == family
    assert data.farthest(fits[family].distribution) == pytest.approx(
        stats.kstest(data.exact, fits[family].distribution.cdf).statistic
    )


def test_ranges_undo_rounding() -> None:
    """Entries in whole hours look wider by the variance of rounding, 1/12; ranges take it out."""
    truth = stats.lognorm(0.25, scale=2.4)
    hours = np.round(truth.rvs(6000, random_state=8))
    plain, ranged = (fitted("lognormal", data) for data in (Observed(hours), observed(hours, 1.0)))
    sd = math.sqrt(truth.var() + 1 / 12)
    assert plain.variation * plain.mean == pytest.approx(sd, rel=0.03)
    assert ranged.variation * ranged.mean == pytest.approx(truth.std(), rel=0.03)
    assert ranged.mean == pytest.approx(truth.mean(), rel=0.01)


def test_lower_bounds_count() -> None:
    """Half of the searches are cut off at random: their mean comes back all the same."""
    luck = np.random.default_rng(9)
    whole, cut = KINDS["gamma"].rvs(3000, random_state=luck), luck.uniform(0, 6, 3000)
    data = Observed(whole[whole <= cut], longer=cut[whole > cut])
    fit = fitted("gamma", data)
    assert abs(math.log(fit.mean / 2.4)) < 4 * math.sqrt(fit.covariance[0, 0])


# --- pooling -------------------------------------------------------------------------------------


def test_pooling_by_drawing() -> None:
    """The posterior against weighted draws of M and T from a wide prior."""
    estimates, errors = np.array([0.2, 0.9, -0.5, 0.6]), np.array([0.3, 0.15, 0.5, math.inf])
    luck = np.random.default_rng(10)
    spread = np.abs(luck.normal(0, 1.0, 400_000))[:, None]
    common = luck.uniform(-6, 6, 400_000)[:, None]
    known = np.isfinite(errors)
    deviation = np.hypot(errors[known], spread)
    weight = stats.norm.pdf(estimates[known], common, deviation).prod(axis=1)
    own = spread**2 / (spread**2 + errors**2)
    mean = own * np.where(known, estimates, 0) + (1 - own) * common
    variance = np.where(known, own * np.where(known, errors, 0) ** 2, spread**2)
    middle = np.average(mean, weights=weight, axis=0)
    sd = np.sqrt(np.average(variance + (mean - middle) ** 2, weights=weight, axis=0))
    found = pool(estimates, errors, 1.0)
    assert found.mean == pytest.approx(middle, abs=0.03)
    assert found.sd == pytest.approx(sd, rel=0.05)
    assert found.own[3] == 0


def test_a_task_alone_keeps_its_own() -> None:
    found = pool(np.array([0.7]), np.array([0.2]), 1.0)
    assert found.mean == pytest.approx([0.7])
    assert found.sd == pytest.approx([0.2])


def test_few_rows_lean_on_the_others_and_many_do_not() -> None:
    estimates, few, many = np.array([0.0, 0.1, -0.1, 1.5]), np.full(4, 0.05), np.full(4, 0.05)
    few[3] = 0.8
    assert pool(estimates, few, 1.0).mean[3] < 1.0
    assert pool(estimates, many, 1.0).mean[3] > 1.4
    assert pool(estimates, few, 1.0).own[3] < 0.6 < pool(estimates, many, 1.0).own[3]


# --- simulated truth -----------------------------------------------------------------------------


def log_of(luck: np.random.Generator, rows: tuple[int, ...], step: float) -> tuple[list, list]:
    """Tasks around a common duration, and their true means; entries to the next step."""
    tasks, means = [], []
    for i, count in enumerate(rows):
        mean, sigma = math.exp(luck.normal(1.2, 0.7)), luck.uniform(0.4, 1.0)
        hours = luck.lognormal(math.log(mean) - sigma**2 / 2, sigma, count)
        if step:
            hours = np.round(hours / step) * step
            hours = hours[hours > 0]
        data = observed(hours, step)
        tasks.append(Task(f"{i}", hours, data, {"lognormal": fitted("lognormal", data)}))
        means.append(mean)
    return tasks, means


@pytest.mark.parametrize(("step", "replications"), [(0.0, 200), (0.25, 60)])
def test_mean_hours_come_back(step: float, replications: int) -> None:
    """The range of the fragment: the mean times a lognormal factor of that uncertainty."""
    luck = np.random.default_rng(11)
    hits: list[list[bool]] = []
    for _ in range(replications):
        tasks, means = log_of(luck, (8, 25, 80), step)
        learned = learn(tasks)
        off = [
            abs(math.log(m) - one.log_mean) / one.error
            for one, m in zip(learned, means, strict=True)
        ]
        hits.append([x <= 1.645 for x in off])
    for column in zip(*hits, strict=True):
        nine_of_ten(list(column))


def test_the_fragment_says_that_range() -> None:
    """Mean times a lognormal factor of mean 1: its logarithm has the posterior's two moments."""
    tasks, _ = log_of(np.random.default_rng(12), (8, 25), 0.0)
    for one in learn(tasks):
        sigma = math.sqrt(math.log1p(one.uncertainty**2))
        assert sigma == pytest.approx(one.error)
        assert math.log(one.mean) - sigma**2 / 2 == pytest.approx(one.log_mean)


@pytest.mark.parametrize(
    ("hours", "width"), [(2.0, 1.0), (2.5, 0.5), (0.75, 0.25), (1.7, 0.1), (1.33, 0.01)]
)
def test_rows_that_say_all_the_same(tmp_path: Path, hours: float, width: float) -> None:
    """A constant, whose mean lies evenly within the rounding: sd of a uniform is width/√12."""
    log = tmp_path / "log.csv"
    log.write_text("task,hours\n" + f"qbr,{hours}\n" * 30, encoding="utf-8")
    found = calibrate.hours(log)
    settings = found.fragment["tasks"]["qbr"]
    assert settings["hours"]["value"] == f"{hours:g}h"
    off = float(settings["uncertainty"]["value"].rstrip("%")) / 100
    assert off == pytest.approx(width / math.sqrt(12) / hours, rel=1e-3)
    assert f"all 30 rows say {hours:g} h" in found.warnings[0]
    with pytest.raises(QuestionError, match="3 different hours"):
        calibrate.hours(log, family="gamma")


def test_a_constant_beside_others_takes_their_spread(tmp_path: Path) -> None:
    log, rng = tmp_path / "log.csv", np.random.default_rng(4)
    rows = [f"call,{hours:.2f}" for hours in rng.lognormal(0, 0.5, 40)] + ["qbr,2"] * 40
    log.write_text("\n".join(["task,hours", *rows]), encoding="utf-8")
    found = calibrate.hours(log)
    assert found.warnings == (
        "qbr: all 40 rows say 2 h, which tells no spread; that of the other tasks stands in",
    )
    spread = {row["task"]: row["sd"] / row["mean"] for _, row in found.table("tasks").iterrows()}
    assert spread["qbr"] == pytest.approx(spread["call"], rel=0.01)


@pytest.mark.parametrize("short", [3e-4, 1e-9])
def test_entries_that_no_family_bears(tmp_path: Path, short: float) -> None:
    """Seconds beside weeks: the fit would say years; what was recorded says what it says."""
    log, seen = tmp_path / "log.csv", [3 * short, 4 * short, 3 * short, 5 * short, 199.0]
    log.write_text("task,hours\n" + "".join(f"qbr,{h}\n" for h in seen), encoding="utf-8")
    task = calibrate.hours(log).table("tasks").iloc[0]
    assert task["form"] == "observations"
    assert task["mean"] == pytest.approx(np.mean(seen))


@pytest.mark.parametrize("off", [1e-9, 1e-6, 1e-3, 1e-2])
def test_entries_that_hardly_differ(tmp_path: Path, off: float) -> None:
    log = tmp_path / "log.csv"
    rows = "".join(f"qbr,{1.9 + off * i!r}\n" for i in range(9))
    log.write_text(f"task,hours\n{rows}", encoding="utf-8")
    task = calibrate.hours(log).table("tasks").iloc[0]
    assert task["mean"] == pytest.approx(1.9 + 4 * off, abs=2 * off)
    assert (task["form"] == "constant") == (off < 1e-3)


def test_nothing_to_learn_from() -> None:
    hours = np.array([1.0, 2.0])
    with pytest.raises(QuestionError, match="no task has 5 rows"):
        learn([Task("qbr", hours, Observed(hours), {})])
