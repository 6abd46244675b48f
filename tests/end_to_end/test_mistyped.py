"""What is mistyped on a command line is told in one line, with what to write; exit code 2."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from leavings import Finished

CASES = {
    "run": r"capacity run: FILE is missing. Example: capacity run plan.yaml --set team.csm.head"
    "count=8 --html report.html",
    "sensitivity plan.yaml": "capacity sensitivity: --metric is missing. Example: capacity "
    "sensitivity plan.yaml --metric 'required_fte[csm, 2027-03]'",
    "run plan.yaml --trails 5": "capacity run: --trails: no such option. Did you mean `--trials`? "
    "`capacity run --help` lists what there is",
    "calibrate hours log.csv -x": "capacity calibrate hours: -x: no such option. `capacity "
    "calibrate hours --help` lists what there is",
    "run plan.yaml --by": "--by: its value is missing. `--help` behind the command tells what each "
    "option takes",
    "run plan.yaml --quiet=yes": "--quiet: takes no value. `--help` behind the command tells what "
    "each option takes",
    "schema more": "capacity schema: got unexpected extra argument(s) (more). Example: capacity "
    "schema > scenario.schema.json",
    "calibrate ours": "capacity calibrate: no such command 'ours'. Did you mean 'hours'? `capacity "
    "calibrate --help` lists what there is",
    "plan plan.yaml --trials 0": "--trials 0: is below 1. Write a whole number of 1 or more",
    "run plan.yaml --workers 1.5": "--workers 1.5: is not a whole number. Write a whole number of "
    "1 or more",
    "run plan.yaml --trials ५०": "--trials ५०: is not a whole number. Write a whole number of 0 or "
    "more",
    "calibrate churn log.csv --term year": "--term year: is not a number. Write months as a "
    "number, as --term 12",
}


@pytest.mark.parametrize("line", CASES)
def test_what_is_mistyped_is_one_line(run: Callable[..., Finished], line: str) -> None:
    done = run(*line.split())
    assert (done.code, done.out) == (2, "")
    assert done.lines == [CASES[line]]


def test_nothing_typed_is_answered_with_the_help(run: Callable[..., Finished]) -> None:
    done = run()
    assert done.code == 2
    _, heading, commands = done.err.partition("Commands:")
    assert heading
    assert "..." not in commands, "what a command does is told in full"


def test_thousands_may_stand_apart(run: Callable[..., Finished]) -> None:
    done = run("run", "nothing.yaml", "--trials", "10_000")
    assert done.lines[0].startswith("nothing.yaml: no such file")
