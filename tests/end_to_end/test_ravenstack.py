"""RavenStack, a synthetic SaaS company: 500 accounts, each with many subscriptions.

Data by River @ Rivalytics ("SaaS Subscription & Churn Analytics"). An account's ARR is that of its
subscriptions without an end; its contract runs from anniversary to anniversary of the signup.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from leavings import Finished, Table

START = pd.Timestamp("2025-01-01")
MONTHS = 12
CHURN = {"Basic": 0.20, "Enterprise": 0.06, "Pro": 0.12}
CONTRACTION = 0.03
TRIALS = 300


@pytest.fixture(scope="module")
def accounts(data: Path) -> pd.DataFrame:
    folder = data / "ravenstack_saas"
    subscriptions = pd.read_csv(folder / "ravenstack_subscriptions.csv")
    active = subscriptions[subscriptions["end_date"].isna()]
    assert (active["arr_amount"] == 12 * active["mrr_amount"]).all()
    arr = active.groupby("account_id")["arr_amount"].sum().rename("arr")
    people = pd.read_csv(folder / "ravenstack_accounts.csv", parse_dates=["signup_date"])
    joined = people.merge(arr, on="account_id")
    joined["renewal"] = [next_anniversary(day) for day in joined["signup_date"]]
    return joined


def next_anniversary(signup: pd.Timestamp) -> pd.Timestamp:
    """The first anniversary after the plan's first day; of 29 February the 28th."""
    years = next(y for y in range(1, 9) if signup + pd.DateOffset(years=y) > START)
    return signup + pd.DateOffset(years=years)


@pytest.fixture(scope="module")
def plan(accounts: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ravenstack")
    accounts.to_csv(folder / "accounts.csv", index=False, date_format="%Y-%m-%d")
    segments = "\n".join(
        f"  {name}: {{churn: {churn}, contraction: {CONTRACTION}, expansion: 8%, uplift: 2%}}"
        for name, churn in CHURN.items()
    )
    path = folder / "plan.yaml"
    path.write_text(
        f"""\
name: RavenStack
horizon: {{start: {START:%Y-%m}, months: {MONTHS}}}
accounts:
  file: accounts.csv
  columns: {{id: account_id, segment: plan_tier, start: signup_date}}
segments:
{segments}
tasks:
  qbr: {{role: csm, every: quarter, hours: {{p10: 1h, p50: 3h, p90: 6h}}}}
team:
  csm: {{headcount: 5, salary: 100_000, attrition: 12%}}
finance: {{gross_margin: 80%}}
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module", params=[0, TRIALS], ids=["expected values", "futures"])
def table(simulated: Callable[..., Table], plan: Path, request: pytest.FixtureRequest) -> Table:
    return simulated(plan, "--trials", request.param, "--seed", 3)


def month(number: int) -> str:
    return f"{START + pd.DateOffset(months=number):%Y-%m}"


def opening(table: Table, stock: str, plus: str, minus: str, segment: str) -> float:
    """A stock before the first month: at its end, less what came, plus what went."""
    first = month(0)
    came = sum(table.value(name, first, segment=segment) for name in plus.split())
    gone = sum(table.value(name, first, segment=segment) for name in minus.split())
    return table.value(stock, first, segment=segment) - came + gone


def test_the_book_is_the_data(accounts: pd.DataFrame) -> None:
    assert len(accounts) == 500
    assert accounts["arr"].sum() == 121_915_296
    assert set(accounts["plan_tier"]) == set(CHURN)


def test_check_counts_the_accounts_and_warns_of_nothing(
    run: Callable[..., Finished], plan: Path
) -> None:
    done = run("check", plan)
    assert (done.code, done.err) == (0, "")
    assert "RavenStack: 500 accounts" in done.out


@pytest.mark.parametrize("segment", ["", *CHURN])
def test_opening_accounts_and_arr_are_the_sums_of_the_data(
    table: Table, accounts: pd.DataFrame, segment: str
) -> None:
    own = accounts[accounts["plan_tier"] == segment] if segment else accounts
    count = opening(table, "accounts", "new_accounts", "churned_accounts", segment)
    assert count == pytest.approx(len(own), rel=1e-9)
    arr = opening(table, "arr", "new_arr expansion_arr", "contraction_arr churned_arr", segment)
    assert arr == pytest.approx(own["arr"].sum(), rel=1e-9)


@pytest.mark.parametrize("segment", ["", *CHURN])
def test_the_arr_bridge_closes_each_month(table: Table, segment: str) -> None:
    """Opening + new + expansion − contraction − churn = closing; means add up as trials do."""
    flows = {
        name: table.values(f"{name}_arr", segment=segment)
        for name in ("new", "expansion", "contraction", "churned")
    }
    stock = table.values("arr", segment=segment)
    for t in range(1, MONTHS):
        now = month(t)
        up = flows["new"][now] + flows["expansion"][now]
        down = flows["contraction"][now] + flows["churned"][now]
        assert stock[month(t - 1)] + up - down == pytest.approx(stock[now], abs=0.01)


def test_the_year_is_the_sum_of_its_months_and_the_total_that_of_its_segments(
    table: Table,
) -> None:
    flows = ["churned_accounts", "churned_arr", "contraction_arr", "expansion_arr", "revenue"]
    for name in flows:
        total = table.values(name)
        months = [total[month(t)] for t in range(MONTHS)]
        assert sum(months) == pytest.approx(total[""], rel=1e-9)
        parts = sum(table.value(name, segment=s) for s in CHURN)
        assert parts == pytest.approx(total[""], rel=1e-9)


def test_retention_lies_within_what_is_possible(table: Table) -> None:
    """Each account renews once in twelve months, so the whole of its churn has shown by then."""
    for segment in ("", *CHURN):
        grr, nrr = (table.value(name, segment=segment) for name in ("grr", "nrr"))
        logos = table.value("logo_retention", segment=segment)
        low, high = (1 - CHURN[segment],) * 2 if segment else (0.80, 0.94)
        assert low - 0.05 < logos < high + 0.05
        assert 0.6 < grr < logos + 0.03
        assert grr < nrr < grr * 1.15
        twelve = table.value("grr", "12m", segment=segment)
        assert twelve == grr


def test_expected_retention_is_the_closed_form(
    simulated: Callable[..., Table], plan: Path, accounts: pd.DataFrame
) -> None:
    table = simulated(plan, "--trials", 0)
    for segment, churn in CHURN.items():
        assert table.value("logo_retention", segment=segment) == pytest.approx(1 - churn, rel=1e-9)
        kept = (1 - churn) * (1 - CONTRACTION)
        assert table.value("grr", segment=segment) == pytest.approx(kept, rel=1e-9)
    lost = accounts["plan_tier"].map(CHURN).sum()
    assert table.value("churned_accounts") == pytest.approx(lost, rel=1e-9)


def test_gross_profit_is_the_margin_on_revenue(table: Table) -> None:
    revenue, profit = table.values("revenue"), table.values("gross_profit")
    assert profit == pytest.approx({t: 0.8 * r for t, r in revenue.items()}, rel=1e-9)
