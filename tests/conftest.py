"""What all tests share: scenarios from text, and statements about means and variances."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

import capacity

_BLOCK = 100
"""Trials within a block depend on each other; blocks do not."""
_MOST_ERRORS = 4.0
"""Standard errors that a true mean may lie away from its estimate; seeds are fixed."""


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., capacity.Scenario]:
    """Load a scenario from YAML text or a mapping; other texts become CSV files beside it."""

    def load(
        plan: str | Mapping[str, object],
        set: Mapping[str, object] | None = None,  # noqa: A002 - as `capacity.load` has it
        **files: str,
    ) -> capacity.Scenario:
        folder = tmp_path_factory.mktemp("plan")
        text = (
            textwrap.dedent(plan)
            if isinstance(plan, str)
            else yaml.safe_dump(dict(plan), sort_keys=False)
        )
        path = Path(folder, "plan.yaml")
        path.write_text(text, encoding="utf-8")
        for name, content in files.items():
            Path(folder, f"{name}.csv").write_text(textwrap.dedent(content), encoding="utf-8")
        return capacity.load(path, set)

    return load


@pytest.fixture(scope="session")
def mean_is() -> Callable[..., None]:
    """Assert that values of independent blocks of trials have a mean, within its error."""

    def check(values: np.ndarray, expected: float) -> None:
        of_blocks = np.asarray(values, dtype=float).reshape(-1, _BLOCK).mean(axis=1)
        error = of_blocks.std(ddof=1) / np.sqrt(len(of_blocks))
        off = of_blocks.mean() - expected
        text = f"mean {of_blocks.mean():.6g} is {off / error:+.1f} errors from {expected:.6g}"
        assert abs(off) < _MOST_ERRORS * error, text

    return check


@pytest.fixture(scope="session")
def moments_are(mean_is: Callable[..., None]) -> Callable[..., None]:
    """Assert that trials have a mean and a variance, each within its error."""

    def check(values: np.ndarray, mean: float, variance: float) -> None:
        values = np.asarray(values, dtype=float).ravel()
        mean_is(values, mean)
        mean_is((values - mean) ** 2, variance)

    return check
