"""Currencies: the plan's own, and what a unit of another one is worth in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from pydantic import ValidationInfo

from capacity import units
from capacity.scenario.fields import read_text
from capacity.scenario.kinds import JsonSchema, Kind, any_of, mapping_of, written_each
from capacity.scenario.known import one_number
from capacity.scenario.numbers import text_schema
from capacity.scenario.parts import read_each

OWN = "USD"
"""The plan's own currency where it names none."""
_CODE: JsonSchema = {"type": "string", "pattern": "^[A-Z]{3}$"}
_LETTERS = 3
_WIDEST = 1e9
"""No currency is worth more than so many units of another, or less than one such part."""


def read_currency(raw: object) -> str:
    """An ISO code of a currency."""
    text = read_text(raw)
    if len(text) != _LETTERS or not (text.isascii() and text.isalpha() and text.isupper()):
        raise ValueError(f"{text!r} is not a currency. Write its code of three letters, as in USD")
    return text


def read_rate(raw: object) -> float:
    """What one unit of a currency is worth in another."""
    rate = units.parse_number(raw)
    if not 1 / _WIDEST <= rate <= _WIDEST:
        raise ValueError(f"{raw} is no rate of exchange. Write a number above 0, as in 1.08")
    return rate


def read_fx(raw: object, info: ValidationInfo) -> dict[str, float]:
    """Rates by currency: with ``EUR: 1.08`` a euro is worth 1.08 of the plan's currency."""
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r} is not rates by currency. Write {{EUR: 1.08}}")
    own = (info.context or {}).get("currency")
    return read_each(((code, (code, rate)) for code, rate in raw.items()), partial(_one, own))


def _one(own: object, pair: tuple[str, object]) -> float:
    """The rate of one currency beside the plan's own."""
    code = read_currency(pair[0])
    rate: float = _RATE.read(pair[1])
    if code == own and rate != 1:
        text = f"is the plan's own currency, of which one is worth 1, not {rate:g}. Leave it out"
        raise ValueError(text)
    return rate


def rates_of(raw: object) -> Mapping[str, float]:
    """The rates of a plan before it is read; what is wrong with one is told elsewhere."""
    found = {}
    for code, rate in raw.items() if isinstance(raw, dict) else ():
        try:
            found[str(code)] = _RATE.read(rate)
        except ValueError:
            found[str(code)] = 1.0
    return found


_NUMBER = {"type": "number", "exclusiveMinimum": 0, "maximum": _WIDEST}
_RATE = one_number(
    read_rate,
    "number",
    any_of(_NUMBER, text_schema(units.NUMBER_TEXT)),
    name="a rate of exchange",
    instead="Write one rate, and by date the amounts that it moves: {2027-01: 80k, 2027-07: 84k}",
)
Currency = Annotated[str, Kind(read_currency, "three letters", _CODE)]
Fx = Annotated[
    dict[str, float],
    Kind(
        read_fx,
        "numbers by currency †",
        mapping_of(_RATE, propertyNames=_CODE),
        lambda raw: written_each(_RATE.write, raw),
    ),
]
