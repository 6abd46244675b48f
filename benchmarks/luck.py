"""What luck costs, and why it is made as it is.

    python benchmarks/luck.py

Measured side by side, in turn, so that a machine whose speed drifts drifts for all:

- a uniform from a NumPy generator for every thing and block, from a keyed Philox for every thing
  and block, from the counter hash of `capacity.rng`, and from one SFC64 for everything;
- a Poisson and a binomial count by SciPy's inverses and by `capacity.model.counts`;
- a PERT quantile by SciPy's inverse and from a table;
- the base plan in batches of so many blocks.

Medians over the runs, with the smallest and the largest.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import betaincinv, ndtri
from scipy.stats import binom, poisson

import capacity
from capacity.engine.layout import build_layout
from capacity.estimates import Estimate, Form
from capacity.model.counts import binomial_quantile, poisson_quantile
from capacity.rng import BATCH, BLOCK, Luck, keys
from capacity.simulation import drawn_batch

RUNS = 9
THINGS = 1_000
"""Accounts, seats and so on that ask for a draw at once."""
SCENARIO = Path(__file__).parent.parent / "scenarios" / "base.yaml"
BATCHES = (1, 2, 5, 10, 20, 40)

Case = tuple[str, int, Callable[[], object]]


def generators() -> list[Case]:
    """One uniform for each of many things and trials, four ways."""
    of = keys(("account", i) for i in range(THINGS))
    blocks = BATCH // BLOCK
    luck = Luck(0, range(blocks))

    def seeded() -> np.ndarray:
        """A generator of its own for every thing and block, seeded the way NumPy advises."""
        return np.stack([
            np.random.default_rng([0, block, thing]).random(BLOCK)
            for thing in of.tolist() for block in range(blocks)
        ])  # fmt: skip

    def keyed() -> np.ndarray:
        """The same with a counter-based bit generator, whose key needs no seeding."""
        return np.stack([
            np.random.Generator(np.random.Philox(key=[thing, block])).random(BLOCK)
            for thing in of.tolist() for block in range(blocks)
        ])  # fmt: skip

    one = np.random.Generator(np.random.SFC64(0))
    draws = THINGS * BATCH
    return [
        ("generator for each thing and block", draws, seeded),
        ("keyed Philox for each thing and block", draws, keyed),
        ("counter hash, keyed by thing", draws, lambda: luck.uniforms(of)),
        ("counter hash, Latin hypercube", draws, lambda: luck.stratified(of)),
        ("one SFC64 for everything, unkeyed", draws, lambda: one.random((THINGS, BATCH))),
        ("for scale: a normal quantile", draws, lambda: ndtri(luck_once)),
    ]


luck_once = np.random.default_rng(1).random((THINGS, BATCH))


def counts() -> list[Case]:
    """Counts from given uniforms."""
    u = luck_once[:100]
    found: list[Case] = []
    for mean in (2.0, 20.0, 200.0):
        means = np.full(u.shape, mean)
        found += [
            (f"Poisson {mean:g}, SciPy", u.size, lambda m=means: poisson.ppf(u, m)),
            (f"Poisson {mean:g}, ours", u.size, lambda m=means: poisson_quantile(u, m)),
        ]
    for size in (10.0, 100.0):
        sizes, shares = np.full(u.shape, size), np.full(u.shape, 0.4)
        found += [
            (f"{size:g} coins, SciPy", u.size, lambda n=sizes, p=shares: binom.ppf(u, n, p)),
            (f"{size:g} coins, ours", u.size, lambda n=sizes, p=shares: binomial_quantile(u, n, p)),
        ]
    return found


def perts() -> list[Case]:
    """Quantiles of a PERT estimate."""
    u = luck_once[:20]
    estimate = Estimate(Form.PERT, (0.05, 0.1, 0.25))
    rise = 4 * (0.1 - 0.05) / (0.25 - 0.05)
    return [
        ("PERT, SciPy", u.size, lambda: 0.05 + 0.2 * betaincinv(1 + rise, 5 - rise, u)),
        ("PERT, table", u.size, lambda: estimate.quantile(u)),
    ]


def measure(cases: list[Case]) -> None:
    for _, _, run in cases:
        run()
    times: list[list[float]] = [[] for _ in cases]
    for _ in range(RUNS):
        for spent, (_, number, run) in zip(times, cases, strict=True):
            began = time.perf_counter()
            run()
            spent.append((time.perf_counter() - began) / number * 1e9)
    for spent, (name, _, _) in zip(times, cases, strict=True):
        middle = statistics.median(spent)
        print(f"{name:40s} {middle:9,.1f} ns  ({min(spent):,.1f} to {max(spent):,.1f})")


def simulation(blocks: int) -> float:
    """Seconds of one simulation with batches of so many blocks."""
    layout = build_layout(capacity.load(SCENARIO))
    drawn_batch(layout, 0, range(blocks))
    began = time.perf_counter()
    for first in range(0, 10_000 // BLOCK, blocks):
        drawn_batch(layout, 0, range(first, first + blocks))
    return time.perf_counter() - began


def batches() -> None:
    times: dict[int, list[float]] = {blocks: [] for blocks in BATCHES}
    for _ in range(RUNS):
        for blocks, spent in times.items():
            spent.append(simulation(blocks))
    for blocks, spent in times.items():
        middle = statistics.median(spent)
        name = f"10,000 trials, batches of {blocks * BLOCK:,}"
        print(f"{name:40s} {middle:9.2f} s   ({min(spent):.2f} to {max(spent):.2f})")


def main() -> None:
    print(f"{THINGS:,} things, {BATCH} trials each; time per draw, {RUNS} runs")
    for cases in (generators(), counts(), perts()):
        measure(cases)
        print()
    batches()


if __name__ == "__main__":
    main()
