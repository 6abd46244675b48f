"""The demand of workload W as counts: who is lost by the week of renewal, one normal for each week.

The number of QBRs in a week follows from binomial counts of lost accounts, and the hours of a week
from one normal with the mean and the variance of all its pieces. That is the least that can be drawn
for hours that differ, and the floor of every simulation of this workload.

Left out: everything but demand and a constant churn: people, backlog, coverage, money; and the shape
of the hours.
"""

from __future__ import annotations

import numpy as np
from peers import book

COMPUTES = "one normal a week: demand, churn"
TRIALS = 20_000
CHUNK = 500
"""Trials at a time, so that their draws fit into the cache."""


def counts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By week: QBRs with nobody lost, accounts whose term ends, weeks of onboarding."""
    qbrs = np.zeros(book.WEEKS)
    for renewal in book.RENEWALS.tolist():
        qbrs[renewal % book.QUARTER :: book.QUARTER] += 1
    parts = np.zeros(book.WEEKS)
    for start in book.STARTS.tolist():
        qbrs[start + book.QUARTER :: book.QUARTER] += 1
        parts[start : start + book.PARTS] += 1
    return qbrs, np.bincount(book.RENEWALS, minlength=book.WEEKS), parts


def variance(low: float, high: float) -> float:
    """Of a symmetric triangular number."""
    return (high - low) ** 2 / 24


def due_by_week(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due, by trial and week."""
    luck = np.random.Generator(np.random.SFC64(seed))
    qbrs, renewals, parts = counts()
    mean, spread = book.STEPS * book.STEP[2], book.STEPS * variance(*book.STEP[:2])
    part_hours, part_spread = parts * book.PART[2], parts * variance(*book.PART[:2])
    found = np.empty((trials, book.WEEKS))
    for first in range(0, trials, CHUNK):
        hours = found[first : first + CHUNK]
        lost = luck.binomial(renewals, book.CHURN, size=hours.shape)
        quarters = lost.reshape(len(lost), -1, book.QUARTER).cumsum(axis=1)
        due = np.broadcast_to(qbrs, hours.shape).copy()
        due[:, book.QUARTER :] -= quarters[:, :-1].reshape(len(lost), -1)
        luck.standard_normal(out=hours)
        hours *= np.sqrt(due * spread + part_spread)
        hours += due * mean + part_hours
    return found


def due_hours(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due in the year, by trial."""
    return due_by_week(trials, seed).sum(axis=1)
