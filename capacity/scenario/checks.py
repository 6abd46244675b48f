"""Rules of a scenario that hold between several of its settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from capacity.periods import Periods
from capacity.scenario.compatible import impossible
from capacity.scenario.conditions import OF_ACCOUNTS, UNKNOWN
from capacity.scenario.correlated import repeated, ties, unfit
from capacity.scenario.correlation import BETWEEN, RHO
from capacity.scenario.days import day_label
from capacity.scenario.document import WORKBOOKS, Plan
from capacity.scenario.horizon import Simulation
from capacity.scenario.implied import effects_on
from capacity.scenario.parts import nearest
from capacity.scenario.reading import Marked, Trail
from capacity.scenario.segment import Segment
from capacity.scenario.settings import Finding
from capacity.scenario.task import Task
from capacity.scenario.unknown import as_far_as_known, each
from capacity.units import Span


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
    asked = _asks_for_churn(plan, name)
    if segment.churn is None and asked:
        text = f"has no `churn`, which {asked} hangs on. Write the share lost a year, as in 8%"
        yield path, True, text
    moved = any(effect.churn is not None for effect in effects_on(plan, name))
    if segment.addressable is None and (moved or _has_faces(plan, name)):
        text = "has no `addressable`, the share of churn that anybody can move. Write it, as in 60%"
        yield path, True, text
    new = segment.new_accounts
    if new and plan.has_money and new.arr is None and segment.arr is None:
        yield (*path, "new_accounts"), True, "has no `arr`. Write what a new account pays a year"


def _asks_for_churn(plan: Plan, name: str) -> str:
    """What hangs on the churn of a segment; empty where nothing does."""
    if plan.has_money:
        return "revenue"
    if effects_on(plan, name):
        return "an effect of the work"
    if _has_faces(plan, name):
        return "the loss of familiar faces"
    return "retention" if plan.has_retention else ""


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
        every = task.every.of(segment) if task.every else None
        for day, span in ((None, every.value), *every.later) if every else ():
            if span.amount <= 0:
                text = f"is 0{_since(day)}. Write a span such as quarter or 2 weeks"
                yield (*path, "every"), False, text
            elif task.aligned == "fiscal":
                yield from _aligned((*path, "every"), span)
    if task.on != "renewal":
        return
    periods = plan.horizon.periods
    yield from _parts_within_lead(path, task, periods)
    lead = task.longest_lead(periods)
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


def _parts_within_lead(path: Trail, task: Task, periods: Periods) -> Iterator[Finding]:
    """Work for a renewal is done when that is decided."""
    for day in task.event_days:
        lead = task.lead_periods(periods, day)
        if task.parts(periods, day) > lead + 1:
            over = task.over.on(day) if task.over else None
            led, most = (_counted(n, periods.step.name) for n in (lead, lead + 1))
            text = (
                f"{over} reach beyond the renewal with a lead of {led}{_since(day)}. "
                f"Write at most {most}"
            )
            yield (*path, "over"), False, text


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _since(day: dt.date | None) -> str:
    """From which day on something holds; nothing for the beginning of the plan."""
    return f" from {day_label(day)} on" if day else ""


def _always(**_known: object) -> bool:
    return True


def too_long_lead(plan: Plan, task: Task, whose: str, term: int) -> str:
    """The message for work that would fall due before the term begins."""
    periods = plan.horizon.periods
    return (
        f"{task.longest_lead(periods)} {periods.step.name}s before the renewal is not within "
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
        tasks = [t for t in plan.tasks.values() if name in plan.segments_of(t)]
        weights = [task.weight for task in tasks if task.weight is not None]
        days = sorted({day for weight in weights for day, _ in weight.later})
        for day in (None, *days) if effect else ():
            if sum(weight.on(day) for weight in weights) <= 0:
                own = plan.segments[name].if_stopped is not None
                path = ("segments", name, "if_stopped") if own else ("value", "if_stopped")
                text = f"is shared by the tasks' weights, but no task of {name} has one"
                yield path, True, f"{text}{_since(day)}. Write `weight: 1`"
                break
