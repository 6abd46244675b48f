"""Plans beside the one that holds: fewer heads and more, and the one that pays best."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.calendar import month_label
from capacity.hiring.hires import Hires
from capacity.hiring.program import Program
from capacity.hiring.search import moves
from capacity.hiring.trying import Bench
from capacity.rng import BLOCK
from capacity.statistics import mean_error

_MOST_POINTS = 8
"""Plans of the frontier between hiring nobody and the plan itself, both included, at most."""
_ROUNDS = 12
"""Steps of the search for the plan that pays best, at most."""
_TAIL = 0.9


@dataclass(frozen=True)
class Point:
    """A plan, and what it is worth; all figures over the same futures.

    Attributes
    ----------
    hires
        Seats that are added.
    coverage
        Mean part of the work that counts that is done.
    confidence, confidence_error
        Part of the futures in which it is covered, with its standard error.
    arr, cost
        Mean yearly revenue at the end, and mean cost of the team.
    value, value_error
        Mean net present value against hiring nobody, with its standard error.
    whole, whole_error
        The same with the run-off: what the revenue that is there more at the end brings afterwards,
        by the retention curves where nobody is hired. NaN where these are not known.
    regret, regret_p90
        What it is worth less than the best of these plans in each future: mean, and what one
        future in ten exceeds.
    """

    hires: Hires
    coverage: float
    confidence: float
    confidence_error: float
    arr: float
    cost: float
    value: float
    value_error: float
    whole: float
    whole_error: float
    regret: float
    regret_p90: float


@dataclass(frozen=True)
class Marginal:
    """One more head on top of a plan, as soon as anybody may be hired.

    Attributes
    ----------
    pool
        Index of its pool.
    month
        When it starts.
    hires
        The plan with it.
    value, value_error
        Mean net present value against the plan, with its standard error.
    whole, whole_error
        The same with the run-off; NaN where it is not known.
    cost
        Mean cost against the plan.
    """

    pool: int
    month: int
    hires: Hires
    value: float
    value_error: float
    whole: float
    whole_error: float
    cost: float

    @property
    def label(self) -> str:
        """The month as ``2027-03``."""
        return month_label(self.month)


def error_of(values: FloatArray) -> float:
    """Standard error of the mean of values of shape (trials,)."""
    return float(mean_error(values[None])[0])


def error_of_odds(covered: FloatArray) -> float:
    """The same of a share of futures; at least binomial, as few blocks may agree."""
    part = float(covered.mean())
    binomial = math.sqrt(part * (1 - part) / len(covered))
    return max(binomial, error_of(covered)) if len(covered) >= 2 * BLOCK else binomial


def beginnings(hires: Hires) -> list[Hires]:
    """The first seats of a plan, from none to all of them; not more than a few."""
    count = min(hires.total + 1, _MOST_POINTS)
    sizes = np.unique(np.round(np.linspace(0, hires.total, count)).astype(np.int64))
    return [hires.first(int(size)) for size in sizes]


def fewer(bench: Bench, hires: Hires) -> list[Hires]:
    """With each number of seats up to a plan's, the one of best odds of its beginnings and others.

    The others are plans that the search has tried, in futures that do not judge them, and that cost
    no more than the plan itself.
    """
    found, most = [], bench.cost(hires)
    for first in beginnings(hires):
        rivals = [
            one
            for one, outcome in bench.known.items()
            if one.total == first.total and outcome.cost.mean() <= most
        ]
        if 0 < first.total < hires.total and rivals:
            trials = min(bench.outcome(one, 0).trials for one in rivals)
            odds = {one: _odds(bench, one, trials) for one in (first, *rivals)}
            first = max(odds, key=lambda one: odds[one])  # noqa: PLW2901
        found.append(first)
    return found


def _odds(bench: Bench, hires: Hires, trials: int) -> float:
    outcome = bench.outcome(hires, trials)
    return float(outcome.covered(bench.request.by)[:trials].mean())


def one_more(bench: Bench, hires: Hires) -> Iterator[tuple[int, int, Hires]]:
    """For each pool the first month in which the plan leaves room for one more head."""
    for pool in bench.request.pools:
        for month in bench.request.months:
            found = hires.moved(((pool, month), 1))
            if bench.request.allows(found):
                yield pool, month, found
                break


def points(bench: Bench, plans: Sequence[Hires], trials: int) -> list[Point]:
    """What each of some plans comes to in the first so many futures; the first hires nobody."""
    outcomes = [bench.outcome(hires, trials) for hires in plans]
    values = np.stack([outcome.value[:trials] for outcome in outcomes])
    later = np.stack([outcome.later(outcomes[0])[:trials] for outcome in outcomes])
    regret = values.max(axis=0) - values
    found = []
    for hires, outcome, value, rest, lost in zip(
        plans, outcomes, values - values[0], later - later[0], regret, strict=True
    ):
        covered = outcome.covered(bench.request.by)[:trials].astype(np.float64)
        found.append(
            Point(
                hires=hires,
                coverage=float(outcome.coverage[:trials].mean()),
                confidence=float(covered.mean()),
                confidence_error=error_of_odds(covered),
                arr=float(outcome.arr[:trials].mean()),
                cost=float(outcome.cost[:trials].mean()),
                value=float(value.mean()),
                value_error=error_of(value),
                whole=float((value + rest).mean()),
                whole_error=error_of(value + rest),
                regret=float(lost.mean()),
                regret_p90=float(np.quantile(lost, _TAIL)),
            )
        )
    return found


def efficient(found: Sequence[Point], kept: Collection[Point | None]) -> list[Point]:
    """Without those that cost as much as another and are no surer, or as sure and no cheaper.

    Parameters
    ----------
    kept
        Those that stay all the same.
    """
    return [
        one for one in found if one in kept or not any(_is_behind(one, other) for other in found)
    ]


def _is_behind(one: Point, other: Point) -> bool:
    mine, others = (one.cost, -one.confidence), (other.cost, -other.confidence)
    return mine != others and all(x >= y for x, y in zip(mine, others, strict=True))


def marginals(bench: Bench, hires: Hires, trials: int) -> list[Marginal]:
    """What one more head of each pool is worth on top of a plan."""
    base, nobody = bench.outcome(hires, trials), bench.outcome(Hires(), trials)
    found = []
    for pool, month, more in one_more(bench, hires):
        outcome = bench.outcome(more, trials)
        gain = outcome.value[:trials] - base.value[:trials]
        whole = gain + outcome.later(nobody)[:trials] - base.later(nobody)[:trials]
        cost = float((outcome.cost[:trials] - base.cost[:trials]).mean())
        errors = error_of(gain), error_of(whole)
        means = float(gain.mean()), float(whole.mean())
        found.append(Marginal(pool, month, more, means[0], errors[0], means[1], errors[1], cost))
    return found


def best_paying(bench: Bench, program: Program, hires: Hires, *, whole: bool) -> Hires:
    """The plan of the highest expected net present value, whatever it covers.

    From hiring nobody or from a plan, whichever is worth more: one head more, fewer or later, as
    long as that is worth more.

    Parameters
    ----------
    whole
        With what the revenue at the end brings afterwards.
    """
    nobody = bench.outcome(Hires())

    def worth(plan: Hires) -> float:
        outcome = bench.outcome(plan)
        value = outcome.value + outcome.later(nobody) if whole else outcome.value
        return float(value.mean())

    budget = bench.request.budget
    best = max((Hires(), hires), key=worth)
    for _ in range(_ROUNDS):
        tried = [more for _, _, more in one_more(bench, best)]
        tried += [best.moved(*steps) for steps in moves(bench, program, best)]
        tried = [plan for plan in tried if bench.request.allows(plan)]
        tried = [plan for plan in tried if budget is None or bench.cost(plan) <= budget]
        found = max(tried, key=worth, default=best)
        if worth(found) <= worth(best):
            break
        best = found
    return best
