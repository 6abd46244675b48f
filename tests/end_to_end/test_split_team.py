"""A team split into pools, from the files to the table, through the real command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import Finished, read_table

PLAN = """\
name: Two regions
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv, columns: {region: "Sales Region"}}
segments: {smb: {churn: 12%, addressable: 60%, new_accounts: {per_year: 12, arr: 900}}}
tasks:
  call: {role: csm, every: month, hours: 6h, priority: 1, weight: 1}
  webinar: {role: csm, fixed: 30 hours per month}
value: {if_stopped: {churn: 1.4}}
team:
  csm:
    split: region
    headcount: {AMER: {value: 2, source: payroll}, مصر: 1}
    hires: {AMER: {2027-03: 1}}
    salary: {AMER: 96_000, مصر: {low: 30_000, likely: 36_000, high: 42_000}}
    holidays: {AMER: US, مصر: EG}
    attrition: 10%
"""
REGIONS = {"AMER": 60, "مصر": 20}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = ["id,segment,arr,start,renewal,Sales Region"]
    for region, count in REGIONS.items():
        rows += [
            f"{region}{i},smb,900,2025-01-01,2027-{1 + i % 12:02d}-15,{region}"
            for i in range(count)
        ]
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "book.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return tmp_path


def test_figures_by_pool_are_in_the_report_and_the_table(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("run", "plan.yaml", "--trials", 400, "--json", "out.json", folder=folder)
    assert (done.code, done.err) == (0, "")
    assert "csm by pool" in done.out
    for region in REGIONS:
        (row,) = [line for line in done.out.splitlines() if line.startswith(region)]
        assert row.rstrip().endswith("%")
    table = read_table(folder / "out.json")
    for metric in ("due_hours", "dropped_hours", "required_fte", "headcount", "team_cost"):
        parts = [table.values(metric, role="csm", pool=region) for region in REGIONS]
        whole = table.values(metric, role="csm")
        for period, value in whole.items():
            assert sum(part[period] for part in parts) == pytest.approx(value)
    pay = {r: table.values("cost_salaries", role="csm", pool=r)["2027-01"] for r in REGIONS}
    assert pay["AMER"] / pay["مصر"] == pytest.approx(2 * 96 / 36, rel=0.05)


def test_expected_values_of_a_split_team(run: Callable[..., Finished], folder: Path) -> None:
    done = run("run", "plan.yaml", "--trials", 0, "--json", "out.json", folder=folder,
               )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    table = read_table(folder / "out.json")
    due = {r: table.values("due_hours", role="csm", pool=r) for r in REGIONS}
    # a webinar of 30 h, by seats: two of three
    assert due["AMER"]["2027-01"] == pytest.approx(60 * 6 + 20)
    assert due["مصر"]["2027-01"] == pytest.approx(20 * 6 + 10)
    whole = table.values("due_hours", role="csm", task="webinar")
    assert set(whole.values()) == {30.0, 360.0}


def test_check_shows_settings_by_pool_with_their_sources(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("check", "plan.yaml", folder=folder)
    assert done.code == 0
    assert all(line.startswith("warning: plan.yaml:") for line in done.err.splitlines())
    for path in ("headcount.AMER", "hires.AMER.2027-03", "holidays.AMER", "salary.مصر"):
        assert f"team.csm.{path} " in done.out
    (line,) = [line for line in done.out.splitlines() if line.startswith("team.csm.headcount.AMER")]
    assert "payroll" in line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("مصر: 1}", "EGY: 1}", "plan.yaml:12:16: team.csm.headcount: accounts of region مصر have"),
        (
            "holidays: {AMER",
            "holidays: {AMRE",
            "plan.yaml:15:16: team.csm.holidays.AMRE: no pool is",
        ),
        (
            "split: region",
            "split: start",
            "plan.yaml:11:12: team.csm.split: accounts have no group",
        ),
    ],
)
def test_a_mistake_is_told_in_lines_and_leaves_nothing_behind(
    run: Callable[..., Finished], folder: Path, old: str, new: str, said: str
) -> None:
    (folder / "plan.yaml").write_text(PLAN.replace(old, new), encoding="utf-8")
    done = run("run", "plan.yaml", "--json", "out.json", folder=folder)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(said)
    assert not (folder / "out.json").exists()
