"""Formats of exports: what a program calls the columns of its files, each a small YAML file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from itertools import combinations
from typing import Annotated

from capacity.scenario.document import (
    ACCOUNT_COLUMNS,
    FORMATS,
    Accounts,
    date_pattern,
    read_date_format,
)
from capacity.scenario.fields import TEXT, read_names
from capacity.scenario.kinds import Kind, any_of, listed, mapping_of
from capacity.scenario.parts import Part, PartsError, nearest, read_each
from capacity.scenario.pool import OWNER, REGION
from capacity.scenario.reading import Trail, parse_bytes
from capacity.scenario.validation import validate_part

_KNOWN = (*ACCOUNT_COLUMNS, OWNER, REGION)
_FOLDER = "formats"
_TWO_DAYS = (dt.date(2001, 2, 3), dt.date(2001, 3, 2))
_BEGINS = "A format begins with the titles of its columns, as in `columns: {id: Account ID}`"


def read_titles(raw: object) -> dict[str, tuple[str, ...]]:
    """Titles by column: ``{id: [Record ID, Company name]}``."""
    if not isinstance(raw, dict) or not raw:
        found = "is empty" if not raw else f"{raw!r} names no columns"
        raise ValueError(f"{found}. Write {{id: [Account ID, Account Name]}}")
    titles = read_each(raw.items(), read_names)
    near = {name: nearest(name, _KNOWN) for name in titles if name not in _KNOWN}
    faults: list[tuple[Trail, str]] = [
        ((name,), f"is nothing of an account.{hint} Known: {', '.join(_KNOWN)}")
        for name, hint in near.items()
        if hint
    ]
    if faults:
        raise PartsError(faults)
    return titles


def read_date_formats(raw: object) -> tuple[str, ...]:
    """Ways to write dates, of which no two read one text as two days."""
    if not isinstance(raw, list):
        return (read_date_format(raw),)
    found = tuple(read_each(enumerate(raw), read_date_format).values())
    if not found:
        raise ValueError("is an empty list. Write YYYY-MM-DD")
    for one, other in combinations(found, 2):
        if any(_reads_otherwise(day, one, other) for day in _TWO_DAYS):
            text = f"{one} and {other} read the same text as two days. Write one of them"
            raise ValueError(text)
    return found


def _reads_otherwise(day: dt.date, one: str, other: str) -> bool:
    written = day.strftime(date_pattern(one))
    try:
        return dt.datetime.strptime(written, date_pattern(other)).date() != day  # noqa: DTZ007
    except ValueError:
        return False


Titles = Annotated[
    Mapping[str, tuple[str, ...]],
    Kind(
        read_titles,
        "title, or a list of them, by column",
        mapping_of(any_of(TEXT, listed(TEXT))),
    ),
]
DateFormats = Annotated[
    tuple[str, ...], replace(TEXT, read=read_date_formats, words="text, or a list of them")
]


class ExportFormat(Part):
    """What a program calls the columns of the files that it exports."""

    columns: Titles
    """Titles of each column; the first that the file has counts."""
    date_format: DateFormats = ("YYYY-MM-DD",)
    """How dates are written; of several the first that fits."""

    def titles(self, column: str) -> tuple[str, ...]:
        """What a column may be called; its own name at last."""
        return tuple(dict.fromkeys((*self.columns.get(column, ()), column)))


def read_format(content: bytes, file: str) -> ExportFormat:
    """Read a format.

    Raises
    ------
    InputError
        With every mistake of the file.
    """
    return validate_part(ExportFormat, parse_bytes(content, file, _BEGINS), "A format")


def known_format(name: str) -> ExportFormat:
    """One of the formats that come along."""
    assert name in FORMATS
    file = files("capacity.scenario") / _FOLDER / f"{name}.yaml"
    return read_format(file.read_bytes(), str(file))


def plainly(accounts: Accounts) -> ExportFormat:
    """The format of a file that names none, and what the scenario itself says of its columns."""
    columns = {name: (title,) for name, title in accounts.columns.items()}
    return ExportFormat.model_construct(columns=columns, date_format=(accounts.date_format,))


def over(accounts: Accounts, form: ExportFormat) -> ExportFormat:
    """A format with what the scenario says otherwise, column by column."""
    own = plainly(accounts)
    dates = own if "date_format" in accounts.model_fields_set else form
    columns = {**form.columns, **own.columns}
    return ExportFormat.model_construct(columns=columns, date_format=dates.date_format)
