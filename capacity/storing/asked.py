"""What is asked of every scenario of a sweep, and by which name its answer is kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from capacity.loading import Scenario
from capacity.precision import goal_of, rows_of
from capacity.result import Result
from capacity.rng import BLOCK, Luck
from capacity.simulation import LuckOf, simulate, simulate_next
from capacity.storing.cases import Case
from capacity.sweeping import figures_of, rows_for

ALL = "all"
"""All rows of the table of a run, in place of some figures."""
_FORM = 1
"""Form of the files; another one, and all are computed again."""


@dataclass(frozen=True)
class Asked:
    """What is computed of every scenario.

    Attributes
    ----------
    metrics
        Names of figures, None for the headline, or `ALL`.
    trials, seed, precision, metric
        As for `capacity.simulate`.
    """

    metrics: Sequence[str] | str | None = None
    trials: int | None = None
    seed: int | None = None
    precision: float | None = None
    metric: str | None = None

    def __post_init__(self) -> None:
        if self.metrics != ALL:
            figures_of(self.metrics)  # a text that is no name is told before any work is spent

    def result(self, scenario: Scenario, luck: LuckOf = Luck) -> Result:
        """The answer of one scenario."""
        return simulate_next(
            luck,
            scenario,
            trials=self.trials,
            seed=self.seed,
            precision=self.precision,
            metric=self.metric,
        )

    def rows(self, result: Result) -> Iterator[Mapping[str, Any]]:
        """The part of it that is kept."""
        if self.metrics == ALL:
            return result.rows()
        return rows_for(result, figures_of(self.metrics))

    def try_on(self, scenario: Scenario) -> None:
        """Make sure, at expected values, that a scenario has an answer.

        Raises
        ------
        CapacityError
            Where it has none, as where it does not know a figure.
        """
        goal = goal_of(scenario.plan.simulation, self.trials, self.precision, self.metric)
        found = simulate(scenario, trials=0)
        if goal and goal.figure:
            rows_of(found, goal.figure)
        list(self.rows(found))

    def key(self, case: Case, resolved: Scenario) -> str:
        """SHA-256 of everything that the file of a scenario depends on.

        That is what its files say after all changes, the content of the data that they name, what
        is asked, the values that stand beside the rows, and the version of the library. Where the
        files lie does not matter, nor how a plan is put together.
        """
        said = {
            "form": [_FORM, BLOCK, version("cs-capacity")],
            "scenario": case.plan.name,
            "chosen": sorted(case.chosen.items()),
            "resolved": resolved.marked.data,
            "data": sorted(_data(resolved)),
            "asked": [getattr(self, field.name) for field in fields(self)],
        }
        return hashlib.sha256(json.dumps(said, default=repr).encode()).hexdigest()


def _data(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of accounts, people, observations and formats, seen from the scenario."""
    folder = Path(scenario.marked.file).parent
    for name, sha in scenario.files.items():
        if name not in scenario.written.files:
            yield os.path.relpath(name, folder), sha
