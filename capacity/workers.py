"""Who computes: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from threading import Lock, Thread
from types import TracebackType
from typing import ParamSpec, TypeVar

from capacity.errors import CapacityError, QuestionError
from capacity.extras import needed

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 10
"""Seconds for which a cluster is waited for, and processes that end."""
_NONE_BEGAN = (
    "no worker could begin: each of them reads the script first. Put what the script does below "
    "`if __name__ == '__main__':`, in a file"
)


class Workers(Executor):
    """Processes of this machine, for `executor` of `capacity.simulate` and all that simulates.

    A pool that lost a process is begun anew, and what the process had is computed again. No process
    outlives the one that began it, even where that one is killed.

    Parameters
    ----------
    count
        Processes, such as the cores that are to be used.

    Raises
    ------
    ValueError
        Where that is below 1.
    CapacityError
        When work is handed out, where no process can begin, as in a script without the line below.

    Examples
    --------
    In a script, below ``if __name__ == "__main__":``, as always where Python begins processes::

        with capacity.Workers(4) as executor:
            result = capacity.simulate(plan, trials=1_000_000, executor=executor)
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers is {count}; it is at least 1")
        if getattr(current_process(), "_inheriting", False):
            # A process that reads the script of the one that began it, which has no guard: it
            # ends without a word, and `submit` there says why. multiprocessing looks here, too.
            sys.exit(1)
        self._count = count
        self._lock = Lock()
        self._is_in_use = False
        self._pool, self._stop = self._begin()

    def _begin(self) -> tuple[ProcessPoolExecutor, Connection]:
        """A pool, and what its processes live by: they end when it is closed."""
        # Forking a process that has threads may leave a lock held for ever: always a fresh one.
        fresh = get_context("spawn")
        stop, alive = fresh.Pipe()
        return ProcessPoolExecutor(self._count, fresh, _serve, (alive,)), stop

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """As `concurrent.futures.Executor.submit`; a pool that lost a process is begun anew."""
        with self._lock, _uninterrupted():
            self._is_in_use = True
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenExecutor:
                has_begun = self._stop.poll()
                self._end()
                if not has_begun:
                    raise CapacityError(_NONE_BEGAN) from None
                self._pool, self._stop = self._begin()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of every executor
        """End the processes when they are done."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def _end(self) -> None:
        """End the processes at once."""
        self._stop.close()
        if self._is_in_use:
            # A pool that is shut down before it knows that its processes are gone may wait for ever
            # for one to read what is in the pipe. It knows when it gives up a piece of work.
            with suppress(RuntimeError):
                wait([self._pool.submit(abs, 0)])
        # Python complains, at its own end, of a pool that is not yet wound up.
        ending = Thread(target=self._pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        ending.join(PATIENCE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.shutdown()
        self._end()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Begin processes that never hear of Ctrl-C, not even before `_serve`; it comes afterwards."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(alive: Connection) -> None:
    """Begin a worker: Ctrl-C is for the process that began it, with which this one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each worker has one core
    with suppress(OSError):
        alive.send_bytes(b"!")  # it has begun
    Thread(target=_end_with, args=(alive,), daemon=True).start()


def _end_with(alive: Connection) -> None:
    with suppress(EOFError, OSError):
        alive.recv()  # nothing ever comes: it ends when the other side is closed, or dead
    os._exit(1)


@contextmanager
def dask(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster, by the address of its scheduler.

    Raises
    ------
    CapacityError
        Where Dask is not installed.
    QuestionError
        Where nobody answers there.
    """
    distributed = needed("distributed", "A Dask cluster")
    try:
        distributed.comm.get_address_host_port(address)  # a client of no address ends after 20 s
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        text = f"--dask {address}: no scheduler answers there ({reason})"
        raise QuestionError(f"{text}. Write its address, as tcp://10.0.0.5:8786") from None
    with client:
        yield client.get_executor(pure=False)
