"""What a sweep into a folder found, as one table: read scenario by scenario, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from capacity.errors import QuestionError
from capacity.scenario.document import PARQUET
from capacity.storing.cases import Cases
from capacity.storing.folder import SCENARIO, Folder, constant, kind_of
from capacity.table import COLUMNS
from capacity.writing import csv_text, whole

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 100_000
"""Rows that are held before they are written: some megabytes."""
_CSV = ".csv"


@dataclass(frozen=True, eq=False, repr=False)
class StoredSweep:
    """A sweep whose scenarios are all stored in a folder.

    Attributes
    ----------
    folder
        Where they are; `folder.root` is its path.
    cases
        What was swept.
    keys
        The name of each scenario's file, in the order of the sweep.
    computed
        Scenarios that this call has computed; the others were there, or came from other processes.
    """

    folder: Folder
    cases: Cases
    keys: Sequence[str]
    computed: int

    def __str__(self) -> str:
        count = f"{len(self)} scenario" + ("s" if len(self) != 1 else "")
        return f"{count} in {self.folder.root}, {self.computed} of them computed by this call"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table: the scenario, the paths, then those of `Result.table`."""
        return (SCENARIO, *self.cases.values, *COLUMNS)

    @property
    def files(self) -> Iterator[Path]:
        """The file of each scenario."""
        return map(self.folder.path_of, self.keys)

    def table(self) -> pd.DataFrame:
        """All rows as one table, in memory; for many scenarios see `collect`."""
        import pyarrow as pa  # slow to import, brought by the extra `files`

        found: pd.DataFrame = pa.concat_tables(self._tables()).to_pandas()
        return found

    def collect(self, path: str | Path) -> int:
        """Write all rows as one table, a Parquet or CSV file, whole or not at all.

        However many scenarios there are, it takes some megabytes of memory.

        Parameters
        ----------
        path
            Ends in ``.parquet`` or ``.csv``.

        Returns
        -------
        int
            The number of rows.

        Raises
        ------
        QuestionError
            Where the name has another ending.
        CapacityError
            Where the file cannot be written, or one of the folder is gone or damaged.
        """
        path = Path(path)
        check_collected(path)
        return self._as_csv(path) if path.suffix.lower() == _CSV else self._as_parquet(path)

    def _as_parquet(self, path: Path) -> int:
        import pyarrow.parquet as pq  # slow to import, brought by the extra `files`

        rows = 0
        first = next(self._tables())
        with whole(path) as file, pq.ParquetWriter(file, first.schema) as writer:
            for table in self._batches():
                writer.write_table(table)
                rows += len(table)
        return rows

    def _as_csv(self, path: Path) -> int:
        rows = 0
        with whole(path) as file:
            for table in self._batches():
                names = (SCENARIO, *self.cases.values)
                file.write(csv_text(table.to_pandas(), *names, head=not rows).encode())
                rows += len(table)
        return rows

    def _batches(self) -> Iterator[pa.Table]:
        """The rows in tables of a size that is quick to write."""
        import pyarrow as pa  # slow to import, brought by the extra `files`

        held: list[pa.Table] = []
        rows = 0
        for table in self._tables():
            held.append(table)
            rows += len(table)
            if rows >= _ROWS:
                yield pa.concat_tables(held)
                held, rows = [], 0
        if held:
            yield pa.concat_tables(held)

    def _tables(self) -> Iterator[pa.Table]:
        """The rows of each scenario, a swept path of one type in all of them."""
        kinds = {path: kind_of(given) for path, given in self.cases.values.items()}
        for case, key in zip(self.cases, self.keys, strict=True):
            table = self.folder.read(key).replace_schema_metadata()
            for path, value in case.chosen.items():
                at = table.schema.get_field_index(path)
                table = table.set_column(at, path, constant(value, kinds[path], len(table)))
            yield table


def check_collected(path: Path) -> None:
    """Make sure that a table can be written to a file of that name; see `StoredSweep.collect`."""
    if path.suffix.lower() not in (*PARQUET, _CSV):
        raise QuestionError(f"{path}: ends in neither .parquet nor .csv. Name a file that does")
