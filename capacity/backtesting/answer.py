"""How good a forecast was: the answer, as values, rows and text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, place_row
from capacity.backtesting.figures import KEYS, Figure
from capacity.backtesting.inputs import Explanation, Suspect
from capacity.backtesting.naive import NAIVE
from capacity.backtesting.scores import LEVELS
from capacity.errors import Place, QuestionError
from capacity.loading import Scenario
from capacity.report.reported import Reported
from capacity.statistics import QUANTILES
from capacity.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page

ODD = 0.05
"""Odds below which luck is no excuse."""
WITHIN = tuple(f"inside_{round(100 * level)}" for level in LEVELS)
_QUANTILES = tuple(f"p{round(100 * q):02d}" for q in QUANTILES)
ABOUT = ("metric", "unit", *KEYS)
POINTS = (
    "metric", "unit", "period", *KEYS, "actual", "mean", *_QUANTILES, *WITHIN, "pit", "crps",
    *NAIVE, "file", "line",
)  # fmt: skip
SCORES = (
    *ABOUT, "by", "points", "actual", "forecast", "bias", "bias_p05", "bias_p95", "bias_odds",
    "relative_bias", "crps", "crps_expected", "crps_odds", *WITHIN,
    *(f"{what}_{name}" for name in NAIVE for what in ("error", "skill")),
)  # fmt: skip
COVERAGE = ("level", "points", "inside", "expected", "p05", "p95", "odds", "share", "low", "high")
INPUTS = (
    "input", "believed", "p10", "p90", "after_p10", "after_p50", "after_p90", "explains_at",
    "beyond", "share", "gain", "odds", "alike", "file", "line", "column",
)  # fmt: skip


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

    def row(self) -> Row:
        """For other programs."""
        figure = self.figure
        values = (
            figure.name, figure.unit, self.period, *figure.about.values(), self.actual, self.mean,
            *self.quantiles, *self.inside, self.pit, self.crps, *self.naive.values(),
            self.place.file, self.place.line or self.place.row,
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
            figure.name, figure.unit, *figure.about.values(), figure.span, self.points, self.actual,
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


@dataclass(frozen=True)
class Backtest(Reported):
    """How good a forecast was.

    Attributes
    ----------
    scores
        Every figure, in the order of the actuals.
    points
        Every value.
    coverage
        Of the 50, 80 and 90 % ranges, over all values.
    histogram
        Of the probability integral transform, over all values.
    odds
        Part of the futures of the plan in which some figure is as odd as the oddest here: in bias
        or in CRPS, in either direction, all of them considered.
    explanation
        Which inputs explain a miss.
    doubts
        What is said of the files.
    manifest
        What the numbers depend on.
    """

    scenario: Scenario
    scores: tuple[Score, ...]
    points: tuple[Point, ...]
    coverage: tuple[Coverage, ...]
    histogram: Histogram
    odds: float
    explanation: Explanation
    doubts: tuple[str, ...]
    manifest: Mapping[str, Any]

    @cached_property
    def names(self) -> Mapping[Figure, str]:
        """What each figure is called, with its span where two are of one metric and key."""
        count = Counter(score.figure.called for score in self.scores)
        return {
            one: f"{one.called} by {one.span or 'plan'}" if count[one.called] > 1 else one.called
            for one in (score.figure for score in self.scores)
        }

    @property
    def missed(self) -> bool:
        """Whether what happened is odder than luck and unsure inputs explain."""
        return self.odds < ODD

    @cached_property
    def worst(self) -> Score:
        """The figure that is oddest."""
        return min(self.scores, key=lambda score: (score.odds, -score.times))

    @property
    def cause(self) -> Suspect | None:
        """The input that explains most of a miss; None where none does more than it might by luck.

        Of several that explain it equally well the one whose value is the most credible.
        """
        why = self.explanation
        return why.suspects[0] if self.missed and why.suspects and why.odds < ODD else None

    @cached_property
    def verdict(self) -> str:
        """What came of it, in a sentence."""
        from capacity.report.backtest import verdict  # shows what is computed here

        return verdict(self)

    # --- as rows ---------------------------------------------------------------------------------

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self._tables)

    @property
    def _tables(self) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
        suspects = self.explanation.suspects
        return {
            "points": (POINTS, [point.row() for point in self.points]),
            "scores": (SCORES, [score.row() for score in self.scores]),
            "coverage": (COVERAGE, [one.row() for one in self.coverage]),
            "inputs": (INPUTS, [_input_row(one) for one in suspects]),
        }

    def rows(self, name: str = "points") -> Iterator[Row]:
        """The rows of a table; see `table`."""
        return iter(self._known(name)[1])

    def table(self, name: str = "points") -> pd.DataFrame:
        """One of the tables.

        Parameters
        ----------
        name
            ``points``, a row for each value; ``scores``, for each figure; ``coverage``, for each
            range; ``inputs``, for each input that moves the figures.

        Raises
        ------
        QuestionError
            Where there is no such table.
        """
        import pandas as pd  # slow to import

        columns, rows = self._known(name)
        return pd.DataFrame(rows, columns=list(columns))

    def _known(self, name: str) -> tuple[tuple[str, ...], list[Row]]:
        tables = self._tables
        if name not in tables:
            raise QuestionError(f"no table is called {name!r} here. Known: {', '.join(tables)}")
        return tables[name]

    def summary(self) -> Row:
        """The verdict, and what it rests on."""
        explanation = self.explanation
        return {
            "verdict": self.verdict,
            "missed": self.missed,
            "odds": self.odds,
            "worst": self.names[self.worst.figure],
            "cause": self.cause.unknown.path if self.cause else None,
            "cause_odds": self.explanation.odds,
            "values": len(self.points),
            "histogram": list(self.histogram.counts),
            "histogram_p05": list(self.histogram.low),
            "histogram_p95": list(self.histogram.high),
            "histogram_odds": self.histogram.odds,
            "effective_futures": explanation.effective,
            "inputs_not_heard": explanation.unheard,
        }

    # --- reports ---------------------------------------------------------------------------------

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.backtest_page import page  # shows what is computed here

        return page(self)

    def to_excel(self, path: str | Path) -> None:
        """Write the tables as an Excel workbook.

        Raises
        ------
        CapacityError
            Where the file cannot be written, or the extra `report` is not installed.
        """
        from capacity.workbook.tables import Listed, tables  # brought by the extra `report`

        notes = {
            "points": "Every value beside what the plan had foreseen.",
            "scores": "Every figure over all its periods.",
            "coverage": "How often the ranges held what happened.",
            "inputs": "What the actuals say of the inputs.",
        }
        listed = [
            Listed(name.capitalize(), notes[name], columns, rows)
            for name, (columns, rows) in self._tables.items()
        ]
        currency = self.scenario.plan.currency
        write_whole(Path(path), tables("Back-test", currency, listed, self.manifest))

    def __str__(self) -> str:
        from capacity.report.backtest import as_text  # shows what is computed here

        return as_text(self)


def _input_row(one: Suspect) -> Row:
    unknown = one.unknown
    values = (
        unknown.path, unknown.estimate.text, one.p10, one.p90, *one.after, one.freed, one.beyond,
        one.share, one.gain, one.odds, one.is_alike,
    )  # fmt: skip
    return dict(zip(INPUTS, (*values, *place_row(unknown.place).values()), strict=True))
