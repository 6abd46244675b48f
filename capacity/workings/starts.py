"""Start cohorts: the years in which today's accounts began, and the periods of the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import IntArray
from capacity.loading import Scenario
from capacity.periods import Periods

_MOST = 24
"""Start cohorts within a plan; of longer plans they are quarters or years."""
_MOST_YEARS = 10
"""Years of today's accounts that are told apart; what began before is one."""
_EPOCH = 1970
"""Year from which NumPy counts."""
TOGETHER = "together"
"""Today's accounts whose years are not told apart."""


@dataclass(frozen=True)
class StartCohorts:
    """Accounts by when they began.

    Attributes
    ----------
    earlier
        Names of the cohorts of today's accounts: `TOGETHER`, then years.
    of_account
        Index into them of each account of the book.
    later
        Names of the cohorts that begin within the plan.
    of_period
        Index into them of each period.
    """

    earlier: tuple[str, ...]
    of_account: IntArray
    later: tuple[str, ...]
    of_period: IntArray


def start_cohorts(scenario: Scenario) -> StartCohorts:
    """The start cohorts of a plan."""
    earlier, of_account = _earlier(scenario)
    later, of_period = _later(scenario.plan.horizon.periods)
    return StartCohorts(earlier, of_account, later, of_period)


def _earlier(scenario: Scenario) -> tuple[tuple[str, ...], IntArray]:
    """Years of today's accounts, as far as they are known and say nothing about who is lost.

    A book from a count has no true starts. Where churn follows from the renewals behind an
    account, or is its own, accounts that are counted together are not lost alike.
    """
    book, segments = scenario.book, list(scenario.plan.segments.values())
    own = np.bincount(book.segment[np.isfinite(book.churn)], minlength=len(segments)) > 0
    told = np.array([s.accounts is None and s.sbg is None and len(s.yearly_churn) == 1
                     for s in segments]) & ~own  # fmt: skip
    known = told[book.segment] & (book.starts <= scenario.plan.horizon.periods.begin)
    years = book.starts[known].astype("datetime64[Y]").astype(np.int64) + _EPOCH
    first = int(years.max(initial=0)) - _MOST_YEARS + 1
    found, of_known = np.unique(np.maximum(years, first), return_inverse=True)
    of_account = np.zeros(len(book), dtype=np.int64)
    of_account[known] = of_known + 1
    names = [str(year) for year in found.tolist()]
    if (years < first).any():
        names[0] = f"{names[0]} or before"
    return (TOGETHER, *names), of_account


def _later(periods: Periods) -> tuple[tuple[str, ...], IntArray]:
    """Start cohorts within a plan, and the one of each period."""
    for span in periods.spans:
        labels = periods.labels_by(span)
        names = tuple(dict.fromkeys(labels))
        if len(names) <= _MOST:
            break
    return names, np.array([names.index(label) for label in labels])
