"""What drives a figure: the answer, as values, rows and text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from capacity.assumptions import Row, place_row
from capacity.drivers.alternatives import Alternative
from capacity.drivers.nudges import Nudge
from capacity.drivers.outcomes import RATIOS
from capacity.drivers.shares import Split
from capacity.drivers.unknowns import Unknown
from capacity.loading import Scenario
from capacity.report.reported import Reported

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page

SURE = 2.0
"""Standard errors from which on a share of variance is none of chance."""
COLUMNS = (
    "input", "believed", "unit", "p10", "p90", "share", "share_se", "rank_correlation", "at_p10",
    "at_p90", "swing", "swing_se", "bent", "tips_at", "odds_past", "odds_past_se", "worth_knowing",
    "worth_knowing_se", "file", "line", "column",
)  # fmt: skip


@dataclass(frozen=True)
class Swing:
    """A figure with one input at its p10 and at its p90, all else as it is.

    Attributes
    ----------
    low, high
        Expected figure at either.
    error
        Standard error of their difference.
    """

    low: float
    high: float
    error: float

    @property
    def width(self) -> float:
        """How much more the figure is at the p90."""
        return self.high - self.low


@dataclass(frozen=True)
class Tip:
    """Where a decision tips: the input's value, the odds that it lies beyond, and their error."""

    value: float
    odds: float
    error: float


@dataclass(frozen=True)
class Driver:
    """An input, and what it does to a figure.

    Attributes
    ----------
    unknown
        The input: where it stands, and what is believed of it.
    p10, p90
        Its values.
    share, share_error
        Part of the figure's variance that is gone if this input is known; standard error.
    rank
        Spearman's correlation of the figure with it.
    swing
        The figure at its p10 and its p90.
    bent
        Whether the swing and the share tell different stories: the figure does not move in a
        straight line along this input. Never of inputs that are tied to others, whose share holds
        what these bring along.
    tip
        Where it makes the decision flip; None where it does not, or nothing is decided.
    worth, worth_error
        What knowing it before the decision is worth; NaN where no money is decided.
    """

    unknown: Unknown
    p10: float
    p90: float
    share: float
    share_error: float
    rank: float
    swing: Swing
    bent: bool
    tip: Tip | None
    worth: float
    worth_error: float

    @property
    def path(self) -> str:
        """Where it stands in the scenario."""
        return self.unknown.path

    @property
    def is_heard(self) -> bool:
        """Whether its share is above what chance alone would show."""
        return self.share > SURE * self.share_error

    def row(self) -> Row:
        """For other programs; what is not known is NaN."""
        tip = self.tip or Tip(math.nan, math.nan, math.nan)
        values = (
            self.path, self.unknown.believed.text, self.unknown.unit, self.p10, self.p90,
            self.share, self.share_error, self.rank, self.swing.low, self.swing.high,
            self.swing.width, self.swing.error, self.bent, tip.value, tip.odds, tip.error,
            self.worth, self.worth_error,
        )  # fmt: skip
        place = place_row(self.unknown.place)
        return dict(zip(COLUMNS, (*values, *place.values()), strict=True))


@dataclass(frozen=True)
class Nudged:
    """A number that the plan takes for known, and the figure with a tenth less and more of it."""

    nudge: Nudge
    swing: Swing

    def row(self) -> Row:
        """For other programs."""
        swing = self.swing
        return {
            "input": self.nudge.path,
            "written": self.nudge.written,
            "low": self.nudge.low,
            "high": self.nudge.high,
            "at_low": swing.low,
            "at_high": swing.high,
            "swing": swing.width,
            "swing_se": swing.error,
            **place_row(self.nudge.place),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Reported):
    """What drives a figure.

    Attributes
    ----------
    metric, unit
        What it is called, and its unit.
    mean, sd, p10, p90
        Of the figure over the futures.
    middle, tornado
        Its mean as things are in the futures of the tornado, and at most how many these are.
    split
        Its variance: what we do not know, and the luck of the draw.
    drivers
        All uncertain inputs, those with the largest share first.
    nudged
        Numbers without a range, those with the largest swing first; empty unless asked for.
    bound, sign
        What the decision hangs on; None and empty where nothing is decided.
    alternatives
        What is chosen from, the best on average first; empty where no money is decided.
    plans
        The plan, and those that it is held against.
    manifest
        What the numbers depend on.
    """

    metric: str
    unit: str
    mean: float
    sd: float
    p10: float
    p90: float
    middle: float
    tornado: int
    split: Split
    drivers: tuple[Driver, ...]
    nudged: tuple[Nudged, ...]
    bound: float | None
    sign: str
    alternatives: tuple[Alternative, ...]
    plans: tuple[Scenario, ...]
    manifest: Mapping[str, Any]

    @property
    def heard(self) -> list[Driver]:
        """The inputs whose share is above what chance alone would show."""
        return [driver for driver in self.drivers if driver.is_heard]

    @property
    def shares(self) -> tuple[float, float]:
        """Sum of the shares of all inputs, and its standard error."""
        errors = (driver.share_error for driver in self.drivers)
        return sum(driver.share for driver in self.drivers), math.hypot(*errors)

    @property
    def together(self) -> float:
        """Part of the variance that inputs have together and none of them alone.

        Below 0 where inputs move together, so that each share holds what the others bring along.
        """
        return self.split.unknown - self.shares[0]

    @property
    def together_error(self) -> float:
        """Its standard error."""
        return math.hypot(self.split.error, self.shares[1])

    @property
    def is_difference(self) -> bool:
        """Whether the figure is what one plan has more than another."""
        return len(self.plans) > 1

    @property
    def is_return(self) -> bool:
        """Whether the figure is a gain over what it costs."""
        return self.metric.partition(" ")[0] in RATIOS

    def rows(self) -> Iterator[Row]:
        """A row for each input."""
        return (driver.row() for driver in self.drivers)

    def table(self) -> pd.DataFrame:
        """One row for each uncertain input, those with the largest share of variance first."""
        import pandas as pd  # slow to import

        return pd.DataFrame(list(self.rows()), columns=list(COLUMNS))

    def summary(self) -> Row:
        """The figure, and where its spread comes from."""
        return {
            "metric": self.metric,
            "unit": self.unit,
            "mean": self.mean,
            "sd": self.sd,
            "p10": self.p10,
            "p90": self.p90,
            "unknown": self.split.unknown,
            "unknown_se": self.split.error,
            "luck": self.split.luck,
            "together": self.together,
            "together_se": self.together_error,
            "bound": self.bound,
            "alternatives": [one.row() for one in self.alternatives],
        }

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.drivers_page import page  # shows what is computed here

        return page(self)

    def workbook(self) -> bytes:
        """The figure, its inputs and what they do to it as tables of an Excel workbook."""
        from capacity.workbook.drivers import workbook  # brought by the extra `report`

        return workbook(self)

    def __str__(self) -> str:
        from capacity.report.drivers import as_text  # shows what is computed here

        return as_text(self)
