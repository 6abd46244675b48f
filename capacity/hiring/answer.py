"""The answer to the question how many to hire: the plan, its figures, and how it is written."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capacity.calendar import first_day, month_label
from capacity.engine.planned_seats import heads_of, planned_seats
from capacity.hiring.frontier import Marginal, Point
from capacity.hiring.hires import Hires, pool_name
from capacity.hiring.naming import names_of
from capacity.hiring.obstacles import Obstacle
from capacity.hiring.request import Request
from capacity.hiring.variant import variant_text
from capacity.loading import Scenario
from capacity.report.reported import Reported
from capacity.simulation import simulate_given
from capacity.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

    from capacity.report.page import Page
    from capacity.result import Result

_FILLED = 0.8
"""Share of the vacancies that are filled within the time before a start at which a search opens."""


@dataclass(frozen=True)
class Start:
    """People who start in a month.

    Attributes
    ----------
    role, pool
        What they do; the pool is empty where the role is not split.
    month
        Month of the start, as ``2027-03``.
    count
        How many the plan adds.
    open_by
        Day by which the requisitions have to be open, so that eight of ten are filled in time.
    """

    role: str
    pool: str
    month: str
    count: int
    open_by: dt.date


@dataclass(frozen=True, eq=False, repr=False)
class HiringPlan(Reported):
    """The smallest hiring plan that holds, or the one that goes farthest.

    Attributes
    ----------
    scenario
        The scenario with the plan's hires.
    base
        The scenario without them.
    request
        What was asked for.
    holds
        Whether the plan reaches it.
    hires
        The seats that it adds.
    confidence, confidence_error
        Part of the futures in which the work is covered, on fresh luck, with its standard error.
    cost, cost_error
        Expected cost of the team on fresh luck.
    added_cost, value, value_error
        The same against hiring nobody, and the net present value of that; NaN where accounts have
        no revenue or the gross margin is not known.
    whole, whole_error
        The same net present value with the run-off: what the revenue that is there more at the end
        brings afterwards. NaN where the margin or the discount rate is not known.
    bound
        Lower bound of the expected cost, from the program, on the futures of the search.
    loose_ends
        Why that is a yardstick alone: `feedback`, `overload`, `following`, `waiting`, `turning`.
        Where nothing is, no plan can cost less on these futures.
    gap
        What the plan costs beyond the bound, as a share of its cost, on the same futures.
    frontier
        Plans with fewer heads, the plan itself, with more, and those that pay best; none of the
        others costs more than another and is no surer.
    best
        Which of them pays best; None where accounts have no revenue or no margin is known.
    best_whole
        Which of them pays best with the run-off; None where that is not known.
    marginals
        What one more head of each pool is worth on top of the plan.
    obstacle
        Why no plan holds; None where one does, or where only its confirmation failed.
    manifest
        What the numbers depend on, and what was spent on them.
    """

    scenario: Scenario
    base: Scenario
    request: Request
    holds: bool
    hires: Hires
    confidence: float
    confidence_error: float
    cost: float
    cost_error: float
    added_cost: float
    value: float
    value_error: float
    whole: float
    whole_error: float
    bound: float
    loose_ends: tuple[str, ...]
    gap: float
    frontier: tuple[Point, ...]
    best: Point | None
    best_whole: Point | None
    marginals: tuple[Marginal, ...]
    obstacle: Obstacle | None
    manifest: Mapping[str, Any]

    @property
    def is_bound(self) -> bool:
        """Whether no plan can cost less than `bound` on the futures of the search."""
        return not self.loose_ends

    @property
    def by(self) -> str:
        """The first period that counts, as ``2027-08``."""
        return self.base.plan.horizon.periods.labels[self.request.by]

    @cached_property
    def starts(self) -> list[Start]:
        """Who starts when, and by which day their requisitions have to be open."""
        found = []
        for (index, month), count in self.hires.counts:
            pool = self.base.pools[index]
            months = float(pool.named("time_to_hire")[1].quantile(np.array([_FILLED]))[0])
            days = math.ceil(months * DAYS_PER_MONTH)
            opened = first_day(month) - dt.timedelta(days=days)
            found.append(Start(pool.name, pool.value, month_label(month), count, opened))
        return found

    @property
    def early(self) -> list[Start]:
        """Those whose requisitions have to be open before the plan begins."""
        begin = self.base.plan.horizon.periods.begin
        return [start for start in self.starts if np.datetime64(start.open_by) < begin]

    @cached_property
    def seats(self) -> dict[str, list[int]]:
        """Planned seats of each pool and of the roles that follow, by period."""
        periods = np.arange(self.base.plan.horizon.periods.count)
        found: dict[str, list[int]] = {}
        for i, pool in enumerate(self.scenario.pools):
            if pool.role.per is None:
                found[pool_name(self.scenario, i)] = planned_seats(
                    self.scenario, pool, periods
                ).tolist()
            else:
                found[pool.name] = [heads_of(self.scenario, pool.name, t) for t in periods.tolist()]
        return found

    @cached_property
    def result(self) -> Result:
        """The simulation of the plan on the futures that confirmed it, with all its figures."""
        trials, seed = self.manifest["trials"], self.manifest["confirmed_with_seed"]
        found = simulate_given(self.scenario, trials, seed)
        known = found.manifest
        search = {name: value for name, value in self.manifest.items() if known.get(name) != value}
        return replace(found, manifest={**known, "search": search})

    @cached_property
    def names(self) -> list[str]:
        """What the plans of the frontier are called, as ``3 csm + 1 trainer``; no two the same."""
        return names_of(self.base, [point.hires for point in self.frontier], self.hires)

    def rows(self) -> list[dict[str, Any]]:
        """The frontier, a row for each plan: heads, odds, money, and the hires in words."""
        return [
            {
                "name": name,
                "heads": point.hires.total,
                "trials": self.manifest["trials_of_search"],
                "is_plan": point.hires == self.hires,
                "is_best": point is self.best,
                "is_best_with_run_off": point is self.best_whole,
                "coverage": point.coverage,
                "confidence": point.confidence,
                "confidence_se": point.confidence_error,
                "arr": point.arr,
                "team_cost": point.cost,
                "npv": point.value,
                "npv_se": point.value_error,
                "npv_with_run_off": point.whole,
                "npv_with_run_off_se": point.whole_error,
                "regret": point.regret,
                "regret_p90": point.regret_p90,
                "hires": in_short(self.base, point.hires),
            }
            for name, point in zip(self.names, self.frontier, strict=True)
        ]

    def summary(self) -> dict[str, Any]:
        """The plan and its figures, for other programs."""
        obstacle = None if self.obstacle is None else asdict(self.obstacle)
        return {
            "holds": self.holds,
            "by": self.by,
            "hires": [{**asdict(s), "open_by": s.open_by.isoformat()} for s in self.starts],
            "seats": self.seats,
            "confidence": self.confidence,
            "confidence_se": self.confidence_error,
            "team_cost": self.cost,
            "team_cost_se": self.cost_error,
            "added_cost": self.added_cost,
            "npv": self.value,
            "npv_se": self.value_error,
            "npv_with_run_off": self.whole,
            "npv_with_run_off_se": self.whole_error,
            "bound": self.bound,
            "is_bound": self.is_bound,
            "no_bound_for": list(self.loose_ends),
            "gap": self.gap,
            "one_more": [self._one_more(one) for one in self.marginals],
            "obstacle": obstacle,
        }

    def _one_more(self, one: Marginal) -> dict[str, Any]:
        pool = self.base.pools[one.pool]
        return {
            "role": pool.name,
            "pool": pool.value,
            "month": month_label(one.month),
            "npv": _known(one.value),
            "npv_se": _known(one.value_error),
            "npv_with_run_off": _known(one.whole),
            "npv_with_run_off_se": _known(one.whole_error),
            "added_cost": one.cost,
        }

    def table(self) -> pd.DataFrame:
        """The frontier as a table; see `rows`."""
        import pandas as pd  # slow to import

        return pd.DataFrame(self.rows())

    def to_yaml(self, target: str | Path | None = None) -> str:
        """The text of a scenario file that extends the base, with a change for each month of hires.

        Parameters
        ----------
        target
            The file that it will be; beside the base where none is named.
        """
        source = source_of(self.base, self.request)
        name = f"{self.base.name}, with the hires that it takes"
        path = None if target is None else Path(target)
        return variant_text(self.base, self.hires, name, source, path)

    @cached_property
    def page(self) -> Page:
        """The report, to be shown in any form."""
        from capacity.report.hiring_page import page  # shows what is computed here

        return page(self)

    def workbook(self) -> bytes:
        """The hires, the frontier and the plan laid open as an Excel workbook."""
        from capacity.workbook.hiring import workbook  # brought by the extra `report`

        return workbook(self)

    def __str__(self) -> str:
        from capacity.report.hiring import as_text  # shows what is computed here

        return as_text(self)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def source_of(scenario: Scenario, request: Request) -> str:
    """Where the hires come from: ``capacity plan: 90% confidence from 2027-08 on``."""
    by = scenario.plan.horizon.periods.labels[request.by]
    return f"capacity plan: {100 * request.confidence:g}% confidence from {by} on"


def in_short(scenario: Scenario, hires: Hires) -> str:
    """``2 csm 2027-03, 1 trainer 2027-06``."""
    names = {pool: pool_name(scenario, pool) for pool, _ in hires}
    return ", ".join(f"{n} {names[p]} {month_label(m)}" for (p, m), n in hires.counts)
