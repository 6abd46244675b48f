"""Everything about a scenario that no draw can change, laid out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.arrays import FloatArray
from capacity.engine.classes import Classes, build_classes
from capacity.engine.copulas import Copula, build_copulas
from capacity.engine.customers import Customers
from capacity.engine.decisions import Retention, build_retention
from capacity.engine.demand import Calendar, Demand, build_calendar
from capacity.engine.effects import KINDS, Effects, Past, build_effects
from capacity.engine.expected import Expected
from capacity.engine.lanes import Work, build_work
from capacity.engine.people import seats_of
from capacity.engine.roles import opening_hours
from capacity.engine.shocks import Shocks
from capacity.engine.stretches import Stretches, steady, stretches_of
from capacity.engine.territories import Territories, build_territories
from capacity.errors import InputError, Mistake
from capacity.loading import Scenario
from capacity.model.dispatch import coverage, serve
from capacity.scenario.document import Plan


@dataclass(frozen=True)
class Layout:
    """The schedule of a scenario.

    Attributes
    ----------
    past
        What went before, at mean inputs.
    backlog_part
        Each work lane's part of its task's backlog.
    stretches
        When values of the plan change.
    copulas
        Of the inputs that move together.
    """

    scenario: Scenario
    territories: Territories
    classes: Classes
    work: Work
    calendar: Calendar
    effects: Effects
    retention: Retention
    past: Past
    backlog_part: FloatArray
    stretches: Stretches
    copulas: tuple[Copula, ...]

    @property
    def plan(self) -> Plan:
        """The settings."""
        return self.scenario.plan


def build_layout(scenario: Scenario) -> Layout:
    """Lay out a scenario."""
    plan = scenario.plan
    territories = build_territories(scenario)
    classes = build_classes(scenario, territories)
    stretches = stretches_of(plan)
    work = build_work(scenario, territories, stretches)
    calendar = build_calendar(scenario, work, classes, stretches)
    effects = build_effects(plan, work, territories)
    retention = build_retention(scenario, territories, classes)
    chance, none, start = Expected(), Shocks(), steady(plan)
    customers = Customers(scenario, territories, classes, retention, chance, none, start)
    begun = work.as_begun
    usual = calendar if begun is work else build_calendar(scenario, begun, classes, start)
    demand = Demand(plan, begun, classes, usual, chance, none)
    due = _usual_due(scenario, customers, demand, len(work.lane))
    past = Past(due, _coverage_today(scenario, work, effects, due))
    _refuse_nothing_of_nothing(scenario, effects, past)
    return Layout(
        scenario, territories, classes, work, calendar, effects, retention, past,
        _backlog_parts(work, due), stretches, build_copulas(plan),
    )  # fmt: skip


def _usual_due(scenario: Scenario, customers: Customers, demand: Demand, lanes: int) -> FloatArray:
    """Mean hours due in a period of the first year, with nobody churning, by work lane.

    They stand for the past, which no event to come has touched, at the values with which the plan
    begins. People leave as expected, without overload.
    """
    start = steady(scenario.plan)
    team = [seats_of(scenario, pool, Expected(), start) for pool in scenario.pools]
    year = scenario.plan.horizon.periods.first_year
    total = np.zeros((lanes, 1))
    for t in range(year):
        customers.join(t)
        staff = [seats.step(t, np.ones(1)) for seats in team]
        total += demand.hours(t, customers.number, staff)
    return total[:, 0] / year


def _coverage_today(
    scenario: Scenario, work: Work, effects: Effects, due: FloatArray
) -> FloatArray:
    """Coverage of each cell if today's team serves the usual work once; 1 where there is none."""
    done, plan = np.zeros_like(due), scenario.plan
    year = plan.horizon.periods.first_year
    for index, pool in enumerate(scenario.pools):
        lanes = work.of_pool(index)
        if lanes.stop == lanes.start:
            continue
        capacity = opening_hours(scenario, pool, year)
        done[lanes] = serve(due[lanes, None], capacity, work.priorities(index))[:, 0]
    columns = np.column_stack([done, due - done])
    covered = coverage(*effects.cells(columns).T)
    return np.nan_to_num(covered, nan=1.0)


def _refuse_nothing_of_nothing(scenario: Scenario, effects: Effects, past: Past) -> None:
    """Where no work is done today, nothing says what today's figures would be with the work.

    A factor of 0 would have to be divided out of them.
    """
    mistakes = []
    for pair in (*effects.lasting, *effects.starting, *effects.renewing):
        given = pair.lane.work.coverage_today
        today = given.values[0] if given else past.coverage[pair.cell]
        for kind in KINDS:
            path, estimate = pair.named(kind)
            if today <= 0 and any(version.values[0] <= 0 for version in estimate.versions):
                place = scenario.marked.place(tuple(path.split(".")))
                text = (
                    f"is 0, but nothing of {pair.lane.task} is done today, so today's figures say "
                    "nothing of it. Write a number above 0, or what is done as `coverage_today`"
                )
                mistakes.append(Mistake(place, path, text))
    if mistakes:
        raise InputError(mistakes)


def _backlog_parts(work: Work, due: FloatArray) -> FloatArray:
    """A task's backlog lies where its usual work lies; evenly where there is none."""
    task = np.array([work.lanes[i].task_index for i in work.lane], dtype=np.int64)
    total = np.bincount(task, due)[task]
    number = np.bincount(task)[task]
    return np.where(total > 0, due / np.where(total > 0, total, 1.0), 1 / number)
