"""What can be said of a scenario once its values are read: rules across settings, and doubts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from capacity.calendar import month_label
from capacity.estimates import Estimate
from capacity.scenario.changing import changing
from capacity.scenario.compatible import impossible
from capacity.scenario.conditions import OF_ACCOUNTS, UNKNOWN
from capacity.scenario.correlated import repeated, ties, unfit
from capacity.scenario.correlation import BETWEEN, RHO
from capacity.scenario.days import day_label
from capacity.scenario.document import WORKBOOKS, Plan
from capacity.scenario.horizon import Simulation
from capacity.scenario.market import Event
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.segment import MOST_TERMS, Effect, Segment
from capacity.scenario.structure import Finding
from capacity.scenario.task import Task
from capacity.scenario.team import Role
from capacity.scenario.unknown import as_far_as_known, each
from capacity.units import MONTHS_PER_YEAR, Span

T = TypeVar("T")

OF_THE_START = ("backlog", "coverage_today", "scale_to", "alpha", "beta")
"""Numbers that speak of one day."""
MANY_MEDIANS = 5
"""An estimate of hours whose p90 lies above so many medians deserves a second look."""
WILD_YEARS = 1.0
"""A volatility from which on a few years carry all, and most are next to nothing."""
LARGE_EFFECT = 1.6
"""The product of all effects on churn above which a plan lies outside of what is published."""


def contradictions(plan: Plan, marked: Marked) -> Iterator[Finding]:
    """Rules that hold between several settings; who wrote them tells whom to ask."""
    for name in ("segments", "tasks", "team"):
        yield from as_far_as_known(_empty(plan, name))
    for name, segment in each(plan.segments):
        yield from as_far_as_known(_segment(plan, name, segment))
    for name, task in each(plan.tasks):
        for rule in (_restriction, _coverage_of_segments, _timing, _enough):
            yield from as_far_as_known(rule(plan, name, task))
    yield from as_far_as_known(_weights(plan))
    yield from as_far_as_known(_precision(plan.simulation))
    yield from as_far_as_known(_sheet(plan))
    yield from as_far_as_known(_correlate(plan, marked))


def _empty(plan: Plan, name: str) -> Iterator[Finding]:
    if not getattr(plan, name):
        yield (name,), False, f"is empty. Write at least one of the {name}"


def _enough(_plan: Plan, name: str, task: Task) -> Iterator[Finding]:
    if any(enough.values[0] <= 0 for enough in task.enough.versions):
        yield ("tasks", name, "enough"), False, "must be above 0. Write a share such as 80%"


def _correlate(plan: Plan, marked: Marked) -> Iterator[Finding]:
    """Pairs are of uncertain inputs, each named once, and can hold together."""
    bad = []
    for finding in unfit(plan, marked):
        bad.append(finding)
        yield finding
    tied = [] if bad else ties(plan)
    twice = list(repeated(tied))
    for index, text in twice:
        yield ("correlate", index, BETWEEN), False, text
    for index, text in impossible(tied) if not twice else ():
        yield ("correlate", index, RHO), False, text


def _sheet(plan: Plan) -> Iterator[Finding]:
    accounts = plan.accounts
    named = accounts is not None and accounts.sheet is not None
    if accounts and named and not accounts.file.lower().endswith(WORKBOOKS):
        text = f"{accounts.file} has no sheets. Leave it out, or name a workbook (.xlsx)"
        yield ("accounts", "sheet"), True, text


def _precision(settings: Simulation) -> Iterator[Finding]:
    if settings.metric is not None and settings.precision is None:
        text = "stands without `precision`. Write `precision: 1%` beside it, or leave it out"
        yield ("simulation", "metric"), True, text
    if settings.precision is not None and settings.trials == 0:
        text = "needs futures, but `trials` is 0. Leave one of them out"
        yield ("simulation", "precision"), True, text


def _segment(plan: Plan, name: str, segment: Segment) -> Iterator[Finding]:
    path = ("segments", name)
    if plan.accounts is None and segment.accounts is None:
        text = "has no accounts. Write `accounts: 60`, or name a file under `accounts:` on top"
        yield path, True, text
    if plan.accounts is None and plan.has_money and segment.arr is None:
        yield path, True, "has no `arr`, while another segment has. Write the revenue of an account"
    asked = _asks_for_churn(plan, name, segment)
    if segment.churn is None and asked:
        text = f"has no `churn`, which {asked} hangs on. Write the share lost a year, as in 8%"
        yield path, True, text
    moved = any(effect.churn is not None for effect in _effects(plan, name))
    if segment.addressable is None and (moved or _has_faces(plan, name)):
        text = "has no `addressable`, the share of churn that anybody can move. Write it, as in 60%"
        yield path, True, text
    new = segment.new_accounts
    if new and plan.has_money and new.arr is None and segment.arr is None:
        yield (*path, "new_accounts"), True, "has no `arr`. Write what a new account pays a year"


def _asks_for_churn(plan: Plan, name: str, segment: Segment) -> str:
    if plan.has_money:
        return "revenue"
    if _effects(plan, name):
        return "an effect of the work"
    if _has_faces(plan, name):
        return "the loss of familiar faces"
    return "retention" if plan.has_retention else ""


def _effects(plan: Plan, segment: str) -> list[Effect]:
    shared = plan.shared_effect(segment)
    own = [
        t.if_stopped for t in plan.tasks.values() if t.if_stopped and segment in plan.segments_of(t)
    ]
    return own + ([shared] if shared else [])


def _has_faces(plan: Plan, segment: str) -> bool:
    """Whether the customers of a segment feel it when people leave."""
    return any(role.departure and plan.is_served(segment, name) for name, role in plan.team.items())


def _restriction(plan: Plan, name: str, task: Task) -> Iterator[Finding]:
    """Conditions that ask for what no account has."""
    if task.where is None:
        return
    path = ("tasks", name, "where")
    for comparison in task.where.comparisons:
        column = comparison.column
        if column == "segment":
            for value in comparison.values:
                if value not in plan.segments and value != UNKNOWN:
                    known = ", ".join(plan.segments)
                    hint = nearest(str(value), plan.segments)
                    yield path, False, f"no segment is called `{value}`.{hint} Known: {known}"
        elif column == "arr" and not plan.has_money:
            text = "asks for `arr`, but no segment has one. Write what an account pays a year"
            yield path, False, text
        elif plan.accounts is None and column not in OF_ACCOUNTS:
            hint = nearest(column, OF_ACCOUNTS)
            text = f"`{column}` would be a column of a file of accounts, but there is none.{hint}"
            yield path, False, f"{text} Known without one: {', '.join(OF_ACCOUNTS)}"
    if not plan.segments_of(task):
        text = "holds for no account, whatever its columns. Leave the task out, or write another"
        yield path, False, text


def _coverage_of_segments(plan: Plan, name: str, task: Task) -> Iterator[Finding]:
    """Settings by segment must speak of every segment that the task applies to."""
    for key in ("every", "rate", "fixed", "hours", "steps"):
        setting = getattr(task, key)
        if setting is None:
            continue
        for segment in plan.segments_of(task):
            if setting.of(segment) is None:
                text = (
                    f"says nothing of {segment}. Add it, add `default`, or name the task's segments"
                )
                yield ("tasks", name, key), False, text
    if task.steps:
        for segment in plan.segments_of(task):
            for step, made in (task.steps.of(segment) or {}).items():
                if made.hours.of(segment) is None:
                    text = f"step {step} says nothing of {segment}. Add it, or `default`"
                    yield ("tasks", name, "steps", step), False, text


def _timing(plan: Plan, name: str, task: Task) -> Iterator[Finding]:
    path = ("tasks", name)
    for segment in plan.segments_of(task):
        span = task.every.of(segment) if task.every else None
        if span is not None and span.amount <= 0:
            yield (*path, "every"), False, "is 0. Write a span such as quarter or 2 weeks"
        elif span is not None and task.aligned == "fiscal":
            yield from _aligned((*path, "every"), span)
    if task.on != "renewal":
        return
    periods = plan.horizon.periods
    lead = task.lead_periods(periods)
    if task.parts(periods) > lead + 1:
        text = (
            f"{task.over} reach beyond the renewal with a lead of {lead} periods. "
            f"Write at most {lead + 1} {periods.step.name}s"
        )
        yield (*path, "over"), False, text
    for segment in plan.segments_of(task):
        settings = plan.segments[segment]
        new = settings.new_accounts
        terms = [settings.term] if plan.accounts is None else []
        terms += [new.term or settings.term] if new else []
        may_hold = task.where.may_hold if task.where else _always
        for term in dict.fromkeys(terms):
            if may_hold(segment=segment, term=float(term)) and lead >= periods.step.fewest(
                np.array(term)
            ):
                yield (*path, "lead"), False, too_long_lead(plan, task, segment, term)


def _always(**_known: object) -> bool:
    return True


def too_long_lead(plan: Plan, task: Task, whose: str, term: int) -> str:
    """The message for work that would fall due before the term begins."""
    periods = plan.horizon.periods
    return (
        f"{task.lead_periods(periods)} {periods.step.name}s before the renewal is not within "
        f"{whose}'s term of {term} months. Write a shorter lead, or leave these accounts out by "
        "`segments`"
    )


def _aligned(path: Trail, span: Span) -> Iterator[Finding]:
    if span.unit != "month" or span.amount not in (3, 6, 12):
        text = "aligned work comes every quarter, 6 months or year. Write one of them"
        yield path, False, text


def _weights(plan: Plan) -> Iterator[Finding]:
    for name in plan.segments:
        effect = plan.shared_effect(name)
        weights = [t.weight or 0.0 for t in plan.tasks.values() if name in plan.segments_of(t)]
        if effect and sum(weights) <= 0:
            own = plan.segments[name].if_stopped is not None
            path = ("segments", name, "if_stopped") if own else ("value", "if_stopped")
            text = (
                f"is shared by the tasks' weights, but no task of {name} has one. Write `weight: 1`"
            )
            yield path, True, text


def doubts(plan: Plan) -> Iterator[Finding]:
    """What may be right but looks wrong."""
    for name, role in plan.team.items():
        yield from _doubts_of_role(plan, name, role)
    for name, task in plan.tasks.items():
        yield from _doubts_of_task(plan, name, task)
    yield from _doubts_of_dates(plan)
    yield from _doubts_of_market(plan)
    for name, event in plan.events.items():
        yield from _doubts_of_event(plan, name, event)
    for name in plan.segments:
        product = effect_product(plan, name)
        if product > LARGE_EFFECT:
            text = (
                f"all effects on churn multiply to {product:.2f}, above {LARGE_EFFECT}, "
                "the most that published figures bear"
            )
            yield ("segments", name), True, text


def _doubts_of_dates(plan: Plan) -> Iterator[Finding]:
    """Values that never hold."""
    periods = plan.horizon.periods
    for path, number in changing(plan):
        if path[-1] in OF_THE_START and number.later:
            first = day_label(number.later[0][0])
            text = f"speaks of the day on which the plan begins; the value of {first} never applies"
            yield path, True, text
            continue
        for day, _ in number.later:
            if periods.first_from(day) >= periods.count:
                text = "no period begins on this day or after it, so this value never applies"
                yield (*path, day_label(day)), True, text


def _doubts_of_role(plan: Plan, name: str, role: Role) -> Iterator[Finding]:
    periods = plan.horizon.periods
    for pool, hires in (("", role.hires.default or {}), *role.hires.values.items()):
        path = ("team", name, "hires", *([pool] if pool else []))
        for month in hires:
            if not 0 <= periods.of_month(month) < periods.count:
                text = f"{month_label(month)} lies outside of the horizon; this hire does nothing"
                yield (*path, month_label(month)), True, text
    if role.departure and not any(plan.is_served(segment, name) for segment in plan.segments):
        text = f"no task names {name}, so no customer feels it when somebody leaves"
        yield ("team", name, "departure"), True, text
    full = [share for share in _ever(role.target_utilization) if share.mean >= 1]
    if full and "target_utilization" in role.model_fields_set:
        text = "100% leaves no reserve; people work best below full load"
        yield ("team", name, "target_utilization"), False, text


def _ever(setting: BySegment[Estimate]) -> list[Estimate]:
    """The numbers that a setting is at some time for some name."""
    return [version for estimate in _each(setting) for version in estimate.versions]


def _each(setting: BySegment[T]) -> list[T]:
    """The values of a setting that may be given by name."""
    default = [] if setting.default is None else [setting.default]
    return [*setting.values.values(), *default]


def _doubts_of_task(plan: Plan, name: str, task: Task) -> Iterator[Finding]:
    role = plan.team[task.role]
    stay = role.people is None and not any(a.mean > 0 for a in _ever(role.attrition))
    if task.on == "departure" and stay:
        text = f"nobody of {task.role} leaves, as its `attrition` is 0; this work never falls due"
        yield ("tasks", name, "on"), False, text
    key = "hours" if task.hours is not None else "steps"
    for segment in plan.segments_of(task):
        for step, (_, hours) in task.steps_of(segment).items():
            if any(_is_wide(version) for version in hours.versions):
                text = f"p90 of {step} is above {MANY_MEDIANS} medians; is a digit too many?"
                yield ("tasks", name, key), False, text


def _is_wide(hours: Estimate) -> bool:
    return hours.uncertain and hours.p90 > (MANY_MEDIANS + 1e-9) * hours.median


def _doubts_of_market(plan: Plan) -> Iterator[Finding]:
    for kind in ("churn", "new_accounts"):
        key = f"{kind}_volatility"
        volatility = getattr(plan.market, key)
        if any(version.mean >= WILD_YEARS for version in volatility.versions):
            text = (
                f"{volatility.text} lets most years lie far below the usual and a few far above; "
                "is a percent sign missing?"
            )
            yield ("market", key), False, text
        if any(version.mean > 0 for version in volatility.versions) and not _can_move(plan, kind):
            yield ("market", key), True, _IDLE[kind]


def _doubts_of_event(plan: Plan, name: str, event: Event) -> Iterator[Finding]:
    path = ("events", name)
    if not event.periods(plan.horizon):
        last = month_label(event.start + event.months - 1)
        text = f"{event.start} to {last} lies outside of the horizon; this event does nothing"
        yield (*path, "start"), False, text
    given = event.model_fields_set & {"churn", "new_accounts", "expansion", "hours"}
    if not given:
        yield path, True, "has no factor, so it does nothing. Write one, such as churn: 1.4"
    for kind in sorted(given - {"hours"}):
        if not _can_move(plan, kind):
            yield (*path, kind), True, _IDLE[kind]


_IDLE = {
    "churn": "no segment has churn, so this moves nothing",
    "new_accounts": (
        "no number of new accounts is drawn (only `per_year` without `fixed` is), so this moves "
        "nothing"
    ),
    "expansion": "no segment has expansion, so this moves nothing",
}


def _can_move(plan: Plan, kind: str) -> bool:
    """Whether a plan has anything that a factor of the market or of an event moves."""
    if kind == "churn":
        return plan.has_retention
    if kind == "expansion":
        growing = (segment.expansion.versions for segment in plan.segments.values())
        return any(version.mean > 0 for versions in growing for version in versions)
    new = [segment.new_accounts for segment in plan.segments.values()]
    return any(n.per_year is not None and not n.fixed for n in new if n)


def effect_product(plan: Plan, segment: str, kind: str = "churn") -> float:
    """Factor on addressable churn if all the work of a segment stopped, at the medians."""
    found = [getattr(effect, kind) for effect in _effects(plan, segment)]
    return math.prod(effect.median for effect in found if effect)


def implied_grr(plan: Plan, segment: str) -> tuple[float, float] | None:
    """Gross revenue retention of a year today and without the work, at the medians."""
    known = plan.segments[segment]
    if known.churn is None:
        return None
    addressable = known.addressable.median if known.addressable else 0.0
    factor = 1 - addressable + addressable * effect_product(plan, segment)
    cut = known.contraction.median
    more = cut * effect_product(plan, segment, "contraction")
    today, without = kept_in_a_year(known, 1.0), kept_in_a_year(known, factor)
    return today * (1 - cut), without * max(1 - more, 0.0)


def kept_in_a_year(segment: Segment, factor: float) -> float:
    """Share of accounts kept in a year at a factor on the hazard, at the medians.

    At the first renewal; where accounts differ, at the ages of a book that has always been there.
    """
    spread = segment.sbg
    if spread is None:
        return (1 - segment.yearly_churn[0].median) ** factor
    given = segment.completed_terms
    ages = range(MOST_TERMS + 1) if given is None else [given]
    alive = [spread.median_kept(0, age) for age in ages]
    terms = MONTHS_PER_YEAR / segment.term
    kept = [spread.median_kept(age, factor * max(terms, 1)) ** min(terms, 1) for age in ages]
    return sum(a * k for a, k in zip(alive, kept, strict=True)) / sum(alive)
