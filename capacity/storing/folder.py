"""The folder of a sweep: a Parquet file for each scenario, by its key.

``OUT/3f/3f9a….parquet``: two digits of the key part the files, since a million of them in one
folder are slow everywhere. What begins with a dot is no result: claims, and files half written.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.errors import CapacityError
from capacity.extras import check_installed
from capacity.quantities import in_yaml
from capacity.storing.claims import Claims
from capacity.table import COLUMNS
from capacity.writing import check_folder, make_folder, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

SCENARIO = "scenario"
"""The column with the name of the plan."""
_ENDING = ".parquet"
_TEXTS = 7
"""Columns of the table that are text; numbers follow."""
_LARGEST = 2**63
_NO_ROOM = "What is stored is safe: make room, and run the same again"


class Folder:
    """What is stored, and who stores it.

    Raises
    ------
    CapacityError
        Where the folder cannot be made or written to, or pyarrow is not installed.
    """

    def __init__(self, root: Path) -> None:
        check_installed("A folder of scenarios", "pyarrow")
        check_folder(root)
        make_folder(root)
        self.root, self.claims = root, Claims(root)

    def path_of(self, key: str) -> Path:
        """Where the rows of a scenario lie."""
        return self.root / key[:2] / f"{key}{_ENDING}"

    def has(self, key: str) -> bool:
        """Whether a scenario is stored; a file is there whole or not at all."""
        return self.path_of(key).is_file()

    def write(
        self,
        key: str,
        columns: Mapping[str, Any],
        rows: Iterable[Mapping[str, Any]],
        about: Mapping[str, Any],
    ) -> None:
        """Store a scenario: its rows behind columns that are the same in each, with a manifest.

        Raises
        ------
        CapacityError
            Where the file cannot be written; then nothing of it is there.
        """
        import pyarrow.parquet as pq  # slow to import, brought by the extra `files`

        table = table_of(columns, rows)
        manifest = {b"capacity": json.dumps(about, ensure_ascii=False, default=str).encode()}
        content = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(manifest), content)
        path = self.path_of(key)
        make_folder(path.parent)
        write_whole(path, content.getvalue(), _NO_ROOM, lasting=True)

    def read(self, key: str) -> pa.Table:
        """The rows of a scenario.

        Raises
        ------
        CapacityError
            Where the file is gone or damaged.
        """
        import pyarrow as pa  # slow to import, brought by the extra `files`
        import pyarrow.parquet as pq  # the same

        path = self.path_of(key)
        try:
            return pq.ParquetFile(path).read()
        except (OSError, pa.ArrowInvalid) as error:
            why = str(error).partition("\n")[0]
            text = f"{path}: cannot be read ({why}). Delete it, and run the same again"
            raise CapacityError(text) from None

    def sweep_out(self) -> None:
        """Remove what killed processes had half written, and nothing that somebody writes now."""
        for path in self.root.glob(f"*/.*{_ENDING}.*"):
            key = path.name[1:].partition(".")[0]
            if self.claims.take(key):
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                self.claims.release(key)


def table_of(columns: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table, behind columns that are the same in each."""
    import pyarrow as pa  # slow to import, brought by the extra `files`

    found = list(rows)
    kinds = {name: kind_of([value]) for name, value in columns.items()}
    made = {name: constant(value, kinds[name], len(found)) for name, value in columns.items()}
    for name in COLUMNS[:_TEXTS]:
        made[name] = pa.array([row[name] for row in found], pa.string())
    for name in COLUMNS[_TEXTS:]:
        known = [row[name] if math.isfinite(row[name]) else None for row in found]
        made[name] = pa.array(known, pa.float64())
    return pa.table(made)


def kind_of(values: Iterable[Any]) -> pa.DataType:
    """The type of a column of values: that of all of them, or text."""
    import pyarrow as pa  # slow to import, brought by the extra `files`

    kinds = {str if _is_large(value) else type(value) for value in values}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds <= {int, float} else pa.string()


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and not -_LARGEST <= value < _LARGEST


def constant(value: Any, kind: pa.DataType, count: int) -> pa.Array:
    """A column of one value; what is no text, as it would be written, in a column of text."""
    import pyarrow as pa  # slow to import, brought by the extra `files`

    is_text = kind == pa.string() and not isinstance(value, str)
    return pa.array([in_yaml(value) if is_text else value] * count, kind)
