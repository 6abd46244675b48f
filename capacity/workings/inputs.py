"""The numbers of a plan that a reader may change, each with its place in the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.layout import Layout
from capacity.estimates import Estimate
from capacity.scenario.parts import BySegment
from capacity.scenario.register import Assumption

HOURS, SHARE, SURCHARGE, DAYS, RATE = "hours", "share", "surcharge", "days", "times a year"
"""Units of inputs, which say what may be written in their place; money has its currency."""
_DEFAULT = "default"


@dataclass(frozen=True)
class Input:
    """A number that figures are computed from.

    Attributes
    ----------
    path
        Where it stands in the scenario, as ``tasks.qbr.hours``; with the day of a value by date.
    value
        Its mean.
    unit
        What it counts.
    assumption
        Its entry in the register; None where that does not name it.
    """

    path: str
    value: float
    unit: str
    assumption: Assumption | None


@dataclass(frozen=True)
class Dated:
    """The input that holds in each period; the same one throughout where it does not change."""

    inputs: tuple[Input, ...]
    which: tuple[int, ...]

    def at(self, period: int) -> Input:
        """The input that holds in a period."""
        return self.inputs[self.which[period]]

    @property
    def is_constant(self) -> bool:
        """Whether one input holds throughout."""
        return len(set(self.which)) == 1

    @property
    def values(self) -> FloatArray:
        """Its value in each period."""
        return np.array([self.inputs[i].value for i in self.which])


class Inputs:
    """Collects the inputs of a plan as they are asked for, each once.

    Parameters
    ----------
    assumed
        The register.
    """

    def __init__(self, layout: Layout, assumed: Sequence[Assumption]) -> None:
        self._stretches = layout.stretches
        self._known = {one.path: one for one in assumed}
        self._below: dict[str, list[Assumption]] = {}
        for one in assumed:
            self._below.setdefault(one.path.rpartition(".")[0], []).append(one)
        self.found: dict[str, Input] = {}

    def of(self, paths: str | Iterable[str], estimate: Estimate, unit: str) -> Dated:
        """An estimate in every period.

        Parameters
        ----------
        paths
            Where it may stand: a value for all may be written with or without ``default``.
        """
        paths = [paths, f"{paths}.{_DEFAULT}"] if isinstance(paths, str) else list(paths)
        named = self._named(paths, estimate)
        versions = [each for each, _, _ in named]
        which: list[int] = []
        for run, day in self._stretches:
            now = estimate.on(day)
            which += [next(i for i, one in enumerate(versions) if one is now)] * len(run)
        used = sorted(set(which))
        inputs = tuple(self._one(*named[i], unit) for i in used)
        return Dated(inputs, tuple(used.index(i) for i in which))

    def _one(self, estimate: Estimate, path: str, said: Assumption | None, unit: str) -> Input:
        return self.found.setdefault(path, Input(path, estimate.mean, unit, said))

    def _named(
        self, paths: Sequence[str], estimate: Estimate
    ) -> list[tuple[Estimate, str, Assumption | None]]:
        """Each value of an estimate with its path and its entry in the register."""
        if not estimate.series:
            path = next((path for path in paths if path in self._known), paths[0])
            return [(estimate, path, self._known.get(path))]
        series = [one for _, one in estimate.series]
        entries = next(
            (e for p in reversed(paths) if len(e := self._below.get(p, [])) == len(series)), None
        )
        days = [str(day) for day, _ in estimate.series]
        found = [
            (one, entry.path if entry else f"{paths[0]}.{day}", entry)
            for one, day, entry in zip(
                series, days, entries or repeat(None, len(days)), strict=True
            )
        ]
        begins = [i for i, (day, _) in enumerate(estimate.series) if day == estimate.since]
        first = found[begins[0] if begins else 0]
        return [(estimate, *first[1:]), *(one for one in found if one[1] != first[1])]


def paths_below(path: str, *settings: tuple[BySegment[Any], str] | str) -> Iterator[str]:
    """Where a number may stand that is nested in settings by segment or pool.

    Parameters
    ----------
    settings
        From the top down: a key, or a setting with the name by which it may be given. What is the
        same for all is written with or without ``default``.
    """
    if not settings:
        yield path
        return
    first, *rest = settings
    if isinstance(first, str):
        ways = [f"{path}.{first}"]
    else:
        setting, name = first
        ways = [f"{path}.{name}"] if name in setting.values else [path, f"{path}.{_DEFAULT}"]
    for way in ways:
        yield from paths_below(way, *rest)
