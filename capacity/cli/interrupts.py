"""Ctrl-C that is never lost: not in the middle of an import, which may swallow or disguise it."""

from __future__ import annotations

import signal
import sys
from types import FrameType

_AGAIN = 0.02
"""Seconds after which an import is looked at again."""
_IMPORTING = "<frozen importlib"
"""How the files begin that Python's own import is written in."""


def heed_interrupts() -> None:
    """Raise `KeyboardInterrupt` for Ctrl-C as ever, but only when no import is under way.

    A third of the start is spent on imports. What is raised in one of these may end in a class that
    is being made, as a `RuntimeError`, or in compiled code that passes over it. Where interrupts
    are ignored, as in the background, or the system has no timer, all stays as it is.
    """
    if sys.platform == "win32" or signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        return
    for number in (signal.SIGALRM, signal.SIGINT):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    while frame:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
