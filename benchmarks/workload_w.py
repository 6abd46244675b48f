"""Workload W beside its peers: a year of 1,000 accounts in weeks, by six ways to write it.

    python -m pip install -e ".[bench]"
    python benchmarks/workload_w.py [--write]

1,000 accounts and 52 weeks; a QBR each quarter in three triangular steps of an hour; 100 new
accounts whose onboarding takes four weeks; a renewal with 15 % churn; one role of 10 seats. Each
peer is a module of `peers`, written as its own users would, and says what it leaves out. All run in
one process and in turns, so that a machine whose speed drifts drifts for all: processor time, the
smallest of the rounds, for one trial. The hours that fall due in the year are the same for all, but
for luck; the script compares their means and ends with 1 where they differ.

A peer that is not installed is named and left out. `--write` puts the table into the documentation.
One core: set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import importlib
import math
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import page
from peers import book
from workloads import W, load

import capacity

ROUNDS = 5
TRIALS = 10_000
PEERS = {
    "simpy": "SimPy 4",
    "ciw": "Ciw 3",
    "mesa": "Mesa 3",
    "numpy": "NumPy, pieces",
    "counts": "NumPy, counts",
}
"""Modules of `peers`, without their ending, and what they are called."""
DOUBT = 4
"""Standard errors by which two means may differ."""
FIRST_WEDNESDAY = date(2027, 1, 6)


@dataclass
class Way:
    """One way to compute the workload.

    `run` takes a number of trials and a seed, and returns the due hours of the year, by trial.
    """

    name: str
    computes: str
    trials: int
    run: Callable[[int, int], np.ndarray]
    milliseconds: list[float] = field(default_factory=list)
    hours: list[np.ndarray] = field(default_factory=list)

    def take_turn(self, seed: int) -> None:
        began = time.process_time()
        hours = self.run(self.trials, seed)
        self.milliseconds.append((time.process_time() - began) * 1e3 / self.trials)
        self.hours.append(hours)

    def mean(self) -> tuple[float, float]:
        """Due hours of the year, and their standard error."""
        hours = np.concatenate(self.hours)
        return float(hours.mean()), float(hours.std(ddof=1)) / math.sqrt(len(hours))


def scenario(folder: Path) -> capacity.Scenario:
    """Workload W with its accounts; those of today have been customers for one to two years."""
    lines = ["id,segment,arr,start,renewal"]
    luck = np.random.default_rng(1)
    for name, weeks, years in (("old", book.RENEWALS - 104, 2), ("new", book.STARTS, 1)):
        for number, week in enumerate(weeks.tolist()):
            start = FIRST_WEDNESDAY + timedelta(weeks=week)
            arr = round(30_000 * luck.lognormal(0, 0.6))
            renewal = start.replace(year=start.year + years)
            lines.append(f"{name}-{number:04d},customers,{arr},{start},{renewal}")
    (folder / "accounts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(W, folder)


def ours(plan: capacity.Scenario) -> Way:
    def run(trials: int, seed: int) -> np.ndarray:
        result = capacity.simulate(plan, trials=trials, seed=seed)
        return result.array("due_hours", role="csm", period="")[0]

    return Way("capacity", "demand, people, backlog, coverage, churn, money", TRIALS, run)


def peers() -> list[Way]:
    """Those that are installed; the others are named."""
    found = []
    for module, name in PEERS.items():
        try:
            peer = importlib.import_module(f"peers.{module}_w")
        except ModuleNotFoundError as missing:
            if missing.name != module:
                raise
            print(f"{name} is not installed and left out.")
            continue
        found.append(Way(name, peer.COMPUTES, peer.TRIALS, peer.due_hours))
    return found


def agree(plan: capacity.Scenario, ways: list[Way]) -> bool:
    """Whether all find the same work, and a table that shows it.

    The peers know nothing of coverage, so for this our accounts do not feel it either. Blocks of
    100 of our trials are independent, single ones are not.
    """
    result = capacity.simulate(plan.with_({"simulation.feedback": "off"}), trials=TRIALS)
    about = {"role": "csm", "period": ""}
    mean, error = result.mean("due_hours", **about), result.error("due_hours", **about)
    found = {"by hand": (book.expected_hours(), 0.0)} | {way.name: way.mean() for way in ways}
    print(f"\nhours due in the year\n{'capacity':15s} {mean:9,.1f} ± {error:5.1f}")
    far = []
    for name, (other, of_other) in found.items():
        distance = (other - mean) / math.hypot(error, of_other)
        print(f"{name:15s} {other:9,.1f} ± {of_other:5.1f}  {distance:+5.1f} standard errors")
        far += [name] if abs(distance) > DOUBT else []
    print(f"Not the same work: {'; '.join(far)}" if far else "All the same, but for luck.")
    return not far


def speeds(first: Way, others: list[Way]) -> str:
    """The table: slowest first."""
    base = min(first.milliseconds)
    ways = sorted([first, *others], key=lambda way: -min(way.milliseconds))
    rows = []
    for way in ways:
        spent = min(way.milliseconds)
        times = spent / base
        name = f"**{way.name}**" if way is first else way.name
        rows.append(
            [
                name,
                f"{spent:,.3g}",
                f"{times:,.0f}" if times > 10 else f"{times:.2g}",
                f"{way.trials * ROUNDS:,}",
                way.computes,
            ]
        )
    return page.table(["", "ms a trial", "times ours", "trials", "computes"], rows)


def main() -> int:
    others = peers()
    with tempfile.TemporaryDirectory() as folder:
        plan = scenario(Path(folder))
    first = ours(plan)
    for way in [first, *others]:
        way.run(min(way.trials, 1_000), 0)
    for turn in range(ROUNDS):
        for way in [first, *others]:
            way.take_turn(turn + 1)
    when = page.machine("simpy", "ciw", "mesa")
    text = f"{speeds(first, others)}\n\nSmallest of {ROUNDS} rounds; {when}."
    print(text)
    same = agree(plan, others)
    if "--write" in sys.argv:
        if not same or len(others) < len(PEERS):
            print("Nothing is written: the table needs all peers, and the same work of all.")
            return 1
        page.write(__file__, text)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
