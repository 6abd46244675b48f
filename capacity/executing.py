"""Many pieces of work on any executor: in order, complete or an error, what they share sent once.

A worker may die with the pieces that it had. They are handed out again, or computed here where the
executor takes no more: each piece is a function of its arguments alone, so it does not matter who
computes it.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Lock
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

from capacity.errors import CapacityError
from capacity.workers import Workers

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 64
"""Pieces that are handed out at a time: what is found waits here until those before it are."""
TRIES = 3
"""Workers that may die in a row before it is given up."""
_SMALL = 1_000
"""Bytes up to which a shared value travels with its pieces to processes of this machine.

Those that are handed out must have room in a pipe, 64 kB, that nobody may be left to read from:
Python's pool waits for ever to write the rest where all of its processes are dead.
"""
_LARGE = 1_000_000
"""Bytes from which on what was found comes back by file."""
_MOST_MAPPED = 200
"""Files whose arrays are used where they are; each stays open, and a process has only so many."""
_KEPT = 4
"""Functions that a worker keeps: a comparison goes back and forth between a few plans."""


def each(executor: Executor | None, compute: Callable[[T], R], pieces: Iterable[T]) -> Iterator[R]:
    """What a function finds for each piece, in the order of the pieces.

    Parameters
    ----------
    executor
        Any; None computes here.
    compute
        Pickled once, with all that it holds, and unpickled once in each process.
    pieces
        Its arguments.

    Raises
    ------
    CapacityError
        Where worker after worker dies.
    Exception
        Whatever `compute` raises, wherever it ran.
    """
    if executor is None:
        yield from map(compute, pieces)
        return
    # A worker that nobody waits for any more may write into the folder while it is cleared.
    here = TemporaryDirectory(ignore_cleanup_errors=True) if _is_here(executor) else nullcontext()
    with here as folder:
        handed = _Handed(executor, Shared(compute, folder), folder)
        try:
            for piece in pieces:
                handed.out(piece)
                if len(handed) >= AHEAD:
                    yield handed.next()
            while len(handed):
                yield handed.next()
        finally:
            handed.take_back()


def _is_here(executor: Executor) -> bool:
    """Whether it is of processes that see the files of this machine."""
    return isinstance(executor, (ProcessPoolExecutor, Workers))


class _Handed(Generic[T, R]):
    """Pieces that were handed out, in their order."""

    def __init__(
        self, executor: Executor, compute: Shared[Callable[[T], R]], folder: str | None
    ) -> None:
        self._executor, self._compute, self._folder = executor, compute, folder
        self._sent = _sent(executor, compute)
        self._waiting: deque[tuple[T, Future[R | Filed] | None]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def out(self, piece: T) -> None:
        self._waiting.append((piece, self._begun(piece)))

    def next(self) -> R:
        """What was found for the first of them."""
        for _ in range(TRIES):
            piece, future = self._waiting[0]
            try:
                found = future.result() if future else self._compute.value(piece)
            except _lost():
                self._hand_out_again()
            else:
                self._waiting.popleft()
                return cast("R", found.read()) if isinstance(found, Filed) else found
        raise CapacityError(
            f"{TRIES} times in a row a worker ended before its work was done, as for want of "
            "memory. Use fewer workers; in a script, below `if __name__ == '__main__':`"
        )

    def take_back(self) -> None:
        """Give up what nobody will ask for any more."""
        if isinstance(self._executor, Workers):
            return  # Python's pool never ends when processes die that had cancelled work
        for _, future in self._waiting:
            if future:
                future.cancel()

    def _begun(self, piece: T) -> Future[R | Filed] | None:
        """A piece that is being computed; None where the executor takes no more."""
        try:
            return self._executor.submit(_computed, self._sent, piece, self._folder)
        except BrokenExecutor:
            return None

    def _hand_out_again(self) -> None:
        """Hand out what went with a worker, the first piece and those behind it."""
        self._sent = _sent(self._executor, self._compute)
        for i, (piece, future) in enumerate(self._waiting):
            if future and _is_lost(future):
                self._waiting[i] = piece, self._begun(piece)


def _sent(executor: Executor, compute: Shared[Any]) -> Any:
    """What goes out with each piece.

    On a Dask cluster it is a task of its own: its workers get the value from each other, and a
    plan with its accounts does not go through the scheduler again and again.
    """
    client, dask = getattr(executor, "_client", None), sys.modules.get("distributed")
    if dask and isinstance(client, dask.Client):
        data, name = compute.packed
        return client.submit(unpacked, client.scatter(data, hash=False), name, pure=False)
    return compute


def _lost() -> tuple[type[BaseException], ...]:
    """How executors say that a piece went with its worker."""
    dask = sys.modules.get("distributed")  # only where it is in use
    return (BrokenExecutor, CancelledError, *([dask.KilledWorker] if dask else []))


def _is_lost(future: Future[Any]) -> bool:
    return future.cancelled() or (future.done() and isinstance(future.exception(), _lost()))


def _computed(compute: Shared[Callable[[T], R]], piece: T, folder: str | None) -> R | Filed:
    found = compute.value(piece)
    return found if folder is None else filed(found, folder)


# --- sent back -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filed:
    """What was found, with its arrays in a file: the pipe between two processes is slow.

    Attributes
    ----------
    frame
        What is left of it, pickled.
    path, sizes
        The file, and the bytes of each array in it.
    """

    frame: bytes
    path: str
    sizes: tuple[int, ...]

    def read(self) -> object:
        """What was found; the file has no name any more, and is gone with the arrays."""
        data, arrays, first = _mapped(Path(self.path)), [], 0
        Path(self.path).unlink()
        for size in self.sizes:
            arrays.append(data[first : first + size])
            first += size
        return pickle.loads(self.frame, buffers=arrays)  # noqa: S301 - what `filed` has pickled


_maps: WeakSet[mmap] = WeakSet()


def _mapped(path: Path) -> memoryview:
    """A file in memory, without a copy where that can be."""
    if sys.platform == "win32" or len(_maps) >= _MOST_MAPPED:  # Windows keeps what is mapped
        return memoryview(bytearray(path.read_bytes()))
    with path.open("rb") as file:
        found = mmap(file.fileno(), 0, access=ACCESS_COPY)
    _maps.add(found)
    return memoryview(found)


def filed(found: R, folder: str) -> R | Filed:
    """What was found, or where it is if it is large and there is room for it."""
    arrays: list[pickle.PickleBuffer] = []
    frame = pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append)
    views = [array.raw() for array in arrays]
    sizes = tuple(view.nbytes for view in views)
    if sum(sizes) < _LARGE:
        return found
    try:
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            for view in views:
                file.write(view)
    except OSError:
        return found  # the disk is full, but the pipe is not
    return Filed(frame, file.name, sizes)


# --- sent once -----------------------------------------------------------------------------------

_known: OrderedDict[str, Shared[Any]] = OrderedDict()
_one_at_a_time = Lock()


class Shared(Generic[T]):
    """A value that many pieces of work need.

    A process to which it is sent unpickles it once, however often it is sent; a thread gets the
    value itself.

    Parameters
    ----------
    folder
        Where a large value is put for processes of this machine to read; without it the value
        travels with each piece.
    """

    def __init__(self, value: T, folder: str | None = None) -> None:
        self.value, self._folder = value, folder

    @cached_property
    def packed(self) -> tuple[bytes | Path, str]:
        """The bytes, or the file that they are in, and their hash."""
        data = pickle.dumps(self.value, protocol=pickle.HIGHEST_PROTOCOL)
        name = hashlib.sha256(data).hexdigest()
        if self._folder is None or len(data) < _SMALL:
            return data, name
        path = Path(self._folder) / name
        path.write_bytes(data)
        return path, name

    def __reduce__(self) -> tuple[Callable[[bytes | Path, str], Shared[Any]], Any]:
        return unpacked, self.packed


def unpacked(packed: bytes | Path, name: str) -> Shared[Any]:
    """The value of some bytes, or of a file; found by their hash where it is known."""
    with _one_at_a_time:
        if name not in _known:
            data = packed if isinstance(packed, bytes) else packed.read_bytes()
            _known[name] = Shared(pickle.loads(data))  # noqa: S301 - what `Shared` has pickled
        _known.move_to_end(name)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
        return _known[name]
