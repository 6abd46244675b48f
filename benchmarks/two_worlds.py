"""The value of a team: how fast, and what common luck is worth.

    python benchmarks/two_worlds.py

First the base plan: the standard error of ARR saved over 36 months, from both worlds on the same
luck, against two runs that have each their own. Then workload A over 36 months: `capacity.roi` with
10,000 futures, and the value of all 8 tasks, 256 coalitions of 1,000 futures. Both stand beside
their floor: so many plain simulations. Processor time; with a number of processes as an argument
the time on the clock of an executor of so many, too. One core each: set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from workloads import A, load

import capacity
from capacity.engine.layout import build_layout
from capacity.loading import Scenario
from capacity.statistics import mean_error
from capacity.valuing.tasks import TRIALS as OF_COALITIONS
from capacity.valuing.tasks import TaskValues, task_values
from capacity.valuing.worlds import Futures

ROOT = Path(__file__).parent.parent
PAIRED, TRIALS, ROUNDS, MONTHS = 2_000, 10_000, 3, 36
VALUE = {"finance.discount_rate": 0.1, "horizon.months": MONTHS}


def common_luck() -> None:
    """What it is worth that both worlds have the same luck."""
    plan = capacity.load(ROOT / "scenarios" / "base.yaml")
    worth, other = (capacity.roi(plan, trials=PAIRED, seed=seed) for seed in (1, 2))
    independent = worth.flows.full.arr[-1].sum(axis=0) - other.flows.gone.arr[-1].sum(axis=0)
    errors = worth.error("arr_saved"), float(mean_error(independent[None])[0])
    print(f"ARR saved {worth.mean('arr_saved'):,.0f}, standard error {errors[0]:,.0f} on one luck,")
    print(f"{errors[1]:,.0f} on two: {errors[1] / errors[0]:.1f} times as large")


def seconds(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor seconds, the smallest of some rounds."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        run()
        found.append(time.process_time() - began)
    return min(found)


def coalitions(plan: Scenario, futures: Futures) -> TaskValues:
    """The value of every task."""
    return task_values(build_layout(plan), 0, MONTHS, futures)


def main() -> None:
    common_luck()
    with tempfile.TemporaryDirectory() as folder:
        plan = load(A, Path(folder)).with_(VALUE)
    one = seconds(lambda: capacity.simulate(plan, trials=TRIALS))
    both = seconds(lambda: capacity.roi(plan, trials=TRIALS))
    asked = capacity.roi(plan, trials=TRIALS).simulations
    print(
        f"roi {both:.1f} s, two simulations {2 * one:.1f} s: {both / one / 2:.2f} times the floor;"
    )
    print(f"break-even of three horizons asked for {asked} strengths")
    few = seconds(lambda: capacity.simulate(plan, trials=OF_COALITIONS))
    all_ = seconds(lambda: coalitions(plan, Futures(0, OF_COALITIONS)), rounds=1)
    floor = 256 * few
    print(
        f"256 coalitions {all_:.0f} s, as many simulations {floor:.0f} s: {all_ / floor:.2f} times"
    )
    if len(sys.argv) > 1:
        with ProcessPoolExecutor(int(sys.argv[1])) as executor:
            capacity.roi(plan, trials=TRIALS, executor=executor)  # the processes are there now
            began = time.perf_counter()
            capacity.roi(plan, trials=TRIALS, executor=executor)
            middle = time.perf_counter()
            coalitions(plan, Futures(0, OF_COALITIONS, executor))
            ended = time.perf_counter()
        print(f"{sys.argv[1]} processes: roi {middle - began:.1f} s, ", end="")
        print(f"coalitions {ended - middle:.0f} s on the clock")


if __name__ == "__main__":
    main()
