"""The engine against the plain simulation: means and quantiles of everything, scenario by scenario.

Every number is looked at with an error that random chance seldom passes. With tens of thousands
of numbers it passes some all the same; those are looked at again with fresh luck on both sides,
and only what is off twice, to the same side, is a disagreement.

AGREEMENT_EFFORT=10 in the environment runs ten times the trials.
"""

from __future__ import annotations

import copy
import csv
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml
from generate import SCENARIOS, generate, is_quiet
from plain_calendar import read_calendar
from plain_simulation import Key, simulate_plainly

EFFORT = float(os.environ.get("AGREEMENT_EFFORT", "1"))
ENGINE_TRIALS = round(4000 * EFFORT)
STANDARD_ERRORS = 4.0
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
SHOWN = 40
FEW = 30
"""Below so many defined values nothing can be said about a mean or a quantile."""

Columns = dict[Key, dict[str, float]]


class Finding(NamedTuple):
    """One number on which the two sides differ."""

    key: Key
    statistic: str
    side: int
    text: str


def plain_trials(number: int, scenario: dict[str, Any]) -> int:
    """Fewer trials for long horizons, which take longer, and where little is left to chance."""
    few = is_quiet(number) or read_calendar(scenario["horizon"]).periods >= 24
    return round((120 if few else 200) * EFFORT)


def write(scenario: dict[str, Any], rows: list[dict[str, Any]] | None, folder: Path) -> Path:
    """The scenario as files."""
    path, scenario = folder / "scenario.yaml", copy.deepcopy(scenario)
    for name, role in scenario["team"].items():
        if "people" in role:
            write_rows(role["people"], folder / f"{name}.csv")
            role["people"] = f"{name}.csv"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    if rows:
        write_rows(rows, folder / "accounts.csv")
    return path


def write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    """Rows as a CSV file."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=columns)
        writer.writeheader()
        writer.writerows(rows)


def engine(path: Path, seed: int) -> Columns:
    """The rows of the engine's table under their keys."""
    import capacity

    result = capacity.simulate(capacity.load(path), trials=ENGINE_TRIALS, seed=seed)
    table = result.table()
    return {
        (row["metric"], row["period"], row["segment"], row["role"], row["task"]): row
        for row in table.to_dict("records")
        if row["pool"] == ""
    }


def compare(plain: dict[Key, np.ndarray], rows: Columns) -> Iterator[Finding]:
    """All numbers that are further apart than luck explains."""
    for key, values in plain.items():
        row = rows.get(key)
        if row is None:
            if np.nansum(np.abs(values)) > 0:
                yield Finding(key, "row", 1, f"{name(key)}: missing in the table")
            continue
        defined = values[~np.isnan(values)]
        trials = ENGINE_TRIALS * len(defined) / len(values)
        if len(defined) >= FEW:
            yield from compare_mean(key, defined, row, trials)
            yield from compare_quantiles(key, defined, row, trials)


def compare_mean(
    key: Key, values: np.ndarray, row: dict[str, float], trials: float
) -> Iterator[Finding]:
    """The mean, by its standard error.

    The engine's own standard error is smaller than sd/√n (its inputs are stratified) but rests on
    few blocks; sd/√n errs on the safe side. Where an event is rare, the larger sd of the two is the
    one that has seen it.
    """
    if not np.isfinite(values).all() or not math.isfinite(row["mean"]):
        return
    mean, sd = float(values.mean()), max(float(values.std()), row["sd"])
    error = sd * math.sqrt(1 / len(values) + 1 / trials)
    off = row["mean"] - mean
    if abs(off) > STANDARD_ERRORS * error + tiny(mean):
        text = (
            f"{name(key)}: mean {row['mean']:.6g} in the engine, {mean:.6g} in the plain simulation"
            f" ({off / error if error else math.inf:+.1f} standard errors of {error:.3g})"
        )
        yield Finding(key, "mean", 1 if off > 0 else -1, text)


def compare_quantiles(
    key: Key, values: np.ndarray, row: dict[str, float], trials: float
) -> Iterator[Finding]:
    """The share of plain trials below the engine's quantile; atoms may fall on either side."""
    for column, q in QUANTILES.items():
        quantile = row[column]
        if not math.isfinite(quantile):
            continue
        below = float((values < quantile - tiny(quantile)).mean())
        up_to = float((values <= quantile + tiny(quantile)).mean())
        error = math.sqrt(q * (1 - q) * (1 / len(values) + 1 / trials))
        allowed = STANDARD_ERRORS * error + 1 / len(values)
        if below > q + allowed or up_to < q - allowed:
            text = (
                f"{name(key)}: {column} is {quantile:.6g} in the engine; of the plain trials"
                f" {below:.1%} are below and {up_to:.1%} not above it (standard error {error:.1%})"
            )
            yield Finding(key, column, 1 if below > q else -1, text)


def name(key: Key) -> str:
    """A key as one reads it."""
    metric, period, segment, role, task = key
    keys = {"period": period, "segment": segment, "role": role, "task": task}
    return " ".join([metric, *(f"{k}={v}" for k, v in keys.items() if v)])


def tiny(size: float) -> float:
    """What two ways of inverting a distribution may differ by."""
    return 2e-6 * abs(size) + 1e-9


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_engine_and_plain_simulation_agree(number: int, tmp_path: Path) -> None:
    scenario, rows = generate(number)
    path, trials = write(scenario, rows, tmp_path), plain_trials(number, scenario)
    first = list(compare(simulate_plainly(scenario, rows, trials, 1), engine(path, seed=1)))
    if not first:
        return
    fresh = compare(simulate_plainly(scenario, rows, 2 * trials, 2), engine(path, seed=2))
    again = {(finding.key, finding.statistic, finding.side): finding.text for finding in fresh}
    off = [
        again[f.key, f.statistic, f.side] for f in first if (f.key, f.statistic, f.side) in again
    ]
    assert not off, f"scenario {number}: {len(off)} differ\n" + "\n".join(off[:SHOWN])
