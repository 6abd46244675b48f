"""Whatever is wrong: one clear line for each mistake, exit code 2, and nothing written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import Finished, contents

PLAN = """\
name: Plan
horizon: {start: 2027-01, months: 12}
accounts: {file: accounts.csv}
segments:
  smb: {churn: 20%}
tasks:
  call: {role: csm, every: quarter, hours: 2h}
team:
  csm: {headcount: 2, salary: 90_000}
"""
ROW = "id-{0},smb,5000,2026-02-01,2027-02-01\n"
ACCOUNTS = "id,segment,arr,start,renewal\n" + "".join(ROW.format(i) for i in range(3))

Arrange = Callable[[Path], list[str]]
"""Puts a mistake into a folder that holds a good plan; returns the arguments after `run`."""


def _accounts(content: bytes | str) -> Arrange:
    def arrange(folder: Path) -> list[str]:
        path = folder / "accounts.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return ["plan.yaml"]

    return arrange


def _plan(content: bytes) -> Arrange:
    def arrange(folder: Path) -> list[str]:
        (folder / "plan.yaml").write_bytes(content)
        return ["plan.yaml"]

    return arrange


def _without_accounts(folder: Path) -> list[str]:
    (folder / "accounts.csv").unlink()
    return ["plan.yaml"]


def _accounts_are_a_folder(folder: Path) -> list[str]:
    (folder / "accounts.csv").unlink()
    (folder / "accounts.csv").mkdir()
    return ["plan.yaml"]


def _one_bad_row(folder: Path) -> list[str]:
    rows = [ROW.format(i) for i in range(100_000)]
    rows[77_775] = rows[77_775].replace("5000", "5k")
    (folder / "accounts.csv").write_text(ACCOUNTS.splitlines(keepends=True)[0] + "".join(rows))
    return ["plan.yaml"]


def _unreadable(folder: Path) -> list[str]:
    """Nobody may read it; the superuser may, and gets a file whose reading fails."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if not Path("/proc/self/mem").exists():
            pytest.skip("the superuser reads every file here")
        return ["/proc/self/mem"]
    (folder / "plan.yaml").chmod(0)
    if os.access(folder / "plan.yaml", os.R_OK):
        pytest.skip("files cannot be made unreadable here")
    return ["plan.yaml"]


def _arguments(*arguments: str) -> Arrange:
    return lambda _: ["plan.yaml", *arguments]


CASES: dict[str, tuple[Arrange, str]] = {
    "no such scenario": (
        lambda _: ["plam.yaml"],
        r"plam\.yaml: no such file\. Check the name",
    ),
    "scenario is a folder": (lambda _: ["."], r"\.: this is a folder\. Name the scenario file"),
    "scenario cannot be read": (_unreadable, r"cannot be read \(.+\)\. Check who may read"),
    "scenario is empty": (_plan(b""), r"plan\.yaml.*: is empty\. A scenario begins with"),
    "scenario in another encoding": (
        _plan(PLAN.replace("Plan", "Überblick").encode("latin-1")),
        r"plan\.yaml:1:\d+: byte 0xdc is not UTF-8 text\. Save the file as UTF-8",
    ),
    "no such accounts": (
        _without_accounts,
        r"plan\.yaml:3:18: accounts\.file: accounts\.csv: no such file\.",
    ),
    "accounts are a folder": (
        _accounts_are_a_folder,
        r"plan\.yaml:3:18: accounts\.file: accounts\.csv: this is a folder\.",
    ),
    "accounts are empty": (_accounts(""), r"accounts\.csv(:1)?: is empty\. Export the accounts"),
    "accounts without rows": (
        _accounts("id,segment,arr,start,renewal\n"),
        r"accounts\.csv(:1)?: .*header.* Export the rows",
    ),
    "accounts without a column": (
        _accounts(ACCOUNTS.replace("renewal", "renews")),
        r"accounts\.csv:1: renewal: no column is called `renewal`\. Did you mean `renews`\?",
    ),
    "accounts in another encoding": (
        _accounts(ACCOUNTS.replace("id-1", "Müller").encode("latin-1")),
        r"accounts\.csv:3:\d+: byte 0xfc is not UTF-8 text\. Save the file as UTF-8",
    ),
    "accounts in UTF-16": (
        _accounts(ACCOUNTS.encode("utf-16")),
        r"accounts\.csv:1:1: is UTF-16 text\. Save the file as UTF-8",
    ),
    "one bad row of 100,000": (
        _one_bad_row,
        r"accounts\.csv:77777: arr: '5k' is not a number\.",
    ),
    "an account twice": (
        _accounts(ACCOUNTS + ROW.format(1)),
        r"accounts\.csv:5: id: 'id-1' stands in \w+ 3 already\.",
    ),
    "JSON into no folder": (
        _arguments("--json", "nowhere/out.json"),
        r"nowhere/out\.json: there is no folder nowhere\. Make it first",
    ),
    "CSV into no folder": (
        _arguments("--csv", "nowhere/out.csv"),
        r"nowhere/out\.csv: there is no folder nowhere\. Make it first",
    ),
    "JSON onto a folder": (
        _arguments("--json", "folder"),
        r"folder: is a folder\. Name a file in it",
    ),
    "set without a value": (
        _arguments("--set", "team.csm.headcount"),
        r"--set team\.csm\.headcount: no value",
    ),
    "set without a name": (_arguments("--set", "=5"), r"--set =5: no path"),
    "set of an unknown setting": (
        _arguments("--set", "team.csm.headcont=5"),
        r"team\.csm\.headcont: no such setting\. Did you mean `headcount`\?",
    ),
    "set of a value that is no YAML": (
        _arguments("--set", "team.csm.headcount=["),
        r"team\.csm\.headcount.*: not YAML",
    ),
    "set of nothing": (_arguments("--set", "team.csm.headcount="), r"team\.csm\.headcount"),
    "by an unknown period": (
        _arguments("--by", "week"),
        r"--by week: not known\. Write month, quarter, year",
    ),
    "fewer than no trials": (_arguments("--trials", "-1"), r"--trials -1: is below 0\. Write"),
    "trials in words": (
        _arguments("--trials", "many"),
        r"--trials many: is not a whole number\. Write",
    ),
    "a seed below 0": (_arguments("--seed", "-1"), r"--seed -1: is below 0\. Write"),
}


def said(done: Finished) -> list[str]:
    """The mistakes, without the closing count."""
    around = re.compile(r"\d+ mistakes? in .+")
    return [line for line in done.lines if not around.fullmatch(line)]


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_one_clear_line(
    run: Callable[..., Finished], tmp_path: Path, name: str
) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "folder").mkdir()
    arrange, words = CASES[name]
    arguments = arrange(tmp_path)
    if not {"--json", "--csv"} & set(arguments):
        arguments += ["--json", "out.json", "--csv", "out.csv"]
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    done = run("run", "--trials", "50", *arguments, folder=tmp_path)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert len(said(done)) == 1, done.err
    assert re.search(words, said(done)[0]), done.err
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_the_plan_without_a_mistake_is_accepted(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    """What the cases above begin with, so that each of them has the one mistake it is named for."""
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    arguments = ["--trials", "50", "--json", "out.json", "--csv", "out.csv"]
    done = run("run", "plan.yaml", *arguments, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert sorted(contents(tmp_path)) == ["accounts.csv", "out.csv", "out.json", "plan.yaml"]


def test_what_was_there_stays_when_writing_fails(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "out.json").write_text("mine")
    before = contents(tmp_path)
    done = run("run", "plan.yaml", "--json", "out.json", folder=tmp_path)
    assert done.code == 2
    assert contents(tmp_path) == before


def test_ten_rows_of_a_kind_are_named_and_the_others_counted(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    rows = "".join(ROW.format(i).replace("smb", "smbb") for i in range(25))
    (tmp_path / "accounts.csv").write_text(ACCOUNTS.splitlines(keepends=True)[0] + rows)
    done = run("check", "plan.yaml", folder=tmp_path)
    assert done.code == 2
    assert [line.split(": ")[0] for line in said(done)] == [
        f"accounts.csv:{row}" for row in range(2, 13)
    ]
    assert "Did you mean `smb`?" in done.lines[0]
    assert done.lines[10].endswith("the same in 15 more rows")
