"""When: the horizon of the plan, and how it is simulated."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from capacity import units
from capacity.calendar import STEPS
from capacity.periods import Periods
from capacity.scenario.fields import Day, Flag, choice, whole
from capacity.scenario.figure import Figure, read_figure, read_precision
from capacity.scenario.kinds import Kind
from capacity.scenario.numbers import quantity_schema
from capacity.scenario.parts import Part

Precision = Annotated[float, Kind(read_precision, "share", quantity_schema(units.SHARE))]
AnyFigure = Annotated[Figure, Kind(read_figure, "text", {"type": "string", "minLength": 1})]


MOST_TRIALS = 1_000_000_000
"""Futures that can be asked for; a small plan takes a day for so many."""


class Horizon(Part):
    """The time that the plan covers."""

    start: Day
    """First month, as `2027-02`; with `step: week` any day, as `2027-01-04`."""
    months: Annotated[int, whole(1, 120)] | None = None
    """Number of months, 1 to 120; this or `weeks` is required."""
    weeks: Annotated[int, whole(1, 522)] | None = None
    """Number of weeks, 1 to 522, in place of `months`; with `step: week`."""
    step: Annotated[str, choice("month", "week")] = "month"
    """Length of a period; `month` or `week`."""
    fiscal_year_start: Annotated[int, whole(1, 12)] = 1
    """Calendar month in which the fiscal year begins; 2 is February."""

    @cached_property
    def periods(self) -> Periods:
        """The periods of the horizon."""
        if self.weeks is not None:
            return Periods.lasting_weeks(self.start, self.weeks, self.fiscal_year_start)
        assert self.months is not None  # one of the two is there, or the file was refused
        step = STEPS[self.step]
        return Periods.lasting_months(self.start, self.months, self.fiscal_year_start, step)


class Simulation(Part):
    """How the scenario is simulated, where nothing else is asked for."""

    trials: Annotated[int, whole(0, MOST_TRIALS)] = 10_000
    """Number of futures; 0 computes expected values without luck. Beside `precision`, the most of
    them."""
    precision: Precision | None = None
    """Adds futures until the Monte Carlo error is this share of the figure, as `1%`; at most
    100,000 where `trials` says nothing."""
    metric: AnyFigure | None = None
    """The figure that `precision` speaks of, as `required_fte:p90`; the headline figures where
    nothing is named."""
    seed: Annotated[int, whole(0)] = 0
    """The luck of the run; the same seed gives the same numbers."""
    resolution: Annotated[str, choice("auto", "account", "cohort")] = "auto"
    """Whether accounts that are alike keep their names (`account`), are counted together
    (`cohort`), or counted where they are many and small (`auto`)."""
    feedback: Flag = True
    """Whether churn, expansion and attrition feel coverage; `off` cuts the loop."""
