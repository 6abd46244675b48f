"""What a planner does with variants: extend, check, run, differ and sweep from the command line."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import ROOT, Finished, Table, contents, read_table

SCENARIOS = ROOT / "scenarios"
VARIANTS = ("automate_qbr", "hire_ahead", "pooled_small_accounts", "recession")
SMALL = """\
name: Small
horizon: {start: 2027-01, months: 12}
segments:
  smb: {accounts: 30, arr: 10_000, churn: 20%}
tasks:
  call: {role: csm, every: month, hours: {value: 2h, source: time sheets}}
team:
  csm: {headcount: 2, salary: 90_000}
"""
TEN = """\
extends: small.yaml
name: Ten people
changes:
  - name: ten people
    set: {team: {csm: {headcount: 10}}}
  - name: no calls, a newsletter
    remove: [tasks.call]
    set: {tasks: {letter: {role: csm, fixed: 10 hours per month}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "ten.yaml").write_text(TEN, encoding="utf-8")
    return tmp_path


# --- run and check ------------------------------------------------------------------------------


def test_a_variant_runs_with_its_changes(simulated: Callable[..., Table], folder: Path) -> None:
    table = simulated(folder / "ten.yaml", "--trials", 0)
    assert table.value("headcount", "2027-12", role="csm") == 10
    assert table.value("due_hours", role="csm") == pytest.approx(120)
    assert table.manifest["scenario"] == "Ten people"
    assert table.manifest["files"] == {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "ten.yaml", folder / "small.yaml")
    }


def test_set_comes_after_the_changes(simulated: Callable[..., Table], folder: Path) -> None:
    table = simulated(folder / "ten.yaml", "--trials", 0, "--set", "team.csm.headcount=3")
    assert table.value("headcount", "2027-12", role="csm") == 3
    assert table.value("due_hours", role="csm") == pytest.approx(120)


def test_check_names_the_changes_and_where_each_number_stands(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("check", "ten.yaml", folder=folder)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:3] == [
        "ten.yaml: no mistakes. Ten people: 30 accounts",
        "change: ten people (ten.yaml:4:11)",
        "change: no calls, a newsletter (ten.yaml:6:11)",
    ]
    (heads,) = (line for line in lines if line.startswith("team.csm.headcount "))
    assert heads.split()[-1] == "ten.yaml:5"
    (salary,) = (line for line in lines if line.startswith("team.csm.salary "))
    assert salary.split()[-1] == "small.yaml:8"


def test_strict_names_the_file_of_each_number(run: Callable[..., Finished], folder: Path) -> None:
    done = run("check", "ten.yaml", "--strict", folder=folder)
    assert done.code == 2
    places = {line.split(": ")[1]: line.split(": ")[0] for line in done.lines[:-1]}
    assert places["team.csm.headcount"] == "ten.yaml:5:35"
    assert places["team.csm.salary"] == "small.yaml:8:31"


@pytest.mark.parametrize("name", VARIANTS)
def test_our_variants_have_sources_and_run(run: Callable[..., Finished], name: str) -> None:
    path = SCENARIOS / f"{name}.yaml"
    checked = run("check", path, "--strict")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.count("change: ") == path.read_text("utf-8").count("- name:") >= 1
    ran = run("run", path, "--trials", 100)
    assert (ran.code, ran.err) == (0, "")


def test_our_variants_are_all_here() -> None:
    extending = {
        path.stem for path in SCENARIOS.glob("*.yaml") if "extends: base.yaml" in path.read_text()
    }
    assert extending == set(VARIANTS)


def test_our_variants_do_what_they_say(simulated: Callable[..., Table]) -> None:
    """Against the base plan, with the same luck."""
    base, *others = (
        simulated(SCENARIOS / f"{name}.yaml", "--trials", 300) for name in ("base", *VARIANTS)
    )
    qbr, ahead, pooled, recession = others
    covered = {"metric": "p_covered", "role": "csm"}
    assert ahead.value(**covered) > base.value(**covered)
    assert ahead.value("team_cost") > base.value("team_cost")
    assert qbr.value("due_hours", role="csm", task="qbr") < 0.85 * base.value(
        "due_hours", role="csm", task="qbr"
    )
    calls = {"metric": "due_hours", "role": "csm", "task": "check_in"}
    assert base.value(**calls, segment="smb") > 0
    assert pooled.value(**calls) == pytest.approx(
        base.value(**calls) - base.value(**calls, segment="smb"), rel=0.02
    )
    assert pooled.value("due_hours", role="csm", task="desk") == pytest.approx(360)
    assert recession.value("grr") < base.value("grr")
    assert recession.value("new_accounts") < base.value("new_accounts")


# --- diff ---------------------------------------------------------------------------------------


def test_diff_shows_old_and_new_with_their_places(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("diff", "small.yaml", "ten.yaml", folder=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "name: Small -> Ten people  (small.yaml:1 -> ten.yaml:2)",
        ("tasks.call: {role: csm, every: month, hours: 2h} -> –  (small.yaml:6 -> –)"),
        ("tasks.letter: – -> {role: csm, fixed: 10 hours per month}  (– -> ten.yaml:8)"),
        "team.csm.headcount: 2 -> 10  (small.yaml:8 -> ten.yaml:5)",
    ]


def test_diff_of_the_same_in_other_words_is_nothing(
    run: Callable[..., Finished], folder: Path
) -> None:
    other = SMALL.replace("20%", "0.2").replace("every: month", "every: {default: 1 month}")
    (folder / "other.yaml").write_text(other.replace("10_000", "'10k'"), encoding="utf-8")
    done = run("diff", "small.yaml", "other.yaml", folder=folder)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_diff_takes_settings_for_both(run: Callable[..., Finished], folder: Path) -> None:
    arguments = ("--set", "team.csm.headcount=4", "--set", "name=Same")
    done = run("diff", "small.yaml", "ten.yaml", *arguments, folder=folder)
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["tasks.call", "tasks.letter"]


def test_diff_names_the_mistakes_of_both(run: Callable[..., Finished], folder: Path) -> None:
    (folder / "small.yaml").write_text(SMALL.replace("20%", "120%"))
    (folder / "third.yaml").write_text(SMALL.replace("role: csm", "role: cms"))
    done = run("diff", "ten.yaml", "third.yaml", folder=folder)
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[0] for line in done.lines] == [
        "small.yaml:4:43",
        "third.yaml:6:16",
        "2 mistakes in small.yaml, third.yaml",
    ]


# --- sweep --------------------------------------------------------------------------------------


def test_a_sweep_prints_a_line_for_each_combination(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("run", "small.yaml", "--trials", 200, "--sweep", "team.csm.headcount=1:3",
               "--sweep", "tasks.call.every=month,quarter", folder=folder)  # fmt: skip
    assert (done.code, done.err) == (0, "")
    title, _, *lines = done.out.splitlines()
    assert title == "Small · 6 combinations · 200 futures each"
    tables = "\n".join(lines).split("\n\n")
    assert [table.splitlines()[0] for table in tables[:3]] == [
        "csm",
        "Over the plan, $",
        "Opening book after 12 months",
    ]
    for table in tables[:3]:
        rows = [line.split()[:2] for line in table.splitlines()[2:]]
        assert rows == [[str(n), every] for n in (1, 2, 3) for every in ("month", "quarter")]
    assert all(len(line) <= 110 for line in done.out.splitlines())
    assert "All combinations meet the same luck, seed 0" in done.out


def test_a_sweep_writes_what_it_prints(run: Callable[..., Finished], folder: Path) -> None:
    done = run("run", "ten.yaml", "--trials", 200, "--sweep", "team.csm.headcount=1:3", "--quiet",
               "--json", "out.json", "--csv", "out.csv", folder=folder)  # fmt: skip
    assert (done.code, done.out, done.err) == (0, "", "")
    table = read_table(folder / "out.json")
    assert table.manifest["sweep"] == {"team.csm.headcount": [1, 2, 3]}
    assert list(table.manifest["files"]) == ["ten.yaml", "small.yaml"]
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == len(table.rows) == 3 * 7
    for row, other in zip(table.rows, written, strict=True):
        assert list(row) == list(other)
        assert other["team.csm.headcount"] == str(row["team.csm.headcount"])
        assert float(other["mean"]) == row["mean"]
    for heads in (1, 2, 3):
        alone = run("run", "ten.yaml", "--trials", 200, "--set", f"team.csm.headcount={heads}",
                    "--quiet", "--json", "alone.json", folder=folder)  # fmt: skip
        assert alone.code == 0
        cost = read_table(folder / "alone.json").value("team_cost")
        found = [r for r in table.rows if r["team.csm.headcount"] == heads]
        assert [r["mean"] for r in found if r["metric"] == "team_cost"] == [cost]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sweep", "team.csm.headcount"], r"--sweep team\.csm\.headcount: no values\."),
        (["--sweep", "team.csm.headcount=9:6"], "goes nowhere"),
        (["--sweep", "team.csm.headcont=6:7"], r"team\.csm\.headcont: no such setting\."),
        (["--sweep", "team.csm.headcount=-1,2"], "-1 is outside of its range"),
        (["--sweep", "team.csm.headcount=1:2000"], "2,000 values. 1,000 are the most"),
        (["--sweep", "team.csm.headcount=1:2", "--by", "year"], "--by year beside --sweep"),
        (["--sweep", "a=1:2", "--json", "small.yaml"], "is an input of this run"),
    ],
)
def test_a_sweep_without_meaning_is_one_line_and_nothing_is_written(
    run: Callable[..., Finished], folder: Path, arguments: list[str], words: str
) -> None:
    before = contents(folder)
    done = run("run", "ten.yaml", "--trials", 0, "--csv", "out.csv", *arguments, folder=folder)
    assert (done.code, done.out) == (2, "")
    said = [line for line in done.lines if not re.fullmatch(r"\d+ mistakes? in .*", line)]
    assert len(said) == 1
    assert re.search(words, said[0])
    assert contents(folder) == before


def test_a_swept_text_cannot_run_in_a_spreadsheet(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("run", "small.yaml", "--trials", 0, "--quiet", "--csv", "out.csv",
               "--sweep", "name='=1+1'", folder=folder)  # fmt: skip
    assert done.code == 0, done.err
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        assert {row["name"] for row in csv.DictReader(file)} == {"'=1+1"}


def test_a_swept_mapping_is_written_as_it_is_printed(
    run: Callable[..., Finished], folder: Path
) -> None:
    sweep = "tasks.call.share={2027-01: 70%},{value: 80%, source: a guess}"
    switch = "team.csm.backfill=true,false"
    done = run("run", "small.yaml", "--trials", 0, "--csv", "out.csv", "--sweep", sweep,
               "--sweep", switch, folder=folder)  # fmt: skip
    assert done.code == 0, done.err
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["tasks.call.share"] for row in rows[:: len(rows) // 2]] == [
        "{2027-01: 70%}",
        "{value: 80%, source: a guess}",
    ]
    assert {row["team.csm.backfill"] for row in rows} == {"true", "false"}
    for text in ("{2027-01: 70%}", "true", "false"):
        assert text in done.out


# --- mistakes in files ---------------------------------------------------------------------------


def test_every_verb_refuses_a_base_that_is_not_there(
    run: Callable[..., Finished], folder: Path
) -> None:
    (folder / "small.yaml").unlink()
    line = (
        "ten.yaml:1:10: extends: small.yaml: no such file. "
        "Check the name of the scenario file and the folder"
    )
    for verb in (["run"], ["check"], ["diff", "ten.yaml"], ["run", "--sweep", "a=1,2"]):
        done = run(*verb, "ten.yaml", folder=folder)
        assert (done.code, done.out, done.lines) == (2, "", [line, "1 mistake in ten.yaml"])


def test_variants_in_every_script(run: Callable[..., Finished], folder: Path) -> None:
    shutil.copy(folder / "small.yaml", folder / "अगले साल.yaml")
    (folder / "来年.yaml").write_text(
        "extends: अगले साल.yaml\nname: برنامه\nchanges:\n"
        "  - {name: استخدام, set: {team: {csm: {headcount: 3}}}}\n",
        encoding="utf-8",
    )
    done = run("check", "来年.yaml", folder=folder)
    assert (done.code, done.err) == (0, "")
    assert "change: استخدام (来年.yaml:4:12)" in done.out
    found = run("diff", "अगले साल.yaml", "来年.yaml", folder=folder).out
    assert "team.csm.headcount: 2 -> 3  (अगले साल.yaml:8 -> 来年.yaml:4)" in found
