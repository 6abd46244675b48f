"""Frozen numbers. They are not true in themselves: they are what the program said when they were
frozen, so that luck does not change in silence.

Where a change is meant to change the luck (another order of draws, another stream), say so in the
change and copy the numbers that the failure prints. Where it is not, this found a mistake.
"""

from __future__ import annotations

from pathlib import Path
from pprint import pformat

import pytest

import capacity

HERE = Path(__file__).resolve().parent
PLAN = HERE / "frozen_plan.yaml"
SEED_EXAMPLE = HERE.parents[1] / "scenarios" / "seed_example.yaml"
TOLERANCE = 1e-9
"""Relative: two machines differ in the last digits of sums, luck in the first."""

Key = tuple[str, str, str]
"""Metric, key as `name=value` or nothing, and period."""

EXPECTED: dict[Key, float] = {
    ("due_hours", "role=csm", ""): 1964.57031213,
    ("done_hours", "role=csm task=review", ""): 956.238011476,
    ("dropped_hours", "role=csm", ""): 20.5866004408,
    ("cancelled_hours", "role=csm", ""): 5.27555177424,
    ("backlog_hours", "role=csm", "2027-06"): 78.2426974803,
    ("coverage", "role=csm", "2027-12"): 1,
    ("required_fte", "role=csm", "2027-03"): 1.74878464833,
    ("utilization", "role=csm", "2027-02"): 0.85,
    ("ramped_fte", "role=csm", "2027-12"): 2.38472940749,
    ("vacancies", "role=csm", "2027-09"): 0.329527814018,
    ("accounts", "segment=small", "2027-12"): 73.5164656769,
    ("new_accounts", "segment=large", ""): 6,
    ("churned_arr", "segment=large", ""): 136654.53831,
    ("expansion_arr", "", ""): 180823.948747,
    ("contraction_arr", "", ""): 44215.9488575,
    ("arr", "", "2027-12"): 2556117.77729,
    ("revenue", "", ""): 2216834.63115,
    ("team_cost", "", ""): 328092.737796,
    ("grr", "", ""): 0.877302736691,
    ("nrr", "segment=large", ""): 0.976735065055,
}
"""Without luck (`trials=0`): moves where the model moves, not where only luck does."""

FUTURES: dict[Key, float] = {
    ("due_hours", "role=csm", ""): 1969.96457021,
    ("done_hours", "role=csm task=review", ""): 811.455277126,
    ("dropped_hours", "role=csm", ""): 161.810712666,
    ("cancelled_hours", "role=csm", ""): 4.677884525,
    ("backlog_hours", "role=csm", "2027-06"): 39.639635183,
    ("coverage", "role=csm", "2027-12"): 0.931634629393,
    ("required_fte", "role=csm", "2027-03"): 1.78775268423,
    ("utilization", "role=csm", "2027-02"): 0.832790331956,
    ("ramped_fte", "role=csm", "2027-12"): 2.426,
    ("vacancies", "role=csm", "2027-09"): 0.33,
    ("accounts", "segment=small", "2027-12"): 73.79,
    ("new_accounts", "segment=large", ""): 5.88,
    ("churned_arr", "segment=large", ""): 147585.897129,
    ("expansion_arr", "", ""): 178442.244746,
    ("contraction_arr", "", ""): 43660.2213688,
    ("arr", "", "2027-12"): 2539552.75742,
    ("revenue", "", ""): 2200891.86109,
    ("team_cost", "", ""): 328456.111111,
    ("grr", "", ""): 0.871698328893,
    ("nrr", "segment=large", ""): 0.968670299456,
}
"""Means of 300 futures, seed 1."""

SEED_EXAMPLE_FUTURES: dict[Key, float] = {
    ("due_hours", "role=csm", ""): 1200,
    ("due_hours", "role=csm task=qbr", "2027-02"): 102,
    ("required_fte", "role=csm", "2027-02"): 0.6375,
    ("capacity_hours", "role=csm", "2027-01"): 168,
    ("utilization", "role=csm", ""): 0.574712643678,
}
"""scenarios/seed_example.yaml, 300 futures, seed 1."""


def means(path: Path, trials: int, keys: dict[Key, float]) -> dict[Key, float]:
    """What the program says today."""
    result = capacity.simulate(capacity.load(path), trials=trials, seed=1)
    return {
        (metric, of, period): result.mean(
            metric, period=period, **dict(pair.split("=") for pair in of.split())
        )
        for metric, of, period in keys
    }


@pytest.mark.parametrize(
    ("path", "trials", "frozen"),
    [(PLAN, 0, EXPECTED), (PLAN, 300, FUTURES), (SEED_EXAMPLE, 300, SEED_EXAMPLE_FUTURES)],
    ids=["expected values", "futures", "seed example"],
)
def test_frozen_means_have_not_moved(path: Path, trials: int, frozen: dict[Key, float]) -> None:
    found = means(path, trials, frozen)
    rounded = {key: float(f"{value:.12g}") for key, value in found.items()}
    assert found == pytest.approx(frozen, rel=TOLERANCE), f"today:\n{pformat(rounded)}"


def test_another_seed_is_another_luck() -> None:
    """That the numbers above are luck at all, and would move with it."""
    result = capacity.simulate(capacity.load(PLAN), trials=300, seed=2)
    arr = result.mean("churned_arr", period="", segment="large")
    assert arr != pytest.approx(FUTURES["churned_arr", "segment=large", ""], rel=1e-4)
