"""A whole plan laid open: from its inputs to the people it needs, and to money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.batch import BY_SEGMENT, FROZEN, Pass, Record, expected_pass
from capacity.engine.layout import Layout
from capacity.engine.removal import Removal
from capacity.engine.starts import Starts
from capacity.scenario.register import Assumption
from capacity.workings.inputs import SHARE, Dated, Inputs
from capacity.workings.lines import Line, lines, of_others
from capacity.workings.people import Crew, crews
from capacity.workings.starts import StartCohorts, start_cohorts

_HOUR, _RATE = "finance.absorbed_cost", "finance.discount_rate"


@dataclass(frozen=True)
class Workings:
    """The arithmetic of a plan at expected values.

    Arrays have the shape (periods,), of customers (periods, segments).

    Attributes
    ----------
    record
        The figures of the pass, as the engine has them.
    crews, lines
        The pools, and the work by pool.
    others
        What others do of the work of roles that are gone.
    customers
        Accounts and money by name of the figure.
    opening
        Accounts and ARR before the first period, shape (segments,).
    starts, by_start
        The start cohorts, and the accounts at the end of each period, shape (periods, segments,
        cohorts); those of today's accounts come first.
    margin
        Gross margin; None where nobody says.
    platform
        Yearly cost of software.
    platform_kept
        1 where it is paid for, 0 where the team that used it is gone.
    years
        Length of a period in years.
    absorbed_cost
        Cost of an hour of those who do work in place of the team; None where nobody says.
    discount_rate
        The rate at which later money counts less; None where nobody says.
    """

    record: Record
    crews: tuple[Crew, ...]
    lines: tuple[Line, ...]
    others: tuple[Line, ...]
    customers: Mapping[str, FloatArray]
    opening: tuple[FloatArray, FloatArray]
    starts: StartCohorts
    by_start: FloatArray
    margin: Dated | None
    platform: Dated
    platform_kept: FloatArray
    years: float
    absorbed_cost: Dated | None
    discount_rate: Dated | None

    @property
    def software(self) -> FloatArray:
        """Cost of the software of the team in each period."""
        return self.platform.values * self.years * self.platform_kept

    @property
    def cost(self) -> FloatArray:
        """Cost of the team in each period, without what others do in its place."""
        total: FloatArray = np.sum([crew.cost for crew in self.crews], axis=0) + self.software
        return total

    @property
    def absorbed(self) -> FloatArray:
        """Cost of what others do in place of the team in each period."""
        hours: FloatArray = np.sum([line.due for line in self.others], axis=0) + 0 * self.software
        return hours * self.absorbed_cost.values if self.absorbed_cost else 0 * hours

    @property
    def whole_cost(self) -> FloatArray:
        """Cost of the team and of what others do in its place, in each period."""
        return self.cost + self.absorbed

    @property
    def revenue(self) -> FloatArray:
        """Revenue of all segments in each period."""
        total: FloatArray = self.customers["revenue"].sum(axis=1)
        return total

    @property
    def gross_profit(self) -> FloatArray:
        """Gross profit in each period; unknown where nobody says the margin."""
        return self.revenue * (self.margin.values if self.margin else np.nan)


def workings(
    layout: Layout, assumed: Iterable[Assumption], removal: Removal | None = None
) -> Workings:
    """Lay open a plan, or what is left of it when something is gone.

    Parameters
    ----------
    assumed
        The register, whose entries the inputs point at.
    """
    assumed = tuple(assumed)
    cohorts = start_cohorts(layout.scenario)
    starts = Starts(layout, cohorts.of_account, cohorts.of_period)
    passed, inputs = expected_pass(layout, removal, starts), Inputs(layout, assumed)
    people = crews(layout, passed, inputs)
    work = lines(layout, passed, inputs)
    record, plan = passed.record, layout.plan
    finance, currency = plan.finance, plan.currency
    margin = finance.gross_margin
    hour, rate = finance.absorbed_cost, finance.discount_rate
    return Workings(
        record=record,
        crews=people,
        lines=work,
        others=tuple(of_others(layout, passed, work, inputs)),
        customers={name: record[name][:, :, 0] for name in BY_SEGMENT},
        opening=(record[FROZEN[0]][0, :, 0], record[FROZEN[1]][0, :, 0]),
        starts=cohorts,
        by_start=starts.number,
        platform_kept=_kept(passed),
        years=plan.horizon.periods.years_each,
        margin=inputs.of("finance.gross_margin", margin, SHARE) if margin else None,
        platform=inputs.of("finance.platform", finance.platform, f"{currency} a year"),
        absorbed_cost=inputs.of(_HOUR, hour, f"{currency} an hour") if hour else None,
        discount_rate=inputs.of(_RATE, rate, f"{SHARE} a year") if rate else None,
    )


def _kept(passed: Pass) -> FloatArray:
    if "platform_kept" in passed.record:
        return passed.record["platform_kept"][:, 0, 0]
    return np.ones(len(passed.joined))
