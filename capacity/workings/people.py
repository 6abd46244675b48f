"""The people of a plan laid open: how their time becomes customer hours, and what they are paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from capacity.arrays import FloatArray, IntArray
from capacity.engine.batch import BY_LANE, BY_WAITING_LANE, Pass
from capacity.engine.layout import Layout
from capacity.engine.people import calendars_of, roster_of
from capacity.engine.roles import COSTS, leave_share
from capacity.model.dispatch import DUST
from capacity.model.money import raised
from capacity.scenario.pool import Pool
from capacity.workings.inputs import DAYS, HOURS, SHARE, SURCHARGE, Dated, Inputs

_TIME = {
    "hours_per_week": f"{HOURS} a week",
    "pto_days": f"{DAYS} a year",
    "sick_days": f"{DAYS} a year",
    "internal": SHARE,
    "target_utilization": SHARE,
}
_PAY = ("salary", "bonus", "tools")


@dataclass(frozen=True)
class Time:
    """The time waterfall of a full-time, ramped person, by the holidays of one calendar.

    Attributes
    ----------
    calendar
        Name of the calendar; empty where there is none.
    weekdays, holidays, leave
        Mondays to Fridays, public holidays on them, and the part of a year's leave that falls into
        each period, shape (periods,).
    inputs
        Hours a week, days of leave and sickness, shares of internal and of planned time.
    available, customer
        The hours that come of it, shape (periods,).
    """

    calendar: str
    weekdays: FloatArray
    holidays: FloatArray
    leave: FloatArray
    inputs: Mapping[str, Dated]
    available: FloatArray
    customer: FloatArray

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two of them the same."""
        return (self.calendar, self.leave.tobytes(), tuple(sorted(self.inputs.items(), key=_name)))


def _name(item: tuple[str, Dated]) -> str:
    return item[0]


@dataclass(frozen=True)
class Crew:
    """A pool of a role; arrays have the shape (periods,).

    Attributes
    ----------
    role, value, department
        Its role, the value by which that is split, and its department.
    works
        Whether it does work for accounts, and does not only cost money.
    times
        How time becomes customer hours, by calendar; the pool's own first.
    here
        Ramped people that are not on leave, by calendar, shape (calendars, periods).
    filled, vacant, ramped, joined, left
        Seats filled and vacant, ramped people, who took a seat and who left one.
    paid
        Seats that are paid, by full weeks.
    hours
        Hours that fall due and what becomes of them, by name of the figure.
    backlog
        Hours that are late when the plan begins.
    required, capacity
        Ramped people that the due hours take, and the customer hours there are.
    pay
        Yearly inputs of pay, and the cost of filling a seat.
    anniversaries
        How often salaries have risen.
    costs
        What is paid, by line.
    severance
        Cost of the seats that are cut; nothing where nothing is gone.
    """

    role: str
    value: str
    department: str
    works: bool
    times: tuple[Time, ...]
    here: FloatArray
    filled: FloatArray
    vacant: FloatArray
    ramped: FloatArray
    joined: FloatArray
    left: FloatArray
    paid: FloatArray
    hours: Mapping[str, FloatArray]
    backlog: float
    required: FloatArray
    capacity: FloatArray
    pay: Mapping[str, Dated]
    anniversaries: IntArray
    costs: Mapping[str, FloatArray]
    severance: FloatArray

    @property
    def name(self) -> str:
        """``csm``, or ``csm · EMEA`` of a role that is split."""
        return f"{self.role} · {self.value}" if self.value else self.role

    @property
    def due(self) -> FloatArray:
        """Hours that fall due."""
        return self.hours["due_hours"]

    @property
    def coverage(self) -> FloatArray:
        """Hours done of those that were done or dropped; NaN where there were none."""
        done, dropped = self.hours["done_hours"], self.hours["dropped_hours"]
        whole = done + dropped
        none = np.full_like(whole, np.nan)
        return np.divide(done, whole, out=none, where=whole > DUST)

    @property
    def salaries(self) -> FloatArray:
        """Yearly salary of a seat, after the rises so far."""
        salary, rise = (self.pay[key].values[:, None] for key in ("salary", "raise"))
        return raised(salary, rise, self.anniversaries)[:, 0]

    @property
    def cost(self) -> FloatArray:
        """What all lines are together."""
        total: FloatArray = np.sum([*self.costs.values(), self.severance], axis=0)
        return total


def crews(layout: Layout, passed: Pass, inputs: Inputs) -> tuple[Crew, ...]:
    """Every pool of a plan."""
    pools = layout.scenario.pools
    return tuple(_crew(layout, passed, i, pool, inputs) for i, pool in enumerate(pools))


def _crew(layout: Layout, passed: Pass, index: int, pool: Pool, inputs: Inputs) -> Crew:
    record, desk = passed.record, passed.desks[index]
    of = partial(_row, record, index)
    ramped, filled = record["ramped_fte"][:, index], record["headcount"][:, index]
    lanes = layout.work.of_pool(index)
    severance = record.get("cost_severance")
    return Crew(
        role=pool.name,
        value=pool.value,
        department=pool.role.department,
        works=lanes.stop > lanes.start,
        times=tuple(_times(layout, passed, index, pool, inputs)),
        here=desk.here(ramped)[:, :, 0],
        filled=filled[:, 0],
        vacant=of("vacancies"),
        ramped=ramped[:, 0],
        joined=passed.joined[:, index, 0],
        left=_left(passed, index, pool),
        paid=desk.paid(filled)[:, 0],
        hours=_hours(layout, record, lanes),
        backlog=float(record["opening_backlog"][0, lanes].sum()),
        required=of("required_fte"),
        capacity=of("capacity_hours"),
        pay=_pay(layout, pool, inputs),
        anniversaries=layout.plan.horizon.periods.anniversaries,
        costs={line: of(f"cost_{line}") for line in COSTS},
        severance=np.zeros(len(ramped)) if severance is None else severance[:, index, 0],
    )


def _left(passed: Pass, index: int, pool: Pool) -> FloatArray:
    """People who leave; of heads that follow from others, those whom nobody needs any more."""
    if pool.role.per is None:
        return passed.left[:, index, 0]
    heads = passed.record["headcount"][:, index, 0]
    return np.maximum(-np.diff(heads, prepend=heads[:1]), 0.0)


def _row(record: Mapping[str, FloatArray], index: int, name: str) -> FloatArray:
    return record[name][:, index, 0]


def _hours(layout: Layout, record: Mapping[str, FloatArray], lanes: slice) -> dict[str, FloatArray]:
    """What becomes of the hours of a pool; of lanes that may not wait, the rest is dropped."""
    waits = layout.work.waits
    inside = (waits >= lanes.start) & (waits < lanes.stop)
    found = {name: record[name][:, lanes, 0].sum(axis=1) for name in BY_LANE}
    found |= {name: record[name][:, inside, 0].sum(axis=1) for name in BY_WAITING_LANE}
    at_once = np.setdiff1d(np.arange(lanes.start, lanes.stop), waits)
    missed = record["due_hours"][:, at_once, 0] - record["done_hours"][:, at_once, 0]
    found["dropped_hours"] = found["dropped_hours"] + missed.sum(axis=1)
    return found


def _times(layout: Layout, passed: Pass, index: int, pool: Pool, inputs: Inputs) -> Sequence[Time]:
    periods = layout.plan.horizon.periods
    named = {key: inputs.of(*pool.named(key), unit) for key, unit in _TIME.items()}
    found = []
    calendars = calendars_of(pool, roster_of(layout.scenario, pool))
    for calendar, time in zip(calendars, passed.desks[index].times, strict=True):
        available, customer = (
            np.broadcast_to(hours[:, 0], periods.count) for hours in (time.available, time.customer)
        )
        holidays = periods.holidays_on_weekdays(calendar)
        leave = leave_share(pool, periods)
        days = periods.weekdays()
        found.append(Time(calendar or "", days, holidays, leave, named, available, customer))
    return found


def _pay(layout: Layout, pool: Pool, inputs: Inputs) -> dict[str, Dated]:
    currency = layout.plan.currency
    units = dict.fromkeys(_PAY, f"{currency} a year") | {
        "on_costs": SURCHARGE,
        "hiring_cost": currency,
        "severance": currency,
        "raise": f"{SURCHARGE} a year",
    }
    return {key: inputs.of(*pool.named(key), unit) for key, unit in units.items()}
