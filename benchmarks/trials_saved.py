"""What sampling by strata and common luck save: futures at equal error.

    python benchmarks/trials_saved.py [--write]

The base plan, futures of 200 blocks. *Plain*: every input and account has independent uniforms.
*Latin hypercube*: inputs are stratified within each block, as in every simulation. The errors of a
mean are compared by the variance of the means of blocks: where one is a fourth, a fourth of the
futures is as exact. *Common luck*: the difference of two plans, one seat apart, on the same futures
against two seeds. Of both, the quotient of variances is the factor by which plain futures would
have to be more; its own standard error is beside it (jackknife over the blocks). No time is taken.
`--write` puts the table into the page of benchmarks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import page

import capacity
from capacity.engine.batch import run_batch
from capacity.engine.drawn import Drawn
from capacity.engine.layout import Layout, build_layout
from capacity.result import Result
from capacity.rng import BATCH, BLOCK, KeyArray, Luck

BLOCKS = 200
SCENARIO = Path(__file__).parent.parent / "scenarios" / "base.yaml"
FIGURES: dict[str, tuple[str, dict[str, str]]] = {
    "due hours": ("due_hours", {"role": "csm", "period": ""}),
    "required FTE, last month": ("required_fte", {"role": "csm", "period": "2028-01"}),
    "dropped hours": ("dropped_hours", {"role": "csm", "period": ""}),
    "odds that all is covered": ("p_covered", {"role": "csm", "period": ""}),
    "ARR at the end": ("arr", {"period": "2028-01"}),
    "GRR": ("grr", {"period": ""}),
    "cost of the team": ("team_cost", {"period": ""}),
}
TWO = "common luck: difference of two plans, 7 and 8 CSMs"
HEAD = ["figure", "strata: mean", "strata: p90", TWO]
QUANTILE, MOST = 0.9, 1_000


class Plain(Luck):
    """Luck without strata."""

    def stratified(self, of: KeyArray) -> np.ndarray:
        return self.uniforms(of)


def blocks_of(layout: Layout, luck: type[Luck], seed: int) -> dict[str, np.ndarray]:
    """The futures of each figure, shape (blocks, futures of a block)."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in FIGURES}
    for first in range(0, BLOCKS, BATCH // BLOCK):
        chance = Drawn(luck(seed, range(first, first + BATCH // BLOCK)), layout.copulas)
        result = Result(layout, (run_batch(layout, chance),), chance.trials, {})
        for name, (metric, about) in FIGURES.items():
            found[name].append(result.array(metric, **about).reshape(-1, BLOCK))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def quotient(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Variance of one over that of the other, and its standard error."""
    whole = a.var(ddof=1) / b.var(ddof=1)
    left = np.array([_without(a, i) / _without(b, i) for i in range(len(a))])
    return whole, float(np.sqrt((len(a) - 1) * np.mean((left - left.mean()) ** 2)))


def _without(values: np.ndarray, i: int) -> np.float64:
    return np.float64(np.delete(values, i).var(ddof=1))


def mean_of(blocks: np.ndarray) -> np.ndarray:
    return blocks.mean(axis=1)


def p90_of(blocks: np.ndarray) -> np.ndarray:
    return np.quantile(blocks, QUANTILE, axis=1)


def told(value: float, error: float) -> str:
    if not np.isfinite(value):
        return ""  # does not vary
    return f"over {MOST:,}" if value > MOST else f"{value:.1f} ± {error:.1f}"


def saved() -> list[list[str]]:
    """A row for each figure."""
    scenario = capacity.load(SCENARIO)
    layout = build_layout(scenario)
    other = build_layout(scenario.with_({"team.csm.headcount": 8}))
    plain, strata = blocks_of(layout, Plain, 0), blocks_of(layout, Luck, 0)
    more, apart = blocks_of(other, Luck, 0), blocks_of(other, Luck, 1)
    rows = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in FIGURES:
            of: list[Callable[[np.ndarray], np.ndarray]] = [mean_of, p90_of]
            cells = [quotient(one(plain[name]), one(strata[name])) for one in of]
            gaps = (mean_of(found[name]) - mean_of(strata[name]) for found in (apart, more))
            cells.append(quotient(*gaps))
            rows.append([name, *(told(*cell) for cell in cells)])
    return rows


def main() -> None:
    text = f"{page.table(HEAD, saved())}\n\n{SCENARIO.name}, {BLOCKS} blocks of {BLOCK} futures."
    print(text)
    if "--write" in sys.argv:
        page.write(__file__, text)


if __name__ == "__main__":
    main()
