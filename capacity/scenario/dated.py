"""Numbers that change in time: values by date, each holding from its date on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from capacity.estimates import Estimate, InTime
from capacity.scenario.days import DAY_SCHEMA, is_by_date, is_date, month_instead, read_day
from capacity.scenario.kinds import JsonSchema
from capacity.scenario.parts import read_each

T = TypeVar("T")

DATES: JsonSchema = {"minProperties": 1, "propertyNames": DAY_SCHEMA}
"""What the names of values by date are."""


@dataclass(frozen=True)
class ByDate(InTime[T]):
    """A setting without a range that may change in time: a span, a rank, a weight.

    Attributes
    ----------
    value
        What holds when the plan begins.
    series, since
        As of `InTime`; a setting that never changes has no series.
    """

    value: T
    series: tuple[tuple[dt.date, T], ...] = ()
    since: dt.date | None = None

    @property
    def at_first(self) -> T:
        """What holds when the plan begins."""
        return self.value


def read_dated(
    raw: Mapping[str, object], read: Callable[[object], Estimate], context: Mapping[str, Any] | None
) -> Estimate:
    """A number by date: ``{2027-01: 3h, 2027-07: 2h}``.

    Parameters
    ----------
    read
        Reads one of the values.
    context
        What a plan is read with: the day on which it begins as `start`, as far as that is known,
        and the names of its `segments`.

    Returns
    -------
    Estimate
        The number that holds when the plan begins, with all of them as its `series`.
    """
    found = _read_series(raw, read, context)
    pairs = zip(raw, found.series, strict=True)
    text = ", ".join(f"{key.strip()}: {value.text}" for key, (_, value) in pairs)
    unsaid = replace(found.first, source=None, note=None, evidence=None)  # each has its own
    return replace(unsaid, text=f"{{{text}}}", series=found.series, since=found.since)


def read_by_date(
    raw: Mapping[str, object], read: Callable[[object], T], context: Mapping[str, Any] | None
) -> ByDate[T]:
    """A setting without a range by date: ``{2027-01: month, 2027-07: quarter}``."""
    found = _read_series(raw, read, context)
    return ByDate(found.first, found.series, found.since)


class _Series(NamedTuple, Generic[T]):
    """Values by date, with the one that holds when the plan begins, and its day."""

    series: tuple[tuple[dt.date, T], ...]
    since: dt.date
    first: T


def _read_series(
    raw: Mapping[str, object], read: Callable[[object], T], context: Mapping[str, Any] | None
) -> _Series[T]:
    for key in raw:
        if not is_date(key):
            if mend := month_instead(key):
                raise ValueError(mend)
            text = f"`{key}` stands among dates. Write dates alone, and a source within a value: "
            raise ValueError(text + "{2027-01: {value: 3h, source: …}}")
    start, segments = (context or {}).get("start"), (context or {}).get("segments", ())
    reader = _reader(read, {*segments, "default"})
    found = read_each(((key, (key, value)) for key, value in raw.items()), reader)
    _check_order(found, start)
    series = tuple(found.values())
    since, first = [one for one in series if start is None or one[0] <= start][-1]
    return _Series(series, since, first)


def _reader(
    read: Callable[[object], T], segments: AbstractSet[str]
) -> Callable[[object], tuple[dt.date, T]]:
    def one(pair: Any) -> tuple[dt.date, T]:
        key, value = pair
        day = read_day(key)
        if isinstance(value, Mapping) and is_by_date(value):
            raise ValueError("dates stand within a date. Write one number for each date")
        if isinstance(value, Mapping) and value and value.keys() <= segments:
            text = "values by segment stand within a date. Write the dates within each segment: "
            raise ValueError(text + f"{{{next(iter(value))}: {{2027-01: …, 2027-07: …}}, …}}")
        if isinstance(value, list):
            text = "a list stands within a date. Write the dates within the list: "
            raise ValueError(text + "[{2027-01: …, 2027-07: …}, …]")
        return day, read(value)

    return one


def _check_order(found: Mapping[str, tuple[dt.date, Any]], start: dt.date | None) -> None:
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
