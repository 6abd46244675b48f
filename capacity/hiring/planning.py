"""The question how many to hire: the search, its confirmation, and what stands beside the plan."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from capacity.engine.layout import Layout, build_layout
from capacity.engine.lifetime import has_lifetimes
from capacity.hiring.answer import HiringPlan, source_of
from capacity.hiring.confirming import Odds, Proposal, Settled, settled
from capacity.hiring.frontier import (
    Point,
    best_paying,
    efficient,
    error_of,
    error_of_odds,
    fewer,
    marginals,
    points,
)
from capacity.hiring.hires import Hires
from capacity.hiring.needs import Programs, check_crowds, loose_ends, programs_of
from capacity.hiring.obstacles import obstacle_of, unlimited
from capacity.hiring.request import Asked, Request
from capacity.hiring.search import search, trimmed
from capacity.hiring.trying import Bench, Ledger
from capacity.hiring.variant import hired
from capacity.loading import Scenario
from capacity.rng import BLOCK
from capacity.simulation import Progress, check_luck, manifest

SEARCHED, CONFIRMED = 2_000, 10_000
"""Futures on which plans are searched, and those on which the last one is confirmed."""
_USUAL = 25
"""Plans that a search usually tries."""


def plan(  # noqa: PLR0913 - limits of a hiring plan, each by its name
    scenario: Scenario,
    coverage: float | str | None = None,
    confidence: float | str = 0.9,
    *,
    by: str | None = None,
    priority: int | None = None,
    max_hires_per_month: int | None = None,
    freeze: Iterable[str] = (),
    budget: float | str | None = None,
    trials: int = CONFIRMED,
    seed: int | None = None,
    progress: Progress | None = None,
) -> HiringPlan:
    """Find the cheapest hires with which the work gets done, with some confidence.

    Seats are added to those of the scenario, by role, pool and month. In a part `confidence` of
    the futures every pool has to do a part `coverage` of its work in every period from `by` on.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    coverage
        Share of the work, as 0.95; each role's own `coverage_target` where nothing is said.
    confidence
        Share of the futures, between 0 and 1.
    by
        First month, or period, that counts. Without it the first in which people who start with
        the plan are ramped.
    priority
        Last priority of the work that counts; all work without.
    max_hires_per_month
        New seats in a month at most, over all roles, those of the scenario included.
    freeze
        Months in which nobody may be added; one or several.
    budget
        Expected cost of the team over the plan at most.
    trials
        Futures in which the plan is confirmed, rounded up to whole hundreds; it is searched in a
        fifth of them, at most 2,000 and at least 500.
    seed
        The luck of the search; the scenario's own seed without. Other seeds decide and confirm.
    progress
        Called with the futures simulated, and with how many it will probably be.

    Returns
    -------
    HiringPlan
        The plan; `holds` says whether it reaches what was asked for, `obstacle` why not.

    Raises
    ------
    QuestionError
        With everything that is wrong with the request.
    TypeError, ValueError
        Where the scenario is not loaded, or trials or the seed are no whole number; from 1 and
        from 0 on.

    Examples
    --------
    >>> import capacity
    >>> scenario = capacity.load("scenarios/seed_example.yaml", {"team.csm.internal": 0.6})
    >>> found = capacity.plan(scenario, trials=500)
    >>> [(start.role, start.month, start.count) for start in found.starts]
    [('csm', '2027-01', 1)]
    """
    check_luck(scenario, trials, seed)
    if trials < 1:
        raise ValueError(f"trials is {trials}; it is at least 1")
    began = time.perf_counter()
    asked = Asked(coverage, confidence, by, priority, max_hires_per_month, freeze, budget)
    layout = build_layout(scenario)
    request = asked.of(layout)
    seed = scenario.plan.simulation.seed if seed is None else int(seed)
    work = _Work(layout, request, seed, _whole(int(trials)), progress)
    return work.plan(began)


def _whole(trials: int) -> int:
    """So many futures in whole blocks, and so many that errors can be told."""
    return max(-(-trials // BLOCK), 2) * BLOCK


def _is_allowed(bench: Bench, hires: Hires) -> bool:
    """Whether a plan keeps to the limits."""
    budget = bench.request.budget
    return bench.request.allows(hires) and (budget is None or bench.cost(hires) <= budget)


class _Work:
    """The benches of one question, and what is done on them."""

    def __init__(
        self, layout: Layout, request: Request, seed: int, trials: int, progress: Progress | None
    ) -> None:
        self.layout, self.request, self.seed, self.trials = layout, request, seed, trials
        self.searched = min(SEARCHED, max(_whole(trials // 5), min(500, trials)))
        self._progress = progress
        self.ledger = Ledger(self._say)
        self.bench = Bench(layout, request, seed, self.searched, self.ledger)
        self.deciding = self._bench(seed + 1)
        self.fresh = self.deciding
        """The luck that tells of the plan; the one that decides where no plan got so far."""

    def _say(self, futures: int) -> None:
        """Say how far it is; nobody knows how many plans it will take."""
        if self._progress:
            usual = _USUAL * self.searched + 3 * self.trials
            self._progress(futures, max(usual, futures + self.trials))

    def plan(self, began: float) -> HiringPlan:
        programs = programs_of(self.bench)
        check_crowds(self.layout, self.request, programs.first)
        found, nobody, obstacle = self._settled(self.bench, programs), Hires(), None
        hires, required = found.hires, found.required
        if found.is_limited and not found.holds:
            edge = hires if found.is_near else None
            required = self._required(found)
            obstacle, hires = obstacle_of(self.bench, hires, required, edge)
        one = marginals(self.fresh, hires, self.searched)
        frontier, best, best_whole = self._frontier(programs, hires, [more.hires for more in one])
        outcome, none = self.fresh.outcome(hires), self.fresh.outcome(nobody)
        odds = self._odds(self.fresh, hires)
        gain = outcome.value - none.value
        whole = gain + outcome.later(none) - none.later(none)
        bound, gap = self._bound(programs, hires)
        if self._progress:
            self._progress(self.ledger.futures, self.ledger.futures)
        return HiringPlan(
            scenario=hired(
                self.layout.scenario, hires, source_of(self.layout.scenario, self.request)
            ),
            base=self.layout.scenario,
            request=self.request,
            holds=found.holds,
            hires=hires,
            confidence=odds.share,
            confidence_error=odds.error,
            cost=float(outcome.cost.mean()),
            cost_error=error_of(outcome.cost),
            added_cost=float((outcome.cost - none.cost).mean()),
            value=float(gain.mean()),
            value_error=error_of(gain),
            whole=float(whole.mean()),
            whole_error=error_of(whole),
            bound=bound,
            loose_ends=loose_ends(self.layout, self.request),
            gap=gap,
            frontier=tuple(frontier),
            best=best,
            best_whole=best_whole,
            marginals=tuple(one),
            obstacle=obstacle,
            manifest=self._manifest(required, time.perf_counter() - began),
        )

    def _settled(self, bench: Bench, programs: Programs) -> Settled:
        """Search, and confirm on fresh luck, until a plan holds or none does."""
        goal = self.request.confidence

        def proposed(required: float) -> Proposal:
            found = search(bench, programs, required)
            hires, share = found.hires, bench.confidence(found.hires)
            if required > goal and not found.holds:  # it may be the answer
                hires = trimmed(bench, programs, hires, share)
                share = bench.confidence(hires)
            return Proposal(hires, found.holds, _is_allowed(bench, hires), share)

        def told(hires: Hires) -> Odds:
            self.fresh = self._bench(self.fresh.seed + 1)
            return self._odds(self.fresh, hires)

        return settled(goal, proposed, lambda hires: self._odds(self.deciding, hires), told)

    def _required(self, found: Settled) -> float:
        """What a search has to ask for, for fresh luck to confirm what would do."""
        free = unlimited(self.bench)
        if free.request == self.request:
            return found.required
        return max(found.required, self._settled(free, programs_of(free)).required)

    def _bench(self, seed: int) -> Bench:
        return Bench(self.layout, self.request, seed, self.trials, self.ledger)

    def _odds(self, bench: Bench, hires: Hires) -> Odds:
        covered = bench.outcome(hires).covered(self.request.by).astype(np.float64)
        return Odds(float(covered.mean()), error_of_odds(covered))

    def _frontier(
        self, programs: Programs, hires: Hires, more: list[Hires]
    ) -> tuple[list[Point], Point | None, Point | None]:
        """Plans with fewer heads and with more, and those that pay best where that is known."""
        plans, plan = fewer(self.bench, hires) + more, self.layout.plan
        is_known = plan.has_money and plan.finance.gross_margin is not None
        is_whole = has_lifetimes(plan)
        for whole in [False] * is_known + [True] * is_whole:
            plans.append(best_paying(self.bench, programs.first, hires, whole=whole))
        nobody, *others = dict.fromkeys(plans)
        found = points(self.fresh, [nobody, *others], self.searched)
        found.sort(key=lambda point: (point.hires.total, point.cost))
        best = max(found, key=lambda point: point.value) if is_known else None
        best_whole = max(found, key=lambda point: point.whole) if is_whole else None
        kept = [point for point in found if point.hires in (nobody, hires)]
        return efficient(found, [*kept, best, best_whole]), best, best_whole

    def _bound(self, programs: Programs, hires: Hires) -> tuple[float, float]:
        """Lower bound of the cost, and what the plan costs beyond it as a share."""
        found = programs.bound.cheapest(np.zeros(len(self.request.pools)))
        if found is None:
            return math.nan, math.nan
        bound, cost = self.bench.cost(Hires()) + found[1], self.bench.cost(hires)
        return bound, (cost - bound) / cost if cost > 0 else 0.0

    def _manifest(self, required: float, seconds: float) -> dict[str, Any]:
        about = manifest(self.layout.scenario, self.trials, self.seed, seconds)
        return about | {
            "decided_with_seed": self.deciding.seed,
            "confirmed_with_seed": self.fresh.seed,
            "trials_of_search": self.searched,
            "confidence_of_search": required,
            "plans_tried": len(self.ledger.plans),
            "futures_simulated": self.ledger.futures,
        }
