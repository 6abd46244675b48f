"""`--workers` and `--dask` on the real command: the same numbers, and Ctrl-C that ends it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from leavings import ROOT, Finished, contents

import capacity

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and sessions as Unix has them")

EXAMPLE = ROOT / "scenarios" / "seed_example.yaml"
PATIENCE = 60
SWALLOWS = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass
except KeyboardInterrupt:
    pass
"""
"""A module that passes over an interrupt, as compiled ones do."""
IMPORTS = """
import time
from capacity import cli
def run():
    import swallows
    time.sleep(600)
cli._run = run
cli.main()
"""
UNGUARDED = """
import capacity
plan = capacity.load({path!r})
with capacity.Workers(2) as executor:
    capacity.simulate(plan, trials=2000, executor=executor)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Address of a scheduler with one worker; real processes are in the tests of promises."""
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None,
        silence_logs="CRITICAL",
    ) as found:  # fmt: skip
        yield found.scheduler_address


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_processes_and_a_cluster_give_the_same_table(run, cluster, tmp_path) -> None:
    (tmp_path / "actuals.csv").write_text('period,"due_hours[csm]"\n2027-03,300\n2027-06,310\n')
    back = ("backtest", EXAMPLE, "--actuals", "actuals.csv")
    for verb, *others in (
        (("run", EXAMPLE), ("--workers", "2"), ("--dask", cluster)),
        (back, ("--dask", cluster)),
    ):
        asked = (*verb, "--trials", "2100", "--seed", "5", "--quiet", "--csv")
        tables = set()
        for number, more in enumerate(((), *others)):
            done = run(*asked, f"{number}.csv", *more, folder=tmp_path)
            assert done == Finished(0, "", "")
            tables.add((tmp_path / f"{number}.csv").read_text())
        assert len(tables) == 1


def test_who_computes_is_one_of_them(run) -> None:
    done = run("run", EXAMPLE, "--workers", "2", "--dask", "tcp://127.0.0.1:1")
    assert done == Finished(2, "", "--workers 2 beside --dask tcp://127.0.0.1:1. "
                                   "Leave one of them out\n")  # fmt: skip


def test_what_is_no_address_of_a_cluster_is_said_in_one_line(run) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    done = run("run", EXAMPLE, "--dask", "cluster")
    assert done.code == 2
    assert done.err.startswith("--dask cluster: no scheduler answers there (missing port")
    assert done.err.count("\n") == 1


# --- Ctrl-C --------------------------------------------------------------------------------------


def session(number: int) -> list[int]:
    """The processes of a session that run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = path.read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue  # it has ended meanwhile
        if int(of) == number and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_an_interrupt_ends_the_workers_too_and_leaves_nothing_behind(
    program: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """As from a terminal, which sends it to all of them; at once, while they are starting."""
    (tmp_path / "out.json").write_text("from yesterday")
    before = contents(tmp_path)
    asked = ["--trials", "2000000", "--workers", "2", "--json", "out.json", "--csv", "out.csv"]
    with subprocess.Popen(
        [program, "run", str(EXAMPLE), *asked], cwd=tmp_path, env=dict(environment),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 (no threads here)
    ) as process:  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while len(session(process.pid)) < 3:
            assert process.poll() is None
            assert time.monotonic() < deadline, "no workers begin"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (130, b"", b"")
    assert contents(tmp_path) == before
    while session(process.pid):
        assert time.monotonic() < deadline, "a worker is still there"
        time.sleep(0.02)


def _heed_interrupts() -> None:
    """A test run in the background ignores interrupts, and its children would, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_is_not_lost_in_an_import(environment, tmp_path) -> None:
    (tmp_path / "swallows.py").write_text(SWALLOWS)
    done = script(environment, tmp_path, IMPORTS)
    assert done == Finished(130, "", "")


# --- in a script ---------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["seed_example.yaml", "base.yaml"])
def test_a_script_without_its_guard_ends_with_one_error_that_says_so(
    environment, tmp_path, plan
) -> None:
    """With a plan that a pipe does not hold, too: nobody is left to read from it."""
    done = script(environment, tmp_path, UNGUARDED.format(path=str(EXAMPLE.with_name(plan))))
    assert done.code == 1
    assert done.err.count("Traceback") == 1
    assert done.lines[-1] == (
        "capacity.errors.CapacityError: no worker could begin: each of them reads the script "
        "first. Put what the script does below `if __name__ == '__main__':`, in a file"
    )


def script(environment: Mapping[str, str], folder: Path, text: str) -> Finished:
    """Run a script of a user."""
    (folder / "script.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPATH": str(Path(capacity.__file__).parents[1])},
        timeout=PATIENCE, preexec_fn=_heed_interrupts,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)
