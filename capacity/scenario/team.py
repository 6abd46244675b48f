"""Who does the work: roles, their seats, their time and their pay."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from pydantic import Field

from capacity.calendar import public_holidays
from capacity.estimates import Estimate
from capacity.scenario.by_pool import (
    ChangeByPool,
    DaysByPool,
    HiresByPool,
    HoursByPool,
    MoneyByPool,
    MonthsByPool,
    SeatsByPool,
    ShareByPool,
    SharesByPool,
    SurchargeByPool,
    TextByPool,
    by_pool,
)
from capacity.scenario.fields import (
    RANK,
    TEXT,
    Factor,
    Flag,
    Months,
    Seasons,
    Share,
    Surcharge,
    Text,
    choice,
    plain,
    read_text,
    read_whole,
)
from capacity.scenario.kinds import Kind, mapping_of
from capacity.scenario.known import known
from capacity.scenario.parts import BySegment, Part, read_each
from capacity.scenario.segment import FADES_OVER

ZERO = Estimate.fixed(0.0)
ONE = Estimate.fixed(1.0)
NOTHING = BySegment({}, ZERO)


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


HolidaysByPool = Annotated[
    BySegment[str],
    by_pool(plain(replace(TEXT, read=read_holidays, words="country, or country-region"))),
]
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
    """A role of the team.

    Of a role that is split, most settings may be given by pool.
    """

    split: Text | None = None
    """Column of the accounts, as `region` or `owner`: one pool of seats for each of its values,
    which serves the accounts of that value alone."""
    headcount: SeatsByPool | None = None
    """Seats that are filled and ramped when the plan begins; by pool where the role is split:
    `{AMER: 6, EMEA: 3}`, or `{default: 1}` for one in each."""
    people: TextByPool | None = None
    """File of the people by name, beside the scenario; in place of `headcount`."""
    per: Ratio | None = None
    """Heads that follow from the seats of other roles: `{csm: 8}`."""
    hires: HiresByPool = BySegment({}, {})
    """Seats to add, by month: `{2027-03: 2}`; by pool: `{AMER: {2027-03: 2}}`."""
    slips: Months = ZERO
    """How late a planned hire joins; each has its own."""
    department: Text = "cs"
    """Department of the role."""
    salary: MoneyByPool = NOTHING
    """Pay a year."""
    on_costs: SurchargeByPool = NOTHING
    """Taxes and benefits, as a share of salary."""
    bonus: MoneyByPool = NOTHING
    """Bonus a year."""
    tools: MoneyByPool = NOTHING
    """Tools and seats of software a year."""
    hiring_cost: MoneyByPool = NOTHING
    """Cost of filling a seat."""
    severance: MoneyByPool = NOTHING
    """Cost of cutting a seat."""
    raise_: ChangeByPool = Field(default=NOTHING, alias="raise")
    """Rise of salaries on each anniversary of the plan's start."""
    attrition: ShareByPool = NOTHING
    """Probability that a seat is vacated within a year."""
    overloaded_attrition: Factor = ONE
    """Factor on attrition after a period of more work than hours."""
    backfill: Flag = True
    """Whether a vacated seat is filled again."""
    time_to_hire: MonthsByPool = BySegment({}, Estimate.fixed(2.0))
    """How long a seat stays vacant; each vacancy has its own."""
    ramp: SharesByPool = BySegment({}, ())
    """Output of a newcomer by completed months, as shares of a ramped person."""
    departure: Departure | None = None
    """What losing a familiar face does to customers."""
    hours_per_week: HoursByPool = BySegment({}, Estimate.fixed(40.0))
    """Paid hours a week."""
    holidays: HolidaysByPool | None = None
    """Calendar of public holidays: `US`, `DE-BY`, `none`; by pool: `{AMER: US, EMEA: DE}`."""
    pto_days: DaysByPool = NOTHING
    """Days of paid leave a year."""
    sick_days: DaysByPool = NOTHING
    """Days of sickness a year."""
    leave_seasonality: Seasons | None = None
    """Twelve weights of leave, January first; leave spreads over the weekdays without."""
    internal: ShareByPool = NOTHING
    """Share of present time for meetings, training and administration."""
    target_utilization: ShareByPool = BySegment({}, ONE)
    """Share of available time that is planned for customers."""
    overtime: Surcharge = ZERO
    """Unpaid extra hours, as a share, where there is more work than hours."""
    coverage_target: Share = Estimate.fixed(0.95)
    """Coverage that the role is to reach in every period."""
