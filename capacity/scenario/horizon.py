"""When: the horizon of the plan, and how it is simulated."""

from __future__ import annotations

from typing import Annotated

from capacity import units
from capacity.calendar import Periods
from capacity.scenario.fields import Flag, Month, choice, whole
from capacity.scenario.figure import Figure, read_figure, read_precision
from capacity.scenario.kinds import Kind
from capacity.scenario.numbers import quantity_schema
from capacity.scenario.parts import Part

Precision = Annotated[float, Kind(read_precision, "share", quantity_schema(units.SHARE))]
AnyFigure = Annotated[Figure, Kind(read_figure, "text", {"type": "string", "minLength": 1})]


class Horizon(Part):
    """The months that the plan covers."""

    start: Month
    """First month, as `2027-02`."""
    months: Annotated[int, whole(1, 120)]
    """Number of months, 1 to 120."""
    step: Annotated[str, choice("month")] = "month"
    """Length of a period; `month`."""
    fiscal_year_start: Annotated[int, whole(1, 12)] = 1
    """Calendar month in which the fiscal year begins; 2 is February."""

    @property
    def periods(self) -> Periods:
        """The periods of the horizon."""
        return Periods(self.start, self.months, self.fiscal_year_start)


class Simulation(Part):
    """How the scenario is simulated, where nothing else is asked for."""

    trials: Annotated[int, whole(0)] = 10_000
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
