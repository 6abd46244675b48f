"""Numbers that change in time: values by date, each holding from its date on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from capacity.estimates import Estimate
from capacity.scenario.days import DAY_SCHEMA, is_by_date, is_date, month_instead, read_day
from capacity.scenario.kinds import JsonSchema
from capacity.scenario.parts import read_each

DATES: JsonSchema = {"minProperties": 1, "propertyNames": DAY_SCHEMA}
"""What the names of values by date are."""


def read_dated(
    raw: Mapping[str, object], read: Callable[[object], Estimate], start: dt.date | None
) -> Estimate:
    """A number by date: ``{2027-01: 3h, 2027-07: 2h}``.

    Parameters
    ----------
    read
        Reads one of the values.
    start
        The day on which the plan begins; None where that is not known.

    Returns
    -------
    Estimate
        The number that holds when the plan begins, with all of them as its `series`.
    """
    for key in raw:
        if not is_date(key):
            if mend := month_instead(key):
                raise ValueError(mend)
            text = f"`{key}` stands among dates. Write dates alone, and a source within a value: "
            raise ValueError(text + "{2027-01: {value: 3h, source: …}}")
    found = read_each(((key, (key, value)) for key, value in raw.items()), _reader(read))
    _check_order(found, start)
    series = tuple(found.values())
    since, first = [one for one in series if start is None or one[0] <= start][-1]
    text = ", ".join(f"{key.strip()}: {value.text}" for key, (_, value) in found.items())
    unsaid = replace(first, source=None, note=None, evidence=None)  # each value has its own
    return replace(unsaid, text=f"{{{text}}}", series=series, since=since)


def _reader(read: Callable[[object], Estimate]) -> Callable[[object], tuple[dt.date, Estimate]]:
    def one(pair: Any) -> tuple[dt.date, Estimate]:
        key, value = pair
        day = read_day(key)
        if isinstance(value, Mapping) and is_by_date(value):
            raise ValueError("dates stand within a date. Write one number for each date")
        if isinstance(value, list):
            text = "a list stands within a date. Write the dates within the list: "
            raise ValueError(text + "[{2027-01: …, 2027-07: …}, …]")
        return day, read(value)

    return one


def _check_order(found: Mapping[str, tuple[dt.date, Estimate]], start: dt.date | None) -> None:
    """Dates ascend, and the first of them is there when the plan begins."""
    for (key, (day, _)), (other, (later, _)) in pairwise(found.items()):
        if later == day:
            text = f"{key} and {other} are one day. Write each date once"
            raise ValueError(text)
        if later < day:
            raise ValueError(f"{other} stands after {key}. Write the dates in ascending order")
    key, (first, _) = next(iter(found.items()))
    if start is not None and first > start:
        text = f"{key} lies after {start}, on which the plan begins. Write what holds before it"
        raise ValueError(text)
