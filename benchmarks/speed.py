"""The workloads whose times are kept, so that a slowdown is seen.

    python -m pip install -e ".[bench]"
    python benchmarks/make_page.py

Processor time by pytest-benchmark. The floor is what workload A cannot avoid: the draws that it is
made of. Both run on the same machine, so their ratio tells a slower program from a slower machine.
"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import workload_a
import workload_l
import workload_w
from workloads import A, load

import capacity
from capacity.engine.layout import build_layout

ROOT = Path(__file__).parent.parent
TRIALS = 10_000
FEW = 1_000
"""Futures of each scenario of the sweep."""
HEADS = range(4, 14)
ROUNDS = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def a(folder: Path) -> capacity.Scenario:
    return load(A, folder)


def measure(benchmark, run, *given, **how) -> None:
    benchmark.pedantic(run, given, how, rounds=ROUNDS, warmup_rounds=1)


def test_floor(benchmark, a) -> None:
    measure(benchmark, workload_a.floor, build_layout(a))


def test_workload_a(benchmark, a) -> None:
    measure(benchmark, capacity.simulate, a, trials=TRIALS)


def test_workload_w(benchmark, folder) -> None:
    measure(benchmark, capacity.simulate, workload_w.scenario(folder), trials=TRIALS)


def test_base_plan(benchmark) -> None:
    plan = capacity.load(ROOT / "scenarios" / "base.yaml")
    measure(benchmark, capacity.simulate, plan, trials=TRIALS)


def test_sweep(benchmark) -> None:
    """Ten scenarios of the base plan into a new folder."""
    plan = capacity.load(ROOT / "scenarios" / "base.yaml")

    def run() -> None:
        with tempfile.TemporaryDirectory() as out:
            capacity.sweep_into(out, plan, {"team.csm.headcount": HEADS}, trials=FEW)

    measure(benchmark, run)


def test_workload_l_read(benchmark, folder) -> None:
    measure(benchmark, capacity.load, workload_l.write(workload_l.ROWS[0], folder))


def test_workload_l(benchmark, folder) -> None:
    plan = capacity.load(workload_l.write(workload_l.ROWS[0], folder))
    measure(benchmark, capacity.simulate, plan, trials=TRIALS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    benchmark.extra_info["peak_mb"] = round(peak)
