"""One scenario to one result: batches of trials, in one thread or on an executor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from numbers import Integral

from capacity.engine.batch import Record, run_batch, size_of_a_future
from capacity.engine.drawn import Drawn
from capacity.engine.expected import Expected
from capacity.engine.layout import Layout, build_layout
from capacity.errors import QuestionError
from capacity.executing import each
from capacity.expectations import understood
from capacity.loading import Scenario
from capacity.precision import Goal, goal_of, largest_error, rows_of
from capacity.result import Result
from capacity.rng import BATCH, BLOCK, Luck
from capacity.scenario.horizon import MOST_TRIALS
from capacity.sketches import ERROR, Part
from capacity.summaries import Summaries, part_of

Progress = Callable[[int, int], None]
"""Told how many futures are done, of how many."""
LuckOf = Callable[[int, range], Luck]
"""Makes the luck of some blocks of a seed."""
KEPT = 2 * 10**9
"""Bytes up to which every future is kept, unless the caller says otherwise."""
_AT_ONCE = 10**8
"""Bytes of futures that are summarised together."""
_ROWS, _WIDEST = 400, 4
"""Rows of arrays that a batch may have before it stays narrow, and batches at most in one."""


def simulate(
    scenario: Scenario,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    precision: float | None = None,
    metric: str | None = None,
    *,
    exact: bool | None = None,
) -> Result:
    """Simulate a scenario.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    trials
        Number of futures; the scenario's own number, 10,000 unless it says otherwise. 0 computes
        expected values without luck. With a precision, the most futures.
    seed
        The luck; the scenario's own seed, 0 unless it says otherwise.
    executor
        Any `concurrent.futures.Executor`; the numbers are the same to the bit.
    progress
        Called with the futures done and all futures, as far as these can be foreseen.
    precision
        Add futures until the standard error is this share of the figure, as 0.01; at most
        `trials`, or 100,000 where nobody gives a number. The manifest says what came of it.
    metric
        What has to be that exact, such as ``required_fte[csm]:p90``; the mean where no quantile
        is named. Without it people needed at the peak (p90), closing ARR and the team's cost.
    exact
        Whether every future is kept in memory. Without it those that take up to 2 GB are; of more,
        each figure is summarised as they come: means, sd and errors of means as ever, quantiles
        within 0.05 % of their value, and no `Result.array`. The manifest says so.

    Returns
    -------
    Result
        The same scenario, seed and trials give the same numbers.

    Raises
    ------
    QuestionError
        Where there is no such metric, or a precision is asked for of no futures.
    TypeError, ValueError
        Where the scenario is not loaded, or trials or the seed are no whole number from 0 on.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/seed_example.yaml")
    >>> result = capacity.simulate(plan, trials=100)
    >>> float(result.mean("due_hours", period="", role="csm"))
    1200.0
    """
    how = _How(Luck, executor, progress or _nobody, exact)
    return _simulated(how, scenario, trials, seed, precision, metric)


def simulate_next(
    luck: LuckOf,
    scenario: Scenario,
    trials: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    metric: str | None = None,
    *,
    exact: bool | None = None,
) -> Result:
    """As `simulate`, here, with draws that are kept for the scenario after it; see `CommonLuck`."""
    how = _How(luck, None, _nobody, exact)
    return _simulated(how, scenario, trials, seed, precision, metric)


def _simulated(
    how: _How,
    scenario: Scenario,
    trials: int | None,
    seed: int | None,
    precision: float | None,
    metric: str | None,
) -> Result:
    check_luck(scenario, trials, seed)
    settings = scenario.plan.simulation
    goal = goal_of(settings, trials, precision, metric)
    seed = settings.seed if seed is None else seed
    if not goal:
        return _of_futures(how, scenario, settings.trials if trials is None else trials, seed)
    began = time.perf_counter()
    found, trials, error = _precise(_Bench(_laid_out(scenario), seed, how), goal)
    about = manifest(scenario, trials, seed, time.perf_counter() - began)
    about["precision"] = goal.found(error)
    return found.result(trials, about)


def check_luck(scenario: Scenario, trials: int | None, seed: int | None) -> None:
    """Refuse what is no scenario, no number of futures or no seed, before anything is computed."""
    if not isinstance(scenario, Scenario):
        found = type(scenario).__name__
        raise TypeError(f"the scenario is of type {found}; pass what capacity.load(path) returns")
    for name, value in (("trials", trials), ("seed", seed)):
        if value is None:
            continue
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} is {value!r}; it is a whole number")
        if value < 0:
            raise ValueError(f"{name} is {value}; it is at least 0")
    if trials is not None and trials > MOST_TRIALS:
        raise QuestionError(f"{trials:,} futures. Ask for {MOST_TRIALS:,} or fewer")


def simulate_given(
    scenario: Scenario,
    trials: int,
    seed: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    exact: bool | None = True,
) -> Result:
    """So many futures of that luck, whatever the scenario asks for; see `simulate`."""
    return _of_futures(_How(Luck, executor, progress or _nobody, exact), scenario, trials, seed)


def _of_futures(how: _How, scenario: Scenario, trials: int, seed: int) -> Result:
    began = time.perf_counter()
    found = _given(_Bench(_laid_out(scenario), seed, how), trials)
    about = manifest(scenario, trials, seed, time.perf_counter() - began)
    return found.result(trials, about)


def _laid_out(scenario: Scenario) -> Layout:
    """The schedule; an expectation of what does not exist is told before any work is spent."""
    layout = build_layout(scenario)
    understood(layout)
    return layout


def _nobody(_done: int, _all: int) -> None:
    """Hears of the progress where nobody asked."""


@dataclass(frozen=True)
class _How:
    """Who draws, where futures are computed, who hears of it, and whether all are kept."""

    luck: LuckOf
    executor: Executor | None
    progress: Progress
    exact: bool | None


@dataclass(frozen=True)
class _Bench:
    """A scenario that is ready to meet futures of a seed."""

    layout: Layout
    seed: int
    how: _How

    def expected(self) -> Record:
        return run_batch(self.layout, Expected())

    def keeps(self, trials: int) -> bool:
        """Whether so many futures are kept, each with all its figures."""
        if self.how.exact is None:
            return trials * size_of_a_future(self.layout) <= KEPT
        return self.how.exact or not trials

    def records(self, done: int, trials: int) -> Iterator[Record]:
        """Batches of the futures from a number on, the last one whole."""
        one = partial(drawn_batch, self.layout, self.seed, luck=self.how.luck)
        width = BATCH if self.how.executor else widest(self.layout)
        return each(self.how.executor, one, _ranges(done, _whole(trials), width))

    def parts(self, done: int, trials: int) -> Iterator[Part]:
        """What the futures from a number on come to, some of them at a time."""
        one = partial(drawn_part, self.layout, self.seed, trials, luck=self.how.luck)
        at_once = max(_AT_ONCE // (BATCH * size_of_a_future(self.layout)), 1) * BATCH
        return each(self.how.executor, one, _ranges(done, _whole(trials), at_once))


@dataclass
class _Found:
    """The futures so far, kept or summarised."""

    bench: _Bench
    done: int = 0
    records: list[Record] = field(default_factory=list)
    summaries: Summaries | None = None

    def add(self, trials: int) -> Iterator[int]:
        """Compute futures up to a number; gives how many there are, each time there are more."""
        if self.bench.keeps(trials):
            for record in self.bench.records(self.done, trials):
                self.records.append(record)
                self.done += record["arr"].shape[2]
                yield self.done
            return
        if self.records:
            self._summarise(part_of(self.bench.layout, self.records, self.done))
            self.records = []
        for part in self.bench.parts(self.done, trials):
            self._summarise(part)
            self.done = min(self.done + _futures(part), _whole(trials))
            yield self.done

    def _summarise(self, part: Part) -> None:
        known = self.summaries
        self.summaries = known.with_(part) if known else Summaries.of_part(self.bench.layout, part)

    def result(self, trials: int, about: dict[str, object]) -> Result:
        """The first of them, with what the numbers depend on."""
        if self.summaries:
            size = trials * size_of_a_future(self.bench.layout)
            about["summarised"] = {"quantiles_within": ERROR, "bytes_not_kept": size}
        return Result(self.bench.layout, tuple(self.records), trials, about, self.summaries)


def _given(bench: _Bench, trials: int) -> _Found:
    """As many futures as were asked for, or expected values for none."""
    found = _Found(bench)
    if not trials:
        found.records.append(bench.expected())
    for done in found.add(trials):
        bench.how.progress(done, _whole(trials))
    return found


def _precise(bench: _Bench, goal: Goal) -> tuple[_Found, int, float]:
    """As many futures as the goal takes; with their number and the error that is left."""
    if goal.figure:  # a name that does not exist is told before any work is spent on it
        rows_of(Result(bench.layout, (bench.expected(),), 0, {}), goal.figure)
    found = _Found(bench)
    total = _whole(next(goal.counts()))
    for trials in goal.counts():
        wanted = _whole(trials)
        for done in found.add(trials):
            if done < wanted:
                bench.how.progress(done, total)
        error = largest_error(found.result(trials, {}), goal.figure)
        total = wanted if goal.is_reached(error) else _whole(goal.forecast(trials, error))
        bench.how.progress(wanted, total)
        if goal.is_reached(error):
            break
    return found, trials, error


def _ranges(first: int, last: int, width: int) -> list[range]:
    """Blocks of the futures from one number to another, some at a time."""
    return [
        range(begin // BLOCK, min(begin + width, last) // BLOCK)
        for begin in range(first, last, width)
    ]


def _whole(trials: int) -> int:
    """So many futures, and those of the last batch that come along."""
    return -(-trials // BATCH) * BATCH


def _futures(part: Part) -> int:
    return len(part.batches) * BATCH


def widest(layout: Layout) -> int:
    """Futures that are best computed together: many of a small plan, whose arrays stay small."""
    rows = len(layout.work.steps) + len(layout.classes)
    return BATCH * max(1, min(_WIDEST, _ROWS // max(rows, 1)))


def drawn_batch(layout: Layout, seed: int, blocks: range, luck: LuckOf = Luck) -> Record:
    """One batch of futures; a function of its arguments alone."""
    return run_batch(layout, Drawn(luck(seed, blocks), layout.copulas))


def drawn_part(layout: Layout, seed: int, trials: int, blocks: range, luck: LuckOf = Luck) -> Part:
    """What some blocks come to, of the first so many futures; a function of its arguments alone."""
    first, last = blocks.start * BLOCK, blocks.stop * BLOCK
    records = [drawn_batch(layout, seed, one, luck) for one in _ranges(first, last, widest(layout))]
    return part_of(layout, records, min(last, trials) - first)


def manifest(scenario: Scenario, trials: int, seed: int, seconds: float) -> dict[str, object]:
    """What the numbers depend on."""
    return {
        "library": f"cs-capacity {version('cs-capacity')}",
        "scenario": scenario.name,
        "files": dict(scenario.files),
        "set": dict(scenario.settings),
        "seed": seed,
        "trials": trials,
        "block": BLOCK,
        "resolution": scenario.plan.simulation.resolution,
        "seconds": round(seconds, 3),
    }
