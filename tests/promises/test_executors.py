"""The same bits whoever computes them, complete or an error, whatever dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import active_children, get_context
from pathlib import Path

import numpy as np
import pytest

import capacity
from capacity import executing
from capacity.errors import CapacityError
from capacity.executing import AHEAD, TRIES, Filed, Shared, each, filed, unpacked
from capacity.workers import dask

posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a matter of POSIX")
TRIALS = 3000
SMALL = """\
name: small
horizon: {start: 2027-01, months: 6}
segments: {smb: {accounts: 50, arr: 12_000, churn: 20%, addressable: 50%}}
tasks: {qbr: {role: csm, every: quarter, hours: {mean: 4, sd: 1}, weight: 1}}
value: {if_stopped: {churn: 1.5}}
team: {csm: {headcount: 2, attrition: 20%, salary: 60_000}}
finance: {gross_margin: 80%, discount_rate: 8%}
"""


@pytest.fixture(scope="module")
def workers():
    with capacity.Workers(2) as executor:
        yield executor
    assert not active_children(), "workers outlive their executor"


@pytest.fixture(scope="module")
def alone(world, everything):
    return everything(capacity.simulate(world(), trials=TRIALS, seed=9))


# --- the same bits -------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4])
def test_threads_find_the_same_bits(world, everything, same, alone, count) -> None:
    with ThreadPoolExecutor(count) as executor:
        result = capacity.simulate(world(), trials=TRIALS, seed=9, executor=executor)
    assert same(alone, everything(result)) == len(alone)


def test_workers_find_the_same_bits(world, everything, same, alone, workers) -> None:
    result = capacity.simulate(world(), trials=TRIALS, seed=9, executor=workers)
    assert same(alone, everything(result)) == len(alone)


@pytest.mark.skipif("fork" not in __import__("multiprocessing").get_all_start_methods(),
                    reason="this system does not fork")  # fmt: skip
def test_forked_processes_find_the_same_bits(world, everything, same, alone) -> None:
    with ProcessPoolExecutor(2, get_context("fork")) as executor:
        result = capacity.simulate(world(), trials=TRIALS, seed=9, executor=executor)
    assert same(alone, everything(result)) == len(alone)


def test_values_and_comparisons_are_the_same_on_workers(scenario, workers) -> None:
    plan = scenario(SMALL)
    less = plan.with_({"team.csm.headcount": 1})
    asked = {"trials": 1100, "seed": 3}
    for ask in (
        lambda **on: capacity.roi(plan, **asked, **on).mean("npv"),
        lambda **on: capacity.compare([plan, less], **asked, **on).table(metric="arr").to_csv(),
    ):
        assert ask() == ask(executor=workers)


class Backwards(Executor):
    """Computes what it was given last first, when somebody asks for anything."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future, object, tuple]] = []

    def submit(self, fn, /, *args):  # type: ignore[override]
        future = _Late(self)
        self.waiting.append((future, fn, args))
        return future

    def work(self) -> None:
        while self.waiting:
            future, fn, args = self.waiting.pop()
            future.set_result(fn(*args))


class _Late(Future):
    def __init__(self, executor: Backwards) -> None:
        super().__init__()
        self._executor = executor

    def result(self, timeout=None):
        self._executor.work()
        return super().result(timeout)


def test_the_order_of_the_work_plays_no_part(world, everything, same, alone) -> None:
    result = capacity.simulate(world(), trials=TRIALS, seed=9, executor=Backwards())
    assert same(alone, everything(result)) == len(alone)


# --- a cluster -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        silence_logs="CRITICAL",
    ) as found:  # fmt: skip
        yield found


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_dask_cluster_finds_the_same_bits_and_survives_a_death(
    world, everything, same, alone, cluster
) -> None:
    with dask(cluster.scheduler_address) as executor:
        result = capacity.simulate(world(), trials=TRIALS, seed=9, executor=executor)
        assert same(alone, everything(result)) == len(alone)
        killed: list[int] = []

        def kill(_done: int, _all: int) -> None:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

        result = capacity.simulate(world(), TRIALS, 9, executor=executor, progress=kill)
        assert killed
        assert same(alone, everything(result)) == len(alone)


# --- what dies -----------------------------------------------------------------------------------


@posix
def test_a_worker_that_is_killed_is_replaced(world, everything, same, alone, workers) -> None:
    killed: list[int] = []

    def kill(_done: int, _all: int) -> None:
        if not killed:
            killed.append(active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    result = capacity.simulate(world(), TRIALS, 9, executor=workers, progress=kill)
    assert same(alone, everything(result)) == len(alone)
    # Whatever was lost, the next question finds a whole pool.
    capacity.simulate(world(), 1000, 9, executor=workers)
    assert killed[0] not in {child.pid for child in active_children()}


@posix
def test_an_executor_of_the_caller_that_breaks_loses_nothing(
    world, everything, same, alone
) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        executor.submit(_die_once, "").exception()  # from here on it takes no more
        result = capacity.simulate(world(), TRIALS, 9, executor=executor)
    assert same(alone, everything(result)) == len(alone)


def _die_once(flag: str) -> int:
    """End this process, unless a file says that one has died already."""
    if not flag:
        os._exit(1)
    path = Path(flag)
    if not path.exists():
        path.write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return 7


@posix
def test_pieces_that_went_with_a_worker_are_computed_again(workers, tmp_path) -> None:
    found = [*each(workers, _die_once, [str(tmp_path / name) for name in "aab"])]
    assert found == [7, 7, 7]
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def _die(_piece: int) -> None:
    os._exit(1)


def test_a_piece_that_kills_every_worker_is_an_error_and_no_short_result(workers) -> None:
    with pytest.raises(CapacityError, match=f"{TRIES} times in a row a worker ended"):
        [*each(workers, _die, range(3))]


def _fail(piece: int) -> int:
    if piece == 2:
        raise ValueError("two")
    return piece


def test_what_a_piece_raises_is_raised(workers) -> None:
    with pytest.raises(ValueError, match="two"):
        [*each(workers, _fail, range(5))]


@posix
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_one_that_began_it(tmp_path, end) -> None:
    """Interrupted or killed itself: the kernel tells the workers, whoever cannot."""
    script = tmp_path / "long.py"
    script.write_text(_LONG)
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(capacity.__file__).parents[1])},
    ) as process:  # fmt: skip
        assert process.stdout
        workers = [int(pid) for pid in process.stdout.readline().split()]
        process.send_signal(end)
        process.wait(timeout=30)
    assert len(workers) == 2
    deadline = time.monotonic() + 30
    while any(_is_alive(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker is still there"
        time.sleep(0.05)


_LONG = """
import os, signal, time
import capacity
from capacity.executing import each


def which(piece):
    time.sleep(0.2 if piece < 8 else 3600)
    return os.getpid()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with capacity.Workers(2) as executor:
        found = each(executor, which, range(12))
        seen = {next(found) for _ in range(8)}
        print(*seen, flush=True)
        next(found)
"""


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead may still be listed."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


# --- how work is handed out ----------------------------------------------------------------------


def test_no_more_is_handed_out_than_may_wait() -> None:
    executor = Backwards()
    found = each(executor, abs, range(10 * AHEAD))
    next(found)
    assert len(executor.waiting) == 0
    for _ in range(3):
        next(found)
        assert len(executor.waiting) <= AHEAD
    assert [*found] == list(range(4, 10 * AHEAD))


def test_what_is_shared_is_unpickled_once_and_travels_by_file_where_it_is_large(tmp_path) -> None:
    for size in (10, 20_000, 2_000_000):
        shared = Shared(bytes(size), str(tmp_path))
        build, arguments = shared.__reduce__()
        assert build is unpacked
        assert unpacked(*arguments) is unpacked(*arguments)
        assert unpacked(*arguments).value == shared.value
        assert isinstance(arguments[0], Path) == (size > 1_000)


@pytest.mark.parametrize("mapped", [200, 0])
def test_large_findings_come_back_by_file(workers, tmp_path, monkeypatch, mapped) -> None:
    """All that was found is there and can be written to, and no file is left."""
    monkeypatch.setattr(executing, "_MOST_MAPPED", mapped)
    found = filed(_found(3), str(tmp_path))
    assert isinstance(found, Filed)
    assert len(list(tmp_path.iterdir())) == 1
    for number, back in [(3, found.read()), *enumerate(each(workers, _found, range(6)))]:
        meant = _found(number)
        assert back.keys() == meant.keys()
        for name, array in meant.items():
            np.testing.assert_array_equal(back[name], array, strict=True)
            assert back[name].flags.writeable
    assert not list(tmp_path.iterdir())


def test_findings_that_are_small_or_find_no_room_come_back_by_themselves(tmp_path) -> None:
    small, large = {"whole": np.arange(5)}, _found(3)
    assert filed(small, str(tmp_path)) is small
    assert filed(large, str(tmp_path / "gone")) is large
    assert not list(tmp_path.iterdir())


def _found(number: int) -> dict[str, np.ndarray]:
    """Arrays of all sorts: large, small, empty, of other types and orders."""
    table = np.arange(400_000.0).reshape(400, 1000) + number
    return {
        "table": table,
        "columns": np.asfortranarray(table[:100]),
        "whole": np.arange(5) * number,
        "none": np.zeros((0, 7)),
        "bits": table[:9] > number + 5,
    }


@pytest.mark.parametrize("count", [0, -1])
def test_no_workers_are_refused(count) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        capacity.Workers(count)
