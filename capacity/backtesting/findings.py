"""What is found of a forecast: of each value, each figure, each range, as values and rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from capacity.assumptions import Row
from capacity.backtesting.figures import Figure
from capacity.backtesting.naive import NAIVE
from capacity.backtesting.scores import LEVELS
from capacity.errors import Place
from capacity.scenario.expecting import ABOUT
from capacity.statistics import QUANTILES

ODD = 0.05
"""Odds below which luck is no excuse."""
WITHIN = tuple(f"inside_{round(100 * level)}" for level in LEVELS)
_QUANTILES = tuple(f"p{round(100 * q):02d}" for q in QUANTILES)
POINTS = (
    "metric", "unit", "period", *ABOUT, "actual", "mean", *_QUANTILES, *WITHIN, "pit", "crps",
    *NAIVE, "explained", "file", "line",
)  # fmt: skip
SCORES = (
    "metric", "unit", *ABOUT, "by", "points", "actual", "forecast", "bias", "bias_p05", "bias_p95",
    "bias_odds", "relative_bias", "crps", "crps_expected", "crps_odds", *WITHIN,
    *(f"{what}_{name}" for name in NAIVE for what in ("error", "skill")),
)  # fmt: skip
COVERAGE = ("level", "points", "inside", "expected", "p05", "p95", "odds", "share", "low", "high")


@dataclass(frozen=True)
class Point:
    """A figure in a period.

    Attributes
    ----------
    period
        Empty for the horizon.
    actual
        What happened.
    mean, quantiles
        Of the futures; the quantiles are those of the table.
    inside
        Whether it lies in the central 50, 80 and 90 % of them.
    pit
        Part of them below it.
    crps
        Continuous ranked probability score, in the unit of the figure; 0 is best.
    naive
        Forecasts that take no plan, by name; NaN where they are not known.
    place
        Where the value was read.
    explained
        Part of what it is off by that the input explains which is named for the miss; NaN where
        none is.
    """

    figure: Figure
    period: str
    actual: float
    mean: float
    quantiles: tuple[float, ...]
    inside: tuple[bool, ...]
    pit: float
    crps: float
    naive: Mapping[str, float]
    place: Place
    explained: float = math.nan

    def row(self) -> Row:
        """For other programs."""
        figure = self.figure
        values = (
            figure.name, figure.unit, self.period, *astuple(figure.key), self.actual, self.mean,
            *self.quantiles, *self.inside, self.pit, self.crps, *self.naive.values(),
            self.explained, self.place.file, self.place.line or self.place.row,
        )  # fmt: skip
        return dict(zip(POINTS, values, strict=True))


@dataclass(frozen=True)
class Skill:
    """A naive forecast of a figure.

    Attributes
    ----------
    points
        In how many periods it is known.
    error
        Its mean absolute error, which is its CRPS; NaN where it is never known.
    skill
        Part of that error that the plan saves: 1 less the ratio of the CRPS. Below 0 the naive
        forecast was better. NaN where it is never known, or is exact.
    """

    points: int
    error: float
    skill: float


@dataclass(frozen=True)
class Score:
    """A figure over all its periods.

    Attributes
    ----------
    actual, forecast
        Means over the periods of what happened and of what was expected.
    bias
        How much more happened than was expected, on average.
    usual
        5 and 95 % of the same of the futures themselves: what luck and unsure inputs explain.
    bias_odds
        Part of the futures that are as far off, in either direction.
    relative
        The bias over the forecast; NaN where that is nothing.
    crps, crps_expected, crps_odds
        Mean CRPS, what it is on average if the plan is right, and the part of the futures with a
        CRPS as high, or as low.
    inside
        In how many periods it lies in the central 50, 80 and 90 %.
    naive
        Forecasts that take no plan.
    """

    figure: Figure
    points: int
    actual: float
    forecast: float
    bias: float
    usual: tuple[float, float]
    bias_odds: float
    relative: float
    crps: float
    crps_expected: float
    crps_odds: float
    inside: tuple[int, ...]
    naive: Mapping[str, Skill]

    @property
    def odds(self) -> float:
        """How odd the odder of both is, not knowing of the other."""
        return min(self.bias_odds, self.crps_odds)

    @property
    def times(self) -> float:
        """How many times the CRPS is what it is on average if the plan is right."""
        if not self.crps:
            return 0.0
        return self.crps / self.crps_expected if self.crps_expected else math.inf

    def row(self) -> Row:
        """For other programs; what is not known is NaN."""
        figure = self.figure
        skills = (value for one in self.naive.values() for value in (one.error, one.skill))
        values = (
            figure.name, figure.unit, *astuple(figure.key), figure.span, self.points, self.actual,
            self.forecast, self.bias, *self.usual, self.bias_odds, self.relative, self.crps,
            self.crps_expected, self.crps_odds, *self.inside, *skills,
        )  # fmt: skip
        return dict(zip(SCORES, values, strict=True))


@dataclass(frozen=True)
class Coverage:
    """How often what happened lay in the central range of some part of the futures.

    Attributes
    ----------
    level
        That part.
    points, inside
        Values in all, and those within.
    expected, usual
        How many of the values of a future lie within, on average, and in 5 and 95 % of them at
        most; of counts it is more than the level says.
    odds
        Part of the futures with so few or so many.
    low, high
        Range of the true share within, at 95 % confidence, as wide as dependent months make it.
    """

    level: float
    points: int
    inside: int
    expected: float
    usual: tuple[float, float]
    odds: float
    low: float
    high: float

    @property
    def is_odd(self) -> bool:
        """Whether so few or so many are odd, of all ranges that are looked at."""
        return self.odds < ODD / len(LEVELS)

    def row(self) -> Row:
        """For other programs."""
        values = (
            self.level, self.points, self.inside, self.expected, *self.usual, self.odds,
            self.inside / self.points, self.low, self.high,
        )  # fmt: skip
        return dict(zip(COVERAGE, values, strict=True))


@dataclass(frozen=True)
class Histogram:
    """How the parts of the futures below what happened are spread; evenly if the plan is right.

    Attributes
    ----------
    counts
        Values in each bar.
    low, high
        5 and 95 % of the same of the futures.
    odds
        Part of the futures that are spread as unevenly.
    """

    counts: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    odds: float

    @property
    def is_odd(self) -> bool:
        """Whether they are spread more unevenly than luck and unsure inputs explain."""
        return self.odds < ODD
