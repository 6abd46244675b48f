"""Every figure of a forecast scored, and all of them together: how odd it is what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from capacity.arrays import FloatArray
from capacity.backtesting.figures import Figure
from capacity.backtesting.findings import Coverage, Histogram, Point, Score, Skill
from capacity.backtesting.scores import (
    LEVELS,
    Scored,
    both_tails,
    histogram,
    oddest,
    scored,
    share_interval,
)
from capacity.errors import Place
from capacity.rng import BLOCK, Luck, keys
from capacity.statistics import QUANTILES

_BARS, _FEW_BARS, _MANY = 10, 5, 50
"""Bars of the histogram, and values from which on there are more."""
_TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class Series:
    """A figure over its periods: what happened, and the futures.

    Attributes
    ----------
    periods, places
        Labels, and where the values were read.
    happened
        Shape (points,).
    values
        Shape (points, trials).
    naive
        Forecasts that take no plan, each of shape (points,).
    """

    figure: Figure
    periods: Sequence[str]
    places: Sequence[Place]
    happened: FloatArray
    values: FloatArray
    naive: dict[str, FloatArray]


class Judged:
    """Figures that are scored.

    Parameters
    ----------
    series
        At least one.
    seed
        Of the luck that parts ties.
    """

    def __init__(self, series: Sequence[Series], seed: int) -> None:
        self._series = series
        self._points = sum(len(one.happened) for one in series)
        self._bars = _BARS if self._points >= _MANY else _FEW_BARS
        self._each = [self._scored(one, seed) for one in series]

    def _scored(self, one: Series, seed: int) -> Scored:
        trials = one.values.shape[1]
        luck = Luck(seed, range(trials // BLOCK + 1))
        named = keys(("tie", one.figure.called, period) for period in one.periods)
        uniforms = luck.uniforms(named)[:, : trials + 1]
        return scored(one.values, one.happened, uniforms, np.array(QUANTILES), self._bars)

    # --- how far it is off ------------------------------------------------------------------------

    @property
    def off(self) -> FloatArray:
        """How much more happened than expected, by figure; shape (figures,)."""
        return np.array([each.off for each in self._each])

    @property
    def offs(self) -> FloatArray:
        """The same of each future, shape (figures, trials)."""
        return np.stack([each.offs for each in self._each])

    @cached_property
    def _tails(self) -> list[tuple[FloatArray, FloatArray]]:
        """How odd the bias and the CRPS of each figure are, here and in each future."""
        return [
            (both_tails(each.off, each.offs), both_tails(each.error, each.errors))
            for each in self._each
        ]

    @cached_property
    def odds(self) -> float:
        """How odd the oddest figure is, all of them considered."""
        return oddest(np.stack([row for pair in self._tails for row in pair]))

    def moved_by(self, values: FloatArray) -> FloatArray:
        """By how much each point rises with a number of each future, shape (points,).

        The slope of a linear regression; `values` are of shape (trials,) and not all alike.
        """
        apart = values - values.mean()
        slopes = [one.values @ apart / (apart @ apart) for one in self._series]
        return np.concatenate(slopes)

    # --- as values --------------------------------------------------------------------------------

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every value."""
        return tuple(
            Point(
                one.figure, period, float(one.happened[i]), float(each.mean[i]),
                tuple(each.quantiles[i].tolist()), tuple(each.inside[:, i].tolist()),
                float(each.pit[i]), float(each.crps[i]),
                {name: float(values[i]) for name, values in one.naive.items()}, one.places[i],
            )
            for one, each in zip(self._series, self._each, strict=True)
            for i, period in enumerate(one.periods)
        )  # fmt: skip

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """Every figure."""
        triples = zip(self._series, self._each, self._tails, strict=True)
        return tuple(_score(one, each, *odds) for one, each, odds in triples)

    @cached_property
    def coverage(self) -> tuple[Coverage, ...]:
        """Of each range, over all values."""
        found = []
        for i, level in enumerate(LEVELS):
            inside = int(sum(each.inside[i].sum() for each in self._each))
            hits = np.sum([each.hits[i] for each in self._each], axis=0).astype(float)
            odds = float(both_tails(inside, hits)[0])
            few, many = np.quantile(hits, _TAILS).tolist()
            interval = share_interval(inside, self._points, hits)
            mean = float(hits.mean())
            found.append(Coverage(level, self._points, inside, mean, (few, many), odds, *interval))
        return tuple(found)

    @cached_property
    def histogram(self) -> Histogram:
        """Of the parts of the futures below what happened."""
        counts = histogram(np.concatenate([each.pit for each in self._each]), self._bars)
        futures = np.sum([each.bars for each in self._each], axis=0)
        even = self._points / self._bars
        uneven = ((futures - even) ** 2).sum(axis=0)
        odds = (1 + (uneven >= ((counts - even) ** 2).sum()).sum()) / (1 + len(uneven))
        low, high = np.quantile(futures, _TAILS, axis=1).tolist()
        return Histogram(tuple(counts.tolist()), tuple(low), tuple(high), float(odds))


def _score(one: Series, each: Scored, of_bias: FloatArray, of_crps: FloatArray) -> Score:
    forecast = float(each.mean.mean())
    low, high = np.quantile(each.offs, _TAILS).tolist()
    return Score(
        one.figure, len(one.happened), float(one.happened.mean()), forecast, each.off,
        (low, high), float(of_bias[0]), each.off / forecast if forecast else np.nan,
        each.error, float(each.errors.mean()), float(of_crps[0]),
        tuple(int(row.sum()) for row in each.inside),
        {name: _skill(one, each, name) for name in one.naive},
    )  # fmt: skip


def _skill(one: Series, each: Scored, name: str) -> Skill:
    """A naive forecast in the periods in which it is known, and the plan in the same."""
    forecast = one.naive[name]
    known = np.isfinite(forecast)
    if not known.any():
        return Skill(0, np.nan, np.nan)
    error = float(np.abs(one.happened - forecast)[known].mean())
    ours = float(each.crps[known].mean())
    return Skill(int(known.sum()), error, 1 - ours / error if error else np.nan)
