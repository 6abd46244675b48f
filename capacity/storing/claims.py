"""Who computes what, where several processes work on one folder.

A claim is a lock of the operating system on one byte of a file: that of the number of the scenario.
The system gives it up when its process ends, however that ends, and a file server when it has lost
a machine. So there is nothing that a killed process could leave behind, and nobody has to judge
whether an owner is still alive. Processes that are forked do not inherit it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Final

from capacity.errors import CapacityError

FILE: Final = ".claims"
_DIGITS = 15
"""Hexadecimal digits of a key that are its number: below the largest place in a file, 2**63."""


class Claims:
    """The claims of this process on the scenarios of a folder.

    Raises
    ------
    CapacityError
        Where the folder cannot be written to, or files of it cannot be locked.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, _opened(folder / FILE)
        self._mine: set[str] = set()

    def take(self, key: str) -> bool:
        """Claim a scenario, unless somebody has it already."""
        import fcntl  # unknown to Windows; `_opened` says so

        with _GUARD:
            if key in self._file.taken:
                return False
            try:
                fcntl.lockf(self._file.handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(key))
            except (BlockingIOError, PermissionError):
                return False
            except OSError as error:
                raise _unlockable(self._folder, error.strerror) from None
            self._file.taken.add(key)
            self._mine.add(key)
            return True

    def release(self, key: str) -> None:
        """Give up a claim."""
        import fcntl  # unknown to Windows; `_opened` says so

        with _GUARD:
            fcntl.lockf(self._file.handle, fcntl.LOCK_UN, 1, _place(key))
            self._file.taken.discard(key)
            self._mine.discard(key)

    def release_all(self) -> None:
        """Give up what an error has left claimed."""
        for key in list(self._mine):
            self.release(key)


class _Locked:
    """An open file of claims, and which of them threads of this process have."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.taken: set[str] = set()


_GUARD = threading.Lock()
_OPEN: dict[tuple[int, int], _Locked] = {}
"""Files of claims by their identity. They stay open: to close one would give up all its claims,
those of other threads, too."""


def _opened(path: Path) -> _Locked:
    if os.name != "posix":
        raise _unlockable(path.parent, "only Unix has the locks that it takes")
    with _GUARD:
        with contextlib.suppress(OSError):
            about = path.stat()
            if (about.st_dev, about.st_ino) in _OPEN:
                return _OPEN[about.st_dev, about.st_ino]
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            text = f"{path.parent}: cannot be written to ({error.strerror}). Name another folder"
            raise CapacityError(text) from None
        about = os.fstat(handle)
        return _OPEN.setdefault((about.st_dev, about.st_ino), _Locked(handle))


def _place(key: str) -> int:
    return int(key[:_DIGITS], 16)


def _unlockable(folder: Path, why: str | None) -> CapacityError:
    text = f"{folder}: files there cannot be locked ({why}), so no two processes could share it"
    return CapacityError(f"{text}. Name a folder on another disk")
