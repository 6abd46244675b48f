"""How logs are read: titles of columns, ways to write dates, how many rows may be bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from capacity.errors import QuestionError
from capacity.scenario.days import read_day
from capacity.scenario.document import read_date_format
from capacity.scenario.parts import nearest

BAD = 0.1
"""Part of the rows that may be bad, unless it is said."""
AS_WRITTEN = "YYYY-MM-DD"
"""How dates are written, unless it is said."""
_EARLIEST_MIDNIGHT = dt.timezone(dt.timedelta(hours=14))
_DAY_PARTS, _MONEY = 3, "arr"


def today() -> dt.date:
    """The day that it is where days begin first: no export is of a later one."""
    return dt.datetime.now(_EARLIEST_MIDNIGHT).date()


def today_here() -> dt.date:
    """The day that it is where this runs: that of an export without any date."""
    return dt.datetime.now().astimezone().date()


def day_of(option: str, raw: object, *, may_be_month: bool = True) -> dt.date | None:
    """A day as it was given, in Python or as text.

    Parameters
    ----------
    option
        What it was given for, as the mistake calls it.
    may_be_month
        Whether a month stands for its first day.

    Raises
    ------
    QuestionError
        Where it is no day.
    """
    if raw is None or isinstance(raw, dt.date):
        return raw.date() if isinstance(raw, dt.datetime) else raw
    text = str(raw)
    with suppress(ValueError):
        if may_be_month or len(text.split("-")) == _DAY_PARTS:
            return read_day(text)
    raise QuestionError(f"{option} {text!r} is no day. Write it as 2026-10-31")


@dataclass(frozen=True)
class Reading:
    """How logs are read.

    Attributes
    ----------
    columns
        The file's own titles of columns.
    rename
        What a task, segment or role of the file is called in the plan.
    date_format
        How dates are written.
    as_of
        Day of the export: who has no end was there until then. The last day in the file without.
    bad
        Part of the rows that may be left out.
    currency
        Of amounts that name none; the one that plans begin with, unless it is said.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    date_format: str = AS_WRITTEN
    as_of: dt.date | None = None
    bad: float = BAD
    currency: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.bad <= 1:
            raise QuestionError(f"bad {self.bad:g} is no share. Write 10% or 0.1")
        try:
            read_date_format(self.date_format)
        except ValueError as error:
            raise QuestionError(f"date_format: {error}") from None

    @property
    def latest(self) -> dt.date:
        """The last day that is believed; only where none was said it is the clock's."""
        return self.as_of or today()


def check_used(options: Mapping[str, object], takes: str, given: object) -> None:
    """Options that were given are of use to something that was given, too.

    Parameters
    ----------
    options
        By name; None where one was not given.
    takes, given
        What they take, in words, and that; None where it was not given.

    Raises
    ------
    QuestionError
        Where one would be ignored.
    """
    for name, value in options.items():
        if value is not None and given is None:
            raise QuestionError(f"{name} takes {takes}. Give it, or leave {name} out")


def check_known(how: Reading, names: Sequence[str]) -> None:
    """Columns that are mapped, and amounts that are given, are what somebody reads.

    Raises
    ------
    QuestionError
        Where a column is none of these names, or there are no amounts.
    """
    check_used({"currency": how.currency}, "a log of revenues", _MONEY if _MONEY in names else None)
    for name in how.columns:
        if name not in names:
            known = ", ".join(names)
            raise QuestionError(
                f"column {name!r} is not known.{nearest(name, names)} Known: {known}"
            )
