"""Accounts in CSV: the line in which each row begins, whatever stands in quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, TextIOWrapper
from itertools import chain

import numpy as np

from capacity.book.table import Source, Table, columns_of, refused, some
from capacity.errors import InputError, Place
from capacity.scenario.composing import place_in
from capacity.scenario.reading import decode

_LONGEST_CELL = 1_000_000
_OTHER_COMMAS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_BATCH = 500
"""Rows that are held as rows; so few that Python's garbage collector does not look at them."""

Batches = Iterator[list[list[str]]]


def read_csv(source: Source, wanted: Sequence[str]) -> Table:
    """Read the text of a CSV file; rows without any text are passed over.

    Raises
    ------
    InputError
        Where it is not UTF-8 text, empty, or has rows of another length than its header.
    """
    _check_text(source)
    lines: list[int] = []
    batches = _batches(source, lines)
    first = next(batches, None)
    if first is None:
        raise refused(Place(source.file, 1), f"is empty. Export the {source.what} with a header")
    header = [cell.strip() for cell in first.pop(0)]
    top = lines.pop(0)
    _check_header(header, Place(source.file, top))
    rows = _of_width(len(header), chain([first] if first else [], batches), lines, source.file)
    columns = columns_of(rows, {name: header.index(name) for name in wanted if name in header})
    if not lines:
        text = f"is a header without {source.what}. Export the rows, too"
        raise refused(Place(source.file, top), text)
    return Table(header, columns, np.array(lines), "line", Place(source.file, 1))


def _check_text(source: Source) -> None:
    text = decode(source.content, source.file)
    if "\0" in text:
        place = place_in(text[: text.index("\0")], source.file)
        raise refused(place, "holds a NUL byte. Export it as CSV text")


def _check_header(header: Sequence[str], place: Place) -> None:
    for mark, name in _OTHER_COMMAS.items():
        if len(header) == 1 and mark in header[0]:
            raise refused(place, f"columns are separated by {name}. Export the file with commas")


def _batches(source: Source, lines: list[int]) -> Batches:
    """The rows that hold any text, some at a time; notes the line in which each begins."""
    csv.field_size_limit(_LONGEST_CELL)
    text = TextIOWrapper(BytesIO(source.content), encoding="utf-8-sig", newline=None)
    reader = csv.reader(text, skipinitialspace=True, strict=True)
    batch: list[list[str]] = []
    line = 1
    try:
        for row in reader:
            if "".join(row).strip():
                batch.append(row)
                lines.append(line)
            line = reader.line_num + 1
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except csv.Error as error:
        said = "has a quote that is never closed" if "end of data" in str(error) else str(error)
        place = Place(source.file, line)
        raise refused(place, f"{said}. Check the quotes from this line on") from None
    if batch:
        yield batch


def _of_width(
    width: int, batches: Iterable[list[list[str]]], lines: list[int], file: str
) -> Batches:
    """The same rows; where some are of another length, all of these are a mistake at the end."""
    ragged: list[tuple[int, int]] = []
    first = 0
    for batch in batches:
        cells = list(map(len, batch))
        if set(cells) == {width}:
            yield batch
        ragged += [(lines[first + i], count) for i, count in enumerate(cells) if count != width]
        first += len(batch)

    def text(i: int) -> str:
        return f"has {ragged[i][1]} cells where {width} are named. Check quotes and commas"

    if ragged:
        raise InputError(some(range(len(ragged)), lambda i: Place(file, ragged[i][0]), "", text))
