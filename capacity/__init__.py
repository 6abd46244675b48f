"""Plan Customer Success teams from the work itself: hours, people, coverage, churn, revenue.

Nothing is loaded before it is used, so that importing the library costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.backtesting.answer import Backtest
    from capacity.backtesting.testing import backtest
    from capacity.comparison import Comparison, compare
    from capacity.drivers.answer import Sensitivity
    from capacity.drivers.measuring import sensitivity
    from capacity.errors import CapacityError, InputError, QuestionError
    from capacity.hiring.answer import HiringPlan
    from capacity.hiring.planning import plan
    from capacity.learning import calibrate
    from capacity.learning.answer import Calibration
    from capacity.loading import Scenario, load
    from capacity.result import Result
    from capacity.simulation import simulate
    from capacity.storing.stored import StoredSweep
    from capacity.storing.sweep import sweep_into
    from capacity.sweeping import Grid, grid, sweep
    from capacity.value import roi
    from capacity.valuing.answer import Roi
    from capacity.workers import Workers

_HOMES = {
    "Backtest": "capacity.backtesting.answer",
    "Calibration": "capacity.learning.answer",
    "CapacityError": "capacity.errors",
    "Comparison": "capacity.comparison",
    "Grid": "capacity.sweeping",
    "HiringPlan": "capacity.hiring.answer",
    "InputError": "capacity.errors",
    "QuestionError": "capacity.errors",
    "Result": "capacity.result",
    "Roi": "capacity.valuing.answer",
    "Scenario": "capacity.loading",
    "Sensitivity": "capacity.drivers.answer",
    "StoredSweep": "capacity.storing.stored",
    "Workers": "capacity.workers",
    "backtest": "capacity.backtesting.testing",
    "calibrate": "capacity.learning",
    "compare": "capacity.comparison",
    "grid": "capacity.sweeping",
    "load": "capacity.loading",
    "plan": "capacity.hiring.planning",
    "roi": "capacity.value",
    "sensitivity": "capacity.drivers.measuring",
    "simulate": "capacity.simulation",
    "sweep": "capacity.sweeping",
    "sweep_into": "capacity.storing.sweep",
}

__all__ = [
    "Backtest",
    "Calibration",
    "CapacityError",
    "Comparison",
    "Grid",
    "HiringPlan",
    "InputError",
    "QuestionError",
    "Result",
    "Roi",
    "Scenario",
    "Sensitivity",
    "StoredSweep",
    "Workers",
    "backtest",
    "calibrate",
    "compare",
    "grid",
    "load",
    "plan",
    "roi",
    "sensitivity",
    "simulate",
    "sweep",
    "sweep_into",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        return import_module("importlib.metadata").version("cs-capacity")
    raise AttributeError(f"module 'capacity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
