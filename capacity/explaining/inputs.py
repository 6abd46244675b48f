"""Inputs of a plan as the leaves of an explanation: their value, and where it was written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from capacity.engine.chance import Named
from capacity.errors import Place
from capacity.estimates import Estimate
from capacity.explaining.term import Term
from capacity.loading import Scenario
from capacity.scenario.days import is_by_date
from capacity.scenario.reading import Trail


class Inputs:
    """Finds the inputs of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self._marked = scenario.marked
        self._folder = Path(scenario.marked.file).parent
        self._trails: dict[str, Trail] = {}

    def of(self, label: str, named: Named, day: dt.date | None = None, unit: str = "") -> Term:
        """An uncertain number at its mean, as it holds on a day."""
        path, estimate = named
        found, trail = estimate.on(day), self._trail(path)
        dated = self._dated(trail, estimate, found)
        called = path if dated == trail else f"{path}.{dated[-1]}"
        return Term(label, found.mean, unit, path=called, place=self._marked.values.get(dated))

    def known(self, label: str, path: str, value: float, unit: str = "", says: str = "") -> Term:
        """A number without a range; what is written instead, where the number follows from that."""
        place = self._marked.values.get(self._trail(path))
        return Term(label, float(value), unit, path=path, place=place, says=says)

    def file(self, label: str, value: float, unit: str, name: str) -> Term:
        """A number that is counted in a file."""
        return Term(label, float(value), unit, place=Place(str(self._folder / name)))

    def _trail(self, path: str) -> Trail:
        """Where a path was written; each is asked for in many periods."""
        if path not in self._trails:
            self._trails[path] = self._found(path)
        return self._trails[path]

    def _found(self, path: str) -> Trail:
        """Where a path was written: an item of a list, and what stands for all others, too."""
        trail: Trail = ()
        for name in path.split("."):
            within = self._marked.written(trail)
            trail = (*trail, int(name) if isinstance(within, list) else name)
        written = self._marked.written(trail)
        if isinstance(written, dict) and "default" in written:
            return (*trail, "default")
        return trail

    def _dated(self, trail: Trail, estimate: Estimate, now: Estimate) -> Trail:
        """Where the value that holds now stands among the values by date."""
        written = self._marked.written(trail)
        if not estimate.series or not is_by_date(written):
            return trail
        assert isinstance(written, dict)  # values by date are by name
        names = [
            name
            for name, (day, one) in zip(written, estimate.series, strict=True)
            if (one == now and one.text == now.text) or (now is estimate and day == now.since)
        ]
        return (*trail, names[-1]) if names else trail
