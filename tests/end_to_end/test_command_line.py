"""What a planner types: run, check and init on the scenarios that come with the library."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from leavings import ROOT, Finished, Table, contents, read_table

SEED_EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
BASE = ROOT / "scenarios" / "base.yaml"
TEN_BOOKS = ROOT / "scenarios" / "ten_books.yaml"
QUARTERS = ["FY27-Q1", "FY27-Q2", "FY27-Q3", "FY27-Q4"]
QUANTILES = ["p05", "p10", "p25", "p50", "p75", "p90", "p95"]
COLUMNS = ["metric", "unit", "period", "segment", "role", "pool", "task",
           "mean", "sd", "se", *QUANTILES]  # fmt: skip
NUMBERS = COLUMNS[7:]

SMALL = """\
name: Small
horizon: {start: 2027-01, months: 12}
segments:
  smb:
    accounts: {value: 30, source: ledger}
    arr: {value: 10_000, source: ledger}
    churn: {value: 20%, source: ledger}
tasks:
  call: {role: csm, every: {value: month, source: policy}, hours: {value: 2h, source: time sheets}}
team:
  csm: {headcount: {value: 2, source: payroll}, salary: {value: 90_000, source: payroll}}
"""

WORK = {("role",), ("role", "task"), ("segment", "role", "task")}
SEGMENTS = {(), ("segment",)}
ROLE = {("role",)}
METRICS: dict[str, tuple[str, set[tuple[str, ...]]]] = {
    **dict.fromkeys(
        ("due_hours", "done_hours", "dropped_hours", "cancelled_hours", "backlog_hours"),
        ("hours", WORK),
    ),
    "coverage": ("share", {("role",), ("task",), ("segment", "task")}),
    **dict.fromkeys(("available_hours", "capacity_hours"), ("hours", ROLE)),
    **dict.fromkeys(("required_fte", "ramped_fte"), ("FTE", ROLE)),
    "headcount": ("people", ROLE),
    "vacancies": ("seats", ROLE),
    **dict.fromkeys(("utilization", "load", "p_covered"), ("share", ROLE)),
    **dict.fromkeys(("accounts", "new_accounts", "churned_accounts"), ("accounts", SEGMENTS)),
    **dict.fromkeys(
        ("arr", "new_arr", "expansion_arr", "contraction_arr", "churned_arr", "revenue"),
        ("USD", SEGMENTS),
    ),
    "gross_profit": ("USD", {()}),
    **dict.fromkeys(
        (
            "team_cost",
            "cost_salaries",
            "cost_on_costs",
            "cost_bonus",
            "cost_tools",
            "cost_hiring",
        ),
        ("USD", {(), ("role",)}),
    ),
    **dict.fromkeys(("cost_severance", "cost_platform"), ("USD", {()})),
    **dict.fromkeys(("grr", "nrr", "logo_retention"), ("share", SEGMENTS)),
    "cost_share_of_revenue": ("share", SEGMENTS),
    **dict.fromkeys(("clv", "cost_to_serve"), ("USD", SEGMENTS)),
}
"""Metrics of a plan with money, with their unit and the keys they are known for."""

STOCKS = {"backlog_hours", "headcount", "ramped_fte", "vacancies", "accounts", "arr"}
AVERAGES = {"required_fte", "load"}
WHOLE = {
    "grr",
    "nrr",
    "logo_retention",
    "cost_share_of_revenue",
    "p_covered",
    "clv",
    "cost_to_serve",
}


@pytest.fixture(scope="module")
def base(simulated: Callable[..., Table]) -> Table:
    return simulated(BASE, "--trials", 200)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def months(first_year: int = 2027, first: int = 1, count: int = 12) -> list[str]:
    numbers = range(first - 1, first - 1 + count)
    return [f"{first_year + n // 12}-{n % 12 + 1:02d}" for n in numbers]


# --- run: the numbers ---------------------------------------------------------------------------


def test_a_hundred_qbrs_of_three_hours_a_quarter(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    """100 accounts, 1 h + 1 h + 1 h each quarter: 300 h a quarter, 1,200 h a year, always."""
    done = run("run", SEED_EXAMPLE, "--by", "quarter", "--trials", 300,
               "--json", tmp_path / "a.json", "--csv", tmp_path / "a.csv")  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert "1,200" in done.out
    table = read_table(tmp_path / "a.json")
    wanted = dict.fromkeys(QUARTERS, 300.0) | {"": 1200.0}
    for of in ("mean", *QUANTILES):
        assert table.values("due_hours", of, role="csm") == wanted
        assert table.values("due_hours", of, role="csm", task="qbr", segment="customers") == wanted
    assert set(table.values("due_hours", "sd", role="csm").values()) == {0.0}
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["metric"] == "due_hours" and not r["task"]]
    assert {r["period"]: float(r["mean"]) for r in rows} == wanted


def test_expected_values_need_no_luck(simulated: Callable[..., Table]) -> None:
    table = simulated(SEED_EXAMPLE, "--by", "year", "--trials", 0)
    assert table.values("due_hours", role="csm") == {"FY27": 1200.0, "": 1200.0}
    assert table.manifest["trials"] == 0
    for row in table.rows:
        assert {row[name] for name in ("sd", "se", *QUANTILES)} == {None}


def test_json_and_csv_hold_the_same_rows(run: Callable[..., Finished], tmp_path: Path) -> None:
    out = tmp_path / "base.json", tmp_path / "base.csv"
    done = run("run", BASE, "--trials", 100, "--quiet", "--json", out[0], "--csv", out[1])
    assert done.code == 0, done.err
    rows = read_table(out[0]).rows
    with out[1].open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        written = list(reader)
    assert len(written) == len(rows)
    for one, other in zip(rows, written, strict=True):
        assert list(one) == COLUMNS
        assert [one[k] for k in COLUMNS[:7]] == [other[k] for k in COLUMNS[:7]]
        numbers = [float(other[k]) if other[k] else None for k in NUMBERS]
        assert [one[k] for k in NUMBERS] == numbers
    assert b"\r" not in out[1].read_bytes()


# --- run: base.yaml -----------------------------------------------------------------------------


def test_the_manifest_says_what_the_numbers_depend_on(base: Table) -> None:
    manifest = dict(base.manifest)
    assert manifest.pop("seconds") > 0
    assert len(manifest.pop("assumptions")) > 150
    assert manifest.pop("warnings") == manifest.pop("expectations") == []
    files = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (BASE, BASE.with_name("accounts.csv"))
    }
    assert manifest == {
        "library": f"cs-capacity {version('cs-capacity')}",
        "scenario": "FY27 base plan",
        "files": files,
        "set": {},
        "seed": 0,
        "trials": 200,
        "block": 100,
        "resolution": "auto",
    }


def test_every_metric_is_there_with_its_unit_and_keys(base: Table) -> None:
    found: dict[str, tuple[str, set[tuple[str, ...]]]] = {}
    for row in base.rows:
        key = tuple(k for k in ("segment", "role", "pool", "task") if row[k])
        unit, keys = found.setdefault(row["metric"], (row["unit"], set()))
        assert unit == row["unit"]
        keys.add(key)
    assert found == METRICS


def test_every_metric_is_there_once_for_each_period(base: Table) -> None:
    """Flows and shares have the horizon's figure, too; stocks and averages have none."""
    keys = [tuple(row[k] for k in COLUMNS if k not in ("unit", *NUMBERS)) for row in base.rows]
    assert len(set(keys)) == len(keys)
    wanted = months(2027, 2)
    for metric in METRICS:
        periods = {row["period"] for row in base.rows if row["metric"] == metric}
        if metric in {"grr", "nrr", "logo_retention"}:
            assert periods == {"", "12m"}
        elif metric in WHOLE:
            assert periods == {""}
        else:
            horizon = set() if metric in STOCKS | AVERAGES else {""}
            assert periods == set(wanted) | horizon, metric


def test_the_numbers_of_a_row_are_in_order(base: Table) -> None:
    """Unknown in all numbers or in none, but for coverage (of work that is due in some futures
    only) and load (infinite where nobody is there, which JSON cannot say).
    """
    for row in base.rows:
        numbers = [row[n] for n in NUMBERS]
        quantiles = [q for q in (row[n] for n in QUANTILES) if q is not None]
        assert quantiles == sorted(quantiles), row
        if row["metric"] == "load":
            continue
        if row["mean"] is None:
            assert row["metric"] == "coverage"
            assert set(numbers) == {None}, row
        elif row["metric"] != "coverage":
            assert all(math.isfinite(n) for n in numbers), row
            assert row["sd"] >= 0
            assert row["se"] >= 0


def test_work_due_is_done_dropped_cancelled_or_waiting(base: Table) -> None:
    """base.yaml begins without a backlog."""
    for role in ("csm", "trainer"):
        parts = [
            base.value(name, role=role)
            for name in ("done_hours", "dropped_hours", "cancelled_hours")
        ]
        waiting = base.value("backlog_hours", "2028-01", role=role)
        assert sum(parts) + waiting == pytest.approx(base.value("due_hours", role=role), rel=1e-9)


@pytest.mark.parametrize(("by", "groups"), [("quarter", 4), ("year", 1)])
def test_longer_periods_sum_flows_and_end_stocks(
    simulated: Callable[..., Table], base: Table, by: str, groups: int
) -> None:
    """base.yaml starts with its fiscal year, in February."""
    longer = simulated(BASE, "--trials", 200, "--by", by)
    labels = QUARTERS if groups == 4 else ["FY27"]
    of_group = [months(2027, 2)[i : i + 12 // groups] for i in range(0, 12, 12 // groups)]
    for flow, keys in (("due_hours", {"role": "csm"}), ("revenue", {}), ("team_cost", {})):
        monthly = base.values(flow, **keys)
        sums = [sum(monthly[m] for m in group) for group in of_group]
        wanted = dict(zip(labels, sums, strict=True)) | {"": monthly[""]}
        assert longer.values(flow, **keys) == pytest.approx(wanted, rel=1e-9)
    for stock, keys in (
        ("arr", {}),
        ("accounts", {"segment": "smb"}),
        ("headcount", {"role": "csm"}),
    ):
        monthly = base.values(stock, **keys)
        ends = [monthly[group[-1]] for group in of_group]
        assert longer.values(stock, **keys) == pytest.approx(dict(zip(labels, ends, strict=True)))


def test_the_report_is_shown_without_being_asked(run: Callable[..., Finished]) -> None:
    done = run("run", BASE, "--trials", 100)
    assert done.code == 0, done.err
    assert done.out.startswith("FY27 base plan")
    for words in ("csm", "required FTE", "ARR bridge", "Seed 0"):
        assert words in done.out


# --- run: options -------------------------------------------------------------------------------


def test_twice_the_people_are_twice_the_hours(simulated: Callable[..., Table], small: Path) -> None:
    two = simulated(small, "--trials", 0)
    four = simulated(small, "--trials", 0, "--set", "team.csm.headcount=4", "--set", "name=Four")
    assert two.value("headcount", "2027-05", role="csm") == 2
    assert four.value("headcount", "2027-05", role="csm") == 4
    hours = two.values("capacity_hours", role="csm")
    assert hours["2027-01"] == 2 * 21 * 8  # two people, 21 working days
    assert four.values("capacity_hours", role="csm") == {k: 2 * v for k, v in hours.items()}
    assert four.value("cost_salaries") == pytest.approx(2 * two.value("cost_salaries"))
    assert four.value("due_hours", role="csm") == two.value("due_hours", role="csm")
    assert four.manifest["set"] == {"team.csm.headcount": "4", "name": "Four"}
    assert (two.manifest["scenario"], four.manifest["scenario"]) == ("Small", "Four")


def test_the_same_seed_gives_the_same_numbers_and_another_does_not(
    simulated: Callable[..., Table], small: Path
) -> None:
    one, again, other = (simulated(small, "--trials", 100, "--seed", s) for s in (5, 5, 6))
    assert one.rows == again.rows
    assert one.manifest["seed"] == 5
    assert [r["mean"] for r in one.rows if r["metric"] == "churned_accounts"] != [
        r["mean"] for r in other.rows if r["metric"] == "churned_accounts"
    ]


def test_a_precise_run_says_how_many_futures_it_took(
    run: Callable[..., Finished], small: Path, tmp_path: Path
) -> None:
    arguments = ["--precision", "0.15%", "--metric", "grr[smb]", "--seed", 4]
    out = tmp_path / "out.json"
    done = run("run", small, *arguments, "--json", out)
    assert (done.code, done.err) == (0, "")
    table = read_table(out)
    trials, found = table.manifest["trials"], table.manifest["precision"]
    assert trials > 2000
    assert done.out.splitlines()[-1] == (
        f"Asked for: grr[smb]:mean to 0.15 %. Reached after {trials:,} futures."
    )
    assert (found["asked"], found["metric"], found["reached"]) == (0.0015, "grr[smb]:mean", True)
    assert 0 < found["error"] <= 0.0015
    done = run("run", small, "--trials", trials, "--seed", 4, "--quiet", "--json", out)
    assert (done.code, read_table(out).rows) == (0, table.rows)


def test_a_scenario_asks_for_its_own_precision(
    simulated: Callable[..., Table], small: Path
) -> None:
    small.write_text(SMALL + "simulation: {precision: 2%, metric: arr, trials: 4000}\n")
    asked = simulated(small)
    assert asked.manifest["trials"] in (2000, 3000, 4000)
    assert asked.manifest["precision"]["asked"] == 0.02
    assert "precision" not in simulated(small, "--trials", 0).manifest
    bounded = simulated(small, "--precision", "0.001%", "--trials", 2500)
    assert bounded.manifest["trials"] == 2500
    assert bounded.manifest["precision"]["reached"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--precision", "1%", "--metric", "aar"], "Did you mean `arr`?"),
        (["--precision", "1%", "--metric", "arr[smbb]"], "Did you mean `smb`?"),
        (["--precision", "1%", "--metric", "arr:p100"], "metric 'arr:p100' is not a figure."),
        (["--metric", "arr"], "metric arr without a precision."),
        (["--precision", "1%", "--trials", "0"], "a precision needs futures, but trials is 0."),
        (["--precision", "3"], "--precision 3 is not between 0 and 1, which is 100%. Write 3%"),
        (["--precision", "often"], "--precision 'often' is not a share."),
    ],
)
def test_a_precision_that_has_no_meaning_is_one_line(
    run: Callable[..., Finished], small: Path, arguments: list[str], words: str
) -> None:
    done = run("run", small, *arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.lines) == 1
    assert words in done.lines[0]


# --- run: errors in the report ------------------------------------------------------------------


def test_many_futures_leave_few_errors_to_tell(run: Callable[..., Finished]) -> None:
    out = run("run", BASE).out
    report, footer = out.split("Money and hours are expected values")
    assert report.count("~") < 5
    assert "points)" not in report.split("ARR goes from")[1]
    assert "± is a Monte Carlo standard error" in footer


def test_few_futures_show_their_errors(run: Callable[..., Finished]) -> None:
    report = " ".join(run("run", BASE, "--trials", 200).out.split("csm by month")[0].split())
    assert re.search(r"check_in \([\d,]+ ± \d+ h\)", report)
    assert re.search(r"over [\d.]+ ± 0\.\d in 1 of 10", report)
    assert re.search(
        r"GRR [\d.]+ % on average \(\S+ % to \S+ % in 8 of 10 futures, ± \S+ points\)", report
    )


def test_so_few_futures_that_hardly_one_lies_beyond_a_range_are_told(
    run: Callable[..., Finished],
) -> None:
    out = run("run", BASE, "--trials", 49).out
    assert out.count("So few futures") == 1
    assert "±" in out  # of a mean the error is known
    assert "So few futures" not in run("run", BASE, "--trials", 50).out
    assert "So few futures" not in run("run", BASE, "--trials", 0).out


def test_quiet_prints_nothing_on_standard_output(
    run: Callable[..., Finished], small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    done = run("run", small, "--trials", 100, "--quiet", "--csv", out)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert out.stat().st_size > 0


def test_files_that_are_there_are_replaced(
    run: Callable[..., Finished], small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    out.write_text("old " * 100_000)
    assert run("run", small, "--trials", 0, "--quiet", "--json", out).code == 0
    assert read_table(out).manifest["scenario"] == "Small"
    assert sorted(contents(tmp_path)) == ["out.json", "small.yaml"]


# --- init ---------------------------------------------------------------------------------------


def test_init_writes_files_that_run_and_check_accept(
    run: Callable[..., Finished], simulated: Callable[..., Table], tmp_path: Path
) -> None:
    made = run("init", "plans/new", folder=tmp_path)
    assert (made.code, made.err) == (0, "")
    made_files = ["accounts.csv", "scenario.schema.json", "scenario.yaml"]
    assert sorted(contents(tmp_path / "plans" / "new")) == made_files
    told = made.out.splitlines()[-1]
    assert told == "Now: capacity run plans/new/scenario.yaml"
    ran = run(*told.split()[2:], "--trials", 100, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("My plan")
    checked = run("check", "plans/new/scenario.yaml", folder=tmp_path)
    assert (checked.code, checked.err) == (0, "")
    assert "plans/new/scenario.yaml: no mistakes. My plan:" in checked.out
    table = simulated(tmp_path / "plans" / "new" / "scenario.yaml", "--trials", 100)
    assert set(METRICS) == {row["metric"] for row in table.rows}


@pytest.mark.parametrize("there", ["scenario.yaml", "accounts.csv", "scenario.schema.json"])
def test_init_overwrites_nothing(run: Callable[..., Finished], tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    done = run("init", ".", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.lines == [f"{there}: is there already. Name another folder"]
    assert contents(tmp_path) == {there: b"mine"}


def test_init_into_a_file_says_so(run: Callable[..., Finished], tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("mine")
    done = run("init", "plan", folder=tmp_path)
    assert done.code == 2
    assert done.lines == ["plan: cannot be made (File exists). Name another folder"]


# --- check --------------------------------------------------------------------------------------


def test_check_lists_what_a_plan_assumes(run: Callable[..., Finished], small: Path) -> None:
    done = run("check", small, folder=small.parent)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"{small}: no mistakes. Small: 30 accounts"
    of_hours = next(line for line in lines if line.startswith("tasks.call.hours "))
    assert of_hours.split() == ["tasks.call.hours", "2h", "–", "time", "sheets", "small.yaml:9"]
    of_seats = next(line for line in lines if line.startswith("team.csm.headcount "))
    assert of_seats.split() == ["team.csm.headcount", "2", "–", "payroll", "small.yaml:11"]
    assert any(line.split()[:3] == ["team.csm.attrition", "0%", "default"] for line in lines)


def test_strict_wants_sources(run: Callable[..., Finished], small: Path) -> None:
    assert run("check", small, "--strict").code == 0
    text = SMALL.replace("{value: 2h, source: time sheets}", "2h")
    small.write_text(text.replace("{value: 2, source: payroll}", "2"))
    assert run("check", small).code == 0
    done = run("check", small, "--strict")
    assert done.code == 2
    assert done.lines == [
        f"{small}:9:67: tasks.call.hours: has no source. Write {{value: …, source: …}}",
        f"{small}:11:20: team.csm.headcount: has no source. Write {{value: …, source: …}}",
        f"2 mistakes in {small}",
    ]


@pytest.mark.parametrize("scenario", [BASE, SEED_EXAMPLE, TEN_BOOKS])
def test_every_number_of_our_scenarios_has_its_source(
    run: Callable[..., Finished], scenario: Path
) -> None:
    done = run("check", scenario, "--strict")
    assert (done.code, done.err) == (0, "")


def test_every_mistake_of_every_file_is_named(
    run: Callable[..., Finished], small: Path, tmp_path: Path
) -> None:
    bad, worse = tmp_path / "bad.yaml", tmp_path / "worse.yaml"
    bad.write_text(SMALL.replace("value: month", "value: fortnite").replace("20%", "120%"))
    worse.write_text(SMALL.replace("role: csm", "role: cms"))
    done = run("check", worse.name, small.name, bad.name, folder=tmp_path)
    assert done.code == 2
    assert "small.yaml: no mistakes" in done.out
    assert "bad.yaml" not in done.out
    assert [line.split(":")[:2] for line in done.lines[:3]] == [
        ["bad.yaml", "7"],
        ["bad.yaml", "9"],
        ["worse.yaml", "9"],
    ]
    settings = [line.split(": ")[1] for line in done.lines[:3]]
    assert [setting.removesuffix(".value") for setting in settings] == [
        "segments.smb.churn",
        "tasks.call.every",
        "tasks.call.role",
    ]
    assert done.lines[3:] == ["3 mistakes in bad.yaml, worse.yaml"]


@pytest.mark.parametrize(
    ("words", "before"),
    [(["--html", ""], "--html"), (["--html="], "--html"), (["--out", ""], "--out"),
     (["--charts", ""], "--charts"), (["--set", ""], "--set")],
)  # fmt: skip
def test_a_name_that_is_empty_is_said(
    run: Callable[..., Finished], small: Path, words: list[str], before: str
) -> None:
    """It would be the folder one is in."""
    done = run("run", small, "--trials", 0, "--quiet", *words, folder=small.parent)
    said = f'{before} "": is empty. Write what is meant, or leave it out'
    assert (done.code, done.out, done.lines) == (2, "", [said])
    assert [*small.parent.iterdir()] == [small]


def test_settings_are_checked_too(run: Callable[..., Finished], small: Path) -> None:
    done = run("check", small, "--set", "team.csm.headcount=-1")
    assert done.code == 2
    assert "team.csm.headcount" in done.lines[0]


def test_run_refuses_what_check_refuses(run: Callable[..., Finished], small: Path) -> None:
    small.write_text(SMALL.replace("role: csm", "role: cms"))
    checked, ran = run("check", small), run("run", small)
    assert checked.code == ran.code == 2
    assert checked.lines == ran.lines
    assert ran.out == ""


@pytest.mark.parametrize("verb", [[], ["run"], ["check"], ["diff"], ["schema"], ["init"]])
def test_help_names_every_option(run: Callable[..., Finished], verb: list[str]) -> None:
    done = run(*verb, "--help")
    assert (done.code, done.err) == (0, "")
    words = {
        (): ["run", "check", "diff", "schema", "init"],
        ("run",): [
            "--trials",
            "--seed",
            "--precision",
            "--metric",
            "--set",
            "--sweep",
            "--json",
            "--csv",
            "--by",
            "--quiet",
            "--allow-outside",
        ],
        ("check",): ["--set", "--strict", "--json", "--allow-outside"],
        ("diff",): ["OLD", "NEW", "--set", "--allow-outside"],
        ("schema",): [],
        ("init",): ["DIR"],
    }[tuple(verb)]
    assert all(word in done.out for word in words)
