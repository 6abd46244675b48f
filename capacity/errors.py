"""What can go wrong, in one style.

CapacityError              base of all; `exit_code` is what the command line returns
├── InputError             the scenario or a file it names is wrong: every mistake at once
└── QuestionError          the question has no answer: no such metric, nothing to report
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_MISTAKE = 1200
"""Characters of a mistake that are shown; what is longer quotes something that nobody reads."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class CapacityError(Exception):
    """Base of every error that this library raises on purpose."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was written: a file and, counted from 1, its line and column, or its row.

    A text has lines, which editors jump to; a sheet or a table without any text has rows.
    """

    file: str
    line: int | None = None
    column: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        numbers = (str(n) for n in (self.line, self.column) if n is not None)
        row = f": row {self.row}" if self.row is not None else ""
        return ":".join((self.file, *numbers)) + row


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where, in which setting, and what to write instead."""

    place: Place
    path: str
    text: str

    def __str__(self) -> str:
        parts = (str(self.place), shown(self.path), shown(self.text))
        return ": ".join(part for part in parts if part)

    @property
    def order(self) -> tuple[str, int, int]:
        """Key that sorts mistakes by file, line or row, and column."""
        return (self.place.file, self.place.line or self.place.row or 0, self.place.column or 0)


def shown(text: str) -> str:
    """Text on one line and of bounded length: its beginning and its end, control codes spelt."""
    if len(text) > LONGEST_MISTAKE:
        half = LONGEST_MISTAKE // 2
        text = f"{text[:half]} … {text[-half:]}"
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


class InputError(CapacityError):
    """What the user wrote cannot be used; holds every mistake, in the order of the files.

    Attributes
    ----------
    mistakes
        Each of them complete in itself, with its place.
    """

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(dict.fromkeys(mistakes), key=lambda m: m.order))
        super().__init__("\n".join(str(m) for m in self.mistakes))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Mistake, ...]]]:
        return InputError, (self.mistakes,)  # made anew where it arrives, as from a worker

    @property
    def summary(self) -> str:
        """The closing line, such as ``2 mistakes in plan.yaml``."""
        files = list(dict.fromkeys(m.place.file for m in self.mistakes))
        noun = "mistake" if len(self.mistakes) == 1 else "mistakes"
        return f"{len(self.mistakes)} {noun} in {', '.join(files)}"


class QuestionError(CapacityError):
    """The scenario is fine, but what was asked of it has no answer."""
