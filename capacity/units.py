"""Text to hours, spans, rates, shares and money, and the rules each of them obeys.

Every parser takes what YAML gives (text or a number) and returns a float in the unit of its
name, or raises `ValueError` with a sentence that ends in what to write instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

MONTHS_PER_YEAR = 12
DAYS_PER_YEAR = 365.25
DAYS_PER_WEEK = 7
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR
WEEKDAYS = 5
LONGEST_SPAN = 1200.0
"""Months that a span may last."""
HALF = 0.5
LONGEST_TEXT = 100
"""Characters that a quantity may have."""
LARGEST = 1e18
"""No number of a plan is larger; products of two such numbers are still finite."""

_NUMBER = r"[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+"
_PLAIN = re.compile(rf"[-+]?(?:{_NUMBER})")
_HOURS = re.compile(
    rf"(?:(?P<d>{_NUMBER})\s*d(?:ays?)?)?\s*"
    rf"(?:(?P<h>{_NUMBER})\s*h(?:ours?)?)?\s*"
    rf"(?:(?P<m>{_NUMBER})\s*m(?:in(?:utes?)?)?)?"
)
_CLOCK = re.compile(r"([0-9]+):([0-5][0-9])")
_PER = re.compile(r"(?P<n>.+?)\s*(?:\bper\b|/)\s*(?P<unit>[a-z]+)", re.DOTALL)
_SHARE = re.compile(rf"(?P<n>[-+]?(?:{_NUMBER}))\s*%")
_MONEY = re.compile(rf"(?P<n>[-+]?(?:{_NUMBER}))\s*(?P<k>[kKM]|bn)?\s*(?P<currency>[A-Z]{{3}})?")

_SPAN_UNITS = {
    "day": (1.0, "day"),
    "week": (float(DAYS_PER_WEEK), "day"),
    "month": (1.0, "month"),
    "quarter": (3.0, "month"),
    "year": (12.0, "month"),
}
_SAID_AS = {
    "daily": "day",
    "weekly": "week",
    "biweekly": "2 weeks",
    "bi-weekly": "2 weeks",
    "fortnightly": "2 weeks",
    "monthly": "month",
    "bimonthly": "2 months",
    "quarterly": "quarter",
    "half-yearly": "6 months",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
}
"""What people say for how often, and how it is written here."""
_SPAN_UNIT = f"(?:{'|'.join(_SPAN_UNITS)})s?"
_ANY_CASE = re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", _SPAN_UNIT)
_SPAN = re.compile(rf"(?:(?P<n>{_NUMBER})\s*)?(?P<unit>{_ANY_CASE})")
_MULTIPLES = {None: 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9}


def json_pattern(*expressions: str) -> str:
    """A regular expression of JSON Schema for texts that one of ours takes as a whole."""
    unnamed = "|".join(re.sub(r"\(\?P<\w+>", "(?:", one) for one in expressions)
    return rf"^\s*(?=\S)(?:{unnamed})\s*$"


_PER_UNIT = rf"\s*(?:\bper\b|/)\s*{_SPAN_UNIT}"
NUMBER_TEXT = json_pattern(_PLAIN.pattern)
SPAN_TEXT = json_pattern(_SPAN.pattern)
_HOURS_TEXT = json_pattern(_PLAIN.pattern, _HOURS.pattern)
_WORK_TEXT = json_pattern(rf"(?:{_PLAIN.pattern}|(?=[0-9.]){_HOURS.pattern}){_PER_UNIT}")
_RATE_TEXT = json_pattern(_PLAIN.pattern, rf"{_PLAIN.pattern}{_PER_UNIT}")
_SHARE_TEXT = json_pattern(_SHARE.pattern, _PLAIN.pattern)
_MONEY_TEXT = json_pattern(_MONEY.pattern)


def round_half_up(value: float) -> int:
    """The nearest whole number; a half goes up, as in every rounding of the model."""
    return math.floor(value + HALF)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as it was said: months stay months, weeks and days are days."""

    amount: float
    unit: str

    @property
    def months(self) -> float:
        """Length in months of 365.25 / 12 days."""
        return self.amount if self.unit == "month" else self.amount / DAYS_PER_MONTH

    @property
    def days(self) -> float:
        """Length in days, of which a month has 365.25 / 12."""
        return self.amount if self.unit == "day" else self.amount * DAYS_PER_MONTH

    @property
    def years(self) -> float:
        """Length in years of 365.25 days."""
        return self.months / MONTHS_PER_YEAR

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}{'' if self.amount == 1 else 's'}"


def parse_number(raw: object) -> float:
    """A plain finite number; text may group digits by underscores."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        said = str(raw).lower() if isinstance(raw, bool) else repr(raw)
        raise ValueError(f"{said} is not a number. Write digits, as in 12 or 0.5")
    if isinstance(raw, str):
        if not _PLAIN.fullmatch(_trimmed(raw)):
            raise ValueError(f"{raw!r} is not a number. Write digits, as in 12 or 0.5")
        raw = raw.strip().replace("_", "")
    try:
        value = float(raw)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"{raw!r} is not a finite number. Write digits, as in 12 or 0.5")
    return value


def _trimmed(raw: str) -> str:
    """Text without the spaces around it; what is long is no quantity, and slow to look at."""
    if len(raw) > LONGEST_TEXT:
        raise ValueError(f"a text of {len(raw):,} characters is no quantity. Write a short one")
    return raw.strip()


def _float(text: str) -> float:
    value = float(text.replace("_", ""))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number. Write fewer digits")
    return value


def parse_hours(raw: object) -> float:
    """Hours of work: ``1h30m``, ``90m``, ``2.5h``; a bare number means hours."""
    if not isinstance(raw, str) or _PLAIN.fullmatch(_trimmed(raw)):
        return parse_number(raw)
    text = raw.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        raise ValueError(f"{raw!r} could be a time of day. Write {int(clock[1])}h{clock[2]}m")
    found = _HOURS.fullmatch(text)
    if not text or not found:
        raise ValueError(f"{raw!r} is not a number of hours. Write 1h30m, 90m or 2.5")
    if found["d"]:
        raise ValueError(f"{raw!r} is in days of a role that is not known here. Write hours")
    return _float(found["h"] or "0") + _float(found["m"] or "0") / 60


def days_to_hours(raw: object, hours_per_day: float) -> object:
    """Write the working days in hours, ``0.5d`` as ``4h``, at any depth of a raw value."""
    if isinstance(raw, dict):
        texts = ("source", "note", "evidence", "role")
        return {k: v if k in texts else days_to_hours(v, hours_per_day) for k, v in raw.items()}
    if not isinstance(raw, str) or len(raw) > LONGEST_TEXT:
        return raw
    per = _PER.fullmatch(raw.strip())
    found = _HOURS.fullmatch(per["n"] if per else raw.strip())
    if not found or not found["d"]:
        return raw
    hours = _float(found["d"]) * hours_per_day + _float(found["h"] or "0")
    amount = f"{hours + _float(found['m'] or '0') / 60:.12g}h"
    return f"{amount} per {per['unit']}" if per else amount


def parse_span(raw: object) -> Span:
    """A length of time: ``90 days``, ``6 weeks``, ``3 months``, ``quarter``."""
    if raw == 0 and not isinstance(raw, bool):
        return Span(0.0, "month")
    found = _SPAN.fullmatch(_trimmed(raw)) if isinstance(raw, str) else None
    if not found:
        said = _SAID_AS.get(raw.strip().lower()) if isinstance(raw, str) else None
        mend = said or "90 days, 6 weeks or 3 months"
        raise ValueError(f"{raw!r} is not a span of time. Write {mend}")
    unit = _SPAN_UNITS[found["unit"].lower().removesuffix("s")]
    span = Span(_float(found["n"] or "1") * unit[0], unit[1])
    if span.months > LONGEST_SPAN:
        raise ValueError(f"{raw!r} is longer than 100 years. Write a shorter span")
    return span


def parse_months(raw: object) -> float:
    """A span in months."""
    return parse_span(raw).months


def parse_per_year(raw: object) -> float:
    """Occurrences a year: ``0.6 per year``, ``2 per month``; a bare number is a year's."""
    if isinstance(raw, str) and not _PLAIN.fullmatch(_trimmed(raw)):
        found = _PER.fullmatch(raw.strip())
        try:
            return parse_number(found["n"]) / parse_span(found["unit"]).years  # type: ignore[index]
        except (TypeError, ValueError):
            message = f"{raw!r} is not a rate. Write 0.6 per year or 2 per month"
            raise ValueError(message) from None
    return parse_number(raw)


def parse_hours_per_year(raw: object) -> float:
    """Hours a year whatever the number of accounts: ``20 hours per month``."""
    found = _PER.fullmatch(_trimmed(raw)) if isinstance(raw, str) else None
    try:
        return parse_hours(found["n"]) / parse_span(found["unit"]).years  # type: ignore[index]
    except (TypeError, ValueError):
        message = f"{raw!r} is not hours over time. Write 20 hours per month"
        raise ValueError(message) from None


def parse_share(raw: object) -> float:
    """A share: ``8%`` or 0.08."""
    if isinstance(raw, str):
        found = _SHARE.fullmatch(_trimmed(raw))
        if found:
            return _float(found["n"]) / 100
    try:
        return parse_number(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not a share. Write 8% or 0.08") from None


def parse_factor(raw: object) -> float:
    """A factor: ``1.4``, or ``140%``."""
    try:
        return parse_share(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not a factor. Write 1.4 for two fifths more") from None


def parse_money(
    raw: object, currency: str | None = None, fx: Mapping[str, float] | None = None
) -> float:
    """An amount in the scenario's currency: ``95_000``, ``1.2M``, ``82_000 EUR``.

    Another currency is converted, by what one unit of it is worth (`fx`).
    """
    if not isinstance(raw, str):
        return parse_number(raw)
    found = _MONEY.fullmatch(_trimmed(raw))
    if not found:
        raise ValueError(f"{raw!r} is not an amount of money. Write 95_000, 95k or 1.2M")
    amount = _float(found["n"]) * _MULTIPLES[found["k"]]
    return converted(amount, found["currency"], raw, currency, fx or {})


def is_money_of_ours(text: str) -> bool:
    """Whether only a scenario writes an amount so: ``50k EUR``, ``82_000``."""
    found = _MONEY.fullmatch(_trimmed(text))
    return found is not None and (bool(found["k"]) or "_" in text)


def converted(
    amount: float, code: str | None, raw: object, currency: str | None, fx: Mapping[str, float]
) -> float:
    """An amount of a currency in the scenario's own; raises `ValueError` where no rate is known."""
    if not code or code == currency:
        return amount
    if code in fx:
        return amount * fx[code]
    if not currency:
        mend = "Write the amount without a currency, or name it under `currency`"
    else:
        mend = f"Write the amount in {currency}, or what one {code} is worth: fx: {{{code}: …}}"
    raise ValueError(f"{raw!r} is in {code}. {mend}")


class Shape(Enum):
    """Which distributions a quantity may follow."""

    POSITIVE = "positive"
    SHARE = "share"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Unit:
    """A quantity of the language: how it is read, where it may lie, how it is spread.

    Attributes
    ----------
    name
        What it is called in messages.
    parse
        Reads one value.
    shape, low, high
        Which distributions it may follow, and its bounds.
    words
        What the setting takes, for the reference and for editors.
    pattern
        Texts that `parse` takes, as a regular expression of JSON Schema; no pattern knows the
        bounds of what is written as text.
    bare
        Whether a number without a unit will do.
    """

    name: str
    parse: Callable[[object], float]
    words: str
    pattern: str
    shape: Shape = Shape.POSITIVE
    low: float = 0.0
    high: float = LARGEST
    bare: bool = True

    def check(self, value: float, raw: object) -> float:
        """Return the value, or raise `ValueError` where it lies outside of the unit's bounds."""
        if self.low <= value <= self.high:
            return value
        if self.shape is Shape.SHARE and 1 < value <= 100 and not isinstance(raw, str):
            raise ValueError(f"{raw} is above 1, which is 100%. Did you mean {raw}%?")
        bounds = (
            f"between {self.low:g} and {self.high:g}"
            if self.high < LARGEST or value > self.high
            else f"at least {self.low:g}"
        )
        raise ValueError(f"{raw} is outside of its range. {self.name.capitalize()} is {bounds}")


_ANY_SHARE = "share, may be above 100%"
HOURS = Unit("a number of hours", parse_hours, "hours", _HOURS_TEXT)
WEEKLY = replace(HOURS, name="a week of work", high=24.0 * DAYS_PER_WEEK)
PER_YEAR = Unit("a rate", parse_per_year, "rate", _RATE_TEXT)
HOURS_PER_YEAR = Unit(
    "an amount of work over time", parse_hours_per_year, "hours over time", _WORK_TEXT, bare=False
)
MONTHS = Unit("a span", parse_months, "span", SPAN_TEXT, bare=False)
SHARE = Unit("a share", parse_share, "share", _SHARE_TEXT, Shape.SHARE, high=1.0)
SURCHARGE = Unit("a surcharge", parse_share, _ANY_SHARE, _SHARE_TEXT)
GROWTH = Unit("a growth", parse_share, _ANY_SHARE, _SHARE_TEXT, Shape.SHARE)
CHANGE = Unit("a change", parse_share, "share, may be negative", _SHARE_TEXT, Shape.REAL, low=-1.0)
DISCOUNT = replace(CHANGE, name="a discount rate", low=-0.99)
VOLATILITY = Unit("a volatility", parse_share, _ANY_SHARE, _SHARE_TEXT)
FACTOR = Unit("a factor", parse_factor, "factor", _SHARE_TEXT)
MONEY = Unit("an amount", parse_money, "money", _MONEY_TEXT)
DAYS = Unit("a number of days", parse_number, "days", NUMBER_TEXT, high=366.0)
PLAIN = Unit("a number", parse_number, "number", NUMBER_TEXT)
BETA_SHAPE = Unit("a shape of the beta", parse_number, "number", NUMBER_TEXT, high=1e4)
