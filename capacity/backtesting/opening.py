"""What happened, opened: a file, or a table of pandas."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from capacity.book.files import read_table
from capacity.book.table import Column, Source, Table, cells_of
from capacity.errors import Place, QuestionError
from capacity.scenario.reading import read_bytes

if TYPE_CHECKING:
    import pandas as pd


class Opened(Protocol):
    """Something with columns.

    Attributes
    ----------
    name
        What messages and the manifest call it.
    sha256
        Of what it holds.
    """

    name: str
    sha256: str

    def read(self, wanted: Sequence[str]) -> Table:
        """The columns that are wanted."""


def opened(given: str | Path | pd.DataFrame, what: str) -> Opened:
    """A file by its name, or a table.

    Parameters
    ----------
    what
        What a table is called, which has no name of its own.

    Raises
    ------
    InputError
        Where there is no such file.
    QuestionError
        Where it is neither.
    """
    if isinstance(given, (str, Path)):
        return _File(Path(given))
    if not hasattr(given, "to_csv"):
        text = f"{what} is a {type(given).__name__}. Give the name of a file, or a DataFrame"
        raise QuestionError(text)
    return _Frame(given, what)


class _File:
    def __init__(self, path: Path) -> None:
        self.name = str(path)
        content = read_bytes(path, "actuals")
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._source = Source(content, self.name, None, Place(self.name), "actuals")

    def read(self, wanted: Sequence[str]) -> Table:
        return read_table(self._source, wanted)


class _Frame:
    """A table of pandas; an index that has a name is a column like the others."""

    def __init__(self, frame: pd.DataFrame, what: str) -> None:
        self.name = f"{what} (DataFrame)"
        self._frame = frame.reset_index() if any(frame.index.names) else frame
        content = self._frame.to_csv(index=False).encode()
        self.sha256 = hashlib.sha256(content).hexdigest()

    def read(self, wanted: Sequence[str]) -> Table:
        header = [str(title) for title in self._frame.columns]
        columns = {name: self._column(header.index(name)) for name in wanted if name in header}
        numbers = np.arange(1, len(self._frame) + 1)
        return Table(header, columns, numbers, "row", Place(self.name), "The DataFrame")

    def _column(self, place: int) -> Column:
        column = self._frame.iloc[:, place]
        known = column.notna().tolist()
        cells = zip(column.tolist(), known, strict=True)
        return Column(cells_of(cell if is_known else None for cell, is_known in cells))
