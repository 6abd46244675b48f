"""Numbers and settings without a range: counts, spans, ranks; alone, with a source, or by date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationInfo

from capacity.estimates import Estimate, Form
from capacity.scenario.dated import DATES, ByDate, read_by_date
from capacity.scenario.days import is_by_date
from capacity.scenario.kinds import JsonSchema, Kind, any_of, as_it_is, mapping_of, record
from capacity.scenario.numbers import (
    FORM_KEYS,
    KNOWN,
    REMARKS_SCHEMA,
    number,
    quantity,
    read_both,
    read_number,
    refuse_dates_within,
    remarks,
    write_number,
)
from capacity.scenario.parts import nearest, read_each
from capacity.units import Unit

T = TypeVar("T")

ALONE = "Write the value"
_KNOWN_TEXT = "Write the value alone, or {value: …, source: …}"


def one_number(
    read: Callable[[object], Any],
    words: str,
    schema: JsonSchema,
    write: Callable[[Any], Any] = as_it_is,
    name: str = "",
    instead: str = ALONE,
) -> Kind:
    """A number without a range: alone, or as ``{value: …}`` with its source.

    `instead` says what to write in place of values by date.
    """
    return Kind(
        known(read, instead),
        f"{words} †",
        _alone(schema),
        partial(write_number, write),
        name,
    )


def _alone(schema: JsonSchema | Kind) -> JsonSchema:
    return any_of(schema, record({"value": schema}, **REMARKS_SCHEMA))


def _also_by_date(schema: JsonSchema) -> JsonSchema:
    return any_of(schema, mapping_of(schema, **DATES))


def setting_by_date(
    read: Callable[[object], T],
    words: str,
    schema: JsonSchema,
    write: Callable[[Any], Any] = as_it_is,
    name: str = "",
) -> Kind:
    """A setting without a range that may change in time, each of its values with a source."""
    return Kind(
        partial(read_setting_by_date, read),
        f"{words} †, or by date",
        _also_by_date(_alone(schema)),
        partial(write_number, write),
        name,
    )


def read_setting_by_date(
    read: Callable[[object], T], raw: object, info: ValidationInfo
) -> ByDate[T]:
    """A setting without a range, alone or by date; see `known`."""
    one = known(read)
    if isinstance(raw, dict) and is_by_date(raw):
        return read_by_date(raw, one, info.context)
    return ByDate(one(raw))


def known(read: Callable[[object], T], instead: str = ALONE) -> Callable[[object], T]:
    """A reader of a number that has no range: alone, or as ``{value: …}`` with its source.

    It gives the bare value, so that a headcount is an `int` to everybody who counts with it. The
    remarks stay in the data of the file, where the register of assumptions looks them up.
    """
    return partial(_read_known, read, instead)


def _read_known(read: Callable[[object], T], instead: str, raw: object) -> T:
    if not isinstance(raw, dict) or not raw:
        return read(raw)
    if is_by_date(raw):
        raise ValueError(f"takes one value for the whole plan, not values by date. {instead}")
    _check_known(raw)
    return read_both(lambda: read_each([("value", raw["value"])], read), lambda: remarks(raw))[0][
        "value"
    ]


def _check_known(raw: Mapping[str, object]) -> None:
    for key in sorted(set(raw) - FORM_KEYS):
        raise ValueError(f"`{key}` is no part of a number.{nearest(key, KNOWN)} {_KNOWN_TEXT}")
    ranged = ", ".join(key for key in raw if key not in KNOWN)
    if ranged:
        raise ValueError(f"takes one value, not a range of {ranged}. {_KNOWN_TEXT}")
    if "value" not in raw:
        raise ValueError(f"value missing beside {', '.join(raw)}. {_KNOWN_TEXT}")
    refuse_dates_within(raw, "value")


def read_known_number(unit: Unit, raw: object, info: ValidationInfo) -> Estimate:
    """A number of a unit without a range; it may change in time."""
    found = read_number(unit, raw, info)
    if any(one.form is not Form.FIXED for one in found.versions):
        raise ValueError(f"takes one number, not a range ({found.text}). {_KNOWN_TEXT}")
    return found


def known_number(unit: Unit) -> Kind:
    """The same, as the language has it."""
    schema = _also_by_date(_alone(quantity(unit)))
    return replace(number(unit), read=partial(read_known_number, unit), schema=schema, name="")
