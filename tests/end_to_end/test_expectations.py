"""A plan that says what it should show: a check in version control, by exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from leavings import Finished, contents

PLAN = """\
name: Plan
horizon: {start: 2027-01, months: 12}
segments:
  smb: {accounts: 100, arr: 5_000, churn: 10%}
tasks:
  call: {role: csm, every: quarter, hours: {p10: 1h, p50: 2h, p90: 5h}}
team:
  csm: {headcount: 1, salary: 90_000}
"""
KEPT = "expect:\n  - team_cost <= 100k\n  - required_fte[csm]:p90 <= 5\n"
BROKEN = "expect:\n  - team_cost <= 100k\n  - arr >= 5M\n"

Run = Callable[..., Finished]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN + KEPT)
    (tmp_path / "broken.yaml").write_text(PLAN + BROKEN)
    return tmp_path


def test_a_plan_that_keeps_them_ends_with_0(run: Run, folder: Path) -> None:
    done = run("run", "plan.yaml", "--trials", "200", "--quiet", folder=folder)
    assert (done.code, done.out, done.err) == (0, "", "")
    done = run("run", "plan.yaml", "--trials", "200", folder=folder)
    assert (done.code, done.err) == (0, "")
    section = done.out.split("Expected\n")[1].split("\n\n")[0].splitlines()
    assert section[1].startswith("team_cost <= 100k")
    assert [line.split("  ")[-1].strip() for line in section[1:]] == ["holds", "holds"]


def test_a_plan_that_does_not_ends_with_1_and_says_why(run: Run, folder: Path) -> None:
    done = run("run", "broken.yaml", "--trials", "200", "--quiet", folder=folder)
    assert (done.code, done.out) == (1, "")
    (line,) = done.lines
    assert line.startswith("broken.yaml:11:5: expect.1: arr >= 5M: does not hold: 4")
    assert " ± " in line


def test_everything_is_written_all_the_same(run: Run, folder: Path) -> None:
    arguments = ["--trials", "200", "--json", "out.json", "--csv", "out.csv"]
    done = run("run", "broken.yaml", *arguments, folder=folder)
    assert done.code == 1
    assert "does not hold" in done.out
    assert {"out.json", "out.csv"} <= contents(folder).keys()
    found = json.loads((folder / "out.json").read_text())["manifest"]["expectations"]
    assert [one["holds"] for one in found] == [True, False]
    broken = found[1]
    assert {"text", "unit", "period", "figure", "se", "bound", "holds", "sure"} <= broken.keys()
    assert (broken["bound"], broken["unit"], broken["period"]) == (5e6, "USD", "2027-12")
    assert (broken["line"], broken["column"], broken["sure"]) == (11, 5, True)
    assert broken["se"] > 0


def test_without_trials_odds_are_not_known_and_that_is_no_success(run: Run, folder: Path) -> None:
    done = run("run", "plan.yaml", "--trials", "0", "--quiet", folder=folder)
    assert done.code == 1
    assert "required_fte[csm]:p90 <= 5: not known" in done.err
    means = ["--set", "expect=team_cost <= 100k"]
    assert run("run", "plan.yaml", "--trials", "0", *means, folder=folder).code == 0


def test_an_error_that_is_rounding_alone_is_none(run: Run) -> None:
    plain = ("--set", "expect=required_fte[csm] <= 0.1", "--trials", "200", "--quiet")
    done = run("run", "scenarios/seed_example.yaml", *plain)
    assert "required_fte[csm] <= 0.1: does not hold: 0.6 ± 0 in 2027-02" in done.err


def test_set_asks_for_something_else(run: Run, folder: Path) -> None:
    how = ["run", "plan.yaml", "--trials", "200", "--quiet", "--set"]
    done = run(*how, 'expect=["arr >= 5M", "arr >= 6M"]', folder=folder)
    assert done.code == 1
    assert [line.split(": ")[:2] for line in done.lines] == [
        ["set expect", "expect.0"],
        ["set expect", "expect.1"],
    ]
    assert run(*how, "expect=[]", folder=folder).code == 0


def test_a_variant_replaces_them_whole_and_that_is_no_change(run: Run, folder: Path) -> None:
    (folder / "variant.yaml").write_text("extends: plan.yaml\nname: Other\nexpect: arr >= 5M\n")
    done = run("check", "variant.yaml", folder=folder)
    assert done.code == 0
    assert "change:" not in done.out
    assert [line for line in done.out.splitlines() if line.startswith("expect:")] == [
        "expect: arr >= 5M"
    ]
    done = run("run", "variant.yaml", "--trials", "200", "--quiet", folder=folder)
    assert done.code == 1
    assert done.err.startswith("variant.yaml:3:9: expect: arr >= 5M: does not hold")


def test_a_variant_without_any_keeps_those_of_its_base(run: Run, folder: Path) -> None:
    text = "extends: broken.yaml\nname: Other\nchanges:\n  - {name: c, remove: [team.csm.salary]}\n"
    (folder / "variant.yaml").write_text(text)
    done = run("run", "variant.yaml", "--trials", "200", "--quiet", folder=folder)
    assert done.code == 1
    assert done.err.startswith("broken.yaml:11:5: expect.1: arr >= 5M")


@pytest.mark.parametrize("verb", ["check", "run"])
def test_what_cannot_be_expected_is_bad_input(run: Run, folder: Path, verb: str) -> None:
    text = PLAN + "expect:\n  - p_covered[cms] >= 80%\n  - arr >= 5%\n  - team_cost <= 1M\n"
    (folder / "wrong.yaml").write_text(text)
    before = contents(folder)
    done = run(verb, "wrong.yaml", "--json", "out.json", folder=folder)
    assert (done.code, done.out) == (2, "")
    assert done.lines[0].startswith(
        "wrong.yaml:10:5: expect.0: p_covered knows no `cms`. Did you mean `csm`?"
    )
    assert done.lines[1].startswith("wrong.yaml:11:5: expect.1: arr is in USD")
    assert done.lines[2] == "2 mistakes in wrong.yaml"
    assert contents(folder) == before


def test_a_sweep_says_where_they_hold_and_ends_with_0(run: Run, folder: Path) -> None:
    sweep = ["--sweep", "segments.smb.arr=5_000,60_000", "--json", "out.json"]
    done = run("run", "broken.yaml", "--trials", "200", *sweep, folder=folder)
    assert (done.code, done.err) == (0, "")
    section = done.out.split("Expected\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[1:4] for line in section[1:]] == [["1", "of", "2"], ["2", "of", "2"]]
    assert "arr >= 5M (4" in section[1]
    found = json.loads((folder / "out.json").read_text())["manifest"]["expectations"]
    assert [(one["segments.smb.arr"], one["holds"]) for one in found] == [
        ("5_000", True),
        ("5_000", False),
        ("60_000", True),
        ("60_000", True),
    ]


def test_they_survive_writing_and_count_as_a_difference(run: Run, folder: Path) -> None:
    import capacity

    plan = capacity.load(folder / "plan.yaml")
    again = folder / "again.yaml"
    again.write_text(plan.to_yaml())
    assert capacity.load(again).plan == plan.plan
    assert run("diff", "plan.yaml", "again.yaml", folder=folder).out == ""
    done = run("diff", "plan.yaml", "broken.yaml", folder=folder)
    (line,) = done.out.splitlines()
    assert line.startswith("expect: [team_cost <= 100k, required_fte[csm]:p90 <= 5] -> ")
