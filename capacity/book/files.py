"""Which reader a file of accounts takes: its name decides, and its first bytes must agree."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.book.csv_text import read_csv
from capacity.book.parquet import read_parquet
from capacity.book.table import Source, Table, refused
from capacity.book.workbook import read_workbook
from capacity.errors import Place
from capacity.scenario.document import PARQUET, WORKBOOKS

_PARQUET = b"PAR1"
_ZIPPED = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_table(source: Source, wanted: Sequence[str]) -> Table:
    """Read the wanted columns of a file of accounts.

    Raises
    ------
    InputError
        Where the file is not what its name says, or its reader refuses it.
    """
    name = source.file.lower()
    if name.endswith(PARQUET):
        _check(source, _PARQUET, "is no Parquet file", ".csv or .xlsx")
        return read_parquet(source, wanted)
    if name.endswith(WORKBOOKS):
        _check(source, _ZIPPED, "is no Excel workbook", ".csv or .parquet")
        return read_workbook(source, wanted)
    _check_is_text(source)
    return read_csv(source, wanted)


def _check(source: Source, signature: bytes, text: str, others: str) -> None:
    place = Place(source.file)
    _check_office(source, place)
    if not source.content.strip():
        raise refused(place, f"is empty. Export the {source.what} with a header")
    if not source.content.startswith(signature):
        raise refused(place, f"{text}. Let its name end in what it is, {others}")


def _check_is_text(source: Source) -> None:
    place = Place(source.file, 1)
    _check_office(source, place)
    if source.content.startswith(_ZIPPED):
        text = "is a workbook of a spreadsheet. Save the sheet as CSV, or name the workbook .xlsx"
        raise refused(place, text)
    if source.content.startswith(_PARQUET) and source.content.endswith(_PARQUET):
        raise refused(place, "is a Parquet file. Let its name end in .parquet")


def _check_office(source: Source, place: Place) -> None:
    if not source.content.startswith(_OLD_OFFICE):
        return
    if _ENCRYPTED in source.content:
        text = "is protected by a password. Save it without one"
    else:
        text = "is a workbook of an old kind (.xls). Save it as .xlsx, or the sheet as CSV"
    raise refused(place, text)
