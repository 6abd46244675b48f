"""The search for the cheapest plan that holds: a program's answer, mended against the futures.

Whether a plan holds is never inferred. With feedback more people keep more accounts, which make
more work, so that more is not always better; every step is therefore tried on the futures, and
what the search relies on is that trial alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.hiring.hires import Cell, Hires
from capacity.hiring.needs import Programs
from capacity.hiring.program import Program
from capacity.hiring.trying import Bench

LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""How far the needs are raised until a plan holds, in their spreads."""
_HALVINGS = 2
"""Levels that are tried between two of these, for each pool."""
_SURELY = 0.02
"""Part of the futures that may fail, of which a pool that fails in no more needs nobody else."""
_EXCHANGES, _FEW_POOLS = 3, 4
"""Exchanges between pools at most, and the pools up to which they are looked for."""
_KEPT, _TRIED = 100, 4
"""Combinations of levels that are kept from pool to pool, and that are tried at most."""

Steps = tuple[tuple[Cell, int], ...]
"""Seats more or fewer in some pools and months."""


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
    if _is_fine(bench, Hires(), required):
        return Found(Hires(), holds=True)
    start = _first_plan(bench, programs.first, required)
    if start is None:
        start = hires_of(bench, programs.first.strongest(LEVELS[-1]))
        if not _is_fine(bench, start, required):
            return Found(start, holds=False)
    best = _mended(bench, programs.first, start, required)
    for _ in range(_EXCHANGES):
        other = _exchanged(bench, programs.first, best, required)
        if other is None:
            break
        best = _mended(bench, programs.first, other, required)
    return Found(best, holds=True)


def hires_of(bench: Bench, seats: IntArray) -> Hires:
    """Hires from seats by pool and month."""
    request = bench.request
    return Hires.of(
        {
            (pool, month): int(seats[row, column])
            for row, pool in enumerate(request.pools)
            for column, month in enumerate(request.months)
        }
    )


def _is_fine(bench: Bench, hires: Hires, required: float) -> bool:
    """Whether a plan keeps to the limits and holds."""
    if not bench.request.allows(hires) or not bench.holds(hires, required):
        return False
    return bench.request.budget is None or bench.cost(hires) <= bench.request.budget


# --- the first plan ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rung:
    """What a level does in each pool: its cost, shape (pools,), and the futures it covers."""

    level: float
    cost: FloatArray
    covered: BoolArray


def _first_plan(bench: Bench, program: Program, required: float) -> Hires | None:
    """The program's plan at levels of which the cheapest combination over the pools holds.

    A plan in which all pools have the same level shows in which futures each of them is covered at
    that level. Which futures a combination covers follows from that, but for feedback between the
    pools; so the cheapest of them are tried themselves.
    """
    ladder = list(_ladder(bench, program, required))
    for levels in _combinations(ladder, required):
        found = _at(bench, program, levels)
        if found is not None and _is_fine(bench, found, required):
            return _lowered(bench, program, levels, found, required)
    return None


def _ladder(bench: Bench, program: Program, required: float) -> Iterator[_Rung]:
    """Nobody, then ever higher levels, until each pool by itself is covered all but surely."""
    rows = len(bench.request.pools)
    yield _rung(bench, program, -np.inf, Hires())
    for level in LEVELS:
        hires = _at(bench, program, np.full(rows, level))
        if hires is None:
            return
        rung = _rung(bench, program, level, hires)
        yield rung
        if np.all(1 - rung.covered.mean(axis=1) <= _SURELY * (1 - required)):
            return


def _rung(bench: Bench, program: Program, level: float, hires: Hires) -> _Rung:
    cost = np.zeros(len(bench.request.pools))
    for cell, n in hires.counts:
        cost[bench.request.pools.index(cell[0])] += n * _cost(bench, program, cell)
    return _Rung(level, cost, bench.outcome(hires).since <= bench.request.by)


def _combinations(ladder: list[_Rung], required: float) -> list[FloatArray]:
    """Levels of the pools that should hold together, the cheapest few first."""
    states: list[tuple[float, tuple[float, ...], BoolArray]]
    states = [(0.0, (), np.ones(ladder[0].covered.shape[1], dtype=bool))]
    for pool in range(len(ladder[0].cost)):
        found = [
            (cost + rung.cost[pool], (*levels, rung.level), covered & rung.covered[pool])
            for cost, levels, covered in states
            for rung in ladder
        ]
        found.sort(key=lambda state: (state[0], -state[2].mean()))
        states, best = [], -1.0
        for state in found:  # of those that cost no less, only ones that cover more
            odds = float(state[2].mean())
            if odds >= required and odds > best:
                states.append(state)
                best = odds
        states = states[:_KEPT]
    return [np.array(levels) for _, levels, _ in states[:_TRIED]]


def _lowered(
    bench: Bench, program: Program, levels: FloatArray, best: Hires, required: float
) -> Hires:
    """The plan at levels between those of the ladder, as long as it holds."""
    for pool, level in enumerate(levels.tolist()):
        lower = max((x for x in LEVELS if x < level), default=level)
        for _ in range(_HALVINGS if np.isfinite(level) else 0):
            tried = levels.copy()
            tried[pool] = (lower + levels[pool]) / 2
            found = _at(bench, program, tried)
            if found is not None and (found == best or _is_fine(bench, found, required)):
                levels, best = tried, found
            else:
                lower = tried[pool]
    return best


def _at(bench: Bench, program: Program, levels: FloatArray) -> Hires | None:
    found = program.cheapest(levels)
    return None if found is None else hires_of(bench, found[0])


def _cost(bench: Bench, program: Program, cell: Cell) -> float:
    """Expected cost of a seat, by the program."""
    row, column = bench.request.pools.index(cell[0]), bench.request.months.index(cell[1])
    return float(program.cost[row, column])


# --- mending -------------------------------------------------------------------------------------


def _mended(bench: Bench, program: Program, hires: Hires, required: float) -> Hires:
    """Take away and delay hires as long as the plan holds and costs no more.

    Ends where no hire can be taken away or delayed to the next month that is open.
    """
    is_new = True
    while is_new:
        is_new = False
        for steps in moves(bench, program, hires):
            found = hires.moved(*steps)
            if any(n < 0 for _, n in found.counts):
                continue  # an earlier move of this round took the hire away
            if _is_fine(bench, found, required) and bench.cost(found) <= bench.cost(hires):
                hires, is_new = found, True
    return hires


def moves(bench: Bench, program: Program, hires: Hires) -> Iterator[Steps]:
    """One hire less, or one in the next month that is open; those that save most come first."""
    yield from (steps for _, steps in _savings(bench, program, hires))


def _savings(bench: Bench, program: Program, hires: Hires) -> list[tuple[float, Steps]]:
    """The same with what each saves, by the program."""
    found: list[tuple[float, Steps]] = []
    for cell in hires:
        found.append((_cost(bench, program, cell), ((cell, -1),)))
        later = bench.request.later(cell[1])
        if later is not None:
            after = (cell[0], later)
            saved = _cost(bench, program, cell) - _cost(bench, program, after)
            found.append((saved, ((cell, -1), (after, 1))))
    return sorted(found, key=lambda item: -item[0])


def _exchanged(bench: Bench, program: Program, hires: Hires, required: float) -> Hires | None:
    """A cheaper plan that holds: a hire less or later, and one more late in another pool.

    What one pool loses another may win back for less money. Which futures both together cover is
    foreseen from each by itself, as for the combinations of levels; the plan itself is tried.
    """
    if not 1 < len(bench.request.pools) <= _FEW_POOLS or not hires.total:
        return None
    now = bench.cost(hires)
    pairs = [
        (_cost(bench, program, cell) - saved, steps, cell)
        for saved, steps in _savings(bench, program, hires)
        for cell in _late(bench)
        if cell[0] != steps[0][0][0]
    ]
    for more, steps, cell in sorted(pairs, key=lambda pair: pair[0]):
        if more >= 0:
            return None
        if _foreseen(bench, hires, steps, cell) >= required:
            found = hires.moved(*steps, (cell, 1))
            if _is_fine(bench, found, required) and bench.cost(found) < now:
                return found
    return None


def _late(bench: Bench) -> Iterator[Cell]:
    """One more head of each pool, in the last month and in ever earlier ones."""
    months = bench.request.months
    back = 1
    while back <= len(months):
        yield from ((pool, months[-back]) for pool in bench.request.pools)
        back *= 2


def _foreseen(bench: Bench, hires: Hires, steps: Steps, cell: Cell) -> float:
    """Part of the futures that is covered after a change in one pool and a hire in another."""
    pools, by = bench.request.pools, bench.request.by
    covered = bench.outcome(hires).since <= by
    for moved in (steps, ((cell, 1),)):
        row = pools.index(moved[0][0][0])
        covered[row] = bench.outcome(hires.moved(*moved)).since[row] <= by
    return float(np.all(covered, axis=0).mean())
