"""How the cost grows: with the trials, the periods, the tasks and the length of the tail.

    python -m pip install -e ".[bench]"
    python benchmarks/growth.py [--write]

Processor time of `capacity.simulate`, the smallest of the rounds; the cases of a line take turns.

- trials, periods: workload A (1,000 accounts, 12 months, 8 tasks) with 1,000 to 100,000 trials, and
  with 6 to 60 months;
- tasks: its accounts and its team, with 2 to 32 tasks of two kinds, a monthly call and escalations;
- tail: 1,000 accounts that keep their names, and 1,000 to 1,000,000 that are alike, from a Parquet
  file, with 10,000 trials; here what each account costs once stands apart: to load the file, and
  to sort the accounts into names and pools before the first trial.

`--write` draws `docs/pictures/growth.svg` and puts the numbers below it. One core: set
OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import page
from workloads import A

import capacity
from capacity.engine.layout import build_layout
from capacity.rng import BATCH, BLOCK
from capacity.simulation import drawn_batch

PICTURE = page.ROOT / "docs" / "pictures" / "growth.svg"
ROUNDS = 3
FEW = 2_000
MANY = 10_000
"""Trials where it is not the trials that grow; many where they are cheap."""
TRIALS = (1_000, 3_000, 10_000, 30_000, 100_000)
PERIODS = (6, 12, 24, 36, 48, 60)
TASKS = (2, 4, 8, 16, 32)
TAIL = (1_000, 10_000, 100_000, 1_000_000)
NAMED = 1_000
"""Accounts that keep their names: too few start in any one month to be counted instead."""
PAIR = """
  call_{number}: {{role: csm, every: month, hours: {{low: 0.5h, likely: 1h, high: 2h}}, priority: 2, weight: 1}}
  escalation_{number}: {{role: csm, rate: 0.6 per year, hours: {{p10: 1h, p50: 3h, p90: 12h}}, priority: 1, weight: 1}}"""
TAILED = """
name: Names and a tail
horizon: {start: 2027-01, months: 12}
accounts: {file: accounts.parquet}
segments:
  named: {churn: 8%, addressable: 60%, expansion: 6%}
  tail: {term: 1, churn: 25%, addressable: 30%}
tasks:
  call: {role: csm, segments: [named], every: quarter, hours: 2h, weight: 1}
  ticket: {role: csm, segments: [tail], rate: 0.001 per year, hours: 1h, weight: 1}
value: {if_stopped: {churn: 1.2}}
team: {csm: {headcount: 8, attrition: 14%, salary: 95_000, internal: 30%}}
finance: {gross_margin: 78%}
"""

Case = Callable[[], object]


@dataclass(frozen=True)
class Line:
    """One line of a picture: seconds for each size."""

    of: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    def __str__(self) -> str:
        pairs = zip(self.sizes, self.seconds, strict=True)
        return f"{self.of}: " + ", ".join(f"{spent:.2g} s for {size:,}" for size, spent in pairs)

    def growth(self) -> float:
        """Seconds of the largest for those of the smallest."""
        return self.seconds[-1] / self.seconds[0]


def measured(of: str, cases: dict[int, Case]) -> Line:
    """Smallest processor time of each case; all take turns."""
    spent = dict.fromkeys(cases, np.inf)
    for _ in range(ROUNDS):
        for size, run in cases.items():
            began = time.process_time()
            run()
            spent[size] = min(spent[size], time.process_time() - began)
    line = Line(of, tuple(spent), tuple(spent.values()))
    print(line, flush=True)
    return line


def simulated(plan: capacity.Scenario, trials: int = FEW) -> Case:
    return lambda: capacity.simulate(plan, trials=trials)


def trials_alone(plan: capacity.Scenario) -> Case:
    layout = build_layout(plan)
    blocks = BATCH // BLOCK

    def run() -> None:
        for first in range(0, MANY // BLOCK, blocks):
            drawn_batch(layout, 0, range(first, first + blocks))

    return run


def laid_out(plan: capacity.Scenario) -> Case:
    return lambda: build_layout(plan)


def loaded(path: Path) -> Case:
    return lambda: capacity.load(path)


def with_tasks(number: int) -> str:
    """Workload A with so many tasks in place of its own, all of them for the CSMs."""
    before, rest = A.split("\ntasks:")
    after = rest[rest.index("\nvalue:") :]
    without = "\n".join(line for line in after.split("\n") if not line.startswith("  trainer:"))
    return (
        before + "\ntasks:" + "".join(PAIR.format(number=i) for i in range(number // 2)) + without
    )


def tailed(number: int, folder: Path) -> Path:
    """The plan with a tail so long, and its accounts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    luck = np.random.default_rng(1)
    month = np.datetime64("2027-01")
    age = np.concatenate([np.arange(NAMED) % 48 + 1, np.ones(number, dtype=int)])
    is_tail = np.arange(NAMED + number) >= NAMED
    starts = month - age
    columns = {
        "id": [f"account-{i:07d}" for i in range(NAMED + number)],
        "segment": np.where(is_tail, "tail", "named").tolist(),
        "arr": (np.where(is_tail, 200, 30_000) * luck.lognormal(0, 0.6, len(age))).round(2),
        "start": starts.astype("datetime64[D]"),
        "renewal": np.where(is_tail, month + 1, starts + 48).astype("datetime64[D]"),
    }
    folder.mkdir()
    pq.write_table(pa.table(columns), folder / "accounts.parquet")
    return written(TAILED, folder / "plan.yaml")


def written(text: str, path: Path) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def lines(folder: Path) -> list[list[Line]]:
    """All that is measured, by panel."""
    a = written(A, folder / "a.yaml")
    base = capacity.load(a)
    horizons = {n: capacity.load(a, set={"horizon.months": n}) for n in PERIODS}
    busy = {n: capacity.load(written(with_tasks(n), folder / f"{n}.yaml")) for n in TASKS}
    tails = {n: tailed(n, folder / f"tail-{n}") for n in TAIL}
    long = {n: capacity.load(path) for n, path in tails.items()}
    simulated(base)()
    return [
        [measured("trials", {n: simulated(base, n) for n in TRIALS})],
        [measured("periods", {n: simulated(plan) for n, plan in horizons.items()})],
        [measured("tasks", {n: simulated(plan) for n, plan in busy.items()})],
        [
            measured("tail, trials", {n: trials_alone(plan) for n, plan in long.items()}),
            measured("tail, sort", {n: laid_out(plan) for n, plan in long.items()}),
            measured("tail, load", {n: loaded(path) for n, path in tails.items()}),
        ],
    ]


TITLES = (
    ("Trials", "trials", "workload A"),
    ("Periods", "months", f"workload A, {FEW:,} trials"),
    ("Tasks", "tasks", f"accounts of workload A, {FEW:,} trials"),
    ("Tail", "accounts that are alike", f"and {NAMED:,} named ones, {MANY:,} trials"),
)


def draw(panels: list[list[Line]]) -> None:
    """The picture: a panel each, logarithmic where sizes grow by factors of ten."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(8, 5.6), layout="constrained")
    for axis, panel, (title, unit, what) in zip(axes.flat, panels, TITLES, strict=True):
        for line, color in zip(panel, ("#1f5fa8", "#3f9a5a", "#c8641e"), strict=False):
            axis.plot(line.sizes, line.seconds, "o-", color=color, label=line.of.split(", ")[-1])
        if len(panel) > 1:
            axis.legend(frameon=False)
        if panel[0].sizes[-1] / panel[0].sizes[0] >= 100:
            axis.set(xscale="log", yscale="log")
        else:
            axis.set(xlim=(0, None), ylim=(0, None), xticks=panel[0].sizes)
        axis.set_title(f"{title} ({what})", fontsize=9)
        axis.set(xlabel=unit, ylabel="seconds, one core")
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, metadata={"Date": None})
    # Lines of SVG end in blanks, which no editor likes.
    text = "\n".join(line.rstrip() for line in PICTURE.read_text("utf-8").splitlines())
    PICTURE.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {PICTURE.relative_to(page.ROOT)}")


def report(panels: list[list[Line]]) -> str:
    """The numbers as a list."""
    found = [line for panel in panels for line in panel]
    times = (line.sizes[-1] / line.sizes[0] for line in found)
    rows = [
        f"- {line}; {many:,.0f} times as many cost {line.growth():,.1f} times as much"
        for line, many in zip(found, times, strict=True)
    ]
    return "\n".join([*rows, "", f"Smallest of {ROUNDS} rounds; {page.machine()}."])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        panels = lines(Path(folder))
    text = report(panels)
    print(f"\n{text}")
    if "--write" in sys.argv:
        page.write(__file__, text)
        draw(panels)


if __name__ == "__main__":
    main()
