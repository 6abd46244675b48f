"""Numbers that a plan takes for known, a tenth lower and higher."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from capacity.drivers.unknowns import Unknown
from capacity.errors import InputError, Place
from capacity.estimates import Form
from capacity.loading import Scenario
from capacity.scenario.days import is_by_date
from capacity.scenario.numbers import FORMS
from capacity.scenario.reading import Trail
from capacity.scenario.register import register
from capacity.units import parse_hours

TENTH = 0.1
_NUMBERS = frozenset(key for form in Form if form in FORMS for key in FORMS[form])
_QUANTITY = re.compile(r"(-?\d[\d_]*(?:\.\d+)?)(\D*)")
_NOT_AMOUNTS = {"priority", "holidays", "fiscal_year_start", "clv_years"}
"""Settings that are numbers and yet no amounts: a tenth more of them means nothing."""


@dataclass(frozen=True)
class Nudge:
    """A known number, as it was written, and a tenth lower and higher.

    Attributes
    ----------
    path, place
        Where it stands.
    written
        As it is.
    low, high
        What is set in its place, in the words of the file, of a range as ``×0.9``; None where that
        cannot be, as with more than all.
    is_rounded
        Whether it is a whole number that went to the next whole one, and so by more than a tenth.
    settings
        What is set, with source and note where these were written; None as for `low` and `high`.
    """

    path: str
    place: Place
    written: str
    low: Any
    high: Any
    is_rounded: bool
    settings: tuple[Any, Any]


def nudges(scenario: Scenario, inputs: Sequence[Unknown]) -> Iterator[Nudge]:
    """The known numbers of a plan that somebody wrote, in the order of the language.

    Of numbers by date each is one. Left out are lists, and inputs that are uncertain, which have a
    range of their own. A whole number goes to the next whole one.
    """
    ranged = {(u.path, one.text) for u in inputs if not u.is_factor for one in u.versions}
    for assumed in register(scenario.plan, scenario.marked):
        within = assumed.path.rpartition(".")[0]
        is_ranged = {(assumed.path, assumed.value), (within, assumed.value)} & ranged
        known = assumed.wants_source and assumed.place and not is_ranged
        if not known or _is_no_amount(assumed.path) or assumed.place is None:
            continue
        written = scenario.marked.written(_trail(scenario, assumed.path))
        ends = [_settable(scenario, assumed.path, written, f) for f in (1 - TENTH, 1 + TENTH)]
        low, high = (end.setting for end in ends)
        if low is not None or high is not None:
            rounded = any(end.is_rounded for end in ends)
            said = _number(low, 1 - TENTH), _number(high, 1 + TENTH)
            yield Nudge(assumed.path, assumed.place, assumed.value, *said, rounded, (low, high))


def _is_no_amount(path: str) -> bool:
    """Whether a path is of a setting that is no amount, or of a value of it by segment or date."""
    _section, *names = path.split(".")
    return not {names[-1], *names[1:]}.isdisjoint(_NOT_AMOUNTS)


def _number(setting: Any, factor: float) -> Any:
    """The number of a setting, without its source; of a range how many times as much it is."""
    if not isinstance(setting, Mapping):
        return setting
    return setting.get("value", f"×{factor:g}")


def _trail(scenario: Scenario, path: str) -> Trail:
    trail: Trail = ()
    for name in path.split("."):
        within = scenario.marked.written(trail)
        trail = (*trail, int(name) if isinstance(within, list) else name)
    return trail


class _End(NamedTuple):
    """What is set, or None where nothing can be; and whether that was rounded to a whole number."""

    setting: Any
    is_rounded: bool


def _settable(scenario: Scenario, path: str, written: Any, factor: float) -> _End:
    """A multiple of a number that the plan takes, exact or rounded outwards."""
    for way in (_exact, _outward):
        found = _scaled(written, factor, way)
        if found is None:
            break
        try:
            scenario.with_({path: found})
        except InputError:
            continue
        return _End(found, way is _outward)
    return _End(None, is_rounded=False)


def _exact(value: float, _factor: float) -> float:
    return value


def _outward(value: float, factor: float) -> float:
    return math.ceil(value) if factor > 1 else math.floor(value)


def _scaled(written: Any, factor: float, way: Callable[[float, float], float]) -> Any:
    """A multiple of what was written, in the same words; None where it is no such number."""
    if isinstance(written, Mapping):
        if is_by_date(dict(written)) or not set(written) & _NUMBERS:
            return None
        found = {
            key: _scaled(value, factor, way) if key in _NUMBERS else value
            for key, value in written.items()
        }
        return None if any(found[key] is None for key in found if key in _NUMBERS) else found
    if isinstance(written, bool) or not isinstance(written, (int, float, str)):
        return None
    if not isinstance(written, str):
        return _tidy(way(written * factor, factor))
    quantity = _QUANTITY.fullmatch(written.strip())
    if quantity:
        value = way(float(quantity[1].replace("_", "")) * factor, factor)
        return f"{_tidy(value)}{quantity[2]}"
    try:
        return f"{_tidy(parse_hours(written) * factor)}h"  # such as 1h30m
    except ValueError:
        return None


def _tidy(value: float) -> float | int:
    """Without the dust of the multiplication, and whole where it is."""
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded
