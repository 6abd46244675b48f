"""A million accounts from Parquet: every hour and every cent is accounted for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import capacity
from capacity.engine.layout import build_layout

ROWS, LARGE = 1_000_000, 200
PLAN = """
name: A million accounts
horizon: {start: 2027-01, months: 14}
accounts: {file: accounts.parquet}
segments:
  enterprise:
    churn: {low: 3%, likely: 5%, high: 8%}
    addressable: 50%
    contraction: 2%
    uplift: 3%
  small:
    churn: 15%
    addressable: 40%
    expansion: 4%
    new_accounts: {per_year: 6_000, arr: {p10: 300, p50: 600, p90: 1_200}}
  monthly: {churn: 25%, addressable: 30%, term: 1, new_accounts: {per_year: 90, arr: 200}}
tasks:
  qbr: {role: csm, segments: [enterprise], every: quarter, hours: 3h, defer: 2 months, weight: 2}
  renewal:
    {role: csm, segments: [enterprise, small], on: renewal, lead: 60 days, hours: 20m, weight: 1}
  ticket: {role: csm, rate: 0.02 per year, hours: {p10: 10m, p50: 30m, p90: 3h}, weight: 1}
value: {if_stopped: {churn: 1.4}}
team: {csm: {headcount: 40, attrition: 15%}}
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> capacity.Scenario:
    folder = tmp_path_factory.mktemp("million")
    luck = np.random.default_rng(3)
    segment = np.repeat(
        ["enterprise", "small", "monthly"], [LARGE, ROWS // 10, ROWS - ROWS // 10 - LARGE]
    )
    arr = np.where(segment == "enterprise", 200_000, 500) * luck.lognormal(0, 0.5, ROWS)
    start = np.datetime64("2026-12") - luck.integers(0, 24, ROWS)
    columns = {
        "id": [f"A{i}" for i in range(ROWS)],
        "segment": segment.tolist(),
        "arr": arr.round(2),
        "start": start.astype("datetime64[D]"),
        "renewal": (start + 12).astype("datetime64[D]"),
    }
    pq.write_table(pa.table(columns), folder / "accounts.parquet")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return capacity.load(folder / "plan.yaml")


@pytest.fixture(scope="module")
def result(plan: capacity.Scenario) -> capacity.Result:
    return capacity.simulate(plan, trials=200)


def test_the_large_are_named_and_the_tail_is_counted(plan: capacity.Scenario) -> None:
    cohorts = build_layout(plan).retention.cohorts
    assert len(plan.book) == ROWS
    assert len(cohorts.named) < 4 * LARGE
    assert cohorts.number.sum() + len(cohorts.named) == ROWS


def test_accounts_and_revenue_close_to_the_cent_in_every_future(
    plan: capacity.Scenario, result: capacity.Result
) -> None:
    moves = {"accounts": ("new_accounts",), "arr": ("new_arr", "expansion_arr")}
    losses = {"accounts": ("churned_accounts",), "arr": ("contraction_arr", "churned_arr")}
    opening = {"accounts": float(ROWS), "arr": plan.book.arr.sum()}
    for stock, first in opening.items():
        values = result.array(stock)
        change = sum(result.array(name) for name in moves[stock])
        change = change - sum(result.array(name) for name in losses[stock])
        before = np.vstack([np.full(values.shape[1], first), values[:-1]])
        assert np.abs(before + change - values).max() < 0.005
        assert values.min() > 0


def test_every_hour_is_accounted_for_in_every_future(result: capacity.Result) -> None:
    total = {
        name: result.array(f"{name}_hours", role="csm")
        for name in ("due", "done", "dropped", "cancelled", "backlog")
    }
    before = np.vstack([np.zeros((1, total["due"].shape[1])), total["backlog"][:-1]])
    gone = total["done"] + total["dropped"] + total["cancelled"] + total["backlog"]
    assert np.abs(before + total["due"] - gone).max() < 1e-6
    assert (total["due"] > 0).all()
