"""What is found in a file of accounts: mistakes and warnings, a few rows of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from capacity.arrays import BoolArray
from capacity.book.table import Table, some
from capacity.errors import Mistake, Place
from capacity.scenario.exports import ExportFormat


@dataclass
class Findings:
    """Mistakes and warnings of a file, with what they are told by.

    Attributes
    ----------
    table
        The file.
    form
        What its columns are called, and how dates are written.
    asked
        Where each task asks for columns by a `where`.
    mistakes, warnings
        What was found.
    """

    table: Table
    form: ExportFormat
    asked: Mapping[str, Place]
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def rows(
        self, bad: BoolArray, column: str, text: Callable[[int], str], *, warn: bool = False
    ) -> None:
        """Note that rows are bad; `text` says what is wrong with a row."""
        target = self.warnings if warn else self.mistakes
        target += some(np.flatnonzero(bad), self.table.place, column, text)

    def condition(self, task: str, text: str) -> None:
        """Note that a `where` takes a column for something else than it is."""
        place = self.asked.get(task, self.table.top)
        self.mistakes.append(Mistake(place, f"tasks.{task}.where", text))
