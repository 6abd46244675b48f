"""Terminals, pipes, interrupts and encodings: what happens around the numbers."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from leavings import ROOT, Finished, contents

import capacity

BASE = ROOT / "scenarios" / "base.yaml"
SEED_EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
ESCAPE = "\x1b"
WITHIN = 5.0
"""Seconds in which an interrupted command must be gone; it takes a tenth of one."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and terminals")


def _heed_interrupts() -> None:
    """A test run in the background ignores interrupts, and its children would, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@posix
def test_an_interrupt_stops_a_long_run_and_leaves_nothing_behind(
    program: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "out.json").write_text("from yesterday")
    before = contents(tmp_path)
    arguments = ["--trials", "2000000", "--json", "out.json", "--csv", "out.csv"]
    with subprocess.Popen(
        [program, "run", str(BASE), *arguments],
        cwd=tmp_path,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 (no threads here)
    ) as process:
        time.sleep(3)
        assert process.poll() is None, "the run was not long enough to interrupt"
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
        took = time.monotonic() - sent
    assert process.returncode == 130
    assert (out, err) == (b"", b"")
    assert took < WITHIN
    assert contents(tmp_path) == before


@posix
@pytest.mark.parametrize(
    "arguments",
    [["run", SEED_EXAMPLE, "--trials", "0"], ["check", BASE], ["--help"]],
    ids=["run", "check", "help"],
)
def test_a_closed_pipe_is_no_traceback(
    program: str, environment: Mapping[str, str], arguments: list[str | Path]
) -> None:
    """As in `capacity run plan.yaml | head -1`, when `head` has gone before the first line."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [program, *map(str, arguments)],
            env=dict(environment),
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)
    assert done.stderr == b""
    assert done.returncode == 0


@posix
def test_the_first_line_of_a_report_can_be_cut_off(
    program: str, environment: Mapping[str, str]
) -> None:
    piped = 'set -o pipefail; "$0" run "$1" --trials 0 | head -1'
    done = subprocess.run(
        ["bash", "-c", piped, program, str(BASE)],
        env=dict(environment),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.decode().startswith("FY27 base plan")
    assert done.stdout.count(b"\n") == 1
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_traceback(program: str, environment: Mapping[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [program, "run", str(SEED_EXAMPLE), "--trials", "0"],
            env=dict(environment),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"No space left on device" in done.stderr


def test_no_bar_and_no_colours_in_a_pipe(run: Callable[..., Finished]) -> None:
    for arguments in (["run", BASE, "--trials", "1000"], ["check", BASE]):
        done = run(*arguments)
        assert (done.code, done.err) == (0, "")
        assert ESCAPE not in done.out
        assert "\r" not in done.out
        assert "simulating" not in done.out


@posix
@pytest.mark.parametrize("quiet", [False, True], ids=["shown", "quiet"])
def test_a_bar_on_a_terminal(program: str, environment: Mapping[str, str], *, quiet: bool) -> None:
    screen = on_terminal(
        [program, "run", str(BASE), "--trials", "1000", *(["--quiet"] if quiet else [])],
        environment,
    )
    if quiet:
        assert screen == ""
        return
    assert "simulating" in screen
    assert ESCAPE in screen
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    assert re.search(r"simulating \S+ +\d+% [\d:-]+ left", plain)
    assert "FY27 base plan" in plain


@posix
def test_check_breaks_no_path_on_a_narrow_terminal(
    program: str, environment: Mapping[str, str]
) -> None:
    """A table would; so each input has lines of its own."""
    screen = on_terminal([program, "check", str(BASE)], {**environment, "COLUMNS": "80"})
    lines = screen.replace("\r", "").splitlines()
    assert max(map(len, lines[1:])) <= 80
    plan = capacity.load(BASE)
    paths = [one.path for one in capacity.simulate(plan, trials=0).assumptions]
    assert [line.split("  ")[0] for line in lines if line.split("  ")[0] in paths] == paths
    assert any(line.startswith("    published · ") for line in lines)


def on_terminal(command: list[str], environment: Mapping[str, str]) -> str:
    """What a command shows on a terminal of its own."""
    ours, theirs = os.openpty()
    try:
        with subprocess.Popen(
            command, env=dict(environment), stdout=theirs, stderr=theirs
        ) as process:
            os.close(theirs)
            shown = b""
            until = time.monotonic() + 60
            while time.monotonic() < until:
                if not select.select([ours], [], [], 0.2)[0]:
                    if process.poll() is not None:
                        break
                    continue
                try:
                    part = os.read(ours, 65536)
                except OSError:  # Linux says so when the other end is closed
                    break
                if not part:
                    break
                shown += part
        assert process.returncode == 0, shown.decode()
        return shown.decode()
    finally:
        os.close(ours)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("verb", ["run", "check"])
def test_output_that_cannot_hold_every_letter_is_no_traceback(
    program: str, environment: Mapping[str, str], verb: str, encoding: str
) -> None:
    """Redirected output on Windows is cp1252; `LC_ALL=POSIX` without UTF-8 mode is ASCII."""
    trials = ["--trials", "0"] if verb == "run" else []
    done = subprocess.run(
        [program, verb, str(BASE), *trials],
        env={**environment, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
    assert b"FY27 base plan" in done.stdout
