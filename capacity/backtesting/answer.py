"""How good a forecast was: the answer, as values, rows and text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, place_row
from capacity.backtesting.figures import Figure
from capacity.backtesting.findings import (
    COVERAGE,
    ODD,
    POINTS,
    SCORES,
    Coverage,
    Histogram,
    Point,
    Score,
)
from capacity.backtesting.inputs import Explanation, Suspect
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.report.reported import Reported

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page

INPUTS = (
    "input", "believed", "p10", "p90", "after_p10", "after_p50", "after_p90", "explains_at",
    "beyond", "share", "gain", "odds", "alike", "file", "line", "column",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Reported):
    """How good a forecast was.

    Attributes
    ----------
    scenario
        The plan.
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

    @property
    def has_other_causes(self) -> bool:
        """Whether the cause leaves more to be explained than luck does."""
        return self.cause is not None and self.cause.odds < ODD

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

    def workbook(self) -> bytes:
        """The verdict and the tables as an Excel workbook."""
        from capacity.workbook.backtest import workbook  # brought by the extra `report`

        return workbook(self)

    def __str__(self) -> str:
        from capacity.report.backtest import as_text  # shows what is computed here

        return as_text(self)


def _input_row(one: Suspect) -> Row:
    unknown = one.unknown
    values = (
        unknown.path, unknown.believed.text, one.p10, one.p90, *one.after, one.freed, one.beyond,
        one.share, one.gain, one.odds, one.is_alike,
    )  # fmt: skip
    return dict(zip(INPUTS, (*values, *place_row(unknown.place).values()), strict=True))
