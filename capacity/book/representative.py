"""A book from counts: the same every time, with the revenues, dates and ages of its segment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.book.accounts import COLUMNS, Book, sorted_book
from capacity.calendar import first_days, month_numbers
from capacity.estimates import Estimate
from capacity.scenario.document import Plan
from capacity.scenario.segment import MOST_TERMS, Segment

_GOLDEN = 0.6180339887


def representative_book(plan: Plan) -> Book:
    """The accounts of all segments that are given by a count.

    Revenues lie at the quantiles (i + ½)/N, rescaled to the mean of their distribution, largest
    first; terms are dealt to the coming months back and forth, so that every month holds its part
    of revenue; ages follow the segment's own retention.
    """
    start = int(month_numbers(np.array([plan.horizon.periods.begin]))[0])
    parts = [
        _segment_book(i, name, segment, start)
        for i, (name, segment) in enumerate(plan.segments.items())
        if segment.accounts
    ]
    ids = [id_ for part in parts for id_ in part.ids]
    if not parts:
        return _empty()
    columns: dict[str, Any] = {c: np.concatenate([getattr(p, c) for p in parts]) for c in COLUMNS}
    return sorted_book(replace(_empty(), ids=ids, **columns))


def _empty() -> Book:
    whole, real, day = np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, "datetime64[D]")
    return Book([], whole, real, day, day, whole, whole, whole, real, real)


def _segment_book(index: int, name: str, segment: Segment, start: int) -> Book:
    count = segment.accounts or 0
    i = np.arange(count)
    renewal = start + dealt_months(count, segment.term) + 1
    completed = (
        completed_terms(segment, count)
        if segment.completed_terms is None
        else np.full(count, segment.completed_terms)
    )
    unknown = np.full(count, np.nan)
    return Book(
        ids=[f"{name} {n + 1}" for n in i],
        segment=np.full(count, index),
        arr=revenues(segment.arr, count) if segment.arr else np.zeros(count),
        starts=first_days(renewal - (completed + 1) * segment.term),
        renewal=first_days(renewal),
        renews_on=np.ones(count, dtype=np.int64),
        term=np.full(count, segment.term),
        completed=completed,
        churn=unknown,
        complexity=unknown,
    )


def revenues(arr: Estimate, count: int) -> FloatArray:
    """Revenues of N accounts, largest first, with exactly the mean of their distribution."""
    values = arr.quantile((np.arange(count)[::-1] + 0.5) / count)
    total = values.sum()
    return values * (arr.mean * count / total) if total > 0 else values


def dealt_months(count: int, term: int) -> IntArray:
    """Months until each term's last: 0 … term−1, then term−1 … 0, and so on."""
    turn, place = np.divmod(np.arange(count), term)
    return np.where(turn % 2 == 0, place, term - 1 - place)


def completed_terms(segment: Segment, count: int) -> IntArray:
    """Renewals behind each account, spread as the segment's own retention leaves them.

    Account i has completed the smallest n for which Σ_{m≤n} S_m exceeds u_i · Σ_{m≤20} S_m, with
    S_m the survival of m renewals at mean inputs and u_i = frac((i + ½) · 0.618…).
    """
    kept = [1.0]
    for behind in range(MOST_TERMS):
        kept.append(kept[-1] * segment.renewing(behind))
    reached = np.cumsum(kept)
    u = (np.arange(count) + 0.5) * _GOLDEN % 1
    return np.searchsorted(reached, u * reached[-1], side="right")
