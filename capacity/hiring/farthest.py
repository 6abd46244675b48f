"""The plan that goes farthest within the limits: by exchanges that are tried on the futures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from capacity.hiring.exchanges import rising
from capacity.hiring.hires import Hires
from capacity.hiring.needs import Programs
from capacity.hiring.program import LEVELS
from capacity.hiring.trying import STAGES, Bench

_TRIED = 20
"""Exchanges that are tried in a row without one of them going farther, at most."""
_OFF = 0.01
"""Part of the price of a plan by which it may be less on the futures."""


def strongest(bench: Bench, programs: Programs) -> Hires:
    """The program's plan that goes farthest within the limits, as it sees it."""
    return bench.request.hires(programs.first.strongest(LEVELS[-1]))


def farthest(bench: Bench, programs: Programs, enough: float = 1.0) -> Hires:
    """The plan within the limits that covers the work in most of the futures.

    Of several that do so as often it is the cheapest. Where none does in any future, it is the one
    that does most of the work. From the best of the program's plans one or two hires at a time go,
    come or move, as long as that covers more futures. Where neither money nor the hires of a month
    are limited there is nothing to choose: it is the program's.

    Parameters
    ----------
    enough
        Part of the futures with which it may end.
    """
    if bench.request.budget is None and bench.request.free is None:
        return strongest(bench, programs)
    return _Ascent(bench, programs, enough).run()


@dataclass(frozen=True)
class _Ascent:
    bench: Bench
    programs: Programs
    enough: float

    def run(self) -> Hires:
        starts = list(dict.fromkeys(self._starts()))
        best = max(starts, key=self._rank)
        if self.bench.confidence(best) == 0:
            return max(starts, key=lambda hires: float(self.bench.outcome(hires).coverage.mean()))
        better: Hires | None = best
        while better is not None and self.bench.confidence(better) < self.enough:
            best = better
            better = next((one for one in self._tried(best) if self._is_better(one, best)), None)
        return better or best

    def _starts(self) -> Iterator[Hires]:
        """Nobody, and what the program can do about ever higher needs, within the limits."""
        request = self.bench.request
        yield Hires()
        for level in LEVELS:
            hires = request.hires(self.programs.first.strongest(level))
            if self._is_within(hires):
                self._learn(hires)
                yield hires

    def _rank(self, hires: Hires) -> tuple[float, float]:
        return self.bench.confidence(hires), -self.bench.cost(hires)

    def _tried(self, best: Hires) -> Iterator[Hires]:
        """Plans one or two steps away that should go farther, the likeliest first."""
        request, budget = self.bench.request, self.bench.request.budget
        money = np.inf if budget is None else budget - self.bench.cost(Hires())
        plans = rising(
            self.programs.foresight, request.seats(best), money * (1 + _OFF),
            lambda seats: request.allows(request.hires(seats)),
        )  # fmt: skip
        yield from map(request.hires, islice(plans, _TRIED))

    def _is_better(self, hires: Hires, best: Hires) -> bool:
        """Whether a plan covers more futures, or as many for less, within the limits."""
        holds = self.bench.holds(hires, self.bench.confidence(best))
        self._learn(hires)
        return holds and self._is_within(hires) and self._rank(hires) > self._rank(best)

    def _is_within(self, hires: Hires) -> bool:
        budget = self.bench.request.budget
        is_allowed = self.bench.request.allows(hires)
        return is_allowed and (budget is None or self.bench.cost(hires) <= budget)

    def _learn(self, hires: Hires) -> None:
        request = self.bench.request
        since = self.bench.outcome(hires, STAGES[0]).since
        self.programs.foresight.learn(request.seats(hires), since <= request.by)
