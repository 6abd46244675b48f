"""The libraries of the extra `learn`, loaded when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from capacity.errors import CapacityError


def statsmodels(module: str) -> Any:
    """A module of statsmodels.

    Raises
    ------
    CapacityError
        Where it is not installed.
    """
    try:
        return import_module(f"statsmodels.{module}")
    except ImportError:
        raise CapacityError(
            "learning from history: the package statsmodels is not installed. "
            'Run pip install "cs-capacity[learn]"'
        ) from None
