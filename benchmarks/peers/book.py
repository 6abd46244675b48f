"""The customers and the work of workload W in plain numbers, for peers that read no scenario.

The scenario itself is `workloads.W`. A term that ends in a week is decided after the work of that
week. Hours of a triangular step are written as Python's own generator takes them: low, high, mode.
"""

from __future__ import annotations

import numpy as np

WEEKS = 52
QUARTER = 13
"""Weeks from one QBR to the next."""
CHURN = 0.15
STEPS = 3
STEP = (0.5, 1.5, 1.0)
"""Hours of each step of a QBR."""
PARTS = 4
"""Weeks of an onboarding."""
PART = (1.25, 3.75, 2.5)
"""Hours of each of its weeks."""
SEATS = 10
HOURS = 40 * 0.75 * 0.85
"""Hours for customers that one seat has in a week."""

RENEWALS = np.arange(1_000) % WEEKS
"""For each account of the opening book the week in which its term ends; a QBR is due then, too."""
STARTS = np.arange(100) * WEEKS // 100
"""For each new account the week in which it starts."""


def qbrs_until_renewal(week: int) -> range:
    """Weeks in which an account whose term ends in a week has a QBR, whatever happens then."""
    return range(week % QUARTER, week + 1, QUARTER)


def qbrs_after(week: int) -> range:
    """Weeks with a QBR after a start, or after a renewal that was won."""
    return range(week + QUARTER, WEEKS, QUARTER)


def onboarding(week: int) -> range:
    """Weeks with a part of the onboarding of an account that starts in a week."""
    return range(week, min(week + PARTS, WEEKS))


def expected_hours() -> float:
    """Mean hours that fall due in the year, by hand."""
    before = sum(len(qbrs_until_renewal(week)) for week in RENEWALS.tolist())
    after = (1 - CHURN) * sum(len(qbrs_after(week)) for week in RENEWALS.tolist())
    new = sum(len(qbrs_after(week)) for week in STARTS.tolist())
    parts = sum(len(onboarding(week)) for week in STARTS.tolist())
    return STEPS * STEP[2] * (before + after + new) + PART[2] * parts
