"""What may be right in a scenario but looks wrong: the warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from capacity.calendar import MONTH, month_label, month_number
from capacity.estimates import Estimate
from capacity.scenario.changing import changing, numbers_in
from capacity.scenario.churn import SBG
from capacity.scenario.days import day_label
from capacity.scenario.document import Plan
from capacity.scenario.implied import effect_product
from capacity.scenario.market import Event
from capacity.scenario.parts import BySegment, nearest
from capacity.scenario.reading import Trail
from capacity.scenario.settings import Finding
from capacity.scenario.task import Task
from capacity.scenario.team import Role

T = TypeVar("T")

OF_THE_START = ("backlog", "coverage_today", "scale_to", "alpha", "beta")
"""Numbers that speak of one day."""
MANY_MEDIANS = 5
"""An estimate of hours whose p90 lies above so many medians deserves a second look."""
WILD_YEARS = 1.0
"""A volatility from which on a few years carry all, and most are next to nothing."""
LOSSES = ("churn", "contraction", "attrition")
"""Shares of a year of which nobody means a whole."""
ON_TOP = ("expansion", "uplift", "on_costs", "raise", "overtime", "discount_rate")
"""Shares that may be above a whole, and rarely are."""
LARGE_EFFECT = 1.6
"""The product of all effects on churn above which a plan lies outside of what is published."""


def doubts(plan: Plan) -> Iterator[Finding]:
    """What may be right but looks wrong."""
    for name, role in plan.team.items():
        yield from _doubts_of_role(plan, name, role)
    for name, task in plan.tasks.items():
        yield from _doubts_of_task(plan, name, task)
    for name, segment in plan.segments.items():
        won = segment.new_accounts.by_month if segment.new_accounts else None
        path = ("segments", name, "new_accounts", "by_month")
        yield from _out_of_time(plan, path, won or {}, "these accounts are not won")
    yield from _doubts_of_dates(plan)
    yield from _doubts_of_shares(plan)
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
            if day.day > 1 and periods.step is MONTH and periods.first_from(day) < periods.count:
                month = month_label(month_number(day.year, day.month) + 1)
                text = f"{day} is within a month, so this value holds from {month} on"
                yield (*path, day_label(day)), True, text
            if periods.first_from(day) >= periods.count:
                text = "no period begins on this day or after it, so this value never applies"
                yield (*path, day_label(day)), True, text


def _out_of_time(plan: Plan, path: Trail, months: Iterable[int], so: str) -> Iterator[Finding]:
    """Counts of months that the plan does not reach."""
    periods = plan.horizon.periods
    for month in months:
        if not 0 <= periods.of_month(month) < periods.count:
            text = f"{month_label(month)} lies outside of the horizon; {so}"
            yield (*path, month_label(month)), True, text


def _doubts_of_shares(plan: Plan) -> Iterator[Finding]:
    """A share without a percent sign that comes to a whole: 8 may be 8% as well as 800%."""
    for section, depth in (("segments", 1), ("team", 1), ("finance", 0)):
        for path, number in numbers_in(getattr(plan, section)):
            named = path[depth] if len(path) > depth else ""
            if named not in (*LOSSES, *ON_TOP) or SBG in path:
                continue
            for share in number.versions:
                is_whole = share.mean >= 1 if named in LOSSES else share.mean > 1
                if is_whole and "%" not in share.text:
                    text = f"{share.text} stands for {share.mean:,.0%}. Write the share in percent"
                    yield (section, *path), False, text


def _doubts_of_role(plan: Plan, name: str, role: Role) -> Iterator[Finding]:
    for pool, hires in (("", role.hires.default or {}), *role.hires.values.items()):
        path = ("team", name, "hires", *([pool] if pool else []))
        yield from _out_of_time(plan, path, hires, "this hire does nothing")
    served = any(plan.is_served(segment, name) for segment in plan.segments)
    if role.departure and not served:
        text = f"no task names {name}, so no customer feels it when somebody leaves"
        yield ("team", name, "departure"), True, text
    if not served and role.per is None:
        hint = nearest(name, [other for other in plan.team if other != name])
        if hint:
            yield ("team", name), True, f"has people and no work.{hint}"
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
