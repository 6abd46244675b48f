"""The types of the language's settings: numbers, with a range or without, spans, names.

Each type is an `Annotated` whose validator turns what YAML gives into a frozen value, or raises
`ValueError` with a sentence that ends in what to write instead.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, ValidationInfo

from capacity import units
from capacity.calendar import first_day, month_label, month_number
from capacity.estimates import Estimate
from capacity.scenario.numbers import FORM_KEYS, KNOWN, known, number, read_number
from capacity.scenario.parts import BySegment, nearest, read_each
from capacity.units import Span, Unit

T = TypeVar("T")

SEASONS = 12
MOST_ACCOUNTS = 10_000_000
MOST_SEATS = 1_000_000
LONGEST_TERM = 1200


def read_whole(raw: object, low: int = 0, high: int | None = None) -> int:
    """A whole number between bounds."""
    value = units.parse_number(raw)
    if value != int(value):
        raise ValueError(f"{raw} is not a whole number. Write one without a fraction")
    if value < low or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{raw} is outside of its range. Write a whole number {bounds}")
    return int(value)


def whole(low: int = 0, high: int | None = None) -> PlainValidator:
    """Validator of a whole number."""
    return PlainValidator(known(partial(read_whole, low=low, high=high)))


def read_term(raw: object) -> int:
    """The length of a contract in whole months: ``12`` or ``12 months``."""
    months = units.parse_months(raw) if isinstance(raw, str) and raw.strip(" 0123456789") else raw
    if isinstance(months, float) and months != int(months):
        raise ValueError(f"{raw!r} is not in whole months. Write 12 months")
    return read_whole(months, low=1, high=LONGEST_TERM)


def read_flag(raw: object) -> bool:
    """A switch: true or false, on or off."""
    known = {"on": True, "off": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw in known:
        return known[raw]
    raise ValueError(f"{raw!r} is not a switch. Write true or false")


def read_text(raw: object) -> str:
    """A name or a remark."""
    if isinstance(raw, (dict, list)):
        raise ValueError(f"{raw!r} is not a text. Write a word, or a sentence in quotes")
    text = str(raw).lower() if isinstance(raw, bool) else str("" if raw is None else raw)
    if not text.strip():
        raise ValueError("is empty. Write a word")
    return text


def read_month(raw: object, *, day_one: bool = True) -> int:
    """A calendar month, as a count of months; a date must be the first of its month."""
    found = _MONTH.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or not 1 <= int(found[2]) <= SEASONS or int(found[1]) < 1:
        raise ValueError(f"{raw!r} is not a month. Write it as 2027-02")
    if found[3] and int(found[3]) != 1 and day_one:
        raise ValueError(f"{raw} is not the first of a month. Write {found[1]}-{found[2]}")
    return month_number(int(found[1]), int(found[2]))


def read_day(raw: object) -> dt.date:
    """A day, ``2027-01-04``; a month is its first day."""
    month = read_month(raw, day_one=False)
    found = _MONTH.fullmatch(str(raw).strip())
    day = int(found[3] or 1) if found else 1
    try:
        return first_day(month).replace(day=day)
    except ValueError:
        text = f"{month_label(month)} has no day {day}. Write a day as 2027-01-04"
        raise ValueError(text) from None


class CalendarMonth(int):
    """A month on the line of months that shows itself as ``2027-06``."""

    def __str__(self) -> str:
        return month_label(self)


def read_calendar_month(raw: object) -> CalendarMonth:
    """A calendar month that knows how it is written."""
    return CalendarMonth(read_month(raw))


_MONTH = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")


def read_by_month(raw: object) -> dict[int, int]:
    """Counts by month: ``{2027-03: 2}``."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a count by month. Write {{2027-03: 2}}")
    if set(raw) & set(KNOWN):
        text = "a source belongs to each number. Write {2027-03: {value: 2, source: …}}"
        raise ValueError(text)
    counts = read_each(raw.items(), known(partial(read_whole, high=MOST_ACCOUNTS)))
    months = read_each(((month, month) for month in raw), read_month)
    if len(set(months.values())) < len(months):
        raise ValueError("names a month twice. Write each month once, as in 2027-03")
    return {month: counts[name] for name, month in months.items()}


def read_hires(raw: object, _info: ValidationInfo) -> BySegment[dict[int, int]]:
    """Counts by month, or by pool and month: ``{AMER: {2027-03: 2}}``."""
    if not isinstance(raw, dict) or not raw or set(raw) & set(KNOWN) or by_month(raw):
        return BySegment({}, read_by_month(raw))
    values = read_each(raw.items(), read_by_month)
    return BySegment(values, values.pop("default", {}))


def by_month(raw: Mapping[str, object]) -> bool:
    """Whether values are given by month."""
    return any(_MONTH.fullmatch(name.strip()) for name in raw)


def read_seasons(raw: object) -> tuple[float, ...]:
    """Twelve weights, January first, scaled to a mean of 1."""
    if not isinstance(raw, list) or len(raw) != SEASONS:
        found = len(raw) if isinstance(raw, list) else repr(raw)
        raise ValueError(f"{found} given where twelve weights are wanted. Write one for each month")
    weights = list(read_each(enumerate(raw), units.parse_number).values())
    if min(weights) < 0 or sum(weights) <= 0:
        raise ValueError("a weight is below 0, or all are 0. Write weights such as 1.2")
    return tuple(weight * SEASONS / sum(weights) for weight in weights)


def read_choice(raw: object, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    if raw not in choices:
        hint = nearest(str(raw), choices)
        raise ValueError(f"{raw!r} is not known.{hint} Write {' or '.join(choices)}")
    return str(raw)


def choice(*choices: str) -> PlainValidator:
    """Validator of one of a few words."""
    return PlainValidator(partial(read_choice, choices=choices))


def read_numbers(unit: Unit, raw: object, info: ValidationInfo) -> tuple[Estimate, ...]:
    """A list of numbers, or a single one."""
    if raw == []:
        raise ValueError("is an empty list. Write at least one number")
    if not isinstance(raw, list):
        return (read_number(unit, raw, info),)
    return tuple(read_each(enumerate(raw), lambda item: read_number(unit, item, info)).values())


def read_names(raw: object) -> tuple[str, ...]:
    """A list of names, or a single one."""
    names = tuple(read_text(item) for item in (raw if isinstance(raw, list) else [raw]))
    if not names or len(set(names)) < len(names):
        raise ValueError("names nothing, or one name twice. Write each name once")
    return names


def read_by_segment(
    read: Callable[[object, ValidationInfo], T], raw: object, info: ValidationInfo
) -> BySegment[T]:
    """A value, or one for each segment: ``{enterprise: 1, default: 3}``."""
    if not isinstance(raw, dict) or not raw or set(raw) & FORM_KEYS:
        return BySegment({}, read(raw, info))
    values = read_each(raw.items(), lambda item: read(item, info))
    return BySegment(values, values.pop("default", None))


def by_segment(read: Callable[[object, ValidationInfo], Any]) -> PlainValidator:
    """Validator of a setting that may be given by segment."""
    return PlainValidator(partial(read_by_segment, read))


def plain(read: Callable[[object], T]) -> Callable[[object, ValidationInfo], T]:
    """A reader that does not look at its surroundings."""
    return lambda raw, _info: read(raw)


Hours = Annotated[Estimate, number(units.HOURS)]
Share = Annotated[Estimate, number(units.SHARE)]
Surcharge = Annotated[Estimate, number(units.SURCHARGE)]
Growth = Annotated[Estimate, number(units.GROWTH)]
Change = Annotated[Estimate, number(units.CHANGE)]
Factor = Annotated[Estimate, number(units.FACTOR)]
Volatility = Annotated[Estimate, number(units.VOLATILITY)]
Money = Annotated[Estimate, number(units.MONEY)]
Months = Annotated[Estimate, number(units.MONTHS)]
PerYear = Annotated[Estimate, number(units.PER_YEAR)]
Days = Annotated[Estimate, number(units.DAYS)]
PlainNumber = Annotated[Estimate, number(units.PLAIN)]
Shares = Annotated[tuple[Estimate, ...], PlainValidator(partial(read_numbers, units.SHARE))]
SpanOfTime = Annotated[Span, PlainValidator(known(units.parse_span))]
Term = Annotated[int, PlainValidator(known(read_term))]
Day = Annotated[dt.date, PlainValidator(read_day)]
KnownMonth = Annotated[CalendarMonth, PlainValidator(known(read_calendar_month))]
ByMonth = Annotated[dict[int, int], PlainValidator(read_by_month)]
Seasons = Annotated[tuple[float, ...], PlainValidator(known(read_seasons))]
Flag = Annotated[bool, PlainValidator(read_flag)]
Text = Annotated[str, PlainValidator(read_text)]
Names = Annotated[tuple[str, ...], PlainValidator(read_names)]

HoursBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.HOURS))]
ShareBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.SHARE))]
PerYearBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.PER_YEAR))]
FixedBySegment = Annotated[
    BySegment[Estimate], by_segment(partial(read_number, units.HOURS_PER_YEAR))
]
FactorByTask = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.FACTOR))]
SpanBySegment = Annotated[BySegment[Span], by_segment(plain(known(units.parse_span)))]
HoursByPool = HoursBySegment
ShareByPool = ShareBySegment
MoneyByPool = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.MONEY))]
SurchargeByPool = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.SURCHARGE))]
ChangeByPool = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.CHANGE))]
MonthsByPool = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.MONTHS))]
DaysByPool = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.DAYS))]
SharesByPool = Annotated[
    BySegment[tuple[Estimate, ...]], by_segment(partial(read_numbers, units.SHARE))
]
TextByPool = Annotated[BySegment[str], by_segment(plain(read_text))]
SeatsByPool = Annotated[
    BySegment[int], by_segment(plain(known(partial(read_whole, high=MOST_SEATS))))
]
HiresByPool = Annotated[BySegment[dict[int, int]], PlainValidator(read_hires)]
WholeBySegment = Annotated[BySegment[int], by_segment(plain(known(partial(read_whole, low=1))))]
