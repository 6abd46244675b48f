"""Plan Customer Success teams from the work itself: hours, people, coverage, churn, revenue.

Nothing is loaded before it is used, so that importing the library costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.comparison import Comparison, compare
    from capacity.errors import CapacityError, InputError, QuestionError
    from capacity.hiring.answer import HiringPlan
    from capacity.hiring.planning import plan
    from capacity.learning import calibrate
    from capacity.learning.answer import Calibration
    from capacity.loading import Scenario, load
    from capacity.result import Result
    from capacity.simulation import simulate
    from capacity.sweeping import sweep
    from capacity.value import roi
    from capacity.valuing.answer import Roi

_HOMES = {
    "Calibration": "capacity.learning.answer",
    "CapacityError": "capacity.errors",
    "Comparison": "capacity.comparison",
    "HiringPlan": "capacity.hiring.answer",
    "InputError": "capacity.errors",
    "QuestionError": "capacity.errors",
    "Result": "capacity.result",
    "Roi": "capacity.valuing.answer",
    "Scenario": "capacity.loading",
    "calibrate": "capacity.learning",
    "compare": "capacity.comparison",
    "load": "capacity.loading",
    "plan": "capacity.hiring.planning",
    "roi": "capacity.value",
    "simulate": "capacity.simulation",
    "sweep": "capacity.sweeping",
}

__all__ = [
    "Calibration",
    "CapacityError",
    "Comparison",
    "HiringPlan",
    "InputError",
    "QuestionError",
    "Result",
    "Roi",
    "Scenario",
    "calibrate",
    "compare",
    "load",
    "plan",
    "roi",
    "simulate",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'capacity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
