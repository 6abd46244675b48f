"""The forms of a number, uncertain or known, from what YAML gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationInfo

from capacity import units
from capacity.estimates import Estimate, Form
from capacity.quantities import write_quantity
from capacity.scenario.dated import DATES, read_dated
from capacity.scenario.days import is_by_date, month_instead
from capacity.scenario.kinds import JsonSchema, Kind, any_of, mapping_of, record
from capacity.scenario.parts import PartsError, nearest, read_each
from capacity.scenario.samples import SAMPLE_KEYS, SAMPLES, read_samples, samples_schema
from capacity.units import LONGEST_TEXT, Shape, Unit

T = TypeVar("T")
S = TypeVar("S")

FORMS = {
    Form.PERT: ("low", "likely", "high"),
    Form.QUANTILES: ("p10", "p50", "p90"),
    Form.MOMENTS: ("mean", "sd"),
    Form.FIXED: ("value",),
}
REMARKS = ("source", "note", "evidence")
KNOWN = ("value", *REMARKS)
"""What the mapping of a number without a range takes."""
WIDEST, MOST_SPREAD = 1e6, 1000
"""How many times its p10 the p90 of an estimate may be, and its mean the spread."""
EVIDENCE = ("measured", "published", "estimated")
FORM_KEYS = frozenset(key for keys in FORMS.values() for key in keys) | {*REMARKS, *SAMPLE_KEYS}


def read_number(unit: Unit, raw: object, info: ValidationInfo) -> Estimate:
    """An uncertain number of a unit, in any of its forms."""
    parse = unit.parse
    if unit is units.MONEY:
        around = info.context or {}
        parse = partial(units.parse_money, currency=around.get("currency"), fx=around.get("fx"))

    def one(value: object) -> float:
        return unit.check(parse(value), value)

    if isinstance(raw, dict) and is_by_date(raw):
        return read_dated(raw, lambda value: _read_form(unit, value, info, one), info.context)
    return _read_form(unit, raw, info, one)


def _read_form(
    unit: Unit, raw: object, info: ValidationInfo, one: Callable[[object], float]
) -> Estimate:
    """A number that holds for the whole plan."""
    if not isinstance(raw, dict):
        if raw is None:
            raise ValueError("is empty. Write one number, or {low, likely, high}")
        if isinstance(raw, list):
            raise ValueError(
                f"{raw!r} is not {unit.name}. Write one number, or {{low, likely, high}}"
            )
        return Estimate(Form.FIXED, (one(raw),), unit.shape, str(raw))
    if set(raw) & set(SAMPLE_KEYS):
        return _read_samples(unit, raw, info)
    form = _form(raw)
    keys = FORMS[form]
    for key in keys:
        refuse_dates_within(raw, key)
    values, said = read_both(
        lambda: tuple(read_each(((key, raw[key]) for key in keys), one).values()),
        lambda: remarks(raw),
    )
    _check_form(form, values, raw, unit.shape)
    text = "{" + ", ".join(f"{key}: {raw[key]}" for key in keys) + "}"
    text = str(raw["value"]) if form is Form.FIXED else text
    return Estimate(form, values, unit.shape, text, said["source"], said["note"], said["evidence"])


def refuse_dates_within(raw: Mapping[str, Any], key: str) -> None:
    """Dates belong around a form of a number, not into it."""
    if is_by_date(raw[key]):
        text = f"dates stand within `{key}`. Write them outside, and a source within each: "
        raise ValueError(text + "{2027-01: {value: …, source: …}, 2027-07: …}")


def _read_samples(unit: Unit, raw: Mapping[str, Any], info: ValidationInfo) -> Estimate:
    """A number that is made of observations."""
    values, said = read_both(lambda: read_samples(unit, raw, REMARKS, info), lambda: remarks(raw))
    text = "{" + ", ".join(f"{key}: {raw[key]}" for key in SAMPLE_KEYS if key in raw) + "}"
    return Estimate(
        Form.SAMPLES, values, unit.shape, text, said["source"], said["note"], said["evidence"]
    )


def read_both(first: Callable[[], T], second: Callable[[], S]) -> tuple[T, S]:
    """Two readings of one setting; where both fail, the mistakes of both are told."""
    faults = []
    results: list[Any] = []
    for read in (first, second):
        try:
            results.append(read())
        except PartsError as error:
            faults += error.faults
        except ValueError as error:
            faults.append(((), str(error)))
    if faults:
        raise PartsError(faults)
    return results[0], results[1]


def remarks(raw: Mapping[str, object]) -> dict[str, str | None]:
    """Source, note and evidence of a mapping."""
    evidence = raw.get("evidence")
    if evidence is not None and evidence not in EVIDENCE:
        hint = nearest(str(evidence), EVIDENCE)
        known = ", ".join(EVIDENCE)
        raise ValueError(f"evidence {evidence!r} is not known.{hint} Write one of {known}")
    return {key: None if raw.get(key) is None else str(raw[key]) for key in REMARKS}


def is_form(raw: Mapping[str, object]) -> bool:
    """Whether a mapping is one number in one of its forms."""
    keys = set(raw) - set(REMARKS)
    return keys in map(set, FORMS.values()) or (SAMPLES in keys and keys <= set(SAMPLE_KEYS))


def _form(raw: Mapping[str, object]) -> Form:
    keys = set(raw) - set(REMARKS)
    if not keys:
        raise ValueError("has remarks and no number. Write {value: 3h, source: …}")
    for form, wanted in FORMS.items():
        if keys == set(wanted):
            return form
    for key in sorted(keys - FORM_KEYS):
        if mend := month_instead(key):
            raise ValueError(mend)
        hint = nearest(key, FORM_KEYS)
        raise ValueError(f"`{key}` is no part of a number.{hint} {_FORMS_TEXT}")
    for wanted in FORMS.values():
        missing = [key for key in wanted if key not in keys]
        if keys & set(wanted) and keys <= set(wanted):
            raise ValueError(
                f"{' and '.join(missing)} missing beside {', '.join(raw)}. {_FORMS_TEXT}"
            )
    raise ValueError(f"{', '.join(raw)} do not make one number. {_FORMS_TEXT}")


_FORMS_TEXT = "Write {low, likely, high}, {p10, p50, p90}, {mean, sd}, {samples, column} or {value}"


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
    if form is Form.QUANTILES and shape is Shape.POSITIVE and values[2] > WIDEST * values[0]:
        raise ValueError(
            f"p90 ({raw['p90']}) is above a million times p10 ({raw['p10']}). Narrow it"
        )
    if form is Form.QUANTILES and shape is Shape.SHARE and values[2] >= 1:
        raise ValueError(
            f"p90 ({raw['p90']}) must be below 100%. Write {{low, likely, high}} instead"
        )
    if form is Form.MOMENTS and values[1] > 0:
        _check_moments(values[0], values[1], raw, shape)


def _check_moments(mean: float, sd: float, raw: Mapping[str, Any], shape: Shape) -> None:
    if shape is Shape.POSITIVE and mean <= 0:
        raise ValueError(f"mean ({raw['mean']}) must be above 0 where there is a spread")
    if shape is Shape.SHARE and not (0 < mean < 1 and sd / mean < (1 - mean) / sd):
        raise ValueError(
            f"no share has mean {raw['mean']} and sd {raw['sd']}. Write a smaller sd: "
            "its square is below mean x (1 - mean)"
        )
    if shape is not Shape.REAL and not mean / WIDEST <= sd <= MOST_SPREAD * mean:
        raise ValueError(
            f"sd ({raw['sd']}) lies outside of a millionth to {MOST_SPREAD:,} times the mean "
            f"({raw['mean']}). Write the mean alone, or a spread that can be meant"
        )


def quantity_schema(unit: Unit) -> JsonSchema:
    """One value of a unit; the bounds hold for what is written without the unit's name."""
    text = text_schema(unit.pattern)
    if not unit.bare:
        return any_of(text, {"const": 0}) if unit is units.MONTHS else text
    top = {"maximum": unit.high} if unit.high < units.LARGEST else {}
    return any_of({"type": "number", "minimum": unit.low, **top}, text)


def text_schema(pattern: str) -> JsonSchema:
    """A quantity that is written as text."""
    return {"type": "string", "pattern": pattern, "maxLength": LONGEST_TEXT}


REMARKS_SCHEMA: JsonSchema = {
    "source": {"description": "Where it comes from."},
    "note": {"description": "A remark."},
    "evidence": {"description": "How good the source is.", "enum": EVIDENCE},
}


def quantity(unit: Unit) -> Kind:
    """One value of a unit, as it stands in the forms of a number."""
    return Kind(unit.parse, unit.words, quantity_schema(unit), name=f"one value: {unit.name}")


def number(unit: Unit) -> Kind:
    """A number of a unit, in any of its forms."""
    one = quantity(unit)
    forms = [record(dict.fromkeys(keys, one), **REMARKS_SCHEMA) for keys in FORMS.values()]
    forms.append(samples_schema(REMARKS_SCHEMA))
    plain = Kind(unit.parse, unit.words, any_of(one, *forms), name=f"one form: {unit.name}")
    return Kind(
        partial(read_number, unit),
        unit.words,
        any_of(plain, mapping_of(plain, **DATES)),
        partial(write_number, partial(_write_quantity, unit)),
        unit.name,
    )


def _write_quantity(unit: Unit, raw: Any) -> Any:
    return raw if isinstance(raw, str) else write_quantity(unit, raw)


def write_number(write: Callable[[Any], Any], raw: Any) -> Any:
    """A number in any form, its keys in the order of the language."""
    if not isinstance(raw, dict):
        return write(raw)
    if is_by_date(raw):
        return {day: write_number(write, value) for day, value in raw.items()}
    keys = [key for form in FORMS.values() for key in form if key in raw]
    as_they_are = {key: raw[key] for key in (*SAMPLE_KEYS, *REMARKS) if key in raw}
    return {key: write(raw[key]) for key in keys} | as_they_are
