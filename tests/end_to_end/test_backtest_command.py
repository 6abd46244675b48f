"""The verb `backtest`, as a user runs it: files of every form, good and bad, to every output."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import capacity
from capacity.cli.app import app
from capacity.errors import InputError, QuestionError

PLAN = """
name: Half a year
currency: USD
fx: {EUR: 1.25}
horizon: {start: 2027-01, months: 6}
segments:
  smb: {accounts: 400, arr: 1000, churn: {low: 15%, likely: 20%, high: 25%}}
  big: {accounts: 100, arr: 9000, churn: {low: 4%, likely: 6%, high: 8%}}
tasks:
  call: {role: csm, every: month, hours: 1h, uncertainty: 7%}
team: {csm: {headcount: 7}}
finance: {gross_margin: 80%}
simulation: {trials: 1000, seed: 3}
"""
MONTHS = ["2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06"]
Row = Sequence[object]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    if found.exception and not isinstance(found.exception, (SystemExit, InputError, QuestionError)):
        raise found.exception
    return found


def written(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def lost(plan: Path) -> Callable[[str], list[list[object]]]:
    """Rows of what happens with another churn of small accounts, tidy."""

    def rows(churn: str) -> list[list[object]]:
        truth = capacity.load(plan, set={"segments.smb.churn": churn})
        found = capacity.simulate(truth, trials=100, seed=9)
        out: list[list[object]] = [["metric", "segment", "role", "period", "value"]]
        for metric, segment, role in (
            ("churned_accounts", "smb", ""),
            ("arr", "", ""),
            ("due_hours", "", "csm"),
        ):
            values = found.array(metric, segment=segment, role=role)[:, 5].tolist()
            pairs = zip(MONTHS, values, strict=True)
            out += [[metric, segment, role, *pair] for pair in pairs]
        return out

    return rows


def test_a_plan_that_missed(
    plan: Path, tmp_path: Path, lost: Callable[[str], list[list[object]]]
) -> None:
    actuals, out = written(tmp_path / "actuals.csv", lost("40%")), tmp_path / "out"
    found = run("backtest", plan, "--actuals", actuals, "--out", out)
    assert found.exit_code == 0
    told = " ".join(found.stdout.split())
    assert "• The plan missed: churned_accounts[smb] was" in told
    assert "• segments.smb.churn explains" in told
    assert "beyond everything that the range allows" in told
    assert all(len(line) <= 110 for line in found.stdout.splitlines())
    data = json.loads((out / "table.json").read_text(encoding="utf-8"))
    assert data["backtest"]["missed"] is True
    assert data["backtest"]["cause"] == "segments.smb.churn"
    assert data["inputs"][0]["explains_at"] == pytest.approx(0.40, abs=0.06)
    assert data["inputs"][0]["beyond"] == 0
    assert [row["level"] for row in data["coverage"]] == [0.5, 0.8, 0.9]
    assert data["manifest"]["actuals"] == {str(actuals): data["manifest"]["actuals"][str(actuals)]}
    rows = pd.read_csv(out / "table.csv")
    assert len(rows) == len(data["points"]) == 18
    assert rows["line"].tolist() == list(range(2, 20))
    assert (out / "workbook.xlsx").stat().st_size > 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "The plan missed" in page
    assert "<svg" in page
    assert sorted(p.name for p in (out / "charts").glob("*.svg")) == ["forecast.svg", "spread.svg"]


def test_units_of_what_is_told(plan: Path, tmp_path: Path) -> None:
    """Money with its currency, differences of shares in points."""
    rows = [["period", "arr", "coverage[csm]"], *([m, 1_500_000, 0.5] for m in MONTHS)]
    told = str(capacity.backtest(capacity.load(plan), written(tmp_path / "actuals.csv", rows)))
    of_arr, of_coverage = (
        next(line for line in told.splitlines() if line.startswith(name))
        for name in ("arr ", "coverage[csm] ")
    )
    assert re.search(r"\$1\.50M +\$1\.\d\dM +[+−]\$\d", of_arr)
    assert re.search(r"50\.0 % +100\.0 % +−50\.0 pp", of_coverage)


def test_a_plan_that_held(plan: Path, tmp_path: Path, lost: Callable[..., list[Row]]) -> None:
    actuals = written(tmp_path / "actuals.csv", lost("20%"))
    found = run("backtest", plan, "--actuals", actuals)
    assert found.exit_code == 0
    told = " ".join(found.stdout.split())
    assert "• The plan held:" in told
    assert "explains" not in told
    assert "Against the last value" in told  # of ARR, which the plan itself knows
    test = capacity.backtest(capacity.load(plan), actuals)
    assert not test.missed
    assert test.cause is None
    assert str(test) == found.stdout.rstrip("\n")
    assert test.verdict in test.page.headline


def test_one_column_a_figure_says_the_same(
    plan: Path, tmp_path: Path, lost: Callable[..., list[Row]]
) -> None:
    """Titles of the file's own, days in place of months, amounts as other programs write them."""
    tidy = lost("30%")
    wide: list[Row] = [["Month", "Lost", "arr", "due_hours[csm, call]"]]
    for i, month in enumerate(MONTHS):
        values = [tidy[1 + i + 6 * column][-1] for column in range(3)]
        wide.append([f"{month}-28", values[0], f"USD {values[1]:,}", values[2]])
    scenario = capacity.load(plan)
    one = capacity.backtest(scenario, written(tmp_path / "tidy.csv", tidy))
    names = {"period": "Month", "churned_accounts[smb]": "Lost"}
    two = capacity.backtest(scenario, written(tmp_path / "wide.csv", wide), columns=names)
    values = ["period", "actual", "p50", "crps"]
    pd.testing.assert_frame_equal(one.table()[values], two.table()[values])
    assert [score.figure.called for score in two.scores] == [
        "churned_accounts[smb]",
        "arr",
        "due_hours[csm, call]",
    ]


def test_a_table_of_pandas_says_the_same(
    plan: Path, tmp_path: Path, lost: Callable[..., list[Row]]
) -> None:
    """As it was read from a file, with months as pandas has them, or as the index."""
    path = written(tmp_path / "actuals.csv", lost("30%"))
    scenario, frame = capacity.load(plan), pd.read_csv(path)
    one = capacity.backtest(scenario, path).table("scores")
    months = frame.assign(period=pd.PeriodIndex(frame["period"], freq="M"))
    for table in (frame, months, frame.set_index(["metric", "period"])):
        found = capacity.backtest(scenario, table)
        pd.testing.assert_frame_equal(found.table("scores"), one)
        assert list(found.manifest["actuals"]) == ["actuals (DataFrame)"]


def test_a_table_of_pandas_with_mistakes(plan: Path) -> None:
    scenario = capacity.load(plan)
    frame = pd.DataFrame({"period": MONTHS[:3], "arr": [1.0, math.inf, None]})
    with pytest.raises(InputError, match=r"actuals \(DataFrame\): row 2: arr: inf is not a finite"):
        capacity.backtest(scenario, frame)
    found = capacity.backtest(scenario, frame.drop(index=1))
    assert [point.period for point in found.points] == MONTHS[:1]
    assert found.doubts == (
        "actuals (DataFrame): 1 cell without a value: left out, since unknown is not zero",
    )
    with pytest.raises(QuestionError, match="actuals is a list"):
        capacity.backtest(scenario, [1, 2])  # type: ignore[arg-type]


def test_naive_forecasts(plan: Path, tmp_path: Path) -> None:
    """From history in either file, each by hand; without any the plan's own book."""
    rows: list[Row] = [["period", "churned_accounts[smb]", "arr", "accounts", "accounts[big]"]]
    rows += [["2026-01", 4, 1_000_000, "", ""], ["2026-02", 6, 1_000_000, "", ""]]
    rows += [["2026-12", 9, 1_200_000, "", ""], ["2027-01", 5, 1_300_000, 495, 100]]
    rows += [["2027-02", 7, 1_290_000, 490, 99], ["2027-07", 8, "", "", ""]]
    test = capacity.backtest(capacity.load(plan), written(tmp_path / "actuals.csv", rows))
    table = test.table().set_index(["metric", "segment", "period"]).sort_index()
    churned = table.loc["churned_accounts", "smb"]
    assert churned["last_value"].tolist() == [9, 9]
    assert churned["last_year"].tolist() == [4, 6]
    assert churned["constant_ratio"].tolist() == pytest.approx([19 / 3.2 * 1.2] * 2)
    assert table.loc["arr", ""]["last_value"].tolist() == [1_200_000] * 2
    assert table.loc["accounts", ""]["last_value"].tolist() == [500] * 2
    assert table.loc["accounts", "big"]["last_value"].tolist() == [100] * 2
    assert table.loc["arr", ""]["constant_ratio"].isna().all()
    score = test.scores[0]
    assert score.naive["last_year"].error == pytest.approx(1)
    assert score.naive["last_year"].skill == pytest.approx(1 - score.crps)
    assert math.isnan(test.scores[2].naive["last_year"].skill)
    assert "1 cell after the plan" in str(test)
    assert "9 cells without a value" in str(test)


def test_history_in_a_file_of_its_own(plan: Path, tmp_path: Path) -> None:
    actuals = written(tmp_path / "a.csv", [["period", "churned_accounts[smb]"], ["2027-01", 5]])
    before = written(tmp_path / "b.csv", [["period", "churned_accounts[smb]"], ["2026-01", 4]])
    found = run("backtest", plan, "--actuals", actuals)
    assert "No naive forecast is known" in found.stdout
    found = run("backtest", plan, "--actuals", actuals, "--history", before)
    assert "Against the same periods of last year" in found.stdout


def test_a_figure_by_month_and_by_quarter(plan: Path, tmp_path: Path) -> None:
    """Two figures, told apart by name."""
    rows: list[Row] = [["period", "arr"], ["2027-02", "1.25M"], ["FY27-Q1", "1.2M"]]
    test = capacity.backtest(capacity.load(plan), written(tmp_path / "a.csv", rows))
    assert list(test.names.values()) == ["arr by month", "arr by quarter"]
    assert test.table("scores")["by"].tolist() == ["month", "quarter"]
    assert "arr by quarter" in str(test)


def test_longer_periods_other_currencies_and_the_whole_plan(plan: Path, tmp_path: Path) -> None:
    rows: list[Row] = [["metric", "period", "value", "unit"]]
    rows += [["arr", "FY27-Q1", "EUR 1,000,000", "EUR"], ["churned_arr", "", "40k", ""]]
    rows += [["gross_profit", "2027-01", "-2k", "USD"], ["gross_profit", "2027-02", -300, "EUR"]]
    test = capacity.backtest(capacity.load(plan), written(tmp_path / "actuals.csv", rows))
    found = [(p.period, p.actual) for p in test.points]
    assert found[:2] == [("FY27-Q1", 1.25e6), ("", 4e4)]
    assert found[2:] == [("2027-01", -2000), ("2027-02", -375)]
    result = capacity.simulate(capacity.load(plan))
    by_quarter = result.table("quarter", "arr").set_index(["segment", "period"])
    assert test.points[0].quantiles[3] == by_quarter.loc[("", "FY27-Q1"), "p50"]
    assert test.points[1].mean == pytest.approx(result.mean("churned_arr", period=""))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["metric,period,value", "chrun,2027-01,3"], ":2: metric: no metric is called `chrun`"),
        (["period,acounts", "2027-01,3"], ":1: acounts: no metric is called `acounts`. Did you"),
        (["metric,period,value", "arr,2027-13,3"], ":2: period: '2027-13' is no period"),
        (["metric,period,value", "arr,FY26-Q4,3"], "no value lies within the plan"),
        (["metric,period,value", "arr,FY27,3"], ":2: period: the plan holds only a part of FY27"),
        (["metric,period,value", "arr,,3"], ":2: period: is empty, and arr is of a period"),
        (["metric,period,value", "arr,2027-01,"], ":2: value: is empty; unknown is not zero"),
        (["metric,period,value", "arr,2027-01,x"], ":2: value: 'x' is not a number"),
        (["metric,period,value", "arr,2027-01,3 GBP"], ":2: value: '3 GBP' is in GBP."),
        (["metric,period,value,unit", "arr,2027-01,3,GBP"], ":2: value: is in 'GBP'; arr is in"),
        (["metric,period,value", "arr:p90,2027-01,3"], ":2: metric: 'arr:p90' is a quantile"),
        (["metric,period,value", "p_covered[csm],,1"], "Write `coverage` instead"),
        (["metric,period,value", "coverage[csm],2027-01,97"], "97 is above 1, which is 100%"),
        (["metric,period,value", "accounts,2027-01,-3"], ":2: value: -3 is outside"),
        (["metric,period,segment,value", "arr,2027-01,smbs,3"], "Did you mean `smb`?"),
        (["metric,period,value", "arr,2027-01,3", "arr,2027-01,4"], ":3: value: says arr of"),
        (["metric,period,segement,value", "arr,2027-01,smb,3"], ":1: segement: no such column"),
        (["metrics,period,value", "arr,2027-01,3"], "--columns metric=TITLE"),
        (["month,arr", "2027-01,3"], ":1: period: no column is called `period`"),
        (["period,arr,arr", "2027-01,3,4"], ":1: arr: 2 columns are called `arr`"),
        (["period", "2027-01"], ":1: no figure. The file has period."),
        ([], "is empty"),
    ],
)
def test_bad_files(plan: Path, tmp_path: Path, rows: list[str], said: str) -> None:
    path = tmp_path / "actuals.csv"
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    target = tmp_path / "table.json"
    found = run("backtest", plan, "--actuals", path, "--json", target)
    assert isinstance(found.exception, (InputError, QuestionError))
    assert found.exception.exit_code == 2
    assert said in str(found.exception)
    assert str(path) in str(found.exception)
    assert not target.exists()


def test_all_mistakes_at_once_but_not_a_thousand(plan: Path, tmp_path: Path) -> None:
    rows: list[Row] = [["metric", "period", "value"], ["chrun", "2027-01", 1]]
    rows += [["arr", "2027-01", "x"] for _ in range(30)]
    with pytest.raises(InputError) as caught:
        capacity.backtest(capacity.load(plan), written(tmp_path / "a.csv", rows))
    found = [str(mistake) for mistake in caught.value.mistakes]
    assert len(found) == 12
    assert found[-1].endswith(":13: value: 20 more rows with something wrong")


def test_a_figure_without_a_range(plan: Path, tmp_path: Path) -> None:
    """It can only be right or wrong, and no input explains it."""
    rows: list[Row] = [["period", "headcount[csm]"], ["2027-01", 7], ["2027-02", 6]]
    test = capacity.backtest(capacity.load(plan), written(tmp_path / "a.csv", rows))
    first, second = test.points
    assert (first.inside, second.inside) == ((True,) * 3, (False,) * 3)
    assert (first.crps, second.crps) == (0, 1)
    assert test.missed
    assert test.cause is None
    assert "No uncertain input explains it" in str(test)


def test_what_cannot_be_asked(plan: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [["period", "arr"], ["2027-01", 1_000_000]])
    scenario = capacity.load(plan)
    with pytest.raises(QuestionError, match="10 futures are too few"):
        capacity.backtest(scenario, path, trials=10)
    with pytest.raises(InputError, match="no such file"):
        capacity.backtest(scenario, tmp_path / "missing.csv")
    with pytest.raises(QuestionError, match="no table is called 'figures'"):
        capacity.backtest(scenario, path).table("figures")
