"""How long seats stay open until somebody starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.learning.families import FAMILIES, Fit, Observed, fitted

ALL = "all roles"
"""Whose searches stand in for a role that has too few of its own."""
_FEWEST, _FEWEST_KINDS = 5, 3


@dataclass(frozen=True)
class Search:
    """How long seats stayed open.

    Attributes
    ----------
    filled, still_open
        Seats that were filled, and those that were not yet.
    fit
        The family of lowest AIC; None where too few were filled.
    months
        Of those that were filled.
    """

    filled: int
    still_open: int
    fit: Fit | None
    months: tuple[float, ...]


def search_of(filled: FloatArray, still_open: FloatArray) -> Search:
    """The fit of searches, of which some are not over."""
    fit = None
    if len(filled) >= _FEWEST and len(np.unique(filled)) >= _FEWEST_KINDS:
        data = Observed(filled, longer=still_open)
        fit = min((fitted(family, data) for family in FAMILIES), key=lambda one: one.aic)
    return Search(len(filled), len(still_open), fit, tuple(np.sort(filled).tolist()))
