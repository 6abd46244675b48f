"""Statements about many histories of known truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_ERRORS = 3.3
"""Standard errors that a share may lie away from what is due; seeds are fixed."""


def nine_of_ten(hits: Sequence[bool] | np.ndarray) -> None:
    """Ranges hold the truth in 90 % of the replications, within binomial error."""
    error = np.sqrt(0.9 * 0.1 / len(hits))
    assert abs(np.mean(hits) - 0.9) < MOST_ERRORS * error, np.mean(hits)
