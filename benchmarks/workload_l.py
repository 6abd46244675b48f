"""Workload L: a million accounts, from the Parquet file to the result.

    python benchmarks/workload_l.py

200 named enterprise accounts and 100,000 small ones in terms of 12 months, all others on monthly
terms; 6 segments, 12 tasks, 4 roles, 36 months, 10,000 trials. Beside it the same with a tail of a
hundredth, which should cost the same but for the reading. One core: set OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from workloads import L

import capacity

ROWS = (1_000_000, 10_000)
TRIALS = 10_000
NAMES = ("enterprise", "mid", "self_a", "self_b", "self_c", "self_d")
MEAN_ARR = np.array([150_000, 6_000, 200, 200, 200, 200])


def write(rows: int, folder: Path) -> Path:
    """The plan and its accounts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    luck = np.random.default_rng(1)
    number = luck.permutation(rows)
    segment = np.where(number < 200, 0, np.where(number < rows // 10, 1, 2 + number % 4))
    age = luck.integers(1, 48, rows)
    starts = (np.datetime64("2027-01") - age).astype("datetime64[D]")
    columns = {
        "id": [f"account-{i:07d}" for i in number.tolist()],
        "segment": np.array(NAMES)[segment].tolist(),
        "arr": (MEAN_ARR[segment] * luck.lognormal(0, 0.6, rows)).round(2),
        "start": starts,
        "renewal": (starts.astype("datetime64[M]") + 12).astype("datetime64[D]"),
    }
    pq.write_table(pa.table(columns), folder / "accounts.parquet")
    path = folder / "workload.yaml"
    path.write_text(L, encoding="utf-8")
    return path


def main() -> None:
    for rows in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            path = write(rows, Path(folder))
            began = time.perf_counter()
            scenario = capacity.load(path)
            read = time.perf_counter()
            result = capacity.simulate(scenario, trials=TRIALS)
        seconds = time.perf_counter() - read
        arr, error = (f(result, "arr") for f in (_last_mean, _last_error))
        print(
            f"{rows:>9,} accounts: read {read - began:5.2f} s, simulate {seconds:5.2f} s, ", end=""
        )
        print(f"ARR {arr / 1e6:.1f}M ± {error / 1e6:.2f}M, peak {_peak():.0f} MB")
        del scenario, result


def _peak() -> float:
    """Most memory that the process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _last_mean(result: capacity.Result, metric: str) -> float:
    return float(result.mean(metric, period=result.periods[-1]))


def _last_error(result: capacity.Result, metric: str) -> float:
    return float(result.error(metric, period=result.periods[-1]))


if __name__ == "__main__":
    main()
