"""The inputs of a plan that nobody knows for sure, each with the luck that stands for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import run_batch
from capacity.engine.chance import Named
from capacity.engine.copulas import input_luck, luck_of
from capacity.engine.expected import Expected
from capacity.engine.layout import Layout
from capacity.engine.removal import Removal
from capacity.errors import Place
from capacity.estimates import Estimate
from capacity.model.market import lognormal_factor
from capacity.rng import key
from capacity.scenario.churn import SBG
from capacity.scenario.correlated import is_average_duration
from capacity.scenario.document import Plan
from capacity.scenario.documentation import takes
from capacity.scenario.reading import Trail

_UNITS = {
    "share": "share",
    "list of shares": "share",
    "factor": "factor",
    "hours over time": "hours a year",
    "hours": "hours",
    "rate": "times a year",
    "span": "months",
    "days": "days",
}
"""How the words of the language begin, and the unit of what they stand for."""


@dataclass(frozen=True)
class Unknown:
    """An uncertain input.

    Attributes
    ----------
    path
        Where it stands in the scenario.
    key
        Of its luck.
    estimate
        What is believed of it; of the average duration of a task how far that may be off.
    is_factor
        Whether it is the factor on the average duration of a task.
    unit
        In what its values are: ``share``, ``factor``, ``hours``, ``times a year`` and so on, or a
        currency; empty for a plain number.
    place
        Where it was written; None where another scenario alone has it.
    """

    path: str
    key: int
    estimate: Estimate
    is_factor: bool
    unit: str
    place: Place | None

    @property
    def versions(self) -> tuple[Estimate, ...]:
        """All that is not known for sure: of a number by date each value with a range."""
        found, since = self.estimate, self.estimate.since
        by_date = [one for day, one in found.series if since and day >= since] or [found]
        if self.is_factor:
            return tuple(one for one in by_date if one.mean > 0)
        return tuple(one for one in by_date if one.uncertain)

    @property
    def believed(self) -> Estimate:
        """What is believed of it; of a number by date the first value that has a range."""
        return self.versions[0]

    @property
    def is_share(self) -> bool:
        """Whether it is told in percent."""
        return self.unit == "share"

    def quantile(self, probability: FloatArray) -> FloatArray:
        """Its value at some probabilities; shape as that of these."""
        if not self.is_factor:
            return self.believed.quantile(probability)
        from scipy.special import ndtri  # slow to import

        spread = np.full_like(probability, self.believed.mean)
        return lognormal_factor(spread[None], ndtri(probability)[None])[0]


def unknowns(layout: Layout, removal: Removal | None = None) -> list[Unknown]:
    """Every uncertain input that a simulation reads, in the order of the engine.

    Numbers of which each occurrence has its own (hours, revenue of new accounts, time to hire)
    are none of them: they are luck, which nobody can find out beforehand.
    """
    listing = _Listing()
    run_batch(layout, listing, removal)
    found = dict.fromkeys(_uncertain(listing.named))
    return [*(_unknown(layout, path, estimate) for path, estimate in found), *_durations(layout)]


class _Listing(Expected):
    """Expected values, and a list of all inputs that were read."""

    def __init__(self) -> None:
        self.named: list[Named] = []

    def inputs(self, named: Sequence[Named], day: dt.date | None = None) -> FloatArray:
        """Means."""
        self.named += named
        return super().inputs(named, day)


def _uncertain(named: Sequence[Named]) -> Iterator[Named]:
    for path, estimate in named:
        if any(version.uncertain for version in estimate.versions):
            yield path, estimate


def _unknown(layout: Layout, path: str, estimate: Estimate) -> Unknown:
    of = key(*input_luck(path))
    unit = _unit(path, layout.plan.currency)
    return Unknown(path, of, estimate, is_factor=False, unit=unit, place=_place(layout, path))


def _unit(path: str, currency: str) -> str:
    """In what a setting is, by what the language says that it takes."""
    if f".{SBG}." in path:
        return ""  # a shape of a distribution of shares
    words = takes(Plan, path)
    if words.startswith("money"):
        return currency
    return next((unit for start, unit in _UNITS.items() if words.startswith(start)), "")


def _durations(layout: Layout) -> Iterator[Unknown]:
    """Average durations of tasks, which may be off by a factor."""
    for name, task in layout.plan.tasks.items():
        path, spread = f"tasks.{name}.uncertainty", task.uncertainty
        assert is_average_duration(path)
        if any(version.mean > 0 for version in spread.versions):
            place = _place(layout, path)
            yield Unknown(path, luck_of(path), spread, is_factor=True, unit="factor", place=place)


def _place(layout: Layout, path: str) -> Place:
    marked = layout.scenario.marked
    trail: Trail = ()
    for name in path.split("."):
        within = marked.written(trail)
        trail = (*trail, int(name) if isinstance(within, list) else name)
    return marked.place(trail)
