"""The answer to "what if not?": two worlds, and what one has more than the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.arrays import FloatArray
from capacity.assumptions import assumptions
from capacity.engine.layout import Layout
from capacity.engine.removal import read_removal, says_pay
from capacity.errors import QuestionError
from capacity.loading import Scenario
from capacity.report.reported import Reported
from capacity.scenario.expecting import BREAK_EVEN, OF_TWO_WORLDS
from capacity.scenario.register import Assumption
from capacity.statistics import mean_error, means, quantiles, summarise
from capacity.table import COLUMNS, probability
from capacity.valuing.break_even import CASH, BreakEven
from capacity.valuing.figures import KEPT, Figures, of_period
from capacity.valuing.flows import Flows
from capacity.valuing.tasks import TaskValues
from capacity.workings.lasting import called
from capacity.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page
    from capacity.workings.worth import Worth

_MONEY = (
    "npv",
    "npv_with_run_off",
    "incremental_gross_profit",
    "incremental_cost",
    "run_off",
    "arr_saved",
)
_NUMBERS = frozenset(COLUMNS[COLUMNS.index("mean") :])


@dataclass(frozen=True, eq=False, repr=False)
class Roi(Reported):
    """What is lost if something is gone: two worlds with the same luck, and their difference.

    Attributes
    ----------
    without
        What is gone: ``cs``, ``role:csm``, ``task:qbr``, ``segment:smb``, ``20%``.
    start
        Label of the first period without it.
    horizons
        Number of periods by label: the headline's, which is empty, ``12m``, ``24m``, ``36m``.
    flows
        The two worlds, and what one has more than the other.
    break_even
        By horizon in cash; where `finance.arr_multiple` is given, the headline's in value, too.
    simulations
        How often both worlds were simulated to find these.
    tasks
        The value of each task; None where it was not asked for.
    manifest
        What the numbers depend on.
    """

    layout: Layout
    without: str
    start: str
    horizons: Mapping[str, int]
    flows: Flows
    break_even: Mapping[tuple[str, str], BreakEven]
    simulations: int
    tasks: TaskValues | None
    manifest: Mapping[str, Any]

    @property
    def scenario(self) -> Scenario:
        """The scenario, as long as it takes."""
        return self.layout.scenario

    @property
    def trials(self) -> int:
        """Number of futures; 0 for expected values."""
        return int(self.manifest["trials"])

    @property
    def headline(self) -> BreakEven:
        """Break-even in cash over the headline horizon."""
        return self.break_even["", CASH]

    @cached_property
    def _figures(self) -> Figures:
        """Every metric of the two worlds."""
        return Figures(self.layout, self.horizons, self.flows)

    @property
    def says_effects(self) -> bool:
        """Whether the scenario says what any work does; else only its cost is known."""
        return self._figures.says_effects

    @property
    def segments(self) -> list[str]:
        """Names of the segments."""
        return self._figures.segments

    @cached_property
    def says_pay(self) -> bool:
        """Whether the scenario says what the people who are gone are paid."""
        return says_pay(self.scenario.plan, read_removal(self.scenario.plan, self.without))

    # --- expected values -------------------------------------------------------------------------

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The register: every input that the numbers rest on, with its source and place."""
        return assumptions(self.layout)

    @cached_property
    def worth(self) -> Worth:
        """The arithmetic of both worlds at expected values."""
        from capacity.workings.plan import workings  # only where somebody wants to follow it
        from capacity.workings.worth import Worth  # as above

        plan = self.scenario.plan
        first = plan.horizon.periods.labels.index(self.start)
        removal = read_removal(plan, self.without, first)
        full, gone = (workings(self.layout, self.assumptions, r) for r in (None, removal))
        names = called(self.horizons, plan.horizon.step)
        counts = {name: self.horizons[label] for name, label in names.items()}
        return Worth(self.without, full, gone, plan.horizon.periods.labels, counts)

    # --- single figures --------------------------------------------------------------------------

    def array(self, metric: str, period: str = "", segment: str = "") -> FloatArray:
        """Values of a metric in every future, shape (trials,); see `rows` for the names.

        Raises
        ------
        QuestionError
            Where there is no such metric, period or segment.
        """
        if metric.startswith(BREAK_EVEN):
            raise QuestionError(f"{metric} is one number over all futures. Ask for its mean")
        return self._figures.array(metric, period, segment)

    def mean(self, metric: str, period: str = "", segment: str = "") -> float:
        """Expected value; of `irr`, `payback_period` and break-even that of the expected flows.

        NaN of what only the effects of the work could tell, where the scenario says none.

        Raises
        ------
        QuestionError
            As `array`.
        """
        if metric.startswith(BREAK_EVEN):
            return self._broken_even(metric, period).hazard_ratio
        return self._mean(metric, period, self.array(metric, period, segment))

    def _mean(self, metric: str, period: str, values: FloatArray) -> float:
        """The same from the values in every future, shape (trials,)."""
        if metric == "payback_period" and self._figures.is_known(metric):
            return self.flows.expected_payback(self.horizons[period])
        return float(means(values[None])[0])

    def quantile(self, metric: str, q: float, period: str = "", segment: str = "") -> float:
        """Value that is not exceeded in a share `q` of the futures.

        NaN of expected values, which have no odds.

        Raises
        ------
        QuestionError
            As `array`, or where `q` is no probability.
        """
        at, values = np.array([probability(q)]), self.array(metric, period, segment)
        return float(quantiles(values[None], at)[0, 0]) if self.trials else math.nan

    def error(self, metric: str, period: str = "", segment: str = "") -> float:
        """Monte Carlo standard error of the mean."""
        if metric.startswith(BREAK_EVEN):
            return self._broken_even(metric, period).error
        return self._error(metric, period, self.array(metric, period, segment))

    def _error(self, metric: str, period: str, values: FloatArray) -> float:
        """The same from the values in every future, shape (trials,)."""
        if metric in ("roi", "roi_with_run_off"):  # a ratio: its denominator has luck, too
            cost = self.flows.cost[: self.horizons[period]].sum(axis=0)
            values = values - float(values.mean()) * cost / cost.mean()
        return float(mean_error(values[None])[0])

    def odds(self, metric: str, period: str = "") -> float:
        """Share of the futures in which a metric is above 0."""
        values = self.array(metric, period)
        return float(means(np.where(np.isnan(values), np.nan, values > 0)[None])[0])

    def _broken_even(self, metric: str, period: str) -> BreakEven:
        """Where it breaks even, by the name of the metric."""
        found: dict[str, dict[str, BreakEven]] = {}
        for (label, basis), one in self.break_even.items():
            found.setdefault(_break_even_in(basis), {})[label] = one
        if metric not in found:
            raise QuestionError(f"no metric is called {metric!r}. Known: {', '.join(found)}")
        return of_period(metric, found[metric], period)

    # --- the table -------------------------------------------------------------------------------

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the table as dictionaries; see `table`."""
        for metric in OF_TWO_WORLDS:
            yield from self._rows(metric, "")
        for name in (*KEPT, "clv"):
            for segment in ("", *self.segments):
                for side in ("with", "without"):
                    yield from self._rows(f"{name}_{side}", segment)
        for (period, basis), found in self.break_even.items():
            numbers = {"mean": found.hazard_ratio, "se": found.error}
            yield _row(_break_even_in(basis), "factor", period, numbers)
        if self.tasks:
            yield from self.tasks.rows(self.scenario.plan.currency)

    def _rows(self, metric: str, segment: str) -> Iterator[dict[str, Any]]:
        plan = self.scenario.plan
        unit = plan.currency if metric in _MONEY or "clv" in metric else "share"
        unit = {"payback_period": f"{plan.horizon.step}s", "accounts_saved": "accounts"}.get(
            metric, unit
        )
        for period, values in self._figures.of(metric, segment).items():
            found = summarise(values[None])
            numbers = dict(zip(COLUMNS[-7:], map(float, found.quantiles[0]), strict=True))
            lucky = values.size > 1
            numbers |= {"sd": float(found.sd[0]) if metric != "payback_period" else math.nan}
            numbers["mean"] = self._mean(metric, period, values)
            known = lucky and metric not in ("irr", "payback_period")
            numbers["se"] = self._error(metric, period, values) if known else math.nan
            yield _row(metric, unit, period, numbers, segment=segment)

    def table(self) -> pd.DataFrame:
        """One tidy row for each metric, period and segment.

        Returns
        -------
        pandas.DataFrame
            Columns as of `Result.table`. `period` is ``12m``, ``24m``, ``36m``, empty for the
            headline horizon, and a month for `accounts_saved` and `arr_saved`.
        """
        import pandas as pd  # slow to import

        return pd.DataFrame(list(self.rows()), columns=list(COLUMNS))

    def named_rows(self) -> Iterator[dict[str, Any]]:
        """The rows, each with what is gone: those of several stand in one table."""
        return ({"without": self.without, **row} for row in self.rows())

    def named_table(self) -> pd.DataFrame:
        """The table with what is gone as its first column."""
        import pandas as pd  # slow to import

        return pd.DataFrame(list(self.named_rows()), columns=["without", *COLUMNS])

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.value_page import page  # shows what is computed here

        return page([self])

    def workbook(self) -> bytes:
        """The flows as an Excel workbook that computes, from the inputs to NPV and IRR."""
        from capacity.workbook.value import workbook  # brought by the extra `report`

        return workbook([self])

    def __str__(self) -> str:
        from capacity.report.value import as_text  # shows what is computed here

        return as_text([self])


def _break_even_in(basis: str) -> str:
    """The metric of break-even in cash, or in value."""
    return BREAK_EVEN + ("" if basis == CASH else "_in_value")


def write_value_excel(values: Sequence[Roi], path: Path) -> None:
    """Several removals in one workbook; see `Roi.to_excel`."""
    from capacity.workbook.value import workbook  # brought by the extra `report`

    write_whole(path, workbook(values))


def _row(
    metric: str, unit: str, period: str, numbers: Mapping[str, float], **about: str
) -> dict[str, Any]:
    """A row of the table; what is not known is NaN, what does not apply empty."""
    words = {"metric": metric, "unit": unit, "period": period, **about}
    return {c: words.get(c, numbers.get(c, math.nan) if c in _NUMBERS else "") for c in COLUMNS}
