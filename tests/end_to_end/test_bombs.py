"""Files that are made to exhaust the reader: one line, within bounds of memory and work.

The bounds are limits of the process, kept by the system: what needs more dies, and no clock is
asked.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MEMORY = 1_000_000_000
"""Bytes that the process may have, with all its libraries."""
WORK = 20
"""Seconds of a processor that it may take."""
PLAN = """\
name: A plan
horizon: {start: 2027-02, months: 12}
segments:
  smb: {accounts: 10, arr: 12_000, churn: 10%}
tasks:
  qbr: {role: csm, every: quarter, hours: 1h}
team:
  csm: {headcount: 2}
"""


def tenfold(first: str, more: str) -> str:
    """Anchors, each of ten aliases of the one before; ten thousand million in the end."""
    each = (f"a{i}: &a{i} " + more.format(", ".join([f"*a{i - 1}"] * 10)) for i in range(1, 12))
    return "\n".join([f"a0: &a0 {first}", *each, PLAN])


def many(count: int, line: str) -> str:
    return "".join(line.format(i) for i in range(count))


def crowd() -> Iterator[str]:
    """Thousands of tasks whose roles are nearly those of thousands of roles."""
    yield "name: A crowd\nhorizon: {start: 2027-02, months: 12}\nsegments: {smb: {accounts: 1}}\n"
    yield "team:\n" + many(3000, "  role{}: {{headcount: 1}}\n")
    yield "tasks:\n" + many(3000, "  task{0}: {{role: ro{0}x, every: month, hours: 1h}}\n")


WIDE = "a: &a {" + ", ".join(f"k{i}: 1" for i in range(30_000)) + "}\n"
LONG = "description: &long " + "x" * 2_000_000 + "\n"
BOMBS: dict[str, tuple[Callable[[], str], str]] = {
    "lists of lists of lists": (lambda: tenfold("[x, x, x]", "[{}]"), "aliases expand to more"),
    "mappings of mappings": (lambda: tenfold("{k: x}", "{{a: [{}]}}"), "aliases expand to more"),
    "merges of merges": (lambda: tenfold("{k: 1}", "{{<<: [{}]}}"), "aliases expand to more"),
    "keys that are bombs": (
        lambda: tenfold("[x, x]", "[{}]").replace("name:", "? *a11\n: 1\nname:"),
        "",
    ),
    "one wide mapping merged again and again": (
        lambda: WIDE + "b: {<<: [" + ", ".join(["*a"] * 9000) + "]}\n" + PLAN,
        "aliases expand to more",
    ),
    "one long text named again and again": (
        lambda: LONG + PLAN.replace("10%", "[" + ", ".join(["*long"] * 5000) + "]"),
        "aliases expand to more than 10,000,000 characters",
    ),
    "a text that merges itself": (lambda: PLAN + "x: &x {<<: *x}\n", "into themselves"),
    "brackets without end": (lambda: PLAN + "x: " + "[" * 5_000_000, "nested more than 60 deep"),
    "mappings 10,000 deep": (
        lambda: PLAN + many(10_000, "x: {{").replace("\n", ""),
        "nested more than 60 deep",
    ),
    "indented 10,000 deep": (
        lambda: PLAN + "x:\n" + "\n".join(" " * i + "x:" for i in range(1, 4000)),
        "nested more than 60 deep",
    ),
    "millions of small values": (
        lambda: PLAN + "x: [" + "[]," * 3_000_000 + "]",
        "A scenario has far less",
    ),
    "unknown settings by the thousand": (lambda: PLAN + many(40_000, "ke{}: 1\n"), "no such"),
    "one key by the thousand": (lambda: PLAN + "description: 1\n" * 90_000, "twice"),
    "tags by the thousand": (lambda: PLAN + "x: [" + "!a 1," * 90_000 + "]", "tag !a"),
    "a crowd of roles and tasks": (lambda: "".join(crowd()), "has 3,000 entries"),
    "hours of many spaces": (
        lambda: PLAN.replace("1h", '"1h' + " " * 1_000_000 + 'x"'),
        "a text of 1,000,003 characters is no quantity",
    ),
    "a hundred megabytes": (lambda: PLAN + "#" * 100_000_000, "A scenario has at most 10,000,000"),
}


def limited() -> None:
    """What the process may take; the system ends it beyond that."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (WORK, WORK))


def check(file: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from capacity.cli import main; main()", "check", file],
        cwd=folder,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_within_bounds(name: str, tmp_path: Path) -> None:
    text, words = BOMBS[name]
    (tmp_path / "plan.yaml").write_text(text(), encoding="utf-8")
    done = check("plan.yaml", tmp_path)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, ""), done.stderr[-500:]
    assert words in lines[0]
    assert lines[0].startswith("plan.yaml:")
    assert "Traceback" not in done.stderr
    assert max(map(len, lines)) < 3000


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no file without end here")
    done = check("/dev/zero", tmp_path)
    assert done.returncode == 2
    assert "A scenario has at most 10,000,000 bytes" in done.stderr


def test_the_plan_itself_stays_within_the_bounds(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    assert check("plan.yaml", tmp_path).returncode == 0
