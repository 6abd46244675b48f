"""One scenario to one result: batches of trials, in one thread or on an executor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import partial
from importlib.metadata import version

from capacity.engine.batch import Record, run_batch
from capacity.engine.chance import Drawn, Expected
from capacity.engine.layout import Layout, build_layout
from capacity.loading import Scenario
from capacity.result import Result
from capacity.rng import BATCH, BLOCK, Luck

Progress = Callable[[int, int], None]


def simulate(
    scenario: Scenario,
    trials: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate a scenario.

    Parameters
    ----------
    scenario
        From `capacity.load`.
    trials
        Number of futures; the scenario's own number, 10,000 unless it says otherwise. 0 computes
        expected values without luck.
    seed
        The luck; the scenario's own seed, 0 unless it says otherwise.
    executor
        Any `concurrent.futures.Executor`; the numbers are the same to the bit.
    progress
        Called with the batches done and all batches.

    Returns
    -------
    Result
        The same scenario, seed and trials give the same numbers.

    Examples
    --------
    >>> import capacity
    >>> plan = capacity.load("scenarios/seed_example.yaml")
    >>> result = capacity.simulate(plan, trials=100)
    >>> float(result.mean("due_hours", period="", role="csm"))
    1200.0
    """
    settings = scenario.plan.simulation
    trials = settings.trials if trials is None else trials
    seed = settings.seed if seed is None else seed
    if trials < 0:
        raise ValueError(f"trials is {trials}; it is at least 0")
    began = time.perf_counter()
    layout = build_layout(scenario)
    batches = []
    total = -(-trials // BATCH) if trials else 1
    for record in _records(layout, trials, seed, executor):
        batches.append(record)
        if progress:
            progress(len(batches), total)
    seconds = time.perf_counter() - began
    return Result(layout, tuple(batches), trials, manifest(scenario, trials, seed, seconds))


def _records(layout: Layout, trials: int, seed: int, executor: Executor | None) -> Iterator[Record]:
    if trials == 0:
        yield run_batch(layout, Expected())
        return
    batches = range(-(-trials // BATCH))
    one = partial(drawn_batch, layout, seed)
    yield from executor.map(one, batches) if executor else map(one, batches)


def drawn_batch(layout: Layout, seed: int, batch: int) -> Record:
    """One batch of futures; a function of its arguments alone."""
    return run_batch(layout, Drawn(Luck(seed, batch)))


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
