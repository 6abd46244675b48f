"""Accounts in Parquet, by pyarrow: texts, numbers and days as the file types them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from capacity.arrays import IntArray
from capacity.book.table import (
    SAMPLE,
    Column,
    Source,
    Table,
    cells_of,
    not_installed,
    reading,
    refused,
)
from capacity.errors import InputError, Mistake, Place
from capacity.scenario.fields import MOST_ACCOUNTS


def read_parquet(source: Source, wanted: Sequence[str]) -> Table:
    """Read the columns that are wanted; rows are counted from 1, and empty ones passed over.

    Raises
    ------
    InputError
        Where pyarrow is not installed, or the file is broken, empty or holds lists and the like.
    """
    try:
        import pyarrow.parquet as pq  # brought by the extra `files`, and slow to import
    except ImportError:
        raise not_installed(source.file, "Parquet", "pyarrow") from None
    place = Place(source.file)
    with reading(source.file, "Parquet", "Write it again"):
        file = pq.ParquetFile(_buffer(source.content), page_checksum_verification=True)
        _check_size(file.metadata.num_rows, place, source.what)
        names = file.schema_arrow.names
        header = [name.strip() for name in names]
        chosen = {name: names[header.index(name)] for name in wanted if header.count(name) == 1}
        read = file.read(columns=list(chosen.values()))
        columns = _columns({name: read.column(theirs) for name, theirs in chosen.items()}, place)
        rows = _filled(columns, file)
    if len(rows) < len(read):
        columns = {name: column.take(rows) for name, column in columns.items()}
    return Table(header, columns, rows + 1, "row", place)


def _buffer(content: bytes) -> Any:
    import pyarrow as pa  # there, or the caller had stopped

    return pa.BufferReader(content)


def _check_size(rows: int, place: Place, what: str) -> None:
    """A file of a few bytes can claim any number of rows."""
    if not rows:
        raise refused(place, f"is a header without {what}. Export the rows, too")
    if rows > MOST_ACCOUNTS:
        raise refused(place, f"has {rows:,} rows. Write at most {MOST_ACCOUNTS:,} accounts")


def _columns(found: Mapping[str, Any], place: Place) -> dict[str, Column]:
    columns, mistakes = {}, []
    for name, chunks in found.items():
        try:
            columns[name] = _column(chunks)
        except NotImplementedError:  # pyarrow cannot tell equal lists, maps and so on
            text = f"holds {chunks.type}. Write texts, numbers or days"
            mistakes.append(Mistake(place, name, text))
    if mistakes:
        raise InputError(mistakes)
    return columns


def _column(chunks: Any) -> Column:
    """A column from pyarrow's, in which null is an empty cell."""
    import pyarrow as pa  # there, or the caller had stopped

    if pa.types.is_dictionary(chunks.type):
        chunks = chunks.cast(chunks.type.value_type)
    if pa.types.is_floating(chunks.type) and not chunks.null_count:
        return Column(chunks.to_numpy().astype(float))
    sample = chunks.slice(0, SAMPLE)
    if pa.types.is_string(chunks.type) and 2 * len(sample.unique()) > len(sample):
        return Column(_cells(chunks))  # looking up names would take long
    encoded = chunks.dictionary_encode().unify_dictionaries()
    distinct = encoded.chunk(0).dictionary
    codes = [c.indices.fill_null(len(distinct)).to_numpy() for c in encoded.chunks]
    return Column([*_cells(distinct), ""], np.concatenate(codes))


def _cells(values: Any) -> list[Any]:
    import pyarrow as pa  # there, or the caller had stopped

    if pa.types.is_timestamp(values.type) and values.type.tz:
        from pyarrow.compute import local_timestamp  # slow to import

        values = local_timestamp(values)  # the day there, not in Greenwich
    array = values.to_numpy(zero_copy_only=False)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[D]")
    return cells_of(array.tolist())


def _filled(columns: Mapping[str, Column], file: Any) -> IntArray:
    """Rows in which anything stands; all columns are read only where it hangs on the others."""
    empty = np.full(file.metadata.num_rows, bool(columns))
    for column in columns.values():
        empty &= column.empty
    if empty.any():
        for chunks in file.read().columns:
            empty &= chunks.is_null().to_numpy()
    return np.flatnonzero(~empty)
