"""The types of a role's settings: one value for all of its seats, or one for each pool."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from pydantic import ValidationInfo

from capacity import units
from capacity.estimates import Estimate
from capacity.scenario.days import MONTH
from capacity.scenario.fields import (
    BY_MONTH,
    MOST_SEATS,
    SHARES,
    TEXT,
    by_month,
    by_segment,
    is_by_segment,
    plain,
    read_by_month,
    read_whole,
    whole_schema,
)
from capacity.scenario.kinds import JsonSchema, Kind, any_of, mapping_of
from capacity.scenario.known import one_number
from capacity.scenario.numbers import FORM_KEYS, number
from capacity.scenario.parts import BySegment, read_each

BY_POOL_AND_MONTH: JsonSchema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {
        "not": {"anyOf": [{"enum": sorted(FORM_KEYS)}, {"pattern": rf"^\s*{MONTH.pattern}\s*$"}]}
    },
}
"""Counts by month of each pool, and not of all pools together."""


def by_pool(kind: Kind) -> Kind:
    """A setting that may be given by pool, where its role is split."""
    return replace(by_segment(kind), words=f"{kind.words} ¶", name=f"{kind.name}, by pool")


def read_hires(raw: object, _info: ValidationInfo) -> BySegment[dict[int, int]]:
    """Counts by month, or by pool and month: ``{AMER: {2027-03: 2}}``."""
    if not isinstance(raw, dict) or not is_by_segment(raw) or by_month(raw):
        return BySegment({}, read_by_month(raw))
    values = read_each(raw.items(), read_by_month)
    return BySegment(values, values.pop("default", {}))


_SEATS = one_number(
    partial(read_whole, high=MOST_SEATS),
    "whole number",
    whole_schema(0, MOST_SEATS),
    name="a number of seats",
)
_HIRES = Kind(
    read_hires,
    f"{BY_MONTH.words} ¶",
    any_of(BY_MONTH, {**mapping_of(BY_MONTH), **BY_POOL_AND_MONTH}),
    name="by month, by pool",
)

HoursByPool = Annotated[BySegment[Estimate], by_pool(number(units.WEEKLY))]
ShareByPool = Annotated[BySegment[Estimate], by_pool(number(units.SHARE))]
MoneyByPool = Annotated[BySegment[Estimate], by_pool(number(units.MONEY))]
SurchargeByPool = Annotated[BySegment[Estimate], by_pool(number(units.SURCHARGE))]
ChangeByPool = Annotated[BySegment[Estimate], by_pool(number(units.CHANGE))]
MonthsByPool = Annotated[BySegment[Estimate], by_pool(number(units.MONTHS))]
DaysByPool = Annotated[BySegment[Estimate], by_pool(number(units.DAYS))]
SharesByPool = Annotated[BySegment[tuple[Estimate, ...]], by_pool(SHARES)]
TextByPool = Annotated[BySegment[str], by_pool(plain(TEXT))]
SeatsByPool = Annotated[BySegment[int], by_pool(plain(_SEATS))]
HiresByPool = Annotated[BySegment[dict[int, int]], _HIRES]
