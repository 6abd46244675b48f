"""The "Regular" customers of Fader & Hardie (2007): fitted to seven years, held against twelve.

A term of a month stands for their year, so that twelve renewals are a plan of twelve months.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import capacity

PLAN = """
name: regular customers
horizon: {start: 2027-01, months: 12}
segments:
  regular: {accounts: 1000, completed_terms: 0, term: 1, churn: {sbg: {alpha: 1, beta: 1}}}
tasks: {talk: {role: csm, fixed: 1 hour per month}}
team: {csm: {headcount: 1}}
"""
FITTED = (0.704077, 1.182043)
PROJECTED = [0.2201, 0.2044, 0.1912, 0.1799, 0.1700]
"""Years 8 to 12, from the fit to years 0 to 7."""


@pytest.fixture(scope="module")
def curve(data: Path) -> pd.DataFrame:
    return pd.read_csv(data / "worked_numbers" / "retention_regular.csv")


@pytest.fixture(scope="module")
def survival(scenario: Callable[..., capacity.Scenario]) -> Callable[..., np.ndarray]:
    """Shares that survive 0 … 12 renewals."""

    def run(alpha: float, beta: float, resolution: str = "account") -> np.ndarray:
        shapes = {"alpha": alpha, "beta": beta}
        settings = {f"segments.regular.churn.sbg.{key}": value for key, value in shapes.items()}
        plan = scenario(PLAN, set={**settings, "simulation.resolution": resolution})
        accounts = capacity.simulate(plan, trials=0).array("accounts")[:, 0]
        return np.append(1.0, accounts / 1000)

    return run


@pytest.mark.parametrize("resolution", ["account", "cohort"])
def test_years_beyond_the_fit_are_projected(
    curve: pd.DataFrame, survival: Callable[..., np.ndarray], resolution: str
) -> None:
    found = survival(*FITTED, resolution)
    assert found[8:] == pytest.approx(PROJECTED, abs=5e-5)
    assert found == pytest.approx(curve["percent_active"] / 100, abs=0.0065)


def test_the_published_shapes_are_the_likeliest(
    curve: pd.DataFrame, survival: Callable[..., np.ndarray]
) -> None:
    """The log-likelihood of a customer, of who left in which year and who stayed."""
    seen = curve.loc[curve["used_for_fit"] == 1, "percent_active"].to_numpy() / 100
    share = np.append(-np.diff(seen), seen[-1])

    def likelihood(alpha: float, beta: float) -> float:
        alive = survival(alpha, beta)[: len(seen)]
        return float(share @ np.log(np.append(-np.diff(alive), alive[-1])))

    best = likelihood(*FITTED)
    assert best == pytest.approx(-1.680265, abs=5e-7)
    around = [(0.69, 1.182), (0.72, 1.182), (0.704, 1.16), (0.704, 1.2), (0.75, 1.27), (0.65, 1.08)]
    assert max(likelihood(*shapes) for shapes in around) < best
