"""Why no plan holds: which limit binds, and what would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from capacity.calendar import month_label
from capacity.hiring.hires import Hires, own_hires
from capacity.hiring.needs import programs_of
from capacity.hiring.request import Request, with_months
from capacity.hiring.search import holding, trimmed
from capacity.hiring.trying import Bench

_FREED: Mapping[str, Mapping[str, Any]] = {
    "budget": {"budget": None},
    "hires per month": {"most": None},
    "freeze": {"frozen": ()},
}
"""The limits of a request, and a request without them."""
_TWO = 2
"""Limits that bind together if neither does alone."""
TIME = "ramp and time"
"""What binds where hires come too late, or do not help, whatever is allowed."""


@dataclass(frozen=True)
class Obstacle:
    """Why no plan holds.

    Attributes
    ----------
    binding
        What stands in the way: `budget`, `hires per month`, `freeze` or `ramp and time`. Each of
        several limits is enough to lift, or all of them where `together`.
    together
        Whether it takes all of them.
    budget
        Expected cost of the team with which a plan would hold; None where the budget is no matter.
    most
        Fewest hires a month with which a plan would hold; None where their number is no matter.
    months
        Frozen months in which a plan that would hold hires.
    since
        The first period from which on the best plan holds; None where there is no such period.
    """

    binding: tuple[str, ...]
    together: bool
    budget: float | None
    most: int | None
    months: tuple[str, ...]
    since: str | None


def unlimited(bench: Bench) -> Bench:
    """The same futures without any limit."""
    return _freer(bench, list(_FREED))


def obstacle_of(
    bench: Bench, farthest: Hires, required: float, edge: Hires | None = None
) -> tuple[Obstacle, Hires]:
    """Why no plan holds, and the best that can be done.

    Each limit is lifted by itself, then all of them, to see whether a plan holds.

    Parameters
    ----------
    farthest
        The plan within the limits that covers the work in most of the futures.
    edge
        A plan that all but holds, and is the best that can be done.
    """
    given = [name for name in _FREED if _is_given(bench.request, name)]
    lifted = {name: _without(bench, [name], required) for name in given}
    found = {name: hires for name, hires in lifted.items() if hires is not None}
    together = False
    if not found and len(given) > 1:
        given, hires = _fewest_limits(bench, given, required)
        if hires is not None:
            found, together = dict.fromkeys(given, hires), True
    best = edge or _best_within(bench, farthest, required, is_money="budget" in found)
    return Obstacle(
        binding=tuple(found) or (TIME,),
        together=together,
        budget=bench.cost(found["budget"]) if "budget" in found else None,
        most=_fewest(
            bench, found, names=given if together else ["hires per month"], required=required
        ),
        months=_frozen(bench.request, found["freeze"]) if "freeze" in found else (),
        since=_since(bench, best, required),
    ), best  # fmt: skip


def _best_within(bench: Bench, farthest: Hires, required: float, *, is_money: bool) -> Hires:
    """The best plan within the limits, where none holds.

    Where money lacks, it is the one that covers the work in most of the futures. Otherwise time
    does: it is the one that holds from the earliest period on, or where none ever does again the
    one that covers most. Of such plans it is the cheapest.
    """
    early = None if is_money else _earliest(bench, required)
    odds = bench.confidence(farthest)
    if early is not None or odds == 0:
        return early or farthest
    return trimmed(bench, programs_of(bench), farthest, odds)


def _earliest(bench: Bench, required: float) -> Hires | None:
    """The cheapest plan that holds from the earliest period on from which any does."""
    found, low = None, bench.request.by + 1
    high = bench.layout.plan.horizon.periods.count
    while low < high:  # what holds from a period on holds from the next one on, too
        middle = (low + high) // 2
        other = bench.with_request(replace(bench.request, by=middle))
        hires = holding(other, programs_of(other), required)
        low, high = (middle + 1, high) if hires is None else (low, middle)
        found = found if hires is None else (other, hires)
    if found is None:
        return None
    other, hires = found
    return trimmed(other, programs_of(other), hires, required)


def _fewest_limits(
    bench: Bench, given: list[str], required: float
) -> tuple[list[str], Hires | None]:
    """Limits of which all have to be lifted, and a plan that holds then, if any does."""
    hires = _without(bench, given, required)
    for name in list(given) if hires is not None and len(given) > _TWO else []:
        rest = [other for other in given if other != name]
        found = _without(bench, rest, required) if len(rest) > 1 else None
        if found is not None:
            given, hires = rest, found
    return given, hires


def _is_given(request: Request, name: str) -> bool:
    return any(getattr(request, key) != none for key, none in _FREED[name].items())


def _without(bench: Bench, names: Sequence[str], required: float) -> Hires | None:
    """The cheapest plan that holds without some limits; None where there is none."""
    freer = _freer(bench, names)
    programs = programs_of(freer)
    found = holding(freer, programs, required)
    return None if found is None else trimmed(freer, programs, found, required)


def _freer(bench: Bench, names: Sequence[str], **other: Any) -> Bench:
    """The same without some limits, or with others."""
    freed = {key: none for name in names for key, none in _FREED[name].items()} | other
    return bench.with_request(with_months(bench.layout, replace(bench.request, **freed)))


def _fewest(
    bench: Bench, found: Mapping[str, Hires], names: Sequence[str], required: float
) -> int | None:
    """The fewest hires a month with which a plan holds, between the limit and a plan without it."""
    most = bench.request.most
    if "hires per month" not in found or most is None:
        return None
    low, high = most + 1, _busiest(bench, found["hires per month"])
    while low < high:
        middle = (low + high) // 2
        freer = _freer(bench, names, most=middle)
        hires = holding(freer, programs_of(freer), required)
        low, high = (middle + 1, high) if hires is None else (low, middle)
    return high


def _busiest(bench: Bench, hires: Hires) -> int:
    """Hires in the busiest month of a plan, those of the scenario included."""
    scenario = bench.layout.scenario
    return max(hires.of_month(month) + own_hires(scenario, month) for _, month in hires)


def _frozen(request: Request, hires: Hires) -> tuple[str, ...]:
    months = sorted({month for _, month in hires} & set(request.frozen))
    return tuple(month_label(month) for month in months)


def _since(bench: Bench, hires: Hires, required: float) -> str | None:
    labels, outcome = bench.layout.plan.horizon.periods.labels, bench.outcome(hires)
    periods = range(bench.request.by, len(labels))
    return next((labels[t] for t in periods if outcome.covered(t).mean() >= required), None)
