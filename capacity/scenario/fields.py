"""The types of the language's settings: numbers, with a range or without, spans, names.

Each type is an `Annotated` with its `Kind`: how it is read, described and written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, TypeGuard, TypeVar

from pydantic import ValidationInfo

from capacity import units
from capacity.calendar import month_label
from capacity.estimates import Estimate
from capacity.scenario.dated import ByDate
from capacity.scenario.days import (
    DATE,
    DAY_SCHEMA,
    MONTH,
    MONTH_SCHEMA,
    is_by_date,
    read_day,
    read_month,
)
from capacity.scenario.kinds import (
    JsonSchema,
    Kind,
    any_of,
    listed,
    mapping_of,
    written_each,
)
from capacity.scenario.known import ALONE, known, known_number, one_number, setting_by_date
from capacity.scenario.numbers import FORM_KEYS, KNOWN, number, read_number, text_schema
from capacity.scenario.parts import BySegment, PartsError, nearest, read_each
from capacity.units import Span, Unit

T = TypeVar("T")

SEASONS = 12
MOST_ACCOUNTS = 10_000_000
MOST_SEATS = 1_000_000
LONGEST_TERM = 1200
BY_NAME: JsonSchema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"not": {"anyOf": [{"enum": sorted(FORM_KEYS)}, {"pattern": DATE}]}},
}
"""Values by segment or by pool, whose names stand where a number's keys or dates might."""


def read_whole(raw: object, low: int = 0, high: int | None = None) -> int:
    """A whole number between bounds."""
    value = units.parse_number(raw)
    if value != int(value):
        raise ValueError(f"{raw} is not a whole number. Write one without a fraction")
    if value < low or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{raw} is outside of its range. Write a whole number {bounds}")
    return int(value)


def whole_schema(low: int = 0, high: int | None = None) -> JsonSchema:
    """A whole number, or a text of one; bounds and fractions of texts are not looked into."""
    top = {} if high is None else {"maximum": high}
    return any_of({"type": "integer", "minimum": low, **top}, text_schema(units.NUMBER_TEXT))


def whole(low: int = 0, high: int | None = None, instead: str = ALONE) -> Kind:
    """A whole number between bounds; `instead` as in `one_number`."""
    read = partial(read_whole, low=low, high=high)
    return one_number(read, "whole number", whole_schema(low, high), instead=instead)


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


def name_said(raw: object) -> str | None:
    """The name that a setting amounts to, `7` and `true` too; None where it is no name."""
    try:
        return read_text(raw)
    except ValueError:
        return None


class CalendarMonth(int):
    """A month on the line of months that shows itself as ``2027-06``."""

    def __str__(self) -> str:
        return month_label(self)


def read_calendar_month(raw: object) -> CalendarMonth:
    """A calendar month that knows how it is written."""
    return CalendarMonth(read_month(raw))


def read_by_month(raw: object) -> dict[int, int]:
    """Counts by month: ``{2027-03: 2}``."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a count by month. Write {{2027-03: 2}}")
    if set(raw) & set(KNOWN):
        text = "a source belongs to each number. Write {2027-03: {value: 2, source: …}}"
        raise ValueError(text)
    read = known(partial(read_whole, high=MOST_ACCOUNTS))
    found = read_each(
        ((name, name) for name in raw), lambda name: (read(raw[name]), read_month(name))
    )
    first: dict[int, str] = {}
    for name, (_, month) in found.items():
        if month in first:  # in a variant it is the later one that was written anew
            text = f"is the month of {first[month]} again. Write each month once, as in 2027-03"
            raise PartsError([((name,), text)])
        first[month] = name
    return {month: count for count, month in found.values()}


def by_month(raw: Mapping[str, object]) -> bool:
    """Whether values are given by month."""
    return any(MONTH.fullmatch(name.strip()) for name in raw)


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


def choice(*choices: str) -> Kind:
    """One of a few words."""
    words = ", ".join(f"`{word}`" for word in choices)
    return Kind(partial(read_choice, choices=choices), words, {"enum": list(choices)})


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
    if not isinstance(raw, dict) or not is_by_segment(raw):
        return BySegment({}, read(raw, info))
    values = read_each(raw.items(), lambda item: read(item, info))
    return BySegment(values, values.pop("default", None))


def is_by_segment(raw: object) -> TypeGuard[dict[str, Any]]:
    """Whether a setting is given by segment, and is no form of a number."""
    return isinstance(raw, dict) and bool(raw) and not set(raw) & FORM_KEYS and not is_by_date(raw)


def by_segment(kind: Kind) -> Kind:
    """A setting that may be given by segment."""
    assert kind.name, "two kinds without a name would share one schema"
    return Kind(
        partial(read_by_segment, kind.read),
        f"{kind.words} ‡",
        any_of(kind, {**mapping_of(kind), **BY_NAME}),
        partial(write_by_segment, kind.write),
        f"{kind.name}, by segment",
    )


def write_by_segment(write: Callable[[Any], Any], raw: Any) -> Any:
    """Each segment's value as a planner would write it."""
    return written_each(write, raw) if is_by_segment(raw) else write(raw)


def plain(kind: Kind) -> Kind:
    """A kind whose reader does not look at its surroundings, for `by_segment`."""
    return replace(kind, read=lambda raw, _info: kind.read(raw))


def _list_or_one(kind: Kind) -> JsonSchema:
    return any_of(kind, listed(kind))


_SPAN_SCHEMA = any_of(text_schema(units.SPAN_TEXT), {"const": 0})
_SPAN = setting_by_date(units.parse_span, "span", _SPAN_SCHEMA, name="a span that is known")
RANK = one_number(partial(read_whole, low=1), "whole number", whole_schema(1), name="a rank")
_PRIORITY = setting_by_date(
    partial(read_whole, low=1), "whole number", whole_schema(1), name="a priority"
)
COUNT = one_number(
    partial(read_whole, high=MOST_ACCOUNTS), "whole number", whole_schema(0, MOST_ACCOUNTS)
)
_TERM = one_number(
    read_term,
    "whole months",
    any_of(
        {"type": "integer", "minimum": 1, "maximum": LONGEST_TERM},
        text_schema(units.SPAN_TEXT),
        text_schema(r"^\s*[0-9]+\s*$"),
    ),
    instead="Write one term; contracts of another length are a segment of their own",
)
_WEIGHT = any_of({"type": "number", "minimum": 0}, text_schema(units.NUMBER_TEXT))
_SEASONS: JsonSchema = {
    "type": "array",
    "items": _WEIGHT,
    "minItems": SEASONS,
    "maxItems": SEASONS,
}
BY_MONTH = Kind(
    read_by_month,
    "whole numbers by month †",
    mapping_of(COUNT, propertyNames=MONTH_SCHEMA),
    name="by month",
)
TEXT = Kind(
    read_text, "text", {"type": ["string", "number", "boolean"], "pattern": r"\S"}, name="a text"
)
_SHARE = number(units.SHARE)
SHARES = Kind(
    partial(read_numbers, units.SHARE),
    "list of shares",
    _list_or_one(_SHARE),
    partial(written_each, _SHARE.write),
    "shares",
)

Hours = Annotated[Estimate, number(units.HOURS)]
Share = Annotated[Estimate, _SHARE]
Surcharge = Annotated[Estimate, number(units.SURCHARGE)]
Growth = Annotated[Estimate, number(units.GROWTH)]
Change = Annotated[Estimate, number(units.CHANGE)]
Discount = Annotated[Estimate, number(units.DISCOUNT)]
Factor = Annotated[Estimate, number(units.FACTOR)]
Volatility = Annotated[Estimate, number(units.VOLATILITY)]
Money = Annotated[Estimate, number(units.MONEY)]
KnownMoney = Annotated[Estimate, known_number(units.MONEY)]
Months = Annotated[Estimate, number(units.MONTHS)]
PerYear = Annotated[Estimate, number(units.PER_YEAR)]
Days = Annotated[Estimate, number(units.DAYS)]
PlainNumber = Annotated[Estimate, number(units.PLAIN)]
Shares = Annotated[tuple[Estimate, ...], SHARES]
SpanOfTime = Annotated[ByDate[Span], _SPAN]
Term = Annotated[int, _TERM]
Day = Annotated[dt.date, Kind(read_day, "month, or day", DAY_SCHEMA)]
KnownMonth = Annotated[CalendarMonth, one_number(read_calendar_month, "month", MONTH_SCHEMA)]
ByMonth = Annotated[dict[int, int], BY_MONTH]
Seasons = Annotated[tuple[float, ...], one_number(read_seasons, "twelve weights", _SEASONS)]
Flag = Annotated[bool, Kind(read_flag, "switch", {"enum": [True, False, "on", "off"]})]
Text = Annotated[str, TEXT]
Names = Annotated[tuple[str, ...], Kind(read_names, "name, or a list of them", _list_or_one(TEXT))]

HoursBySegment = Annotated[BySegment[Estimate], by_segment(number(units.HOURS))]
ShareBySegment = Annotated[BySegment[Estimate], by_segment(_SHARE)]
PerYearBySegment = Annotated[BySegment[Estimate], by_segment(number(units.PER_YEAR))]
FixedBySegment = Annotated[BySegment[Estimate], by_segment(number(units.HOURS_PER_YEAR))]
FactorByTask = Annotated[
    BySegment[Estimate],
    replace(by_segment(number(units.FACTOR)), words="factor, or factors by task"),
]
SpanBySegment = Annotated[BySegment[ByDate[Span]], by_segment(_SPAN)]
PriorityBySegment = Annotated[BySegment[ByDate[int]], by_segment(_PRIORITY)]
