"""The types of the language's settings: numbers with what is not known about them, and so on.

Each type is an `Annotated` whose validator turns what YAML gives into a frozen value, or raises
`ValueError` with a sentence that ends in what to write instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationInfo

from capacity import units
from capacity.calendar import month_number
from capacity.estimates import Estimate, Form
from capacity.scenario.reading import Trail
from capacity.units import Shape, Span, Unit

T = TypeVar("T")
K = TypeVar("K", bound=str | int)

FORMS = {
    Form.PERT: ("low", "likely", "high"),
    Form.QUANTILES: ("p10", "p50", "p90"),
    Form.MOMENTS: ("mean", "sd"),
    Form.FIXED: ("value",),
}
REMARKS = ("source", "note", "evidence")
EVIDENCE = ("measured", "published", "estimated")
FORM_KEYS = frozenset(key for keys in FORMS.values() for key in keys) | frozenset(REMARKS)
SEASONS = 12
MOST_ACCOUNTS = 10_000_000
MOST_SEATS = 1_000_000
LONGEST_TERM = 1200


class Part(BaseModel):
    """A part of a scenario: frozen, strict, and documented by the strings under its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        populate_by_name=True,
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean `priority`?``, or nothing where nothing is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean `{found[0]}`?" if found else ""


class PartsError(ValueError):
    """What is wrong inside of a setting: each part by its path, with what to write instead."""

    def __init__(self, faults: list[tuple[Trail, str]]) -> None:
        self.faults: list[tuple[Trail, str]] = faults
        super().__init__(faults[0][1])


def read_each(items: Iterable[tuple[K, object]], read: Callable[[object], T]) -> dict[K, T]:
    """Read all the parts of a setting; raises `PartsError` with every part that is wrong."""
    values: dict[K, T] = {}
    faults: list[tuple[Trail, str]] = []
    for key, item in items:
        try:
            values[key] = read(item)
        except PartsError as error:
            faults += [((key, *inner), text) for inner, text in error.faults]
        except ValueError as error:
            faults.append(((key,), str(error)))
    if faults:
        raise PartsError(faults)
    return values


@dataclass(frozen=True)
class BySegment(Generic[T]):
    """A setting that may differ by segment.

    Attributes
    ----------
    values
        The values said by segment.
    default
        The value of every other segment; None where nobody said.
    """

    values: Mapping[str, T]
    default: T | None = None

    def of(self, segment: str) -> T | None:
        """The value of a segment."""
        return self.values.get(segment, self.default)


# --- numbers -------------------------------------------------------------------------------------


def read_number(unit: Unit, raw: object, info: ValidationInfo) -> Estimate:
    """An uncertain number of a unit, in any of its forms."""
    parse = unit.parse
    if unit is units.MONEY:
        parse = partial(units.parse_money, currency=(info.context or {}).get("currency"))

    def one(value: object) -> float:
        return unit.check(parse(value), value)

    if not isinstance(raw, dict):
        if isinstance(raw, (list, type(None))):
            raise ValueError(
                f"{raw!r} is not {unit.name}. Write one number, or {{low, likely, high}}"
            )
        return Estimate(Form.FIXED, (one(raw),), unit.shape, str(raw))
    form = _form(raw)
    keys = FORMS[form]
    values = tuple(read_each(((key, raw[key]) for key in keys), one).values())
    _check_form(form, values, raw, unit.shape)
    text = "{" + ", ".join(f"{key}: {raw[key]}" for key in keys) + "}"
    return Estimate(
        form,
        values,
        unit.shape,
        str(raw["value"]) if form is Form.FIXED else text,
        **remarks(raw),
    )


def remarks(raw: Mapping[str, object]) -> dict[str, str | None]:
    """Source, note and evidence of a mapping."""
    evidence = raw.get("evidence")
    if evidence is not None and evidence not in EVIDENCE:
        raise ValueError(f"evidence {evidence!r} is not known. Write one of {', '.join(EVIDENCE)}")
    return {key: None if raw.get(key) is None else str(raw[key]) for key in REMARKS}


def _form(raw: Mapping[str, object]) -> Form:
    keys = set(raw) - set(REMARKS)
    for form, wanted in FORMS.items():
        if keys == set(wanted):
            return form
    for key in sorted(keys - FORM_KEYS):
        hint = nearest(key, FORM_KEYS)
        raise ValueError(f"`{key}` is no part of a number.{hint} {_FORMS_TEXT}")
    for wanted in FORMS.values():
        missing = [key for key in wanted if key not in keys]
        if keys & set(wanted) and keys <= set(wanted):
            raise ValueError(
                f"{' and '.join(missing)} missing beside {', '.join(raw)}. {_FORMS_TEXT}"
            )
    raise ValueError(f"{', '.join(raw)} do not make one number. {_FORMS_TEXT}")


_FORMS_TEXT = "Write {low, likely, high}, {p10, p50, p90}, {mean, sd} or {value}"


def _check_form(
    form: Form, values: tuple[float, ...], raw: Mapping[str, Any], shape: Shape
) -> None:
    keys = FORMS[form]
    if form in (Form.PERT, Form.QUANTILES):
        for i in (0, 1):
            if values[i] > values[i + 1]:
                a, b = keys[i], keys[i + 1]
                raise ValueError(
                    f"{a} ({raw[a]}) is above {b} ({raw[b]}). An estimate needs "
                    f"{' <= '.join(keys)}; are {a} and {b} swapped?"
                )
    if form is Form.QUANTILES and shape is not Shape.REAL and values[0] <= 0:
        raise ValueError(f"p10 ({raw['p10']}) must be above 0. Write {{low, likely, high}} instead")
    if form is Form.QUANTILES and shape is Shape.SHARE and values[2] >= 1:
        raise ValueError(
            f"p90 ({raw['p90']}) must be below 100%. Write {{low, likely, high}} instead"
        )
    if form is Form.MOMENTS and values[1] > 0:
        _check_moments(values[0], values[1], raw, shape)


def _check_moments(mean: float, sd: float, raw: Mapping[str, Any], shape: Shape) -> None:
    if shape is Shape.POSITIVE and mean <= 0:
        raise ValueError(f"mean ({raw['mean']}) must be above 0 where there is a spread")
    if shape is Shape.SHARE and not (0 < mean < 1 and sd**2 < mean * (1 - mean)):
        raise ValueError(
            f"no share has mean {raw['mean']} and sd {raw['sd']}. Write a smaller sd: "
            "its square is below mean x (1 - mean)"
        )


def number(unit: Unit) -> PlainValidator:
    """Validator of a number of a unit."""
    return PlainValidator(partial(read_number, unit))


# --- other scalars -------------------------------------------------------------------------------


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
    return PlainValidator(partial(read_whole, low=low, high=high))


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


_MONTH = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")


def read_by_month(raw: object) -> dict[int, int]:
    """Counts by month: ``{2027-03: 2}``."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not a count by month. Write {{2027-03: 2}}")
    counts = read_each(raw.items(), partial(read_whole, high=MOST_ACCOUNTS))
    months = read_each(((month, month) for month in raw), read_month)
    if len(set(months.values())) < len(months):
        raise ValueError("names a month twice. Write each month once, as in 2027-03")
    return {month: counts[name] for name, month in months.items()}


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
Money = Annotated[Estimate, number(units.MONEY)]
Months = Annotated[Estimate, number(units.MONTHS)]
PerYear = Annotated[Estimate, number(units.PER_YEAR)]
Days = Annotated[Estimate, number(units.DAYS)]
PlainNumber = Annotated[Estimate, number(units.PLAIN)]
Churn = Annotated[tuple[Estimate, ...], PlainValidator(partial(read_numbers, units.SHARE))]
Shares = Annotated[tuple[Estimate, ...], PlainValidator(partial(read_numbers, units.SHARE))]
SpanOfTime = Annotated[Span, PlainValidator(units.parse_span)]
Term = Annotated[int, PlainValidator(read_term)]
Month = Annotated[int, PlainValidator(read_month)]
ByMonth = Annotated[dict[int, int], PlainValidator(read_by_month)]
Seasons = Annotated[tuple[float, ...], PlainValidator(read_seasons)]
Flag = Annotated[bool, PlainValidator(read_flag)]
Text = Annotated[str, PlainValidator(read_text)]
Names = Annotated[tuple[str, ...], PlainValidator(read_names)]

HoursBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.HOURS))]
ShareBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.SHARE))]
PerYearBySegment = Annotated[BySegment[Estimate], by_segment(partial(read_number, units.PER_YEAR))]
FixedBySegment = Annotated[
    BySegment[Estimate], by_segment(partial(read_number, units.HOURS_PER_YEAR))
]
SpanBySegment = Annotated[BySegment[Span], by_segment(plain(units.parse_span))]
WholeBySegment = Annotated[BySegment[int], by_segment(plain(partial(read_whole, low=1)))]
