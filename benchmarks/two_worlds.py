"""The value of a team on the base plan: how fast, and what common luck is worth.

    python benchmarks/two_worlds.py

The standard error of ARR saved over 36 months, from both worlds on the same luck, against two runs
that have each their own. Then the time of `capacity roi` and of the value of all tasks. One core:
set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import time
from pathlib import Path

import capacity
from capacity.statistics import mean_error

ROOT = Path(__file__).parent.parent
TRIALS = 2_000


def main() -> None:
    plan = capacity.load(ROOT / "scenarios" / "base.yaml")
    began = time.perf_counter()
    worth = capacity.roi(plan, trials=TRIALS, seed=1)
    seconds = time.perf_counter() - began
    other = capacity.roi(plan, trials=TRIALS, seed=2)
    independent = worth.flows.full.arr[-1].sum(axis=0) - other.flows.gone.arr[-1].sum(axis=0)
    errors = worth.error("arr_saved"), float(mean_error(independent[None])[0])
    print(f"ARR saved {worth.mean('arr_saved'):,.0f}, standard error {errors[0]:,.0f} on one luck,")
    print(f"{errors[1]:,.0f} on two: {errors[1] / errors[0]:.1f} times as large")
    print(f"both worlds, {TRIALS:,} futures: {seconds:.1f} s, of which break-even needs")
    print(f"{worth.simulations} more simulations of both worlds")
    began = time.perf_counter()
    found = capacity.roi(plan, trials=1000, tasks=True).tasks
    assert found is not None
    print(f"{found.simulations} coalitions of tasks: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
