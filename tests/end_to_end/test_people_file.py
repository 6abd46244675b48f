"""A team by name, from the file to the table, through the real command."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import Finished, read_table

import capacity

PLAN = """\
name: A team by name
horizon: {start: 2027-01, months: 12}
segments: {smb: {accounts: 80, arr: 12_000, churn: 12%, addressable: 60%}}
tasks:
  call: {role: csm, every: month, hours: 3h, priority: 1}
  training: {role: trainer, on: start, hours: 2h}
  hand_over: {role: csm, on: departure, hours: {low: 1h, likely: 2h, high: 4h}, defer: 1 month}
team:
  csm: {people: people.csv, salary: 60_000, attrition: 10%, holidays: US, pto_days: 20,
        ramp: [20%, 60%], departure: {churn: 1.3, fades_over: 6 months}}
  trainer: {people: people.csv, salary: 50_000}
  lead: {per: {csm: 4}, salary: 90_000}
"""
PEOPLE = """\
name,role,team,start,end,fte,location,leave_from,leave_to
"Moreau, Ada",csm,EMEA,2021-04-01,,,FR,,
Ben Schulz,csm,EMEA,2026-12-01,,0.5,DE-BY,,
Cleo Park,csm,AMER,,2027-06-30,,,,
Dan Ortiz,csm,AMER,2027-03-15,,,,,
Eve Lund,csm,EMEA,,,80%,SE,2027-04-01,2027-07-31
Finn O'Hara,trainer,AMER,,,,US,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def test_expected_values_of_a_team_by_name(run: Callable[..., Finished], folder: Path) -> None:
    done = run("run", "plan.yaml", "--trials", 0, "--set", "team.csm.attrition=0", "--json",
               "out.json", folder=folder)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    table = read_table(folder / "out.json")
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in
             ("plan.yaml", "people.csv")}  # fmt: skip
    assert table.manifest["files"] == files
    heads = list(table.values("headcount", role="csm").values())
    assert heads == [4, 4, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4]
    pay = [v for k, v in table.values("cost_salaries", role="csm").items() if k]
    weeks = [3.3, 3.3, *[4.3] * 4, *[3.3] * 6]
    assert pay == pytest.approx([5000 * week for week in weeks])
    ramped = list(table.values("ramped_fte", role="csm").values())
    assert ramped[:6] == pytest.approx([3.1, 3.3, 3.5, 3.9, 4.3, 4.3])
    lead = list(table.values("headcount", role="lead").values())
    assert lead == [1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1]
    hand_over = table.values("due_hours", role="csm", task="hand_over")
    assert [period for period, hours in hand_over.items() if hours and period] == ["2027-07"]
    accounts = table.values("accounts")["2027-06"]
    assert hand_over["2027-07"] == pytest.approx(accounts / 5 * (1 + 4 * 2 + 4) / 6)


def test_futures_of_a_team_by_name(run: Callable[..., Finished], folder: Path) -> None:
    done = run("run", "plan.yaml", "--trials", 300, "--csv", "out.csv", folder=folder)
    assert (done.code, done.err) == (0, "")
    assert "csm by month" in done.out
    again = run("run", "plan.yaml", "--trials", 300, folder=folder)
    assert again.out == done.out
    header = (folder / "out.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith("metric,unit,period")


def test_check_lists_what_a_departure_is_judged_to_do(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("check", "plan.yaml", folder=folder)
    assert done.code == 0
    for path in ("team.csm.people", "team.csm.departure.churn", "team.csm.departure.fades_over"):
        assert path in done.out


def test_results_never_take_the_place_of_the_roster(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("run", "plan.yaml", "--trials", 0, "--csv", "people.csv", folder=folder)
    assert done.code != 0
    assert (folder / "people.csv").read_text(encoding="utf-8") == PEOPLE


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-06-30", "30.06.2027", "people.csv:4: end: '30.06.2027' is not a date as YYYY-MM-DD"),
        ("0.5", "20", "people.csv:3: fte: '20' is not a part of a full week"),
        (",trainer,", ",coach,", "people.csv:7: role: 'coach' is no role of the scenario"),
        ("Cleo Park", "Ben Schulz", "people.csv:4: name: 'Ben Schulz' stands in line 3 already"),
        ("SE", "Nowhere", "people.csv:6: location: no holidays are known for 'Nowhere'"),
    ],
)
def test_a_bad_row_is_named(
    run: Callable[..., Finished], folder: Path, old: str, new: str, said: str
) -> None:
    (folder / "people.csv").write_text(PEOPLE.replace(old, new, 1), encoding="utf-8")
    done = run("run", "plan.yaml", folder=folder)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(said)
    assert "Traceback" not in done.err


def test_a_missing_roster_is_named_where_the_plan_names_it(
    run: Callable[..., Finished], folder: Path
) -> None:
    (folder / "people.csv").unlink()
    done = run("check", "plan.yaml", folder=folder)
    assert done.code == 2
    assert "plan.yaml:9:17: team.csm.people: people.csv: no such file." in done.out + done.err


def test_coverage_of_nobody_can_be_told(run: Callable[..., Finished], folder: Path) -> None:
    """All are on leave: nothing is done, and no number breaks."""
    rows = "name,role,leave_from\nAda,csm,2020-01-01\nBen,trainer,2020-01-01\n"
    (folder / "people.csv").write_text(rows, encoding="utf-8")
    done = run("run", "plan.yaml", "--trials", 100, "--set", "team.csm.attrition=0", "--json",
               "out.json", folder=folder)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    table = read_table(folder / "out.json")
    assert table.values("capacity_hours", role="csm")[""] == 0
    assert math.isclose(table.values("coverage", role="csm")[""], 0)


def test_people_in_a_workbook_are_the_people_of_the_csv(tmp_path: Path) -> None:
    import openpyxl

    rows = [["name", "start", "fte"], ["Ada", "2027-04-01", 0.5], ["Bo", None, None]]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "roster.xlsx")
    text = "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows)
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    found = []
    for kind in ("csv", "xlsx"):
        plan = tmp_path / f"{kind}.yaml"
        plan.write_text(
            "name: people\nhorizon: {start: 2027-02, months: 6}\nsegments: {smb: {accounts: 9}}\n"
            "tasks: {call: {role: csm, every: month, hours: 1h}}\n"
            f"team: {{csm: {{people: roster.{kind}, attrition: 20%}}}}\n",
            encoding="utf-8",
        )
        result = capacity.simulate(capacity.load(plan), trials=200)
        found.append(result.array("capacity_hours", role="csm"))
    assert (found[0] == found[1]).all()
