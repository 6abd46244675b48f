"""The search for the cheapest plan that holds: what is foreseen, mended against the futures.

Whether a plan holds is never inferred. With feedback more people keep more accounts, which make
more work, so that more is not always better; every step is therefore tried on the futures, and
what the search relies on is that trial alone. Foresight only says what to try.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from capacity.hiring.choices import Choices
from capacity.hiring.exchanges import Descent
from capacity.hiring.farthest import farthest, strongest
from capacity.hiring.hires import Cell, Hires, Steps
from capacity.hiring.needs import Programs
from capacity.hiring.program import LEVELS, Program
from capacity.hiring.trying import STAGES, Bench

_STARTS, _TRIED, _CHEAPER = 3, 6, 10
"""Plans from which the way down is foreseen; those tried until one holds, and to find a cheaper."""
_MANY = 4
"""Hires of a month of which half are taken away at once."""
_UPWARD = 20
"""Times that heads are added, at most."""
_CREDIT = 0.35
"""Part of the failures that may be, by which a plan may look worse than it is."""


@dataclass(frozen=True)
class Found:
    """What the search came to.

    Attributes
    ----------
    hires
        The cheapest plan that holds; where none does, the one that goes farthest.
    holds
        Whether it does.
    """

    hires: Hires
    holds: bool


def search(bench: Bench, programs: Programs, required: float) -> Found:
    """The cheapest plan that holds in a part of the futures, or the one that goes farthest."""
    one = _Search(bench, programs, required)
    start = one.start()
    if start is None:
        start = farthest(bench, programs, required)
        if not one.is_fine(start):
            return Found(start, holds=False)
    return Found(one.down(start), holds=True)


def holding(bench: Bench, programs: Programs, required: float) -> Hires | None:
    """A plan that holds, if one is found, and not yet the cheapest."""
    return _Search(bench, programs, required).start()


def trimmed(bench: Bench, programs: Programs, hires: Hires, required: float) -> Hires:
    """The cheapest plan that is found from one that holds."""
    return _Search(bench, programs, required).down(hires)


class _Search:
    def __init__(self, bench: Bench, programs: Programs, required: float) -> None:
        self.bench, self.programs, self.required = bench, programs, required
        self.failed: set[Hires] = set()

    def start(self) -> Hires | None:
        """A plan that holds, if one is found."""
        if self.is_fine(Hires()):
            return Hires()
        start = self._foreseen() or self._at_a_level() or self._upward()
        if start is not None:
            return start
        start = strongest(self.bench, self.programs)
        return start if self.is_fine(start) else None

    def down(self, hires: Hires) -> Hires:
        """The cheapest plan that is found from one that holds."""
        return self._cheaper(self._mended(hires))

    def is_fine(self, hires: Hires) -> bool:
        """Whether a plan keeps to the limits and holds."""
        request = self.bench.request
        if not request.allows(hires):
            return False
        holds = self.bench.holds(hires, self.required)
        found = self.bench.outcome(hires, 0).since <= request.by
        self.programs.foresight.learn(request.seats(hires), found)
        is_fine = holds and (request.budget is None or self.bench.cost(hires) <= request.budget)
        if not is_fine:
            self.failed.add(hires)
        return is_fine

    # --- the first plan --------------------------------------------------------------------------

    @cached_property
    def _of_levels(self) -> list[Hires]:
        """The program's plans at ever higher levels."""
        count = len(self.bench.request.pools)
        found = (self.programs.first.cheapest(np.full(count, level)) for level in LEVELS)
        return [self.bench.request.hires(one[0]) for one in found if one is not None]

    @cached_property
    def _choices(self) -> Choices:
        request = self.bench.request
        plans = [request.seats(hires) for hires in self._of_levels]
        return Choices(self.programs.foresight, request, plans)

    def _foreseen(self) -> Hires | None:
        """The cheapest plan that is foreseen to hold, and does; None where foresight is no help."""
        for _ in range(_TRIED):
            hires = self._proposed(self.required)
            if hires is None or self.is_fine(hires):
                return hires
        return None

    def _proposed(self, wanted: float, *plans: Hires) -> Hires | None:
        """The cheapest plan that should hold and did not fail, down from some and from others."""
        failed = frozenset(self.failed)
        descent = Descent(self.programs.foresight, self.bench.request, wanted, failed)
        untried = (plan for plan in self._choices.together(wanted) if plan not in failed)
        together = islice(untried, _STARTS)
        return descent.cheapest([*plans, *together, *self._of_levels[:_STARTS]])

    def _at_a_level(self) -> Hires | None:
        """The program's plan at the lowest level at which it holds."""
        return next((hires for hires in self._of_levels if self.is_fine(hires)), None)

    def _upward(self) -> Hires | None:
        """Ever more heads, as soon as anybody may be hired, until a plan holds or none helps.

        Where the luck lies with the newcomers and not with the work, the needs do not show it, and
        no level goes far enough.
        """
        hires, odds = (self._of_levels or [Hires()])[-1], -1.0
        for _ in range(_UPWARD):
            found = {more: self._odds(more) for more in self._with_more(hires)}
            hires = max(found, key=lambda more: found[more], default=hires)
            if found.get(hires, -1.0) <= odds:
                return None
            odds = found[hires]
            if self.is_fine(hires):
                return hires
        return None

    def _with_more(self, hires: Hires) -> Iterator[Hires]:
        """A tenth more heads, at least one, in each pool's first month with room for them."""
        request, count = self.bench.request, 1 + hires.total // 10
        for pool in request.pools:
            some = (hires.moved(((pool, month), count)) for month in request.months)
            more = next((one for one in some if request.allows(one)), None)
            if more is not None:
                yield more

    def _odds(self, hires: Hires) -> float:
        outcome = self.bench.outcome(hires, STAGES[0])
        return float(outcome.covered(self.bench.request.by).mean())

    # --- mending ---------------------------------------------------------------------------------

    def _mended(self, hires: Hires) -> Hires:
        """Take away and delay hires as long as the plan holds and costs no more.

        Ends where no hire can be taken away or delayed to the next month that is open.
        """
        is_new = True
        while is_new:
            is_new = False
            for steps in moves(self.bench, self.programs.first, hires):
                found = hires.moved(*steps)
                if not found.is_possible:
                    continue  # an earlier move of this round took the hire away
                if self.is_fine(found) and self.bench.cost(found) <= self.bench.cost(hires):
                    hires, is_new = found, True
        return hires

    def _cheaper(self, best: Hires) -> Hires:
        """A cheaper plan, more steps away than one, where one is foreseen and holds.

        What nobody has tried is given some credit at first, and ever less.
        """
        for turn in range(1, _CHEAPER * bool(best.total) + 1):
            credit = _CREDIT * (1 - self.required) / turn
            other = self._proposed(self.required - credit, best)
            if other is None or self._price(other) >= self._price(best):
                break
            if self.is_fine(other) and self._cost(other) < self._cost(best):
                best = self._mended(other)
        return best

    def _price(self, hires: Hires) -> float:
        return self.programs.first.price(self.bench.request.seats(hires))

    def _cost(self, hires: Hires) -> float:
        """Expected cost; where nobody says what people cost, seats count by their months."""
        return self.bench.cost(hires) or self._price(hires)


def moves(bench: Bench, program: Program, hires: Hires) -> Iterator[Steps]:
    """One hire less, or one in the next month that is open; those that save most come first.

    Of many hires in a month, half of them may go, too.
    """
    found: list[tuple[float, Steps]] = []
    for cell, n in hires.counts:
        gone = {1, n // 2} if n >= _MANY else {1}
        found += [(k * _cost(bench, program, cell), ((cell, -k),)) for k in sorted(gone)]
        later = bench.request.later(hires, cell[1])
        if later is not None:
            after = (cell[0], later)
            saved = _cost(bench, program, cell) - _cost(bench, program, after)
            found.append((saved, ((cell, -1), (after, 1))))
    yield from (steps for _, steps in sorted(found, key=lambda item: -item[0]))


def _cost(bench: Bench, program: Program, cell: Cell) -> float:
    """Expected cost of a seat, by the program."""
    row, column = bench.request.pools.index(cell[0]), bench.request.months.index(cell[1])
    return float(program.cost[row, column])
