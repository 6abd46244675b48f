"""Expansion and contraction from revenues that were noted at several dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from capacity import units
from capacity.arrays import FloatArray, IntArray
from capacity.learning.log import Log
from capacity.learning.posterior import FEW
from capacity.units import DAYS_PER_YEAR


@dataclass(frozen=True)
class Growth:
    """What accounts that stayed added or cut, of a segment.

    Attributes
    ----------
    accounts, pairs
        Accounts, and pairs of dates that follow each other.
    years
        Mean length of such a pair, by revenue.
    expansion, contraction
        Mean and standard error, a year.
    """

    accounts: int
    pairs: int
    years: float
    expansion: tuple[float, float]
    contraction: tuple[float, float]

    @property
    def changes(self) -> dict[str, tuple[float, float]]:
        """Both changes by name."""
        return {"expansion": self.expansion, "contraction": self.contraction}

    @property
    def tells(self) -> bool:
        """Whether the accounts are enough to learn from."""
        return self.accounts >= FEW


def read_growth(log: Log, segment_of: Mapping[str, str]) -> dict[str, Growth]:
    """Growth by segment.

    Parameters
    ----------
    log
        With columns account, date and arr, and the segment where nothing else knows it.
    segment_of
        Segments of the accounts, by the history.
    """
    accounts, days = log.names("account"), log.days("date")
    arr = log.numbers("arr", units.MONEY)
    log.reject_repeated(["account", "date"])
    if "segment" in log:
        segments = log.names("segment", renamed=True)
    else:
        segments = np.array([segment_of.get(name, "") for name in accounts], dtype=object)
        log.reject(
            segments == "",
            "account",
            lambda i: f"{accounts[i]!r} is not in the history, so its segment is unknown",
            "unknown accounts",
        )
    order = sorted(np.flatnonzero(log.good).tolist(), key=lambda i: (accounts[i], days[i]))
    rows = np.array(order, dtype=np.int64)
    text = "is no revenue: an account that left is churn, and no contraction"
    log.reject(arr == 0, "arr", lambda _i: text, "no revenue", is_fault=False)
    if len(rows) < 2:
        return {}
    follows = (accounts[rows[1:]] == accounts[rows[:-1]]) & (arr[rows[1:]] > 0)
    before, then = rows[:-1][follows], rows[1:][follows]
    years = (days[then] - days[before]).astype(float) / DAYS_PER_YEAR
    _, person = np.unique(accounts[before].astype(str), return_inverse=True)
    return {
        name: _growth(arr[before][own], arr[then][own], years[own], person[own])
        for name in sorted(set(segments[before].tolist()))
        if (own := (segments[before] == name) & (arr[before] > 0)).any()
    }


def _growth(before: FloatArray, then: FloatArray, years: FloatArray, person: IntArray) -> Growth:
    """Ratios of sums; errors by account, whose pairs hang together (Cochran 1977, §6.4)."""
    length = float((before * years).sum() / before.sum())
    up = _ratio(np.maximum(then - before, 0), before, person)
    down = _ratio(np.maximum(before - then, 0), before, person)
    return Growth(
        len(np.unique(person)),
        len(before),
        length,
        _a_year(up, length, 1.0),
        _a_year(down, length, -1.0),
    )


def _ratio(part: FloatArray, whole: FloatArray, person: IntArray) -> tuple[float, float]:
    ratio = float(part.sum() / whole.sum())
    left = np.bincount(person, part - ratio * whole)
    n = len(np.unique(person))
    if n < 2:
        return ratio, ratio
    return ratio, float(np.sqrt(n / (n - 1) * (left**2).sum()) / whole.sum())


def _a_year(found: tuple[float, float], years: float, sign: float) -> tuple[float, float]:
    """A change over some years as one a year, (1 ± r)^(1/years) − 1, and its error."""
    ratio, error = found
    base = max(1 + sign * ratio, 1e-12)
    slope = base ** (1 / years - 1) / years
    return max(sign * (base ** (1 / years) - 1), 0.0) + 0.0, error * slope
