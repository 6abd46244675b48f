"""What a planner gets from `compare`: words, tables, files and mistakes, by the command line."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from leavings import ROOT, Finished, contents, read_table

import capacity
from capacity.pairing import PAIRED

SCENARIOS = ROOT / "scenarios"
BASE = SCENARIOS / "base.yaml"
VARIANTS = ("automate_qbr", "hire_ahead", "pooled_small_accounts", "recession")
SMALL = """\
name: Small
horizon: {start: 2027-01, months: 12}
segments:
  smb: {accounts: 30, arr: 10_000, churn: 20%}
tasks:
  call: {role: csm, every: month, hours: 2h}
team:
  csm: {headcount: 2, salary: 90_000}
"""
TEN = """\
extends: small.yaml
name: Ten people
changes:
  - name: ten people
    set: {team: {csm: {headcount: 10}}}
  - name: longer calls
    set: {tasks: {call: {hours: 3h}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "ten.yaml").write_text(TEN, encoding="utf-8")
    return tmp_path


def row_of(out: str, label: str) -> list[str]:
    """Cells of the first line of a table that begins with a label."""
    (line, *_) = (line for line in out.splitlines() if line.startswith(f"{label}  "))
    return re.split(r"\s{2,}", line)[1:]


# --- what is printed -----------------------------------------------------------------------------


def test_a_comparison_in_words_and_figures(run: Callable[..., Finished], folder: Path) -> None:
    """Eight people more at 90,000: 720k; 30 accounts at 3 h against 2 h a month."""
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 400, folder=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Ten people (B) against Small (A) · 400 futures\n")
    assert "costs $720k more" in " ".join(done.out.split())
    assert row_of(done.out, "team cost") == [
        "180k", "900k", "+720k", "+720k", "0 %", "0 %"
    ]  # fmt: skip
    assert row_of(done.out, "ARR 2027-12")[2:] == ["0", "0", "0 %", "100 %"]
    in_order, alone = done.out.split("Change by change")[1].split("Each change alone")
    for part in (in_order, alone):
        assert row_of(part, "ten people")[-1] == "+720k"
        assert row_of(part, "longer calls")[-1] == "0"
    assert row_of(in_order, "total")[-1] == "+720k"
    assert row_of(alone, "interaction")[-1] == "0"
    assert "seed 0" in done.out


@pytest.mark.parametrize("trials", [0, 40, 500])
def test_our_variants_in_80_columns(run: Callable[..., Finished], trials: int) -> None:
    files = [SCENARIOS / f"{name}.yaml" for name in VARIANTS]
    done = run("compare", BASE, *files, "--trials", trials)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    assert done.out.count(" (B) against FY27 base plan (A) · ") == len(VARIANTS)
    first, *rest = done.out.split("\n\n")[:3]
    assert first.startswith(f"{len(VARIANTS)} plans against FY27 base plan · ")
    assert rest[0].count("• ") == rest[0].count(" costs ") == len(VARIANTS)
    assert " costs " not in done.out.removeprefix(f"{first}\n\n{rest[0]}")  # said once
    assert "…" not in done.out
    assert ("So few futures" in done.out) == (trials == 40)
    assert ("Odds need trials" in done.out) == (trials == 0)
    for change in ("hire one more in September", "pay for the tool"):
        assert change in done.out
    assert "One change makes all of the difference: a recession from June on." in " ".join(
        done.out.split()
    )


def test_the_figures_are_those_of_two_runs(
    run: Callable[..., Finished], simulated: Callable[..., object], tmp_path: Path
) -> None:
    out = tmp_path / "compared.json"
    variant = SCENARIOS / "hire_ahead.yaml"
    how = ("--trials", 300, "--seed", 5)
    done = run("compare", BASE, variant, "--quiet", "--json", out, *how)
    assert (done.code, done.out, done.err) == (0, "", "")
    table = read_table(out)
    base, ahead = (simulated(path, *how) for path in (BASE, variant))
    assert len(table.rows) == len(base.rows) == len(ahead.rows)
    for row, a, b in zip(table.rows, base.rows, ahead.rows, strict=True):
        assert list(row) == list(PAIRED)
        key = ("metric", "unit", "period", "segment", "role", "pool", "task")
        assert [row[k] for k in key] == [a[k] for k in key] == [b[k] for k in key]
        if a["mean"] is not None and row["metric"] != "coverage":
            assert row["mean"] == pytest.approx(b["mean"] - a["mean"], rel=1e-6, abs=1e-6)
    hired = table.value("p_covered", role="csm")
    assert hired > 0.1


def test_doubtful_differences_are_called_so(run: Callable[..., Finished], folder: Path) -> None:
    """The same accounts by another name, so with other luck: nothing to choose between."""
    other = SMALL.replace("name: Small", "name: Other").replace("smb:", "tiny:")
    (folder / "other.yaml").write_text(other, encoding="utf-8")
    done = run("compare", "small.yaml", "other.yaml", "--trials", 1000, folder=folder)
    assert done.code == 0
    text = " ".join(done.out.split())
    found = re.search(r"Below 2 Monte Carlo errors, so perhaps no difference at all: ([^.]*)", text)
    assert found
    assert "ARR 2027-12" in found[1]
    assert "Other does not extend Small" in text
    assert "Only in Small, so not compared: segment smb." in text


# --- what is written -----------------------------------------------------------------------------


def test_json_has_all_files_and_the_waterfall(run: Callable[..., Finished], folder: Path) -> None:
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 200, "--json", "a.json",
               folder=folder)  # fmt: skip
    assert done.code == 0
    manifest = read_table(folder / "a.json").manifest
    shas = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("small.yaml", "ten.yaml")
    }
    assert manifest["files"] == shas
    assert (manifest["trials"], manifest["seed"]) == (200, 0)
    assert [each["called"] for each in manifest["scenarios"]] == ["Small", "Ten people"]
    assert manifest["scenarios"][0]["files"] == {"small.yaml": shas["small.yaml"]}
    assert manifest["scenarios"][1]["warnings"] == []
    cost = [row for row in manifest["waterfall"] if row["metric"] == "team_cost"]
    assert [(row["part"], row["change"], row["mean"]) for row in cost] == [
        ("step", "ten people", pytest.approx(720_000)),
        ("step", "longer calls", 0),
        ("total", "", pytest.approx(720_000)),
        ("alone", "ten people", pytest.approx(720_000)),
        ("alone", "longer calls", 0),
        ("interaction", "", pytest.approx(0)),
    ]


def test_csv_by_quarter(run: Callable[..., Finished], folder: Path) -> None:
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 0, "--csv", "a.csv", "--by",
               "quarter", folder=folder)  # fmt: skip
    assert done.code == 0
    with (folder / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(PAIRED)
    due = {
        row["period"]: float(row["mean"])
        for row in rows
        if row["metric"] == "due_hours" and row["role"] == "csm" and not row["task"]
    }
    quarters = [f"FY27-Q{q}" for q in range(1, 5)]
    assert list(due) == [*quarters, ""]
    assert due[""] == pytest.approx(sum(due[q] for q in quarters))
    assert due["FY27-Q1"] == pytest.approx(90, rel=0.05)


def test_names_that_could_run_in_a_spreadsheet_do_not(
    run: Callable[..., Finished], folder: Path
) -> None:
    (folder / "evil.yaml").write_text(TEN.replace("Ten people", "'=1+1'"), encoding="utf-8")
    assert run("compare", "small.yaml", "evil.yaml", "--trials", 0, "--csv", "a.csv",
               folder=folder).code == 0  # fmt: skip
    assert "\n'=1+1,Small," in (folder / "a.csv").read_text("utf-8")


def test_set_applies_to_every_scenario(run: Callable[..., Finished], folder: Path) -> None:
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 0, "--set",
               "team.csm.salary=45_000", folder=folder)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert row_of(done.out, "team cost") == ["90.0k", "450k", "+360k"]
    assert "Each change alone" in done.out


def test_the_command_gives_what_python_gives(run: Callable[..., Finished], folder: Path) -> None:
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 200, "--seed", 3, folder=folder)
    plans = [capacity.load(folder / name) for name in ("small.yaml", "ten.yaml")]
    assert done.out.rstrip() == str(capacity.compare(plans, trials=200, seed=3)).rstrip()


# --- mistakes ------------------------------------------------------------------------------------


def test_mistakes_of_all_files_come_at_once(run: Callable[..., Finished], folder: Path) -> None:
    (folder / "second.yaml").write_text(SMALL.replace("20%", "120%"))
    (folder / "third.yaml").write_text(SMALL.replace("role: csm", "role: cms"))
    before = contents(folder)
    done = run("compare", "small.yaml", "second.yaml", "third.yaml", "missing.yaml",
               "--json", "a.json", folder=folder)  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[0] for line in done.lines] == [
        "missing.yaml",
        "second.yaml:4:43",
        "third.yaml:6:16",
        "3 mistakes in missing.yaml, second.yaml, third.yaml",
    ]
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["small.yaml"], "small.yaml alone. Name two or more, as compare base.yaml more.yaml"),
        (["small.yaml", "ten.yaml", "--by", "decade"], "by 'decade' is not known in Small. Write"),
        (["small.yaml", "ten.yaml", "--json", "ten.yaml"], "is an input of this run"),
        (["small.yaml", "ten.yaml", "--set", "x"], "--set x: no value"),
        (["small.yaml", "ten.yaml", "--csv", "no/a.csv"], "there is no folder no"),
    ],
)
def test_what_cannot_be_asked(
    run: Callable[..., Finished], folder: Path, arguments: Sequence[str], words: str
) -> None:
    before = contents(folder)
    done = run("compare", *arguments, folder=folder)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.lines) == 1
    assert contents(folder) == before


def test_no_file_at_all_is_a_usage_error(run: Callable[..., Finished]) -> None:
    done = run("compare")
    assert done.code == 2
    assert done.lines == [
        "capacity compare: FILE… is missing. Example: capacity compare base.yaml more_people.yaml"
    ]


def test_warnings_are_said_once(run: Callable[..., Finished], folder: Path) -> None:
    full = SMALL.replace("salary: 90_000", "salary: 90_000, target_utilization: 100%, pto_days: 5")
    (folder / "small.yaml").write_text(full, encoding="utf-8")
    done = run("compare", "small.yaml", "ten.yaml", "--trials", 0, folder=folder)
    assert done.code == 0
    assert [line for line in done.lines if "100% leaves no reserve" in line] == done.lines
    assert len(done.lines) == 1
    quiet = run("compare", "small.yaml", "ten.yaml", "--trials", 0, "--quiet", folder=folder)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_expected_values_say_nothing_of_how_often_a_target_is_met():
    plan = capacity.load(ROOT / "scenarios" / "seed_example.yaml")
    table = capacity.compare([plan, plan], trials=0).table()
    row = table[table.metric == "p_covered"].iloc[0]
    assert row[["mean", "p_higher"]].isna().all()
