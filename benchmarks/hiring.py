"""The smallest hiring plan of the base plan: how fast, in how many simulations, and how good.

    python benchmarks/hiring.py

Two roles, twelve months, 2,000 futures while searching and 10,000 to confirm. Processor time, the
smallest of some rounds, since the machine may have other work. One core: set
OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import time
from pathlib import Path

import capacity

ROOT = Path(__file__).parent.parent
ROUNDS = 3


def main() -> None:
    scenario = capacity.load(ROOT / "scenarios" / "base.yaml")
    for asked in ({}, {"by": "2027-02"}, {"by": "2027-04", "max_hires_per_month": 1}):
        seconds = []
        for _ in range(ROUNDS):
            began = time.process_time()
            found = capacity.plan(scenario, **asked)
            seconds.append(time.process_time() - began)
        about = found.manifest
        print(
            f"{asked}: {min(seconds):.1f} s, {about['plans_tried']} plans, "
            f"{about['futures_simulated']:,} futures, {'holds' if found.holds else 'does not hold'}"
            f" at {found.cost:,.0f}, {100 * found.gap:.1f} % above the program's estimate"
        )


if __name__ == "__main__":
    main()
