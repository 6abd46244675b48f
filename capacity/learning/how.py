"""How logs are read: titles of columns, ways to write dates, how many rows may be bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from capacity.errors import QuestionError
from capacity.scenario.currencies import OWN
from capacity.scenario.document import read_date_format
from capacity.scenario.parts import nearest

BAD = 0.1
"""Part of the rows that may be bad, unless it is said."""


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
        Of amounts that name none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    date_format: str = "YYYY-MM-DD"
    as_of: dt.date | None = None
    bad: float = BAD
    currency: str = OWN

    def __post_init__(self) -> None:
        if not 0 <= self.bad <= 1:
            raise QuestionError(f"bad {self.bad:g} is no share. Write 10% or 0.1")
        try:
            read_date_format(self.date_format)
        except ValueError as error:
            raise QuestionError(f"date_format: {error}") from None

    @property
    def latest(self) -> dt.date:
        """The last day that is believed."""
        return self.as_of or dt.datetime.now(dt.UTC).date()


def check_known(how: Reading, names: Sequence[str]) -> None:
    """Columns that are mapped are columns that somebody reads.

    Raises
    ------
    QuestionError
        Where one is none of these names.
    """
    for name in how.columns:
        if name not in names:
            known = ", ".join(names)
            raise QuestionError(
                f"column {name!r} is not known.{nearest(name, names)} Known: {known}"
            )
