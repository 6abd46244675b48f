"""A task for some accounts, from the files to the table, through the real command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import Finished, read_table

PLAN = """\
name: Executive reviews
horizon: {start: 2027-01, months: 12}
accounts: {file: book.csv, columns: {segment_of_market: "Segment (market)"}}
segments: {all: {churn: 12%, addressable: 60%}}
tasks:
  call: {role: csm, every: month, hours: 1h, weight: 1}
  review:
    role: csm
    every: quarter
    hours: 3h
    weight: 2
    where: arr >= 60_000 or segment_of_market == 'حكومي'
value: {if_stopped: {churn: 1.4}}
team: {csm: {headcount: 2}}
"""
ROWS = [
    f"A{i},all,{2000 * (i + 1)},2025-01-01,2029-01-01,{'حكومي' if i < 5 else 'خاص'}"
    for i in range(40)
]
"""From 60,000 on are the last eleven; the first five are of the government."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    head = "id,segment,arr,start,renewal,Segment (market)"
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "book.csv").write_text("\n".join([head, *ROWS, ""]), encoding="utf-8")
    return tmp_path


def test_hours_are_those_of_the_accounts_that_meet_it(
    run: Callable[..., Finished], folder: Path
) -> None:
    cases = {(): 16, ("--set", "tasks.review.where=arr >= 60_000"): 11}
    cases[("--set", "tasks.review.where=arr <= 20_000 and arr != '10k'")] = 9
    for extra, accounts in cases.items():
        done = run("run", "plan.yaml", "--trials", 0, "--json", "out.json", *extra, folder=folder)
        assert (done.code, done.err) == (0, "")
        table = read_table(folder / "out.json")
        due = table.values("due_hours", role="csm", task="review")
        assert due[""] == pytest.approx(12 * accounts)


def test_a_sweep_of_thresholds(run: Callable[..., Finished], folder: Path) -> None:
    sweep = "tasks.review.where=arr >= 40_000,arr >= 60_000"
    done = run("run", "plan.yaml", "--trials", 100, "--sweep", sweep, folder=folder)
    assert (done.code, done.err) == (0, "")
    assert "arr >= 40_000" in done.out
    assert "arr >= 60_000" in done.out


def test_it_is_in_the_register_once_and_in_the_differences(
    run: Callable[..., Finished], folder: Path
) -> None:
    done = run("check", "plan.yaml", folder=folder)
    assert done.code == 0
    assert "arr >= 60_000 or segment_of_market" in done.out
    assert done.out.count("tasks.call.coverage_today.all") == 1
    variant = "extends: plan.yaml\nname: other\ntasks: {review: {where: arr >= '60k'}}\n"
    (folder / "other.yaml").write_text(variant, encoding="utf-8")
    done = run("diff", "plan.yaml", "other.yaml", folder=folder)
    assert "tasks.review.where: arr >= 60_000 or segment_of_market == 'حكومي' -> arr >=" in done.out


def test_a_column_that_is_not_there_is_named_where_it_is_asked_for(
    run: Callable[..., Finished], folder: Path
) -> None:
    setting = "tasks.review.where=arr > 5 and helth == 'red'"
    done = run("run", "plan.yaml", "--set", setting, folder=folder)
    assert done.code == 2
    first = done.err.splitlines()[0]
    assert first.startswith("set tasks.review.where: ")
    assert "no column of book.csv is called `helth`" in first
    (folder / "plan.yaml").write_text(PLAN.replace("arr >=", "ar >="), encoding="utf-8")
    done = run("run", "plan.yaml", folder=folder)
    assert done.err.startswith("plan.yaml:12:12: tasks.review.where: no column of book.csv")
    assert "Did you mean `arr`?" in done.err
