"""Accounts that are counted together against the same accounts one by one.

What that may change is stated in docs/concepts/model.md: means by a thousandth, the tails of
ARR by half a hundredth, beside the Monte Carlo error of both.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generate import MONTHLY, SCENARIOS, generate
from test_agreement import write

import capacity

TRIALS = 4000
ERRORS = 4.0
MEAN, TAIL = 0.001, 0.005
METRICS = ("arr", "accounts", "revenue", "churned_arr", "churned_accounts", "due_hours", "coverage")


def run(path: Path, resolution: str) -> capacity.Result:
    plan = capacity.load(path, set={"simulation.resolution": resolution})
    return capacity.simulate(plan, trials=TRIALS, seed=11)


def far_apart(a: capacity.Result, b: capacity.Result) -> list[str]:
    """What differs by more than is stated and luck explain."""
    return [*far_means(a, b), *far_tails(a, b)]


def far_tails(a: capacity.Result, b: capacity.Result) -> list[str]:
    """The tails of ARR."""
    found = []
    for q in (0.05, 0.95):
        errors = [r.errors("arr", q, by="year") for r in (a, b)]
        ones, others = (r.figures("arr", q, by="year") for r in (a, b))
        for year, one in ones.items():
            allowed = TAIL * one + ERRORS * np.hypot(errors[0][year], errors[1][year]) + 1e-6
            if abs(one - others[year]) > allowed:
                found.append(f"p{100 * q:.0f} of arr {year}: {one:.6g} and {others[year]:.6g}")
    return found


def far_means(a: capacity.Result, b: capacity.Result) -> list[str]:
    """The means of totals."""
    rows = [
        {(r["metric"], r["period"], r["segment"], r["role"], r["task"]): r for r in x.rows("year")}
        for x in (a, b)
    ]
    found = []
    for key, one in rows[0].items():
        other = rows[1][key]
        if key[0] not in METRICS or not np.isfinite(one["mean"]):
            continue
        error = np.hypot(one["se"], other["se"])
        if abs(one["mean"] - other["mean"]) > MEAN * abs(one["mean"]) + ERRORS * error + 1e-6:
            found.append(f"{key}: {one['mean']:.6g} and {other['mean']:.6g}, error {error:.2g}")
    return found


@pytest.mark.parametrize("number", [*range(20), *range(MONTHLY, SCENARIOS, 4)])
def test_cohorts_behave_like_their_accounts(number: int, tmp_path: Path) -> None:
    path = write(*generate(number), tmp_path)
    by_account = run(path, "account")
    for resolution in ("cohort", "auto"):
        assert far_apart(by_account, run(path, resolution)) == [], resolution


LARGE, SMALL = 40, 9_960
BOOK = """
name: forty large accounts and a long tail
horizon: {start: 2027-01, months: 24}
accounts: {file: accounts.csv}
segments:
  large: {churn: {low: 3%, likely: 5%, high: 8%}, addressable: 50%, contraction: 2%, uplift: 3%}
  small: {churn: CHURN, addressable: 50%, expansion: 4%}
tasks:
  qbr: {role: csm, segments: [large], every: quarter, hours: 3h, weight: 1}
  call: {role: csm, every: year, hours: {p10: 30m, p50: 1h, p90: 2h}, share: 60%, weight: 1}
value: {if_stopped: {churn: 1.4}}
team: {csm: {headcount: 8, internal: 30%, attrition: 10%}}
"""


YEARLY = "{low: 12%, likely: 15%, high: 20%}"
FRAIL = "{sbg: {alpha: {low: 0.4, likely: 0.5, high: 0.8}, beta: 2}}"


@pytest.fixture(scope="module", params=[YEARLY, FRAIL], ids=["alike", "frail"])
def book(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path_factory.mktemp("book")
    rng = np.random.default_rng(7)
    small = 10_000 * np.exp(rng.normal(0, 0.8, SMALL))
    arr = [*(np.round(400_000 * np.exp(rng.normal(0, 0.5, LARGE)))), *np.round(small)]
    month = rng.integers(0, 36, LARGE + SMALL)
    lines = ["id,segment,arr,start,renewal"]
    for i, (value, age) in enumerate(zip(arr, month, strict=True)):
        start = np.datetime64("2026-12") - age
        renewal = start + 12 * (age // 12 + 1)
        segment = "large" if i < LARGE else "small"
        lines.append(f"A{i},{segment},{value:.0f},{start}-01,{renewal}-01")
    (folder / "accounts.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "scenario.yaml").write_text(BOOK.replace("CHURN", request.param), encoding="utf-8")
    return folder / "scenario.yaml"


@pytest.fixture(scope="module")
def by_account(book: Path) -> capacity.Result:
    return run(book, "account")


@pytest.mark.parametrize("resolution", ["auto", "cohort"])
def test_a_long_tail_may_be_counted(
    book: Path, by_account: capacity.Result, resolution: str
) -> None:
    result = run(book, resolution)
    assert far_apart(by_account, result) == []
    for period in ("2027-12", "2028-12"):
        one, other = (r.array("arr", period=period)[0] for r in (by_account, result))
        assert other.mean() == pytest.approx(one.mean(), rel=MEAN)
        for q in (0.05, 0.95):
            assert np.quantile(other, q) == pytest.approx(np.quantile(one, q), rel=TAIL), (
                period,
                q,
            )


def test_the_large_keep_their_names_and_the_tail_is_counted(book: Path) -> None:
    from capacity.engine.layout import build_layout

    cohorts = build_layout(capacity.load(book)).retention.cohorts
    assert 20 <= len(cohorts.named) <= 2 * LARGE
    assert len(cohorts) <= 36
    assert cohorts.number.sum() + len(cohorts.named) == LARGE + SMALL
