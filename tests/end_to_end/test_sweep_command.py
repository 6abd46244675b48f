"""Sweeps into a folder, as real processes: killed, crowded, without room, without permission."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from leavings import Finished
from pandas.testing import assert_frame_equal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks and signals as Unix has them")

PLAN = """\
name: {name}
horizon: {{start: 2027-02, months: 6}}
segments: {{smb: {{accounts: 40, arr: 12_000, churn: 10%}}}}
tasks: {{qbr: {{role: csm, every: quarter, hours: {{p10: 1h, p50: 2h, p90: 5h}}}}}}
team: {{csm: {{headcount: 1, attrition: 20%, salary: 95_000}}}}
"""
SWEEP = ("sweep", "a.yaml", "b.yaml", "--sweep", "team.csm.headcount=1:4",
         "--sweep", "segments.smb.churn=10%:14%:2%", "--trials", "100")  # fmt: skip
ALL = 24
COMPUTED = re.compile(
    rf"^{ALL} scenarios in out: (\d+) computed now, (\d+) were there$", re.MULTILINE
)
PATIENCE = 60

COUNTED = """
import os, sys
from capacity import cli
from capacity.storing import asked
real = asked.simulate_next
def simulate(*given, **how):
    with open("log", "ab", buffering=0) as log:
        log.write(b"%d\\n" % os.getpid())
    return real(*given, **how)
asked.simulate_next = simulate
cli.main()
"""
"""The command, with a line in a file for each simulation; expected values are none."""
DIES_WRITING = """
import os, signal
from capacity import cli
real = os.replace
def replace(old, new):
    if str(new).endswith(".parquet") and len(list(os.scandir("out"))) > 9:
        os.kill(os.getpid(), signal.SIGKILL)
    real(old, new)
os.replace = replace
cli.main()
"""
"""The command, killed when a file is written and not yet in its place."""


def plans(folder: Path) -> Path:
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(PLAN.format(name=f"Unit {name}"))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return plans(tmp_path)


@pytest.fixture
def start(
    program: str, environment: Mapping[str, str], folder: Path
) -> Callable[..., subprocess.Popen[str]]:
    """Start the sweep, or a script around it."""

    def call(*more: str, script: str = "", **how: object) -> subprocess.Popen[str]:
        front = [sys.executable, "-c", script] if script else [program]
        command = [*front, *SWEEP, "--out", "out", *more]
        return subprocess.Popen(
            command, cwd=folder, env=dict(environment), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how,
        )  # fmt: skip

    return call


def finished(process: subprocess.Popen[str]) -> Finished:
    out, err = process.communicate(timeout=PATIENCE)
    return Finished(process.returncode, out, err)


def computed(done: Finished) -> int:
    """Scenarios that a process says it has computed."""
    assert done.code == 0, done.err
    found = COMPUTED.match(done.out)
    assert found, done.out
    assert int(found[1]) + int(found[2]) == ALL
    return int(found[1])


def results(folder: Path) -> dict[Path, tuple[int, int]]:
    """Number and time of every result: another one where it was written anew."""
    found = {}
    for path in (folder / "out").rglob("*.parquet"):
        about = path.stat()
        assert pq.ParquetFile(path).metadata.num_rows == 5  # whole
        found[path] = about.st_ino, about.st_mtime_ns
    return found


def leftovers(folder: Path) -> list[str]:
    return [p.name for p in (folder / "out").rglob(".*") if p.name != ".claims"]


def heed_interrupts() -> None:
    """A test run in the background ignores interrupts, and its children would, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    """Until a running sweep has stored so many."""
    for _ in range(100 * PATIENCE):
        if sum(1 for _ in (folder / "out").rglob("*.parquet")) >= count:
            break
        time.sleep(0.01)
    assert process.poll() is None, "it was over before it could be disturbed"


@pytest.fixture(scope="module")
def undisturbed(
    run: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory
) -> pd.DataFrame:
    folder = plans(tmp_path_factory.mktemp("calm"))
    done = run(*SWEEP, "--out", "out", "--collect", "all.parquet", "--quiet", folder=folder)
    assert (done.code, done.out, done.err) == (0, "", "")
    return pd.read_parquet(folder / "all.parquet")


@pytest.mark.parametrize(("end", "code"), [("SIGKILL", -signal.SIGKILL), ("SIGINT", 130)])
def test_a_sweep_that_is_killed_or_interrupted_goes_on_where_it_was(
    start, folder, undisturbed, end, code
) -> None:
    """An interrupt from a terminal reaches the workers, too; a kill only the one they work for."""
    workers = ("--workers", "2")
    process = start(*workers, start_new_session=True, preexec_fn=heed_interrupts)
    wait_for(process, folder, 5)
    send = os.kill if end == "SIGKILL" else os.killpg
    send(process.pid, getattr(signal, end))
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    if end == "SIGINT":  # who is killed can clean up nothing
        assert (err, leftovers(folder)) == ("", [])
    before = results(folder)
    done = finished(start("--collect", "all.parquet"))
    assert computed(done) == ALL - len(before)
    after = results(folder)
    assert len(after) == ALL
    assert {path: after[path] for path in before} == before
    assert_frame_equal(pd.read_parquet(folder / "all.parquet"), undisturbed, check_exact=True)
    assert "120 rows in all.parquet" in done.out


def test_a_sweep_that_is_killed_while_it_writes_leaves_nothing_half(
    start, folder, undisturbed
) -> None:
    done = finished(start(script=DIES_WRITING))
    assert done.code == -signal.SIGKILL
    assert len(leftovers(folder)) == 1
    before = len(results(folder))
    assert 0 < before < ALL
    assert computed(finished(start("--collect", "all.parquet"))) == ALL - before
    assert leftovers(folder) == []
    assert_frame_equal(pd.read_parquet(folder / "all.parquet"), undisturbed, check_exact=True)


def test_two_sweeps_on_one_folder_share_the_work(start, folder, undisturbed) -> None:
    """Counted by the simulations themselves, and by what each of them says."""
    both = [start("--collect", f"{i}.parquet", script=COUNTED) for i in range(2)]
    done = [finished(process) for process in both]
    assert sum(map(computed, done)) == ALL
    lines = (folder / "log").read_text().split()
    assert len(lines) == ALL
    assert set(lines) == {str(process.pid) for process in both}
    for i in range(2):
        assert_frame_equal(pd.read_parquet(folder / f"{i}.parquet"), undisturbed, check_exact=True)
    assert leftovers(folder) == []


def test_the_other_one_takes_over_from_one_that_is_killed(start, folder) -> None:
    killed, other = start(script=COUNTED), start(script=COUNTED)
    wait_for(killed, folder, 5)
    killed.kill()
    killed.communicate()
    done = finished(other)
    assert done.code == 0
    assert len(results(folder)) == ALL
    lines = (folder / "log").read_text().split()
    assert lines.count(str(other.pid)) == computed(done)
    assert len(lines) - ALL in (0, 1)  # at most what the killed one was at


def small(size: int) -> Callable[[], None]:
    """No file of the process may grow beyond that, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_one_line_and_nothing_half(start, folder) -> None:
    done = finished(start(preexec_fn=small(3000)))
    assert done.code == 2
    (line,) = done.lines
    assert re.fullmatch(r"out/../\w+\.parquet: cannot be written \(File too large\)\. What is "
                        r"stored is safe: make room, and run the same again", line)  # fmt: skip
    assert results(folder) == {}
    assert leftovers(folder) == []
    assert computed(finished(start())) == ALL
    done = finished(start("--collect", "all.csv", preexec_fn=small(3000)))
    assert done.code == 2
    assert not list(folder.glob("*all.csv*"))


def test_a_folder_that_may_not_be_written_is_told_before_any_work(
    run, program, environment, folder
) -> None:
    """Root may write anywhere, and is kept from it for once."""
    (folder / "out").mkdir(mode=0o555)
    front: list[str] = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root needs setpriv to do without its rights")
        front = ["setpriv", "--bounding-set", "-dac_override"]
    done = subprocess.run(
        [*front, program, *SWEEP, "--out", "out"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "out: cannot be written to (Permission denied). Name another folder\n"


def test_a_sweep_that_cannot_be_is_told_before_any_work(run, folder) -> None:
    for arguments, words in (
        (["--sweep", "team.csm.headcount=1,-2"], "headcount: -2 is outside of its range"),
        (["--collect", "all.txt"], "all.txt: ends in neither .parquet nor .csv"),
        (["--collect", "a.yaml"], "a.yaml: ends in neither"),
        (["--out", "a.yaml"], "a.yaml: is a file. Name a folder"),
        (["--keep", "arr[", "--trials", "9"], "metric 'arr[' is not a figure"),
    ):
        done = run("sweep", "a.yaml", "b.yaml", "--out", "out", *arguments, folder=folder)
        assert done.code == 2
        assert words in done.err
        assert "Traceback" not in done.err
        assert not list(folder.rglob("*.parquet"))


def test_figures_that_are_kept(run, folder) -> None:
    keep = ["--keep", "arr", "--keep", "required_fte[csm]", "--quiet"]
    every = ["sweep", "a.yaml", "b.yaml", "--out", "out", "--trials", "100", "--collect", "t.csv"]
    assert run(*every, *keep, folder=folder) == Finished(0, "", "")
    assert pd.read_csv(folder / "t.csv")["metric"].tolist() == ["arr", "required_fte"] * 2
    assert run(*every, "--keep", "all", "--quiet", folder=folder).code == 0
    table = pd.read_csv(folder / "t.csv")
    assert {"due_hours", "headcount", "revenue"} < set(table["metric"])
    assert table["period"].nunique() > 5
