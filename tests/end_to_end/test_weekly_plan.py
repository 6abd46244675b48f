"""The base plan in weeks, as a planner types it."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import ROOT, Finished, Table

BASE = ROOT / "scenarios" / "base.yaml"
IN_WEEKS = ("--set", "horizon.step=week")


@pytest.fixture(scope="module")
def report(run: Callable[..., Finished]) -> str:
    done = run("run", BASE, *IN_WEEKS, "--trials", 200)
    assert done.code == 0, done.err
    return done.out


def test_the_report_names_the_peak_week_by_its_monday(report: str) -> None:
    text = " ".join(report.split())
    assert "· 2027-W05 to 2028-W05 (1 February 2027 to 6 February 2028) ·" in text
    found = re.search(r"csm: the peak is (\d{4})-W(\d\d) \(Monday (\d+ \w+ \d{4})\)", text)
    assert found
    monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
    assert found[3] == f"{monday:%-d %B %Y}"
    assert "people. Coverage of 95 % in every week holds in" in text
    assert "in every month" not in text


def test_tables_by_time_have_a_row_for_each_month(report: str) -> None:
    for role in ("csm", "trainer"):
        table = report.split(f"{role} by month\n")[1].split("\n\n", maxsplit=1)[0].splitlines()
        assert table[0].split()[0] == "month"
        assert [line[:7] for line in table[1:]] == [
            *(f"2027-{month:02d}" for month in range(2, 13)), "2028-01", "2028-02",
        ]  # fmt: skip
    assert "W0" not in report.split("csm by month")[1]
    assert "A week belongs to the month of its Thursday." in report
    assert "Opening book after 12 months" in report
    assert max(map(len, report.splitlines())) <= 110


def test_a_plan_given_in_weeks_says_so(run: Callable[..., Finished], tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "seed_example.yaml").read_text(encoding="utf-8")
    text = text.replace("start: 2027-01, months: 12", "start: 2027-01-06, weeks: 52, step: week")
    text = text.replace("    completed_terms:", "    churn: 10%\n    completed_terms:")
    path = tmp_path / "weeks.yaml"
    path.write_text(text, encoding="utf-8")
    done = run("run", path, "--trials", 100)
    assert done.code == 0, done.err
    assert "2027-W01 to 2027-W52 (4 January 2027 to 2 January 2028)" in done.out
    assert "Opening book after 52 weeks" in done.out
    checked = run("check", path)
    assert checked.code == 0
    assert "no mistakes" in checked.out


@pytest.mark.parametrize("by", [None, "week", "month", "quarter", "year"])
def test_the_table_by_longer_periods(
    run: Callable[..., Finished], tmp_path: Path, by: str | None
) -> None:
    out = tmp_path / "table.csv"
    span = ("--by", by) if by else ()
    done = run("run", BASE, *IN_WEEKS, "--trials", 100, "--quiet", "--csv", out, *span)
    assert done.code == 0, done.err
    with out.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["metric"] == "new_accounts"]
    values = {r["period"]: float(r["mean"]) for r in rows if not r["segment"]}
    whole = values.pop("")
    assert sum(values.values()) == pytest.approx(whole)
    first = {None: "2027-W05", "week": "2027-W05", "month": "2027-02",
             "quarter": "FY27-Q1", "year": "FY27"}[by]  # fmt: skip
    count = {None: 53, "week": 53, "month": 13, "quarter": 5, "year": 2}[by]
    assert (next(iter(values)), len(values)) == (first, count)


def test_a_month_of_the_table_is_the_sum_of_its_thursdays(
    simulated: Callable[..., Table],
) -> None:
    weeks = simulated(BASE, *IN_WEEKS, "--trials", 0)
    months = simulated(BASE, *IN_WEEKS, "--trials", 0, "--by", "month")
    for metric in ("due_hours", "headcount", "required_fte"):
        of_week, of_month = (t.values(metric, role="csm") for t in (weeks, months))
        of_week.pop("", None)
        of_month.pop("", None)
        for month, value in of_month.items():
            inside = [
                x for week, x in of_week.items()
                if f"{dt.date.fromisocalendar(int(week[:4]), int(week[6:]), 4):%Y-%m}" == month
            ]  # fmt: skip
            expected = {"due_hours": sum(inside), "headcount": inside[-1],
                        "required_fte": sum(inside) / len(inside)}[metric]  # fmt: skip
            assert value == pytest.approx(expected)


def test_a_precision_may_be_asked_of_weeks(run: Callable[..., Finished]) -> None:
    done = run("run", BASE, *IN_WEEKS, "--precision", "2%", "--metric", "team_cost")
    assert done.code == 0, done.err
    assert "Asked for: team_cost:mean to 2 %. Reached after" in done.out
    headline = run("run", BASE, *IN_WEEKS, "--precision", "5%")
    assert "Asked for: headline figures to 5 %. Reached after" in headline.out


def test_by_what_a_monthly_plan_has_not(run: Callable[..., Finished]) -> None:
    done = run("run", BASE, "--trials", 100, "--by", "week")
    assert done.code == 2
    assert "--by week: not known. Write month, quarter, year" in done.err
    done = run("run", BASE, *IN_WEEKS, "--trials", 100, "--by", "day")
    assert "--by day: not known. Write week, month, quarter, year" in done.err
