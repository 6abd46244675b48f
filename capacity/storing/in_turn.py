"""Pieces of work on an executor, a bounded part of them at once, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 64


def each(executor: Executor | None, compute: Callable[[T], R], pieces: Iterable[T]) -> Iterator[R]:
    """What a function finds for each piece, in the order of the pieces."""
    if executor is None:
        yield from map(compute, pieces)
        return
    flying: deque[Future[R]] = deque()
    try:
        for piece in pieces:
            flying.append(executor.submit(compute, piece))
            if len(flying) >= _AHEAD:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()
    finally:
        for future in flying:
            future.cancel()
