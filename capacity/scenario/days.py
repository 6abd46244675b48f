"""Months and days as they are written: ``2027-02``, ``2027-01-04``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeGuard

from capacity.calendar import first_day, month_label, month_number
from capacity.scenario.kinds import JsonSchema
from capacity.units import MONTHS_PER_YEAR

MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
DATE = r"^\s*(?:19|20)[0-9]{2}-[0-9]{1,2}(?:-[0-9]{1,2})?\s*$"
"""What is meant as a month or a day, also where it is none; a pattern of JSON Schema as well."""
_MEANT = re.compile(DATE)
MONTH_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^\s*(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])(?:-01)?\s*$",
}
_PART_OF_YEAR = re.compile(r"\s*((?:19|20)[0-9]{2})(?:[ -]?(?:Q([1-4])|H([12])))?\s*")
_PART_FIRST = re.compile(r"\s*([QH][1-4])[ -]?((?:19|20)[0-9]{2})\s*")
_FISCAL = re.compile(
    r"\s*(?:[QH][1-4][ -]?)?FY[ -]?(?:[0-9]{2}){1,2}(?:[ -]?[QH][1-4])?\s*", re.IGNORECASE
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_NAMED = re.compile(
    rf"\s*({'|'.join(_MONTHS)})[a-z]*\.?[ -]?((?:19|20)[0-9]{{2}})\s*", re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"\s*(0?[1-9]|1[0-2])[/.-]((?:19|20)[0-9]{2})\s*")
_YEAR_FIRST = re.compile(r"\s*((?:19|20)[0-9]{2})[/.](0?[1-9]|1[0-2])\s*")
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY_OF_MONTH = (
    "(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1[0-9]|2[0-8]))?|(?:0[13-9]|1[0-2])-(?:29|30)"
    "|(?:0[13578]|1[02])-31"
)
DAY_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": rf"^\s*(?!0000)(?:[0-9]{{4}}-(?:{_DAY_OF_MONTH})|{_LEAP_YEAR}-02-29)\s*$",
}


def read_month(raw: object, *, day_one: bool = True) -> int:
    """A calendar month, as a count of months; a date must be the first of its month."""
    found = MONTH.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or not 1 <= int(found[2]) <= MONTHS_PER_YEAR or int(found[1]) < 1:
        raise ValueError(f"{raw!r} is not a month. Write it as 2027-02")
    if found[3] and int(found[3]) != 1 and day_one:
        raise ValueError(f"{raw} is not the first of a month. Write {found[1]}-{found[2]}")
    return month_number(int(found[1]), int(found[2]))


def read_day(raw: object) -> dt.date:
    """A day, ``2027-01-04``; a month is its first day."""
    month = read_month(raw, day_one=False)
    found = MONTH.fullmatch(str(raw).strip())
    day = int(found[3] or 1) if found else 1
    try:
        return first_day(month).replace(day=day)
    except ValueError:
        text = f"{month_label(month)} has no day {day}. Write a day as 2027-01-04"
        raise ValueError(text) from None


def day_label(day: dt.date) -> str:
    """A day as a planner would write it, ``2027-07`` for the first of a month."""
    return f"{day:%Y-%m}" if day.day == 1 else f"{day}"


def is_date(name: object) -> bool:
    """Whether a name is meant as a month or a day."""
    return isinstance(name, str) and _MEANT.fullmatch(name) is not None


def month_instead(name: object) -> str:
    """What to write for a time that is no date as written; empty for all else.

    A year, a half or a quarter begins with a month; a fiscal one with which, the planner knows.
    """
    if not isinstance(name, str):
        return ""
    if _FISCAL.fullmatch(name):
        mend = "as in {2027-02: …}"
    elif month := _month_meant(name):
        mend = f"{{{month}: …}}"
    else:
        return ""
    text = f"`{name}` is no date. Write the month from which it holds"
    return f"{text}, {mend}" if mend.startswith("as") else f"{text}: {mend}"


def _month_meant(name: str) -> str:
    """The month with which a time begins, as it is written here; empty where it is none."""
    if found := _PART_FIRST.fullmatch(name):
        name = f"{found[2]}-{found[1]}"
    if found := _PART_OF_YEAR.fullmatch(name):
        year, quarter, half = found.groups()
        month = 3 * int(quarter or 1) - 2 if not half else 6 * int(half) - 5
    elif found := _MONTH_NAMED.fullmatch(name):
        year, month = found[2], _MONTHS.index(found[1].lower()) + 1
    elif found := _MONTH_FIRST.fullmatch(name):
        year, month = found[2], int(found[1])
    elif found := _YEAR_FIRST.fullmatch(name):
        year, month = found[1], int(found[2])
    else:
        return ""
    return f"{year}-{month:02d}"


def is_by_date(raw: object) -> TypeGuard[Mapping[str, object]]:
    """Whether values are given by date."""
    return isinstance(raw, Mapping) and any(is_date(name) for name in raw)
