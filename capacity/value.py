"""What a team, a role, a task or the work for a segment is worth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from capacity.arrays import FloatArray
from capacity.calendar import month_label
from capacity.engine.copulas import build_copulas
from capacity.engine.layout import Layout, build_layout
from capacity.engine.removal import Removal, read_removal, seats_cut
from capacity.errors import InputError, Mistake, QuestionError
from capacity.loading import Scenario
from capacity.scenario.days import read_month
from capacity.scenario.document import Plan
from capacity.simulation import Progress, check_luck, manifest
from capacity.valuing.answer import Roi
from capacity.valuing.beliefs import Beliefs, layout_of
from capacity.valuing.break_even import CASH, TRIALS, VALUE, Search
from capacity.valuing.flows import Flows
from capacity.valuing.tasks import task_values
from capacity.valuing.worlds import Bench, Futures, worlds
from capacity.workings.lasting import MARKS, horizons_of, lacking, long_enough

_MOST = 120
"""Months that a plan may have."""


def roi(  # noqa: PLR0913 - what, when, and how exactly
    scenario: Scenario,
    without: str = "cs",
    months: int = 36,
    start: str | None = None,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    tasks: bool = False,
) -> Roi:
    """What would be lost if something was gone.

    Both worlds meet the same luck, so their difference is due to what is gone.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    without
        ``cs``, all roles of that department; ``role:NAME``; ``task:NAME``, whose hours are free
        for others then; ``segment:NAME``, the work for it; or a share as ``20%`` of each role's
        seats, the last named first.
    months
        The headline horizon, at least 36 months, as cost comes now and what it saves at renewals,
        and at least the plan's own; the plan is run on for as long as it takes. What it is after
        12, 24 and 36 months is told beside it.
    start
        The first month without, such as ``2027-06``; the first of the plan.
    trials, seed, executor, progress
        As for `capacity.simulate`.
    tasks
        Whether to find the value of each task, too, which takes many more simulations.

    Returns
    -------
    Roi
        Break-even, ROI, NPV, IRR, payback, retention and lifetime value with and without.

    Raises
    ------
    InputError
        Where the scenario lacks what it takes: a margin, a discount rate, addressable churn.
    QuestionError
        Where there is nothing that could be gone, or no such month.
    TypeError, ValueError
        Where the scenario is not loaded, or trials or the seed are no whole number from 0 on.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/base.yaml")
    >>> worth = capacity.roi(plan, without="task:webinar", trials=0)
    >>> round(worth.mean("incremental_cost", "12m"))
    0
    """
    futures = futures_of(scenario, trials, seed, executor)
    (found,) = valued(scenario, [without], months, start, futures, progress, tasks=tasks)
    return found


def futures_of(
    scenario: Scenario, trials: int | None, seed: int | None, executor: Executor | None = None
) -> Futures:
    """The futures that the caller asks for, else those of the scenario."""
    check_luck(scenario, trials, seed)
    settings = scenario.plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    return Futures(seed, trials, executor, build_copulas(scenario.plan))


def valued(
    scenario: Scenario,
    without: Sequence[str],
    months: int,
    start: str | None,
    futures: Futures,
    progress: Progress | None = None,
    *,
    tasks: bool = False,
) -> list[Roi]:
    """As `roi`, for several removals side by side."""
    began = time.perf_counter()
    layout, removals, horizons = prepared(scenario, without, months, start)
    longer, first = layout.scenario, removals[0].start
    full, *gone = worlds(layout, [None, *removals], futures, progress)
    values = task_values(layout, first, horizons[""], futures, progress) if tasks else None
    rate, years = _rate(longer.plan, futures), longer.plan.horizon.periods.elapsed_years
    scaled = layout_of(layout)
    bench = Bench(scaled, futures.seed, futures.fewer(TRIALS).few, lifetimes=False)
    found = []
    for text, removal, world in zip(without, removals, gone, strict=True):
        flows, beliefs = Flows(full, world, rate, years), Beliefs(scaled, removal, futures)
        search = Search(bench, removal, beliefs, flows, given=scaled is layout)
        one = _valued(layout, removal, search, futures, horizons)
        about = manifest(longer, futures.trials, futures.seed, time.perf_counter() - began)
        about |= {"without": text, "from": one.start, "months": months}
        found.append(replace(one, without=text, tasks=values, manifest=about))
    return found


def prepared(
    scenario: Scenario, without: Sequence[str], months: int, start: str | None
) -> tuple[Layout, list[Removal], dict[str, int]]:
    """The plan as long as it takes, what is gone, and the number of periods of each horizon.

    Raises
    ------
    InputError, QuestionError
        As `roi`.
    """
    _refuse_what_lacks(scenario)
    if not 1 <= months <= _MOST:
        raise QuestionError(f"--months {months}: write 1 to {_MOST}")
    months = max(months, MARKS[-1])
    longer = long_enough(scenario, months)
    layout, horizons = build_layout(longer), horizons_of(scenario, months)
    first = _first(longer.plan, start)
    return layout, [_read(longer, text, first) for text in without], horizons


def _valued(
    layout: Layout, removal: Removal, search: Search, futures: Futures, horizons: dict[str, int]
) -> Roi:
    """The two worlds and where they break even."""
    plan = layout.plan
    multiple = plan.finance.arr_multiple
    drawn = futures.inputs([("finance.arr_multiple", multiple)])[0] if multiple else None
    counts = sorted(set(horizons.values()), reverse=True)  # the shorter, the further it is found
    cash = {count: search.cash(count) for count in counts}
    found = {(period, CASH): cash[count] for period, count in horizons.items()}
    if drawn is not None:
        found["", VALUE] = search.value(horizons[""], drawn)
    label = plan.horizon.periods.labels[removal.start]
    return Roi(layout, "", label, horizons, search.believed, found, search.simulations, None, {})


# --- what it takes --------------------------------------------------------------------------------


def _refuse_what_lacks(scenario: Scenario) -> None:
    """Every setting that value hangs on and that has no default."""
    lacks = list(lacking(scenario.plan))
    if lacks:
        place = scenario.marked.place
        raise InputError([Mistake(place(p, key=True), ".".join(p), text) for p, text in lacks])


def _first(plan: Plan, start: str | None) -> int:
    """The first period without."""
    if start is None:
        return 0
    periods = plan.horizon.periods
    try:
        found = periods.of_month(read_month(start))
    except ValueError:
        first = next(m for m in periods.months.tolist() if periods.of_month(m) >= 0)
        text = f"--from {start}: is not a month. Write it as {month_label(first)}"
        raise QuestionError(text) from None
    if not 0 <= found < periods.count:
        text = f"--from {start}: lies outside of the plan, {periods.in_words}. Write a month of it"
        raise QuestionError(text)
    return found


def _read(scenario: Scenario, without: str, start: int) -> Removal:
    """What is gone; a share that is no seat at all is nothing."""
    removal = read_removal(scenario.plan, without, start)
    if removal.share and not any(seats_cut(scenario, removal)):
        text = f"--without {without}: that is no seat of any role of cs. Write a larger share"
        raise QuestionError(text)
    return removal


def _rate(plan: Plan, futures: Futures) -> FloatArray:
    """Yearly discount rate, shape (trials,)."""
    rate = plan.finance.discount_rate
    assert rate is not None  # `_refuse_what_lacks` was asked before
    return futures.inputs([("finance.discount_rate", rate)])[0]
