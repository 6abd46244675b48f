"""Build the uncertain plan, and read all numbers of a result by name and key."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from uncertain_plan import PLAN, csv, rows

import capacity

KEYS = ("segment", "role", "pool", "task")


@pytest.fixture(scope="session")
def world(scenario) -> Callable[..., capacity.Scenario]:
    """The plan, with other rows of accounts, settings or text where they are given."""

    def build(lines=None, set=None, text=PLAN):  # noqa: A002 - as `capacity.load` has it
        return scenario(text, set=set, book=csv(rows() if lines is None else lines))

    return build


@pytest.fixture(scope="session")
def everything() -> Callable[[capacity.Result], dict[tuple[str, ...], np.ndarray]]:
    """Values in every trial of all metrics, by metric, segment, role, pool and task."""

    def read(result: capacity.Result) -> dict[tuple[str, ...], np.ndarray]:
        table = result.table()[["metric", *KEYS]].drop_duplicates()
        found = {}
        for name, *key in table.itertuples(index=False):
            found[name, *key] = result.array(name, **dict(zip(KEYS, key, strict=True)))
        return found

    return read


@pytest.fixture(scope="session")
def same() -> Callable[..., None]:
    """Assert that two readings of everything agree to the bit, wherever a key is in both."""

    def check(a, b, without=lambda _key: False) -> int:
        shared = [key for key in a if key in b and not without(key)]
        for key in shared:
            assert np.array_equal(a[key], b[key], equal_nan=True), key
        return len(shared)

    return check
