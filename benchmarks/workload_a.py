"""Workload A against its floor: the draws that it cannot avoid, keyed by thing.

    python benchmarks/workload_a.py

1,000 accounts in 4 segments, 12 months, 8 tasks, 2 roles, coverage feedback, 10,000 trials. The
floor draws one uniform for every renewal of an account and one normal for every step, segment and
month with variable hours, and does nothing with them. Both run in turn, so that a machine whose
speed drifts drifts for both. One core: set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.special import ndtri
from workloads import A, load

import capacity
from capacity.engine.layout import Layout, build_layout
from capacity.rng import BATCH, BLOCK, Luck, numbered

RUNS = 5
TRIALS = 10_000


def floor(layout: Layout) -> int:
    """Draw what cannot be avoided; returns the number of draws."""
    draws = 0
    variable = [i for i, step in enumerate(layout.work.steps) if step.hours.variance > 0]
    for first in range(0, TRIALS, BATCH):
        luck = Luck(0, range(first // BLOCK, (first + BATCH) // BLOCK))
        for t, decisions in enumerate(layout.retention.by_period):
            month = int(layout.plan.horizon.periods.months[t])
            draws += luck.uniforms(decisions.luck).size
            draws += ndtri(luck.uniforms(numbered(layout.work.step_keys[variable], month))).size
    return draws


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scenario = load(A, Path(folder))
    layout = build_layout(scenario)
    times: dict[str, list[float]] = {"simulate": [], "floor": []}
    draws = floor(layout)
    capacity.simulate(scenario, trials=BATCH)
    for _ in range(RUNS):
        began = time.perf_counter()
        capacity.simulate(scenario, trials=TRIALS)
        middle = time.perf_counter()
        floor(layout)
        times["simulate"].append(middle - began)
        times["floor"].append(time.perf_counter() - middle)
    for name, values in times.items():
        print(f"{name:10s} median {statistics.median(values):.3f} s  min {min(values):.3f} s")
    ratio = statistics.median(a / b for a, b in zip(times["simulate"], times["floor"], strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ratio to the floor {ratio:.1f} (pair by pair), {draws:,} draws")
    print(f"peak memory {peak:.0f} MB, Python {sys.version.split()[0]}, NumPy {np.__version__}")


if __name__ == "__main__":
    main()
