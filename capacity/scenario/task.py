"""What work: tasks, when they fall due and how many hours they take."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any

from pydantic import ValidationInfo

from capacity import units
from capacity.estimates import Estimate
from capacity.periods import Periods
from capacity.scenario.dated import ByDate
from capacity.scenario.fields import (
    TEXT,
    FixedBySegment,
    Hours,
    HoursBySegment,
    Names,
    PerYearBySegment,
    PriorityBySegment,
    Seasons,
    Share,
    ShareBySegment,
    SpanBySegment,
    SpanOfTime,
    Text,
    by_segment,
    choice,
    read_by_segment,
    read_text,
)
from capacity.scenario.kinds import Kind, any_of, mapping_of, record
from capacity.scenario.known import setting_by_date
from capacity.scenario.numbers import is_form, number, quantity_schema, read_both, read_number
from capacity.scenario.parts import BySegment, Part, nearest, read_each
from capacity.scenario.segment import Effect
from capacity.scenario.where import Restriction
from capacity.units import Span

NO_WAIT = BySegment({}, ByDate(Span(0.0, "month")))
ALWAYS = BySegment({}, Estimate.fixed(1.0))
UNNAMED_STEP = "hours"
_STEP_KEYS = ("hours", "role")

_read_hours = partial(read_number, units.HOURS)


class Step(Part):
    """A named part of a task's hours."""

    hours: HoursBySegment
    """Hours of the step for one occurrence."""
    role: Text | None = None
    """Who does it; the task's role."""


def read_step(raw: object, info: ValidationInfo) -> Step:
    """A step: hours, or hours with a role."""
    if not isinstance(raw, dict) or "hours" not in raw:
        return Step.model_construct(hours=read_by_segment(_read_hours, raw, info), role=None)
    (_, hours), role = read_both(
        lambda: read_both(
            lambda: _check_step(raw),
            lambda: read_each(
                [("hours", raw["hours"])], lambda item: read_by_segment(_read_hours, item, info)
            ),
        ),
        lambda: read_each([("role", raw["role"])] if "role" in raw else [], read_text),
    )
    return Step.model_construct(hours=hours["hours"], role=role.get("role"))


def _check_step(raw: dict[str, object]) -> None:
    unknown = sorted(set(raw) - set(_STEP_KEYS))
    if unknown:
        hint = nearest(unknown[0], _STEP_KEYS)
        raise ValueError(f"`{unknown[0]}` is no setting of a step.{hint} A step takes hours, role")


def read_steps(raw: object, info: ValidationInfo) -> BySegment[dict[str, Step]]:
    """Steps by name; or, where the names are those of segments, steps by segment."""
    if not isinstance(raw, dict) or not raw:
        raise ValueError("names no steps. Write steps: {prepare: 1h, present: 1h}")
    segments = set((info.context or {}).get("segments", ())) | {"default"}
    if not set(raw) <= segments:
        return BySegment({}, _read_steps(raw, info))
    values = read_each(raw.items(), lambda steps: _read_steps(steps, info))
    return BySegment(values, values.pop("default", None))


def _read_steps(raw: Any, info: ValidationInfo) -> dict[str, Step]:
    if not isinstance(raw, dict) or not raw:
        raise ValueError(f"{raw!r} is not steps. Write steps: {{prepare: 1h, present: 1h}}")
    return read_each(raw.items(), lambda step: read_step(step, info))


def read_weight(raw: object) -> float:
    """A weight: a number of at least 0."""
    return units.PLAIN.check(units.parse_number(raw), raw)


def write_steps(raw: dict[str, Any]) -> dict[str, Any]:
    """Each step as a planner would write it, by segment or not.

    Names of steps, of segments and `hours` look alike from here, and need not be told apart.
    """
    return {key: item if key == "role" else _write_step(item) for key, item in raw.items()}


def _write_step(raw: Any) -> Any:
    return write_steps(raw) if isinstance(raw, dict) and not is_form(raw) else _HOURS.write(raw)


_HOURS = by_segment(number(units.HOURS))
_STEP = Kind(
    read_step,
    "hours, or hours and a role",
    any_of(_HOURS, record({"hours": _HOURS}, role=TEXT)),
    name="a step",
    partly=any_of(_HOURS, record({}, hours=_HOURS, role=TEXT)),
)
_STEPS = mapping_of(_STEP, minProperties=1)
StepsBySegment = Annotated[
    BySegment[dict[str, Step]],
    Kind(
        read_steps,
        "steps by name ‡",
        any_of(_STEPS, mapping_of(_STEPS, minProperties=1)),
        write_steps,
    ),
]
Weight = Annotated[
    ByDate[float], setting_by_date(read_weight, "number", quantity_schema(units.PLAIN))
]


class Task(Part):
    """A piece of work that accounts need."""

    role: Text
    """Who does it."""
    every: SpanBySegment | None = None
    """Falls due at start + n x this span: `quarter`, `2 weeks`."""
    on: Annotated[str, choice("start", "renewal", "departure")] | None = None
    """Falls due at the account's `start`, before its `renewal`, or at the `departure` of somebody
    of the role, once for each account that they held."""
    rate: PerYearBySegment | None = None
    """Falls due at random, so often an account and year: `0.6 per year`."""
    fixed: FixedBySegment | None = None
    """Hours over time whatever the number of accounts: `20 hours per month`."""
    aligned: Annotated[str, choice("start", "fiscal")] = "start"
    """`fiscal`: all accounts alike, in the last month of each fiscal quarter, half or year, or in
    the week that holds its last day."""
    over: SpanOfTime | None = None
    """Spread in equal parts over this span; for `on: start` and `on: renewal`."""
    lead: SpanOfTime | None = None
    """How long before the renewal it falls due; for `on: renewal`."""
    segments: Names | None = None
    """Segments that need it; all."""
    where: Restriction | None = None
    """Accounts that need it, by what stands in their columns:
    `"arr >= 100_000 and region == 'EMEA'"`; all."""
    share: ShareBySegment = ALWAYS
    """Share of the occurrences that happen; one coin each."""
    hours: HoursBySegment | None = None
    """Hours of an occurrence; each has its own."""
    steps: StepsBySegment | None = None
    """Named parts of the hours: `{prepare: 1h, present: 1h}`; a part may have a `role`."""
    uncertainty: Share = Estimate.fixed(0.0)
    """How far the average duration may be off; one factor for a whole future."""
    priority: PriorityBySegment = BySegment({}, None)
    """1 is served first; work without a priority comes last."""
    defer: SpanBySegment = NO_WAIT
    """How long work that is not done may wait before it is dropped."""
    backlog: Hours = Estimate.fixed(0.0)
    """Hours that are late already when the plan begins."""
    seasonality: Seasons | None = None
    """Twelve weights on a `rate`, January first."""
    weight: Weight | None = None
    """Part in the team's value; work without a weight takes no part."""
    if_stopped: Effect | None = None
    """What stopping this task alone does, judged for itself."""
    enough: Share = Estimate.fixed(1.0)
    """Coverage above which nothing is lost."""
    coverage_today: Share | None = None
    """Coverage in the past; what today's team would achieve."""

    def parts(self, periods: Periods, day: dt.date | None = None) -> int:
        """Number of periods over which an occurrence is spread whose event is on a day."""
        return max(1, periods.rounded(self.over.on(day) if self.over else None))

    def lead_periods(self, periods: Periods, day: dt.date | None = None) -> int:
        """Whole periods between falling due and a renewal that is decided on a day."""
        return periods.rounded(self.lead.on(day) if self.lead else None)

    @property
    def event_days(self) -> tuple[dt.date | None, ...]:
        """The days from which `over` or `lead` change, after None for the start of the plan."""
        later = {day for span in (self.over, self.lead) if span for day, _ in span.later}
        return (None, *sorted(later))

    def most_parts(self, periods: Periods) -> int:
        """The most periods over which an occurrence is ever spread."""
        return max(self.parts(periods, day) for day in self.event_days)

    def longest_lead(self, periods: Periods) -> int:
        """The most periods that ever lie between falling due and the renewal."""
        return max(self.lead_periods(periods, day) for day in self.event_days)

    @property
    def as_begun(self) -> Task:
        """The task if it fell due for good as it does when the plan begins; itself if it does."""
        every = self.every and BySegment(
            {name: ByDate(span.value) for name, span in self.every.values.items()},
            self.every.default and ByDate(self.every.default.value),
        )
        over, lead = self.over and ByDate(self.over.value), self.lead and ByDate(self.lead.value)
        if (every, over, lead) == (self.every, self.over, self.lead):
            return self
        return self.model_copy(update={"every": every, "over": over, "lead": lead})

    @property
    def has_weight(self) -> bool:
        """Whether it has, at some time, a part in the team's value."""
        return self.weight is not None and any(self.weight.versions)

    def steps_of(self, segment: str) -> dict[str, tuple[str, Estimate]]:
        """Role and hours of each step for a segment; the hours of `fixed` are not here."""
        if self.hours is not None:
            hours = self.hours.of(segment)
            return {} if hours is None else {UNNAMED_STEP: (self.role, hours)}
        steps = (self.steps.of(segment) if self.steps else None) or {}
        found = {
            name: (step.role or self.role, step.hours.of(segment)) for name, step in steps.items()
        }
        return {name: (role, hours) for name, (role, hours) in found.items() if hours is not None}

    def roles_in(self, segment: str) -> set[str]:
        """The roles that have a part in the work for a segment."""
        if self.fixed is not None:
            return {self.role}
        return {role for role, _ in self.steps_of(segment).values()}

    def deferrable(self, segment: str | None, periods: Periods, day: dt.date | None = None) -> int:
        """Periods that the work of a segment may wait, as of a day."""
        defer = self.defer.of(segment or "")
        return periods.rounded(defer.on(day)) if defer else 0
