"""Plans of hires tried on futures: what each covers, costs and earns, all under the same luck."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from capacity.arrays import BoolArray, FloatArray, IntArray
from capacity.engine.batch import Record, run_batch
from capacity.engine.drawn import Drawn
from capacity.engine.layout import Layout, build_layout
from capacity.engine.lifetime import has_lifetimes
from capacity.hiring.hires import Hires, with_hires
from capacity.hiring.request import Request
from capacity.model.value import discounted, net_present_value
from capacity.rng import BLOCK, CommonLuck
from capacity.simulation import widest
from capacity.valuing.worlds import cost_of

STAGES = (400, 1_000)
"""Futures after which a plan may be given up, before the others are spent on it."""
_SURE = 4.0
"""Standard deviations beyond which the others could not mend it but by a miracle."""
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """What came of a plan; of shape (trials,) where nothing else is said.

    Attributes
    ----------
    since
        First period from which on all work of a pool that counts is covered to the end, shape
        (pools, trials); the number of periods where that of the last one is not.
    cost
        Cost of the team over the plan.
    arr
        Yearly revenue at the end; NaN where accounts have none.
    value
        Gross profit less the cost of the team, discounted; NaN where the margin is not known.
    paying
        Yearly revenue at the end by segment, shape (segments, trials).
    lasting
        What a unit of it brings afterwards, as of now, if the coverage of the plan went on, shape
        (segments, trials); NaN where the retention curves are not known.
    coverage
        Part of the decided work that counts that was done, from the first period that counts on.
    """

    since: IntArray
    cost: FloatArray
    arr: FloatArray
    value: FloatArray
    paying: FloatArray
    lasting: FloatArray
    coverage: FloatArray

    @property
    def trials(self) -> int:
        """Futures it was tried on."""
        return len(self.cost)

    def covered(self, by: int) -> BoolArray:
        """In which futures all work is covered from a period on, shape (trials,)."""
        return np.all(self.since <= by, axis=0)

    def later(self, nobody: Outcome) -> FloatArray:
        """What the revenue at the end brings afterwards, as of now, shape (trials,).

        Nobody is paid for it any more, so it runs off as where nobody is hired.
        """
        trials = min(self.trials, nobody.trials)
        value: FloatArray = (self.paying[:, :trials] * nobody.lasting[:, :trials]).sum(axis=0)
        return value

    def then(self, more: Outcome) -> Outcome:
        """With the futures that follow."""
        parts = zip(vars(self).values(), vars(more).values(), strict=True)
        return Outcome(*(np.concatenate(part, axis=-1) for part in parts))


class Ledger:
    """What was spent on a question: the plans that were tried, and the futures simulated.

    Parameters
    ----------
    told
        Called with the futures done after each batch of them.
    """

    def __init__(self, told: Callable[[int], None]) -> None:
        self.plans: set[Hires] = set()
        self.futures = 0
        self._told = told

    def note(self, hires: Hires, futures: int) -> None:
        """Futures that a plan was tried on."""
        self.plans.add(hires)
        self.futures += futures
        self._told(self.futures)


class Bench:
    """Tries plans on the futures of one seed, and keeps what came of them.

    Attributes
    ----------
    request
        What counts as covered.
    seed
        The luck.
    trials
        Futures on which a plan is judged.
    """

    def __init__(
        self, layout: Layout, request: Request, seed: int, trials: int, ledger: Ledger
    ) -> None:
        self.layout, self.request, self.seed, self.trials = layout, request, seed, trials
        self._known: dict[Hires, Outcome] = {}
        self._luck, self._drawn = CommonLuck(), dict[range, Drawn]()
        self._ledger = ledger

    @property
    def known(self) -> dict[Hires, Outcome]:
        """What came of the plans that were tried so far, in some or all of the futures."""
        return dict(self._known)

    def with_request(self, request: Request) -> Bench:
        """The same futures, and what is known of them, under other limits.

        The same work of the same pools must count.
        """
        other = copy.copy(self)
        other.request = request
        return other

    def outcome(self, hires: Hires, trials: int | None = None) -> Outcome:
        """What comes of a plan in the first so many futures; without a number in all of them."""
        wanted = self.trials if trials is None else min(trials, self.trials)
        known = self._known.get(hires)
        if known is None or known.trials < wanted:
            known = self._more(hires, known, wanted)
        return known

    def _more(self, hires: Hires, known: Outcome | None, wanted: int) -> Outcome:
        layout = self.layout_of(hires)
        first = known.trials if known else 0
        width = widest(layout)
        for begin in range(first, wanted, width):
            blocks = range(begin // BLOCK, min(begin + width, wanted) // BLOCK)
            found = self._outcome(layout, *self.record(layout, blocks))
            known = known.then(found) if known else found
            self._ledger.note(hires, found.trials)
        assert known is not None
        self._known[hires] = known
        return known

    def nobody(self) -> tuple[Record, Drawn]:
        """What is simulated where nobody is hired, all futures at once."""
        record, chance = self.record(self.layout, range(self.trials // BLOCK))
        self._known[Hires()] = self._outcome(self.layout, record, chance)
        self._ledger.note(Hires(), self.trials)
        return record, chance

    def layout_of(self, hires: Hires) -> Layout:
        """The layout of the scenario with more seats, which seldom change what is due."""
        scenario = with_hires(self.layout.scenario, hires)
        if hires.counts and follows_seats(self.layout):
            return build_layout(scenario)
        return replace(self.layout, scenario=scenario)

    def record(self, layout: Layout, blocks: range) -> tuple[Record, Drawn]:
        """What is simulated in some blocks of futures, and their luck, drawn for all plans once."""
        if blocks not in self._drawn:
            self._drawn[blocks] = Drawn(self._luck(self.seed, blocks), layout.copulas)
        return run_batch(layout, self._drawn[blocks]), self._drawn[blocks]

    def holds(self, hires: Hires, required: float) -> bool:
        """Whether a plan covers the work in such a part of the futures.

        A plan is given up as soon as it has failed so often that the other futures will not mend
        it: were its failures just few enough, so many of them would not be among the first but for
        a luck of some in 100,000 (hypergeometric).
        """
        most = int(self.trials - np.ceil(required * self.trials - _TOLERANCE))
        for trials in (*(n for n in STAGES if n < self.trials), self.trials):
            first = self.outcome(hires, trials)
            failed = int((~first.covered(self.request.by)).sum())
            if failed > too_many(most, self.trials, first.trials):
                return False
        return True

    def confidence(self, hires: Hires) -> float:
        """Part of the futures in which a plan covers the work."""
        return float(self.outcome(hires).covered(self.request.by).mean())

    def cost(self, hires: Hires) -> float:
        """Expected cost of the team."""
        return float(self.outcome(hires).cost.mean())

    # --- one batch -------------------------------------------------------------------------------

    def _outcome(self, layout: Layout, record: Record, chance: Drawn) -> Outcome:
        done, decided = _hours(layout, record, self.request)
        target = targets_of(layout, record, self.request)
        covered = done >= target * decided - _TOLERANCE
        last = np.cumprod(covered[::-1], axis=0).sum(axis=0)
        unknown = np.full(chance.trials, np.nan)
        served, all_ = (x[self.request.by :].sum(axis=(0, 1)) for x in (done, decided))
        cost, paying = cost_of(layout, record), record["arr"][-1]
        known = layout.plan.has_money
        return Outcome(
            since=layout.plan.horizon.periods.count - last,
            cost=cost.sum(axis=0),
            arr=paying.sum(axis=0) if known else unknown,
            value=_value(layout, record, cost, chance) if known else unknown,
            paying=paying,
            lasting=_lasting(layout, record, chance),
            coverage=np.where(all_ > 0, served / np.where(all_ > 0, all_, 1.0), 1.0),
        )


def too_many(most: int, all_: int, some: int) -> float:
    """Failures among the first futures that do not happen where there are few enough in all.

    Parameters
    ----------
    most
        Failures that are few enough in all of the futures.
    all_, some
        Number of all futures, and of the first of them.
    """
    if some == all_:
        return most
    part = most / all_
    spread = some * part * (1 - part) * (all_ - some) / (all_ - 1)
    return min(some * part + _SURE * math.sqrt(spread) + 1, most)


def follows_seats(layout: Layout) -> bool:
    """Whether work follows the seats: hand-overs, and fixed work that pools share."""
    return any(
        lane.work.on == "departure"
        or (lane.is_fixed and layout.plan.team[lane.work.role].split is not None)
        for lane in layout.work.lanes
    )


def counting(layout: Layout, request: Request, pool: int) -> Iterator[tuple[range, IntArray]]:
    """The work lanes of a pool whose work counts: the periods of each stretch, and the lanes."""
    lanes = layout.work.of_pool(pool)
    last = np.inf if request.priority is None else request.priority
    for run, day in layout.stretches:
        yield run, lanes.start + np.flatnonzero(layout.work.ranks[day][lanes] <= last)


def hours_that_count(
    layout: Layout, request: Request, pool: int, by_lane: FloatArray
) -> FloatArray:
    """Sum over the lanes of a pool whose work counts, shape (periods, trials)."""
    runs = counting(layout, request, pool)
    return np.concatenate([by_lane[run.start : run.stop, some].sum(axis=1) for run, some in runs])


def _hours(layout: Layout, record: Record, request: Request) -> tuple[FloatArray, FloatArray]:
    """Hours done, and done or dropped, that count; shape (periods, pools, trials)."""
    dropped = record["due_hours"] - record["done_hours"]
    dropped[:, layout.work.waits] = record["dropped_hours"]
    done, missed = (
        np.stack([hours_that_count(layout, request, p, found) for p in request.pools], axis=1)
        for found in (record["done_hours"], dropped)
    )
    return done, done + missed


def targets_of(layout: Layout, record: Record, request: Request) -> FloatArray:
    """Coverage that each pool has to reach, shape (periods or 1, pools, trials)."""
    trials = record["arr"].shape[2]
    if request.coverage is not None:
        return np.full((1, len(request.pools), trials), request.coverage)
    roles = list(layout.plan.team)
    rows = [roles.index(layout.scenario.pools[pool].name) for pool in request.pools]
    given = record["coverage_target"][:, rows]
    return np.broadcast_to(given, (len(given), len(rows), trials))


def _value(layout: Layout, record: Record, cost: FloatArray, chance: Drawn) -> FloatArray:
    """Gross profit less cost, each period's as of its end; without a rate nothing is discounted."""
    profit = record["revenue"].sum(axis=1) * record["finance"][:, 0]
    years = layout.plan.horizon.periods.elapsed_years
    return net_present_value(profit - cost, _rate(layout, chance), years)


def _lasting(layout: Layout, record: Record, chance: Drawn) -> FloatArray:
    """What a unit of revenue at the end brings afterwards, as of now, shape (segments, trials)."""
    if not has_lifetimes(layout.plan):
        return np.full(record["arr"].shape[1:], np.nan)
    years = layout.plan.horizon.periods.elapsed_years
    now = discounted(_rate(layout, chance), float(years[-1]))
    worth: FloatArray = record["lifetime"][0] * now
    return worth


def _rate(layout: Layout, chance: Drawn) -> FloatArray:
    """Yearly discount rate, shape (trials,) or (1,); 0 where there is none."""
    rate = layout.plan.finance.discount_rate
    return chance.inputs([("finance.discount_rate", rate)])[0] if rate else np.zeros(1)
