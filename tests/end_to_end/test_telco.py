"""Telco-Customer-Churn: 5,174 customers against a closed form that pandas works out.

The customers who have not left are the book. Each segment (contract) leaves at the hazard that the
data itself shows: those who left over all months of tenure. The data has no dates, so a plan start
is chosen, and `tenure` whole months lie before it. The eleven customers of tenure 0 have just
signed: they start on the plan's first day and belong to the opening book, with a whole first term
ahead of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from leavings import Finished, Table

START = pd.Timestamp("2027-01-01")
MONTHS = 12
TERMS = {"Month-to-month": 1, "One year": 12, "Two year": 24}
MOST_ERRORS = 4.0
TRIALS = 400


@dataclass(frozen=True)
class Telco:
    """The data, and the accounts that go into the plan."""

    everyone: pd.DataFrame
    book: pd.DataFrame
    hazard: dict[str, float]
    """By contract: probability density of leaving, a month."""


@pytest.fixture(scope="module")
def telco(data: Path) -> Telco:
    everyone = pd.read_csv(data / "telco_churn_ibm" / "Telco-Customer-Churn.csv")
    of_contract = everyone.groupby("Contract")
    left = of_contract["Churn"].agg(lambda churn: (churn == "Yes").sum())
    hazard = (left / of_contract["tenure"].sum()).to_dict()
    book = everyone[everyone["Churn"] == "No"].copy()
    book["term"] = book["Contract"].map(TERMS)
    book["AnnualCharges"] = 12 * book["MonthlyCharges"]
    terms_behind = book["tenure"] // book["term"]
    ahead = (terms_behind + 1) * book["term"] - book["tenure"]
    book["ahead"] = ahead
    book["Start"] = [START - pd.DateOffset(months=int(m)) for m in book["tenure"]]
    book["NextTerm"] = [START + pd.DateOffset(months=int(m)) for m in ahead]
    return Telco(everyone, book, hazard)


def chance_of_loss(telco: Telco) -> np.ndarray:
    """Probability that each account of the book is lost in each month, shape (accounts, months).

    A term of n months that ends in a month is not renewed with probability 1 − exp(−n·h).
    """
    book = telco.book
    hazard = book["Contract"].map(telco.hazard).to_numpy()
    term, tenure = book["term"].to_numpy(), book["tenure"].to_numpy()
    alive = np.ones(len(book))
    lost = np.zeros((len(book), MONTHS))
    for month in range(MONTHS):
        term_ends = (tenure + month + 1) % term == 0
        lost[:, month] = np.where(term_ends, alive * -np.expm1(-term * hazard), 0.0)
        alive = alive - lost[:, month]
    return lost


def write_plan(folder: Path, telco: Telco, *, dates: str | None = None) -> Path:
    """The scenario and its accounts, with the columns as the data calls them."""
    written = "%Y-%m-%d" if dates is None else "%d.%m.%Y"
    columns = ["customerID", "Contract", "AnnualCharges", "Start", "NextTerm", "term", "tenure"]
    telco.book[columns].to_csv(folder / "telco.csv", index=False, date_format=written)
    yearly = {name: float(-np.expm1(-12 * h)) for name, h in telco.hazard.items()}
    segments = "\n".join(f"  {name}: {{churn: {q!r}}}" for name, q in yearly.items())
    date_format = "" if dates is None else f"  date_format: {dates}\n"
    plan = folder / "telco.yaml"
    plan.write_text(
        f"""\
name: Telco
horizon: {{start: {START:%Y-%m}, months: {MONTHS}}}
accounts:
  file: telco.csv
  columns:
    {{id: customerID, segment: Contract, arr: AnnualCharges, start: Start, renewal: NextTerm}}
{date_format}segments:
{segments}
tasks:
  call: {{role: csm, every: quarter, hours: 15m}}
team:
  csm: {{headcount: 40}}
""",
        encoding="utf-8",
    )
    return plan


@pytest.fixture(scope="module")
def plan(telco: Telco, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plan(tmp_path_factory.mktemp("telco"), telco)


@pytest.fixture(scope="module")
def expected_values(simulated: Callable[..., Table], plan: Path) -> Table:
    return simulated(plan, "--trials", 0)


@pytest.fixture(scope="module")
def futures(simulated: Callable[..., Table], plan: Path) -> Table:
    return simulated(plan, "--trials", TRIALS, "--seed", 7)


def of_segment(telco: Telco, name: str) -> np.ndarray:
    return (telco.book["Contract"] == name).to_numpy()


def test_the_hazards_are_those_of_the_data(telco: Telco) -> None:
    assert len(telco.everyone) == 7043
    assert len(telco.book) == 5174
    assert (telco.book["tenure"] == 0).sum() == 11
    printed = {name: f"{h:.7f}" for name, h in telco.hazard.items()}
    assert printed == {
        "Month-to-month": "0.0236794",
        "One year": "0.0026804",
        "Two year": "0.0004991",
    }


def test_the_closed_form_tells_the_contracts_apart(telco: Telco) -> None:
    """Monthly contracts are at risk in each month, yearly ones once, half of the others once."""
    at_risk = (chance_of_loss(telco) > 0).sum(axis=1)
    assert set(at_risk[of_segment(telco, "Month-to-month")]) == {12}
    assert set(at_risk[of_segment(telco, "One year")]) == {1}
    assert set(at_risk[of_segment(telco, "Two year")]) == {0, 1}


def test_check_accepts_the_book(run: Callable[..., Finished], plan: Path) -> None:
    done = run("check", plan)
    assert done.code == 0, done.err
    assert "5,174 accounts" in done.out
    assert done.err == ""


def test_losses_month_by_month_are_the_closed_form(telco: Telco, expected_values: Table) -> None:
    lost, arr = chance_of_loss(telco), telco.book["AnnualCharges"].to_numpy()
    months = [f"{START + pd.DateOffset(months=m):%Y-%m}" for m in range(MONTHS)]
    for name in (*TERMS, ""):
        own = of_segment(telco, name) if name else np.ones(len(lost), dtype=bool)
        wanted = {"churned_accounts": lost[own], "churned_arr": lost[own] * arr[own, None]}
        for metric, losses in wanted.items():
            found = expected_values.values(metric, segment=name)
            by_month = dict(zip(months, losses.sum(axis=0), strict=True))
            assert found == pytest.approx(by_month | {"": losses.sum()}, rel=1e-9)


def test_who_stays_is_who_was_there_less_the_losses(telco: Telco, expected_values: Table) -> None:
    lost, arr = chance_of_loss(telco), telco.book["AnnualCharges"].to_numpy()
    for name in TERMS:
        own = of_segment(telco, name)
        kept = 1 - lost[own].sum(axis=1)
        last = f"{START + pd.DateOffset(months=MONTHS - 1):%Y-%m}"
        assert expected_values.value("accounts", last, segment=name) == pytest.approx(
            kept.sum(), rel=1e-9
        )
        assert expected_values.value("logo_retention", segment=name) == pytest.approx(
            kept.mean(), rel=1e-9
        )
        assert expected_values.value("grr", segment=name) == pytest.approx(
            (kept * arr[own]).sum() / arr[own].sum(), rel=1e-9
        )


def test_revenue_is_paid_by_who_is_there(telco: Telco, expected_values: Table) -> None:
    """A month's revenue comes from the accounts that began it: losses count from the next."""
    lost, arr = chance_of_loss(telco), telco.book["AnnualCharges"].to_numpy()
    alive = 1 - np.column_stack([np.zeros(len(lost)), lost.cumsum(axis=1)[:, :-1]])
    paid = (alive * arr[:, None]).sum() / 12
    assert expected_values.value("revenue") == pytest.approx(paid, rel=1e-9)


def test_hours_are_due_each_quarter_from_the_start_of_each_account(
    telco: Telco, expected_values: Table
) -> None:
    """A quarter of an hour every three months from the start, for the accounts still alive."""
    lost, tenure = chance_of_loss(telco), telco.book["tenure"].to_numpy()
    alive = 1 - np.column_stack([np.zeros(len(lost)), lost.cumsum(axis=1)[:, :-1]])
    age = tenure[:, None] + np.arange(MONTHS)
    called = (age % 3 == 0) & (age > 0)
    for name in TERMS:
        own = of_segment(telco, name)
        assert expected_values.value(
            "due_hours", role="csm", task="call", segment=name
        ) == pytest.approx(0.25 * (alive * called)[own].sum(), rel=1e-9)


def test_simulated_losses_agree_within_their_error(telco: Telco, futures: Table) -> None:
    """Each account is one coin a year, so mean and variance of the sums are known exactly."""
    p, arr = chance_of_loss(telco).sum(axis=1), telco.book["AnnualCharges"].to_numpy()
    for name in TERMS:
        own = of_segment(telco, name)
        for metric, size in (("churned_accounts", np.ones(own.sum())), ("churned_arr", arr[own])):
            mean = (p[own] * size).sum()
            sd = np.sqrt((p[own] * (1 - p[own]) * size**2).sum())
            found = futures.value(metric, segment=name)
            assert abs(found - mean) < MOST_ERRORS * sd / np.sqrt(TRIALS), (name, metric)
            spread = futures.value(metric, segment=name, of="sd")
            assert spread == pytest.approx(sd, rel=MOST_ERRORS / np.sqrt(2 * TRIALS)), name


def test_simulated_accounts_are_whole(futures: Table) -> None:
    for of in ("p05", "p95"):
        for accounts in futures.values("churned_accounts", of, segment="One year").values():
            assert abs(accounts - round(accounts)) < 0.06


def test_dates_the_european_way_change_nothing(
    simulated: Callable[..., Table], telco: Telco, tmp_path: Path, expected_values: Table
) -> None:
    plan = write_plan(tmp_path, telco, dates="DD.MM.YYYY")
    assert ",01.12.2026," in (tmp_path / "telco.csv").read_text()
    assert simulated(plan, "--trials", 0).rows == expected_values.rows


def test_dates_of_another_form_are_refused(
    run: Callable[..., Finished], telco: Telco, tmp_path: Path
) -> None:
    plan = write_plan(tmp_path, telco, dates="DD.MM.YYYY")
    iso = plan.read_text().replace("  date_format: DD.MM.YYYY\n", "")
    plan.write_text(iso)
    done = run("check", plan)
    assert done.code == 2
    assert "is not a date as YYYY-MM-DD" in done.err
    assert "the same in 5,164 more rows" in done.err


def test_the_csv_says_the_same(
    run: Callable[..., Finished], plan: Path, tmp_path: Path, expected_values: Table
) -> None:
    out = tmp_path / "telco.csv"
    done = run("run", plan, "--trials", 0, "--quiet", "--csv", out)
    assert done.code == 0, done.err
    table = pd.read_csv(out, dtype={"period": str}, keep_default_na=False)
    lost = table[(table["metric"] == "churned_arr") & (table["period"] == "")]
    found = dict(zip(lost["segment"], lost["mean"].astype(float), strict=True))
    assert found == {s: expected_values.value("churned_arr", segment=s) for s in ("", *TERMS)}
