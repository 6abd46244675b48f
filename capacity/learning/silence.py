"""Whether a log is silent before the day of its export for longer than its own pace allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capacity.calendar import DateArray
from capacity.learning.log import Log

_ODD = 7.0
"""Dates that are lacking; at a steady pace chance lacks so many once in 1,000 logs (e⁻⁷)."""


def silence(log: Log, *days: DateArray) -> Iterator[str]:
    """A doubt about the day of the export, where it lies far behind all that the log tells.

    No clock is asked: whether that day has come by now says nothing of a log.

    Parameters
    ----------
    days
        When something began or ended; days on which more than one thing did count once.
    """
    if log.how.as_of is None:
        return
    until = np.datetime64(log.how.as_of)
    known = np.unique(np.concatenate([d[~np.isnat(d) & (d <= until)] for d in days]))
    if len(known) < 2:
        return  # a pace takes two dates
    quiet, span = (int((b - a).astype(int)) for a, b in ((known[-1], until), known[[0, -1]]))
    lacking = quiet * (len(known) - 1) / span
    if lacking > _ODD:
        yield (
            f"{log.path.name}: nothing is dated in the {quiet:,} days before --as-of {until}; at "
            f"its pace so far the log has {lacking:,.0f} dates in as many. Who has no end counts "
            "as there all that time: is it the day of the export?"
        )
