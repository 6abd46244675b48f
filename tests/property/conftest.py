"""Random plans bring the text of their rosters along."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

import capacity


@pytest.fixture(scope="session")
def scenario(scenario: Callable[..., capacity.Scenario]) -> Callable[..., capacity.Scenario]:
    """Load a plan, in which `people` and `accounts` are the text of the file."""

    def load(plan: dict[str, Any]) -> capacity.Scenario:
        plan, files = copy.deepcopy(plan), {}
        if "accounts" in plan:
            files["book"], plan["accounts"] = plan["accounts"], {"file": "book.csv"}
        for name, role in plan["team"].items():
            if "people" in role:
                files[name], role["people"] = role["people"], f"{name}.csv"
        return scenario(plan, **files)

    return load
