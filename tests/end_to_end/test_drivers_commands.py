"""The verbs `explain` and `sensitivity`, as a user runs them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import capacity
from capacity.cli.app import app
from capacity.errors import CapacityError

SHORT = ("--trials", "1000", "--set", "horizon.months=3")
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    for name in ("base.yaml", "accounts.csv", "automate_qbr.yaml"):
        shutil.copy(SCENARIOS / name, tmp_path)
    return tmp_path / "base.yaml"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(
        "name: two heads\nhorizon: {start: 2027-01, months: 12}\n"
        "segments: {smb: {accounts: 20, arr: 1_000, churn: {low: 5%, likely: 10%, high: 20%}}}\n"
        "tasks: {call: {role: csm, every: quarter, hours: 1h}}\n"
        "team: {csm: {headcount: 2, salary: 60_000}}\nfinance: {gross_margin: 80%}\n",
        encoding="utf-8",
    )
    return path


def run(*arguments: str | Path) -> Result:
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_a_figure_explained(plan: Path, tmp_path: Path) -> None:
    target, table = tmp_path / "why.json", tmp_path / "why.csv"
    how = ("--role", "csm", "--period", "2027-03", "--json", target, "--csv", table)
    found = run("explain", plan, "required_fte", *how)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[2].startswith("required FTE of csm: 5.03 = 477 h due ÷ 94.8 h for customers")
    assert f"{plan}:59: tasks.escalation.hours: 5.48 h" in lines
    assert all(len(line) <= 80 for line in lines if str(tmp_path) not in line)
    tree = json.loads(target.read_text(encoding="utf-8"))
    top = tree["explanation"]
    due, person = (part["value"] for part in top["parts"])
    assert top["value"] == pytest.approx(due / person, rel=1e-12)
    assert tree["manifest"]["trials"] == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["value"]) == top["value"]
    assert any(row["line"] == "59" for row in rows)


def test_the_same_in_brackets(plan: Path) -> None:
    one = run("explain", plan, "required_fte", "--role", "csm", "--period", "2027-03")
    assert one.stdout == run("explain", plan, "required_fte[csm, 2027-03]").stdout


def test_the_drivers_of_a_figure(plan: Path, tmp_path: Path) -> None:
    target, table = tmp_path / "drivers.json", tmp_path / "drivers.csv"
    how = (*SHORT, "--json", target, "--csv", table)
    found = run("sensitivity", plan, "--metric", "coverage[csm] >= 99%", *how)
    assert found.exit_code == 0
    assert "Measure first: average hours of check_in" in found.stdout
    assert "Where coverage[csm] crosses 99.0 %" in found.stdout
    assert all(len(line) <= 80 for line in found.stdout.splitlines())
    data = json.loads(target.read_text(encoding="utf-8"))
    assert data["figure"]["unknown"] + data["figure"]["luck"] == pytest.approx(1)
    assert data["drivers"][0]["input"] == "tasks.check_in.uncertainty"
    assert data["drivers"][0]["line"] == 129
    assert data["manifest"]["assumptions"]
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["input"] for row in rows] == [row["input"] for row in data["drivers"]]


def test_against_another_plan(small: Path) -> None:
    other = small.with_name("other.yaml")
    other.write_text(
        "extends: small.yaml\nname: three heads\nteam: {csm: {headcount: 3}}\n", encoding="utf-8"
    )
    found = run("sensitivity", small, "--metric", "profit", "--against", other, "--trials", "1000")
    assert found.exit_code == 0
    assert "profit: three heads less two heads is" in found.stdout


def test_against_other_values_of_the_plan(small: Path, tmp_path: Path) -> None:
    """The plan with one head more and fewer; its own value is the plan itself."""
    target = tmp_path / "heads.json"
    asked = ("--metric", "profit", "--against", "team.csm.headcount=1:3", "--trials", "1000")
    found = run("sensitivity", small, *asked, "--json", target)
    assert found.exit_code == 0
    assert "profit: team.csm.headcount=1 less two heads is" in found.stdout
    assert "Best on average: team.csm.headcount=1, $60" in found.stdout
    assert "the best in 100 % of the futures" in " ".join(found.stdout.split())
    plan = capacity.load(small)
    others = [plan.with_({"team.csm.headcount": n}) for n in (1, 3)]
    same = capacity.sensitivity(plan, "profit", against=others, trials=1000)
    told = json.loads(target.read_text(encoding="utf-8"))
    assert [d["worth_knowing"] for d in told["drivers"]] == [d.worth for d in same.drivers]
    assert same.mean == pytest.approx(60_000, rel=0.01)  # the pay of one
    best, *others = (one["name"] for one in told["figure"]["alternatives"])
    assert best == "team.csm.headcount=1"
    assert set(others) == {"two heads", "team.csm.headcount=3"}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("team.csm.headcount=2", "--against team.csm.headcount=2: the plan has it already"),
        ("team.csm.headcount=", "--against team.csm.headcount=: no values. Write --against"),
        ("team.csm.headcount=9:8", "--against team.csm.headcount=9:8: goes nowhere"),
        ("team.csm.headcount=3:30", "28 other plans. 20 are the most"),
        ("team.csm.headcout=3", "Did you mean `headcount`?"),
        ("other.yaml", "no such file"),
    ],
)
def test_other_values_that_cannot_be(small: Path, other: str, words: str) -> None:
    with pytest.raises(CapacityError) as found:
        run("sensitivity", small, "--metric", "profit", "--against", other)
    assert found.value.exit_code == 2
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "required_ftes"), "no metric is called `required_ftes`. Did you mean"),
        (("explain", "irr"), "irr compares a plan with one without the team. Ask `capacity roi`"),
        (("explain", "arr", "--task", "qbr"), "arr is not told by task here. Leave `qbr` out"),
        (("explain", "arr", "--segment", "x"), "arr knows no segment `x`. Known: enterprise"),
        (("explain", "arr", "--segment", "smbs"), "Did you mean `smb`?"),
        (("explain", "arr", "--period", "2031-01"), "arr knows no period `2031-01`"),
        (("sensitivity", "--metric", "npvv"), "no metric is called `npvv`"),
        (("sensitivity", "--metric", "arr", "--trials", "10"), "Ask for 1,000 or more"),
        (("sensitivity", "--metric", "npv", "--without", "role:cms"), "cms"),
    ],
)
def test_what_cannot_be_asked(plan: Path, arguments: tuple[str, ...], words: str) -> None:
    verb, *others = arguments
    with pytest.raises(CapacityError) as found:
        run(verb, plan, *others)
    assert found.value.exit_code == 2
    assert words in str(found.value)


def test_nothing_is_written_over_an_input(plan: Path) -> None:
    before = plan.read_bytes()
    with pytest.raises(CapacityError, match="is an input of this run"):
        run("explain", plan, "arr", "--json", plan)
    with pytest.raises(CapacityError, match="is an input of this run"):
        run("sensitivity", plan, "--metric", "arr", "--csv", plan, "--trials", "1000")
    assert plan.read_bytes() == before


@pytest.mark.parametrize("verb", [("explain",), ("sensitivity", "--metric")])
@pytest.mark.parametrize(
    ("figure", "hint"),
    [("required_ft", "Did you mean `required_fte`?"), ("npw", "Write one of due_hours, ")],
)
def test_a_figure_that_is_not_there(
    plan: Path, verb: tuple[str, ...], figure: str, hint: str
) -> None:
    name, *option = verb
    with pytest.raises(CapacityError, match=f"no metric is called `{figure}`") as caught:
        run(name, plan, *option, figure)
    assert hint in str(caught.value)


@pytest.mark.parametrize("more", [(), ("--fixed-too",)])
def test_without_ranges_all_is_luck(tmp_path: Path, more: tuple[str, ...]) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "name: no ranges\nhorizon: {start: 2027-01, months: 6}\n"
        "segments: {smb: {accounts: 20, arr: 1_000, churn: 10%, addressable: 50%}}\n"
        "tasks: {call: {role: csm, every: quarter, hours: 1h}}\nteam: {csm: {headcount: 1}}\n",
        encoding="utf-8",
    )
    found = run("sensitivity", path, "--metric", "arr", "--trials", "2000", *more)
    assert found.exit_code == 0
    said = " ".join(found.stdout.split())
    assert "No input has a range: all of its variance is the luck of the draw." in said
    assert ("Numbers without a range" in said) == bool(more)
