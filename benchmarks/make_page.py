"""The page of benchmarks: measured, drawn and written by one command.

    python -m pip install -e ".[bench]"
    python benchmarks/make_page.py [--only-write]

Takes some minutes of one core, on a machine with nothing else to do. It runs `speed.py`, whose
times are added to `benchmarks/history`, then `workload_w.py` beside its peers, `growth.py` with
its picture, `sweeping.py` and `trials_saved.py`, and fills the places of
`docs/about/benchmarks.md`. `--only-write` writes the times that are there. Ends with 1 where a workload takes a quarter longer than at its best so far on a
machine of that kind, in units of the floor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import page

HERE = Path(__file__).parent
HISTORY = HERE / "history"
SHOWN = 12
"""Runs that the page shows."""
SLOWER = 1.25
NONE = "Not measured yet."
FLOOR = "test_floor"
NAMES = {
    FLOOR: "floor of A",
    "test_workload_a": "A",
    "test_workload_w": "W",
    "test_base_plan": "base plan",
    "test_sweep": "sweep of 10",
    "test_workload_l_read": "L, read",
    "test_workload_l": "L",
}

Run = dict[str, Any]


def measure() -> None:
    """Run `speed.py` and keep its times."""
    alone = ["-p", "no:xdist", "-o", "addopts=", "-o", "filterwarnings="]
    kept = ["--benchmark-autosave", f"--benchmark-storage=file://{HISTORY}"]
    clock = "--benchmark-timer=time.process_time"
    call("-m", "pytest", "-q", *alone, *kept, clock, str(HERE / "speed.py"))


def call(*command: str) -> None:
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, *command], check=True, cwd=page.ROOT, env=one_core)


def history() -> list[Run]:
    """All runs that were kept, the oldest first."""
    found = [json.loads(path.read_text("utf-8")) for path in HISTORY.rglob("*.json")]
    return sorted(found, key=lambda run: run["datetime"])


def seconds(run: Run) -> dict[str, float]:
    """Processor seconds of each workload, the smallest of the rounds."""
    return {one["name"]: one["stats"]["min"] for one in run["benchmarks"]}


def floors(run: Run) -> dict[str, float]:
    """The same in units of the floor."""
    found = seconds(run)
    return {name: found[name] / found[FLOOR] for name in NAMES if name in found}


def machine(run: Run) -> tuple[str, str]:
    """What a run can be compared on: processor and Python."""
    about = run["machine_info"]
    return about["cpu"].get("brand_raw", ""), about["python_version"]


def slower(runs: list[Run]) -> list[str]:
    """Workloads that take longer in the last run than in the best one like it."""
    last = runs[-1]
    like = [floors(run) for run in runs if machine(run) == machine(last)]
    found = []
    for name, now in floors(last).items():
        best = min(run[name] for run in like if name in run)
        if now > SLOWER * best:
            found.append(f"{NAMES[name]}: {now:.1f} floors, {best:.1f} at its best")
    return found


def now(run: Run) -> str:
    """The last run as a table."""
    times, ratios = seconds(run), floors(run)
    rows = []
    for name, title in NAMES.items():
        peak = next(one["extra_info"] for one in run["benchmarks"] if one["name"] == name)
        memory = f"{peak['peak_mb']:,} MB" if peak else ""
        rows.append([title, f"{times[name]:.3f}", f"{ratios[name]:.1f}", memory])
    table = page.table(["workload", "processor seconds", "floors", "peak memory"], rows)
    return f"{table}\n\nSmallest of three rounds; {said(run)}."


def said(run: Run) -> str:
    about, versions = run["machine_info"], run["machine_info"]["versions"]
    packages = ", ".join(f"{name} {number}" for name, number in versions.items())
    cpu = about["cpu"].get("brand_raw", about["machine"])
    return (
        f"{run['datetime'][:10]}, one core of {cpu}, Python {about['python_version']}, {packages}"
    )


def then(runs: list[Run]) -> str:
    """All runs, the last first: seconds, and for A its floors."""
    rows = []
    for run in reversed(runs[-SHOWN:]):
        times = seconds(run)
        each = [f"{times[name]:.2f}" if name in times else "" for name in NAMES]
        ratio = f"{floors(run)['test_workload_a']:.1f}"
        rows.append([run["datetime"][:10], *each, ratio, run["commit_info"]["id"][:8]])
    return page.table(["run", *NAMES.values(), "A in floors", "commit"], rows)


def main() -> int:
    if "--only-write" not in sys.argv:
        measure()
        call(str(HERE / "workload_w.py"), "--write")
        call(str(HERE / "growth.py"), "--write")
        call(str(HERE / "sweeping.py"), "--write")
        call(str(HERE / "trials_saved.py"), "--write")
    runs = history()
    if not runs:
        for place in ("now", "then"):
            page.write(f"make_page.py: {place}", NONE)
        return 0
    page.write("make_page.py: now", now(runs[-1]))
    page.write("make_page.py: then", then(runs))
    found = slower(runs)
    for line in found:
        print(f"slower: {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
