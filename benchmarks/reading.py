"""How long a book of a million accounts takes to read, from each kind of file, and a long plan.

    python benchmarks/reading.py

200 named enterprise accounts, 100,000 small ones in terms of 12 months, all others on monthly
terms, in 6 segments and in no order, as CSV and Parquet; the first 100,000 rows as Excel, too, whose
sheets end at 1,048,576 rows, and as the export of a program, with signs of dollars and American
dates. The long plan has 300 lines with 20 tasks and 5 changes. Every load runs in a process of its own, for its peak memory, and the
kinds take turns, so that a machine whose speed drifts drifts for all of them. Beside it stands what
a run adds for the accounts' luck: the key of each name.
"""

from __future__ import annotations

import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROWS = 1_000_000
ROWS_OF_EXCEL = ROWS_OF_EXPORT = 100_000
NAMED, SMALL = 200, 100_000
RUNS = 3
COLUMNS = ("id", "segment", "arr", "start", "renewal", "term")
SEGMENTS = {"enterprise": 24, "small": 12, "tail_a": 1, "tail_b": 1, "tail_c": 1, "tail_d": 1}
FILES = {"CSV": "book.csv", "Parquet": "book.parquet", "Excel": "book.xlsx", "Export": "export.csv"}
FORMATS = {"Export": ", format: salesforce"}
LONG_PLAN, LINES = "long.yaml", 300
PLAN = """\
name: A large book
horizon: {{start: 2027-02, months: 12}}
accounts: {{file: {file}{format}}}
segments: {{{segments}}}
tasks: {{call: {{role: csm, every: quarter, hours: 1h}}}}
team: {{csm: {{headcount: 2}}}}
"""


def book(luck: np.random.Generator) -> dict[str, list[object]]:
    """The columns of the accounts."""
    number = luck.permutation(ROWS)
    tail = 2 + number % (len(SEGMENTS) - 2)
    segment = np.where(number < NAMED, 0, np.where(number < NAMED + SMALL, 1, tail))
    starts = np.datetime64("2020-01-01") + luck.integers(0, 2000, ROWS)
    renewals = np.datetime64("2027-02-02") + luck.integers(0, 28, ROWS)
    columns = (
        [f"account-{i:07d}" for i in number.tolist()],
        np.array(list(SEGMENTS))[segment].tolist(),
        luck.lognormal(7, 1.5, ROWS).round(2).tolist(),
        starts.tolist(),
        renewals.tolist(),
        np.array(list(SEGMENTS.values()))[segment].tolist(),
    )
    return dict(zip(COLUMNS, columns, strict=True))


def write(folder: Path) -> None:
    """All files, and a plan for each."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from openpyxl import Workbook

    columns = book(np.random.default_rng(1))
    rows = list(zip(*columns.values(), strict=True))
    with (folder / FILES["CSV"]).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    pq.write_table(pa.table(columns), folder / FILES["Parquet"])
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Accounts")
    for row in (COLUMNS, *rows[:ROWS_OF_EXCEL]):
        sheet.append(row)
    workbook.save(folder / FILES["Excel"])
    with (folder / FILES["Export"]).open("w", encoding="utf-8", newline="") as file:
        titles = ("Account ID", "Segment", "ARR", "Customer Since", "Renewal Date", "Contract Term")
        exported = (as_exported(*row) for row in rows[:ROWS_OF_EXPORT])
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([titles, *exported])
    (folder / LONG_PLAN).write_text(long_plan(), encoding="utf-8")
    segments = ", ".join(f"{name}: {{churn: 10%, term: {t}}}" for name, t in SEGMENTS.items())
    for kind, name in FILES.items():
        text = PLAN.format(file=name, format=FORMATS.get(kind, ""), segments=segments)
        (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")


def as_exported(name, segment, arr, start, renewal, term) -> list[object]:
    """A row as a program exports it."""
    days = (f"{day.month}/{day.day}/{day.year}" for day in (start, renewal))
    return [name, segment, f"${arr:,.2f}", *days, term]


def long_plan() -> str:
    """A plan of 300 lines with 20 tasks and 5 changes."""
    lines = ["name: Long", "horizon: {start: 2027-02, months: 12}", "segments:"]
    lines += [
        f"  s{i}: {{accounts: 100, arr: 9k, churn: {{low: 3%, likely: 5%, high: 8%}}}}"
        for i in range(9)
    ]
    lines += [
        "team:",
        *(f"  r{i}: {{headcount: 9, salary: 90k, attrition: 12%}}" for i in range(5)),
        "tasks:",
    ]
    for i in range(20):
        lines += [
            f"  t{i}:",
            f"    role: r{i % 5}",
            "    every: {s0: month, default: quarter}",
            "    steps:",
        ]
        lines += [
            f"      step_{j}: {{low: 30m, likely: 1h, high: 2h, source: diary}}" for j in range(6)
        ]
        lines += ["    defer: 1 month", f"    priority: {i}" if i else "    priority: 1"]
    lines += ["changes:"]
    for i in range(5):
        lines += [
            f"  - name: change {i}",
            f"    set: {{tasks: {{t{i}: {{steps: {{step_1: 20m}}}}}}}}",
        ]
    lines += ["# " + "-" * 60] * (LINES - len(lines))
    return "\n".join(lines) + "\n"


def measure_plan(path: str) -> None:
    """Load the long plan, once for what is imported and then again."""
    from capacity.loading import load

    busy = []
    for _ in range(10):
        began = time.process_time()
        load(path)
        busy.append(time.process_time() - began)
    print(json.dumps({"first": busy[0], "again": min(busy[1:])}))


def measure(path: str) -> None:
    """Load one plan, and say what that took."""
    import capacity
    from capacity.loading import load
    from capacity.rng import keys

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, busy = time.perf_counter(), time.process_time()
    scenario = load(path)
    loaded, busy = time.perf_counter(), time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    keys(("account", name) for name in scenario.book.ids)
    found = {
        "accounts": len(scenario.book),
        "seconds": loaded - began,
        "cpu": busy,
        "keys": time.perf_counter() - loaded,
        "before": before / 1024,
        "peak": peak / 1024,
        "where": capacity.__file__,
    }
    print(json.dumps(found))


def in_a_process(verb: str, path: Path) -> str:
    """What this file prints, asked to `write` or to `measure`."""
    command = [sys.executable, __file__, verb, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_a_process("write", folder)  # a process inherits the peak of the one that starts it
        found = {kind: [] for kind in FILES}
        for _ in range(RUNS):
            for kind in FILES:
                found[kind].append(json.loads(in_a_process("measure", folder / f"{kind}.yaml")))
        long = json.loads(in_a_process("measure-plan", folder / LONG_PLAN))
        sizes = {kind: (folder / file).stat().st_size / 1e6 for kind, file in FILES.items()}
    print(f"capacity from {found['CSV'][0]['where']}, {RUNS} rounds")
    print(
        f"{'':8s} {'accounts':>9s} {'file MB':>8s} {'median s':>9s} {'min s':>6s} {'min CPU s':>10s} {'peak MB':>8s}"
    )
    for kind, runs in found.items():
        seconds = [run["seconds"] for run in runs]
        peak = max(run["peak"] for run in runs)
        print(
            f"{kind:8s} {runs[0]['accounts']:9,d} {sizes[kind]:8.1f} "
            f"{statistics.median(seconds):9.2f} {min(seconds):6.2f} "
            f"{min(run['cpu'] for run in runs):10.2f} {peak:8.0f}"
        )
    print(
        f"a plan of {LINES} lines: {1000 * long['again']:.0f} ms of CPU, "
        f"{1000 * long['first']:.0f} ms with what is imported for the first"
    )
    keys = min(run["keys"] for run in found["CSV"] + found["Parquet"])
    print(f"keys of {ROWS:,} accounts, once in a run: {keys:.2f} s")
    print(f"{found['CSV'][0]['before']:.0f} MB of the peak are Python and NumPy")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", path]:
            write(Path(path))
        case ["measure", path]:
            measure(path)
        case ["measure-plan", path]:
            measure_plan(path)
        case _:
            main()
