"""Rates from events: closed forms, a count by hand, and simulated truth that comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from replications import nine_of_ten
from scipy import stats

from capacity import calibrate
from capacity.learning.counts import Period, found_of
from capacity.learning.posterior import OUTER, Rate

REPLICATIONS = 200


def test_the_posterior_is_a_gamma() -> None:
    rate = Rate.of(12, 30.0)
    exact = stats.gamma(12.5, scale=1 / 30)
    assert (rate.mean, rate.sd) == pytest.approx((exact.mean(), exact.std()))
    assert rate.quantiles(OUTER) == pytest.approx(exact.ppf(OUTER))


def test_the_variance_of_a_count_of_accounts_that_differ() -> None:
    """Var(Σ counts)/Σ means = 1 + α·rate·Σyears²/Σyears, by drawing such accounts."""
    luck = np.random.default_rng(1)
    years = luck.uniform(0.3, 3, 60)
    rates = luck.gamma(2, 0.6 / 2, (40_000, 60))
    total = luck.poisson(rates * years).sum(axis=1)
    expected = 1 + 0.5 * 0.6 * (years**2).sum() / years.sum()
    assert total.var() / total.mean() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("spread", [0.0, 0.8])
def test_rates_come_back(spread: float) -> None:
    """Accounts with different years behind them, all of one rate or each with its own."""
    luck = np.random.default_rng(2)
    hits = []
    for _ in range(REPLICATIONS):
        truth, years = luck.uniform(0.1, 3), luck.uniform(0.2, 2, 120)
        own = luck.gamma(1 / spread**2, truth * spread**2, 120) if spread else truth
        found = found_of("t", "s", luck.poisson(own * years).astype(float), years)
        low, high = found.rate.quantiles(OUTER)
        hits.append(low <= truth <= high)
    nine_of_ten(hits)


def test_ignoring_that_accounts_differ_would_be_too_sure() -> None:
    luck = np.random.default_rng(3)
    hits = []
    for _ in range(REPLICATIONS):
        years = luck.uniform(0.2, 2, 120)
        count = luck.poisson(luck.gamma(1.5, 2 / 1.5, 120) * years)
        low, high = Rate.of(count.sum(), years.sum()).quantiles(OUTER)
        hits.append(low <= 2 <= high)
    assert np.mean(hits) < 0.8


def test_how_far_accounts_differ_comes_back() -> None:
    luck = np.random.default_rng(4)
    years = np.full(4000, 2.0)
    found = found_of("t", "s", luck.poisson(luck.gamma(4, 1.5 / 4, 4000) * 2).astype(float), years)
    assert found.spread == pytest.approx(0.5, rel=0.1)
    assert found.differ
    alike = found_of("t", "s", luck.poisson(3.0, 4000).astype(float), years)
    assert not alike.differ


def test_months_of_a_period_make_it_up() -> None:
    period = Period(np.datetime64("2025-01-15"), np.datetime64("2026-03-02"))
    starts = np.array(["2024-01-01", "2025-06-10", "2026-04-01"], dtype="datetime64[D]")
    after = np.array(["2025-02-01", "2027-01-01", "2027-01-01"], dtype="datetime64[D]")
    whole = period.exposure(starts, after) * 365.25
    assert whole.tolist() == pytest.approx([17, 265, 0])
    parts = list(period.months())
    assert [month for month, _ in parts] == [*range(12), 0, 1, 2]
    assert sum(part.exposure(starts, after) for _, part in parts) * 365.25 == pytest.approx(whole)


# --- from files ----------------------------------------------------------------------------------


def write(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_by_hand(tmp_path: Path) -> None:
    """Two accounts: one for all of two years, one for the second half of the first."""
    accounts = write(
        tmp_path, "accounts.csv",
        ["account,segment,start,end", "A,smb,2024-01-01,", "B,smb,2024-07-02,2024-12-31"],
    )  # fmt: skip
    events = write(
        tmp_path, "events.csv",
        ["account,task,date", "A,call,2024-03-01", "A,call,2025-03-01", "B,call,2024-08-01",
         "A,call,2024-05-02", "A,call,2025-05-02", "A,call,2025-08-01"],
    )  # fmt: skip
    found = calibrate.rates(
        events, accounts, since=np.datetime64("2024-01-01").item(),
        as_of=np.datetime64("2025-12-31").item(),
    )  # fmt: skip
    table = found.table("rates")
    years = (731 + 183) / 365.25
    assert table["account-years"].tolist() == pytest.approx([years])
    assert table["events"].tolist() == [6]
    assert table["rate"].tolist() == pytest.approx([6.5 / years])


def test_what_cannot_be_an_event_is_listed(tmp_path: Path) -> None:
    accounts = write(
        tmp_path, "accounts.csv",
        ["account,segment,start,end", "A,smb,2024-01-01,", "B,smb,2024-07-01,2024-12-31"],
    )  # fmt: skip
    events = write(
        tmp_path, "events.csv",
        [
            "account,task,date,id", "A,call,2024-03-01,1", "A,call,2024-03-01,1",
            "C,call,2024-03-01,2", "B,call,2025-03-01,3", "A,call,2023-03-01,4",
            "A,call,2031-03-01,5", "A,call,2024-05-01,6",
        ],
    )  # fmt: skip
    found = calibrate.rates(
        events, accounts, since=np.datetime64("2024-01-01").item(), bad=0.9,
        as_of=np.datetime64("2025-12-31").item(),
    )  # fmt: skip
    assert dict(found.table("rates")[["segment", "events"]].to_numpy().tolist()) == {"smb": 2}
    assert [(kind, rows) for kind, rows, _ in found.rejects.counts()] == [
        ("outside of the account's time", 2),
        ("before the period", 1),
        ("future dates", 1),
        ("rows that stand twice", 1),
        ("unknown accounts", 1),
    ]
    assert found.rejects.left_out == 5


def log_with_seasons(folder: Path, weights: np.ndarray, luck: np.random.Generator) -> list[Path]:
    days = np.arange("2023-01-01", "2026-01-01", dtype="datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    rows, accounts = ["account,task,date"], ["account,segment,start,end"]
    for i in range(200):
        accounts.append(f"A{i},smb,2022-01-01,")
        number = luck.poisson(1.2 * weights[month] / 365.25)
        rows += [f"A{i},call,{day}" for day in np.repeat(days, number)]
    return [write(folder, "events.csv", rows), write(folder, "accounts.csv", accounts)]


def test_seasons_are_found_where_there_are_any(tmp_path: Path) -> None:
    weights = np.array([2.0, 1.5, 1, 1, 1, 0.5, 0.5, 0.5, 1, 1, 1, 1])
    weights /= weights.mean()
    how = {"since": np.datetime64("2023-01-01").item(), "as_of": np.datetime64("2025-12-31").item()}
    logs = log_with_seasons(tmp_path, weights, np.random.default_rng(5))
    found = calibrate.rates(*logs, **how).fragment["tasks"]["call"]
    assert found["seasonality"]["value"] == pytest.approx(weights, abs=0.25)
    assert float(found["rate"]["smb"]["mean"].split()[0]) == pytest.approx(1.2, rel=0.12)
    logs = log_with_seasons(tmp_path, np.ones(12), np.random.default_rng(6))
    assert "seasonality" not in calibrate.rates(*logs, **how).fragment["tasks"]["call"]
