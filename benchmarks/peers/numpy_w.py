"""The demand of workload W in tuned NumPy: every step of every QBR drawn, over trials at once.

Tuned means: the fastest generator, whose 64 bits serve four uniform numbers of 16 bits (an hour in
steps of less than a second); single precision; chunks that stay in the cache; QBRs sorted by week,
so that a week is a slice; no selection. A symmetric triangular number is a mean of two uniform ones.

Left out: everything but demand and a constant churn: people, backlog, coverage, money.
"""

from __future__ import annotations

import numpy as np
from peers import book

COMPUTES = "every step drawn: demand, churn"
TRIALS = 5_000
CHUNK = 8
"""Trials at a time, so that their draws fit into the cache; a multiple of 2, for whole draws."""


def occurrences() -> tuple[np.ndarray, np.ndarray]:
    """Week of each QBR, sorted; and the account whose renewal it needs, or the one that is safe."""
    safe = len(book.RENEWALS)
    found = [(week, safe) for start in book.STARTS.tolist() for week in book.qbrs_after(start)]
    for account, renewal in enumerate(book.RENEWALS.tolist()):
        found += [(week, safe) for week in book.qbrs_until_renewal(renewal)]
        found += [(week, account) for week in book.qbrs_after(renewal)]
    weeks, needs = np.array(sorted(found)).T
    return weeks, needs


def triangular(
    luck: np.random.BitGenerator, number: int, of: int, low: float, high: float
) -> np.ndarray:
    """So many sums of that many symmetric triangular numbers, for each trial of a chunk."""
    size = 2 * of * CHUNK * number
    uniforms = luck.random_raw(size // 4).view(np.uint16).reshape(2 * of, CHUNK, number)
    found = uniforms.sum(axis=0, dtype=np.uint32).astype(np.float32)
    found *= (high - low) / 2**17
    found += of * low + of * (high - low) / 2**17  # each of the uniforms lies half a step higher
    return found


def due_by_week(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due, by trial and week."""
    bits = np.random.SFC64(seed)
    luck = np.random.Generator(bits)
    weeks, needs = occurrences()
    parts = np.sort([w for start in book.STARTS.tolist() for w in book.onboarding(start)])
    qbrs_from, parts_from = (np.searchsorted(of, np.arange(book.WEEKS)) for of in (weeks, parts))
    stays = np.ones((CHUNK, len(book.RENEWALS) + 1), dtype=np.float32)
    found = np.empty((trials, book.WEEKS), dtype=np.float32)
    for first in range(0, trials, CHUNK):
        draws = luck.random((CHUNK, len(book.RENEWALS)), dtype=np.float32)
        np.greater_equal(draws, book.CHURN, out=stays[:, :-1])
        hours = triangular(bits, len(weeks), book.STEPS, *book.STEP[:2])
        hours *= stays.take(needs, axis=1)
        sums = np.add.reduceat(hours, qbrs_from, axis=1)
        onboarding = triangular(bits, len(parts), 1, *book.PART[:2])
        sums += np.add.reduceat(onboarding, parts_from, axis=1)
        found[first : first + CHUNK] = sums[: trials - first]
    return found


def due_hours(trials: int, seed: int) -> np.ndarray:
    """Hours that fall due in the year, by trial."""
    return due_by_week(trials, seed).sum(axis=1, dtype=float)
