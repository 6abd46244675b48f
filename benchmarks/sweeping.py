"""What a scenario of a sweep costs beside its futures.

    python benchmarks/sweeping.py [--write]

The base plan with 240 accounts, and workload L with 100,000 of them, in processor milliseconds, the
smallest of the rounds. One core: set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import page
import workload_l

import capacity
from capacity.engine.layout import build_layout
from capacity.storing.asked import Asked
from capacity.storing.cases import Cases
from capacity.storing.folder import Folder

ROUNDS = 5
ACCOUNTS = 100_000
FUTURES = (1_000, 10_000)


def milliseconds(run: Callable[[int], object], rounds: int = ROUNDS) -> str:
    spent = []
    for turn in range(rounds):
        began = time.process_time()
        run(turn)
        spent.append(time.process_time() - began)
    return f"{1000 * min(spent):,.1f}"


def steps(path: Path, segment: str, out: Path) -> Iterator[tuple[str, str]]:
    """Each step of a scenario, and what it takes."""
    plan = capacity.load(path)
    heads = {"team.csm.headcount": range(1, ROUNDS + 1)}
    cases, asked, folder = Cases([plan], heads), Asked(trials=1_000), Folder(out)
    churn, term = f"segments.{segment}.churn", f"segments.{segment}.term"
    result = asked.result(plan)
    rows, about = list(asked.rows(result)), dict(result.manifest)
    yield "load from the file", milliseconds(lambda _: capacity.load(path))
    yield "with another headcount", milliseconds(lambda i: cases[i].resolved())
    yield "with another churn", milliseconds(lambda i: plan.with_({churn: f"{i + 1}%"}))
    yield "with another term", milliseconds(lambda i: plan.with_({term: i + 7}))
    yield "its name", milliseconds(lambda i: asked.key(cases[i], plan))
    yield "its schedule", milliseconds(lambda _: build_layout(plan))
    for trials in FUTURES:
        run = milliseconds(lambda _, n=trials: capacity.simulate(plan, trials=n), 3)
        yield f"{trials:,} futures, schedule included", run
    yield "its figures, of 1,000 futures", milliseconds(lambda _: list(asked.rows(result)))
    yield "its file", milliseconds(lambda i: folder.write(f"{i:064x}", {}, rows, about))


def main() -> None:
    base = page.ROOT / "scenarios" / "base.yaml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = dict(steps(base, "smb", folder / "small"))
        large = dict(steps(workload_l.write(ACCOUNTS, folder), "mid", folder / "large"))
    rows = [[step, small[step], large[step], ""] for step in small]
    head = ["step", "240 accounts", f"{ACCOUNTS:,} accounts", ""]
    text = f"{page.table(head, rows)}\n\nSmallest of the rounds; {page.machine()}."
    print(text)
    if "--write" in sys.argv:
        page.write(__file__, text)


if __name__ == "__main__":
    main()
