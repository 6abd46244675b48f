"""Who does the work: roles, their seats, their time and their pay."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from pydantic import Field

from capacity.calendar import public_holidays
from capacity.estimates import Estimate
from capacity.scenario.fields import (
    MOST_SEATS,
    RANK,
    TEXT,
    ByMonth,
    Change,
    Days,
    Factor,
    Flag,
    Hours,
    Money,
    Months,
    Seasons,
    Share,
    Shares,
    Surcharge,
    Text,
    choice,
    read_text,
    read_whole,
    whole,
)
from capacity.scenario.kinds import Kind, mapping_of
from capacity.scenario.numbers import known
from capacity.scenario.parts import Part, read_each
from capacity.scenario.segment import FADES_OVER

ZERO = Estimate.fixed(0.0)
ONE = Estimate.fixed(1.0)


def read_holidays(raw: object) -> str:
    """The name of a calendar of public holidays."""
    calendar = read_text(raw)
    public_holidays(calendar, range(2027, 2028))
    return calendar


def read_per(raw: object) -> dict[str, int]:
    """Seats of other roles for each head of this one: ``{csm: 8}``."""
    if not isinstance(raw, dict) or not raw:
        raise ValueError(f"{raw!r} is not a ratio. Write {{csm: 8}} for one head for eight csm")
    return read_each(raw.items(), known(partial(read_whole, low=1)))


HolidaysOf = Annotated[str, replace(TEXT, read=read_holidays, words="country, or country-region")]
Ratio = Annotated[
    dict[str, int],
    Kind(read_per, "whole numbers by role †", mapping_of(RANK, minProperties=1)),
]


class Departure(Part):
    """What customers do who lose a familiar face: what it costs if all of a role left at once."""

    churn: Factor
    """Factor on the addressable churn hazard of the accounts that the role serves."""
    fades_over: Months = FADES_OVER
    """Half-life of the memory of who left; 6 months."""
    source: Text | None = None
    """Where the judgement comes from."""
    note: Text | None = None
    """A remark."""
    evidence: Annotated[str, choice("measured", "published", "estimated")] | None = None
    """How good the source is."""


class Role(Part):
    """A role of the team."""

    headcount: Annotated[int, whole(0, MOST_SEATS)] | None = None
    """Seats that are filled and ramped when the plan begins."""
    people: Text | None = None
    """CSV file of the people by name, beside the scenario; in place of `headcount`."""
    per: Ratio | None = None
    """Heads that follow from the seats of other roles: `{csm: 8}`."""
    hires: ByMonth = Field(default={})
    """Seats to add, by month: `{2027-03: 2}`."""
    slips: Months = ZERO
    """How late a planned hire joins; each has its own."""
    department: Text = "cs"
    """Department of the role."""
    salary: Money = ZERO
    """Pay a year."""
    on_costs: Surcharge = ZERO
    """Taxes and benefits, as a share of salary."""
    bonus: Money = ZERO
    """Bonus a year."""
    tools: Money = ZERO
    """Tools and seats of software a year."""
    hiring_cost: Money = ZERO
    """Cost of filling a seat."""
    severance: Money = ZERO
    """Cost of cutting a seat."""
    raise_: Change = Field(default=ZERO, alias="raise")
    """Rise of salaries on each anniversary of the plan's start."""
    attrition: Share = ZERO
    """Probability that a seat is vacated within a year."""
    overloaded_attrition: Factor = ONE
    """Factor on attrition after a period of more work than hours."""
    backfill: Flag = True
    """Whether a vacated seat is filled again."""
    time_to_hire: Months = Estimate.fixed(2.0)
    """How long a seat stays vacant; each vacancy has its own."""
    ramp: Shares = ()
    """Output of a newcomer by completed months, as shares of a ramped person."""
    departure: Departure | None = None
    """What losing a familiar face does to customers."""
    hours_per_week: Hours = Estimate.fixed(40.0)
    """Paid hours a week."""
    holidays: HolidaysOf | None = None
    """Calendar of public holidays: `US`, `DE-BY`."""
    pto_days: Days = ZERO
    """Days of paid leave a year."""
    sick_days: Days = ZERO
    """Days of sickness a year."""
    leave_seasonality: Seasons | None = None
    """Twelve weights of leave, January first; leave spreads over the weekdays without."""
    internal: Share = ZERO
    """Share of present time for meetings, training and administration."""
    target_utilization: Share = ONE
    """Share of available time that is planned for customers."""
    overtime: Surcharge = ZERO
    """Unpaid extra hours, as a share, where there is more work than hours."""
    coverage_target: Share = Estimate.fixed(0.95)
    """Coverage that the role is to reach in every period."""
